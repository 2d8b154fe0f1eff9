"""What happened meanwhile, drawn over a chart."""

from datetime import UTC, datetime, timedelta

import pytest
from django.template.loader import render_to_string

from courses.charts import lines
from courses.charts.axes import TimeAxis
from courses.charts.happenings import Happening, marks_and_ranges
from courses.charts.overlays import Mark, Range, overlay
from courses.models import Event
from courses.queries import AROUND_READ, EVENTS_DRAWN, events_over
from tests import factories

START = datetime(2026, 3, 28, 12, tzinfo=UTC)
HOSTILE = '"><script>alert(1)</script>'


def at(minutes):
    return START + timedelta(minutes=minutes)


AXIS = TimeAxis(START, at(100), UTC)


def listed(drawing):
    return render_to_string("ui/_overlay.html", {"overlay": drawing})


def told(minute, kind, key, tone="neutral"):
    return Happening(at(minute), kind, tone, f"{kind} at {minute}", "", key)


# Pairing -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("opener", "closer"),
    [
        (("incident", "health:7:1774.5:down"), ("incident", "health:7:1780.5:up")),
        (("alert", "alert:3:fired"), ("alert", "alert:3:resolved")),
        (("experiment", "experiment:2:1:started"), ("experiment", "experiment:2:1:stopped")),
        (("pipeline", "pipeline:4:11:red:1774"), ("pipeline", "pipeline:4:12:green:1780")),
    ],
)
def test_two_entries_are_the_ends_of_one_range(opener, closer):
    (found,) = marks_and_ranges([told(10, *opener), told(20, *closer)])
    assert (found.at, found.until, found.kind) == (at(10), at(20), opener[0])


def test_what_lasts_has_no_end():
    (found,) = marks_and_ranges([told(10, "alert", "alert:3:fired")])
    assert found.until is None


def test_threads_do_not_mix():
    rows = [
        told(1, "incident", "health:1:1.0:down"),
        told(2, "incident", "health:2:2.0:down"),
        told(3, "incident", "health:1:3.0:up"),
    ]
    assert [one.until for one in marks_and_ranges(rows)] == [at(3), None]


def test_down_then_unknown_are_two_ranges():
    rows = [
        told(1, "incident", "health:1:1.0:down"),
        told(5, "incident", "health:1:5.0:unknown"),
        told(9, "incident", "health:1:9.0:up"),
    ]
    assert [(one.at, one.until) for one in marks_and_ranges(rows)] == [(at(1), at(5)), (at(5), at(9))]


def test_an_end_without_a_beginning_is_a_mark():
    (found,) = marks_and_ranges([told(3, "incident", "health:1:3.0:up", "good")])
    assert isinstance(found, Mark)


def test_deployments_are_marks_whatever_their_state():
    found = marks_and_ranges([told(1, "deployment", "deployment:4:started"), told(2, "deployment", "")])
    assert [type(one) for one in found] == [Mark, Mark]


@pytest.mark.parametrize(("kind", "key"), [("alert", ""), ("settings", ""), ("import", "x:1:down")])
def test_what_is_no_happening_is_left_out(kind, key):
    assert marks_and_ranges([told(1, kind, key)]) == []


def test_a_range_that_ended_at_once_still_lasted():
    (found,) = marks_and_ranges([told(1, "alert", "alert:1:fired"), told(1, "alert", "alert:1:resolved")])
    assert found.until > found.at


# Drawing -------------------------------------------------------------------------------------------------


def test_each_kind_has_a_lane_and_a_shape_of_its_own():
    events = [Mark(at(10), "v2", "deployment"), Range(at(20), at(40), "Down", "incident"), Mark(at(50), "hm")]
    drawing = overlay(events, AXIS)
    assert [lane.words for lane in drawing.lanes] == ["1 incident", "1 note", "1 deployment"]
    assert len({lane.shape for lane in drawing.lanes} | {lane.y for lane in drawing.lanes}) == 6
    (bar,) = drawing.lanes[0].bars
    assert (bar.x, bar.end, bar.width) == ("20%", "40%", "20%")
    assert drawing.lanes[2].marks == [("10%", "neutral")]
    assert [(entry.at, entry.lasted) for entry in drawing.entries] == [
        (at(50), ""),
        (at(20), "for 20 min"),
        (at(10), ""),
    ]
    assert ">28 Mar 12:20</time>, for 20 min<" in listed(drawing)


def test_close_events_are_one_shape_with_their_number_and_stay_complete():
    minutes = [*range(10), 50, 90]
    drawing = overlay([Mark(at(minute), f"v{minute}", "deployment") for minute in minutes], AXIS)
    (lane,) = drawing.lanes
    assert [(shape.x, shape.count) for shape in lane.shapes] == [("0%", "10"), ("50%", ""), ("90%", "")]
    assert lane.shapes[0].title.startswith("10 deployments: 28 Mar 12:00 UTC: v0; ")
    assert lane.shapes[0].title.endswith("; …")
    assert len(lane.marks) == len(drawing.entries) == 12
    assert listed(drawing).count("<li") == 12


def test_a_group_is_as_bad_as_its_worst():
    events = [Mark(at(1), "ok", "deployment", "good"), Mark(at(2), "broken", "deployment", "bad")]
    (shape,) = overlay(events, AXIS).lanes[0].shapes
    assert (shape.tone, shape.count) == ("bad", "2")
    assert "…" not in shape.title


def test_the_number_of_a_crowd_stays_short():
    drawing = overlay([Mark(at(n / 100), str(n)) for n in range(150)], AXIS)
    assert [shape.count for shape in drawing.lanes[0].shapes] == ["99+"]
    assert drawing.lanes[0].words == "150 notes"


def test_what_began_before_or_still_lasts_is_drawn_to_the_edge():
    drawing = overlay(
        [Range(at(-60), None, "Down"), Range(at(-60), at(-30), "over"), Mark(at(-1), "old")], AXIS
    )
    (bar,) = drawing.lanes[0].bars
    assert (bar.x, bar.width) == ("0%", "100%")
    assert [(entry.at, entry.lasted) for entry in drawing.entries] == [(at(-60), "for 2 h 40 min so far")]


def test_lanes_make_room_above_the_plot():
    events = [Mark(at(10), "v2", "deployment"), Range(at(20), at(40), "Down")]
    options = {"ident": "l", "axis": AXIS, "max_gap": timedelta(minutes=2), "show": str}
    bare = lines.line_chart("L", [lines.Series("a", [(at(1), 1.0)])], **options)
    full = lines.line_chart(
        "L", [lines.Series("a", [(at(1), 1.0)])], **options, overlay=overlay(events, AXIS)
    )
    assert int(full.frame.top) == int(bare.frame.top) + 32
    assert full.frame.plot == bare.frame.plot
    html = render_to_string("ui/_line_chart.html", {"chart": full})
    assert "<title>28 Mar 12:20 UTC, for 20 min: Down</title>" in html


def test_hostile_titles_and_addresses_are_inert():
    drawing = overlay([Mark(at(1), HOSTILE, "deployment", "bad", "javascript:alert(1)")], AXIS)
    html = listed(drawing)
    assert "<script" not in html
    assert "<a " not in html
    assert '<a href="/health/1/">' in listed(overlay([Mark(at(1), "v2", url="/health/1/")], AXIS))


def test_nothing_happened():
    assert listed(overlay([], AXIS)).strip() == ""


def test_what_is_not_drawn_is_said():
    assert "2 older entries are not drawn" in listed(overlay([Mark(at(1), "v2")], AXIS, left_out=2))


# From the timeline ---------------------------------------------------------------------------------------


@pytest.fixture
def environment(team):
    return factories.EnvironmentFactory(project__team=team)


def event(environment, minute, kind, key=None, **fields):
    return Event(
        course=environment.project.team.course,
        environment=environment,
        at=at(minute),
        kind=kind,
        title=f"{kind} at {minute}",
        dedupe_key=key,
        **fields,
    )


def test_events_are_drawn_in_two_queries(environment, django_assert_num_queries):
    Event.objects.bulk_create(
        [
            event(environment, -50, "incident", "health:1:1.0:down", tone="bad"),
            event(environment, -40, "alert", "alert:1:fired"),
            event(environment, -30, "alert", "alert:1:resolved"),
            event(environment, -20, "deployment"),
            event(environment, 10, "incident", "health:1:2.0:up", tone="good"),
            event(environment, 20, "deployment", "deployment:1"),
            event(environment, 30, "settings"),
            event(environment, 40, "alert"),
            event(environment, 200, "deployment", "deployment:2"),
        ]
    )
    with django_assert_num_queries(2):
        drawing = events_over(Event.objects.filter(environment=environment), AXIS)
    assert [(entry.kind, entry.at, entry.lasted) for entry in drawing.entries] == [
        ("deployment", at(20), ""),
        ("incident", at(-50), "for 1 h"),
    ]
    assert drawing.left_out == 0


def test_too_many_events_are_counted(environment):
    rows = [event(environment, n / 10, "deployment") for n in range(EVENTS_DRAWN + 3)]
    rows += [event(environment, -n, "alert", f"alert:{n}:fired") for n in range(1, AROUND_READ + 9)]
    Event.objects.bulk_create(rows)
    drawing = events_over(Event.objects.filter(environment=environment), AXIS)
    assert len(drawing.entries) == EVENTS_DRAWN + AROUND_READ
    assert drawing.left_out == 3


def test_what_ended_after_the_span_is_told_to_its_end(environment, django_assert_num_queries):
    Event.objects.bulk_create(
        [
            event(environment, 50, "incident", "health:1:1.0:down", tone="bad"),
            event(environment, 130, "incident", "health:1:2.0:up", tone="good"),
            event(environment, 140, "incident", "health:1:3.0:down", tone="bad"),
        ]
    )
    with django_assert_num_queries(2):
        drawing = events_over(Event.objects.filter(environment=environment), AXIS)
    assert [(entry.at, entry.lasted) for entry in drawing.entries] == [(at(50), "for 1 h 20 min")]
    assert [bar.end for bar in drawing.lanes[0].bars] == ["100%"]


def test_no_events(environment):
    assert events_over(Event.objects.filter(environment=environment), AXIS).lanes == ()
