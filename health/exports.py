"""Which columns do lists of environments, of their results and of hosts have as files?"""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from courses.exports import Columns, csv_response
from courses.models import Environment
from health.models import CheckResult, EnvironmentState, Host, HostState


def environments_csv(rows: QuerySet[Environment], *, now: datetime) -> HttpResponse:
    """Return the environments with their states as of `now`."""

    def status(row: Any) -> str:
        state: EnvironmentState | None = getattr(row, "health_state", None)
        return state.status_at(now) if state else "unknown"

    columns: Columns = [
        (_("Team"), lambda row: row.project.team),
        (_("Project"), lambda row: row.project),
        (_("Environment"), lambda row: row.name),
        (_("Address"), lambda row: row.url),
        (_("State"), status),
        (_("Since (UTC)"), lambda row: _of(row, "since")),
        (_("Last checked (UTC)"), lambda row: _of(row, "last_checked_at")),
        (_("HTTP status"), lambda row: _of(row, "http_status")),
        (_("Latency (ms)"), lambda row: _of(row, "last_latency_ms")),
        (_("Fault"), lambda row: _of(row, "error_kind")),
        (_("Details"), lambda row: _of(row, "detail")),
    ]
    return csv_response("environments", columns, rows)


def _of(row: Any, name: str) -> object:
    return getattr(getattr(row, "health_state", None), name, None)


RESULTS: Columns = [
    (_("At (UTC)"), lambda row: row.at),
    (_("State"), lambda row: row.status),
    (_("HTTP status"), lambda row: row.http_status),
    (_("Latency (ms)"), lambda row: row.latency_ms),
    (_("Fault"), lambda row: row.error_kind),
    (_("Details"), lambda row: row.detail),
]


def results_csv(environment: Environment) -> HttpResponse:
    """Return all results of checks that are kept of `environment`, the newest first."""
    rows = CheckResult.objects.filter(environment=environment).order_by("-at")
    return csv_response(f"{environment.project.slug}-{environment.slug}-results", RESULTS, rows)


def hosts_csv(rows: QuerySet[Host], *, now: datetime) -> HttpResponse:
    """Return the machines with their latest readings as of `now`."""

    def latest(name: str) -> Any:
        return lambda row: getattr(getattr(row, "state", None), name, None)

    def status(row: Any) -> str:
        state: HostState | None = getattr(row, "state", None)
        return "up" if state and not state.is_stale(now) else "unknown"

    columns: Columns = [
        (_("Host"), lambda row: row.name),
        (_("Course"), lambda row: row.course or ""),
        (_("State"), status),
        (_("Last reading (UTC)"), latest("last_sampled_at")),
        (_("CPU (%)"), latest("cpu_percent")),
        (_("Memory (%)"), latest("memory_percent")),
        (_("Disk (%)"), latest("disk_percent")),
        (_("Load of one minute"), latest("load_1m")),
    ]
    return csv_response("hosts", columns, rows)
