"""What happens to a CI server's settings?"""

from datetime import datetime

from django.db import IntegrityError, transaction

from courses.models import User
from courses.services import record_events, settings_event
from pipelines.clients import CLIENTS
from pipelines.clients.readings import Access, CIFault, FaultKind, TokenReading
from pipelines.models import CIServer

FORGOTTEN = {"failures": 0, "last_error_kind": "", "last_error": "", "graphql_unusable_until": None}
CURABLE = (FaultKind.AUTH, FaultKind.BROKEN)  # what people mend, and a test shows to be mended


@transaction.atomic
def save_server(server: CIServer, *, token: str, by: User, now: datetime) -> bool:
    """Store a server's settings and poll it next. An empty `token` keeps the one there is.

    False when the course has another server of this name.
    """
    is_new = server.pk is None
    if token:
        server.token, server.token_checked_at = token, None
        server.token_scopes, server.token_expires_on = "", None
    for name, value in FORGOTTEN.items():
        setattr(server, name, value)
    server.next_poll_at = now
    try:
        with transaction.atomic():
            server.save()
    except IntegrityError:
        return False
    change = "added" if is_new else "changed"
    event = settings_event(server.course, title=f"CI server “{server.name}” {change}", actor=by, now=now)
    record_events([event])
    return True


def request_poll(server: CIServer, *, now: datetime) -> bool:
    """Let the next tick poll `server`. False while the server itself told us to wait."""
    if server.not_before and server.not_before > now:
        return False
    CIServer.objects.filter(pk=server.pk).update(next_poll_at=now)
    return True


def access_to(server: CIServer) -> Access:
    return Access(server.base_url, server.token)


def token_fields(reading: TokenReading, *, now: datetime) -> dict[str, object]:
    """Return the fields of CIServer that say what its token is good for."""
    return {
        "version": reading.version,
        "token_scopes": " ".join(reading.scopes)[:300],
        "token_expires_on": reading.expires_on,
        "token_checked_at": now,
    }


def check_connection(server: CIServer, *, now: datetime) -> TokenReading | CIFault:
    """Ask the server for its version and the token's scopes and expiry, and keep the answer.

    What the test shows to be wrong, or right again, shows at once and not after the next poll.
    """
    outcome: TokenReading | CIFault = CLIENTS[server.kind].read_token(access_to(server))
    if isinstance(outcome, TokenReading):
        fields = token_fields(outcome, now=now)
        if server.last_error_kind in CURABLE:
            fields |= {**FORGOTTEN, "next_poll_at": now}
    else:
        told = {"last_error_kind": outcome.kind.value, "last_error": outcome.detail[:300]}
        fields = {"token_checked_at": now, **told}
    CIServer.objects.filter(pk=server.pk).update(**fields)
    return outcome
