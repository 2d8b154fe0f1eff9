"""Which experiments are there, in which state, and what came of them?"""

from datetime import timedelta

import msgspec

from courses.models import Project
from experiments.models import Experiment, ExperimentMetric, Metric, Phase, PhaseVariant, Result, Variant
from experiments.rules.growth import HOUR_US
from experiments.rules.items import to_us
from experiments.rules.results import Arm, ArmMetric, Comparison, Growth, MetricResult, Snapshot
from experiments.rules.verdict import split_is_off
from tests.interface.course import Story

# name, state, units of the control and the treatment, conversions of both, does the guardrail suffer
PLANS = [
    ("Order button", "stopped", (4210, 4188), (412, 541), False),
    ("Short sign-up form", "running", (2380, 2411), (231, 262), False),
    ("Dark landing page", "running", (1200, 1640), (90, 130), False),
    ("Larger search box", "stopped", (3900, 3921), (402, 391), False),
    ("Free delivery", "stopped", (3100, 3080), (410, 330), False),
    ("Push reminders", "stopped", (5100, 5080), (510, 690), True),
    ("Two-step checkout", "running", (12, 9), (1, 0), False),
    ("Quiz of the day", "running", (0, 0), (0, 0), False),
    ("New icons", "draft", (0, 0), (0, 0), False),
]


def make_trials(story: Story, projects: list[Project]) -> list[Experiment]:
    """Make one experiment of each kind for the first teams, and a running one for every eighth."""
    chosen = [(projects[n % len(projects)], plan) for n, plan in enumerate(PLANS)]
    chosen += [(project, PLANS[1]) for project in projects[10::8]]
    rows = [_make(story, project, plan, k) for k, (project, plan) in enumerate(chosen)]
    bare = Experiment.objects.create(project=projects[-1], name=story.text("Idea"), key="idea")
    return [*rows, bare]


def _make(story: Story, project: Project, plan: tuple, k: int) -> Experiment:
    name, state, units, converted, is_harmful = plan
    experiment = Experiment.objects.create(
        project=project,
        name=story.text(name),
        key=f"trial-{k}",
        hypothesis=story.text("Guests overlook the link. A button in colour makes more of them order."),
        state=state,
        created_at=story.ago(days=15),
    )
    variants = Variant.objects.bulk_create(
        Variant(experiment=experiment, key=key, name=story.text(words), value=key, position=n)
        for n, (key, words) in enumerate((("link", "Plain link"), ("button", "Coloured button")))
    )
    metrics = [
        Metric.objects.get_or_create(
            project=project,
            key=key,
            defaults={"name": story.text(words), "event_name": key, "kind": kind, "direction": direction},
        )[0]
        for key, words, kind, direction in (
            ("orders", "Orders", "proportion", "increase"),
            ("wait", "Seconds to answer", "mean", "decrease"),
        )
    ]
    ExperimentMetric.objects.bulk_create(
        ExperimentMetric(experiment=experiment, metric=metric, role=role, position=n)
        for n, (metric, role) in enumerate(zip(metrics, ("goal", "guardrail"), strict=True))
    )
    if state != "draft":
        _begin(story, experiment, variants, state)
        snapshot = _snapshot(story, variants, units, converted, is_harmful) if sum(units) else None
        Result.objects.create(
            experiment=experiment,
            snapshot=msgspec.to_builtins(snapshot) if snapshot else {},
            computed_at=story.ago(hours=30) if story.is_failing else story.ago(minutes=2),
            is_final=state == "stopped",
            is_split_off=bool(snapshot) and split_is_off(snapshot),
        )
    return experiment


def _begin(story: Story, experiment: Experiment, variants: list[Variant], state: str) -> None:
    begun = story.ago(days=12)
    ended = begun + timedelta(days=10) if state == "stopped" else None
    phase = Phase.objects.create(experiment=experiment, number=1, started_at=begun, stopped_at=ended)
    PhaseVariant.objects.bulk_create(
        PhaseVariant(phase=phase, variant=variant, start=n * 5000, end=(n + 1) * 5000)
        for n, variant in enumerate(variants)
    )


def _snapshot(
    story: Story, variants: list[Variant], units: tuple, converted: tuple, is_harmful: bool
) -> Snapshot:
    names = [(variant.key, variant.name) for variant in variants]
    shares = [part / whole for part, whole in zip(converted, units, strict=True)]
    total = sum(units)
    error = sum(share * (1 - share) / whole for share, whole in zip(shares, units, strict=True)) ** 0.5
    gap = shares[1] - shares[0]
    few = total < 100
    goal = Comparison(
        *names[1], gap, gap - 1.96 * error, gap + 1.96 * error, 0.4 if abs(gap) < 1.96 * error else 0.0004,
        None if few else gap / shares[0],
        None if few else (gap - 1.96 * error) / shares[0],
        None if few else (gap + 1.96 * error) / shares[0],
    )  # fmt: skip
    slower = 0.6 if is_harmful else 0.01
    wait = Comparison(
        *names[1], slower, slower - 0.2, slower + 0.2, 0.0001 if is_harmful else 0.8, slower / 4,
        (slower - 0.2) / 4, (slower + 0.2) / 4,
    )  # fmt: skip
    arms = [ArmMetric(n, part, share) for n, part, share in zip(units, converted, shares, strict=True)]
    waits = [ArmMetric(n, n, 4.0 + k * slower) for k, n in enumerate(units)]
    words = story.text("Orders"), story.text("Seconds to answer")
    return Snapshot(
        phase=1,
        arms=[Arm(key, name, n, 0.5) for (key, name), n in zip(names, units, strict=True)],
        mixed_units=7,
        sample_ratio_p=1e-12 if abs(units[0] - units[1]) > 0.2 * units[0] + 5 else 0.61,
        confidence=0.95,
        metrics=[
            MetricResult("orders", words[0], "proportion", "increase", "goal", arms, [goal]),
            MetricResult("wait", words[1], "mean", "decrease", "guardrail", waits, [wait]),
        ],
        last_event_us=int(story.now.timestamp() * 1_000_000),
        growth=_growth(to_us(story.ago(days=12)), units),
    )


def _growth(start_us: int, units: tuple) -> Growth:
    """Return how units came in every six hours for ten days, some nights none."""
    parts = [(0, 3, 5, 4)[slot % 4] for slot in range(40)]
    counts = [[whole * part // sum(parts) for part in parts] for whole in units]
    return Growth(start_us, 6 * HOUR_US, counts)
