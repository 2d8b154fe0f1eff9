"""How long is a span, in words exact enough for a chart?"""

from datetime import timedelta

from django.utils.translation import gettext as _

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
