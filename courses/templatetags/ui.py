"""How are states, instants, spans and amounts shown? The tags and filters of every page."""

from datetime import UTC, datetime, timedelta

from django import template
from django.template import Context
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from courses.reader import theme_of
from courses.request_id import current_request_id

register = template.Library()

# state word -> tone; a tone has one colour and one shape everywhere
TONES = {
    "good": ("up", "ok", "success", "sent", "resolved", "active"),
    "bad": ("down", "failed", "error", "firing", "dead", "expired", "red"),
    "warn": ("warning", "stale", "manual"),
    "busy": ("running", "pending", "created", "preparing", "waiting", "scheduled", "waiting_for_resource"),
    "idle": (
        "unknown",
        "draft",
        "stopped",
        "skipped",
        "canceled",
        "canceling",
        "none",
        "no data",
        "acknowledged",
    ),
}
TONE_OF = {word: tone for tone, words in TONES.items() for word in words}


# What allauth calls its fields, and what they are called here.
LABELS = {
    "Email": _("E-mail address"),
    "Remember Me": _("Stay signed in"),
    "Current Password": _("Current password"),
    "New Password": _("New password"),
    "New Password (again)": _("New password, again"),
    "Password (again)": _("Password, again"),
}

# What a state is called on a page; a word that stands not here is some other system's own.
WORDS = {
    "up": _("up"),
    "ok": _("ok"),
    "success": _("passed"),
    "sent": _("sent"),
    "resolved": _("resolved"),
    "active": _("active"),
    "down": _("down"),
    "failed": _("failed"),
    "error": _("error"),
    "firing": _("firing"),
    "dead": _("given up"),
    "expired": _("expired"),
    "red": _("red"),
    "warning": _("warning"),
    "stale": _("stale"),
    "manual": _("waits for somebody"),
    "running": _("running"),
    "pending": _("pending"),
    "created": _("created"),
    "preparing": _("preparing"),
    "waiting": _("waiting"),
    "scheduled": _("scheduled"),
    "waiting_for_resource": _("waits for a resource"),
    "unknown": _("unknown"),
    "draft": _("draft"),
    "stopped": _("stopped"),
    "skipped": _("skipped"),
    "canceled": _("cancelled"),
    "canceling": _("being cancelled"),
    "none": _("none"),
    "no data": _("no data"),
    "acknowledged": _("acknowledged"),
}

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
def when(at: datetime | None, empty: str = "never") -> str:
    """Show an instant: how long ago in words, the full time in the reader's zone on hover."""
    if at is None:
        return empty
    utc = at.astimezone(UTC)
    full = f"{timezone.localtime(at):%Y-%m-%d %H:%M:%S %Z} ({utc:%H:%M:%S} UTC)"
    return format_html('<time datetime="{}" title="{}">{}</time>', utc.isoformat(), full, ago(at))


@register.filter
def ago(at: datetime) -> str:
    """Return the distance from now in words: `just now`, `3 min ago`, `in 2 h`."""
    span = timezone.now() - at
    if abs(span) < timedelta(seconds=10):
        return "just now"
    return f"in {duration(-span)}" if span < timedelta() else f"{duration(span)} ago"


@register.filter
def duration(span: timedelta | float | None) -> str:
    """Return a span or a number of seconds in its largest unit: `45 s`, `12 min`, `3 h`, `9 d`."""
    if span is None:
        return "–"
    seconds = span.total_seconds() if isinstance(span, timedelta) else float(span)
    for unit, size, limit in (("s", 1, 90), ("min", 60, 5400), ("h", 3600, 172_800)):
        if seconds < limit:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds / 86_400:.0f} d"


@register.filter
def ms(value: float | None) -> str:
    """Return milliseconds for reading: `84 ms`, `1.2 s`."""
    if value is None:
        return "–"
    return f"{value:.0f} ms" if value < 1000 else f"{value / 1000:.1f} s"


@register.filter
def percent(value: float | None, digits: int = 1) -> str:
    """Return a percentage (0 to 100) for reading. 99.97 is never rounded up to 100."""
    if value is None:
        return "–"
    text = f"{value:.{digits}f}"
    if value < 100 and float(text) >= 100:
        text = f"{100 - 10**-digits:.{digits}f}"
    return f"{text} %"


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
def web_link(address: str) -> str:
    """Return `address` if it may stand in a link: http, https or a path of this site; else empty.

    What other systems send us may say `javascript:`, which escaping does not stop.
    """
    is_ours = address.startswith("/") and not address.startswith(("//", "/\\"))
    return address if is_ours or address.lower().startswith(("https://", "http://")) else ""
