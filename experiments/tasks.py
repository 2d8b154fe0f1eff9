"""When are experiments analysed?"""

import logging

from celery import shared_task
from django.utils import timezone

from experiments.models import Experiment
from experiments.services.results import analyse, due_results

logger = logging.getLogger(__name__)


@shared_task
def analyse_due() -> None:
    """Bring the results up to date that new events or a stop made stale.

    One experiment that cannot be analysed does not keep the others waiting: it is logged, and the
    next tick tries again.
    """
    due, failed = due_results(timezone.now()).values("experiment"), 0
    for experiment in Experiment.objects.filter(pk__in=due).order_by("pk"):
        try:
            while analyse(experiment, now=timezone.now()):
                pass
        except Exception:
            failed += 1
            logger.exception("Experiment %s could not be analysed", experiment.pk)
    if failed:
        logger.error("%s experiments could not be analysed in this tick", failed)
