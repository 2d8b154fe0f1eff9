"""Which time zones can be chosen, and how does one find one's own among 500?

By region, and in it by the name of the place: typing its first letters jumps to it in any browser. A page
with such a field may preset or offer the browser's zone, see static/js/zone.js.

What stands in no region is not offered: older names (`EST`, `Japan`), bare offsets, whose sign misleads
(`Etc/GMT+10` is ten hours behind), and what is no place at all (`Factory`, `localtime`). Who has such a zone
keeps it: `keep_zone`.
"""

import zoneinfo
from functools import cache
from typing import Any, ClassVar

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# The regions of the IANA database.
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
OTHERS = _("As it is now")

Group = tuple[str | Promise, list[tuple[str, str]]]


@cache
def time_zones() -> list[tuple[str, str] | Group]:
    """Return the zones of the IANA database as choices: UTC, then the regions with their places."""
    groups: dict[str, list[tuple[str, str]]] = {region: [] for region in REGIONS}
    for name in zoneinfo.available_timezones():
        region, _slash, place = name.partition("/")
        if region in groups:
            groups[region].append((name, _label(place)))
    regions: list[Group] = [
        (REGIONS[region], sorted(places, key=lambda place: place[1])) for region, places in groups.items()
    ]
    return [("UTC", "UTC"), *regions]


def keep_zone(form: forms.BaseForm, name: str) -> None:
    """Let `form` offer the zone `name` too, which somebody has and the list has not."""
    field: Any = form.fields["time_zone"]
    if name and not field.valid_value(name):
        field.choices = [*field.choices, (OTHERS, [(name, name)])]


def _label(place: str) -> str:
    """Return the city first: `Argentina/Buenos_Aires` is `Buenos Aires (Argentina)`."""
    land, _slash, city = place.replace("_", " ").rpartition("/")
    return f"{city} ({land})" if land else city


class ZoneSelect(forms.Select):
    """A choice of time zones, with the script that knows the browser's own."""

    class Media:
        js: ClassVar = [forms.Script("js/zone.js", defer=True)]
