"""How does what the rules decided read? Sentences and figures in the reader's language."""

from experiments.wording.figures import level, p_text
from experiments.wording.plans import value_problem
from experiments.wording.tables import metric_tables, split_table
from experiments.wording.verdicts import Told, tell

__all__ = ["Told", "level", "metric_tables", "p_text", "split_table", "tell", "value_problem"]
