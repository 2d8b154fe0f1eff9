"""Settings, root URLs, processes, and the pages that join the apps."""

from dashboard.celery import app as celery_app

__all__ = ["celery_app"]
