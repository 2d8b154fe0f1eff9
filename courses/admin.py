"""How does an administrator reach every row of this app? Secrets are never shown."""

from typing import Any, ClassVar

from allauth.account.models import EmailAddress
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.db import models
from django.db.models import Model
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from courses import services
from courses.models import ApiKey, Course, Environment, Event, Membership, Project, Team, User

# Sign-in goes by User.email alone; a second list of addresses would only contradict it.
admin.site.unregister(EmailAddress)


class MembershipInline(admin.TabularInline[Membership, Model]):
    model = Membership
    extra = 0
    autocomplete_fields: ClassVar = ["user", "course", "team"]
    show_change_link = True


class NewUserForm(AdminUserCreationForm[User]):
    class Meta:
        model = User
        fields: ClassVar = ["email", "name"]


@admin.register(User)
class UserAdmin(DjangoUserAdmin[User]):
    form = forms.ModelForm
    add_form = NewUserForm
    list_display: ClassVar = ["email", "name", "is_active", "is_staff", "is_superuser", "last_login"]
    list_filter: ClassVar = [
        "is_active",
        "is_staff",
        "is_superuser",
        "memberships__role",
        "memberships__course",
    ]
    search_fields: ClassVar = ["email", "name"]
    ordering: ClassVar = ["email"]
    readonly_fields: ClassVar = ["password_state", "last_login", "created_at"]
    filter_horizontal: ClassVar = ["groups", "user_permissions"]
    fieldsets: ClassVar = [
        (None, {"fields": ["email", "name", "time_zone", "password_state"]}),
        ("Rights", {"fields": ["is_active", "is_staff", "is_superuser", "groups", "user_permissions"]}),
        ("Dates", {"fields": ["last_login", "created_at"]}),
    ]
    add_fieldsets: ClassVar = [
        (None, {"fields": ["email", "name", "usable_password", "password1", "password2"]})
    ]
    inlines: ClassVar = [MembershipInline]

    @admin.display(description="password")
    def password_state(self, user: User) -> SafeString:
        word = "set" if user.has_usable_password() else "not set"
        return format_html('{} · <a href="../password/">Change</a>', word)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        services.forget_old_addresses(obj)


@admin.register(Course)
class CourseAdmin(admin.ModelAdmin[Course]):
    list_display: ClassVar = ["name", "slug", "time_zone", "is_archived", "created_at"]
    list_filter: ClassVar = ["is_archived"]
    search_fields: ClassVar = ["name", "slug"]
    prepopulated_fields: ClassVar = {"slug": ["name"]}


@admin.register(Team)
class TeamAdmin(admin.ModelAdmin[Team]):
    list_display: ClassVar = ["name", "course", "slug", "is_archived", "created_at"]
    list_filter: ClassVar = ["is_archived", "course"]
    list_select_related: ClassVar = ["course"]
    search_fields: ClassVar = ["name", "slug", "course__name"]
    autocomplete_fields: ClassVar = ["course"]
    prepopulated_fields: ClassVar = {"slug": ["name"]}
    inlines: ClassVar = [MembershipInline]


@admin.register(Membership)
class MembershipAdmin(admin.ModelAdmin[Membership]):
    list_display: ClassVar = ["user", "role", "team", "course", "created_at"]
    list_filter: ClassVar = ["role", "course"]
    list_select_related: ClassVar = ["user", "team", "course"]
    search_fields: ClassVar = ["user__email", "user__name", "team__name"]
    autocomplete_fields: ClassVar = ["user", "course", "team"]


@admin.register(Project)
class ProjectAdmin(admin.ModelAdmin[Project]):
    list_display: ClassVar = ["name", "team", "repository_path", "created_at"]
    list_filter: ClassVar = ["team__course"]
    list_select_related: ClassVar = ["team"]
    search_fields: ClassVar = ["name", "slug", "repository_path", "team__name"]
    autocomplete_fields: ClassVar = ["team"]
    prepopulated_fields: ClassVar = {"slug": ["name"]}


@admin.register(Environment)
class EnvironmentAdmin(admin.ModelAdmin[Environment]):
    list_display: ClassVar = ["name", "project", "url", "created_at"]
    list_filter: ClassVar = ["name", "project__team__course"]
    list_select_related: ClassVar = ["project"]
    search_fields: ClassVar = ["name", "url", "project__name", "project__team__name"]
    autocomplete_fields: ClassVar = ["project"]
    formfield_overrides: ClassVar = {models.URLField: {"assume_scheme": "https"}}


@admin.register(Event)
class EventAdmin(admin.ModelAdmin[Event]):
    """The timeline is append-only: it can be read here, and goes only with its course or team."""

    list_display: ClassVar = ["at", "kind", "tone", "title", "course", "team", "actor"]
    list_filter: ClassVar = ["kind", "tone", "course"]
    list_select_related: ClassVar = ["course", "team", "actor"]
    search_fields: ClassVar = ["title", "detail", "team__name", "project__name"]
    date_hierarchy = "at"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Event | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Event | None = None) -> bool:
        here = request.resolver_match.url_name if request.resolver_match else ""
        return not (here or "").startswith("courses_event_") and super().has_delete_permission(request, obj)


@admin.register(ApiKey)
class ApiKeyAdmin(admin.ModelAdmin[ApiKey]):
    """Keys are made on the course's own page, which shows them once."""

    list_display: ClassVar = [
        "name",
        "prefix",
        "course",
        "project",
        "scopes",
        "last_used_at",
        "expires_at",
        "revoked_at",
    ]
    list_filter: ClassVar = ["course", "revoked_at"]
    list_select_related: ClassVar = ["course", "project"]
    search_fields: ClassVar = ["name", "prefix", "project__name", "course__name"]
    fields: ClassVar = [
        "name", "prefix", "course", "project", "environment", "scopes",
        "created_at", "created_by", "last_used_at", "expires_at", "revoked_at",
    ]  # fmt: skip
    readonly_fields: ClassVar = [
        "prefix", "course", "project", "environment", "scopes", "created_at", "created_by", "last_used_at",
    ]  # fmt: skip

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False
