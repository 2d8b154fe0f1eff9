"""Is this what a machine's key may be?"""

from datetime import date, datetime, time

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from courses.models import ApiKey

LAST_DAY = date(2199, 12, 31)  # far from what dates can hold, whatever the time zone


class ApiKeyForm(forms.Form):
    name = forms.CharField(
        label=_("Name"), max_length=80, help_text=_("What will use it, such as “CI job of team 3”.")
    )
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        choices=ApiKey.Scope.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    expires_on = forms.DateField(
        label=_("Last day of use"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Empty: it works until it is revoked."),
    )

    def clean_expires_on(self) -> datetime | None:
        """Return the end of the day in the reader's time zone."""
        day = self.cleaned_data["expires_on"]
        if day is None:
            return None
        if not timezone.localdate() <= day <= LAST_DAY:
            last = date_format(LAST_DAY, "DATE_FORMAT")
            raise ValidationError(_("Choose a day from today on, up to %(last)s.") % {"last": last})
        return timezone.make_aware(datetime.combine(day, time.max))
