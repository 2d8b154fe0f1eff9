"""Tables of cases, no database."""

import math
import re
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.netguard import Fault, FaultKind, Reply
from courses.rules import ranges
from health.rules import availability, histogram, slots, trend, verdicts
from health.rules import ranges as windows
from health.wording import window_label, window_words

NOW = datetime(2026, 3, 29, 12, tzinfo=UTC)


def after(seconds):
    return NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (200, ("up", "", "ok", 0.0, "200 OK")),
        (204, ("up", "", "ok", 0.0, "204 No Content")),
        (304, ("down", "3XX", "http_3xx", 1.0, "304 Not Modified")),
        (401, ("down", "4XX", "http_4xx", 1.0, "401 Unauthorized")),
        (502, ("down", "5XX", "http_5xx", 1.0, "502 Bad Gateway")),
        (599, ("down", "5XX", "http_5xx", 1.0, "599, a status code that HTTP does not define")),
        (101, ("down", "protocol", "other", 1.0, "101 Switching Protocols")),
        (999, ("down", "protocol", "other", 1.0, "999, a status code that HTTP does not define")),
    ],
)
def test_verdict_of_a_reply(status, expected):
    verdict = verdicts.judge(Reply(status, {}, b"", 12.0, "http://x/"))
    assert (
        verdict.status,
        verdict.error_kind,
        verdict.counted_as,
        verdict.down_value,
        verdict.detail,
    ) == expected
    assert (verdict.http_status, verdict.latency_ms) == (status, 12.0)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (FaultKind.DNS, ("down", "dns", 1.0)),
        (FaultKind.TLS, ("down", "tls", 1.0)),
        (FaultKind.TIMEOUT, ("down", "timeout", 1.0)),
        (FaultKind.CONNECT, ("down", "other", 1.0)),
        (FaultKind.REDIRECT, ("down", "other", 1.0)),
        (FaultKind.PROTOCOL, ("down", "other", 1.0)),
        (FaultKind.REFUSED, ("unknown", "", None)),
    ],
)
def test_verdict_of_a_fault(kind, expected):
    verdict = verdicts.judge(Fault(kind, "Words.", 3.0))
    assert (verdict.status, verdict.counted_as, verdict.down_value) == expected
    assert (verdict.error_kind, verdict.latency_ms, verdict.detail) == (str(kind), None, "words")


def test_rules_need_neither_django_nor_a_network():
    code = "import sys, health.rules.verdicts; print({'django', 'aiohttp'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "set()"


def test_detail_is_bounded_and_harmless():
    text = verdicts.plain("a\x00b\nc\ud800" + "x" * 500)
    assert text.startswith("a\ufffdb\ufffdc\ufffdx")
    assert len(text) == 300


@given(st.integers(1, 10**9), st.integers(10, 86_400), st.integers(0, 4 * 10**9))
def test_next_slot_is_the_first_after_now_and_keeps_its_place(check_id, interval_s, second):
    now = datetime.fromtimestamp(second, UTC)
    slot = slots.next_slot(check_id, interval_s, now)
    assert now < slot <= now + timedelta(seconds=interval_s)
    assert slots.next_slot(check_id, interval_s, slot) == slot + timedelta(seconds=interval_s)
    later = slot + timedelta(seconds=interval_s)
    assert slots.slots_between(check_id, interval_s, slot, later) == 1


def test_slots_are_spread():
    """200 checks every minute: at most 10 begin in any second (a stampede would be 200)."""
    starts = Counter(slots.offset_s(check_id, 60) for check_id in range(1, 201))
    assert max(starts.values()) <= 10
    assert len(starts) >= 50


def test_slots_between_counts_every_slot_once():
    day = [slots.slots_between(7, 60, after(3600 * h), after(3600 * (h + 1))) for h in range(24)]
    assert day == [60] * 24
    assert sum(slots.slots_between(7, 7000, after(60 * m), after(60 * (m + 1))) for m in range(7000)) == 60
    assert slots.slots_between(7, 60, NOW, NOW) == 0


def test_steps_start_on_the_clock():
    at = datetime(2026, 3, 29, 1, 59, 59, 999_999, tzinfo=UTC)
    starts = [slots.floor_to(at, step) for step in (1, 5, 60, 1440)]
    assert [f"{start:%d %H:%M:%S.%f}" for start in starts] == [
        "29 01:59:00.000000",
        "29 01:55:00.000000",
        "29 01:00:00.000000",
        "29 00:00:00.000000",
    ]


SPANS = [
    # changes, fresh_until, up s, down s, unknown s, of a window of 100 s
    ([], None, 0, 0, 100),
    ([(-50, "up")], None, 100, 0, 0),
    ([(-50, "up"), (-20, "down")], None, 0, 100, 0),
    ([(10, "up")], None, 90, 0, 10),
    ([(-50, "up"), (20, "down"), (30, "up")], None, 90, 10, 0),
    ([(-50, "up"), (20, "unknown"), (70, "up")], None, 50, 0, 50),
    ([(-50, "up")], 40, 40, 0, 60),
    ([(-50, "down"), (150, "up")], None, 0, 100, 0),
    ([(-50, "up")], 400, 100, 0, 0),
    ([(-90, "up")], -50, 0, 0, 100),
    ([(0, "up"), (0, "down")], None, 0, 100, 0),
]


@pytest.mark.parametrize(("changes", "fresh_s", "up", "down", "unknown"), SPANS)
def test_availability(changes, fresh_s, up, down, unknown):
    fresh_until = None if fresh_s is None else after(fresh_s)
    parts = availability.spans([(after(s), word) for s, word in changes], NOW, after(100), fresh_until)
    found = availability.availability(parts)
    assert [part.total_seconds() for part in (found.up, found.down, found.unknown)] == [up, down, unknown]
    assert found.coverage_percent == up + down
    assert found.percent == (100 * up / (up + down) if up + down else None)


WORDS = st.sampled_from(["up", "down", "unknown"])


@given(st.lists(st.tuples(st.integers(-200, 300), WORDS)), st.none() | st.integers(-300, 300))
def test_parts_add_up_to_the_window(changes, fresh_s):
    changes = [(after(s), word) for s, word in sorted(changes)]
    fresh_until = None if fresh_s is None else after(fresh_s)
    parts = availability.spans(changes, NOW, after(100), fresh_until)
    assert parts[0].start == NOW
    assert parts[-1].end == after(100)
    assert all(one.end == two.start for one, two in pairwise(parts))
    found = availability.availability(parts)
    assert found.up + found.down + found.unknown == timedelta(seconds=100)
    assert found.percent is None or 0 <= found.percent <= 100


def test_nothing_is_available_in_no_time():
    assert availability.availability([]).coverage_percent == 0


@pytest.mark.parametrize(
    ("status", "fresh_s", "new", "expected"),
    [
        ("unknown", None, "up", [(0, "unknown", "up")]),
        ("up", 60, "up", []),
        ("up", 60, "down", [(0, "up", "down")]),
        ("up", -60, "up", [(-60, "up", "unknown"), (0, "unknown", "up")]),
        ("up", -60, "down", [(-60, "up", "unknown"), (0, "unknown", "down")]),
        ("up", -60, "unknown", [(-60, "up", "unknown")]),
        ("unknown", -60, "up", [(0, "unknown", "up")]),
    ],
)
def test_changes_of_status(status, fresh_s, new, expected):
    fresh_until = None if fresh_s is None else after(fresh_s)
    found = availability.changes(status, fresh_until, new, NOW)
    assert found == [(after(s), old, to) for s, old, to in expected]


@given(st.lists(st.floats(1, 60_000), min_size=1, max_size=60), st.sampled_from([0.5, 0.95, 0.99, 1.0]))
def test_percentile_is_within_two_percent(values, share):
    found = histogram.merge({histogram.bucket_of(value): 1} for value in values)
    exact = sorted(values)[max(0, math.ceil(share * len(values)) - 1)]
    assert histogram.percentile(found, share) == pytest.approx(exact, rel=0.02)
    assert sum(found.values()) == len(values)


def test_percentile_of_nothing():
    assert histogram.percentile({}, 0.5) is None


def test_fastest_answers_share_a_bucket():
    assert histogram.bucket_of(0.0) == histogram.bucket_of(0.4) == histogram.bucket_of(1.0) == "0"


@given(st.lists(st.lists(st.floats(0, 1e5), max_size=9), max_size=5))
def test_merging_is_counting_together(parts):
    whole = histogram.merge({histogram.bucket_of(value): 1} for part in parts for value in part)
    merged = histogram.merge(
        histogram.merge({histogram.bucket_of(value): 1} for value in part) for part in parts
    )
    assert merged == whole


@given(st.lists(st.floats(0.01, 1e6), max_size=40))
def test_bins_adjoin_and_hold_every_value(values):
    whole = histogram.merge({histogram.bucket_of(value): 1} for value in values)
    found = histogram.bins(whole)
    assert sum(count for _, _, count in found) == len(values)
    assert len(found) <= 40
    assert all(before[1] == after[0] for before, after in pairwise(found))
    assert all(0 < low < high for low, high, _ in found)


@pytest.mark.parametrize(
    ("name", "table_minutes", "step_minutes"),
    [("1h", 1, 1), ("6h", 1, 2), ("24h", 5, 5), ("7d", 60, 60), ("30d", 60, 180), ("nonsense", 5, 5)],
)
def test_ranges_stay_within_300_points(name, table_minutes, step_minutes):
    shown = windows.window(ranges.chosen(name, timedelta(days=9)), None, NOW)
    assert (shown.table_minutes, shown.step) == (table_minutes, timedelta(minutes=step_minutes))
    assert shown.span / shown.step < windows.MAX_POINTS


@pytest.mark.parametrize(
    ("days_ago", "hours", "table_minutes"), [(1, 1, 1), (9, 1, 5), (29, 1, 5), (35, 1, 60), (9, 80, 60)]
)
def test_an_old_span_is_read_from_a_table_that_still_holds_it(days_ago, hours, table_minutes):
    span = ranges.Range("", timedelta(hours=hours), NOW - timedelta(days=days_ago))
    assert windows.window(span, None, NOW).table_minutes == table_minutes


def test_a_chosen_span_begins_where_it_was_chosen_to():
    span = ranges.Range("", timedelta(hours=2), NOW)
    shown = windows.window(span, after(-3600), NOW)
    assert (shown.start, shown.since, shown.watched) == (after(-7200), after(-3600), timedelta(hours=1))
    assert window_words(shown, UTC) == "29 Mar 10:00 to 29 Mar 12:00 UTC"
    assert re.sub(r"<[^>]+>", "", window_label(shown, UTC)) == "29 Mar 10:00 to 29 Mar 12:00"


@pytest.mark.parametrize(
    ("first", "held", "words"),
    [
        (None, 24 * 60, "last 24 hours"),
        (-24 * 60, 24 * 60, "last 24 hours"),
        (-5000, 24 * 60, "last 24 hours"),
        (-23 * 60, 23 * 60, "since 28 Mar 13:00"),
        (-42, 42, "since 11:18"),
        (-2, 2, "since 11:58"),
        (0, 1, "since 12:00"),
        (1, 1, "since 12:00"),
    ],
)
def test_a_window_begins_with_the_first_measurement(first, held, words):
    began = None if first is None else after(first * 60)
    shown = windows.window(ranges.RANGES["24h"], began, NOW)
    assert shown.end - shown.start == shown.span == timedelta(minutes=held)
    assert window_words(shown, UTC) == (f"{words} UTC" if "since" in words else words)
    label = window_label(shown, UTC)
    assert re.sub(r"<[^>]+>", "", label) == words
    assert ("<time datetime=" in label) == ("since" in words)
    assert shown.watched == (NOW - min(began, NOW) if shown.since else shown.span)
    assert shown.span / shown.step < windows.MAX_POINTS


@pytest.mark.parametrize(
    ("minutes", "step", "points"),
    [(0, 1, 1), (14, 1, 15), (15, 5, 4), (179, 5, 37), (180, 60, 4), (9999, 60, 24)],
)
def test_a_small_line_has_the_coarsest_step_that_gives_one(minutes, step, points):
    first = after(-60 * minutes)
    assert trend.step_minutes(NOW - first) == step
    found = trend.instants(first, NOW, step)
    assert len(found) == points
    assert found[-1] == slots.floor_to(NOW, step)
    assert found[0] <= max(first, NOW - trend.LONGEST + timedelta(minutes=step))
