"""How deployments get from a CI server, or from a machine that tells of them, onto the timeline."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from courses import services as courses
from courses.models import Event
from courses.netguard import Reply
from dashboard.routes import WIRE_ROUTES
from pipelines import queries, rules, services, wire
from pipelines.clients.gitlab import answers, deployments, projects, rest
from pipelines.clients.gitlab.nodes import Nodes
from pipelines.clients.readings import CIFault, DeploymentReading, FaultKind, Wanted
from pipelines.models import Deployment
from tests.conftest import call_wire
from tests.factories import DeploymentFactory, EnvironmentFactory, RepositoryFactory
from tests.pipelines.conftest import AT, bind, project

SHA = "1a2b3c4d" * 5
PLACES = [
    (1, "Production", "production", "https://app.example.org/"),
    (2, "Review app", "review-app", ""),
    (3, "staging", "staging", "https://staging.example.org"),
]


def deployed(remote_id=1, environment="production", status="success", url="", sha=SHA, minutes=0):
    at = AT + timedelta(minutes=minutes)
    return DeploymentReading(remote_id, 12, environment, url, status, sha, "main", at)


def told_of(*readings):
    told = project()
    return type(told)(told.remote_id, told.path, told.default_branch, False, (), readings)


@pytest.fixture
def repository(db):
    row = RepositoryFactory(path="course/team-1/app")
    EnvironmentFactory(project=row.project)
    return row


def record(repository, *readings, now=AT):
    services.record_pipelines({repository.pk: told_of(*readings)}, now=now)


@pytest.mark.parametrize(
    ("name", "url", "expected"),
    [
        ("production", "", 1),
        ("PRODUCTION", "https://staging.example.org", 1),
        ("review/app", "", 2),
        ("live", "https://app.example.org", 1),
        ("live", "HTTPS://Staging.example.org/", 3),
        ("review/feature-7", "https://feature-7.example.org", None),
        ("live", "", None),
    ],
)
def test_an_environment_is_known_by_its_name_and_else_by_its_address(name, url, expected):
    assert rules.place_of(name, url, PLACES) == expected


def test_a_deployment_becomes_a_row_and_an_event(repository):
    record(repository, deployed())
    row, event = Deployment.objects.get(), Event.objects.get(kind="deployment")
    assert (row.sha, row.ref, row.status, row.at) == (SHA, "main", "success", AT)
    assert (event.title, event.tone, event.at) == ("Deployed 1a2b3c4d to production", "good", AT)
    assert event.environment == row.environment
    assert (event.project, event.team) == (repository.project, repository.project.team)
    assert event.url == f"https://gitlab.example.org/{repository.path}/-/environments/12"


def test_a_failed_deployment_is_a_bad_event_and_not_the_last_version(repository):
    record(repository, deployed(), deployed(2, status="failed", sha="ffff" * 10, minutes=5))
    event = Event.objects.filter(kind="deployment").latest_first()[0]
    assert (event.title, event.tone) == ("Deploying ffffffff to production failed", "bad")
    environment = repository.project.environments.get()
    assert queries.last_deployments([environment.pk])[environment.pk].sha == SHA


def test_hearing_of_it_again_changes_nothing(repository):
    for _ in range(2):
        record(repository, deployed(), deployed())
    assert (Deployment.objects.count(), Event.objects.filter(kind="deployment").count()) == (1, 1)


def test_the_same_number_of_another_server_is_another_deployment(repository):
    other = RepositoryFactory()
    EnvironmentFactory(project=other.project)
    record(repository, deployed())
    record(other, deployed())
    assert Deployment.objects.count() == 2


def test_what_is_deployed_elsewhere_is_left_out(repository):
    EnvironmentFactory(name="review", slug="review")  # of another project
    record(repository, deployed(environment="review"))
    assert not Deployment.objects.exists()


def test_an_environment_added_later_gets_its_last_deployment(repository):
    reading = deployed(environment="staging")
    record(repository, reading)
    place = EnvironmentFactory(project=repository.project, name="staging", slug="staging")
    record(repository, reading)
    assert Deployment.objects.get().environment == place


def test_a_version_without_a_name_is_still_told(repository):
    record(repository, deployed(sha=""))
    assert Event.objects.get(kind="deployment").title == "Deployed a version to production"
    assert str(Deployment.objects.get()) == "2026-11-02 10:00"


def test_fifty_repositories_cost_as_many_queries_as_two(db, django_assert_num_queries):
    rows = [RepositoryFactory() for _ in range(52)]
    for row in rows:
        EnvironmentFactory(project=row.project)

    def outcomes(some):
        return {row.pk: told_of(deployed(row.pk)) for row in some}

    by_pk = {row.pk: row for row in rows}
    for some in (rows[:2], rows[2:]):
        with django_assert_num_queries(4):
            services.store_deployments(by_pk, outcomes(some), now=AT)
    assert Deployment.objects.count() == 52


def test_last_deployments_are_the_newest_successes(db):
    first, second, silent = (EnvironmentFactory() for _ in range(3))
    DeploymentFactory(environment=first, at=AT, sha="a" * 40)
    newest = DeploymentFactory(environment=first, at=AT + timedelta(hours=1), sha="b" * 40)
    DeploymentFactory(environment=first, at=AT + timedelta(hours=2), status="failed")
    other = DeploymentFactory(environment=second, at=AT)
    found = queries.last_deployments([first.pk, second.pk, silent.pk])
    assert found == {first.pk: newest, second.pk: other}
    assert str(newest) == newest.short_sha == "bbbbbbbb"


# What GitLab says of them -------------------------------------------------------------------------


def test_graphql_tells_the_last_success_and_the_last_failure():
    rows = Nodes(
        [
            deployments.Environment(
                id="gid://gitlab/Environment/12",
                name="production\x00",
                external_url="https://app.example.org",
                success=deployments.LastDeployment("gid://gitlab/Deployment/7", SHA, "main", AT, None),
                failed=deployments.LastDeployment("gid://gitlab/Deployment/9", SHA, "main", AT, AT),
            ),
            None,
            deployments.Environment(name="never", success=deployments.LastDeployment(id="7")),
            deployments.Environment(
                name="unnumbered", success=deployments.LastDeployment("x", SHA, "main", AT, AT)
            ),
        ]
    )
    first, second = deployments.of_environments(rows)
    assert (first.remote_id, first.environment_id, first.status, first.at) == (7, 12, "success", AT)
    assert (second.remote_id, second.status) == (9, "failed")
    assert first.environment == "production\ufffd"


def test_a_project_without_environments_is_read_all_the_same():
    row = projects.Project("gid://gitlab/Project/7", "a/b", None, projects.Repository("main"), Nodes([]))
    assert projects.project(row).deployments == ()


def test_rest_tells_those_that_ended():
    place = {"id": 3, "name": "production", "external_url": None}
    row = {"id": 5, "status": "success", "sha": SHA, "ref": "main", "created_at": "2026-11-02T09:00:00Z"}
    rows = [
        {**row, "environment": place, "deployable": {"finished_at": "2026-11-02T10:00:00Z"}},
        {**row, "id": 6, "environment": place, "updated_at": "2026-11-02T09:30:00Z", "status": "failed"},
        {**row, "id": 7, "environment": place, "deployable": {"finished_at": None}},
        {**row, "id": 8, "environment": place, "status": "running"},
        {**row, "id": 9, "environment": None},
    ]
    reply = Reply(200, {}, json.dumps(rows).encode(), 1.0, "https://gitlab.example.org/")
    found = deployments.of_list(answers.decode(reply, list[deployments.Deployment]))
    ended = [datetime(2026, 11, 2, *clock, tzinfo=UTC) for clock in ((10, 0), (9, 30), (9, 0))]
    assert [one.remote_id for one in found] == [5, 6, 7]
    assert [one.at for one in found] == ended


def test_rest_asks_for_what_is_new_with_an_overlap():
    assert "updated_after" not in deployments.path_since(7, None)
    path = deployments.path_since(7, AT)
    assert path.startswith("/projects/7/deployments?order_by=updated_at&sort=desc")
    assert path.endswith("updated_after=2026-11-02T09%3A00%3A00%2B00%3A00")


@pytest.mark.parametrize("is_on_rest", [False, True])
@pytest.mark.django_db(transaction=True)
def test_a_poll_brings_the_deployments(gitlab, server, is_on_rest):
    (row,) = bind(server, 1)
    for name in ("production", "staging"):
        EnvironmentFactory(project=row.project, name=name, slug=name)
    if is_on_rest:
        gitlab.set(mode="nographql")
    gitlab.set(advance_s=3600)
    services.poll_due_servers(now=AT)
    found = Deployment.objects.filter(environment__project=row.project)
    assert set(found.values_list("environment__name", flat=True)) == {"production", "staging"}
    assert Event.objects.filter(kind="deployment").count() == found.count() >= 2
    if is_on_rest:
        assert any(path.endswith("/deployments") for path in gitlab.asked["paths"])
    else:
        assert max(gitlab.asked["scores"]) < 200  # what GitLab grants even to strangers


def test_a_project_whose_deployments_are_hidden_is_read_all_the_same(gitlab, monkeypatch):
    monkeypatch.setattr(rest, "path_since", lambda project, read_at: f"/projects/{project}/nothing")
    reading = rest.read(gitlab.access, [Wanted(1, "course/team-001/app")], page_size=50)
    assert not isinstance(reading.outcomes[1], CIFault)
    assert reading.outcomes[1].deployments == ()
    assert reading.fault is None or reading.fault.kind != FaultKind.GONE


# What machines tell -------------------------------------------------------------------------------


@pytest.fixture
def place(db):
    return EnvironmentFactory()


@pytest.fixture
def key(place):
    project = place.project
    return courses.create_api_key(
        project.team.course,
        name="CI job",
        scopes=["ingest"],
        project=project,
        created_by=None,
        now=timezone.now(),
    )[1]


def send(key, *, path="/ingest/deployments", **body):
    return call_wire(
        wire.receive_deployment, path, {"environment": "production", "sha": SHA, **body}, key=key
    )


def test_a_told_deployment_is_recorded(place, key):
    url = "https://ci.example.org/jobs/7"
    at = timezone.now() - timedelta(hours=2)
    answer = send(key, ref="main", at=at.isoformat(), url=url, environment="Production")
    assert (answer.status, answer.json) == (201, {"recorded": True})
    row, event = Deployment.objects.get(), Event.objects.get(kind="deployment")
    assert (row.environment, row.sha, row.ref, row.at) == (place, SHA, "main", at)
    assert (event.title, event.url) == ("Deployed 1a2b3c4d to production", url)


def test_telling_it_again_changes_nothing(key):
    assert send(key).status == 201
    assert (send(key).status, send(key, sha=SHA.upper()).json) == (200, {"recorded": False})
    at = timezone.now().isoformat()
    other = "b" * 40
    assert [send(key, sha=other, at=at).status for _ in range(2)] == [201, 200]
    assert Event.objects.filter(kind="deployment").count() == 2


def test_a_version_may_come_back(key):
    assert [send(key, sha=sha * 40).status for sha in "aba"] == [201, 201, 201]


def test_a_failure_and_the_success_after_it_are_two(key):
    assert [send(key, status=status).status for status in ("failed", "success")] == [201, 201]
    told = Event.objects.filter(kind="deployment").order_by("pk")
    assert list(told.values_list("tone", flat=True)) == ["bad", "good"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"sha": "main"}, "sha"),
        ({"sha": "ab"}, "sha"),
        ({"environment": ""}, "environment"),
        ({"environment": "elsewhere"}, "environment"),
        ({"ref": "a\x00b"}, "ref"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"url": "https://x.org/\n"}, "url"),
        ({"at": "2026-11-02T10:00:00"}, "at"),
        ({"at": "2001-11-02T10:00:00Z"}, "at"),
        ({"at": "2199-11-02T10:00:00Z"}, "at"),
        ({"status": "running"}, "status"),
        ({"who": "me"}, "who"),
    ],
)
def test_what_is_wrong_is_named(key, body, field):
    answer = send(key, **body)
    assert (answer.status, answer.json["field"]) == (400, field)
    assert not Deployment.objects.exists()


def test_other_projects_environments_are_not_found(key):
    EnvironmentFactory(name="staging", slug="staging")
    assert "It has: production." in send(key, environment="staging").json["detail"]


def test_a_key_of_one_environment_opens_no_other(place):
    other = EnvironmentFactory(project=place.project, name="staging", slug="staging")
    row, key = courses.create_api_key(
        place.project.team.course,
        name="staging only",
        scopes=["ingest"],
        project=place.project,
        created_by=None,
        now=timezone.now(),
    )
    type(row).objects.filter(pk=row.pk).update(environment=other)
    assert send(key).status == 400
    assert send(key, environment="staging").status == 201


def test_a_key_of_a_course_is_refused(place):
    course = place.project.team.course
    _, key = courses.create_api_key(
        course, name="agent", scopes=["ingest"], created_by=None, now=timezone.now()
    )
    assert send(key).status == 403


def test_only_posts_of_json_to_the_one_address(key):
    def call(path="/ingest/deployments", **options):
        return call_wire(wire.receive_deployment, path, key=key, **options)

    assert call("/ingest/deployments/more").status == 404
    assert (call(method="GET").status, call(method="GET").headers["Allow"]) == (405, "POST")
    assert call(body=b"{").status == 400
    assert call_wire(wire.receive_deployment, "/ingest/deployments", {}).status == 401


def test_a_machine_that_tells_too_much_is_slowed(key):
    statuses = [send(key).status for _ in range(40)]
    assert (statuses[0], statuses[-1]) == (201, 429)


def test_the_address_is_served():
    assert ("/ingest/deployments", wire.receive_deployment) in WIRE_ROUTES
