"""How does Django know this app, and what of it goes into an archive?"""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AlertsConfig(AppConfig):
    name = "alerts"
    verbose_name = _("Alerts")

    def ready(self) -> None:
        """Register the app's tables. They know models, which are there only now."""
        from alerts.archive import TABLES  # noqa: PLC0415
        from courses.services.archive import register_tables  # noqa: PLC0415

        register_tables(TABLES)
