"""How does Django know this app, and what of it goes into an archive?"""

from django.apps import AppConfig


class AlertsConfig(AppConfig):
    name = "alerts"

    def ready(self) -> None:
        """Register the app's tables. They know models, which are there only now."""
        from alerts.archive import TABLES  # noqa: PLC0415
        from courses.services.archive import register_tables  # noqa: PLC0415

        register_tables(TABLES)
