"""What do the measurements say in words? States, what to do about them, spans and what became of one."""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from django.utils.formats import date_format
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from courses.charts.axes import zone_words
from courses.refusals import cure_of
from courses.rules import ranges
from courses.templatetags.ui import duration, exact
from health.rules.ranges import Window
from health.rules.verdicts import DOWN, REFUSED, UNKNOWN, UP

# kind of what went wrong (rules.verdicts) -> what is best done next
NEXT_STEPS = {
    "5XX": gettext_lazy("The app itself fails: read its log, or go back to the version before."),
    "4XX": gettext_lazy("The app runs but refuses this address: is the path of the check right?"),
    "3XX": gettext_lazy("The app answers with a redirect that leads nowhere: is the URL the final one?"),
    "timeout": gettext_lazy("No answer came in time: does the app run, and is its machine too busy?"),
    "dns": gettext_lazy("The name leads nowhere: look for a typing error in the URL, then at the DNS entry."),
    "tls": gettext_lazy("Browsers warn of this, too: renew the certificate or correct the name in it."),
    "connect": gettext_lazy("Nothing listens there: start the app, then look at its port and the firewall."),
    "redirect": gettext_lazy("The app redirects in a circle or too often: is the URL the final one?"),
    "protocol": gettext_lazy(
        "What listens there does not speak HTTP: look at the port and at http or https."
    ),
    "refused": gettext_lazy("This site asks public addresses only."),
}
OTHER_STEP = gettext_lazy("Open the app and read its log.")
WAS = {
    UP: gettext_lazy("It was up then."),
    DOWN: gettext_lazy("It was down then."),
    UNKNOWN: gettext_lazy("It was not known before either."),
}


def next_step(kind: str, detail: str) -> str:
    """Return what is best done about what went wrong; empty when nothing did. detail: what was told of it."""
    step = str(NEXT_STEPS.get(kind, OTHER_STEP)) if kind else ""
    return f"{step} {cure_of(detail)}".rstrip() if kind == REFUSED else step


def headline(status: str, held: timedelta) -> str:
    """Return a status and how long it has held: `Down for 12 min`."""
    words = _("Down for %(span)s") if status == DOWN else _("Up for %(span)s")
    return words % {"span": duration(held)}


def silence(status: str, silent: timedelta) -> tuple[str, str]:
    """Return what is known of a place that nobody has asked for so long, and what to do."""
    advice = _("The worker of this site may be away: tell its administrator if this lasts.")
    return _("No news for %(span)s") % {"span": duration(silent)}, f"{WAS[status]} {advice}"


def version_words(title: str, place: str) -> str:
    """Return what a deployment brought to `place`, from its title in the timeline: `Deployed 1a2b to x`."""
    start, end = "Deployed ", f" to {place}"
    return title.removeprefix(start).removesuffix(end) if title.startswith(start) else title


def day_words(line: str) -> str:
    """Return the last 24 hours in words; line: see rules.day."""
    watched = sum(letter in "ud" for letter in line)
    if not watched:
        return _("Not watched in the last 24 hours")
    bad = ngettext("%(n)s hour with a failure", "%(n)s hours with failures", line.count("d")) % {
        "n": line.count("d")
    }
    return _("%(bad)s of the %(watched)s watched") % {"bad": bad, "watched": watched}


def span_words(span: timedelta) -> str:
    """Return a span a reader can choose: `24 hours`, `7 days`."""
    if span <= timedelta(hours=24):
        hours = round(span / timedelta(hours=1))
        return ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": hours}
    return ngettext("%(count)s day", "%(count)s days", span.days) % {"count": span.days}


def window_words(shown: Window, zone: tzinfo) -> str:
    """Return what a drawing is of: `last 24 hours`, `since 09:12 UTC+1`, `… to 28 Mar 13:00 UTC+1`."""
    if shown.asked.end:
        return _to(instant(shown.start, zone), f"{instant(shown.end, zone)} {zone_words(shown.end, zone)}")
    if shown.since:
        return _since(f"{clock(shown.since, shown.end, zone)} {zone_words(shown.since, zone)}")
    return _last(shown)


def window_label(shown: Window, zone: tzinfo) -> str:
    """Return the same for the label of a figure, each instant as an element that tells more on hover."""
    if shown.asked.end:
        ends = exact(shown.start, "SHORT_DATETIME_FORMAT"), exact(shown.end, "SHORT_DATETIME_FORMAT")
        return mark_safe(_to(*ends))  # noqa: S308 - of our own words and elements
    if shown.since:
        form = _clock_form(shown.since, shown.end, zone)
        return mark_safe(_since(exact(shown.since, form)))  # noqa: S308
    return _last(shown)


def _to(start: str, end: str) -> str:
    return _("%(start)s to %(end)s") % {"start": start, "end": end}


def _since(time: str) -> str:
    return _("since %(time)s") % {"time": time}


def _last(shown: Window) -> str:
    return _("last %(span)s") % {"span": span_words(shown.asked.span)}


def instant(at: datetime, zone: tzinfo) -> str:
    """Return an instant in the reader's zone: `28 Mar 13:05`."""
    return date_format(at.astimezone(zone), "SHORT_DATETIME_FORMAT")


def clock(at: datetime, now: datetime, zone: tzinfo) -> str:
    """Return an instant in the reader's zone, without the day when that is today: `09:12`."""
    return date_format(at.astimezone(zone), _clock_form(at, now, zone))


def _clock_form(at: datetime, now: datetime, zone: tzinfo) -> str:
    is_today = at.astimezone(zone).date() == now.astimezone(zone).date()
    return "TIME_FORMAT" if is_today else "SHORT_DATETIME_FORMAT"


@dataclass(frozen=True, slots=True)
class RangeLinks:
    """The spans a page offers, as (name, words, is_current).

    became: what became of a chosen one, see courses.rules.ranges.
    is_zoomed: whether the span was chosen by its ends, so that there is a way back.
    """

    links: list[tuple[str, str, bool]]
    became: str
    is_zoomed: bool


def range_links(span: ranges.Range, became: str) -> RangeLinks:
    """Return what `health/_ranges.html` shows above the charts of `span`."""
    links = [(row.name, span_words(row.span), row == span) for row in ranges.RANGES.values()]
    return RangeLinks(links, became, span.end is not None)
