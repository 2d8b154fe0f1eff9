"""Settings of CI servers, their connection, and which repository belongs to a project."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from alerts.models import Alert
from courses.models import Event, Project
from pipelines import services
from pipelines.models import CIServer, Pipeline, Repository, RepositoryState
from tests import factories
from tests.pipelines.conftest import AT

pytestmark = pytest.mark.django_db


def test_token_is_encrypted_at_rest():
    row = factories.CIServerFactory(token="glpat-secret")
    with connection.cursor() as cursor:
        cursor.execute("SELECT token FROM pipelines_ciserver")
        [[stored]] = cursor.fetchall()
    assert "glpat-secret" not in stored
    assert CIServer.objects.get(pk=row.pk).token == "glpat-secret"


def test_saving_forgets_what_went_wrong_and_polls_anew(lecturer):
    row = factories.CIServerFactory(
        next_poll_at=AT + timedelta(hours=1), last_error_kind="auth", last_error="x", failures=4
    )
    services.save_server(row, token="", by=lecturer, now=AT)
    row.refresh_from_db()
    assert (row.token, row.last_error_kind, row.failures, row.next_poll_at) == ("glpat-test", "", 0, AT)
    assert Event.objects.get(kind="settings").actor == lecturer


def test_a_new_token_forgets_what_the_old_one_could(lecturer):
    row = factories.CIServerFactory(
        token_scopes="api", token_checked_at=AT, token_expires_on=date(2026, 1, 1)
    )
    services.save_server(row, token="glpat-new", by=lecturer, now=AT)
    row.refresh_from_db()
    assert (row.token, row.token_scopes, row.token_checked_at) == ("glpat-new", "", None)


def test_a_test_is_asked_for_and_done_by_the_next_poll(server):
    CIServer.objects.update(token_checked_at=AT, last_error_kind="busy", last_error="x", failures=3)
    assert services.request_test(server, now=AT)
    server.refresh_from_db()
    assert (server.token_checked_at, server.last_error_kind, server.next_poll_at) == (None, "", AT)
    services.poll_due_servers(now=AT)
    server.refresh_from_db()
    assert (server.version, server.token_scopes, server.token_checked_at) == ("18.5.1-ee", "read_api", AT)
    assert server.token_expires_on == date(2027, 3, 1)


def test_a_test_that_fails_is_noted(server):
    CIServer.objects.update(base_url=f"{server.base_url}/api/elsewhere")
    assert services.request_test(server, now=AT)
    services.poll_due_servers(now=AT)
    server.refresh_from_db()
    assert (server.last_error_kind, "no GitLab" in server.last_error) == ("broken", True)


@pytest.mark.parametrize("told", [{"is_enabled": False}, {"not_before": AT + timedelta(minutes=1)}])
def test_what_is_not_polled_is_not_tested(server, told):
    CIServer.objects.update(**told, last_error_kind="busy")
    server.refresh_from_db()
    assert not services.request_test(server, now=AT)
    assert CIServer.objects.get().last_error_kind == "busy"


def test_a_server_is_removed_once_with_what_was_read(lecturer):
    row = factories.RepositoryFactory()
    factories.PipelineFactory(repository=row)
    for _ in range(2):
        services.remove_server(row.server, by=lecturer, now=AT)
        row.server.pk = row.server_id
    assert not CIServer.objects.exists()
    assert not Pipeline.objects.exists()
    assert Project.objects.filter(pk=row.project_id).exists()
    assert Event.objects.get().title == f"CI server “{row.server.name}” removed"


def test_binding_the_same_again_changes_nothing(team):
    row = factories.RepositoryFactory(remote_id=7, project__team=team)
    factories.PipelineFactory(repository=row)
    again = services.bind_repository(row.project, row.server, row.path, now=AT)
    assert (again.pk, again.remote_id, Pipeline.objects.count()) == (row.pk, 7, 1)


def test_binding_elsewhere_starts_anew():
    row = factories.RepositoryFactory(remote_id=7)
    factories.RepositoryStateFactory(repository=row, status="failed")
    factories.PipelineFactory(repository=row)
    again = services.bind_repository(row.project, row.server, "course/other", now=AT)
    assert (again.pk, again.remote_id, again.state) == (row.pk, None, "pending")
    assert not Pipeline.objects.exists()
    assert RepositoryState.objects.get().status == "unknown"


@pytest.mark.parametrize("path", ["", "alone", "https://evil.example/x", "a/../b", "a b/c", "x/" * 200 + "y"])
def test_binding_a_path_that_is_none(path):
    server = factories.CIServerFactory()
    project = factories.ProjectFactory(team__course=server.course)
    with pytest.raises(ValidationError):
        services.bind_repository(project, server, path, now=AT)
    assert not Repository.objects.exists()


def test_a_path_belongs_to_one_project():
    row = factories.RepositoryFactory()
    with pytest.raises(ValidationError):
        services.bind_repository(
            factories.ProjectFactory(team=row.project.team), row.server, row.path, now=AT
        )


@pytest.fixture
def alert():
    """Red, as alerts know it."""
    row = factories.RepositoryFactory()
    CIServer.objects.update(next_poll_at=AT + timedelta(hours=1))
    rule = factories.RuleFactory(signal="pipelines.default_branch.red")
    return factories.AlertFactory(rule=rule, subject=f"repository:{row.pk}", project=row.project)


@pytest.mark.parametrize(
    "forget",
    [
        lambda: Repository.objects.get().delete(),
        lambda: CIServer.objects.get().delete(),
        lambda: CIServer.objects.update(is_enabled=False),
        lambda: Project.objects.get().team.course.__class__.objects.update(is_archived=True),
    ],
    ids=["repository deleted", "server deleted", "server switched off", "course archived"],
)
def test_an_alert_ends_with_what_it_is_about(alert, forget):
    services.poll_due_servers(now=AT)
    assert Alert.objects.get().state == "firing"
    forget()
    services.poll_due_servers(now=AT)
    alert.refresh_from_db()
    assert (alert.state, alert.resolved_at) == ("resolved", AT)
    assert "no longer read" in alert.detail


def test_a_project_that_names_no_repository_any_more_lets_it_go(alert):
    server = CIServer.objects.get()
    services.bind_projects(server, now=AT)
    assert Repository.objects.exists()
    Project.objects.update(repository_path="")
    services.bind_projects(server, now=AT)
    assert not Repository.objects.exists()
    assert not RepositoryState.objects.exists()
    alert.refresh_from_db()
    assert (alert.state, alert.detail) == ("resolved", "The project has no repository any more.")
