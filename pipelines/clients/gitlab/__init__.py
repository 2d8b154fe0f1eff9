"""What does a GitLab say about pipelines?

One GraphQL query reads 50 projects with their latest pipelines and jobs; where GitLab is too
old for it, or will not be asked, REST reads them one by one.
"""

from collections.abc import Sequence

from courses import netguard
from pipelines.clients.gitlab import answers, graphql, rest
from pipelines.clients.gitlab.history import read_history
from pipelines.clients.readings import (
    Access,
    CIFault,
    FaultKind,
    ProjectReading,
    ServerReading,
    TokenReading,
    Wanted,
    text,
)

__all__ = ["read_history", "read_projects", "read_token"]


def read_projects(
    access: Access, wanted: Sequence[Wanted], *, page_size: int, is_graphql_usable: bool
) -> ServerReading:
    """Return the latest default-branch pipelines of every `wanted` repository, with their jobs."""
    if not is_graphql_usable:
        return _unless_no_gitlab(access, rest.read(access, wanted, page_size=page_size))
    sweep = graphql.Sweep(access, page_size)
    reading = sweep.run(wanted)
    if not reading.is_graphql_unusable:
        return reading
    rested = rest.read(
        access, [one for one in wanted if one.key not in reading.outcomes], page_size=page_size
    )
    outcomes = {**reading.outcomes, **rested.outcomes}
    if sweep.refusal and not any(isinstance(one, ProjectReading) for one in outcomes.values()):
        # No better over REST: the server is at fault, not GraphQL, and is tried anew next time.
        return ServerReading({}, rested.fault or sweep.refusal, page_size)
    reading = ServerReading(outcomes, rested.fault, page_size, is_graphql_unusable=True)
    return _unless_no_gitlab(access, reading)


def _unless_no_gitlab(access: Access, reading: ServerReading) -> ServerReading:
    """Return `reading`, or the server's own fault where nothing is found because it is no GitLab."""
    outcomes = reading.outcomes.values()
    is_nothing_found = all(isinstance(one, CIFault) and one.kind == FaultKind.GONE for one in outcomes)
    if reading.fault or not outcomes or not is_nothing_found:
        return reading
    version = answers.decode(netguard.fetch_all([answers.get(access, "/version")])[0], answers.Version)
    fault = _as_base_url_fault(version) if isinstance(version, CIFault) else None
    if fault is None or fault.kind != FaultKind.BROKEN:
        return reading
    return ServerReading({}, fault, reading.page_size)


def read_token(access: Access) -> TokenReading | CIFault:
    """Return the server's version and what the token may do."""
    replies = netguard.fetch_all(
        [answers.get(access, "/version"), answers.get(access, "/personal_access_tokens/self")]
    )
    version = answers.decode(replies[0], answers.Version)
    if isinstance(version, CIFault):
        return _as_base_url_fault(version)
    token = answers.decode(replies[1], answers.Token)
    if isinstance(token, CIFault):
        # Job tokens and the like may not read about themselves, and still read pipelines.
        return token if token.kind == FaultKind.AUTH else TokenReading(text(version.version, 40), (), None)
    scopes = tuple(text(scope, 40) for scope in token.scopes[:20])
    return TokenReading(text(version.version, 40), scopes, token.expires_at)


def _as_base_url_fault(fault: CIFault) -> CIFault:
    if fault.kind == FaultKind.GONE:
        return CIFault(FaultKind.BROKEN, "There is no GitLab at this address: it has no /api/v4/version.")
    return fault
