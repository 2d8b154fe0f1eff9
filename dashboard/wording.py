"""How does a team stand, in the reader's words?"""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from courses.templatetags.ui import duration
from dashboard.queries.standings import Since, Standing
from dashboard.rules import Concern

# concern -> the tone and the words of its count
CONCERNS = {
    Concern.DOWN: ("bad", gettext_lazy("down")),
    Concern.RED: ("bad", gettext_lazy("red branch")),
    Concern.ALERT: ("warn", gettext_lazy("alert open")),
    Concern.ERRORS: ("warn", gettext_lazy("errors")),
    Concern.WARNINGS: ("warn", gettext_lazy("warnings")),
    Concern.UNKNOWN: ("idle", gettext_lazy("unknown")),
    Concern.FINE: ("good", gettext_lazy("fine")),
}


def state_of(standing: Standing, now: datetime) -> tuple[str, str]:
    """Return how a team is in a word or two, and why: `down 12 min`, `production: 502 Bad Gateway`."""
    match standing.concern:
        case Concern.DOWN:
            return _with_span(_("down"), standing.down, now)
        case Concern.RED:
            return _with_span(_("red"), standing.red, now)
        case Concern.ALERT:
            return _with_span(_("alert"), standing.alert, now)
        case Concern.ERRORS:
            return _errors(standing)
        case Concern.UNKNOWN:
            return _("unknown"), standing.unknown or _("nothing is watched yet")
    return str(CONCERNS[standing.concern][1]), ""


def _with_span(word: str, since: Since | None, now: datetime) -> tuple[str, str]:
    if since is None:
        return word, ""
    return f"{word} {duration(now - since[0])}", since[1]


def _errors(standing: Standing) -> tuple[str, str]:
    count = standing.server_errors + standing.client_errors
    words = ngettext("%(count)d error", "%(count)d errors", count) % {"count": count}
    parts = ((standing.server_errors, "5XX"), (standing.client_errors, "4XX"))
    told = ", ".join(f"{n} × {kind}" for n, kind in parts if n)
    return words, _("%(counts)s in the last hour") % {"counts": told}
