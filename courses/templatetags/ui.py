"""How are states, instants, spans and amounts shown? The tags and filters of every page."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from django import template
from django.template import Context
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from courses.filters import taught
from courses.models import Course
from courses.reader import theme_of
from courses.request_id import current_request_id
from courses.states import TONE_OF, TONES, WORDS

register = template.Library()

# words, the size of the unit in seconds, and up to where it is used
UNITS = (
    (_("%(n)s s"), 1, 60),
    (_("%(n)s min"), 60, 5400),
    (_("%(n)s h"), 3600, 172_800),
)

# What allauth calls its fields, and what they are called here.
LABELS = {
    "Email": _("E-mail address"),
    "Remember Me": _("Stay signed in"),
    "Current Password": _("Current password"),
    "New Password": _("New password"),
    "New Password (again)": _("New password, again"),
    "Password (again)": _("Password, again"),
}

TIME = '<time datetime="{}" title="{}">{}</time>'
# Each tone has a shape of its own (ui/_icons.html), so that no state is told by colour alone.
# Written out here and not in a template: a page of 1,000 teams shows some 6,000 of these.
STATE = '<span class="state {}"><svg aria-hidden="true"><use href="#i-{}" /></svg>{}</span>'


@register.simple_tag
def state(word: str, words: str = "") -> str:
    """Show a state as a shape and a word: `{% state "down" %}`, `{% state "bad" "2 alerts" %}`.

    The word is a state of any app or a tone (good, bad, warn, busy, idle); unknown words are idle.
    """
    tone = word if word in TONES else TONE_OF.get(word.lower(), "idle")
    return format_html(STATE, tone, tone, words or WORDS.get(word.lower(), word.replace("_", " ")))


@register.simple_tag(takes_context=True)
def live(context: Context, every_s: int = 10) -> str:
    """Return the attributes of the root of a live part, see `courses.live`: `<div id="teams" {% live %}>`."""
    return format_html(
        'data-live hx-get="{}" hx-trigger="every {}s, refresh" hx-ext="morph" hx-swap="morph:outerHTML"',
        context["request"].get_full_path(),
        every_s,
    )


@register.simple_tag(takes_context=True)
def theme(context: Context) -> str:
    """Return `light`, `dark` or `auto`, for the root element: the first paint is in the right colours."""
    request = context.get("request")
    return theme_of(request) if request else "auto"


@register.simple_tag
def request_id() -> str:
    """Return the id under which this request stands in the log."""
    return current_request_id()


@register.simple_block_tag(takes_context=False)
def table(content: str, label: str, kind: str = "stack") -> str:
    """Show a table that scrolls inside its region: `{% table "Teams" %}<thead>…{% endtable %}`."""
    return render_to_string("ui/_table.html", {"content": content, "label": label, "kind": kind})


@register.simple_tag
def when(at: datetime | None, empty: str = "") -> str:
    """Show an instant: how long ago in words; on hover the full time in the reader's zone and in UTC.

    empty: what stands for no instant, "never" if nothing is given.
    """
    if at is None:
        return empty or gettext("never")
    return format_html(TIME, at.astimezone(UTC).isoformat(), _full(at), ago(at))


@register.simple_tag
def exact(at: datetime, form: str = "DATETIME_FORMAT") -> str:
    """Show an instant by clock and calendar in the reader's zone; on hover how long ago, and in UTC.

    form: another of the formats in `courses.formats`.
    """
    shown = date_format(timezone.localtime(at), form)
    return format_html(TIME, at.astimezone(UTC).isoformat(), f"{ago(at)}: {_full(at)}", shown)


@register.simple_tag
def day(on: date, form: str = "DATE_FORMAT") -> str:
    """Show a day of the calendar, which is the same day in every zone."""
    return format_html('<time datetime="{}">{}</time>', on.isoformat(), date_format(on, form))


def _full(at: datetime) -> str:
    local = timezone.localtime(at)
    return f"{date_format(local, 'DATETIME_FORMAT')} {local:%Z} ({at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC)"


@register.filter
def ago(at: datetime) -> str:
    """Return the distance from now in words: `just now`, `3 min ago`, `in 2 h`."""
    span = timezone.now() - at
    if abs(span) < timedelta(seconds=10):
        return gettext("just now")
    words = gettext("in %(span)s") if span < timedelta() else gettext("%(span)s ago")
    return words % {"span": duration(abs(span))}


@register.filter
def since(at: datetime) -> str:
    """Return how long ago an instant was, without the word `ago`: `12 min`."""
    return duration(timezone.now() - at)


@register.filter
def duration(span: timedelta | float | None) -> str:
    """Return a span or a number of seconds in its largest unit: `45 s`, `12 min`, `3 h`, `9 d`."""
    if span is None:
        return "–"
    seconds = span.total_seconds() if isinstance(span, timedelta) else float(span)
    for words, size, limit in UNITS:
        if seconds < limit:
            return words % {"n": f"{seconds / size:.0f}"}
    return gettext("%(n)s d") % {"n": f"{seconds / 86_400:.0f}"}


@register.filter
def ms(value: float | None) -> str:
    """Return milliseconds for reading: `84 ms`, `1.2 s`."""
    if value is None:
        return "–"
    if value < 1000:
        return gettext("%(n)s ms") % {"n": f"{value:.0f}"}
    return gettext("%(n)s s") % {"n": number_format(value / 1000, 1)}


@register.filter
def percent(value: float | None, digits: int = 1) -> str:
    """Return a percentage (0 to 100) for reading. 99.97 is never rounded up to 100."""
    if value is None:
        return "–"
    shown = round(value, digits)
    if value < 100 <= shown:
        shown = 100 - 10**-digits
    return gettext("%(n)s %%") % {"n": number_format(shown, digits)}


@register.filter
def initials(name: object) -> str:
    """Return at most two letters that stand for a person: `Ada Lovelace` is AL, `ada@x.org` is A."""
    words = str(name).partition("@")[0].split() or ["?"]
    return "".join(word[0] for word in dict.fromkeys((words[0], words[-1]))).upper()


@register.filter
def label(text: object) -> str:
    """Return the label of a field in the words of this site."""
    return str(LABELS.get(str(text), text))


@register.filter
def only_sample(courses: Sequence[Course], slug: str) -> Course | None:
    """Return the sample course where a list shows nothing else: `courses|only_sample:filters.course`."""
    shown = [course for course in courses if course.slug == slug] if slug else taught(courses)
    return next((course for course in shown if course.is_sample), None)


@register.filter
def web_link(address: str) -> str:
    """Return `address` if it may stand in a link: http, https or a path of this site; else empty.

    What other systems send us may say `javascript:`, which escaping does not stop.
    """
    is_ours = address.startswith("/") and not address.startswith(("//", "/\\"))
    return address if is_ours or address.lower().startswith(("https://", "http://")) else ""
