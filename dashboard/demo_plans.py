"""Which experiments does the course of `make demo` run?"""

from dataclasses import dataclass

from experiments.models import Metric
from experiments.services import MetricPlan, VariantPlan

GOAL, SECONDARY = "goal", "secondary"
SHARE, MEAN, MORE = Metric.Kind.PROPORTION, Metric.Kind.MEAN, Metric.Direction.INCREASE


@dataclass(frozen=True, slots=True)
class Plan:
    """An experiment of the project at `repository_path`."""

    repository_path: str
    key: str
    name: str
    hypothesis: str
    variants: tuple[VariantPlan, ...]
    metrics: tuple[MetricPlan, ...]


PLANS = [
    Plan(
        "software-lab/mensa-menu",
        "order-button",
        "Order button",
        "Guests overlook the order link. A button in colour makes more of them order.",
        (VariantPlan("link", "Plain link", 1, "link"), VariantPlan("button", "Coloured button", 1, "button")),
        (
            MetricPlan("Orders", "order", SHARE, MORE, GOAL),
            MetricPlan("Euros per visitor", "order", MEAN, MORE, SECONDARY),
        ),
    ),
    Plan(
        "software-lab/campus-quest",
        "signup-form",
        "Short sign-up form",
        "Six questions put people off. With two, more of them join the quest.",
        (VariantPlan("long", "Six questions", 1, "long"), VariantPlan("short", "Two questions", 1, "short")),
        (MetricPlan("Sign-ups", "signup", SHARE, MORE, GOAL),),
    ),
]
