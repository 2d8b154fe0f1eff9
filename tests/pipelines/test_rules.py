"""What a pipeline means, as tables of cases."""

from datetime import UTC, date, datetime, timedelta

import pytest

from pipelines import rules
from pipelines.rules import Past

AT = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "warned", "expected"),
    [
        ("success", False, "success"),
        ("success", True, "warning"),
        ("failed", False, "failed"),
        ("failed", True, "failed"),
        ("canceled", False, None),
        ("skipped", False, None),
        ("manual", False, None),
        ("running", False, None),
        ("something new", False, None),
    ],
)
def test_only_an_end_is_a_verdict(status, warned, expected):
    assert rules.verdict(status, has_warnings=warned) == expected


@pytest.mark.parametrize(
    ("group", "jobs", "expected"),
    [
        ("success-with-warnings", [], True),
        ("success", [("failed", True)], True),
        ("success", [("failed", False)], False),
        ("", [("success", True)], False),
    ],
)
def test_warnings_are_failures_that_were_allowed(group, jobs, expected):
    assert rules.has_warnings(group, jobs) is expected


@pytest.mark.parametrize(
    ("ref", "source", "expected"),
    [
        ("main", "push", True),
        ("main", "schedule", True),
        ("main", "web", True),
        ("feature", "push", False),
        ("refs/merge-requests/3/head", "merge_request_event", False),
        ("main", "merge_request_event", False),
        ("main", "parent_pipeline", False),
        ("main", "external_pull_request_event", False),
    ],
)
def test_merge_requests_and_children_are_not_the_branch(ref, source, expected):
    assert rules.is_of_branch(ref=ref, source=source, branch="main") is expected


@pytest.mark.parametrize(
    ("stored", "minutes", "status", "expected"),
    [
        (None, 0, "created", True),
        (("running", 5), 4, "success", False),  # an answer that comes late
        (("success", 5), 4, "running", False),
        (("success", 5), 6, "running", True),  # somebody pressed retry
        (("running", 5), 5, "running", True),  # the jobs move on
        (("running", 5), 5, "success", True),
        (("success", 5), 5, "running", False),
        (("success", 5), 5, "success", False),  # nothing new
        (("success", 5), 5, "failed", True),
    ],
)
def test_the_servers_clock_decides_what_is_news(stored, minutes, status, expected):
    kept = stored and (AT + timedelta(minutes=stored[1]), stored[0])
    assert rules.is_news(kept, AT + timedelta(minutes=minutes), status) is expected


@pytest.mark.parametrize(
    ("jobs", "expected"),
    [
        ([], []),
        ([("build", "success", False)], [["build", "success"]]),
        ([("test", "success", False), ("test", "failed", True)], [["test", "warning"]]),
        ([("test", "success", False), ("test", "failed", False)], [["test", "failed"]]),
        ([("test", "failed", False), ("test", "running", False)], [["test", "running"]]),
        ([("test", "success", False), ("test", "created", False)], [["test", "running"]]),
        ([("test", "created", False), ("test", "created", False)], [["test", "created"]]),
        ([("test", "skipped", False), ("test", "pending", False)], [["test", "pending"]]),
        ([("go", "skipped", False)], [["go", "skipped"]]),
        ([("go", "manual", False)], [["go", "manual"]]),
        ([("go", "manual", True), ("go", "success", False)], [["go", "success"]]),
        ([("go", "canceled", False), ("go", "success", False)], [["go", "canceled"]]),
        (
            [("a", "success", False), ("b", "failed", False), ("c", "skipped", False)],
            [["a", "success"], ["b", "failed"], ["c", "skipped"]],
        ),
    ],
)
def test_stage_is_the_worst_of_its_jobs(jobs, expected):
    assert rules.stage_states(jobs) == expected


def history(*statuses):
    """Return pipelines, newest first; a trailing ! means warnings."""
    count = len(statuses)
    return [
        Past(count - i, count - i, word.rstrip("!"), word.endswith("!"), AT + timedelta(minutes=count - i))
        for i, word in enumerate(statuses)
    ]


def branch(*statuses, since=None, red=False):
    return rules.branch_state(history(*statuses), known_since=since, known_red=red)


@pytest.mark.parametrize(
    ("statuses", "status", "since_minute", "is_running"),
    [
        ((), "unknown", None, False),
        (("success",), "success", 1, False),
        (("success!", "success"), "warning", 1, False),
        (("skipped", "failed", "success"), "failed", 2, False),
        (("skipped", "skipped", "failed", "failed", "success"), "failed", 2, False),
        (("manual", "success"), "success", 1, False),
        (("manual",), "unknown", None, False),
        (("canceled", "failed"), "failed", 1, False),
        (("running", "failed", "success"), "failed", 2, True),
        (("running",), "unknown", None, True),
        (("success", "running"), "success", 2, False),  # overtaken
        (("failed", "skipped", "failed", "success"), "failed", 2, False),
        (("success", "success!", "failed"), "success", 2, False),
    ],
)
def test_branch_is_its_last_verdict(statuses, status, since_minute, is_running):
    state = branch(*statuses)
    assert (state.status, state.is_running) == (status, is_running)
    assert state.since == (None if since_minute is None else AT + timedelta(minutes=since_minute))


def test_since_survives_a_history_that_is_too_short():
    assert branch("failed", "failed", since=AT, red=True).since == AT


def test_since_is_new_after_another_colour():
    assert branch("failed", "failed", since=AT, red=False).since == AT + timedelta(minutes=1)


def test_a_green_between_two_polls_ends_the_red():
    assert branch("failed", "success", "failed", since=AT, red=True).since == AT + timedelta(minutes=3)


def test_recent_is_newest_last():
    state = branch("failed", "success!", *["success"] * 9)
    assert [pk for pk, _state, _number in state.recent] == list(range(2, 12))
    assert state.recent[-2:] == [[10, "warning", 10], [11, "failed", 11]]


@pytest.mark.parametrize(
    ("kind", "failures", "retry_after_s", "on_rest", "expected_s"),
    [
        ("", 0, 0, 0, 60),
        ("", 0, 0, 120, 360),
        ("auth", 1, 0, 0, 3600),
        ("busy", 1, 0, 0, 60),
        ("busy", 3, 0, 0, 240),
        ("busy", 50, 0, 0, 300),
        ("throttled", 1, 90, 0, 90),
        ("throttled", 1, 5, 0, 60),
    ],
)
def test_pause_after_a_poll(kind, failures, retry_after_s, on_rest, expected_s):
    pause = rules.pause_after(
        kind, interval_s=60, failures=failures, retry_after_s=retry_after_s, on_rest=on_rest
    )
    assert pause == timedelta(seconds=expected_s)


@pytest.mark.parametrize(("minutes", "expected"), [(None, True), (0, False), (4, False), (5, True)])
def test_stale_after_three_missed_polls(minutes, expected):
    read_at = None if minutes is None else AT - timedelta(minutes=minutes)
    assert rules.is_stale(read_at, now=AT, interval_s=60) is expected


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({}, "fine"),
        ({"is_enabled": False, "error_kind": "auth"}, "off"),
        ({"error_kind": "auth", "is_stale": True}, "refused"),
        ({"error_kind": "throttled"}, "throttled"),
        ({"error_kind": "busy"}, "broken"),
        ({"is_read": False, "is_stale": True}, "waiting"),
        ({"is_stale": True}, "stale"),
        ({"scopes": ["read_user"]}, "scope"),
        ({"scopes": []}, "fine"),
        ({"scopes": ["api"]}, "fine"),
        ({"expires_on": date(2026, 11, 16)}, "expiring"),
        ({"expires_on": date(2026, 11, 17)}, "fine"),
    ],
)
def test_a_server_stands_by_the_worst_that_is_to_be_said(told, expected):
    usual = {"is_enabled": True, "error_kind": "", "is_read": True, "is_stale": False}
    usual |= {"scopes": ["read_api"], "expires_on": None, "today": AT.date()}
    assert rules.server_state(**usual | told) == expected
