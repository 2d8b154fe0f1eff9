"""Ingest, folding and analysis together: what comes out must not depend on how it came in."""

import json
from datetime import timedelta

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alerts.models import Alert
from experiments import services, tasks
from experiments.models import Exposure, MetricEvent, Result, Stream, Unit, UnitMetric
from experiments.rules.items import EventItem, ExposureItem
from experiments.services import results
from tests import factories
from tests.experiments.conftest import NOW

LATER = NOW + timedelta(hours=1)


def exposure(event_id, unit, variant="a", minute=0, experiment="signup-form"):
    at = NOW + timedelta(minutes=minute)
    return ExposureItem(event_id=event_id, experiment=experiment, variant=variant, unit=unit, at=at)


def event(event_id, unit, minute=0, name="signup", value=1.0):
    return EventItem(event_id=event_id, unit=unit, name=name, value=value, at=NOW + timedelta(minutes=minute))


def ingest(experiment, *items, now=LATER):
    return services.ingest(
        experiment.project_id,
        exposures=[item for item in items if isinstance(item, ExposureItem)],
        events=[item for item in items if isinstance(item, EventItem)],
        now=now,
    )


def analyse(experiment, now=LATER):
    while results.analyse(experiment, now=now):
        pass
    return Result.objects.get(experiment=experiment).read()


def crowd(variant, units, converted, prefix=""):
    """`units` exposures to a variant, of which the first `converted` sign up."""
    names = [f"{prefix}{variant}{n}" for n in range(units)]
    return [
        *(exposure(f"x-{name}", name, variant) for name in names),
        *(event(f"e-{name}", name, 1) for name in names[:converted]),
    ]


# Ingest ---------------------------------------------------------------------------------------


def test_ingest_stores_and_counts(running):
    tally = ingest(running, exposure("x1", "u1"), event("e1", "u1"))
    assert (tally.accepted, tally.duplicates, tally.rejected) == (2, 0, [])
    assert Exposure.objects.get().phase.number == 1


def test_ingest_counts_an_event_id_once(running):
    batch = [exposure("x1", "u1"), exposure("x1", "u1"), event("e1", "u1")]
    assert (ingest(running, *batch).accepted, ingest(running, *batch).duplicates) == (2, 3)
    again = ingest(running, event("e1", "u1", value=99.0), event("e2", "u1"))
    assert (again.accepted, again.duplicates) == (1, 1)
    assert MetricEvent.objects.get(event_id="e1").value == 1.0


def test_the_same_event_id_in_another_project_is_another_event(running):
    ingest(running, event("e1", "u1"))
    other = factories.ProjectFactory()
    tally = services.ingest(other.pk, exposures=[], events=[event("e1", "u1")], now=LATER)
    assert tally.accepted == 1


@pytest.mark.parametrize(
    ("item", "field", "words"),
    [
        (exposure("x1", "u1", experiment="nope"), "experiment", "no experiment 'nope'"),
        (exposure("x1", "u1", experiment="draft"), "experiment", "has not been started"),
        (exposure("x1", "u1", "z"), "variant", "Use one of: a, b."),
        (exposure("x1", "u1", minute=-6), "at", "before the experiment was started"),
    ],
)
def test_ingest_refuses_what_the_plan_does_not_know(running, item, field, words):
    factories.ExperimentFactory(project=running.project, key="draft")
    tally = ingest(running, exposure("x0", "u0"), item)
    assert tally.accepted == 1
    (rejection,) = tally.rejected
    assert (rejection.index, rejection.list, rejection.event_id) == (1, "exposures", "x1")
    assert rejection.field == field
    assert words in rejection.detail


def test_ingest_refuses_exposures_after_the_stop_and_takes_late_ones(running):
    services.stop_experiment(running, actor=None, now=NOW + timedelta(minutes=10))
    tally = ingest(running, exposure("late", "u1", minute=9), exposure("after", "u2", minute=11))
    assert tally.accepted == 1
    assert tally.rejected[0].event_id == "after"
    assert "after the experiment was stopped" in tally.rejected[0].detail


def test_clock_that_runs_ahead_is_set_back_to_the_arrival(running):
    ingest(running, exposure("x1", "u1", minute=64), now=LATER)
    row = Exposure.objects.get()
    assert row.occurred_us == row.received_us


def test_a_batch_that_brings_nothing_new_takes_no_number(running):
    ingest(running, event("e1", "u1"))
    ingest(running, event("e1", "u1"))
    assert Stream.objects.get().last_batch == 1


# Analysis -------------------------------------------------------------------------------------


def test_rates_are_counted_per_variant(running):
    ingest(running, *crowd("a", 60, 6), *crowd("b", 60, 12))
    found = analyse(running)
    assert [arm.units for arm in found.arms] == [60, 60]
    assert [(arm.converted, arm.mean) for arm in found.goal.arms] == [(6, 0.1), (12, 0.2)]
    (row,) = found.goal.comparisons
    assert row.difference == pytest.approx(0.1)
    # scipy.stats.chi2_contingency([[6, 54], [12, 48]], correction=False)
    assert row.p_value == pytest.approx(0.1250469, abs=1e-6)


def test_events_before_the_first_exposure_do_not_count(running):
    ingest(running, event("before", "u1", 1), exposure("x1", "u1", minute=2), event("same", "u1", 2))
    analyse(running)
    assert UnitMetric.objects.get().total == 1.0


def test_earlier_exposure_that_arrives_late_lets_more_events_count(running):
    ingest(running, event("e1", "u1", 1), exposure("x2", "u1", minute=2))
    assert analyse(running).goal.arms[0].converted == 0
    ingest(running, exposure("x1", "u1", minute=0))
    assert analyse(running).goal.arms[0].converted == 1


def test_units_of_several_variants_count_for_none(running):
    ingest(running, *crowd("a", 3, 1), exposure("y", "a0", "b"))
    found = analyse(running)
    assert [arm.units for arm in found.arms] == [2, 0]
    assert found.mixed_units == 1
    assert found.goal.arms[0].converted == 0


def test_mean_counts_units_without_events_as_zero(running):
    metric = factories.MetricFactory(project=running.project, key="euros", event_name="paid", kind="mean")
    factories.ExperimentMetricFactory(experiment=running, metric=metric, role="secondary")
    totals = {"a": [1e9 + 4, 0, 1e9 + 7], "b": [3.5, 2.5, 0, 1.0]}
    for variant, values in totals.items():
        for n, value in enumerate(values):
            unit = f"{variant}{n}"
            items = [exposure(f"x-{unit}", unit, variant)]
            if value:
                items += [
                    event(f"p1-{unit}", unit, 1, "paid", value - 1),
                    event(f"p2-{unit}", unit, 2, "paid", 1.0),
                ]
            ingest(running, *items)
    found = analyse(running).metrics[1]
    assert [arm.mean for arm in found.arms] == pytest.approx([(2e9 + 11) / 3, 1.75])
    (row,) = found.comparisons
    # scipy.stats.ttest_ind(b, a, equal_var=False) on `totals`
    assert row.p_value == pytest.approx(0.1835034, abs=1e-6)


def test_analysis_takes_up_where_it_stopped(running, monkeypatch):
    monkeypatch.setattr(results, "BATCHES_AT_ONCE", 2)
    for n in range(5):
        ingest(running, exposure(f"x{n}", f"u{n}"))
    passes = 1
    while results.analyse(running, now=LATER):
        passes += 1
    assert passes == 3
    result = Result.objects.get()
    assert (result.watermark, result.read().units) == (5, 5)


def test_snapshot_is_written_only_if_it_changed(running):
    ingest(running, exposure("x1", "u1"))
    analyse(running)
    before = Result.objects.get()
    services.ingest(running.project_id, exposures=[], events=[event("e1", "nobody", name="other")], now=LATER)
    analyse(running, now=LATER + timedelta(minutes=1))
    after = Result.objects.get()
    assert after.watermark == before.watermark + 1
    assert after.snapshot == before.snapshot


def test_snapshot_of_another_release_reads_as_empty(running):
    Result.objects.update(snapshot={"units": 3})
    assert Result.objects.get().read().units == 0


def test_end_drops_what_happened_after_it(running):
    ingest(running, exposure("x1", "u1", minute=1), event("e1", "u1", 30), exposure("x2", "u2", minute=40))
    assert analyse(running).units == 2
    services.stop_experiment(running, actor=None, now=NOW + timedelta(minutes=20))
    found = analyse(running)
    assert (found.units, found.goal.arms[0].converted) == (1, 0)
    assert Result.objects.get().is_final


def test_analysis_without_any_event_is_empty(running):
    found = analyse(running)
    assert (found.units, found.sample_ratio_p, found.last_event_us) == (0, None, None)


def test_analysis_of_a_draft_does_nothing(draft):
    assert results.analyse(draft, now=LATER) is False


def test_split_that_is_off_raises_an_alert_and_the_stop_ends_it(running):
    ingest(running, *crowd("a", 100, 5), *crowd("b", 20, 5))
    tasks.analyse_due()
    alert = Alert.objects.get(subject=f"experiment:{running.pk}")
    assert alert.state == "firing"
    assert running.name in alert.title
    services.stop_experiment(running, actor=None, now=LATER)
    tasks.analyse_due()
    alert.refresh_from_db()
    assert alert.state == "resolved"


# What is due ------------------------------------------------------------------------------------


def due(now=LATER):
    return list(results.due_results(now).values_list("experiment", flat=True))


def test_due_after_new_events_and_after_the_stop(running):
    assert due() == []
    ingest(running, exposure("x1", "u1"))
    assert due() == [running.pk]
    analyse(running)
    assert due() == []
    services.stop_experiment(running, actor=None, now=LATER)
    assert due() == [running.pk]
    analyse(running)
    assert due() == []


def test_late_events_of_a_stopped_experiment_count_for_a_week(running):
    services.stop_experiment(running, actor=None, now=LATER)
    analyse(running)
    ingest(running, exposure("x1", "u1"))
    assert due(LATER + timedelta(days=6)) == [running.pk]
    assert due(LATER + timedelta(days=8)) == []


def test_one_experiment_that_fails_does_not_keep_the_others_waiting(running, caplog):
    broken = factories.ExperimentFactory(project=running.project)
    services.start_experiment(broken, actor=None, now=NOW)
    ingest(running, exposure("x1", "u1"))
    broken.phases.all().delete()
    Result.objects.filter(experiment=broken).update(is_final=False)
    type(broken).objects.filter(pk=broken.pk).update(state="stopped")
    tasks.analyse_due()
    assert "could not be analysed" in caplog.text
    assert Result.objects.get(experiment=running).read().units == 1


# Order, repetition, lateness ----------------------------------------------------------------------

UNITS = st.sampled_from(["u1", "u2", "u3", "u4"])
MINUTES = st.integers(0, 5)
ACTIONS = st.one_of(
    st.tuples(st.just("exposure"), UNITS, MINUTES, st.sampled_from("ab")),
    # Quarters add up without rounding, so equal means equal.
    st.tuples(st.just("event"), UNITS, MINUTES, st.integers(-8, 8).map(lambda n: n / 4)),
)


@st.composite
def histories(draw):
    """What happened, and the batches in which it arrived: in any order, some of it twice."""
    actions = draw(st.lists(ACTIONS, max_size=14))
    happened = [
        exposure(f"x{n}", unit, detail, minute)
        if kind == "exposure"
        else event(f"e{n}", unit, minute, value=detail)
        for n, (kind, unit, minute, detail) in enumerate(actions)
    ]
    arrived = draw(
        st.permutations(happened + draw(st.lists(st.sampled_from(happened), max_size=5)) if happened else [])
    )
    cuts = sorted(draw(st.lists(st.integers(0, len(arrived)), max_size=4)))
    batches = [arrived[a:b] for a, b in zip([0, *cuts], [*cuts, len(arrived)], strict=True)]
    return happened, batches, draw(st.booleans())


def rounded(snapshot):
    """The snapshot as plain data. Sums in another order may differ in the last of 16 digits."""
    text = json.dumps(msgspec.to_builtins(snapshot))
    return json.loads(text, parse_float=lambda figure: f"{float(figure):.9g}")


@given(histories())
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_late_repeated_and_reordered_events_give_the_result_of_a_clean_replay(team, history):
    happened, batches, is_stopped = history
    found = []
    for arrivals in ([sorted(happened, key=lambda item: item.at)], batches):
        experiment = factories.ExperimentFactory(project__team=team, key="signup-form")
        mean = factories.MetricFactory(
            project=experiment.project, key="value", event_name="signup", kind="mean"
        )
        factories.ExperimentMetricFactory(experiment=experiment, metric=mean, role="secondary")
        services.start_experiment(experiment, actor=None, now=NOW)
        for batch in arrivals:
            ingest(experiment, *batch)
            analyse(experiment)
        if is_stopped:
            services.stop_experiment(experiment, actor=None, now=NOW + timedelta(minutes=3))
        found.append(rounded(analyse(experiment)))
    assert found[0] == found[1]


def test_every_derived_row_can_be_built_again(running):
    ingest(running, *crowd("a", 5, 2), *crowd("b", 5, 3))
    before = analyse(running)
    Unit.objects.all().delete()
    Result.objects.update(watermark=0, snapshot={})
    assert analyse(running) == before
