"""What is asked before an experiment starts, stops or is deleted?"""

from collections.abc import Callable, Sequence
from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from courses.http import Request
from experiments import queries, services
from experiments.models import Experiment
from experiments.rules.assignment import BUCKETS, ranges_of
from experiments.wording.figures import share


@require_http_methods(["GET", "POST"])
def experiment_start(request: Request, pk: int) -> HttpResponse:
    """Ask before the start, which fixes the plan; then start."""
    experiment = editable(request, pk)
    if request.method == "POST":
        start = partial(services.start_experiment, experiment, actor=request.user, now=timezone.now())
        return move(request, experiment, start)
    variants = list(experiment.variants.all())
    ranges = ranges_of([variant.weight for variant in variants]) if variants else []
    shares = [share((end - start) / BUCKETS, 2) for start, end in ranges]
    context = {
        "experiment": experiment,
        "crumbs": crumbs_to(experiment),
        "variants": list(zip(variants, shares, strict=True)),
    }
    return render(request, "experiments/experiment_start.html", context)


@require_http_methods(["GET", "POST"])
def experiment_stop(request: Request, pk: int) -> HttpResponse:
    """Ask before the end, which cannot be undone; then stop."""
    experiment = editable(request, pk)
    if request.method == "POST":
        stop = partial(services.stop_experiment, experiment, actor=request.user, now=timezone.now())
        return move(request, experiment, stop)
    context = {"experiment": experiment, "crumbs": crumbs_to(experiment)}
    return render(request, "experiments/experiment_stop.html", context)


@require_http_methods(["GET", "POST"])
def experiment_delete(request: Request, pk: int) -> HttpResponse:
    """Ask, then delete a draft."""
    experiment = editable(request, pk)
    if request.method == "POST":
        try:
            services.delete_draft(experiment, actor=request.user, now=timezone.now())
        except services.NotPossibleError as refusal:
            messages.error(request, str(refusal))
            return redirect(experiment)
        messages.success(request, _("The draft “%(name)s” is deleted.") % {"name": experiment.name})
        return redirect("experiments:experiment_list")
    context = {"experiment": experiment, "crumbs": crumbs_to(experiment)}
    return render(request, "experiments/experiment_delete.html", context)


def editable(request: Request, pk: int) -> Experiment:
    """Return the experiment with its plan, if the reader may change it."""
    return get_object_or_404(queries.with_plan(Experiment.objects.editable_by(request.user)), pk=pk)


def move(request: Request, experiment: Experiment, change: Callable[[], object]) -> HttpResponse:
    """Do it, or say why it cannot be done any more; the page of the experiment shows either."""
    try:
        change()
    except services.NotPossibleError as refusal:
        messages.error(request, str(refusal))
    return redirect(experiment)


def crumbs_to(experiment: Experiment) -> Sequence[tuple[str, str]]:
    """Return labels and addresses from the list of experiments down to this one."""
    project = experiment.project
    return [
        (_("Experiments"), reverse("experiments:experiment_list")),
        (project.team.name, project.team.get_absolute_url()),
        *([] if project.name == project.team.name else [(project.name, project.get_absolute_url())]),
        (experiment.name, experiment.get_absolute_url()),
    ]
