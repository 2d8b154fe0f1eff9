"""What happens to a CI server's settings?"""

from datetime import datetime

from django.db import transaction

from courses.models import User
from courses.services import record_events, settings_event
from pipelines.clients import CLIENTS
from pipelines.clients.readings import Access, CIFault, TokenReading
from pipelines.models import CIServer

FORGOTTEN = {"failures": 0, "last_error_kind": "", "last_error": "", "graphql_unusable_until": None}


@transaction.atomic
def save_server(server: CIServer, *, token: str, by: User, now: datetime) -> CIServer:
    """Store a server's settings and poll it next. An empty `token` keeps the one there is."""
    is_new = server.pk is None
    if token:
        server.token, server.token_checked_at = token, None
        server.token_scopes, server.token_expires_on = "", None
    for name, value in FORGOTTEN.items():
        setattr(server, name, value)
    server.next_poll_at = now
    server.save()
    change = "added" if is_new else "changed"
    event = settings_event(server.course, title=f"CI server “{server.name}” {change}", actor=by, now=now)
    record_events([event])
    return server


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
    """Ask the server for its version and the token's scopes and expiry, and keep the answer."""
    outcome: TokenReading | CIFault = CLIENTS[server.kind].read_token(access_to(server))
    if isinstance(outcome, TokenReading):
        CIServer.objects.filter(pk=server.pk).update(**token_fields(outcome, now=now))
    return outcome
