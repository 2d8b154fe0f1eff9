"""What does an import change, as rows to be stored and as words to be read?"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from django.db.models import Model
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from courses.rules.csvfile import Problem

# Counted and by themselves, in the order in which they are told.
COUNTED = {
    "team": ngettext_lazy("%d team", "%d teams"),
    "person": ngettext_lazy("%d person", "%d people"),
    "membership": ngettext_lazy("%d membership", "%d memberships"),
    "project": ngettext_lazy("%d project", "%d projects"),
    "environment": ngettext_lazy("%d environment", "%d environments"),
}
NAMES = [_("team"), _("person"), _("membership"), _("project"), _("environment")]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing the import makes or changes."""

    action: Literal["new", "changed"]
    what: str
    name: str
    detail: str = ""


@dataclass(slots=True)
class RosterPlan:
    """What an import does: everything in `changes`, or nothing when there are `problems`."""

    problems: list[Problem] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    kept: int = 0
    made: list[Model] = field(default_factory=list)
    updated: list[Model] = field(default_factory=list)

    def counts(self) -> Counter[str]:
        """Return how many things of which kind are new or changed, such as `new team`."""
        return Counter(f"{change.action} {change.what}" for change in self.changes)

    def lines(self) -> str:
        """Return the changes one below the other."""
        return "\n".join(f"{change.what} {change.name}: {change.detail}" for change in self.changes)

    def summary(self) -> str:
        """Return the amounts in words: `3 teams, 12 people new; 1 project changed`."""
        return amounts(self.counts())


def amounts(counts: Mapping[str, int]) -> str:
    """Return the counts of `RosterPlan.counts`, or the sum of several, in words."""
    parts = []
    for action, sentence in (("new", _("%(things)s new")), ("changed", _("%(things)s changed"))):
        found = [(what, counts.get(f"{action} {what}", 0)) for what in COUNTED]
        things = ", ".join(COUNTED[what] % n for what, n in found if n)
        parts += [sentence % {"things": things}] if things else []
    return "; ".join(parts)
