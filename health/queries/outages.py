"""When did an environment last go down, for how long, and what was seen?"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from health.models import Transition
from health.rules.verdicts import DOWN

OUTAGES_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Outage:
    """A time without good answers. end: None while it goes on. kind: as in `rules.verdicts`, or empty."""

    start: datetime
    end: datetime | None
    kind: str

    @property
    def length(self) -> timedelta | None:
        return self.end - self.start if self.end else None

    @property
    def words(self) -> str:
        """What was seen, and no more than its kind."""
        if self.kind in ("3XX", "4XX", "5XX"):
            return _("answered with %(kind)s") % {"kind": self.kind}
        return {
            "timeout": _("no answer in time"),
            "dns": _("name not found"),
            "tls": _("no valid certificate"),
            "connect": _("no connection"),
        }.get(self.kind, _("no valid answer"))


def last_outages(environment_id: int, *, watched_until: datetime | None) -> list[Outage]:
    """Return the last times the environment was down, the newest first.

    watched_until: from when on its status is no longer believed; None while it is. What nobody saw the
    end of ends there.
    """
    rows = Transition.objects.filter(Q(to_status=DOWN) | Q(from_status=DOWN), environment_id=environment_id)
    found: list[Outage] = []
    end: datetime | None = None
    newest = rows.order_by("-at", "-pk").values_list("at", "to_status", "error_kind")
    for at, status, kind in newest[: 2 * OUTAGES_SHOWN]:
        if status == DOWN:
            found.append(Outage(at, end or (watched_until and max(at, watched_until)), kind))
        end = at
    return found
