import dataclasses

import msgspec
import pytest

from experiments.rules import verdict as rules
from experiments.rules.horizon import REACHED, Horizon
from experiments.rules.results import NO_RESULTS, Arm, ArmMetric, Comparison, MetricResult, Snapshot
from experiments.wording import metric_tables, p_text, split_table, tell


def decide(state, found):
    """The verdict in words, with spaces that may break."""
    told = tell(rules.decide(state, found), found)
    more = tuple(plain(text) for text in told.more)
    return dataclasses.replace(told, lead=plain(told.lead), more=more)


def plain(text):
    return text.replace("\N{NO-BREAK SPACE}", " ")


def comparison(difference=0.041, low=0.010, high=0.073, p_value=0.01, name="B"):
    return Comparison(name.lower(), name, difference, low, high, p_value)


def metric(*comparisons, name="sign-ups", kind="proportion", direction="increase", role="goal"):
    arms = [ArmMetric(1000, 100, 0.1)] * (len(comparisons) + 1)
    return MetricResult(name, name, kind, direction, role, arms, list(comparisons))


def snapshot(*metrics, names="AB", p_value=0.4, units=1000, mixed=0):
    arms = [Arm(name.lower(), name, units, 1 / len(names)) for name in names]
    confidence = 1 - 0.05 / (len(names) - 1)
    return Snapshot(1, arms, mixed, p_value, confidence, list(metrics))


WORSE = comparison(-0.041, -0.073, -0.010)
OPEN = comparison(0.011, -0.009, 0.031, 0.3)

CHANCE = "but chance alone could explain that"
LATER = "Decide when the experiment has ended."
LEVEL = "(95 % interval \N{MINUS SIGN}"

CASES = [
    ("draft", NO_RESULTS, "draft", "Not started: nobody is assigned to a variant yet."),
    ("running", NO_RESULTS, "waiting", "Not decided yet: no exposure has been counted since the start."),
    ("stopped", NO_RESULTS, "nobody", "Nothing to read: it ended before anyone was counted."),
    (
        "running",
        snapshot(metric(comparison()), units=49),
        "few_units",
        "Not decided yet: A has 49 units; figures mean something from 50 on.",
    ),
    (
        "running",
        msgspec.structs.replace(
            snapshot(metric(comparison())),
            metrics=[msgspec.structs.replace(metric(comparison()), arms=[ArmMetric(1000, 2, 0.002)] * 2)],
        ),
        "few_events",
        "Not decided yet: sign-ups happened 4 times; figures mean something from 5 on.",
    ),
    (
        "running",
        snapshot(metric(kind="mean")),
        "no_spread",
        "Not decided yet: the units do not differ enough to compare.",
    ),
    (
        "stopped",
        snapshot(metric(comparison())),
        "better",
        "B raises sign-ups by 4.1 points (95 % interval 1.0 to 7.3). You can ship B.",
    ),
    (
        "stopped",
        snapshot(metric(WORSE)),
        "worse",
        "B lowers sign-ups by 4.1 points (95 % interval 1.0 to 7.3). Keep A.",
    ),
    (
        "stopped",
        snapshot(metric(WORSE, direction="decrease", name="errors")),
        "better",
        "B lowers errors by 4.1 points (95 % interval 1.0 to 7.3). You can ship B.",
    ),
    (
        "running",
        snapshot(metric(comparison())),
        "leading",
        f"B leads: sign-ups is 4.1 points higher so far (95 % interval 1.0 to 7.3). {LATER}",
    ),
    (
        "running",
        snapshot(metric(WORSE)),
        "trailing",
        f"B trails: sign-ups is 4.1 points lower so far (95 % interval 1.0 to 7.3). {LATER}",
    ),
    (
        "running",
        snapshot(metric(WORSE, direction="decrease", name="errors")),
        "leading",
        f"B leads: errors is 4.1 points lower so far (95 % interval 1.0 to 7.3). {LATER}",
    ),
    (
        "running",
        snapshot(metric(OPEN)),
        "undecided",
        f"Not decided yet: B shows 1.1 points more sign-ups, {CHANCE} {LEVEL}0.9 to 3.1).",
    ),
    (
        "stopped",
        snapshot(metric(comparison(0.0, -0.02, 0.02, 1.0))),
        "undecided",
        f"Not decided: B shows no difference in sign-ups {LEVEL}2.0 to 2.0).",
    ),
    (
        "stopped",
        snapshot(metric(comparison(0.29, 0.05, 0.53), kind="mean", name="euros")),
        "better",
        "B raises euros by 0.29 (95 % interval 0.05 to 0.53). You can ship B.",
    ),
]


@pytest.mark.parametrize(("state", "found", "code", "lead"), CASES)
def test_verdict_says_what_the_figures_mean(state, found, code, lead):
    verdict = decide(state, found)
    assert (verdict.code, verdict.lead) == (code, lead)


@pytest.mark.parametrize(("p_value", "is_off"), [(0.00099, True), (0.001, False), (None, False)])
def test_split_warning_stands_in_place_of_the_verdict_below_a_thousandth(p_value, is_off):
    verdict = decide("running", snapshot(metric(comparison()), p_value=p_value))
    assert (verdict.code == "split_off") is is_off


def test_split_warning_names_the_variant_that_is_off():
    found = snapshot(metric(comparison()), p_value=1.8e-6)
    arms = [msgspec.structs.replace(found.arms[0], units=800), found.arms[1]]
    verdict = decide("stopped", msgspec.structs.replace(found, arms=arms))
    assert verdict.lead == (
        "Do not read this: the split is off (p < 0.0001). A has 800 of 1,800 units, 44.4 % instead of 50.0 %."
    )
    assert "reports its exposure" in verdict.more[0]


@pytest.mark.parametrize(
    ("state", "lead"),
    [
        ("running", "B leads: sign-ups is 4.1 points higher so far (95 % interval 1.0 to 7.3)."),
        ("stopped", "B raises sign-ups by 4.1 points (95 % interval 1.0 to 7.3)."),
    ],
)
def test_harmed_guardrail_speaks_against_the_winner(state, lead):
    guard = metric(comparison(0.02, 0.01, 0.03), name="errors", direction="decrease", role="guardrail")
    verdict = decide(state, snapshot(metric(comparison()), guard))
    assert verdict.code == "blocked"
    assert verdict.lead == lead
    assert verdict.more[0].startswith(
        "But a guardrail is harmed: B raises errors by 2.0 points (95 % interval 1.0 to 3.0). Do not ship B"
    )


def test_guardrail_that_improves_or_is_unclear_is_no_obstacle():
    fine = metric(comparison(-0.02, -0.03, -0.01), name="errors", direction="decrease", role="guardrail")
    unclear = metric(OPEN, name="crashes", direction="decrease", role="guardrail")
    assert decide("stopped", snapshot(metric(comparison()), fine, unclear)).code == "better"
    assert decide("running", snapshot(metric(comparison()), fine, unclear)).code == "leading"


def test_best_of_several_variants_leads_and_the_others_follow():
    found = snapshot(
        metric(
            comparison(0.02, 0.01, 0.03, 0.001, "B"),
            comparison(0.04, 0.01, 0.07, 0.004, "C"),
            comparison(0.01, -0.02, 0.04, 0.5, "D"),
            comparison(-0.03, -0.05, -0.01, 0.001, "E"),
        ),
        names="ABCDE",
    )
    verdict = decide("stopped", found)
    assert verdict.lead.startswith("C raises sign-ups by 4.0 points (98.75 % interval")
    assert [text[:25] for text in verdict.more] == [
        "B raises sign-ups by 2.0 ",
        "Not decided: D shows 1.0 ",
        "E lowers sign-ups by 3.0 ",
    ]


def test_several_variants_make_each_convince_more():
    rows = [comparison(0.04, 0.001, 0.08, 0.03, "B"), comparison(0.01, -0.02, 0.04, 0.5, "C")]
    assert decide("running", snapshot(metric(*rows), names="ABC")).code == "undecided"


def test_test_and_interval_have_to_agree():
    assert decide("running", snapshot(metric(comparison(0.04, -0.001, 0.08, 0.049)))).code == "undecided"


def test_p_values_are_rounded_for_reading():
    assert [p_text(p) for p in (0.5, 0.0312, 0.00012, 0.00009)] == [
        "p = 0.5",
        "p = 0.031",
        "p = 0.00012",
        "p < 0.0001",
    ]


@pytest.mark.parametrize(
    ("is_running", "goal", "guardrail"),
    [(True, "leading", "harmed so far"), (False, "better", "harmed")],
)
def test_tables_put_the_goal_first_and_word_every_judgement(is_running, goal, guardrail):
    guard = metric(comparison(0.02, 0.01, 0.03), name="errors", direction="decrease", role="guardrail")
    extra = metric(OPEN, name="clicks", role="secondary")
    found = snapshot(extra, guard, metric(comparison()))
    tables = metric_tables(found, is_running=is_running)
    assert [table.role for table in tables] == ["goal", "guardrail", "secondary"]
    assert [table.rows[1].judgement for table in tables] == [goal, guardrail, "no clear difference"]
    control, treatment = tables[0].rows
    assert (control.difference, control.judgement) == ("", "")
    assert (treatment.difference, treatment.interval, treatment.relative) == ("4.1 points", "1.0 to 7.3", "–")
    assert tables[0].chart.rows[0].text == f"4.1 points (1.0 to 7.3): {goal}"


@pytest.mark.parametrize(("is_running", "word"), [(True, "trailing"), (False, "worse")])
def test_table_says_who_is_behind(is_running, word):
    (table,) = metric_tables(snapshot(metric(WORSE)), is_running=is_running)
    assert table.rows[1].judgement == word


def test_no_colour_of_victory_before_the_end():
    guard = metric(comparison(0.02, 0.01, 0.03), name="errors", direction="decrease", role="guardrail")
    tables = metric_tables(snapshot(metric(comparison()), guard), is_running=True)
    assert [table.rows[1].tone for table in tables] == ["busy", "warn"]


def test_table_shows_relative_change_and_mean():
    row = msgspec.structs.replace(comparison(-0.29, -0.53, -0.05), relative=-0.1234)
    found = metric_tables(snapshot(metric(row, kind="mean")), is_running=False)[0]
    assert plain(found.rows[1].relative) == "\N{MINUS SIGN}12.3 %"
    assert found.rows[1].mean == "0.100"
    assert found.mean_label == "Mean per unit"


def test_table_without_comparison_has_no_plot():
    empty = msgspec.structs.replace(metric(kind="mean"), arms=[ArmMetric(0, 0, None)] * 2)
    table = metric_tables(snapshot(empty), is_running=True)[0]
    assert table.chart is None
    assert [row.mean for row in table.rows] == ["–", "–"]


def test_split_and_exclusions_are_shares_of_all_units():
    found = split_table(snapshot(metric(comparison()), units=950, mixed=100))
    assert [row[:2] for row in found.rows] == [("A", 950), ("B", 950)]
    assert {plain(share) for row in found.rows for share in row[2:]} == {"50.00 %"}
    assert (found.ratio, plain(found.mixed)) == ("p = 0.4", "5.00 %")
    assert plain(split_table(NO_RESULTS).mixed) == "0.00 %"
    assert split_table(snapshot(metric(), p_value=None)).ratio == ""


@pytest.mark.parametrize(("state", "tone"), [("running", "busy"), ("stopped", "idle")])
@pytest.mark.parametrize("found", [snapshot(metric(comparison()), units=9), snapshot(metric(OPEN))])
def test_what_is_open_is_at_work_only_while_it_runs(state, tone, found):
    assert decide(state, found).tone == tone


def test_figures_are_rounded_not_cut():
    found = snapshot(metric(comparison(0.0407, 0.00996, 0.0726)))
    assert metric_tables(found, is_running=False)[0].rows[1].interval == "1.0 to 7.3"


def test_large_figures_have_groups():
    row = comparison(1234.56, 1000.0, 1469.0)
    table = metric_tables(snapshot(metric(row, kind="mean")), is_running=False)[0]
    assert (table.rows[1].difference, table.rows[1].interval) == ("1,235", "1,000 to 1,469")


def test_verdict_of_a_draft_ignores_figures():
    assert decide("draft", snapshot(metric(comparison()))).code == "draft"


# The planned end ----------------------------------------------------------------------------------

TO_COME = Horizon("time", days=9)


@pytest.mark.parametrize(
    ("horizon", "lead"),
    [
        (TO_COME, "Not decided yet: planned end in 9 days."),
        (Horizon("time", days=1), "Not decided yet: planned end in 1 day."),
        (Horizon("today"), "Not decided yet: planned end in less than a day."),
        (
            Horizon("units", days=9, most_days=12, per_day=1240.4),
            "Not decided yet: about 9 to 12 more days at the present rate of 1,240 units a day.",
        ),
        (
            Horizon("units", days=9, most_days=9, per_day=1.0),
            "Not decided yet: about 9 more days at the present rate of 1 unit a day.",
        ),
        (
            Horizon("units", days=1, most_days=1, per_day=40.0),
            "Not decided yet: about 1 more day at the present rate of 40 units a day.",
        ),
        (
            Horizon("slow", per_day=9.0),
            "Not decided yet: more than a year until the planned units at the present rate of 9 units a day.",
        ),
        (
            Horizon("unknown", arm=Arm("a", "A", 60, 0.5), units=2000),
            "Not decided yet: 60 of 2,000 planned units, too few to say how long the others take.",
        ),
    ],
)
@pytest.mark.parametrize("row", [comparison(), WORSE, OPEN])
def test_before_the_planned_end_nobody_leads(horizon, lead, row):
    found = snapshot(metric(row))
    told = tell(rules.decide("running", found, horizon), found)
    assert (told.code, told.tone, told.label, told.lead) == ("open", "busy", "not decided", lead)
    assert "sign-ups" in told.more[0]
    assert "Not decided" not in told.more[0]


@pytest.mark.parametrize(
    ("state", "row", "code", "end"),
    [
        ("running", comparison(), "leading", "The planned end is reached: stop the experiment, then decide."),
        ("running", WORSE, "trailing", "The planned end is reached: stop the experiment, then decide."),
        ("running", OPEN, "undecided", "The planned end is reached: stop the experiment, then decide."),
        ("stopped", comparison(), "better", "You can ship B."),
        ("stopped", WORSE, "worse", "Keep A."),
    ],
)
def test_at_the_planned_end_the_verdict_says_what_to_do(state, row, code, end):
    found = snapshot(metric(row))
    told = tell(rules.decide(state, found, REACHED), found)
    assert told.code == code
    assert told.lead.endswith(end)


@pytest.mark.parametrize(
    ("row", "code", "words"),
    [
        (comparison(), "early", "do not ship on this alone."),
        (WORSE, "worse", "Keep A."),
        (OPEN, "undecided", "3.1)."),
    ],
)
def test_a_winner_that_was_stopped_early_is_not_to_be_shipped(row, code, words):
    found = snapshot(metric(row))
    told = tell(rules.decide("stopped", found, TO_COME), found)
    assert told.code == code
    assert told.lead.endswith(words)


def test_harm_is_told_at_once():
    guard = metric(comparison(0.02, 0.01, 0.03), name="errors", direction="decrease", role="guardrail")
    assert rules.decide("running", snapshot(metric(comparison()), guard), TO_COME).code == "blocked"


def test_what_is_missing_and_a_split_that_is_off_come_before_the_planned_end():
    assert rules.decide("running", NO_RESULTS, TO_COME).code == "waiting"
    assert rules.decide("running", snapshot(metric(comparison()), units=9), TO_COME).code == "few_units"
    assert rules.decide("running", snapshot(metric(), p_value=0.0001), TO_COME).code == "split_off"


def test_p_values_wait_for_the_planned_end():
    found = snapshot(metric(comparison()))
    early, late = (metric_tables(found, is_running=True, is_early=early)[0] for early in (True, False))
    assert [row.p_value for row in early.rows] == ["", "–"]
    assert [row.p_value for row in late.rows] == ["", "0.01"]
