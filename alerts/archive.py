"""What of this app goes into a course's archive?"""

from alerts.models import Alert
from courses.services.archive import ArchiveTable

TABLES = (
    ArchiveTable(
        "alerts",
        lambda course: Alert.objects.filter(project__team__course=course),
        {
            "rule": "rule__name",
            "severity": "rule__severity",
            "team": "project__team__name",
            "project": "project__name",
            "subject": "subject",
            "state": "state",
            "title": "title",
            "since": "pending_since",
            "fired": "fired_at",
            "resolved": "resolved_at",
            "last value": "last_value",
            "acknowledged": "acknowledged_at",
            "acknowledged by": "acknowledged_by__email",
            "note": "acknowledged_note",
        },
    ),
)
