"""Checks are made, claimed, run against real servers, and written."""

import socket
import subprocess
import threading
from collections import Counter
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import pytest
from django.db import connection, connections
from django.utils import timezone

from courses.models import Environment, Event
from courses.netguard import Fault, FaultKind, Outgoing, Reply, fetch_all
from health import services, tasks
from health.models import (
    Check,
    CheckResult,
    EnvironmentRollup,
    EnvironmentSample,
    EnvironmentState,
    Transition,
)
from health.rules import histogram, verdicts
from tests import factories, servers

NOW = datetime(2026, 3, 29, 12, 0, 30, tzinfo=UTC)
UP = Reply(200, {}, b"", 20.0, "http://x/")
BAD_GATEWAY = Reply(502, {}, b"", 40.0, "http://x/")
HUNG = Fault(FaultKind.TIMEOUT, "No complete answer within 10 s.", 10_000.0)
REFUSED = Fault(FaultKind.REFUSED, "Not a public address.", 0.0)


@pytest.fixture
def observed(monkeypatch):
    """Every batch that was handed to alerts."""
    batches = []
    monkeypatch.setattr(
        "health.services.results.observe", lambda batch, *, now: batches.append((list(batch), now))
    )
    return batches


def record(check, outcome, seconds=0):
    at = NOW + timedelta(seconds=seconds)
    services.record_results([services.Result(check, at, verdicts.judge(outcome))], now=at)


def at_once(workers):
    """Return how many workers can be played: threads share the one connection of a database in memory."""
    return 1 if connection.vendor == "sqlite" and connection.is_in_memory_db() else workers


def state_of(check):
    return EnvironmentState.objects.get(pk=check.environment_id)


def transitions_of(check):
    rows = Transition.objects.filter(environment_id=check.environment_id).order_by("at", "pk")
    return [((row.at - NOW).total_seconds(), row.from_status, row.to_status) for row in rows]


# Making and changing -------------------------------------------------------------------------


def test_ensure_check_is_idempotent_and_due_at_once(environment):
    first = services.ensure_check(environment, now=NOW)
    assert services.ensure_check(environment, now=NOW + timedelta(hours=1)) == first
    assert (first.next_due_at, first.interval_s, first.timeout_s) == (NOW, 60, 10)


def test_environment_without_url_gets_no_check(team):
    environment = factories.EnvironmentFactory(project__team=team, url="")
    assert services.ensure_check(environment, now=NOW) is None
    services.ensure_checks(now=NOW)
    assert not Check.objects.exists()


def test_every_environment_gets_its_check_and_keeps_it(environment):
    services.ensure_checks(now=NOW)
    check = Check.objects.get()
    Environment.objects.filter(pk=environment.pk).update(url="https://elsewhere.example/")
    services.ensure_checks(now=NOW)
    assert Check.objects.get() == check
    check = Check.objects.select_related("environment").get()
    assert check.url == "https://elsewhere.example/"


def test_path_stays_on_the_host(environment):
    environment.url = "https://app.example.org/shop/?a=1"
    assert factories.CheckFactory(environment=environment, path="/healthz").url == (
        "https://app.example.org/healthz"
    )


def test_update_check_is_told_on_the_timeline(check, lecturer):
    services.update_check(
        check, path="/up", interval_s=30, timeout_s=5, is_enabled=True, actor=lecturer, now=NOW
    )
    check.refresh_from_db()
    assert (check.path, check.interval_s, check.timeout_s, check.next_due_at) == ("/up", 30, 5, NOW)
    event = Event.objects.get(kind="settings")
    assert (event.actor, event.environment) == (lecturer, check.environment)


# Claiming --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        lambda check: Check.objects.update(is_enabled=False),
        lambda check: Check.objects.update(next_due_at=NOW + timedelta(seconds=1)),
        lambda check: Environment.objects.update(url=""),
        lambda check: type(check.environment.project.team).objects.update(is_archived=True),
        lambda check: type(check.environment.project.team.course).objects.update(is_archived=True),
    ],
)
def test_what_is_not_due(check, change):
    Check.objects.update(next_due_at=NOW)
    assert list(Check.objects.due(NOW)) == [check]
    change(check)
    assert not Check.objects.due(NOW).exists()


def test_claim_moves_to_the_next_slot(check):
    Check.objects.update(next_due_at=NOW - timedelta(days=3))
    assert services.checks.claim_due_checks(now=NOW) == [check]
    assert services.checks.claim_due_checks(now=NOW) == []
    check.refresh_from_db()
    assert NOW < check.next_due_at <= NOW + timedelta(seconds=60)


def test_a_batch_is_bounded(team, monkeypatch):
    monkeypatch.setattr(services.checks, "BATCH", 2)
    project = factories.ProjectFactory(team=team)
    for n in range(3):
        factories.CheckFactory(environment__project=project, environment__slug=f"e{n}", next_due_at=NOW)
    assert [len(services.checks.claim_due_checks(now=NOW)) for _ in range(3)] == [2, 1, 0]


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_claim_the_same_check(team):
    project = factories.ProjectFactory(team=team)
    for n in range(40):
        factories.CheckFactory(environment__project=project, environment__slug=f"e{n}", next_due_at=NOW)
    workers = at_once(4)
    claimed, barrier = [], threading.Barrier(workers)

    def claim():
        barrier.wait()
        claimed.extend(check.pk for check in services.checks.claim_due_checks(now=NOW))
        connections.close_all()

    threads = [threading.Thread(target=claim) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(claimed) == sorted(Check.objects.values_list("pk", flat=True))


# Writing -----------------------------------------------------------------------------------------


def test_first_answer_makes_state_log_series_and_observation(check, observed):
    record(check, UP)
    state = state_of(check)
    assert (state.status, state.since, state.last_checked_at) == ("up", NOW, NOW)
    assert (state.http_status, state.last_latency_ms, state.detail) == (200, 20.0, "200 OK")
    assert state.fresh_until == NOW + timedelta(seconds=60 * 2 + 10 + 15)
    assert CheckResult.objects.get().status == "up"
    assert transitions_of(check) == [(0, "unknown", "up")]
    assert not Event.objects.exists()  # a place first seen up is no news
    [(batch, now)] = observed
    assert (batch[0].signal, batch[0].subject, batch[0].value, now) == (
        "health.environment.down",
        f"environment:{check.environment_id}",
        0.0,
        NOW,
    )


def test_down_and_up_again(check, observed):
    for seconds, outcome in [(0, UP), (60, BAD_GATEWAY), (120, HUNG), (180, UP)]:
        record(check, outcome, seconds)
        failures = state_of(check).consecutive_failures
        assert failures == {0: 0, 60: 1, 120: 2, 180: 0}[seconds]
    assert transitions_of(check) == [(0, "unknown", "up"), (60, "up", "down"), (180, "down", "up")]
    events, place = Event.objects.order_by("at"), f"{check.environment.project.name} production"
    assert [(event.kind, event.tone, event.title) for event in events] == [
        ("incident", "bad", f"{place} is down: 502 Bad Gateway"),
        ("incident", "good", f"{place} is up"),
    ]
    assert {event.project_id for event in events} == {check.environment.project_id}
    assert [batch[0].value for batch, _ in observed] == [0.0, 1.0, 1.0, 0.0]
    assert observed[1][0][0].title == f"{place} is down: 502 Bad Gateway"


def test_headlines_are_bounded(check, observed):
    check.environment.project.name, check.environment.name = "p" * 120, "e" * 60
    record(check, Fault(FaultKind.CONNECT, "x" * 300, 1.0))
    title = observed[0][0][0].title
    assert len(title) == 200
    assert title.startswith("p" * 80 + " " + "e" * 60 + " is down: xx")


def test_first_answer_that_is_down_is_news(check, observed):
    record(check, BAD_GATEWAY)
    assert Event.objects.get().tone == "bad"


def test_refusal_by_our_own_guard_is_unknown_not_down(check, observed):
    record(check, UP)
    record(check, REFUSED, 60)
    state = state_of(check)
    assert (state.status, state.error_kind, state.consecutive_failures) == ("unknown", "refused", 0)
    assert [batch[0].value for batch, _ in observed] == [0.0, None]
    assert Event.objects.get().tone == "neutral"
    row = EnvironmentSample.objects.get(at=NOW.replace(second=0) + timedelta(minutes=1))
    assert (row.n, row.expected) == (0, 1)  # nobody looked: no answer, lower coverage


def test_writing_a_result_twice_does_no_harm(check, observed):
    def everything():
        models = (CheckResult, EnvironmentSample, EnvironmentRollup, EnvironmentState, Transition, Event)
        return [list(model.objects.order_by("pk").values()) for model in models]

    record(check, UP)
    record(check, BAD_GATEWAY, 60)
    before = everything()
    record(check, BAD_GATEWAY, 60)
    record(check, UP)
    assert everything() == before
    assert [len(batch) for batch, _ in observed] == [1, 1, 0, 0]


def test_a_batch_may_hold_the_same_result_twice(check, observed):
    result = services.Result(check, NOW, verdicts.judge(UP))
    services.record_results([result, result], now=NOW)
    assert CheckResult.objects.count() == 1
    assert EnvironmentSample.objects.get().n == 1


def test_environment_that_has_gone_is_left_out(check, observed):
    other = factories.CheckFactory()
    results = [services.Result(one, NOW, verdicts.judge(UP)) for one in (check, other)]
    Environment.objects.filter(pk=check.environment_id).delete()
    services.record_results(results, now=NOW)
    assert list(EnvironmentState.objects.values_list("pk", flat=True)) == [other.environment_id]


def test_gap_while_the_worker_was_away_is_unknown_not_up(check, observed):
    record(check, UP)
    record(check, UP, 3600)
    fresh_s = 60 * 2 + 10 + 15
    assert transitions_of(check) == [
        (0, "unknown", "up"),
        (fresh_s, "up", "unknown"),
        (3600, "unknown", "up"),
    ]
    assert state_of(check).since == NOW + timedelta(hours=1)
    assert not Event.objects.exists()  # what we missed is no incident of theirs


def test_deleting_an_environment_takes_its_measurements_along(check, observed):
    record(check, UP)
    check.environment.delete()
    for model in (Check, CheckResult, EnvironmentSample, EnvironmentRollup, EnvironmentState, Transition):
        assert not model.objects.exists()


def test_series_hold_counts_coverage_and_a_histogram(check, observed):
    for minute, outcome in enumerate([UP, UP, BAD_GATEWAY, HUNG]):
        record(check, outcome, 60 * minute)
    assert EnvironmentSample.objects.count() == 4
    rows = {row.step_minutes: row for row in EnvironmentRollup.objects.all()}
    assert sorted(rows) == [5, 60, 1440]
    for step, row in rows.items():
        assert (row.n, row.ok, row.http_5xx, row.timeout) == (4, 2, 1, 1)
        assert row.expected == step
        assert (row.latency_ms_sum, row.latency_ms_max) == (40.0, 20.0)  # of good answers alone
        assert sum(row.histogram.values()) == 2
        assert histogram.percentile(row.histogram, 0.5) == pytest.approx(20, rel=0.02)


def test_batch_is_written_in_constant_queries(team, django_assert_max_num_queries, observed):
    project = factories.ProjectFactory(team=team)
    results = [
        services.Result(
            factories.CheckFactory(environment__project=project, environment__slug=f"e{n}"),
            NOW,
            verdicts.judge(UP),
        )
        for n in range(50)
    ]
    with django_assert_max_num_queries(20):
        services.record_results(results, now=NOW)
    assert EnvironmentRollup.objects.count() == 150


@pytest.mark.django_db(transaction=True)
def test_two_workers_add_to_the_same_rows_without_losing_any(check, monkeypatch):
    other = factories.CheckFactory(environment__project=check.environment.project, environment__slug="two")
    record(check, UP)
    record(other, UP)
    workers = at_once(2)
    barrier = threading.Barrier(workers)

    def write(turn):
        for n in range(10):
            barrier.wait()
            at = NOW + timedelta(microseconds=10 * n + turn + 1)
            # Each worker holds the batch in its own order.
            batch = [check, other] if turn else [other, check]
            services.record_results([services.Result(one, at, verdicts.judge(UP)) for one in batch], now=at)
        connections.close_all()

    threads = [threading.Thread(target=write, args=(turn,)) for turn in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for row in EnvironmentRollup.objects.all():
        taken = CheckResult.objects.filter(environment_id=row.environment_id).count()
        assert row.n == row.ok == taken > 10 * workers / 2


# Running against real servers ----------------------------------------------------------------------


def run(*checks):
    Check.objects.update(next_due_at=NOW)
    count = services.run_due_checks(now=NOW)
    return count, {state.pk: state for state in EnvironmentState.objects.all()}


def test_run_due_checks_asks_real_servers(team, site):
    project = factories.ProjectFactory(team=team)
    with socket.create_server(("127.0.0.1", 0)) as closed:
        dead_url = f"http://127.0.0.1:{closed.getsockname()[1]}/"
    urls = {
        "fine": site,
        "broken": f"{site}502",
        "missing": f"{site}404",
        "dead": dead_url,
        "nameless": "http://no-such-host.invalid/",
        "private": "http://10.255.255.1/",
    }
    made = {
        slug: factories.EnvironmentFactory(project=project, slug=slug, name=slug, url=url)
        for slug, url in urls.items()
    }
    count, states = run()  # the checks themselves are made on the way
    assert count == len(urls)
    found = {slug: (states[row.pk].status, states[row.pk].error_kind) for slug, row in made.items()}
    assert found == {
        "fine": ("up", ""),
        "broken": ("down", "5XX"),
        "missing": ("down", "4XX"),
        "dead": ("down", "connect"),
        "nameless": ("down", "dns"),
        "private": ("unknown", "refused"),
    }


def test_loopback_is_refused_unless_allowed(check, site, settings):
    settings.OUTBOUND_ALLOW = []
    Environment.objects.update(url=site)
    _, states = run()
    assert [(state.status, state.error_kind) for state in states.values()] == [("unknown", "refused")]


def test_hung_target_does_not_delay_the_others(team, site):
    """Eight places answer only when all eight are being asked, while two more never answer."""
    project = factories.ProjectFactory(team=team)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        hung = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        for n in range(10):
            factories.CheckFactory(
                environment__project=project,
                environment__slug=f"e{n}",
                environment__url=hung if n < 2 else f"{site}together",
                timeout_s=1 if n < 2 else 15,
            )
        _, states = run()
    found = Counter((state.status, state.error_kind) for state in states.values())
    assert found == {("up", ""): 8, ("down", "timeout"): 2}


def test_what_is_answered_is_stored_before_the_slowest_answers(team, site):
    """The second lot of answers comes while the first stands in the database."""
    project = factories.ProjectFactory(team=team)
    for n in range(2):
        factories.CheckFactory(environment__project=project, environment__slug=f"e{n}", environment__url=site)
    stored = []

    def slowly(targets):
        for place, outcome in enumerate(fetch_all([Outgoing(url) for url, _ in targets])):
            yield [(place, outcome)]
            stored.append(CheckResult.objects.count())

    with patch("health.clients.probes.probe_as_ready", slowly):
        run()
    assert stored == [1, 2]


def test_nothing_due_asks_nobody(db):
    assert services.run_due_checks(now=NOW) == 0


def test_task_runs_until_nothing_is_due(team, site, monkeypatch):
    project = factories.ProjectFactory(team=team)
    for n in range(8):
        factories.EnvironmentFactory(project=project, slug=f"e{n}", url=site)
    monkeypatch.setattr(services, "BATCH", 2)
    monkeypatch.setattr(services.checks, "BATCH", 2)
    monkeypatch.setattr(timezone, "now", lambda: NOW)  # else a check may be due again meanwhile
    tasks.run_due_checks()
    assert EnvironmentState.objects.count() == 6  # three batches
    tasks.run_due_checks()
    assert EnvironmentState.objects.count() == 8
    tasks.run_due_checks()
    assert CheckResult.objects.count() == 8


NGINX = """
daemon off; pid {root}/nginx.pid; error_log {root}/error.log; worker_processes 1;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path {root}; proxy_temp_path {root}; fastcgi_temp_path {root};
  uwsgi_temp_path {root}; scgi_temp_path {root};
  server {{
    listen 127.0.0.1:{port};
    location /ok {{ return 200 "fine"; }}
    location /moved {{ return 301 /ok; }}
    location /loop {{ return 302 /loop; }}
    location /forbidden {{ return 403; }}
    location /upstream {{ proxy_pass http://127.0.0.1:1; }}
    location /away {{ return 302 http://169.254.169.254/; }}
  }}
}}
"""


@pytest.fixture
def nginx(tmp_path, settings, require_server):
    @contextmanager
    def server():
        binary, port = servers.program("nginx", "usr/sbin/nginx"), servers.free_port()
        config = tmp_path / "nginx.conf"
        config.write_text(NGINX.format(root=tmp_path, port=port))
        process = subprocess.Popen([binary, "-c", config, "-e", tmp_path / "start.log"])
        try:
            servers.wait_until(lambda: servers.answers(port), 10, "nginx answers")
            yield f"http://127.0.0.1:{port}"
        finally:
            servers.end(process)

    settings.OUTBOUND_ALLOW = ["127.0.0.1/32"]
    with require_server(server) as url:
        yield url


@pytest.mark.services
def test_what_nginx_answers(team, nginx):
    expected = {
        "ok": ("up", "", "200 OK"),
        "moved": ("up", "", "200 OK"),
        "loop": ("down", "redirect", "more than 3 redirects"),
        "forbidden": ("down", "4XX", "403 Forbidden"),
        "upstream": ("down", "5XX", "502 Bad Gateway"),
        "nowhere": ("down", "4XX", "404 Not Found"),
    }
    project = factories.ProjectFactory(team=team)
    for slug in [*expected, "away"]:
        factories.EnvironmentFactory(project=project, slug=slug, url=f"{nginx}/{slug}")
    run()
    states = EnvironmentState.objects.select_related("environment")
    found = {row.environment.slug: (row.status, row.error_kind, row.detail) for row in states}
    away = found.pop("away")
    assert found == expected
    assert away[:2] == ("unknown", "refused")
