"""What happened, to what, and which of it does the reader ask for?"""

from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from courses import queries
from courses.exports import timeline_csv
from courses.http import Request
from courses.models import Event
from courses.rules.names import row_number

ENTRIES = 30
FEW_ENTRIES = 10  # beside something else
MOST_PAGES = 1000
KINDS = [
    (Event.Kind.DEPLOYMENT, _("deployments")),
    (Event.Kind.PIPELINE, _("pipelines")),
    (Event.Kind.INCIDENT, _("incidents")),
    (Event.Kind.ALERT, _("alerts")),
    (Event.Kind.EXPERIMENT, _("experiments")),
    (Event.Kind.SETTINGS, _("settings")),
    (Event.Kind.IMPORT, _("imports")),
    (Event.Kind.NOTE, _("notes")),
]


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters of a timeline; 0 and "" leave nothing out."""

    kind: str = ""
    project: int = 0
    environment: int = 0
    page: int = 1


def asked_of(request: Request) -> Asked:
    """Return what the address asks for. Nonsense asks for nothing."""
    kind = request.GET.get("kind", "")
    numbers = {name: row_number(request.GET.get(name, "")) for name in ("project", "environment", "page")}
    return Asked(
        kind=kind if kind in Event.Kind.values else "",
        project=numbers["project"],
        environment=numbers["environment"],
        page=min(max(1, numbers["page"]), MOST_PAGES),
    )


def timeline_file(request: Request, place: str, events: QuerySet[Event]) -> HttpResponse:
    """Return the timeline of `place` as a file, with the filters of the page."""
    return timeline_csv(place, _found(events, asked_of(request)))


def _found(events: QuerySet[Event], asked: Asked) -> QuerySet[Event]:
    return queries.timeline(events, kind=asked.kind, project=asked.project, environment=asked.environment)


def timeline_part(events: QuerySet[Event], asked: Asked, *, size: int = ENTRIES) -> dict[str, Any]:
    """Return what `ui/_timeline.html` shows. One query: nobody counts what happened in three years.

    size: how many entries a page has, before those that repeat the one above are shown with it.
    """
    found = _found(events, asked)
    start = (asked.page - 1) * size
    rows = list(found[start : start + size + 1])
    return {
        "lines": [(same[0], len(same)) for same in _repetitions(rows[:size])],
        "asked": asked,
        "kinds": KINDS,
        "newer": asked.page - 1 if asked.page > 1 else None,
        "older": asked.page + 1 if len(rows) > size else None,
    }


def _repetitions(rows: list[Event]) -> list[list[Event]]:
    """Return the entries, those together that say the same of the same thing one after the other."""
    same = attrgetter(
        "kind", "tone", "title", "detail", "team_id", "project_id", "environment_id", "actor_id"
    )
    return [list(group) for _said, group in groupby(rows, same)]
