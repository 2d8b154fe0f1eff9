"""How does Django know this app, and which long work does it do?"""

from django.apps import AppConfig


class CoursesConfig(AppConfig):
    name = "courses"

    def ready(self) -> None:
        """Register the app's kinds of jobs. They know models, which are there only now."""
        from courses.archive import TABLES  # noqa: PLC0415
        from courses.services import archive, jobs, roster_job  # noqa: PLC0415

        archive.register_tables(TABLES)
        jobs.register(archive.ARCHIVE)
        jobs.register(roster_job.ROSTER_IMPORT)
