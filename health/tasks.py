"""When are environments asked, machines measured, and old measurements dropped?"""

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from agent.courseops_agent import reading
from health import services

BATCHES = 3


@shared_task
def run_due_checks() -> None:
    """Run batches until nothing is due; the next tick takes what is left."""
    for _ in range(BATCHES):
        if services.run_due_checks(now=timezone.now()) < services.BATCH:
            break


@shared_task
def sample_host() -> None:
    """Measure the machine this worker runs on. Every worker gets this message."""
    disk = settings.DATA_DIR if settings.DATA_DIR.exists() else settings.BASE_DIR
    services.record_host_sample(reading.read(disk), now=timezone.now())


@shared_task
def drop_old_samples() -> None:
    services.drop_old_samples(now=timezone.now())
