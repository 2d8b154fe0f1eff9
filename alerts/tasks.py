"""When are messages sent?"""

from celery import shared_task
from django.utils import timezone

from alerts import services


@shared_task
def deliver_due() -> None:
    """Send what waits in the outbox."""
    services.deliver_due(now=timezone.now())


@shared_task
def plan_digests() -> None:
    """Queue the daily digests whose hour has come."""
    services.plan_digests(now=timezone.now())
