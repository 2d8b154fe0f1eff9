"""Is this a text that can be read as a roster?"""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from courses.rules.csvfile import MAX_BYTES, Problem, decode
from courses.wording import told


class RosterForm(forms.Form):
    file = forms.FileField(
        label=_("CSV file"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
        help_text=_("At most 1 MB and 5,000 lines."),
    )
    text = forms.CharField(
        label=_("Or paste its text"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
    )

    def clean(self) -> None:
        """Put the roster's text into `cleaned_data["roster"]`."""
        if self.errors:
            return
        upload, text = self.cleaned_data["file"], self.cleaned_data["text"]
        if bool(upload) == bool(text.strip()):
            raise ValidationError(_("Choose a file or paste its text, one of the two."))
        data = upload.read(MAX_BYTES + 1) if upload else text.encode(errors="replace")
        roster = decode(data)
        if isinstance(roster, Problem):
            self.add_error("file" if upload else "text", told(roster))
        self.cleaned_data["roster"] = roster
