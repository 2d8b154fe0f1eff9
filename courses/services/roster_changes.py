"""What does an import change, as rows to be stored and as words to be read?"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

from django.db.models import Model

from courses.rules.csvfile import Problem
from courses.wording import amounts


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
    kept_teams: int = 0
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
