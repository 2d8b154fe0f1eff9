"""The page of a project: its places, its branch, what is wrong, what is tried, what happened."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests import factories

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
def project(team):
    return factories.ProjectFactory(team=team, name="Shop", repository_path="group/app")


def page(user, project, query="", **headers):
    client = Client()
    client.force_login(user)
    answer = client.get(f"{project.get_absolute_url()}{query}", headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


def text_of(html):
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_it_keeps_its_address(project):
    team = project.team
    assert (
        project.get_absolute_url()
        == f"/courses/{team.course.slug}/teams/{team.slug}/projects/{project.slug}/"
    )


def test_outsiders_get_404(project, outsider, client):
    client.force_login(outsider)
    assert client.get(project.get_absolute_url()).status_code == 404


def test_an_environment_is_shown_with_state_latency_and_last_deployment(project, student):
    place = factories.EnvironmentFactory(project=project)
    factories.EnvironmentStateFactory(
        environment=place, status="down", last_latency_ms=123, detail="502 Bad Gateway"
    )
    factories.DeploymentFactory(environment=place, sha="1a2b3c4d" * 5, url="https://ci.example.org/7")
    factories.DeploymentFactory(
        environment=place, sha="ffff" * 10, status="failed", at=timezone.now() + timedelta(seconds=1)
    )
    html = page(student, project)
    words = text_of(html)
    assert re.search(
        r"production .*down .*502 Bad Gateway .*123 ms .*1a2b3c4d .*https://app\.example\.org/", words
    )
    assert 'href="https://ci.example.org/7"' in html
    assert "ffffffff" not in words


def test_what_is_not_known_yet_is_said(project, student):
    factories.EnvironmentFactory(project=project, url="")
    words = text_of(page(student, project))
    assert "unknown" in words
    assert "none seen" in words
    assert "not set, so it is not checked" in words
    assert "It is not read" in words
    assert "No alert is open." in words


def test_without_an_experiment_staff_may_plan_one(project, student, tutor):
    address = f"/experiments/add/?project={project.pk}"
    assert "No experiment is running." in text_of(page(student, project))
    assert address not in page(student, project)
    assert f'<a href="{address}">Plan one</a>' in page(tutor, project)


def test_without_a_place_each_role_is_told_what_to_do(project, student, tutor):
    assert "Your tutor can add" in text_of(page(student, project))
    html = page(tutor, project)
    assert html.count("add-environment/") == 2


def test_without_a_repository_tutors_may_name_one(project, student, tutor):
    type(project).objects.update(repository_path="")
    assert "Not set." in text_of(page(student, project))
    assert "Name it" in text_of(page(tutor, project))


def test_a_project_named_like_its_team_is_told_apart(project, student):
    type(project).objects.update(name=project.team.name)
    assert f"<h1>Project {project.team.name}</h1>" in page(student, project)


@pytest.mark.parametrize(("state", "words"), [("ok", "failed"), ("gone", "gone")])
def test_the_branch_is_shown(project, student, state, words):
    repository = factories.RepositoryFactory(project=project, path="group/app", state=state)
    pipeline = factories.PipelineFactory(repository=repository, sha="abcdef12" * 5, status="failed")
    factories.RepositoryStateFactory(
        repository=repository,
        status="failed",
        since=timezone.now() - timedelta(minutes=32),
        detail="Pipeline #12 failed.",
        pipeline=pipeline,
        is_running=True,
        latest=pipeline,
    )
    html = page(student, project)
    if state == "ok":
        assert "failed for 32 min: Pipeline #12 failed." in " ".join(text_of(html).split())
    assert f"Now running : {pipeline}" in " ".join(text_of(html).split())
    assert repository.get_absolute_url() in html
    assert pipeline.get_absolute_url() in html
    assert words in text_of(html)
    assert "abcdef12" in html


def test_open_alerts_can_be_taken_by_those_who_may(project, student, tutor):
    alert = factories.AlertFactory(project=project)
    factories.AlertFactory(project=project, state="resolved", title="Long over")
    html = page(student, project)
    assert alert.title in html
    assert "Long over" not in html
    action = f"/alerts/{alert.pk}/acknowledge/"
    assert action not in html
    html = page(tutor, project)
    assert f'<br><button type="submit" form="act" formaction="{action}" class="link"' in html
    client = Client()
    client.force_login(tutor)
    assert client.post(action, {"next": project.get_absolute_url()}).status_code == 302
    alert.refresh_from_db()
    assert alert.acknowledged_by == tutor


@pytest.mark.parametrize(
    ("state", "tone", "words"), [("firing", "bad", "Critical"), ("pending", "busy", "pending")]
)
def test_an_open_alert_has_the_tone_and_word_of_the_overview(project, student, state, tone, words):
    factories.AlertFactory(project=project, state=state, rule__severity="critical", acknowledged_at=NOW)
    html = page(student, project).partition("Open alerts")[2]
    assert re.search(rf'class="state {tone}"><svg.*?</svg>{words}</span>', html)


def test_running_experiments_are_linked(project, student):
    running = factories.ExperimentFactory(project=project, state="running", name="Blue button")
    factories.ExperimentFactory(project=project, name="A draft")
    html = page(student, project)
    assert running.get_absolute_url() in html
    assert "A draft" not in html


def test_only_those_who_may_edit_see_buttons(project, student, tutor, lecturer):
    place = factories.EnvironmentFactory(project=project)
    remove = reverse("health:environment_remove", args=[place.pk])
    assert "Edit project" not in page(student, project)
    assert "Delete…" not in page(tutor, project)
    assert "Edit project" in page(tutor, project)
    assert "Delete…" in page(lecturer, project)
    assert remove in page(lecturer, project)


def test_the_timeline_is_narrowed_by_kind_and_place(project, student):
    production, staging = (
        factories.EnvironmentFactory(project=project, name=name, slug=name)
        for name in ("production", "staging")
    )
    common = {"course": project.team.course, "team": project.team, "project": project}
    factories.EventFactory(**common, environment=production, kind="deployment", title="Deployed one")
    factories.EventFactory(**common, environment=staging, kind="deployment", title="Deployed two")
    factories.EventFactory(**common, environment=staging, title="A note")
    everything = page(student, project)
    assert all(title in everything for title in ("Deployed one", "Deployed two", "A note"))
    narrowed = page(student, project, f"?kind=deployment&environment={staging.pk}")
    assert "Deployed two" in narrowed
    assert "Deployed one" not in narrowed
    assert "A note" not in narrowed
    assert f'<option value="{staging.pk}" selected>' in narrowed
    assert "Deployed one" in page(student, project, "?environment=x&kind=nonsense")


@pytest.mark.parametrize("part", ["now", "timeline"])
def test_each_part_refreshes_alone(project, student, part):
    html = page(student, project, **{"HX-Request": "true", "HX-Target": part})
    assert html.lstrip().startswith(f'<div id="{part}"')
    assert "<html" not in html


def test_hostile_names_stay_text(project, tutor):
    place = factories.EnvironmentFactory(project=project, name="<script>x</script>", url="https://a.example/")
    factories.DeploymentFactory(environment=place, sha="", url="javascript:alert(1)")
    html = page(tutor, project)
    assert "<script>x" not in html
    assert "javascript:" not in html


@pytest.mark.parametrize("count", [2, 20])
def test_queries_stay_the_same(project, lecturer, count, django_assert_max_num_queries):
    repository = factories.RepositoryFactory(project=project, path="group/app")
    pipeline = factories.PipelineFactory(repository=repository)
    factories.RepositoryStateFactory(repository=repository, status="success", pipeline=pipeline)
    for n in range(count):
        place = factories.EnvironmentFactory(project=project, name=f"place {n}", slug=f"place-{n}")
        factories.EnvironmentStateFactory(environment=place)
        factories.DeploymentFactory(environment=place)
        factories.AlertFactory(project=project)
        factories.ExperimentFactory(project=project, state="running")
        factories.EventFactory(
            course=project.team.course, team=project.team, project=project, environment=place
        )
    client = Client()
    client.force_login(lecturer)
    with django_assert_max_num_queries(15):
        client.get(project.get_absolute_url())
