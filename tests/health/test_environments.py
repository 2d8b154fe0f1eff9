"""What happens when an environment is deleted."""

import pytest
from django.urls import reverse
from django.utils import timezone

from alerts.models import Alert
from courses.models import Environment, Event
from health import services
from tests import factories


@pytest.fixture
def environment(team):
    return factories.CheckFactory(environment__project__team=team).environment


def url(environment):
    return reverse("health:environment_remove", args=[environment.pk])


def test_a_lecturer_deletes_an_environment_after_a_question(client, environment, lecturer):
    project = environment.project
    alert = factories.AlertFactory(project=project, subject=f"environment:{environment.pk}")
    other = factories.AlertFactory(project=project, subject="environment:0")
    client.force_login(lecturer)
    assert url(environment) in client.get(project.get_absolute_url()).text
    assert "are lost" in client.get(url(environment)).text
    assert Environment.objects.exists()
    answer = client.post(url(environment), follow=True)
    assert answer.redirect_chain == [(project.get_absolute_url(), 302)]
    assert "is deleted" in answer.text
    assert not Environment.objects.exists()
    alert.refresh_from_db()
    assert (alert.state, alert.detail) == ("resolved", "The environment “production” was deleted.")
    assert Alert.objects.get(pk=other.pk).state == "firing"
    event = Event.objects.get(title="Environment “production” deleted")
    assert (event.project, event.actor, event.environment) == (project, lecturer, None)


def test_deleting_twice_is_noted_once(environment, lecturer):
    for _ in range(2):
        services.remove_environment(environment, actor=lecturer, now=timezone.now())
    assert Event.objects.count() == 1


def test_tutors_and_students_delete_no_environment(client, environment, tutor, student):
    for user in (tutor, student):
        client.force_login(user)
        assert client.post(url(environment)).status_code == 404
        assert "Delete…" not in client.get(environment.project.get_absolute_url()).text
    assert Environment.objects.exists()
