"""When are CI servers polled?"""

from celery import shared_task
from django.utils import timezone

from pipelines import services


@shared_task
def poll_due_servers() -> None:
    """Read every CI server that is due."""
    services.poll_due_servers(now=timezone.now())
