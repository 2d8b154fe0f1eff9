"""What happens to experiments: they are planned, started, fed, judged and stopped."""

from experiments.services.events import Rejection, Tally, ingest
from experiments.services.lifecycle import start_experiment, stop_experiment
from experiments.services.planning import (
    KeyTakenError,
    MetricPlan,
    NotPossibleError,
    Plan,
    VariantPlan,
    create_experiment,
    delete_draft,
    edit_experiment,
)

__all__ = [
    "KeyTakenError",
    "MetricPlan",
    "NotPossibleError",
    "Plan",
    "Rejection",
    "Tally",
    "VariantPlan",
    "create_experiment",
    "delete_draft",
    "edit_experiment",
    "ingest",
    "start_experiment",
    "stop_experiment",
]
