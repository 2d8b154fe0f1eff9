"""Which experiments does the sample run? Visitors are reported as apps do; the analysis is the real one."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import experiments.services
from courses.models import Project
from dashboard.sample.story import SEED
from experiments.models import Experiment, Metric
from experiments.rules.items import EventItem, ExposureItem
from experiments.services import MetricPlan, Plan, VariantPlan

GOAL, GUARDRAIL = "goal", "guardrail"
MORE, LESS = Metric.Direction.INCREASE, Metric.Direction.DECREASE


@dataclass(frozen=True, slots=True)
class Trial:
    """An experiment of one team. days: since its start, until its stop (None: it runs) and its planned end.

    units, rates: of the control and of what is tried; a rate is the share that meets the goal.
    """

    name: str
    key: str
    hypothesis: str
    variants: tuple[str, str]
    goal: tuple[str, str]
    days: tuple[int, int | None, int]
    units: tuple[int, int]
    rates: tuple[float, float]


# number of the team -> its experiment
TRIALS = {
    0: Trial(
        "Order button", "order-button",
        "Guests overlook the order link. A button in colour makes more of them order.",
        ("Plain link", "Coloured button"), ("Orders", "order"), (20, 6, 14), (2100, 2080), (0.098, 0.131),
    ),
    5: Trial(
        "Short sign-up form", "signup-form",
        "Six questions put people off. With two, more of them join.",
        ("Six questions", "Two questions"), ("Sign-ups", "signup"), (12, None, 21),
        (1190, 1205), (0.097, 0.109),
    ),
    11: Trial(
        "Larger search box", "search-box", "A larger box is found sooner, so more visitors search.",
        ("Small box", "Large box"), ("Searches", "search"), (25, 4, 21), (1950, 1960), (0.104, 0.103),
    ),
}  # fmt: skip


def make_trial(number: int, project: Project, *, at: datetime) -> None:
    """Plan, start and feed the experiment of the team with that number, if it has one."""
    trial = TRIALS.get(number)
    if trial is None:
        return
    since, until, planned = trial.days
    begun = at - timedelta(days=since)
    experiment = _planned(trial, project, begun, begun + timedelta(days=planned))
    experiments.services.start_experiment(experiment, actor=None, now=begun)
    ended = at if until is None else at - timedelta(days=until)
    exposures, events = _visits(trial, number, begun, ended)
    experiments.services.ingest(project.pk, exposures=exposures, events=events, now=at)
    if until is not None:
        experiments.services.stop_experiment(experiment, actor=None, now=ended)


def _planned(trial: Trial, project: Project, begun: datetime, planned_end_at: datetime) -> Experiment:
    name, event = trial.goal
    plan = Plan(
        trial.name,
        trial.key,
        trial.hypothesis,
        variants=[
            VariantPlan(key, words, 1, key) for key, words in zip(("a", "b"), trial.variants, strict=True)
        ],
        metrics=[
            MetricPlan(name, event, Metric.Kind.PROPORTION, MORE, GOAL),
            MetricPlan("Errors", "error", Metric.Kind.PROPORTION, LESS, GUARDRAIL),
        ],
        planned_end_at=planned_end_at,
    )
    planned_at = begun - timedelta(days=2)
    return experiments.services.create_experiment(project, plan, actor=None, now=planned_at)


def _visits(
    trial: Trial, number: int, begun: datetime, ended: datetime
) -> tuple[list[ExposureItem], list[EventItem]]:
    """Return who met which variant and what they did, spread over the days of the experiment."""
    dice = random.Random(f"{SEED} trial {number}")
    span = (ended - begun) / timedelta(minutes=1) - 30
    exposures: list[ExposureItem] = []
    events: list[EventItem] = []
    for variant, units, rate in zip("ab", trial.units, trial.rates, strict=True):
        for n in range(units):
            unit, at = f"{variant}{n}", begun + timedelta(minutes=dice.random() * span)
            exposures.append(
                ExposureItem(event_id=f"x-{unit}", experiment=trial.key, variant=variant, unit=unit, at=at)
            )
            events += _acts(dice, trial, unit, at, rate)
    return exposures, events


def _acts(dice: random.Random, trial: Trial, unit: str, at: datetime, rate: float) -> Iterator[EventItem]:
    for name, chance in ((trial.goal[1], rate), ("error", 0.02)):
        if dice.random() < chance:
            later = at + timedelta(minutes=dice.random() * 20)
            yield EventItem(event_id=f"{name}-{unit}", unit=unit, name=name, at=later)
