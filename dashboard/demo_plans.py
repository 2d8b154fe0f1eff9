"""Which experiments does the course of `make demo` run?"""

from experiments.models import Metric
from experiments.services import MetricPlan, Plan, VariantPlan

GOAL, SECONDARY = "goal", "secondary"
SHARE, MEAN, MORE = Metric.Kind.PROPORTION, Metric.Kind.MEAN, Metric.Direction.INCREASE

# path of the repository -> what is tried in its app
PLANS = {
    "software-lab/mensa-menu": Plan(
        "Order button",
        "order-button",
        "Guests overlook the order link. A button in colour makes more of them order.",
        (VariantPlan("link", "Plain link", 1, "link"), VariantPlan("button", "Coloured button", 1, "button")),
        (
            MetricPlan("Orders", "order", SHARE, MORE, GOAL),
            MetricPlan("Euros per visitor", "order", MEAN, MORE, SECONDARY),
        ),
    ),
    "software-lab/campus-quest": Plan(
        "Short sign-up form",
        "signup-form",
        "Six questions put people off. With two, more of them join the quest.",
        (VariantPlan("long", "Six questions", 1, "long"), VariantPlan("short", "Two questions", 1, "short")),
        (MetricPlan("Sign-ups", "signup", SHARE, MORE, GOAL),),
    ),
}
