"""What the pages of an environment and a host draw, and which span of it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from courses.models import Event
from health import services
from tests import factories
from tests.health.test_views import READING, UP, record, text_of

ENDS = {"from": "2026-03-29T10:00Z", "to": "2026-03-29T12:00Z"}


@pytest.fixture
def paths(check, admin_user, client):
    record(check, UP, 1)
    host = services.record_host_sample(READING, now=timezone.now())
    client.force_login(admin_user)
    return check.environment.get_absolute_url(), host.get_absolute_url()


def test_a_span_of_ones_own_has_a_way_back(client, paths):
    for path in paths:
        text = text_of(client.get(path, ENDS))
        assert '<a href="?range=24h">Back to the last 24 h</a>' in text
        assert 'aria-current="true"' not in text.split("Back to the last")[0].split('class="kinds"')[1]
        assert "Back to the last" not in text_of(client.get(path))


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"from": "yesterday", "to": "now"}, "cannot be read"),
        ({"from": "\x00<script>", "to": ENDS["to"]}, "cannot be read"),
        ({"from": "2026-03-29T11:59Z", "to": ENDS["to"]}, "shorter than 5 minutes"),
        ({"from": "2001-01-01", "to": ENDS["to"]}, "longer than 400 days"),
    ],
)
def test_a_span_that_is_not_taken_as_it_was_is_told(client, paths, query, words):
    for path in paths:
        assert words in text_of(client.get(path, query))


def test_a_zoomed_page_still_says_how_it_is_now(client, paths):
    page = client.get(paths[0], ENDS).context["page"]
    assert page.standing.told.tone == "good"
    assert page.standing.told.headline.startswith("Up for ")
    assert page.window.end.isoformat() == "2026-03-29T12:00:00+00:00"
    assert page.n == 0


def test_answers_after_a_chosen_span_are_not_in_it(client, check, student):
    for minute in range(60, -1, -10):
        record(check, UP, minute)
    now = timezone.now()
    client.force_login(student)
    ends = {
        "from": (now - timedelta(minutes=35)).isoformat(),
        "to": (now - timedelta(minutes=15)).isoformat(),
    }
    assert client.get(check.environment.get_absolute_url(), ends).context["page"].n == 2


def test_events_of_the_environment_and_its_project_are_drawn(client, check, student):
    record(check, UP, 30)
    project, now = check.environment.project, timezone.now()
    other = factories.EnvironmentFactory(project=project, name="staging", slug="staging")
    for environment, title in ((check.environment, "v1"), (None, "v2"), (other, "v3")):
        Event.objects.create(
            course=project.team.course,
            project=project,
            environment=environment,
            at=now - timedelta(minutes=10),
            kind="deployment",
            title=f"{title} <b>arrived</b>",
        )
    client.force_login(student)
    text = text_of(client.get(check.environment.get_absolute_url()))
    assert "2 deployments" in text
    assert ("v1 &lt;" in text, "v2 &lt;" in text, "v3 &lt;" in text) == (True, True, False)
    assert "<b>arrived" not in text


def test_queries_do_not_grow_with_what_is_drawn(client, check, student):
    client.force_login(student)
    path = check.environment.get_absolute_url()
    record(check, UP, 90)
    client.get(path)
    counts = []
    for minutes in (range(80, 70, -5), range(60, -1, -4)):
        for minute in minutes:
            record(check, UP, minute)
        with CaptureQueriesContext(connection) as asked:
            client.get(path, {"range": "6h", "fresh": len(counts)})
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 15
