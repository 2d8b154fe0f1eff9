"""Fill the sample course: 200 teams and 30 days, made up. Safe to repeat; `--remove` takes it away."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from courses.models import Job
from courses.services import jobs
from dashboard.sample import making
from experiments.tasks import analyse_due

PAUSE_S = 0.5  # while a worker has it in hand


class Command(BaseCommand):
    help = "Fill a sample course with 200 teams and 30 days, all made up, to look at."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--remove", action="store_true", help="take it away with everybody in it")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["remove"]:
            self._remove()
            return
        job = making.start_sample(actor=None, now=timezone.now())
        while job.is_open:
            if not jobs.run_due_jobs(now=timezone.now()):
                time.sleep(PAUSE_S)
            job.refresh_from_db()
            self.stdout.write(f"  {job.done} of {job.total or '?'} teams")
        if job.state != Job.State.DONE:
            raise CommandError(f"The sample is not whole: {job.error or job.state}. Run it again to go on.")
        analyse_due()
        self.stdout.write(f"The sample course is at /courses/{job.course.slug}/")

    def _remove(self) -> None:
        try:
            was_there = making.remove_sample(now=timezone.now())
        except making.SampleBusyError:
            raise CommandError("Work on the sample course is still going on. Cancel its job first.") from None
        self.stdout.write("The sample course is gone." if was_there else "There is no sample course.")
