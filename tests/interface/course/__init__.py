"""Which course do the browser tests look at? Any number of teams, every app in use, some in trouble.

Everything stands at a distance from `now`. Team 3 is clearly the worst; one team in ten has one
trouble of its own; the first team without a repository, an environment and a project are bare.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

ADJECTIVES = [
    *("Amber", "Bold", "Calm", "Daring", "Eager", "Fabled", "Gentle", "Humble", "Indigo", "Jolly"),
    *("Keen", "Lucid", "Merry", "Noble", "Olive", "Proud", "Quiet", "Rapid", "Silver", "Tidy"),
]
ANIMALS = [
    *("Otters", "Lynxes", "Herons", "Foxes", "Badgers", "Swifts", "Martens", "Cranes", "Hares", "Owls"),
    *("Wrens", "Seals", "Bears", "Storks", "Bees"),
]
PRODUCTS = ["Canteen", "Study Timer", "Room Finder", "Bike Share", "Book Swap", "Lab Diary", "Quiz Night"]
WORST = 3
TROUBLES = ("down", "red", "alert", "errors", "warnings", "unknown", "tls", "red", "errors", "alert")
# A text without a place to break it, and one that would be markup if anybody trusted it.
UNBROKEN = "Donaudampfschifffahrtselektrizitaetenhauptbetriebswerkbauunterbeamtengesellschaft" * 2
MARKUP = "<b>bold</b> <script>alert(1)</script> &amp; “quotes” 'and' \\ more"


@dataclass(frozen=True)
class Story:
    """What to tell. teams: how many. text: how words for people are written.

    is_failing: nothing works and nothing is fresh any more.
    """

    teams: int
    now: datetime
    text: Callable[[str], str] = str
    is_failing: bool = False

    def ago(self, **span: float) -> datetime:
        return self.now - timedelta(**span)

    def trouble(self, n: int) -> str:
        """What is wrong with team `n`: `worst`, one of TROUBLES, or nothing."""
        if self.is_failing:
            return TROUBLES[n % len(TROUBLES)]
        if n == WORST:
            return "worst"
        return TROUBLES[n // 10 % len(TROUBLES)] if n % 10 == 7 else ""

    def is_bare(self, n: int) -> bool:
        """Whether team `n` has nothing of its own yet."""
        return n == self.teams - 1

    def team_name(self, n: int) -> str:
        if self.is_failing and n == 0:
            return UNBROKEN[:120]
        if self.is_failing and n == 1:
            return MARKUP
        return self.text(f"{ADJECTIVES[n % 20]} {ANIMALS[n // 20 % 15]}{'' if n < 300 else f' {n}'}")

    def product(self, n: int) -> str:
        return UNBROKEN[:100] if self.is_failing and n == 2 else self.text(PRODUCTS[n % len(PRODUCTS)])


def story(teams: int, **options: object) -> Story:
    """Return a story that ends now."""
    return Story(teams, timezone.now().replace(microsecond=0), **options)


CYRILLIC = {
    **dict(zip("abcdefghijklmnopqrstuvwxyz", "абцдефгхийклмнопярстувщхыз", strict=True)),
    **dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "АБЦДЕФГХИЙКЛМНОПЯРСТУВЩХЫЗ", strict=True)),
}


def cyrillic(text: str) -> str:
    """Return `text` in letters that no string of the product has."""
    return text.translate(str.maketrans(CYRILLIC))
