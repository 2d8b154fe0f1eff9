"""Which columns does the overview have as a file?"""

from collections.abc import Iterable, Mapping, Sequence

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from courses.exports import Columns, csv_response
from dashboard.standing import Standing

OVERVIEW: Columns = [
    (_("Team"), lambda one: one.name),
    (_("State"), lambda one: one.concern.value),
    (_("Deployment"), lambda one: "; ".join(f"{place.name}: {place.status}" for place in one.places)),
    (_("Build"), lambda one: "; ".join(build.status for build in one.builds)),
    (_("5XX in the last hour"), lambda one: one.server_errors),
    (_("4XX in the last hour"), lambda one: one.client_errors),
    (_("Alerts open"), lambda one: len(one.alerts)),
    (_("Not acknowledged"), lambda one: sum(alert.taken_at is None for alert in one.alerts)),
]


def overview_csv(rows: Iterable[Standing], *, tags: Mapping[int, Sequence[str]] | None) -> HttpResponse:
    """Return the teams as a file. tags: by team; None where the reader sees none, and so no column."""
    columns = [*OVERVIEW, (_("Tags"), lambda one: "; ".join((tags or {}).get(one.team_id, ())))]
    return csv_response("overview", OVERVIEW if tags is None else columns, rows)
