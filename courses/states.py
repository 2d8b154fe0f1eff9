"""What is the state of a thing called, and which tone has it? One tone has one colour and one shape."""

from django.utils.translation import gettext_lazy as _

# state word -> tone; a tone has one colour and one shape everywhere
TONES = {
    "good": ("up", "ok", "success", "sent", "resolved", "active"),
    "bad": ("down", "failed", "error", "firing", "dead", "expired", "red"),
    "warn": ("warning", "stale", "manual"),
    "busy": ("running",),
    # What has not begun.
    "wait": (
        "pending",
        "created",
        "preparing",
        "waiting",
        "scheduled",
        "waiting_for_resource",
        "waiting_for_callback",
    ),
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
    "created": _("not started"),
    "preparing": _("preparing"),
    "waiting": _("waiting"),
    "scheduled": _("scheduled"),
    "waiting_for_resource": _("waits for a resource"),
    "waiting_for_callback": _("waits for an answer"),
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
