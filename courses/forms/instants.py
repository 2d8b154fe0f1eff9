"""How is an instant typed?"""

from django import forms


class LocalInstantInput(forms.DateTimeInput):
    """The browser's own field for a day and a time."""

    input_type = "datetime-local"

    def __init__(self, *, has_seconds: bool = True) -> None:
        seconds = ":%S" if has_seconds else ""
        super().__init__({"step": 1 if has_seconds else 60}, format=f"%Y-%m-%dT%H:%M{seconds}")
