"""What do the measurements say in words? Spans and what became of a chosen one."""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from health.rules import ranges


def span_words(span: timedelta) -> str:
    """Return a span a reader can choose: `24 hours`, `7 days`."""
    if span <= timedelta(hours=24):
        hours = round(span / timedelta(hours=1))
        return ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": hours}
    return ngettext("%(count)s day", "%(count)s days", span.days) % {"count": span.days}


def window_words(shown: ranges.Window, zone: tzinfo) -> str:
    """Return what the figures are of: `last 24 hours`, `since 09:12` or `28 Mar 12:00 to 28 Mar 13:00`."""
    if shown.asked.end:
        ends = {"start": instant(shown.start, zone), "end": instant(shown.end, zone)}
        return _("%(start)s to %(end)s") % ends
    if shown.since:
        return _("since %(time)s") % {"time": clock(shown.since, shown.end, zone)}
    return _("last %(span)s") % {"span": span_words(shown.asked.span)}


def became_words(became: str) -> str:
    """Return what a reader is told about the span they asked for; empty when it was taken as it was."""
    return {
        ranges.UNREADABLE: _(
            "The address asks for a span that cannot be read, so the usual one is shown. "
            "It takes two instants such as from=2026-03-28T12:00Z and to=2026-03-28T14:00Z."
        ),
        ranges.WIDENED: _("The span was shorter than 5 minutes, the least that is drawn: it begins earlier."),
        ranges.CUT: _("The span was longer than 400 days, the most that is kept: it begins later."),
    }.get(became, "")


def instant(at: datetime, zone: tzinfo) -> str:
    """Return an instant in the reader's zone: `28 Mar 13:05`."""
    return date_format(at.astimezone(zone), "SHORT_DATETIME_FORMAT")


def clock(at: datetime, now: datetime, zone: tzinfo) -> str:
    """Return an instant in the reader's zone, without the day when that is today: `09:12`."""
    local = at.astimezone(zone)
    is_today = local.date() == now.astimezone(zone).date()
    return date_format(local, "TIME_FORMAT" if is_today else "SHORT_DATETIME_FORMAT")


@dataclass(frozen=True, slots=True)
class RangeLinks:
    """The spans a page offers, as (name, words, is_current). note: what became of a chosen one.

    is_zoomed: whether the span was chosen by its ends, so that there is a way back.
    """

    links: list[tuple[str, str, bool]]
    note: str
    is_zoomed: bool


def range_links(span: ranges.Range, became: str) -> RangeLinks:
    """Return what `health/_ranges.html` shows above the charts of `span`."""
    links = [(row.name, span_words(row.span), row == span) for row in ranges.RANGES.values()]
    return RangeLinks(links, became_words(became), span.end is not None)
