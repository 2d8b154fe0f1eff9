"""Are the forms of an experiment's plan valid together?"""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from courses.models import Project, User
from experiments.forms.ending import EndingForm
from experiments.forms.rows import MetricForm, MetricFormSet, Role, VariantForm, VariantFormSet, key_or_slug
from experiments.models import Experiment, ExperimentMetric, Metric
from experiments.rules.items import KEY_LENGTH
from experiments.rules.values import value_text
from experiments.services.planning import KeyTakenError, Plan, metric_key

MOST_VARIANTS = 10
MOST_METRICS = 10


class ProjectField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not subscriptable at run time
    """A project by the name of its team and its own."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.team} · {obj}"


class BasicsForm(forms.Form):
    """What the experiment is called and whose it is."""

    project = ProjectField(Project.objects.none(), empty_label=_("Choose a project"), label=_("Project"))
    name = forms.CharField(label=_("Name"), max_length=120)
    key = forms.SlugField(
        label=_("Key"),
        max_length=KEY_LENGTH,
        required=False,
        help_text=_("What the app asks for. Empty: made from the name."),
    )
    hypothesis = forms.CharField(
        label=_("Hypothesis"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What should change, for whom, and why. Written before the start, read after the end."),
    )

    def __init__(self, data: Any, user: User, experiment: Experiment | None, initial: dict[str, Any]) -> None:
        super().__init__(data, initial=initial)
        self.experiment = experiment
        projects = Project.objects.editable_by(user).select_related("team").order_by("team__name", "name")
        if experiment:
            projects = projects.filter(pk=experiment.project_id)
        self.fields["project"] = _project_field(projects)

    def clean_key(self) -> str:
        key = key_or_slug(self)
        taken = Experiment.objects.filter(project=self.cleaned_data.get("project"), key=key)
        if self.experiment:
            taken = taken.exclude(pk=self.experiment.pk)
        if taken.exists():
            raise ValidationError(str(KeyTakenError(key)))
        return key


def _project_field(projects: QuerySet[Project]) -> ProjectField:
    """Return a field for one of `projects`. None is chosen silently, unless there is but one."""
    some = list(projects[:2])
    is_only = len(some) == 1
    return ProjectField(
        projects,
        empty_label=None if is_only else _("Choose a project"),
        initial=some[0].pk if is_only else None,
        label=_("Project"),
    )


class PlanForm:
    """The forms of one page together."""

    def __init__(
        self, data: Any, *, user: User, experiment: Experiment | None = None, project: str = ""
    ) -> None:
        initial = _initial(experiment, project)
        extra = 1 if experiment else 0
        self.experiment = experiment
        self.basics = BasicsForm(data, user, experiment, initial["basics"])
        self.ending = EndingForm(data, experiment)
        self.variants = _formset(VariantForm, VariantFormSet, data, "variants", initial["variants"], extra)
        self.metrics = _formset(MetricForm, MetricFormSet, data, "metrics", initial["metrics"], extra)

    def is_valid(self) -> bool:
        """Whether all are; every error is found at once."""
        parts = [part.is_valid() for part in self._parts]
        return all(parts) and self._metrics_fit_project()

    @property
    def is_refused(self) -> bool:
        """Whether something that was sent has to be mended."""
        return self.basics.is_bound and not all(part.is_valid() for part in self._parts)

    @property
    def _parts(self) -> tuple[Any, ...]:
        return self.basics, self.ending, self.variants, self.metrics

    @property
    def plan(self) -> Plan:
        """What was written down, once it is valid."""
        basics = {name: self.basics.cleaned_data[name] for name in ("name", "key", "hypothesis")}
        return Plan(
            **basics,
            **self.ending.cleaned_data,
            variants=self.variants.plans,
            metrics=self.metrics.plans,
        )

    def _metrics_fit_project(self) -> bool:
        """Whether no metric means something else in another experiment of the project."""
        plans = {metric_key(plan.name): plan for plan in self.metrics.plans}
        others = ExperimentMetric.objects.exclude(experiment=self.experiment)
        project = self.basics.cleaned_data["project"]
        for known in Metric.objects.filter(project=project, key__in=plans, uses__in=others).distinct():
            plan = plans[known.key]
            if (plan.event_name, plan.kind, plan.direction) != (
                known.event_name,
                known.kind,
                known.direction,
            ):
                self.basics.add_error(None, _used_otherwise(known))
        return self.basics.is_valid()


def _used_otherwise(known: Metric) -> str:
    return gettext(
        "Another experiment of this project uses the name “%(name)s” for %(kind)s “%(event)s”, %(aim)s. "
        "Use the same settings or another name."
    ) % {
        "name": known.name,
        "kind": known.get_kind_display(),
        "event": known.event_name,
        "aim": known.get_direction_display(),
    }


def _formset(
    form: type[forms.Form], base: type[Any], data: Any, prefix: str, initial: list[dict[str, Any]], extra: int
) -> Any:
    most = MOST_VARIANTS if prefix == "variants" else MOST_METRICS
    # One more than allowed is enough to refuse; by default a thousand would be made and shown.
    factory = forms.formset_factory(
        form, formset=base, extra=extra, max_num=most, validate_max=True, absolute_max=most + 1
    )
    return factory(data, prefix=prefix, initial=initial)


def _initial(experiment: Experiment | None, project: str) -> dict[str, Any]:
    """Return what the forms show first: the plan as it stands."""
    if experiment is None:
        roles = [{"role": role} for role in (Role.GOAL, Role.GUARDRAIL, Role.SECONDARY)]
        basics = {"project": project} if project else {}
        return {"basics": basics, "variants": [{}, {}, {}, {}], "metrics": roles}
    basics = {name: getattr(experiment, name) for name in ("name", "key", "hypothesis")}
    return {
        "basics": {**basics, "project": experiment.project_id},
        "variants": [
            {"name": row.name, "key": row.key, "weight": row.weight, "value": value_text(row.value)}
            for row in experiment.variants.all()
        ],
        "metrics": [_metric(row) for row in experiment.metrics.all()],
    }


def _metric(row: ExperimentMetric) -> dict[str, Any]:
    names = ("name", "event_name", "kind", "direction")
    return {"role": row.role, **{name: getattr(row.metric, name) for name in names}}
