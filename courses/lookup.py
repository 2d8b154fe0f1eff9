"""How does an administrator name a related row? By text that fits it alone, or by a suggestion.

A list of every person or team would be too long for a page, so the field is a box for text:
`Ada Lovelace #17` names a row by its number, anything else is searched for as in that row's list.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

NUMBER = re.compile(r"#(\d{1,18})\s*\Z")


class LookupInput(forms.TextInput):
    """A text box with suggestions, see static/js/panel.js."""

    template_name = "admin/widgets/lookup.html"

    def __init__(self, address: str) -> None:
        super().__init__({"data-lookup": address, "autocomplete": "off", "spellcheck": "false"})

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        attributes = context["widget"]["attrs"]
        attributes["list"] = f"{attributes.get('id', name)}_rows"
        return context


class LookupField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic when the program runs
    """One row of a model, named by text. `search` returns the rows that fit a text."""

    default_error_messages = {
        "none": _("Nothing fits this. Type a part of the name, or take a suggestion."),
        "many": _("More than one row fits this. Type more, or take a suggestion."),
    }

    def __init__(self, queryset: Any, *, search: Callable[[str], Iterable[Model]], **options: Any) -> None:
        super().__init__(queryset, **options)
        self.search = search

    def prepare_value(self, value: Any) -> Any:
        """Return the text that names the row with this number."""
        if isinstance(value, int):
            row = self.queryset.filter(pk=value).first() if self.queryset is not None else None
            return f"{row} #{value}" if row else ""
        return value

    def to_python(self, value: Any) -> Model | None:
        if value in self.empty_values:
            return None
        text = str(value).strip()
        if number := NUMBER.search(text):
            return super().to_python(number[1])
        found = list(self.search(text))
        if len(found) != 1:
            raise forms.ValidationError(self.error_messages["many" if found else "none"])
        return found[0]
