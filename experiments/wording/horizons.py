"""How does what is left until the planned end read?"""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from experiments.rules.horizon import Horizon
from experiments.wording.figures import count


def horizon_text(horizon: Horizon) -> str:
    """Return what follows `Not decided yet: ` while the planned end has not come."""
    if horizon.code == "today":
        return _("planned end in less than a day.")
    if horizon.code == "time":
        return ngettext("planned end in %(n)s day.", "planned end in %(n)s days.", horizon.days) % {
            "n": count(horizon.days)
        }
    rate = {"rate": _rate(horizon.per_day)}
    if horizon.code == "slow":
        return _("more than a year until the planned units at the present rate of %(rate)s.") % rate
    if horizon.code == "units":
        return _forecast(horizon) % {"n": count(horizon.days), "most": count(horizon.most_days), **rate}
    words = {"units": count(horizon.units), "n": count(horizon.arm.units if horizon.arm else 0)}
    return _("%(n)s of %(units)s planned units, too few to say how long the others take.") % words


def _forecast(horizon: Horizon) -> str:
    if horizon.most_days > horizon.days:
        return _("about %(n)s to %(most)s more days at the present rate of %(rate)s.")
    return ngettext(
        "about %(n)s more day at the present rate of %(rate)s.",
        "about %(n)s more days at the present rate of %(rate)s.",
        horizon.days,
    )


def _rate(per_day: float) -> str:
    whole = round(per_day)
    return ngettext("%(n)s unit a day", "%(n)s units a day", whole) % {"n": count(whole)}
