"""How do all rows stand in the administration? In the site's look, with forms that need no script.

What the site writes itself is shown and never changed.
"""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin
from django.contrib.humanize.templatetags.humanize import intcomma
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from courses.deletion import rows_that_go
from courses.forms.instants import LocalInstantInput
from courses.lookup import LookupField, LookupInput
from courses.rules.names import slug_of

# What one request can delete; more would hold up everything that is measured meanwhile.
MOST_ROWS = 100_000


FIELDS: Mapping[type[Any], Mapping[str, Any]] = {
    models.DateTimeField: {"form_class": forms.DateTimeField, "widget": LocalInstantInput},
    models.SlugField: {
        "required": False,
        "help_text": _("The part of the address. Left empty, it is made of the name."),
    },
}


class NamedForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic when the program runs
    """A row whose address is made of its name unless somebody says otherwise."""

    def clean_slug(self) -> str:
        return self.cleaned_data["slug"] or slug_of(self.cleaned_data.get("name", ""))


def lookup(here: Any, field: Any, request: HttpRequest) -> LookupField:
    """Return the form field for the foreign key `field` of the admin class `here`."""
    about = {
        "app_label": field.model._meta.app_label,
        "model_name": field.model._meta.model_name,
        "field_name": field.name,
    }
    address = f"{reverse('admin:autocomplete')}?{urlencode(about)}"
    found: LookupField = field.formfield(
        form_class=LookupField, widget=LookupInput(address), search=_search(here, field, request)
    )
    return found


def _search(here: Any, field: Any, request: HttpRequest) -> Callable[[str], Any]:
    there = here.admin_site.get_model_admin(field.remote_field.model)

    def search(text: str) -> Any:
        rows, _may_repeat = there.get_search_results(request, there.get_queryset(request), text)
        return rows.distinct()[:2]

    return search


class CountedDeletion(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic when the program runs
    """Tells how many rows go with a deletion instead of naming each, and refuses too many at once."""

    list_per_page = 50

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[Any, Any, Any, Any]:
        manager = self.model._base_manager
        chosen = (
            objs if isinstance(objs, models.QuerySet) else manager.filter(pk__in=[row.pk for row in objs])
        )
        counts = rows_that_go(chosen)
        here = [
            self.admin_site.get_model_admin(model) for model in counts if self.admin_site.is_registered(model)
        ]
        lacking = {str(one.opts.verbose_name) for one in here if not one.has_delete_permission(request)}
        total = sum(counts.values())
        told = {model._meta.verbose_name_plural: intcomma(count) for model, count in counts.items()}
        return [], told, lacking, [intcomma(total)] if total > MOST_ROWS else []


class PanelAdmin(CountedDeletion):
    """Rows that administrators make and change."""

    formfield_overrides = FIELDS

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):
            return lookup(self, db_field, request)
        return super().formfield_for_foreignkey(db_field, request, **options)


class PanelInline(admin.TabularInline):  # type: ignore[type-arg]  # not generic when the program runs
    """Rows under another: those there are only read, with a link to change them, and one may be added."""

    extra = 1
    show_change_link = True
    formfield_overrides = FIELDS

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):
            return lookup(self, db_field, request)
        return super().formfield_for_foreignkey(db_field, request, **options)

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


class RecordAdmin(CountedDeletion):
    """To be looked up: a change by hand would break what the services promise."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False
