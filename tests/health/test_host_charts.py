"""What is drawn over the charts of a host: when nothing was heard of it, and nothing else."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from courses.rules.ranges import RANGES, Range
from health import services
from health.models import HostSample
from health.queries import host_charts
from health.queries.hosts import host_page
from health.rules.silence import silences
from tests import factories
from tests.health.test_hosts import READING

NOW = datetime(2026, 3, 29, 12, tzinfo=UTC)
A_MINUTE = timedelta(minutes=1)


def at(minute):
    return NOW + timedelta(minutes=minute)


def measure(course, *minutes, now=NOW):
    """Record a reading in each of the minutes counted from `now`, and return the host."""
    for minute in minutes:
        told = now + timedelta(minutes=minute)
        host = services.record_host_sample(READING, now=told, course=course)
    return type(host).objects.select_related("state").get(pk=host.pk)


def drawn(host, span=RANGES["1h"], now=NOW):
    """Return what is drawn over the charts, newest first: since when, for how long."""
    page = host_page(host, span=span, now=now, zone=UTC)
    assert all(chart.frame.overlay is page.overlay for chart in page.charts)
    return [(entry.at, entry.lasted) for entry in page.overlay.entries]


@pytest.mark.parametrize(
    ("minutes", "limit", "expected"),
    [
        ([], 1, []),
        ([3], 1, []),
        ([0, 1, 2], 1, []),
        ([0, 2, 5], 1, [(1, 2), (3, 5)]),
        ([0, 2, 5], 2, [(3, 5)]),
        ([0, 2, 5], 3, []),
    ],
)
def test_a_silence_is_what_lies_between_two_readings(minutes, limit, expected):
    found = silences([at(n) for n in minutes], A_MINUTE, limit * A_MINUTE)
    assert found == [(at(start), at(end)) for start, end in expected]


def test_a_machine_that_reports_has_nothing_over_its_charts(team):
    assert drawn(measure(team.course, *range(-30, 1))) == []


def test_a_machine_that_never_reported_has_nothing_over_its_charts(team):
    assert drawn(factories.HostFactory(course=team.course, created_at=at(-30))) == []


def test_a_silence_is_drawn_where_it_was(team):
    host = measure(team.course, *range(-40, -29), *range(-20, 1))
    assert drawn(host) == [(at(-29), "for 9 min")]


def test_a_silence_that_lasts_is_drawn_up_to_now(team):
    host = measure(team.course, *range(-40, -9))
    assert drawn(host) == [(at(-10), "for 10 min so far")]


def test_a_silence_goes_on_beyond_the_span_that_is_shown(team):
    host = measure(team.course, *range(-120, -99), *range(-20, 1))
    inside = Range("", timedelta(minutes=30), at(-40))
    assert drawn(host, inside) == [(at(-99), "for 1 h 19 min")]
    before = Range("", timedelta(minutes=15), at(-101))
    assert drawn(host, before) == []


def test_a_silence_that_lasts_is_drawn_over_a_span_that_is_past(team):
    host = measure(team.course, *range(-120, -99))
    past = Range("", timedelta(minutes=30), at(-80))
    assert drawn(host, past) == [(at(-100), "for 1 h 40 min")]
    assert drawn(host, Range("", timedelta(minutes=15), at(-101))) == []


def test_who_reports_seldom_is_not_silent_in_between(team):
    for minute in range(-60, 1, 5):
        host = services.record_host_sample(READING, now=at(minute), course=team.course, every_s=300)
    assert drawn(type(host).objects.select_related("state").get(pk=host.pk)) == []


def test_only_the_newest_of_many_silences_are_drawn(team, monkeypatch):
    monkeypatch.setattr(host_charts, "SILENCES_DRAWN", 2)
    host = measure(team.course, *range(-40, 1, 10))
    page = host_page(host, span=RANGES["1h"], now=NOW, zone=UTC)
    assert [entry.at for entry in page.overlay.entries] == [at(-9), at(-19)]
    assert page.overlay.left_out == 2


def test_host_detail_draws_silences_and_lists_them(client, team, tutor):
    host = measure(team.course, *range(-40, -29), *range(-20, 1), now=timezone.now())
    client.force_login(tutor)
    text = client.get(host.get_absolute_url()).text
    assert "1 gap in the readings</span>" in text
    assert text.count("for 9 min: No readings</title>") >= 4
    assert "No readings <small>" in text


def test_host_detail_draws_no_silence_of_another_host(client, team, tutor):
    now = timezone.now()
    quiet = measure(team.course, *range(-40, -29), *range(-20, 1), now=now)
    other = factories.HostFactory(course=team.course, name="other", created_at=now - 40 * A_MINUTE)
    client.force_login(tutor)
    assert "in the readings" in client.get(quiet.get_absolute_url()).text
    assert "in the readings" not in client.get(other.get_absolute_url()).text


def test_host_detail_draws_nothing_of_projects(client, team, tutor):
    """No environment says on which machine it runs."""
    now = timezone.now()
    host = measure(team.course, *range(-40, 1), now=now)
    for kind in ("deployment", "incident", "alert"):
        factories.EventFactory(
            project=factories.ProjectFactory(team=team),
            kind=kind,
            title=f"Something: {kind}",
            at=now - 20 * A_MINUTE,
            dedupe_key=f"{kind}:1:down",
        )
    client.force_login(tutor)
    text = client.get(host.get_absolute_url()).text
    assert '<details class="overlay"' not in text
    assert "Something: " not in text


@pytest.mark.parametrize("query", [{}, {"from": "2026-03-29T10:00Z", "to": "2026-03-29T12:00Z"}])
def test_host_detail_asks_as_many_queries_for_many_silences(
    client, team, tutor, query, django_assert_max_num_queries
):
    now = timezone.now()
    host = measure(team.course, -40, -20, 0, now=now)
    client.force_login(tutor)
    client.get(host.get_absolute_url())
    counts = []
    for step in (20, 2):
        HostSample.objects.all().delete()
        for minute in range(0, 60, step):
            HostSample.objects.create(host=host, at=now - minute * A_MINUTE, **ZEROS)
        with django_assert_max_num_queries(15) as asked:
            client.get(host.get_absolute_url(), {**query, "n": step})
        counts.append(len(asked))
    assert counts[0] == counts[1]


ZEROS = dict.fromkeys(services.hosts.FIGURES, 0) | {"disk_total_bytes": 1, "n": 1, "expected": 1}
