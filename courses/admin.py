"""How does an administrator reach every row of this app? Secrets are never shown."""

from typing import Any

from allauth.account.models import EmailAddress
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from courses import services
from courses.models import ApiKey, Course, Environment, Event, Job, Membership, Project, Tag, Team, User
from courses.panel import FIELDS, CountedDeletion, NamedForm, PanelAdmin, PanelInline, RecordAdmin
from courses.rules.tags import is_tag, tag_name

# Sign-in goes by User.email alone; a second list of addresses would only contradict it.
admin.site.unregister(EmailAddress)
# Roles are memberships; groups would be a second kind that no page asks for.
admin.site.unregister(Group)


class MembershipInline(PanelInline):
    model = Membership
    autocomplete_fields = ["user", "course", "team"]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Membership]:
        return super().get_queryset(request).select_related("user", "course", "team__course")


class NewUserForm(AdminUserCreationForm):  # type: ignore[type-arg]
    class Meta:
        model = User
        fields = ["email", "name"]


@admin.register(User)
class UserAdmin(CountedDeletion, DjangoUserAdmin):  # type: ignore[type-arg]
    form = forms.ModelForm
    add_form = NewUserForm
    list_display = ["email", "name", "is_active", "is_staff", "is_superuser", "last_login"]
    list_filter = [
        "is_active",
        "is_staff",
        "is_superuser",
        "memberships__role",
        "memberships__course",
    ]
    search_fields = ["email", "name"]
    ordering = ["email"]
    readonly_fields = ["password_state", "last_login", "created_at"]
    filter_horizontal = []  # no two boxes with a script between them: every right has its own tick
    formfield_overrides = {models.ManyToManyField: {"widget": forms.CheckboxSelectMultiple}}
    fieldsets = [
        (None, {"fields": ["email", "name", "time_zone", "password_state"]}),
        (_("Rights"), {"fields": ["is_active", "is_staff", "is_superuser", "user_permissions"]}),
        (_("Dates"), {"fields": ["last_login", "created_at"]}),
    ]
    add_fieldsets = [(None, {"fields": ["email", "name", "usable_password", "password1", "password2"]})]
    inlines = [MembershipInline]

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        # A right names its kind of row: one query for all instead of one for each.
        rights = Permission.objects.select_related("content_type")
        return super().formfield_for_manytomany(db_field, request, queryset=rights, **options)

    @admin.display(description=_("password"))
    def password_state(self, user: User) -> SafeString:
        word = gettext("set") if user.has_usable_password() else gettext("not set")
        return format_html('{} · <a href="../password/">{}</a>', word, gettext("Change"))

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        services.forget_old_addresses(obj)


@admin.register(Course)
class CourseAdmin(PanelAdmin):
    list_display = ["name", "slug", "time_zone", "is_archived", "created_at"]
    list_filter = ["is_archived"]
    search_fields = ["name", "slug"]
    form = NamedForm


@admin.register(Team)
class TeamAdmin(PanelAdmin):
    list_display = ["name", "course", "slug", "is_archived", "created_at"]
    list_filter = ["is_archived", "course"]
    list_select_related = ["course"]
    search_fields = ["name", "slug", "course__name"]
    autocomplete_fields = ["course"]
    form = NamedForm
    inlines = [MembershipInline]

    def delete_model(self, request: HttpRequest, obj: Team) -> None:
        self.delete_queryset(request, Team.objects.filter(pk=obj.pk))

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet[Team]) -> None:
        services.delete_teams(queryset)


class TagForm(forms.ModelForm):  # type: ignore[type-arg]
    def clean_name(self) -> str:
        name = tag_name(self.cleaned_data["name"])
        if not is_tag(name):
            raise ValidationError(gettext("A tag has no comma, no semicolon and nothing invisible."))
        if Tag.objects.filter(course=self.instance.course, name=name).exclude(pk=self.instance.pk).exists():
            raise ValidationError(gettext("The course has this tag already."))
        return name


@admin.register(Tag)
class TagAdmin(PanelAdmin):
    """Tags are made with their teams and by the roster; here they are renamed and deleted."""

    list_display = ["name", "course"]
    list_filter = ["course"]
    list_select_related = ["course"]
    search_fields = ["name", "course__name"]
    fields = ["name", "course"]
    readonly_fields = ["course"]
    form = TagForm

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(Membership)
class MembershipAdmin(PanelAdmin):
    list_display = ["user", "role", "team", "course", "created_at"]
    list_filter = ["role", "course"]
    list_select_related = ["user", "team", "course"]
    search_fields = ["user__email", "user__name", "team__name"]
    autocomplete_fields = ["user", "course", "team"]


@admin.register(Project)
class ProjectAdmin(PanelAdmin):
    list_display = ["name", "team", "repository_path", "created_at"]
    list_filter = ["team__course"]
    list_select_related = ["team"]
    search_fields = ["name", "slug", "repository_path", "team__name"]
    autocomplete_fields = ["team"]
    form = NamedForm


@admin.register(Environment)
class EnvironmentAdmin(PanelAdmin):
    list_display = ["name", "project", "url", "created_at"]
    list_filter = ["name", "project__team__course"]
    list_select_related = ["project"]
    search_fields = ["name", "url", "project__name", "project__team__name"]
    autocomplete_fields = ["project"]
    form = NamedForm
    formfield_overrides = {**FIELDS, models.URLField: {"assume_scheme": "https"}}


@admin.register(Event)
class EventAdmin(RecordAdmin):
    """The timeline is append-only: it can be read here, and goes only with its course or team."""

    list_display = ["at", "kind", "tone", "title", "course", "team", "actor"]
    list_filter = ["kind", "tone", "course"]
    list_select_related = ["course", "team", "actor"]
    search_fields = ["title", "detail", "team__name", "project__name"]
    date_hierarchy = "at"

    def has_delete_permission(self, request: HttpRequest, obj: Event | None = None) -> bool:
        here = request.resolver_match.url_name if request.resolver_match else ""
        return not (here or "").startswith("courses_event_") and super().has_delete_permission(request, obj)


@admin.register(ApiKey)
class ApiKeyAdmin(PanelAdmin):
    """Keys are made on the course's own page, which shows them once."""

    list_display = [
        "name",
        "prefix",
        "course",
        "project",
        "scopes",
        "last_used_at",
        "expires_at",
        "revoked_at",
    ]
    list_filter = ["course", "revoked_at"]
    list_select_related = ["course", "project"]
    search_fields = ["name", "prefix", "project__name", "course__name"]
    fields = [
        "name", "prefix", "course", "project", "environment", "scopes",
        "created_at", "created_by", "last_used_at", "expires_at", "revoked_at",
    ]  # fmt: skip
    readonly_fields = [
        "prefix", "course", "project", "environment", "scopes", "created_at", "created_by", "last_used_at",
    ]  # fmt: skip

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(Job)
class JobAdmin(RecordAdmin):
    """Long work. What a job reads and writes is not shown here: it may name people."""

    list_display = ["created_at", "kind", "course", "state", "done", "total", "asked_by", "error"]
    list_filter = ["state", "kind", "course"]
    list_select_related = ["course", "asked_by"]
    search_fields = ["kind", "course__name", "asked_by__email", "error"]
