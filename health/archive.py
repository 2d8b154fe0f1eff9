"""What of this app goes into a course's archive?"""

from courses.services.archive import ArchiveTable
from health.models import EnvironmentRollup, Transition

DAY_MINUTES = 1440
PLACE = {
    "team": "environment__project__team__name",
    "project": "environment__project__name",
    "environment": "environment__name",
}
COUNTS = ("expected", "ok", "http_3xx", "http_4xx", "http_5xx", "timeout", "dns", "tls", "other")

TABLES = (
    ArchiveTable(
        "changes-of-status",
        lambda course: Transition.objects.filter(environment__project__team__course=course),
        {**PLACE, "at": "at", "from": "from_status", "to": "to_status", "error": "error_kind"},
    ),
    ArchiveTable(
        "checks-by-day",
        lambda course: EnvironmentRollup.objects.filter(
            environment__project__team__course=course, step_minutes=DAY_MINUTES
        ),
        {
            **PLACE,
            "day": "at",
            "checks": "n",
            **{name: name for name in COUNTS},
            "sum of latencies in ms": "latency_ms_sum",
            "highest latency in ms": "latency_ms_max",
        },
    ),
)
