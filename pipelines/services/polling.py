"""Which servers are due, what do they say, and when are they asked again?"""

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from pipelines import rules
from pipelines.clients import CLIENTS
from pipelines.clients.readings import Access, CIFault, FaultKind, ServerReading, TokenReading, Wanted
from pipelines.models import CIServer, Pipeline, Repository
from pipelines.services.binding import bind_projects
from pipelines.services.branches import close_forgotten_alerts, explain_unknown, observe_branches
from pipelines.services.recording import record_pipelines
from pipelines.services.servers import access_to, token_fields

logger = logging.getLogger(__name__)
AT_ONCE = 8
LEASE = timedelta(seconds=150)  # longer than any poll: a worker that died is succeeded after it
GRAPHQL_PAUSE = timedelta(days=1)
CHUNK = 50
KNOWN = 20  # pipelines of each repository that REST is told of; it asks for fewer


@dataclass(frozen=True, slots=True)
class _Visit:
    """A server, what to ask it, and what it said."""

    server: CIServer
    access: Access
    wanted: list[Wanted]
    is_graphql_usable: bool
    is_token_check_due: bool


@dataclass(frozen=True, slots=True)
class _Report:
    reading: ServerReading
    token: TokenReading | CIFault | None

    @property
    def fault(self) -> CIFault | None:
        """What kept the server from being read, or its token."""
        return self.reading.fault or (self.token if isinstance(self.token, CIFault) else None)


def claim_due_servers(*, now: datetime) -> list[CIServer]:
    """Take the servers that are due. One that another worker takes at the same time is left to it."""
    return [
        server
        for server in CIServer.objects.due(now).select_related("course")[: 4 * AT_ONCE]
        if CIServer.objects.filter(pk=server.pk, next_poll_at=server.next_poll_at).update(
            next_poll_at=now + LEASE
        )
    ]


def poll_due_servers(*, now: datetime) -> int:
    """Read every due server and record what it says. Return how many were read.

    The servers are asked at the same time and outside transactions; each is recorded as soon
    as it has answered.
    """
    close_forgotten_alerts(now=now)
    visits = [_prepare(server, now) for server in claim_due_servers(now=now)]
    if not visits:
        return 0
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="poll") as pool:
        futures = {pool.submit(_ask, visit): visit for visit in visits}
        for future in as_completed(futures):
            try:
                report = future.result()
            except Exception:  # one client's mistake must not stop the other servers
                logger.exception("Reading %s failed", futures[future].server.base_url)
                words = "Reading it failed unexpectedly. The log of the worker says more."
                report = _Report(ServerReading({}, CIFault(FaultKind.BROKEN, words), CHUNK), None)
            _finish(futures[future], report, now)
    return len(visits)


def _prepare(server: CIServer, now: datetime) -> _Visit:
    bind_projects(server, now=now)
    is_on_rest = server.is_on_rest(now)
    repositories = Repository.objects.polled().filter(server=server)
    known: dict[int, dict[int, datetime]] = {}
    if is_on_rest:
        ended = Pipeline.objects.filter(repository__in=repositories).exclude(status__in=rules.ACTIVE)
        ended = ended.polled().numbered().filter(Q(number__lte=KNOWN))
        for pk, remote, updated_at in ended.values_list("repository_id", "remote_id", "updated_at"):
            known.setdefault(pk, {})[remote] = updated_at
    wanted = [
        Wanted(
            row.pk,
            row.path,
            None if row.state == Repository.State.GONE else row.remote_id,
            row.default_branch,
            row.is_suspect,
            known.get(row.pk, {}),
            row.read_at,
        )
        # Those read longest ago first, should time run out.
        for row in repositories.order_by(F("read_at").asc(nulls_first=True), "pk")
    ]
    return _Visit(server, access_to(server), wanted, not is_on_rest, server.is_token_check_due(now))


def _ask(visit: _Visit) -> _Report:
    """Read the server, in a thread of its own that never touches the database."""
    client = CLIENTS[visit.server.kind]
    reading: ServerReading = client.read_projects(
        visit.access,
        visit.wanted,
        page_size=visit.server.page_size,
        is_graphql_usable=visit.is_graphql_usable,
    )
    is_asked = reading.fault is None and (visit.is_token_check_due or not visit.wanted)
    return _Report(reading, client.read_token(visit.access) if is_asked else None)


def _finish(visit: _Visit, report: _Report, now: datetime) -> None:
    outcomes = list(report.reading.outcomes.items())
    for start in range(0, len(outcomes), CHUNK):
        record_pipelines(dict(outcomes[start : start + CHUNK]), now=now)
    _settle(visit.server, report, len(visit.wanted), now)


@transaction.atomic
def _settle(server: CIServer, report: _Report, asked: int, now: datetime) -> None:
    """Note how the poll went and when the next one is."""
    fields = _fields_after(server, report, asked, now)
    # Compare and set: settings saved meanwhile are to be polled anew, this poll was about the old ones.
    CIServer.objects.filter(pk=server.pk, next_poll_at=now + LEASE).update(**fields)
    if report.fault:
        unread = Repository.objects.polled().filter(server=server).exclude(pk__in=report.reading.outcomes)
        rows: Sequence[Repository] = list(unread.select_related("project", "branch"))
        explain_unknown(dict.fromkeys([row.pk for row in rows], report.fault.detail[:300]))
        observe_branches(rows, unread={row.pk for row in rows}, now=now)


def _fields_after(server: CIServer, report: _Report, asked: int, now: datetime) -> dict[str, object]:
    """Return what a poll changes on its server."""
    reading, fault = report.reading, report.fault
    failures = min(server.failures + 1, 1000) if fault else 0
    on_rest = asked if reading.is_graphql_unusable or server.is_on_rest(now) else 0
    pause = rules.pause_after(
        fault.kind if fault else "",
        interval_s=server.poll_interval_s,
        failures=failures,
        retry_after_s=fault.retry_after_s if fault else 0,
        on_rest=on_rest,
    )
    fields: dict[str, object] = {
        "next_poll_at": now + pause,
        "page_size": reading.page_size,
        "failures": failures,
        "last_error_kind": fault.kind.value if fault else "",
        "last_error": fault.detail[:300] if fault else "",
        "not_before": now + timedelta(seconds=fault.retry_after_s) if fault and fault.retry_after_s else None,
    }
    if not fault:
        fields["last_polled_at"] = now
    if reading.is_graphql_unusable:
        fields["graphql_unusable_until"] = now + GRAPHQL_PAUSE
    if isinstance(report.token, TokenReading):
        fields |= token_fields(report.token, now=now)
    return fields
