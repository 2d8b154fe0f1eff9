"""What is stored of what a server told, what stands on the timeline, what alerts hear."""

from datetime import timedelta

import pytest

from alerts.models import Alert
from courses.models import Event
from pipelines.clients.readings import CIFault, FaultKind
from pipelines.models import Job, Pipeline, Repository, RepositoryState
from pipelines.services import record_pipelines
from pipelines.services.recording import KEPT
from tests import factories
from tests.pipelines.conftest import AT, job, pipeline, project

pytestmark = pytest.mark.django_db


@pytest.fixture
def repository():
    return factories.RepositoryFactory(path="course/team-1/app")


def record(repository, *pipelines, minutes=0, **told):
    record_pipelines({repository.pk: project(*pipelines, **told)}, now=AT + timedelta(minutes=minutes))
    repository.refresh_from_db()
    return RepositoryState.objects.get(repository=repository)


def test_pipeline_jobs_and_state_are_stored(repository):
    state = record(repository, pipeline(3, coverage=0.0, jobs=[job(), job(name="lint", remote_id=2)]))
    row = Pipeline.objects.get()
    assert (row.remote_id, row.status, row.coverage, row.seen_at) == (3, "success", 0.0, AT)
    assert row.stages == [["test", "success"]]
    assert [one.name for one in row.jobs.all()] == ["unit tests", "lint"]
    assert (state.status, state.since, state.pipeline, state.latest) == ("success", AT, row, row)
    assert state.recent == [[row.pk, "success", 3]]
    assert (repository.remote_id, repository.state, repository.read_at) == (7, "ok", AT)


def test_repeating_changes_nothing(repository):
    record(repository, pipeline(3, "failed", jobs=[job("failed")]))
    before = (list(Pipeline.objects.values()), list(Job.objects.values()), list(Event.objects.values()))
    record(repository, pipeline(3, "failed", jobs=[job("failed")]), minutes=1)
    assert (
        list(Pipeline.objects.values()),
        list(Job.objects.values()),
        list(Event.objects.values()),
    ) == before


def test_an_older_answer_never_overwrites(repository):
    record(repository, pipeline(3, "success", minutes=5))
    state = record(repository, pipeline(3, "running", minutes=2), minutes=6)
    assert (Pipeline.objects.get().status, state.status, state.is_running) == ("success", "success", False)


def test_retry_moves_an_ended_pipeline_back(repository):
    record(repository, pipeline(3, "failed", jobs=[job("failed", remote_id=1)]))
    state = record(
        repository, pipeline(3, "running", minutes=2, jobs=[job("running", remote_id=9)]), minutes=2
    )
    assert (state.status, state.is_running) == ("unknown", True)
    assert [row.remote_id for row in Job.objects.all()] == [9], "the job tried again counts once"


def test_red_and_green_stand_on_the_timeline_once(repository):
    record(repository, pipeline(1))
    assert not Event.objects.exists()
    red = record(repository, pipeline(2, "failed", minutes=2, jobs=[job("failed")]), minutes=3)
    record(repository, pipeline(3, "failed", minutes=4, jobs=[job("failed")]), minutes=5)
    green = record(repository, pipeline(4, minutes=6), minutes=7)
    events = list(Event.objects.filter(kind="pipeline").order_by("at"))
    assert [(event.kind, event.tone, event.at) for event in events] == [
        ("pipeline", "bad", AT + timedelta(minutes=2)),
        ("pipeline", "good", AT + timedelta(minutes=6)),
    ]
    assert "“unit tests”" in events[0].detail
    assert events[0].team == repository.project.team
    assert (red.red_since, green.red_since) == (AT + timedelta(minutes=2), None)


def test_first_sight_of_red_is_news_and_of_green_is_not(repository):
    record(repository, pipeline(1, "failed"))
    assert Event.objects.get(kind="pipeline").tone == "bad"


def test_skipped_does_not_hide_the_last_result(repository):
    state = record(repository, pipeline(1, "failed"), pipeline(2, "skipped", minutes=1))
    assert (state.status, state.pipeline.remote_id, state.latest.remote_id) == ("failed", 1, 2)


def test_merge_requests_and_children_do_not_count(repository):
    state = record(
        repository,
        pipeline(1),
        pipeline(2, "failed", minutes=1, ref="refs/merge-requests/1/head", source="merge_request_event"),
        pipeline(3, "failed", minutes=2, source="parent_pipeline"),
    )
    assert (state.status, state.latest.remote_id) == ("success", 1)


def test_success_with_warnings(repository):
    jobs = [job(remote_id=1), job("failed", name="audit", remote_id=2, may_fail=True)]
    state = record(repository, pipeline(1, jobs=jobs))
    assert (state.status, state.is_red) == ("warning", False)
    assert Pipeline.objects.get().shown_state == "warning"


def test_manual_is_not_red(repository):
    state = record(repository, pipeline(1), pipeline(2, "manual", minutes=1, jobs=[job("manual")]))
    assert (state.status, state.is_running) == ("success", False)


def test_invalid_definition_fails_without_a_job(repository):
    state = record(repository, pipeline(1, "failed", duration_s=None))
    assert Pipeline.objects.get().is_invalid
    assert "definition is not valid" in state.detail


def test_empty_and_archived_repositories(repository):
    state = record(repository, branch="")
    assert (repository.state, state.status) == ("empty", "unknown")
    record(repository, pipeline(1), archived=True)
    assert repository.state == "archived"


def test_another_default_branch_is_judged_anew(repository):
    record(repository, pipeline(1, "failed"))
    state = record(repository, branch="trunk", minutes=1)
    assert (state.status, state.latest, state.recent) == ("unknown", None, [])


def test_a_moved_repository_keeps_its_id_and_history(repository):
    record(repository, pipeline(1))
    record(repository, pipeline(1), path="other/place", minutes=1)
    assert (repository.path, repository.bound_path) == ("other/place", "course/team-1/app")
    other = factories.RepositoryFactory(server=repository.server, path="taken/path")
    record(repository, path=other.path, minutes=2)
    assert repository.path == "other/place", "another repository holds that path"


@pytest.mark.parametrize(
    ("kind", "remote_id", "state", "is_suspect"),
    [
        (FaultKind.GONE, 7, "gone", False),
        (FaultKind.GONE, None, "no_access", False),
        (FaultKind.REFUSED, 7, "no_access", False),
        (FaultKind.BUSY, 7, "ok", True),
    ],
)
def test_what_could_not_be_read_says_why(repository, kind, remote_id, state, is_suspect):
    Repository.objects.update(remote_id=remote_id)
    record_pipelines({repository.pk: CIFault(kind, "Because.")}, now=AT)
    repository.refresh_from_db()
    assert (repository.state, repository.state_detail, repository.is_suspect) == (
        state,
        "Because.",
        is_suspect,
    )
    assert repository.read_at is None


def test_only_the_newest_are_kept_and_the_deciding_one(repository):
    record(repository, pipeline(1, "failed"))
    skipped = [pipeline(2 + n, "skipped", minutes=n) for n in range(KEPT + 5)]
    state = record(repository, *skipped, minutes=200)
    assert Pipeline.objects.count() == KEPT + 1
    assert (state.status, state.pipeline.remote_id) == ("failed", 1)
    record(repository, pipeline(500, minutes=300), minutes=301)
    record(repository, pipeline(501, minutes=302), minutes=303)
    assert Pipeline.objects.count() == KEPT


def test_alert_fires_and_resolves(repository):
    record(repository, pipeline(1))
    assert not Alert.objects.exists()
    record(repository, pipeline(2, "failed", minutes=1, jobs=[job("failed")]), minutes=1)
    alert = Alert.objects.get()
    assert (alert.state, alert.subject) == ("firing", f"repository:{repository.pk}")
    assert alert.path == repository.get_absolute_url()
    record(repository, pipeline(3, minutes=2), minutes=2)
    alert.refresh_from_db()
    assert alert.state == "resolved"


def test_what_is_not_known_moves_no_alert(repository):
    record(repository, pipeline(1, "failed"))
    record_pipelines({repository.pk: CIFault(FaultKind.BUSY, "x")}, now=AT + timedelta(minutes=1))
    assert Alert.objects.get().state == "firing"


def test_a_repository_that_went_meanwhile_is_left_out():
    record_pipelines({999: project(pipeline(1))}, now=AT)
    assert not Pipeline.objects.exists()


def test_fifty_repositories_cost_as_many_queries_as_two(django_assert_max_num_queries):
    server = factories.CIServerFactory()
    rows = [
        factories.RepositoryFactory(
            project=factories.ProjectFactory(team=factories.TeamFactory(course=server.course)),
            server=server,
        )
        for _ in range(20)
    ]
    outcomes = {row.pk: project(pipeline(1, jobs=[job()]), path=row.path, remote_id=row.pk) for row in rows}
    with django_assert_max_num_queries(24):
        record_pipelines(outcomes, now=AT)
