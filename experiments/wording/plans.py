"""How does it read what is wrong with a plan?"""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from experiments.rules.values import LARGEST_NUMBER, ValueRefusedError
from experiments.wording.figures import count

TYPES = {
    "boolean": gettext_lazy("true or false"),
    "text": gettext_lazy("text"),
    "number": gettext_lazy("a number"),
    "object": gettext_lazy("an object"),
}


def value_problem(refusal: ValueRefusedError) -> str:
    """Return the sentence for a value of a variant that was refused."""
    words = {
        "json": _("This looks like JSON and is not: %(detail)s.") % {"detail": refusal.detail},
        "type": _("A flag cannot answer with null or a list. Put a list into an object."),
        "size": _("Numbers beyond %(largest)s are not exact in every client.")
        % {"largest": count(LARGEST_NUMBER)},
        "nul": _("A NUL character cannot be stored."),
    }
    return words[refusal.code]


def types_problem(types: list[str]) -> str:
    """Return the sentence for values of several types."""
    *most, last = (str(TYPES[name]) for name in types)
    words = {"most": ", ".join(most), "last": last}
    return _("All values must be of one type; these are %(most)s and %(last)s.") % words


def least_share_problem() -> str:
    """Return the sentence for a weight that is next to nothing."""
    return _("Every variant needs at least 0.01 percent of the units.")
