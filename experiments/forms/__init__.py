"""Is this plan of an experiment valid?"""

from experiments.forms.plan import PlanForm

__all__ = ["PlanForm"]
