"""How does Django know this app, what of it goes into an archive, and which long work does it do?"""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PipelinesConfig(AppConfig):
    name = "pipelines"
    verbose_name = _("Pipelines")

    def ready(self) -> None:
        """Register the app's tables and jobs. They know models, which are there only now."""
        from courses.services import jobs  # noqa: PLC0415
        from courses.services.archive import register_tables  # noqa: PLC0415
        from pipelines.archive import TABLES  # noqa: PLC0415
        from pipelines.services.backfill import BACKFILL  # noqa: PLC0415

        register_tables(TABLES)
        jobs.register(BACKFILL)
