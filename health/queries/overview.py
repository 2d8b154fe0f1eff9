"""What does the overview need of many environments at once? One query for each question."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Sum

from health.models import EnvironmentRollup, EnvironmentState
from health.rules import slots


@dataclass(frozen=True, slots=True)
class ErrorCounts:
    """Answers of one environment since an instant. failures: everything but 2XX, no answer included."""

    n: int = 0
    client_errors: int = 0
    server_errors: int = 0
    failures: int = 0


def environment_states(project_ids: Iterable[int]) -> list[EnvironmentState]:
    """Return the states of the projects' environments, each with its environment, by name.

    An environment that was never checked has none. Ask `status_at(now)` for what to show.
    """
    rows = EnvironmentState.objects.filter(environment__project_id__in=project_ids)
    return list(rows.select_related("environment").order_by("environment__name", "pk"))


def recent_error_counts(
    environment_ids: Iterable[int], since: datetime, *, step_minutes: int = 5
) -> dict[int, ErrorCounts]:
    """Return by environment what its checks were answered since `since`; silent ones are missing.

    step_minutes: 5 reaches back 30 days, 60 reads a twelfth of the rows and 400 days.
    """
    rows = EnvironmentRollup.objects.filter(
        environment_id__in=environment_ids,
        step_minutes=step_minutes,
        at__gte=slots.floor_to(since, step_minutes),
    )
    sums = rows.values("environment_id").annotate(
        all=Sum("n"), fine=Sum("ok"), client=Sum("http_4xx"), server=Sum("http_5xx")
    )
    return {
        row["environment_id"]: ErrorCounts(row["all"], row["client"], row["server"], row["all"] - row["fine"])
        for row in sums
    }
