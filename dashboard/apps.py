"""How does Django know this app, and which long work does it do?"""

from django.apps import AppConfig


class DashboardConfig(AppConfig):
    name = "dashboard"

    def ready(self) -> None:
        """Register the app's kind of job. It knows models, which are there only now."""
        from courses.services import jobs  # noqa: PLC0415
        from dashboard.sample.making import SAMPLE  # noqa: PLC0415

        jobs.register(SAMPLE)
