"""Are these variants and metrics valid, each by itself and all together?"""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from experiments.models import ExperimentMetric, Metric
from experiments.rules.assignment import ranges_of
from experiments.rules.items import EVENT_NAME_LENGTH, KEY_LENGTH
from experiments.rules.values import ValueRefusedError, differing_types, parse_value
from experiments.services import MetricPlan, VariantPlan
from experiments.services.planning import metric_key
from experiments.wording.plans import least_share_problem, types_problem, value_problem

Role = ExperimentMetric.Role


def key_or_slug(form: forms.Form) -> str:
    """Return the key as typed, or one made from the name. Raises ValidationError without either."""
    if "name" in form.errors:
        return ""  # one error is enough
    key: str = form.cleaned_data.get("key") or slugify(form.cleaned_data.get("name", ""))[:KEY_LENGTH]
    if not key:
        raise ValidationError(_("Enter a key: none can be made from this name."))
    return key


class RowForm(forms.Form):
    """One of several like it. A row whose texts are all empty is left out, also if it was filled before."""

    texts: tuple[str, ...] = ()

    @property
    def is_filled(self) -> bool:
        """Whether it says something, or did."""
        return self.has_changed() or any(self.initial.get(name) for name in self.texts)

    def has_changed(self) -> bool:
        return any((self.data.get(self.add_prefix(name)) or "").strip() for name in self.texts)


class RowFormSet(forms.BaseFormSet):  # type: ignore[type-arg]  # not subscriptable at run time
    """All rows of a kind."""

    least = 1
    has_control = False
    default_error_messages = {
        "missing_management_form": _(
            "These rows did not arrive whole. Load the page again and fill them in."
        ),
        "too_many_forms": _("At most %(num)d rows can be taken."),
    }

    @property
    def shown(self) -> list[Any]:
        """The rows that stand open: those in use, and as many as a plan needs."""
        return [form for index, form in enumerate(self.forms) if index < self.least or form.is_filled]

    @property
    def spare(self) -> list[Any]:
        """The empty rows, shown on demand."""
        return [form for form in self.forms if form not in self.shown]

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        form.empty_permitted = True
        form.number = (index or 0) + 1
        form.is_needed = form.number <= self.least
        form.is_control = self.has_control and not index

    @property
    def plans(self) -> list[Any]:
        return [form.plan for form in self.forms if form.has_changed() and form.is_valid()]


def _hinted(placeholder: Any) -> forms.TextInput:
    return forms.TextInput(attrs={"placeholder": placeholder})


class VariantForm(RowForm):
    """One variant."""

    texts = ("name", "key", "value")
    name = forms.CharField(label=_("Name"), max_length=120)
    key = forms.SlugField(
        label=_("Key"), max_length=KEY_LENGTH, required=False, widget=_hinted(_("made from the name"))
    )
    weight = forms.IntegerField(label=_("Weight"), min_value=1, max_value=10_000, initial=1)
    value = forms.CharField(label=_("Value"), max_length=2000, required=False, widget=_hinted(_("the key")))

    def clean_key(self) -> str:
        return key_or_slug(self)

    def clean_value(self) -> Any:
        try:
            return parse_value(self.cleaned_data["value"] or self.cleaned_data.get("key", ""))
        except ValueRefusedError as refusal:
            raise ValidationError(value_problem(refusal)) from None

    @property
    def plan(self) -> VariantPlan:
        data = self.cleaned_data
        return VariantPlan(data["key"], data["name"], data["weight"], data["value"])


class VariantFormSet(RowFormSet):
    """All variants, the control first."""

    least = 2
    has_control = True

    def clean(self) -> None:
        if not self.management_form.is_valid():
            return
        plans = self.plans if not any(self.errors) else []
        if len(plans) < 2:
            if not any(self.errors):
                raise ValidationError(_("Name at least two variants: the control and what you try."))
            return
        keys = [plan.key for plan in plans]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        if twice:
            raise ValidationError(
                _("Two variants have the key “%(key)s”. Give each its own."), params={"key": twice[0]}
            )
        types = differing_types(plan.value for plan in plans)
        if types:
            raise ValidationError(types_problem(types))
        try:
            ranges_of([plan.weight for plan in plans])
        except ValueError:
            raise ValidationError(least_share_problem()) from None


class MetricForm(RowForm):
    """One metric."""

    texts = ("name", "event_name")
    name = forms.CharField(label=_("Name"), max_length=80)
    event_name = forms.CharField(label=_("Event"), max_length=EVENT_NAME_LENGTH)
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[(Metric.Kind.PROPORTION, _("share of units")), (Metric.Kind.MEAN, _("mean per unit"))],
    )
    direction = forms.ChoiceField(
        label=_("Direction"), choices=Metric.Direction.choices, initial=Metric.Direction.INCREASE
    )
    role = forms.ChoiceField(
        label=_("Role"),
        choices=[
            (Role.GOAL, _("goal: decides")),
            (Role.GUARDRAIL, _("guardrail: must not get worse")),
            (Role.SECONDARY, _("secondary: for information")),
        ],
    )

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if not metric_key(name):
            raise ValidationError(_("Use at least one letter or digit."))
        return name

    @property
    def plan(self) -> MetricPlan:
        data = self.cleaned_data
        return MetricPlan(data["name"], data["event_name"], data["kind"], data["direction"], data["role"])


class MetricFormSet(RowFormSet):
    """All metrics, exactly one of them the goal."""

    def clean(self) -> None:
        if any(self.errors) or not self.management_form.is_valid():
            return
        plans = self.plans
        if [plan.role for plan in plans].count(Role.GOAL) != 1:
            raise ValidationError(_("Name exactly one goal: the metric that decides."))
        keys = [metric_key(plan.name) for plan in plans]
        if len(keys) > len(set(keys)):
            raise ValidationError(_("Two metrics have the same name."))
