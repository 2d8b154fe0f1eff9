"""What do readers see: the list, the results of one experiment, how to connect an app?"""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from courses.exports import wants_csv
from courses.filters import Filters, choices_of
from courses.http import Request, asked_filters, page_of
from courses.live import live_page
from courses.models import Course, Project
from courses.rules import ranges
from experiments import queries
from experiments.exports import experiments_csv, figures_csv
from experiments.models import Experiment, Phase
from experiments.queries.lists import SPLIT_OFF
from experiments.rules.items import from_us
from experiments.rules.results import Snapshot
from experiments.rules.values import client_type
from experiments.rules.verdict import split_is_off
from experiments.views.moves import crumbs_to
from experiments.wording import level, metric_tables, split_table
from experiments.wording.lists import state_chips

PAGE_SIZE = 50
STALE_AFTER = timedelta(minutes=2)


@require_GET
def experiment_list(request: Request) -> HttpResponse:
    """All experiments the reader may see, what needs somebody first.

    `course`, `state`, `tutor`, `tag` and `q` narrow it.
    """
    asked = asked_filters(request, {*Experiment.State, SPLIT_OFF})
    if wants_csv(request):
        return experiments_csv(queries.experiment_rows(request.user, asked))
    tutors, tags = choices_of(request.user, asked.course)
    frame = {
        "asked": asked,
        "courses": Course.objects.visible_to(request.user).order_by("name", "pk"),
        "tutors": tutors,
        "tags": tags,
        "may_add": Project.objects.editable_by(request.user).exists(),
        "has_any": Experiment.objects.visible_to(request.user).exists(),
    }
    return live_page(
        request,
        "experiments/experiment_list.html",
        frame=frame,
        experiments=lambda: _rows(request, asked),
    )


def _rows(request: Request, asked: Filters) -> dict[str, Any]:
    page = page_of(request, queries.experiment_rows(request.user, asked), size=PAGE_SIZE)
    rows = [(row, row.verdict, row.snapshot.units, queries.units_line(row)) for row in page]
    chips = state_chips(queries.state_counts(request.user, asked), asked.state)
    is_staff = Course.objects.staffed_by(request.user).exists() if not rows else False
    return {"page": page, "rows": rows, "chips": chips, "is_narrowed": asked.is_active, "is_staff": is_staff}


@require_GET
def experiment_detail(request: Request, pk: int) -> HttpResponse:
    """What an experiment shows: the verdict, the figures behind it, how fresh they are, and its plan."""
    rows = queries.with_plan(Experiment.objects.visible_to(request.user))
    experiment = get_object_or_404(rows.select_related("created_by"), pk=pk)
    if wants_csv(request):
        return figures_csv(experiment)
    frame = {
        "experiment": experiment,
        "crumbs": crumbs_to(experiment)[:-1],
        "phase": next(iter(experiment.phases.all()), None),
        "history": queries.history(experiment),
        "may_edit": _may_edit(request, experiment),
    }
    return live_page(
        request,
        "experiments/experiment_detail.html",
        frame=frame,
        results=lambda: _results(request, experiment),
    )


def _results(request: Request, experiment: Experiment) -> dict[str, Any]:
    """Return what changes by itself: the verdict and what it rests on."""
    result, snapshot = getattr(experiment, "result", None), experiment.snapshot
    is_running = experiment.state == Experiment.State.RUNNING
    # Of what others of the project report after its end nothing concerns it any more.
    waiting_since = queries.waiting_since(experiment, result) if result and is_running else None
    phase = next(iter(experiment.phases.all()), None)
    is_early = is_running and experiment.horizon.is_open
    return {
        "result": result,
        "snapshot": snapshot,
        "verdict": experiment.verdict,
        "waiting_since": waiting_since,
        "is_stale": waiting_since is not None and timezone.now() - waiting_since > STALE_AFTER,
        "is_readable": snapshot.units and not split_is_off(snapshot),
        "tables": metric_tables(snapshot, is_running=is_running, is_early=is_early),
        "is_early": is_early,
        "split": split_table(snapshot),
        "level": level(snapshot.confidence),
        "last_event_at": from_us(snapshot.last_event_us),
        "units": _units(request, experiment, phase, snapshot) if phase else None,
    }


def _units(
    request: Request, experiment: Experiment, phase: Phase, snapshot: Snapshot
) -> queries.UnitsChart | None:
    asked = ranges.asked(request.GET, first=phase.started_at, now=timezone.now())
    zone = timezone.get_current_timezone()
    return queries.units_chart(experiment, phase, snapshot, asked=asked, zone=zone)


@require_GET
def integration(request: Request, pk: int) -> HttpResponse:
    """How an app asks for its variant and reports what happens."""
    rows = queries.with_plan(Experiment.objects.visible_to(request.user))
    experiment = get_object_or_404(rows, pk=pk)
    variants, metrics = list(experiment.variants.all()), list(experiment.metrics.all())
    context = {
        "experiment": experiment,
        "crumbs": crumbs_to(experiment),
        "site_url": settings.SITE_URL,
        "variant": variants[0] if variants else None,
        "default": repr(variants[0].value) if variants else "",
        "type": client_type(variant.value for variant in variants),
        "metric": metrics[0].metric if metrics else None,
        "may_edit": _may_edit(request, experiment),
    }
    return render(request, "experiments/integration.html", context)


def _may_edit(request: Request, experiment: Experiment) -> bool:
    return Experiment.objects.editable_by(request.user).filter(pk=experiment.pk).exists()
