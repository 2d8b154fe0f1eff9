"""What of this app goes into a course's archive?"""

from courses.services.archive import ArchiveTable
from pipelines.models import Pipeline

TABLES = (
    ArchiveTable(
        "pipelines",
        lambda course: Pipeline.objects.filter(repository__project__team__course=course),
        {
            "team": "repository__project__team__name",
            "repository": "repository__path",
            "pipeline": "iid",
            "branch": "ref",
            "commit": "sha",
            "source": "source",
            "status": "status",
            "coverage in %": "coverage",
            "duration in s": "duration_s",
            "queued in s": "queued_s",
            "created": "created_at",
            "started": "started_at",
            "finished": "finished_at",
        },
    ),
)
