"""How is an experiment planned?"""

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from courses.http import Request
from courses.models import Project
from experiments import services
from experiments.forms import PlanForm
from experiments.models import Experiment
from experiments.views.moves import crumbs_to, editable, move


@require_http_methods(["GET", "POST"])
def experiment_add(request: Request) -> HttpResponse:
    """Plan a new experiment."""
    form = PlanForm(request.POST or None, user=request.user, project=request.GET.get("project", ""))
    if request.method == "POST" and form.is_valid():
        project = form.basics.cleaned_data["project"]
        now = timezone.now()
        try:
            experiment = services.create_experiment(project, form.plan, actor=request.user, now=now)
        except services.KeyTakenError as refusal:
            form.basics.add_error("key", str(refusal))
        else:
            messages.success(request, _("The draft is saved. Nobody is split until you start it."))
            return redirect(experiment)
    has_projects = Project.objects.editable_by(request.user).exists()
    crumbs = [(_("Experiments"), reverse("experiments:experiment_list"))]
    context = {"form": form, "has_projects": has_projects, "crumbs": crumbs}
    return render(request, "experiments/experiment_form.html", context)


@require_http_methods(["GET", "POST"])
def experiment_edit(request: Request, pk: int) -> HttpResponse:
    """Change the plan of a draft."""
    experiment = editable(request, pk)
    if experiment.state != Experiment.State.DRAFT:
        messages.error(request, _("The plan is fixed once the experiment has been started."))
        return redirect(experiment)
    form = PlanForm(request.POST or None, user=request.user, experiment=experiment)
    if request.method == "POST" and form.is_valid():
        try:
            return move(request, experiment, partial(services.edit_experiment, experiment, form.plan))
        except services.KeyTakenError as refusal:
            form.basics.add_error("key", str(refusal))
    context = {"form": form, "experiment": experiment, "has_projects": True, "crumbs": crumbs_to(experiment)}
    return render(request, "experiments/experiment_form.html", context)
