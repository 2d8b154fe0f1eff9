"""How do the CI servers stand, and who must know of it?"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from django.utils.translation import gettext as _

from courses.models import User
from courses.refusals import told
from pipelines import rules
from pipelines.models import CIServer, Repository
from pipelines.wording import SERVERS, concern_words, day_words

SOON = timedelta(seconds=10)  # the ticks' distance: what is due within it is due now


@dataclass(frozen=True, slots=True)
class Notice:
    """A server behind what somebody sees. text: what readers of its rows must know; may be empty.

    state: its tone and a word for it.
    """

    server: CIServer
    text: str
    tone: str
    words: str
    is_editable: bool

    @property
    def is_bad(self) -> bool:
        """Whether what it tells is missing or old, so that all readers must know."""
        return bool(self.text) and self.tone == "bad"


def server_notices(user: User, *, now: datetime) -> list[Notice]:
    """Return the servers behind what `user` sees and those they may edit. One query."""
    mine = Repository.objects.visible_to(user).filter(server=OuterRef("pk"))
    editable = CIServer.objects.editable_by(user).filter(pk=OuterRef("pk"))
    servers: Any = CIServer.objects.filter(course__is_archived=False).annotate(is_editable=Exists(editable))
    seen = servers.filter(Q(is_editable=True) | Exists(mine))
    return [_notice(server, is_editable=server.is_editable, now=now) for server in seen]


def server_notice(user: User, server: CIServer, *, now: datetime) -> list[Notice]:
    """Return what readers of one repository must know of its server: nothing, or one notice."""
    is_editable = CIServer.objects.editable_by(user).filter(pk=server.pk).exists()
    notice = _notice(server, is_editable=is_editable, now=now)
    return [notice] if notice.is_bad else []


def _notice(server: CIServer, *, is_editable: bool, now: datetime) -> Notice:
    state = server.state_at(now)
    if state == "expiring" and not is_editable:
        state = "fine"  # nobody else can do anything about it
    tone, words = SERVERS[state]
    text = concern_words(state, name=server.name, error=server.last_error, expires_on=server.token_expires_on)
    is_bad = text and state != "expiring"
    return Notice(server, text, "bad" if is_bad else tone, str(words), is_editable)


@dataclass(frozen=True, slots=True)
class ServerRow:
    """A line of the list of servers. is_due: whether the next tick reads it."""

    server: CIServer
    tone: str
    words: str
    is_on_rest: bool
    is_due: bool
    repositories: int


def server_rows(user: User, *, now: datetime) -> list[ServerRow]:
    """Return the servers of the courses `user` lectures. One query."""
    servers: Any = CIServer.objects.editable_by(user).select_related("course")
    return [
        ServerRow(server, tone, str(words), server.is_on_rest(now), server.due_at <= now + SOON, server.bound)
        for server in servers.annotate(bound=Count("repositories"))
        for tone, words in [SERVERS[server.state_at(now)]]
    ]


Check = tuple[str, str, str]  # tone, what was tried, what came of it


def connection(server: CIServer, *, now: datetime) -> list[Check]:
    """Return what the last test of a server found, from its address to what its token may."""
    kind, name = server.last_error_kind, server.get_kind_display()
    if not server.is_enabled:
        return [("idle", _("Address"), _("not asked: polling is switched off"))]
    if not kind and server.token_checked_at is None:
        waiting = _("being tried. This takes some seconds; if it stays so, no worker is running.")
        return [("busy", _("Address"), waiting)]
    if kind and kind != "auth":
        return [("bad", _("Address"), told(server.last_error))]
    answers = _("%(name)s %(version)s answers") % {"name": name, "version": server.version}
    address = ("good", _("Address"), answers.replace("  ", " "))
    if kind:
        return [address, ("bad", _("Token"), server.last_error)]
    return [address, ("good", _("Token"), _("accepted")), _scope(server), _expiry(server, now)]


def _scope(server: CIServer) -> Check:
    if not server.scopes:
        return "idle", _("Scopes"), _("the server does not tell")
    if rules.may_read(server.scopes):
        return "good", _("Scopes"), _("may read: %(scopes)s") % {"scopes": ", ".join(server.scopes)}
    words = _("read_api is missing, the token has %(scopes)s") % {"scopes": ", ".join(server.scopes)}
    return "bad", _("Scopes"), words


def _expiry(server: CIServer, now: datetime) -> Check:
    day = server.token_expires_on
    if day is None:
        return "idle", _("Expires"), _("the server does not tell")
    tone = "warn" if server.state_at(now) == "expiring" else "good"
    return tone, _("Expires"), _("on %(day)s, at 00:00 UTC") % {"day": day_words(day)}
