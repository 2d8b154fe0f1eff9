from hypothesis import given
from hypothesis import strategies as st

from courses.charts.intervals import Interval, interval_chart, nice_step


def chart_of(*spans):
    rows = [Interval(f"row {n}", "text", low, (low + high) / 2, high) for n, (low, high) in enumerate(spans)]
    return interval_chart("Title", rows, label=lambda value, digits: f"{value:.{digits}f}")


def test_no_interval_is_no_plot():
    assert interval_chart("Title", [], label=str) is None


def test_zero_line_is_always_inside():
    for span in [(2, 3), (-3, -2), (-1, 1)]:
        assert 0 < float(chart_of(span).zero.rstrip("%")) < 100


def test_rows_stand_below_one_another_and_the_axis_below_all():
    chart = chart_of((-1, 1), (0, 2), (1, 3))
    lines = [row.line_y for row in chart.rows]
    assert lines == sorted(set(lines))
    assert max(lines) < chart.axis_y < chart.label_y < chart.height


def test_lines_of_the_axis_stay_clear_of_the_words():
    chart = chart_of((-1, 1), (0, 2), (1, 3))
    below = [*(row.text_y - 13 for row in chart.rows[1:]), chart.axis_y]
    for row, next_words in zip(chart.rows, below, strict=True):
        assert row.text_y + 4 < row.band_top < row.line_y < row.band_end <= next_words


def test_ticks_are_round_numbers():
    assert [tick.label for tick in chart_of((1.0, 7.3)).ticks] == ["0", "2", "4", "6"]
    assert [tick.label for tick in chart_of((-0.05, 0.1)).ticks] == ["-0.05", "0.00", "0.05", "0.10"]


def test_point_interval_at_zero_still_has_a_width():
    assert chart_of((0, 0)).zero == "50.00%"


def test_steps_are_one_two_or_five():
    assert [nice_step(rough) for rough in (0.3, 1.0, 1.1, 4, 7)] == [0.5, 1.0, 2.0, 5.0, 10.0]


@given(st.floats(-1e9, 1e9), st.floats(1e-6, 1e9))
def test_everything_is_inside_the_plot(low, width):
    chart = chart_of((low, low + width))
    for row in chart.rows:
        assert 0 <= float(row.low[:-1]) <= float(row.value[:-1]) <= float(row.high[:-1]) <= 100
    assert len(chart.ticks) < 12
