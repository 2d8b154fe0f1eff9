"""Who asked about which experiment, and what do they see?"""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from courses.exports import wants_csv
from courses.http import Request, asked_text, page_of, render_page
from courses.models import Project
from experiments import queries, services
from experiments.exports import experiments_csv
from experiments.forms import PlanForm
from experiments.models import Experiment, ExperimentQuerySet
from experiments.rules.assignment import BUCKETS, ranges_of
from experiments.rules.display import metric_tables, mixed_share, split_rows
from experiments.rules.items import from_us
from experiments.rules.results import Snapshot
from experiments.rules.values import client_type
from experiments.rules.verdict import split_is_off
from experiments.rules.wording import p_text

PAGE_SIZE = 50
STALE_AFTER = timedelta(minutes=2)


@require_GET
def experiment_list(request: Request) -> HttpResponse:
    """All experiments the reader may see, running ones first."""
    state = request.GET.get("state", "")
    state = state if state in Experiment.State.values else ""
    text = asked_text(request, "q")
    rows = queries.experiment_rows(request.user, state=state, text=text)
    if wants_csv(request):
        return experiments_csv(rows)
    page = page_of(request, rows, size=PAGE_SIZE)
    counts = queries.state_counts(request.user)
    context = {
        "page": page,
        "counts": [(value, counts.get(value, 0)) for value in ("running", "draft", "stopped")],
        "total": sum(counts.values()),
        "state": state,
        "q": text,
        "may_add": Project.objects.editable_by(request.user).exists(),
    }
    return render_page(request, "experiments/experiment_list.html", context, partial="experiments")


@require_http_methods(["GET", "POST"])
def experiment_add(request: Request) -> HttpResponse:
    """Plan a new experiment."""
    form = PlanForm(request.POST or None, user=request.user, project=request.GET.get("project", ""))
    if request.method == "POST" and form.is_valid():
        project = form.basics.cleaned_data["project"]
        now = timezone.now()
        try:
            experiment = services.create_experiment(project, **form.values, actor=request.user, now=now)
        except services.KeyTakenError as refusal:
            form.basics.add_error("key", str(refusal))
        else:
            messages.success(request, "The draft is saved. Nobody is split until you start it.")
            return redirect(experiment)
    context = {"form": form, "has_projects": Project.objects.editable_by(request.user).exists()}
    return render(request, "experiments/experiment_form.html", context)


@require_http_methods(["GET", "POST"])
def experiment_edit(request: Request, pk: int) -> HttpResponse:
    """Change the plan of a draft."""
    experiment = get_object_or_404(_with_plan(request, may_edit=True), pk=pk)
    if experiment.state != Experiment.State.DRAFT:
        messages.error(request, "The plan is fixed once the experiment has been started.")
        return redirect(experiment)
    form = PlanForm(request.POST or None, user=request.user, experiment=experiment)
    if request.method == "POST" and form.is_valid():
        try:
            return _move(request, experiment, partial(services.edit_experiment, experiment, **form.values))
        except services.KeyTakenError as refusal:
            form.basics.add_error("key", str(refusal))
    context = {"form": form, "experiment": experiment, "has_projects": True}
    return render(request, "experiments/experiment_form.html", context)


@require_GET
def experiment_detail(request: Request, pk: int) -> HttpResponse:
    """What an experiment shows: the verdict, the figures behind it, how fresh they are."""
    experiment = get_object_or_404(_with_plan(request).select_related("result"), pk=pk)
    snapshot, result = experiment.snapshot, getattr(experiment, "result", None)
    waiting_since = queries.waiting_since(experiment, result) if result else None
    context = {
        "experiment": experiment,
        "phase": experiment.phases.all()[0] if experiment.phases.all() else None,
        "result": result,
        "snapshot": snapshot,
        "verdict": experiment.verdict,
        "waiting_since": waiting_since,
        "is_stale": waiting_since is not None and timezone.now() - waiting_since > STALE_AFTER,
        "may_edit": _may_edit(request, experiment),
    }
    context |= _in_words(snapshot)
    return render_page(request, "experiments/experiment_detail.html", context, partial="results")


def _in_words(snapshot: Snapshot) -> dict[str, object]:
    """Return what a page shows of the figures."""
    return {
        "is_readable": snapshot.units and not split_is_off(snapshot),
        "tables": metric_tables(snapshot),
        "split": split_rows(snapshot),
        "level": f"{snapshot.confidence * 100:.4g} %",
        "ratio_text": "" if snapshot.sample_ratio_p is None else p_text(snapshot.sample_ratio_p),
        "mixed_percent": mixed_share(snapshot),
        "last_event_at": from_us(snapshot.last_event_us),
    }


@require_http_methods(["GET", "POST"])
def experiment_start(request: Request, pk: int) -> HttpResponse:
    """Ask before the start, which fixes the plan; then start."""
    experiment = get_object_or_404(_with_plan(request, may_edit=True), pk=pk)
    if request.method == "POST":
        start = partial(services.start_experiment, experiment, actor=request.user, now=timezone.now())
        return _move(request, experiment, start)
    variants = list(experiment.variants.all())
    ranges = ranges_of([variant.weight for variant in variants])
    shares = [(end - start) / BUCKETS * 100 for start, end in ranges]
    context = {"experiment": experiment, "variants": list(zip(variants, shares, strict=True))}
    return render(request, "experiments/experiment_start.html", context)


@require_http_methods(["GET", "POST"])
def experiment_stop(request: Request, pk: int) -> HttpResponse:
    """Ask before the end, which cannot be undone; then stop."""
    experiment = get_object_or_404(_with_plan(request, may_edit=True), pk=pk)
    if request.method == "POST":
        stop = partial(services.stop_experiment, experiment, actor=request.user, now=timezone.now())
        return _move(request, experiment, stop)
    return render(request, "experiments/experiment_stop.html", {"experiment": experiment})


@require_http_methods(["GET", "POST"])
def experiment_delete(request: Request, pk: int) -> HttpResponse:
    """Ask, then delete a draft."""
    experiment = get_object_or_404(_with_plan(request, may_edit=True), pk=pk)
    if request.method == "POST":
        try:
            services.delete_draft(experiment, actor=request.user, now=timezone.now())
        except services.NotPossibleError as refusal:
            messages.error(request, str(refusal))
            return redirect(experiment)
        messages.success(request, f"The draft “{experiment.name}” is deleted.")
        return redirect("experiments:experiment_list")
    return render(request, "experiments/experiment_delete.html", {"experiment": experiment})


@require_GET
def integration(request: Request, pk: int) -> HttpResponse:
    """How an app asks for its variant and reports what happens."""
    experiment = get_object_or_404(_with_plan(request), pk=pk)
    variants = list(experiment.variants.all())
    context = {
        "experiment": experiment,
        "site_url": settings.SITE_URL,
        "variant": variants[0],
        "default": repr(variants[0].value),
        "type": client_type(variant.value for variant in variants),
        "metric": experiment.metrics.all()[0].metric,
        "may_edit": _may_edit(request, experiment),
    }
    return render(request, "experiments/integration.html", context)


def _with_plan(request: Request, *, may_edit: bool = False) -> ExperimentQuerySet:
    rows = Experiment.objects
    return queries.with_plan(rows.editable_by(request.user) if may_edit else rows.visible_to(request.user))


def _may_edit(request: Request, experiment: Experiment) -> bool:
    return Experiment.objects.editable_by(request.user).filter(pk=experiment.pk).exists()


def _move(request: Request, experiment: Experiment, move: Callable[[], object]) -> HttpResponse:
    """Do it, or say why it cannot be done any more; the page of the experiment shows either."""
    try:
        move()
    except services.NotPossibleError as refusal:
        messages.error(request, str(refusal))
    return redirect(experiment)
