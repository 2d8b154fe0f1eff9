"""How does Django know this app, and which long work does it do?"""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoursesConfig(AppConfig):
    name = "courses"
    verbose_name = _("Courses")

    def ready(self) -> None:
        """Register the app's kinds of jobs. They know models, which are there only now."""
        from courses.archive import TABLES  # noqa: PLC0415
        from courses.services import archive, invitations, jobs, roster_job  # noqa: PLC0415

        archive.register_tables(TABLES)
        jobs.register(archive.ARCHIVE)
        jobs.register(invitations.INVITATIONS)
        jobs.register(roster_job.ROSTER_IMPORT)
