"""Which time zones can be chosen, and how does one find one's own among 600?

By region, and in it by the name of the place: typing its first letters jumps to it in any browser. A page
with such a field may preset or offer the browser's zone, see static/js/zone.js.
"""

import zoneinfo
from functools import cache
from typing import ClassVar

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# The regions of the IANA database; what stands in none of them is an older name or a bare offset.
REGIONS: dict[str, str | Promise] = {
    "Africa": _("Africa"),
    "America": _("America"),
    "Antarctica": _("Antarctica"),
    "Arctic": _("Arctic"),
    "Asia": _("Asia"),
    "Atlantic": _("Atlantic"),
    "Australia": _("Australia"),
    "Europe": _("Europe"),
    "Indian": _("Indian Ocean"),
    "Pacific": _("Pacific"),
}
OTHERS = _("Other names")

Group = tuple[str | Promise, list[tuple[str, str]]]


@cache
def time_zones() -> list[tuple[str, str] | Group]:
    """Return the zones of the IANA database as choices: UTC, then the regions with their places."""
    groups: dict[str, list[tuple[str, str]]] = {region: [] for region in [*REGIONS, ""]}
    for name in zoneinfo.available_timezones() - {"UTC"}:
        region, _slash, place = name.partition("/")
        is_known = region in REGIONS and bool(place)
        groups[region if is_known else ""].append((name, _label(place) if is_known else name))
    regions: list[Group] = [
        (REGIONS.get(region, OTHERS), sorted(places, key=lambda place: place[1]))
        for region, places in groups.items()
    ]
    return [("UTC", "UTC"), *regions]


def _label(place: str) -> str:
    """Return the city first: `Argentina/Buenos_Aires` is `Buenos Aires (Argentina)`."""
    land, _slash, city = place.replace("_", " ").rpartition("/")
    return f"{city} ({land})" if land else city


class ZoneSelect(forms.Select):
    """A choice of time zones, with the script that knows the browser's own."""

    class Media:
        js: ClassVar = [forms.Script("js/zone.js", defer=True)]
