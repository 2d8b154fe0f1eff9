"""What does an import change, as rows to be stored and as words to be read?"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

from django.db.models import Model

from courses.rules.csvfile import Problem

PLURALS = {
    "team": "teams",
    "person": "people",
    "project": "projects",
    "environment": "environments",
    "membership": "memberships",
}


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

    def summary(self) -> str:
        """Return the amounts in words: `3 teams, 12 people new; 1 project changed`."""
        parts = []
        for action in ("new", "changed"):
            counts = Counter(change.what for change in self.changes if change.action == action)
            words = ", ".join(f"{n} {what if n == 1 else PLURALS[what]}" for what, n in counts.items())
            parts += [f"{words} {action}"] if words else []
        return "; ".join(parts)
