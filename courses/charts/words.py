"""How long is a span, and how many events are there, in words for a chart?"""

from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

UNITS = (("d", 86_400), ("h", 3600), ("min", 60), ("s", 1))


def words_of(span: timedelta) -> str:
    """Return a span in its two largest units: `3 h 12 min`."""
    seconds = round(span.total_seconds())
    units = {"d": _("%(n)s d"), "h": _("%(n)s h"), "min": _("%(n)s min"), "s": _("%(n)s s")}
    parts = []
    for unit, size in UNITS:
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(units[unit] % {"n": count})
    return " ".join(parts[:2]) or units["s"] % {"n": 0}


def count_words(kind: str, count: int) -> str:
    """Return how many events of a kind: `3 deployments`."""
    words = {
        "deployment": ngettext("%(count)s deployment", "%(count)s deployments", count),
        "pipeline": ngettext("%(count)s red pipeline", "%(count)s red pipelines", count),
        "incident": ngettext("%(count)s incident", "%(count)s incidents", count),
        "silence": ngettext("%(count)s gap in the readings", "%(count)s gaps in the readings", count),
        "alert": ngettext("%(count)s alert", "%(count)s alerts", count),
        "experiment": ngettext("%(count)s experiment", "%(count)s experiments", count),
        "note": ngettext("%(count)s note", "%(count)s notes", count),
    }
    return words[kind] % {"count": count}
