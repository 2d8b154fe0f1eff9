"""Who asked about which experiment, and what do they see?"""

from experiments.views.moves import experiment_delete, experiment_start, experiment_stop
from experiments.views.pages import experiment_detail, experiment_list, integration
from experiments.views.plans import experiment_add, experiment_edit

__all__ = [
    "experiment_add",
    "experiment_delete",
    "experiment_detail",
    "experiment_edit",
    "experiment_list",
    "experiment_start",
    "experiment_stop",
    "integration",
]
