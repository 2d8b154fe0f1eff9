"""How does Django know this app, and what of it goes into an archive?"""

from django.apps import AppConfig


class PipelinesConfig(AppConfig):
    name = "pipelines"

    def ready(self) -> None:
        """Register the app's tables. They know models, which are there only now."""
        from courses.services.archive import register_tables  # noqa: PLC0415
        from pipelines.archive import TABLES  # noqa: PLC0415

        register_tables(TABLES)
