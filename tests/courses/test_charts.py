"""Numbers in, coordinates and words out."""

import re
import zoneinfo
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from django.template.loader import render_to_string
from django.utils import translation
from hypothesis import example, given
from hypothesis import strategies as st

from courses.charts import axes, bars, distributions, lines, sparklines, stacks
from courses.charts.overlays import Mark, overlay
from courses.charts.words import words_of

START = datetime(2026, 3, 28, 12, tzinfo=UTC)
BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")
HOSTILE = '"><script>alert(1)</script>'


def at(minutes):
    return START + timedelta(minutes=minutes)


def axis(minutes=60, zone=UTC):
    return axes.TimeAxis(START, at(minutes), zone)


def chart(points, *, minutes=60, zone=UTC, **options):
    options = {"max_gap": timedelta(minutes=2), **options}
    series = [lines.Series("p50", [(at(minute), value) for minute, value in points])]
    return lines.line_chart(
        "Latency",
        series,
        ident="latency",
        axis=axis(minutes, zone),
        show=lambda value: f"{value:g} ms",
        **options,
    )


def drawn(name, drawing):
    html = render_to_string(f"ui/{name}.html", {"chart": drawing, "bar": drawing})
    assert not re.search(r"\bstyle=|\bon\w+=|<script", html), "nothing that the security policy refuses"
    return html


# Axes ----------------------------------------------------------------------------------------------------


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


@pytest.mark.parametrize(
    ("largest", "expected"), [(0, [0, 1]), (1, [0, 1]), (3, [0, 1, 2, 3]), (9, [0, 3, 6, 9])]
)
def test_counts_are_marked_at_whole_numbers(largest, expected):
    assert axes.value_ticks(largest, is_count=True) == expected


def test_value_ticks_with_a_ceiling():
    assert axes.value_ticks(250, 100) == [0, 25, 50, 75, 100]


@pytest.mark.parametrize("minutes", [1, 7, 60, 360, 1440, 3 * 1440, 7 * 1440, 30 * 1440, 400 * 1440])
@pytest.mark.parametrize("zone", [UTC, BERLIN, zoneinfo.ZoneInfo("Asia/Kathmandu")])
def test_time_ticks_are_few_and_inside(minutes, zone):
    ticks = axes.time_ticks(START, at(minutes), zone)
    assert 1 <= len(ticks) <= axes.MAX_TIME_TICKS + 1
    assert all(START <= instant <= at(minutes) for instant, _ in ticks)


def test_time_ticks_speak_the_readers_zone_and_language():
    assert [label for _, label in axes.time_ticks(START, at(360), BERLIN)] == [
        "13:00", "14:00", "15:00", "16:00", "17:00", "18:00", "19:00",
    ]  # fmt: skip
    with translation.override("en-us"):
        assert axes.time_ticks(START, at(60), BERLIN)[0][1] == "1:00 PM"


def test_days_are_counted_on_the_calendar_when_the_clocks_change():
    """In Berlin the 29th of March 2026 has 23 hours."""
    ticks = axes.time_ticks(START, START + timedelta(days=4), BERLIN)
    assert [label for _, label in ticks] == ["29 Mar", "30 Mar", "31 Mar", "1 Apr"]
    assert ticks[1][0] - ticks[0][0] == timedelta(hours=23)


def test_on_a_narrow_screen_every_second_label_is_left_out():
    assert [tick.is_minor for tick in axis(50).ticks()] == [False, True, False, True, False, True]


def test_on_a_narrow_screen_the_labels_that_name_the_day_stay():
    ticks = axes.TimeAxis(START - timedelta(hours=1), START + timedelta(days=3), UTC).ticks()
    assert [tick.label for tick in ticks if not tick.is_minor] == ["29 Mar", "30 Mar", "31 Mar"]
    assert {tick.label for tick in ticks if tick.is_minor} == {"12:00"}


def test_long_labels_are_fewer(monkeypatch):
    assert len(axis(60).ticks()) == 7
    monkeypatch.setattr(axes, "_clock", lambda at, zone: (at, f"{at:%H:%M}, a long label"))
    labels = [tick.label for tick in axis(60).ticks()]
    assert len(labels) * (len(labels[0]) + axes.LABEL_GAP) <= axes.ROOM
    assert len(labels) > 1


# Lines ---------------------------------------------------------------------------------------------------


def test_line_is_scaled_into_the_plot():
    drawing = chart([(0, 0.0), (1, 10.0)])
    assert drawing.lines[0].paths == ["0,158 16.7,8"]
    assert (drawing.frame.top, drawing.frame.bottom) == ("8", "158")
    assert [tick.label for tick in drawing.frame.y_ticks] == ["0 ms", "2.5 ms", "5 ms", "7.5 ms", "10 ms"]
    assert drawing.lines[0].latest == "10 ms"
    assert "between 0 ms and 10 ms" in drawing.frame.description


def test_gaps_stay_open_and_lone_points_are_dots():
    drawing = chart([(0, 1.0), (1, 2.0), (9, 3.0), (20, None), (30, 1.0), (32, 2.0)])
    assert [len(path.split()) for path in drawing.lines[0].paths] == [2, 2]
    assert len(drawing.lines[0].dots) == 1
    assert drawn("_line_chart", drawing).count("<circle") == 1


def test_a_band_is_closed_and_open_at_gaps():
    points = [(at(minute), 1.0, 2.0) for minute in (0, 1, 2, 30, 31, 99)]
    drawing = chart([(0, 1.0)], bands=[lines.Band("interval", points)])
    assert [len(path.split()) for path in drawing.bands[0].paths] == [6, 4]
    assert drawn("_line_chart", drawing).count("<polygon") == 2


def test_value_above_the_ceiling_stays_in_the_plot():
    drawing = chart([(0, 50.0), (1, 130.0)], ceiling=100.0)
    assert drawing.lines[0].paths[0].endswith(",8")


@pytest.mark.parametrize("points", [[], [(0, None)]])
def test_nothing_measured(points):
    drawing = chart(points)
    assert drawing.is_empty
    assert drawing.frame.description == "p50: no data."
    html = drawn("_line_chart", drawing)
    assert "Nothing was measured" in html
    assert "<details" not in html


def test_a_single_point_is_drawn_and_told():
    html = drawn("_line_chart", chart([(30, 84.0)]))
    assert 'cx="50%"' in html
    assert 'data-values="84 ms"' in html
    assert html.count("<tr>") == 2


def test_table_is_bounded_newest_first_and_says_what_it_leaves_out():
    drawing = chart([(n / 10, float(n)) for n in range(300)])
    assert len(drawing.rows) <= lines.TABLE_ROWS
    assert drawing.rows[0] == ("28 Mar 2026, 12:29", ["299 ms"])
    assert "(the highest of each 7)" in drawn("_line_chart", drawing)
    assert "highest of" not in drawn("_line_chart", chart([(0, 1.0)]))


def test_a_peak_of_any_line_stands_in_the_table():
    half, most = ([(at(n / 10), float(n == peak)) for n in range(300)] for peak in (50, 205))
    half[250] = (half[250][0], None)
    drawing = lines.line_chart(
        "Latency",
        [lines.Series("p50", half), lines.Series("p95", most)],
        ident="latency",
        axis=axis(),
        max_gap=timedelta(minutes=2),
        show=str,
    )
    assert len(drawing.rows) == 43
    assert [words for _at, words in drawing.rows if "1.0" in words] == [["0.0", "1.0"], ["1.0", "0.0"]]


def test_no_line_and_no_band_crosses_a_point_without_a_value():
    points = [(0, 1.0), (1, 2.0), (2, None), (3, 2.0), (4, 3.0)]
    band = lines.Band("spread", [(at(minute), value, value) for minute, value in points])
    drawing = chart(points, max_gap=timedelta(hours=1), bands=[band])
    assert len(drawing.lines[0].paths) == len(drawing.bands[0].paths) == 2


def test_the_cursor_finds_every_instant_with_its_words_in_the_page():
    found = [lines.Series(label, [(at(n), float(n))]) for n, label in enumerate(("in use", "swap"))]
    drawing = lines.line_chart(
        "Memory", found, ident="m", axis=axis(zone=BERLIN), max_gap=timedelta(minutes=2), show=str
    )
    assert drawing.frame.instants == f"{START.timestamp():.0f} {at(1).timestamp():.0f}"
    assert drawing.frame.times == "28 Mar 13:00|28 Mar 13:01"
    assert [line.values for line in drawing.lines] == ["0.0|", "|1.0"]
    assert drawing.frame.gap == "120"


def over(start, *, hours, zone=UTC):
    """Return a chart of a point every 12 hours."""
    points = [(start + timedelta(hours=hour), 1.0) for hour in range(0, hours + 1, 12)]
    return lines.line_chart(
        "Memory",
        [lines.Series("in use", points)],
        ident="m",
        axis=axes.TimeAxis(start, start + timedelta(hours=hours), zone),
        max_gap=timedelta(days=1),
        show=str,
    )


@pytest.mark.parametrize(
    ("language", "zone", "words"),
    [
        ("en", "UTC", "28 Mar 20:30|29 Mar 08:30|29 Mar 20:30"),
        ("en", "Asia/Kolkata", "29 Mar 02:00|29 Mar 14:00|30 Mar 02:00"),
        ("en-us", "America/New_York", "Mar 28 4:30 PM|Mar 29 4:30 AM|Mar 29 4:30 PM"),
        ("de", "Europe/Berlin", "28.03.2026 21:30|29.03.2026 10:30|29.03.2026 22:30"),
    ],
)
def test_the_cursor_tells_the_day_in_the_language_and_zone_of_the_reader(language, zone, words):
    start = datetime(2026, 3, 28, 20, 30, tzinfo=UTC)
    with translation.override(language):
        assert over(start, hours=24, zone=zoneinfo.ZoneInfo(zone)).frame.times == words


def test_the_cursor_tells_the_year_where_two_meet():
    late = datetime(2025, 12, 31, 12, tzinfo=UTC)
    assert over(late, hours=24).frame.times == "31 Dec 2025, 12:00|1 Jan 2026, 00:00|1 Jan 2026, 12:00"
    kiritimati = zoneinfo.ZoneInfo("Pacific/Kiritimati")  # where that year was over already
    assert over(late, hours=12, zone=kiritimati).frame.times == "1 Jan 02:00|1 Jan 14:00"


def test_the_table_names_every_instant_so_that_there_is_but_one():
    start = datetime(2026, 3, 28, 20, 30, tzinfo=UTC)
    assert [row[0] for row in over(start, hours=12).rows] == ["29 Mar 2026, 08:30", "28 Mar 2026, 20:30"]
    assert [row[0] for row in over(start, hours=12, zone=BERLIN).rows] == [
        "29 Mar 2026, 10:30 UTC+2",
        "28 Mar 2026, 21:30 UTC+1",
    ]


def test_the_hour_that_comes_twice_is_drawn_twice():
    """In Berlin the clocks go back on 25 October 2026 at 3:00."""
    night = datetime(2026, 10, 24, 23, tzinfo=UTC)
    points = [(night + timedelta(hours=hour), float(hour)) for hour in range(4)]
    drawing = lines.line_chart(
        "Latency",
        [lines.Series("p50", points)],
        ident="l",
        axis=axes.TimeAxis(night, night + timedelta(hours=4), BERLIN),
        max_gap=timedelta(hours=1),
        show=str,
    )
    assert [row[0] for row in drawing.rows] == [
        "25 Oct 2026, 03:00 UTC+1",
        "25 Oct 2026, 02:00 UTC+1",
        "25 Oct 2026, 02:00 UTC+2",
        "25 Oct 2026, 01:00 UTC+2",
    ]
    assert [point.split(",")[0] for point in drawing.lines[0].paths[0].split()] == ["0", "250", "500", "750"]


def test_drawing_escapes_what_it_is_told_and_has_a_name_a_description_and_a_table():
    series = [lines.Series(HOSTILE, [(START, 1.0), (at(1), 2.0)])]
    drawing = lines.line_chart(
        HOSTILE,
        series,
        ident="latency",
        axis=axis(),
        max_gap=timedelta(minutes=2),
        show=lambda value: HOSTILE,
        bands=[lines.Band(HOSTILE, [])],
        overlay=overlay([Mark(at(5), HOSTILE, "deployment", "bad", "javascript:alert(1)")], axis()),
    )
    html = drawn("_line_chart", drawing)
    assert 'role="img" aria-labelledby="latency-title" aria-describedby="latency-desc"' in html
    assert html.count('id="latency-desc"') == html.count('id="latency-title"') == 1
    assert html.count("<tr>") == 3


def test_lines_are_told_apart_by_dash_and_label():
    series = [lines.Series(label, [(START, 1.0), (at(1), 2.0)]) for label in ("received", "sent")]
    drawing = lines.line_chart(
        "Network", series, ident="n", axis=axis(), max_gap=timedelta(minutes=2), show=str
    )
    assert [(line.label, line.style) for line in drawing.lines] == [("received", "first"), ("sent", "second")]


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
    drawing = sparklines.sparkline(values, label="CPU")
    assert (len(drawing.paths), len(drawing.dots)) == (paths, dots)
    assert 'aria-label="CPU"' in render_to_string("ui/_sparkline.html", {"line": drawing})


@given(
    st.lists(st.tuples(st.floats(0, 60), st.floats(0, 1e7)), max_size=30, unique_by=lambda pair: pair[0]),
    st.sampled_from([None, 100.0]),
)
@example([(0.0, 5e-324)], None)
def test_everything_stays_in_the_plot(points, ceiling):
    drawing = chart(sorted(points), ceiling=ceiling)
    places = [place for path in drawing.lines[0].paths for place in path.split()]
    for x, y in (map(float, place.split(",")) for place in places):
        assert 0 <= x <= lines.ACROSS
        assert float(drawing.frame.top) <= y <= float(drawing.frame.bottom)


# Status bars ---------------------------------------------------------------------------------------------


def bar(spans, minutes=64, since=None):
    spans = [(status, at(first), at(last)) for status, first, last in spans]
    return bars.status_bar("Availability", spans, ident="b", axis=axis(minutes, BERLIN), since=since)


def test_status_bar_says_in_words_what_held():
    drawing = bar([("up", 0, 60), ("down", 60, 61)])
    assert drawing.frame.description == "Up 1 h, down 1 min, not watched 3 min"
    assert drawing.values.split("|")[59:62] == ["up 1 min", "down 1 min", "not watched 1 min"]
    assert drawing.rows == [
        ("down", "down", at(60), "1 min"),
        ("up", "up", at(0), "1 h"),
    ]


def test_the_words_leave_out_what_was_before_the_first_check():
    drawing = bar([("up", 4, 63)], since=at(4))
    assert drawing.frame.description == "Up 59 min, not watched 1 min"
    assert drawing.values.startswith("not watched 1 min|")


def test_a_short_outage_is_still_seen():
    day = 24 * 60
    drawing = bar([("up", 0, 700), ("down", 700, 700.1), ("up", 700.1, day)], minutes=day)
    (down,) = [box for box in drawing.boxes if box.status == "down"]
    (up,) = [box for box in drawing.boxes if box.x == down.x and box.status == "up"]
    assert float(down.height) >= 4
    assert float(down.y) < float(up.y)
    assert float(down.height) + float(up.height) == pytest.approx(bars.HEIGHT_PX, abs=0.2)


def test_what_nobody_watched_is_thin():
    watched, unwatched = bar([("up", 0, 1)]).boxes[:2]
    assert float(unwatched.width[:-1]) < float(watched.width[:-1]) / 2


def test_status_bar_says_how_many_of_its_statuses_the_table_leaves_out():
    spans = [(("up", "down")[n % 2], n, n + 1) for n in range(bars.TABLE_ROWS + 3)]
    drawing = bar(spans, minutes=60)
    assert (len(drawing.rows), drawing.left_out) == (bars.TABLE_ROWS, 3)
    assert "(3 older are left out)" in drawn("_status_bar", drawing)
    assert "left out" not in drawn("_status_bar", bar(spans[3:], minutes=60))


def test_down_is_told_without_colour():
    html = drawn("_status_bar", bar([("up", 0, 1), ("down", 1, 2)]))
    assert html.count('fill="url(#b-bad)"') == 1
    assert '<pattern id="b-bad"' in html
    assert "Down 1 min" not in html, "the summary names what came first"
    assert "up 1 min" in html


def test_a_bar_of_nothing_is_not_watched():
    drawing = bar([])
    assert drawing.frame.description == "Not watched 1 h 4 min"
    assert {box.status for box in drawing.boxes} == {"unknown"}
    drawn("_status_bar", drawing)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (59, "59 s"), (61, "1 min 1 s"), (7260, "2 h 1 min"), (90_061, "1 d 1 h")],
)
def test_words_of_a_span(seconds, words):
    assert words_of(timedelta(seconds=seconds)) == words


# Stacked bars --------------------------------------------------------------------------------------------


def stack(*parts, minutes=60, step=1, label="2XX"):
    found = [
        stacks.Part(label, tone, [(at(minute), count) for minute, count in counts]) for tone, counts in parts
    ]
    return stacks.stacked_bars("Answers", found, ident="a", axis=axis(minutes), step=timedelta(minutes=step))


def test_parts_stand_on_each_other():
    drawing = stack(("good", [(0, 3)]), ("bad", [(0, 1)]))
    (good,), (bad,) = (part.boxes for part in drawing.parts)
    assert float(bad[1]) + float(bad[3]) == pytest.approx(float(good[1]))
    assert float(good[3]) == pytest.approx(3 * float(bad[3]), abs=0.2)
    assert [part.total for part in drawing.parts] == ["3", "1"]
    assert drawing.rows == [("28 Mar 2026, 12:00", ["3", "1"])]


@pytest.mark.parametrize(("minutes", "step"), [(60, 1), (360, 1), (1440, 5), (7 * 1440, 60), (30 * 1440, 60)])
def test_every_bar_holds_as_many_steps(minutes, step):
    drawing = stack(("good", [(n, 1) for n in range(0, minutes, step)]), minutes=minutes, step=step)
    counts = drawing.parts[0].values.split("|")
    assert len(set(counts[:-1])) == 1
    assert 24 <= len(counts) <= stacks.COLUMNS
    assert drawing.parts[0].total.replace(",", "") == str(minutes // step)


def test_one_failure_among_thousands_is_seen():
    drawing = stack(("good", [(0, 100_000)]), ("bad", [(0, 1)]))
    assert float(drawing.parts[1].boxes[0][3]) >= 1.5


def test_what_is_left_of_a_bar_at_the_edge_is_seen():
    drawing = stacks.stacked_bars(
        "Answers",
        [stacks.Part("2XX", "good", [(at(59.99), 1)])],
        ident="a",
        axis=axes.TimeAxis(at(59.99), at(240), UTC),
        step=timedelta(hours=1),
    )
    assert float(drawing.parts[0].boxes[0][2].rstrip("%")) > 0.2


def test_counts_outside_the_span_are_left_out():
    drawing = stack(("good", [(-5, 1), (5, 1), (65, 1)]))
    assert drawing.parts[0].total == "1"


def test_parts_differ_by_filling_and_are_escaped():
    html = drawn("_stacked_bars", stack(("good", [(0, 3)]), ("bad", [(0, 1)]), label=HOSTILE))
    assert 'fill="url(#a-good)"' in html
    assert 'fill="url(#a-bad)"' in html
    assert html.count("<tr>") == 2


def test_nothing_counted():
    assert "Nothing was counted" in drawn("_stacked_bars", stack(("good", [])))


# Distributions -------------------------------------------------------------------------------------------


def spread(bins, **options):
    found = [distributions.Bin(*one) for one in bins]
    return distributions.distribution(
        "Latencies", found, ident="d", show=lambda value: f"{value:g} ms", **options
    )


def test_distribution_marks_its_quantiles():
    drawing = spread([(0, 10, 4), (10, 20, 0), (20, 40, 1)], quantiles=[("p95", 39.0), ("p50", 5.0)])
    assert [box[0] for box in drawing.boxes] == ["1.5%", "53%"]
    assert [(mark.label, mark.x) for mark in drawing.marks] == [("p50", "12.5%"), ("p95", "97.5%")]
    assert [tick.label for tick in drawing.x_ticks] == ["0 ms", "10 ms", "20 ms", "30 ms", "40 ms"]
    assert drawing.rows == [("0 ms", "10 ms", "4"), ("20 ms", "40 ms", "1")]
    html = drawn("_distribution", drawing)
    assert "p50 5 ms" in html
    assert "5 values between 0 ms and 40 ms. p95: 39 ms. p50: 5 ms." in html


def test_words_of_close_quantiles_never_share_a_line():
    drawing = spread([(0, 10, 4)], quantiles=[("p50", 5.0), ("p95", 5.1), ("p99", 5.2)])
    heights = [float(mark.text_y) for mark in drawing.marks]
    assert heights == sorted(heights, reverse=True)
    assert min(before - after for before, after in pairwise(heights)) >= 12
    assert max(heights) < float(drawing.bottom) - axes.PLOT_PX


@pytest.mark.parametrize(
    ("low", "high", "labels"),
    [
        (1, 100, ["1 ms", "3 ms", "10 ms", "30 ms", "100 ms"]),
        (8, 60, ["10 ms", "20 ms", "50 ms"]),
        (1, 1e6, ["1 ms", "100 ms"]),
        (81, 84, ["81 ms", "82 ms", "83 ms", "84 ms"]),
    ],
)
def test_equal_factors_take_equal_room(low, high, labels):
    drawing = spread([(low, high, 1)], is_log=True)
    found = [tick.label for tick in drawing.x_ticks]
    assert set(labels) <= set(found)
    assert 2 <= len(found) <= 8


@pytest.mark.parametrize("bins", [[], [(0, 1, 0)]])
def test_distribution_of_nothing(bins):
    assert "Nothing was measured" in drawn("_distribution", spread(bins))


def test_distribution_of_a_single_value():
    drawing = spread([(5, 5, 1)])
    assert len(drawing.boxes) == 1
    drawn("_distribution", drawing)


# Stages --------------------------------------------------------------------------------------------------


def test_stages_stand_in_order_with_their_states():
    stages = [("build", "good", "passed"), (HOSTILE, "bad", "failed"), ("deploy", "idle", "manual")]
    html = render_to_string("ui/_stages.html", {"stages": stages})
    assert "<script" not in html
    assert html.index("build") < html.index("failed") < html.index("deploy")


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("UTC", "UTC"),
        ("Europe/Berlin", "UTC+1"),
        ("America/Lima", "UTC-5"),
        ("Asia/Kolkata", "UTC+5:30"),
        ("America/St_Johns", "UTC-2:30"),
    ],
)
def test_zones_are_told_alike_in_every_language(zone, words):
    assert axes.zone_words(START, zoneinfo.ZoneInfo(zone)) == words
