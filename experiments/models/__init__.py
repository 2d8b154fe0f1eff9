"""What is tried on whom, what did they see and do, and what came of it?

Exposures and metric events are raw and append-only. `Unit`, `UnitMetric` and `Result` are derived
from them and may be thrown away: `services.results` builds them again from the raw rows.
"""

from experiments.models.events import Exposure, MetricEvent, Stream
from experiments.models.experiments import (
    Experiment,
    ExperimentQuerySet,
    Phase,
    PhaseVariant,
    Variant,
    new_seed,
)
from experiments.models.metrics import ExperimentMetric, Metric
from experiments.models.results import Result, Unit, UnitMetric

__all__ = [
    "Experiment",
    "ExperimentMetric",
    "ExperimentQuerySet",
    "Exposure",
    "Metric",
    "MetricEvent",
    "Phase",
    "PhaseVariant",
    "Result",
    "Stream",
    "Unit",
    "UnitMetric",
    "Variant",
    "new_seed",
]
