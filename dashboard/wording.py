"""How does a team stand, in the reader's words?"""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from courses.templatetags.ui import duration
from dashboard.rules import Concern
from dashboard.standing import PlaceNow, Standing
from health.models import Status
from health.wording import day_words

# concern -> the tone and the words of its count
CONCERNS = {
    Concern.DOWN: ("bad", gettext_lazy("down")),
    Concern.RED: ("bad", gettext_lazy("red branch")),
    Concern.ALERT: ("warn", gettext_lazy("with alerts")),
    Concern.ERRORS: ("warn", gettext_lazy("with errors")),
    Concern.WARNINGS: ("warn", gettext_lazy("with warnings")),
    Concern.UNKNOWN: ("idle", gettext_lazy("unknown")),
    Concern.FINE: ("good", gettext_lazy("fine")),
}


def state_of(one: Standing, now: datetime) -> tuple[str, str]:
    """Return how a team is in a word or two, and why: `down 12 min`, `production: 502 Bad Gateway`."""
    match one.concern:
        case Concern.DOWN:
            place = one.down[0]
            where = f"{place.name}: " if len(one.places) > 1 else ""
            return f"{_('down')} {duration(now - place.since)}", f"{where}{place.detail}"
        case Concern.RED:
            red = one.red[0]
            span = duration(now - red.since) if red.since and not red.read_at else ""
            return f"{_('red')} {span}".strip(), red.detail
        case Concern.ALERT:
            return f"{_('alert')} {duration(now - one.alerts[0].since)}", one.alerts[0].title
        case Concern.ERRORS:
            return _errors(one), _("%(counts)s in the last hour") % {"counts": ", ".join(error_counts(one))}
        case Concern.WARNINGS:
            return _("warning"), _warning(one, now)
        case Concern.UNKNOWN:
            return _("unknown"), _unknown(one, now)
    return str(CONCERNS[one.concern][1]), ""


def headline(one: Standing, now: datetime) -> str:
    """Return a sentence that says how a team is and why."""
    match one.concern:
        case Concern.DOWN:
            place = one.down[0]
            values = {"span": duration(now - place.since), "place": place.name, "why": place.detail}
            return _("%(place)s has been down for %(span)s: %(why)s") % values
        case Concern.RED:
            return _red(one, now)
        case Concern.ALERT:
            values = {"span": duration(now - one.alerts[0].since), "title": one.alerts[0].title}
            return _("An alert has been open for %(span)s: %(title)s") % values
        case Concern.ERRORS:
            counts = {"counts": ", ".join(error_counts(one))}
            return _("It answers with errors: %(counts)s in the last hour") % counts
        case Concern.WARNINGS:
            return _warning(one, now)
        case Concern.UNKNOWN:
            return _("Not known: %(why)s") % {"why": _unknown(one, now)}
    if not one.builds or not one.places:
        missing = _("no repository is read") if one.places else _("nothing is deployed")
        return _("What is watched is fine; %(missing)s") % {"missing": missing}
    return _("Everything is fine")


def _warning(one: Standing, now: datetime) -> str:
    failed = one.failed_deployments
    if failed and failed[0].failed_at:
        values = {"place": failed[0].name, "span": duration(now - failed[0].failed_at)}
        return _("The last deployment to %(place)s failed %(span)s ago") % values
    return _("The last build passed with warnings")


def _unknown(one: Standing, now: datetime) -> str:
    """Return why nothing is known. What the site may not ask is for those to know who can change it."""
    row = one.unknown
    silent = next((place for place in one.places if place.silent_since), None)
    if silent and silent.silent_since:
        values = {"place": silent.name, "span": duration(now - silent.silent_since)}
        return _("no news of %(place)s for %(span)s") % values
    if isinstance(row, PlaceNow) and not one.may_edit:
        return _("not watched at present; your course’s staff see why")
    return row.detail if row else _("nothing is watched yet")


def _red(one: Standing, now: datetime) -> str:
    red = one.red[0]
    if red.read_at:
        values = {"span": duration(now - red.read_at), "why": red.detail}
        return _("The build was red when it was last read, %(span)s ago: %(why)s") % values
    if red.since is None:
        return _("The build is red: %(why)s") % {"why": red.detail}
    values = {"span": duration(now - red.since), "why": red.detail}
    return _("The build has been red for %(span)s: %(why)s") % values


def error_counts(one: Standing) -> list[str]:
    """Return how many answers of which class went wrong in the last hour: `3 × 5XX`."""
    counted = ((one.server_errors, "5XX"), (one.client_errors, "4XX"))
    return [f"{count} × {kind}" for count, kind in counted if count]


def _errors(one: Standing) -> str:
    count = one.server_errors + one.client_errors
    return ngettext("%(count)d error", "%(count)d errors", count) % {"count": count}


def no_errors(one: Standing) -> str:
    """Return what it means that no answer of the last hour went wrong: what is down gives none at all."""
    if one.down:
        return _("no valid answer")
    if any(place.status == Status.UP for place in one.places):
        return _("none")
    return _("not known")


def day_of(one: Standing, down: timedelta | None) -> str:
    """Return how the last 24 hours of a team went, in words. down: how long it was down, if that is known."""
    return _("down %(span)s in 24 h") % {"span": duration(down)} if down else day_words(one.day)
