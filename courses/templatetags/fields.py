"""How is one field of a form shown? The tags of `django/forms/field.html`."""

from django import forms, template
from django.forms.boundfield import BoundField

register = template.Library()


@register.simple_tag
def control(field: BoundField) -> str:
    """Show the input. After a form was refused, the first one with an error has the focus."""
    attrs: dict[str, str | bool] = {}
    if type(field.form).__module__.startswith("allauth."):
        attrs["placeholder"] = False  # there it repeats the label
    first = next((other for other in field.form.visible_fields() if other.errors), None)
    if first is not None and first.name == field.name:
        attrs["autofocus"] = True
    return field.as_widget(attrs=attrs)


@register.filter
def is_marked(field: BoundField) -> bool:
    """Whether to say that the field must be filled in: it is or can be left empty, and so may others be."""
    if not field.field.required or not _can_be_empty(field):
        return False
    # One of several on a page says itself whether it must be filled in.
    is_needed = getattr(field.form, "is_needed", None)
    return not all(map(_must, field.form.visible_fields())) if is_needed is None else is_needed


def _can_be_empty(field: BoundField) -> bool:
    widget = field.field.widget
    if isinstance(widget, forms.CheckboxSelectMultiple):
        return True
    is_chosen = isinstance(widget, forms.CheckboxInput | forms.RadioSelect)
    is_filled_in = field.field.initial is not None  # for everybody, not as it is stored
    return not is_chosen and not is_filled_in and widget.use_required_attribute(field.initial)


def _must(field: BoundField) -> bool:
    return field.field.required or isinstance(field.field.widget, forms.CheckboxInput)
