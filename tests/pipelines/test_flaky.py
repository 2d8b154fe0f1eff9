"""Jobs that both failed and passed on the same commit: found, kept, shown and forgotten."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from pipelines import rules, wording
from pipelines.models import RepositoryState
from pipelines.rules import FlakyJob, Tries
from pipelines.services import record_pipelines
from tests import factories
from tests.pipelines.conftest import AT, job, pipeline, project

A, B = "a1" * 20, "b2" * 20


@pytest.mark.parametrize(
    ("tries", "found"),
    [
        ([], []),
        ([Tries("unit", 1, 0, AT), Tries("lint", 0, 3, AT)], []),
        ([Tries("unit", 1, 1, AT)], [FlakyJob("unit", 1, AT)]),
        (
            [
                Tries("lint", 1, 1, AT),
                Tries("unit", 2, 1, AT - timedelta(days=1)),
                Tries("unit", 1, 1, AT - timedelta(days=2)),
            ],
            [FlakyJob("unit", 2, AT - timedelta(days=1)), FlakyJob("lint", 1, AT)],
        ),
        ([Tries("unit", 1, 1, AT - timedelta(days=15))], []),
    ],
)
def test_a_job_is_flaky_that_failed_and_passed_on_one_commit(tries, found):
    assert rules.flaky_jobs(tries, now=AT) == found


def test_the_list_is_short():
    tries = [Tries(f"job {n:03}", 1, 1, AT) for n in range(100)]
    assert len(rules.flaky_jobs(tries, now=AT)) == 10


def test_one_is_named_and_more_are_counted():
    assert wording.flaky_words([]) == ""
    assert wording.flaky_words(["unit"]) == "flaky: unit"
    assert wording.flaky_words(["unit", "lint"]) == "2 flaky jobs"


@pytest.fixture
def repository(team):
    server = factories.CIServerFactory(course=team.course)
    return factories.RepositoryFactory(project__team=team, server=server, path="course/team-1/app")


def flaky(repository, *pipelines, now=AT):
    record_pipelines({repository.pk: project(*pipelines)}, now=now)
    state = RepositoryState.objects.get(repository=repository)
    return [(found.name, found.commits) for found in state.flaky_at(now)]


@pytest.mark.django_db
def test_a_pipeline_started_again_on_a_commit_tells(repository):
    failed = pipeline(1, "failed", sha=A, jobs=[job("failed", name="unit"), job(name="lint", remote_id=2)])
    assert flaky(repository, failed) == []
    assert flaky(repository, pipeline(2, sha=B, jobs=[job(name="unit", remote_id=3)])) == []
    again = pipeline(3, sha=A, jobs=[job(name="unit", remote_id=4)])
    assert flaky(repository, again) == [("unit", 1)]


@pytest.mark.django_db
@pytest.mark.parametrize(("status", "found"), [("success", [("unit", 1)]), ("failed", [])])
def test_a_job_tried_again_tells_when_it_passes(repository, status, found):
    tried = job(status, name="unit", failed_tries=2)
    assert flaky(repository, pipeline(1, status, sha=A, jobs=[tried])) == found


@pytest.mark.django_db
def test_it_is_forgotten_after_two_weeks(repository):
    flaky(repository, pipeline(1, sha=A, jobs=[job(name="unit", failed_tries=1)]))
    state = RepositoryState.objects.get(repository=repository)
    assert len(state.flaky_at(AT + timedelta(days=14))) == 1
    assert state.flaky_at(AT + timedelta(days=14, seconds=1)) == []


@pytest.mark.django_db
def test_every_page_of_the_repository_names_it(client, repository, student):
    now = timezone.now()
    row = factories.PipelineFactory(repository=repository, status="success", stages=[["test", "success"]])
    factories.JobFactory(pipeline=row, name="unit", status="success", failed_tries=2)
    factories.RepositoryStateFactory(
        repository=repository, pipeline=row, latest=row, flaky=[["unit", 3, now.isoformat()]]
    )
    client.force_login(student)
    assert "flaky: unit" in client.get(reverse("pipelines:board")).text
    page = client.get(repository.get_absolute_url()).text
    assert "on 3 commits" in page
    page = client.get(row.get_absolute_url()).text
    assert "</svg>flaky</span>" in page
    assert "failed 2 times before on this commit" in page
    assert "flaky: unit" in client.get(repository.project.get_absolute_url()).text
