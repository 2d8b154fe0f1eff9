"""When is this experiment to end?"""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from courses.forms.instants import LocalInstantInput
from experiments.models import Experiment

# Every kind of day twice.
USUAL = timedelta(weeks=2)
MOST_UNITS = 1_000_000_000


class EndingForm(forms.Form):
    """A time, a number of units for each variant, both or neither."""

    planned_end_at = forms.DateTimeField(
        label=_("Planned end"), required=False, widget=LocalInstantInput(has_seconds=False)
    )
    planned_units = forms.IntegerField(
        label=_("Planned units in each variant"),
        required=False,
        min_value=1,
        max_value=MOST_UNITS,
        help_text=_("With both, the experiment ends when both are reached."),
    )

    def __init__(self, data: Any, experiment: Experiment | None) -> None:
        now = timezone.localtime()
        later = now.replace(minute=0, second=0, microsecond=0) + USUAL
        initial = {
            "planned_end_at": experiment.planned_end_at if experiment else later,
            "planned_units": experiment.planned_units if experiment else None,
        }
        super().__init__(data, initial=initial)
        zone = timezone.get_current_timezone_name()
        self.fields["planned_end_at"].help_text = gettext("In your time zone, %(zone)s.") % {"zone": zone}

    def clean_planned_end_at(self) -> datetime | None:
        at: datetime | None = self.cleaned_data["planned_end_at"]
        if at and at <= timezone.now():
            raise ValidationError(_("This time has passed. Choose a later one, or leave it empty."))
        return at
