"""When is long work done?"""

from celery import shared_task
from django.utils import timezone

from courses.services import jobs


@shared_task
def run_due_jobs() -> None:
    """Give the job that waited longest a turn of some seconds."""
    jobs.run_due_jobs(now=timezone.now())


@shared_task
def drop_old_jobs() -> None:
    jobs.drop_old_jobs(now=timezone.now())
