"""What happens to a CI server's settings?"""

from datetime import datetime

from django.db import IntegrityError, transaction

from courses.models import User
from courses.services import record_events, settings_event
from pipelines.clients.readings import Access, TokenReading
from pipelines.models import CIServer

FORGOTTEN = {"failures": 0, "last_error_kind": "", "last_error": "", "graphql_unusable_until": None}


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


def request_test(server: CIServer, *, now: datetime) -> bool:
    """Let the next tick try address and token anew, as it does after settings are saved.

    False when nothing would try it: it is not polled, or told us to wait.
    """
    if not server.is_enabled or (server.not_before and server.not_before > now):
        return False
    CIServer.objects.filter(pk=server.pk).update(**FORGOTTEN, token_checked_at=None, next_poll_at=now)
    return True


@transaction.atomic
def remove_server(server: CIServer, *, by: User, now: datetime) -> None:
    """Delete a server with all that was read from it. Repeating it changes nothing."""
    deleted, _rows = CIServer.objects.filter(pk=server.pk).delete()
    if deleted:
        title = f"CI server “{server.name}” removed"
        record_events([settings_event(server.course, title=title, actor=by, now=now)])


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
