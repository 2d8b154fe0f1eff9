"""Is this plan of an experiment valid?"""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import slugify

from courses.models import Project, User
from experiments.models import Experiment, ExperimentMetric, Metric
from experiments.rules.assignment import ranges_of
from experiments.rules.items import EVENT_NAME_LENGTH, KEY_LENGTH
from experiments.rules.values import differing_types, parse_value, value_text
from experiments.services import MetricPlan, VariantPlan
from experiments.services.lifecycle import metric_key

MOST_VARIANTS = 10
MOST_METRICS = 10
Role = ExperimentMetric.Role


def _key_or_slug(form: forms.Form) -> str:
    """Return the key as typed, or one made from the name. Raises ValidationError without either."""
    key: str = form.cleaned_data.get("key") or slugify(form.cleaned_data.get("name", ""))[:KEY_LENGTH]
    if not key:
        raise ValidationError("Enter a key: none can be made from this name.")
    return key


class ProjectField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not subscriptable at run time
    """A project by the name of its team and its own."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.team} · {obj}"


class BasicsForm(forms.Form):
    """What the experiment is called and whose it is."""

    project = ProjectField(Project.objects.none(), empty_label=None)
    name = forms.CharField(max_length=120)
    key = forms.SlugField(
        max_length=KEY_LENGTH,
        required=False,
        help_text="What the app asks for. Empty: made from the name.",
    )
    hypothesis = forms.CharField(
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="What should change, for whom, and why. Written before the start, read after the end.",
    )

    def __init__(self, data: Any, user: User, experiment: Experiment | None, initial: dict[str, Any]) -> None:
        super().__init__(data, initial=initial)
        self.experiment = experiment
        projects = Project.objects.editable_by(user).select_related("team").order_by("team__name", "name")
        if experiment:
            projects = projects.filter(pk=experiment.project_id)
        self.fields["project"] = ProjectField(projects, empty_label=None)

    def clean_key(self) -> str:
        key = _key_or_slug(self)
        taken = Experiment.objects.filter(project=self.cleaned_data.get("project"), key=key)
        if self.experiment:
            taken = taken.exclude(pk=self.experiment.pk)
        if taken.exists():
            raise ValidationError(f"This project has an experiment with the key '{key}'.")
        return key


class RowForm(forms.Form):
    """One of several like it. A row whose texts are all empty is left out, also if it was filled before."""

    texts: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.empty_permitted = True

    def has_changed(self) -> bool:
        return any((self.data.get(self.add_prefix(name)) or "").strip() for name in self.texts)


def _hinted(placeholder: str) -> forms.TextInput:
    return forms.TextInput(attrs={"placeholder": placeholder})


class VariantForm(RowForm):
    """One variant."""

    texts = ("name", "key", "value")
    name = forms.CharField(max_length=120)
    key = forms.SlugField(max_length=KEY_LENGTH, required=False, widget=_hinted("made from the name"))
    weight = forms.IntegerField(min_value=1, max_value=10_000, initial=1)
    value = forms.CharField(max_length=2000, required=False, widget=_hinted("the key"))

    def clean_key(self) -> str:
        return _key_or_slug(self)

    def clean_value(self) -> Any:
        try:
            return parse_value(self.cleaned_data["value"] or self.cleaned_data.get("key", ""))
        except ValueError as error:
            raise ValidationError(str(error)) from None

    @property
    def plan(self) -> VariantPlan:
        data = self.cleaned_data
        return VariantPlan(data["key"], data["name"], data["weight"], data["value"])


class VariantFormSet(forms.BaseFormSet):  # type: ignore[type-arg]  # not subscriptable at run time
    """All variants, the control first."""

    def clean(self) -> None:
        plans = self.plans if not any(self.errors) else []
        if len(plans) < 2:
            if not any(self.errors):
                raise ValidationError("Name at least two variants: the control and what you try.")
            return
        keys = [plan.key for plan in plans]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        if twice:
            raise ValidationError(f"Two variants have the key '{twice[0]}'. Give each its own.")
        types = differing_types(plan.value for plan in plans)
        if types:
            raise ValidationError(f"All values must be of one type; these are {' and '.join(types)}.")
        try:
            ranges_of([plan.weight for plan in plans])
        except ValueError as error:
            raise ValidationError(str(error)) from None

    @property
    def plans(self) -> list[VariantPlan]:
        return [form.plan for form in self.forms if form.has_changed() and form.is_valid()]


class MetricForm(RowForm):
    """One metric."""

    texts = ("name", "event_name")
    name = forms.CharField(max_length=80)
    event_name = forms.CharField(label="Event", max_length=EVENT_NAME_LENGTH)
    kind = forms.ChoiceField(
        choices=[(Metric.Kind.PROPORTION, "share of units"), (Metric.Kind.MEAN, "mean per unit")]
    )
    direction = forms.ChoiceField(choices=Metric.Direction.choices, initial=Metric.Direction.INCREASE)
    role = forms.ChoiceField(
        choices=[
            (Role.GOAL, "goal: decides"),
            (Role.GUARDRAIL, "guardrail: must not get worse"),
            (Role.SECONDARY, "secondary: for information"),
        ]
    )

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if not metric_key(name):
            raise ValidationError("Use at least one letter or digit.")
        return name

    @property
    def plan(self) -> MetricPlan:
        data = self.cleaned_data
        return MetricPlan(data["name"], data["event_name"], data["kind"], data["direction"], data["role"])


class MetricFormSet(forms.BaseFormSet):  # type: ignore[type-arg]  # not subscriptable at run time
    """All metrics, exactly one of them the goal."""

    def clean(self) -> None:
        if any(self.errors):
            return
        plans = self.plans
        if [plan.role for plan in plans].count(Role.GOAL) != 1:
            raise ValidationError("Name exactly one goal: the metric that decides.")
        keys = [metric_key(plan.name) for plan in plans]
        if len(keys) > len(set(keys)):
            raise ValidationError("Two metrics have the same name.")

    @property
    def plans(self) -> list[MetricPlan]:
        return [form.plan for form in self.forms if form.has_changed() and form.is_valid()]


class PlanForm:
    """The three forms of one page together."""

    def __init__(
        self, data: Any, *, user: User, experiment: Experiment | None = None, project: str = ""
    ) -> None:
        initial = _initial(experiment, project)
        extra = 1 if experiment else 0
        self.experiment = experiment
        self.basics = BasicsForm(data, user, experiment, initial["basics"])
        self.variants = _formset(VariantForm, VariantFormSet, data, "variants", initial["variants"], extra)
        self.metrics = _formset(MetricForm, MetricFormSet, data, "metrics", initial["metrics"], extra)

    def is_valid(self) -> bool:
        """Whether all three are; every error is found at once."""
        parts = [self.basics.is_valid(), self.variants.is_valid(), self.metrics.is_valid()]
        return all(parts) and self._metrics_fit_project()

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
                error = (
                    f"Another experiment of this project uses the name “{known.name}” for "
                    f"{known.get_kind_display()} “{known.event_name}”, {known.get_direction_display()}. "
                    "Use the same settings or another name."
                )
                self.basics.add_error(None, error)
        return self.basics.is_valid()


def _formset(
    form: type[forms.Form], base: type[Any], data: Any, prefix: str, initial: list[dict[str, Any]], extra: int
) -> Any:
    most = MOST_VARIANTS if prefix == "variants" else MOST_METRICS
    factory = forms.formset_factory(form, formset=base, extra=extra, max_num=most, validate_max=True)
    return factory(data, prefix=prefix, initial=initial)


def _initial(experiment: Experiment | None, project: str) -> dict[str, Any]:
    """Return what the forms show first: the plan as it stands."""
    if experiment is None:
        roles = [{"role": role} for role in (Role.GOAL, Role.GUARDRAIL, Role.SECONDARY)]
        return {"basics": {"project": project}, "variants": [{}, {}, {}], "metrics": roles}
    return {
        "basics": {
            "project": experiment.project_id,
            "name": experiment.name,
            "key": experiment.key,
            "hypothesis": experiment.hypothesis,
        },
        "variants": [
            {"name": row.name, "key": row.key, "weight": row.weight, "value": value_text(row.value)}
            for row in experiment.variants.all()
        ],
        "metrics": [
            {
                "name": row.metric.name,
                "event_name": row.metric.event_name,
                "kind": row.metric.kind,
                "direction": row.metric.direction,
                "role": row.role,
            }
            for row in experiment.metrics.all()
        ],
    }
