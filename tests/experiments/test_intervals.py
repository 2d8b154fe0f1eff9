from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from courses.charts.axes import nice_step
from courses.charts.intervals import FACTORS, Interval, interval_chart


def chart_of(*spans):
    rows = [Interval(f"row {n}", "text", low, (low + high) / 2, high) for n, (low, high) in enumerate(spans)]
    return interval_chart("Title", rows, ident="plot", label=lambda value, digits: f"{value:.{digits}f}")


def test_no_interval_is_no_plot():
    assert interval_chart("Title", [], ident="plot", label=str) is None


def test_zero_line_is_always_inside():
    for span in [(2, 3), (-3, -2), (-1, 1)]:
        assert 0 < float(chart_of(span).zero.rstrip("%")) < 100


def test_plot_is_drawn_with_its_words_and_a_table():
    rows = [Interval("<b>B</b>", "+4.1 % (1.0 to 7.3 %)", 1.0, 4.1, 7.3, "good")]
    plot = interval_chart("Difference", rows, ident="plot", label=lambda value, digits: f"{value:.{digits}f}")
    html = render_to_string("ui/_interval_chart.html", {"chart": plot})
    assert "<b>B</b>" not in html
    assert html.count("&lt;b&gt;B&lt;/b&gt;") == 3, "above the drawing, as its name and in the table"
    assert [cell.split("<")[0] for cell in html.split('<td class="number">')[1:]] == ["1.0", "4.1", "7.3"]


def test_ticks_are_round_numbers():
    assert [tick.label for tick in chart_of((1.0, 7.3)).ticks] == ["0", "2", "4", "6"]
    assert [tick.label for tick in chart_of((-0.05, 0.1)).ticks] == ["-0.05", "0.00", "0.05", "0.10"]


def test_point_interval_at_zero_still_has_a_width():
    assert chart_of((0, 0)).zero == "50%"


def test_steps_are_one_two_or_five():
    assert [nice_step(rough, 1, FACTORS) for rough in (0.3, 1.0, 1.1, 4, 7)] == [0.5, 1.0, 2.0, 5.0, 10.0]


@given(st.floats(-1e9, 1e9), st.floats(1e-6, 1e9))
def test_everything_is_inside_the_plot(low, width):
    chart = chart_of((low, low + width))
    for row in chart.rows:
        assert 0 <= float(row.low[:-1]) <= float(row.value[:-1]) <= float(row.high[:-1]) <= 100
    assert len(chart.ticks) < 12
