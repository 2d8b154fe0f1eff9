"""What do pages and machines need from several tables?"""

from experiments.queries.flags import Target, compile_flags, flag_versions, ingest_targets, with_plan
from experiments.queries.lists import experiment_rows, of_team, running_by_team, state_counts
from experiments.queries.results import history, waiting_since
from experiments.queries.units import UnitsChart, units_chart, units_line

__all__ = [
    "Target",
    "UnitsChart",
    "compile_flags",
    "experiment_rows",
    "flag_versions",
    "history",
    "ingest_targets",
    "of_team",
    "running_by_team",
    "state_counts",
    "units_chart",
    "units_line",
    "waiting_since",
    "with_plan",
]
