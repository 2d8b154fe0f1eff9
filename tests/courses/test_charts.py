"""Numbers in, coordinates and words out."""

import zoneinfo
from datetime import UTC, datetime, timedelta

import pytest
from django.template.loader import render_to_string

from courses.charts import axes, bars, lines

START = datetime(2026, 3, 28, 12, tzinfo=UTC)
BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")


def at(minutes):
    return START + timedelta(minutes=minutes)


def chart(points, **options):
    options = {"start": START, "end": at(60), "max_gap": timedelta(minutes=2), "zone": UTC, **options}
    series = [lines.Series("p50", [(at(minute), value) for minute, value in points])]
    return lines.line_chart("Latency", series, ident="latency", show=lambda value: f"{value:g} ms", **options)


@pytest.mark.parametrize(
    ("largest", "expected"),
    [
        (0, [0, 0.25, 0.5, 0.75, 1.0]),
        (7, [0, 2, 4, 6, 8]),
        (10, [0, 2.5, 5, 7.5, 10]),
        (101, [0, 50, 100, 150]),
        (0.03, [0, 0.01, 0.02, 0.03]),
    ],
)
def test_value_ticks_are_round_and_cover_the_data(largest, expected):
    assert axes.value_ticks(largest) == pytest.approx(expected)


def test_value_ticks_with_a_ceiling():
    assert axes.value_ticks(250, 100) == [0, 25, 50, 75, 100]


@pytest.mark.parametrize("minutes", [1, 7, 60, 360, 1440, 3 * 1440, 7 * 1440, 30 * 1440, 400 * 1440])
@pytest.mark.parametrize("zone", [UTC, BERLIN, zoneinfo.ZoneInfo("Asia/Kathmandu")])
def test_time_ticks_are_few_and_inside(minutes, zone):
    ticks = axes.time_ticks(START, at(minutes), zone)
    assert 1 <= len(ticks) <= axes.MAX_TIME_TICKS + 1
    assert all(START <= instant <= at(minutes) for instant, _ in ticks)


def test_time_ticks_speak_the_readers_zone():
    assert [label for _, label in axes.time_ticks(START, at(360), BERLIN)] == [
        "13:00", "14:00", "15:00", "16:00", "17:00", "18:00", "19:00",
    ]  # fmt: skip


def test_days_are_counted_on_the_calendar_when_the_clocks_change():
    """In Berlin the 29th of March 2026 has 23 hours."""
    ticks = axes.time_ticks(START, START + timedelta(days=4), BERLIN)
    assert [label for _, label in ticks] == ["29 Mar", "30 Mar", "31 Mar", "1 Apr"]
    assert ticks[1][0] - ticks[0][0] == timedelta(hours=23)


def test_line_is_scaled_into_the_frame():
    drawn = chart([(0, 0.0), (1, 10.0)])
    assert drawn.lines[0].paths == [f"{lines.LEFT:.1f},{lines.BOTTOM:.1f} 71.5,{lines.TOP:.1f}"]
    assert [tick.label for tick in drawn.y_ticks] == ["0 ms", "2.5 ms", "5 ms", "7.5 ms", "10 ms"]
    assert drawn.lines[0].latest == "10 ms"
    assert "between 0 ms and 10 ms" in drawn.description


def test_gaps_stay_open_and_lone_points_are_dots():
    drawn = chart([(0, 1.0), (1, 2.0), (9, 3.0), (20, None), (30, 1.0), (32, 2.0)])
    assert [len(path.split()) for path in drawn.lines[0].paths] == [2, 2]
    assert len(drawn.lines[0].dots) == 1


def test_value_above_the_ceiling_stays_in_the_frame():
    drawn = chart([(0, 50.0), (1, 130.0)], ceiling=100.0)
    assert drawn.lines[0].paths[0].endswith(f",{lines.TOP:.1f}")


def test_nothing_measured():
    drawn = chart([(0, None)])
    assert drawn.is_empty
    assert drawn.description == "p50: no data."
    assert "Nothing was measured" in render_to_string("ui/_line_chart.html", {"chart": drawn})


def test_table_is_bounded_and_newest_first():
    drawn = chart([(n / 10, float(n)) for n in range(300)])
    assert len(drawn.rows) <= lines.TABLE_ROWS
    assert drawn.rows[0] == (at(29.9), ["299 ms"])


def test_marks_outside_the_span_are_left_out():
    marks = [lines.Mark(at(minute), f"at {minute}", "bad") for minute in (-1, 30, 61)]
    assert [mark.label for mark in chart([(0, 1.0)], marks=marks).marks] == ["at 30"]


def test_drawing_escapes_what_it_is_told_and_has_a_name_and_a_table():
    marks = [lines.Mark(at(5), "<script>alert(1)</script>", "bad")]
    html = render_to_string(
        "ui/_line_chart.html", {"chart": chart([(0, 1.0), (1, 2.0), (9, 4.0)], marks=marks)}
    )
    assert "<script>" not in html
    assert 'role="img" aria-labelledby="latency-title latency-desc"' in html
    assert html.count("<tr>") == 4
    assert "style=" not in html


def test_lines_are_told_apart_by_dash_and_label():
    series = [lines.Series(label, [(START, 1.0), (at(1), 2.0)]) for label in ("received", "sent")]
    drawn = lines.line_chart(
        "Network",
        series,
        ident="n",
        start=START,
        end=at(60),
        max_gap=timedelta(minutes=2),
        show=str,
        zone=UTC,
    )
    assert [(line.label, line.style) for line in drawn.lines] == [("received", "first"), ("sent", "second")]


@pytest.mark.parametrize(
    ("values", "paths", "dots"),
    [
        ([], 0, 0),
        ([None, None], 0, 0),
        ([1.0], 0, 1),
        ([1.0, 2.0, None, 3.0], 1, 1),
        ([0.0, 0.0], 1, 0),
    ],
)
def test_sparkline(values, paths, dots):
    drawn = lines.sparkline(values, label="CPU")
    assert (len(drawn.paths), len(drawn.dots)) == (paths, dots)
    assert 'aria-label="CPU"' in render_to_string("ui/_sparkline.html", {"line": drawn})


def bar(spans, minutes=64, since=None):
    spans = [(status, at(first), at(last)) for status, first, last in spans]
    return bars.status_bar(
        "Availability", spans, ident="b", start=START, end=at(minutes), zone=BERLIN, since=since
    )


def test_status_bar_says_in_words_what_held():
    drawn = bar([("up", 0, 60), ("down", 60, 61)])
    assert drawn.summary == "Up 1 h, down 1 min, not watched 3 min"
    assert drawn.columns[0].title == "28 Mar 13:00 to 13:01: up 1 min"
    assert drawn.columns[60].title == "28 Mar 14:00 to 14:01: down 1 min"
    assert [box.status for box in drawn.columns[61].boxes] == ["unknown"]


def test_the_words_leave_out_what_was_before_the_first_check():
    drawn = bar([("up", 4, 63)], since=at(4))
    assert drawn.summary == "Up 59 min, not watched 1 min"
    assert len(drawn.columns) == 64
    assert drawn.columns[0].title == "28 Mar 13:00 to 13:01: not watched 1 min"


def test_a_short_outage_is_still_seen():
    day = 24 * 60
    drawn = bar([("up", 0, 700), ("down", 700, 700.1), ("up", 700.1, day)], minutes=day)
    split = [column for column in drawn.columns if len(column.boxes) == 2]
    assert len(split) == 1
    down, up = split[0].boxes
    assert (down.status, up.status) == ("down", "up")
    assert down.height >= 4
    assert down.y < up.y
    assert down.height + up.height == pytest.approx(bars.BOTTOM - bars.TOP, abs=0.2)


def test_what_nobody_watched_is_thin():
    watched, unwatched = bar([("up", 0, 1)]).columns[:2]
    assert unwatched.boxes[0].width < watched.boxes[0].width / 2


def test_status_bar_renders_words():
    html = render_to_string("ui/_status_bar.html", {"bar": bar([("down", 0, 1)])})
    assert "<title>28 Mar 13:00 to 13:01: down 1 min</title>" in html
    assert "Down 1 min" in html


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (59, "59 s"), (61, "1 min 1 s"), (7260, "2 h 1 min"), (90_061, "1 d 1 h")],
)
def test_words_of_a_span(seconds, words):
    assert bars.words_of(timedelta(seconds=seconds)) == words


@pytest.mark.parametrize(("x", "anchor"), [(300.0, "middle"), (620.0, "end"), (632.0, "end")])
def test_the_last_label_stays_inside(x, anchor):
    assert axes.tick_across(x, "12:00", right=632).anchor == anchor
