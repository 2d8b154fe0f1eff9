"""What may administrators look up and change?"""

from typing import Any, cast

from django.contrib import admin
from django.db import IntegrityError
from django.http import HttpRequest
from django.utils import timezone

from courses.models import Project, User
from courses.panel import PanelAdmin, RecordAdmin
from pipelines import services
from pipelines.forms import TokenForm
from pipelines.models import CIServer, Deployment, Job, Pipeline, Repository, RepositoryState
from pipelines.models.servers import NAME_TAKEN

SETTINGS = ["course", "name", "kind", "base_url", "poll_interval_s", "is_enabled"]


@admin.register(CIServer)
class CIServerAdmin(PanelAdmin):
    form = TokenForm
    list_display = ["name", "course", "base_url", "is_enabled", "last_polled_at", "last_error_kind"]
    list_filter = ["is_enabled", "last_error_kind", "course"]
    search_fields = ["name", "base_url"]
    readonly_fields = ["last_polled_at", "next_poll_at", "last_error", "version", "token_scopes"]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any) -> Any:
        # Named here, or Django takes the form's token for the model's, which may not be edited.
        return super().get_form(request, obj, change, **(options | {"fields": SETTINGS}))

    def save_model(self, request: HttpRequest, obj: CIServer, form: Any, change: bool) -> None:
        token, user = form.cleaned_data["token"], cast("User", request.user)
        if not services.save_server(obj, token=token, by=user, now=timezone.now()):
            raise IntegrityError(NAME_TAKEN)  # taken since the form was checked


@admin.register(Repository)
class RepositoryAdmin(PanelAdmin):
    list_display = ["path", "project", "server", "state", "default_branch", "read_at"]
    list_filter = ["state", "server"]
    search_fields = ["path", "project__name", "project__team__name"]
    autocomplete_fields = ["project"]
    list_select_related = ["project", "server"]

    def save_model(self, request: HttpRequest, obj: Repository, form: Any, change: bool) -> None:
        obj.bound_path = obj.path
        super().save_model(request, obj, form, change)
        # The project decides which repository is read: left as it was, it would undo this.
        Project.objects.filter(pk=obj.project_id).update(repository_path=obj.path)


@admin.register(Pipeline)
class PipelineAdmin(RecordAdmin):
    list_display = ["remote_id", "repository", "ref", "status", "created_at", "updated_at"]
    list_filter = ["status", "source"]
    search_fields = ["=remote_id", "sha", "ref", "repository__path"]
    list_select_related = ["repository"]
    show_full_result_count = False


@admin.register(Job)
class JobAdmin(RecordAdmin):
    list_display = ["name", "stage", "status", "allow_failure", "pipeline"]
    list_filter = ["status", "allow_failure"]
    search_fields = ["name", "stage", "pipeline__repository__path"]
    list_select_related = ["pipeline"]
    show_full_result_count = False


@admin.register(RepositoryState)
class RepositoryStateAdmin(RecordAdmin):
    list_display = ["repository", "status", "since", "red_since", "is_running", "updated_at"]
    list_filter = ["status", "is_running"]
    search_fields = ["repository__path"]
    list_select_related = ["repository"]


@admin.register(Deployment)
class DeploymentAdmin(RecordAdmin):
    list_display = ["__str__", "environment", "status", "ref", "at"]
    list_filter = ["status"]
    search_fields = ["sha", "ref", "environment__name", "environment__project__name"]
    list_select_related = ["environment__project"]
    show_full_result_count = False
