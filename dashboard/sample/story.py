"""What happened to each team of the sample? The same at every run: the dice have a fixed seed."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

TEAMS = 200
DAYS = 30
SEED = "courseops sample"
DOMAIN = "sample.invalid"
ADJECTIVES = (
    *("Amber", "Bold", "Calm", "Daring", "Eager", "Fabled", "Gentle", "Humble", "Indigo", "Jolly"),
    *("Keen", "Lucid", "Merry", "Noble", "Olive", "Proud", "Quiet", "Rapid", "Silver", "Tidy"),
)
ANIMALS = (
    *("Badgers", "Cranes", "Foxes", "Hares", "Herons"),
    *("Lynxes", "Martens", "Otters", "Owls", "Swifts"),
)
PRODUCTS = ("Canteen", "Study Timer", "Room Finder", "Bike Share", "Book Swap", "Lab Diary", "Quiz Night")
# One team in ten has one of these now.
TROUBLES = ("down", "red", "errors", "red", "down", "errors", "slow", "red", "tls", "slow")
RUNS = 20
# kind of error, HTTP status, what the check said
FAULTS = (
    ("5xx", 502, "502 Bad Gateway"),
    ("5xx", 503, "503 Service Unavailable"),
    ("timeout", None, "no answer within 10 s"),
)
TLS = ("tls", None, "the certificate has expired")


@dataclass(frozen=True, slots=True)
class Outage:
    """A span in which an app did not answer well. end: None while it lasts."""

    start: datetime
    end: datetime | None
    error_kind: str
    http_status: int | None
    detail: str


@dataclass(frozen=True, slots=True)
class Run:
    """A pipeline of the default branch."""

    number: int
    at: datetime
    duration_s: int
    is_green: bool

    @property
    def finished_at(self) -> datetime:
        return self.at + timedelta(seconds=self.duration_s)


@dataclass(frozen=True, slots=True)
class TeamStory:
    """Everything that is told of a team. trouble: what is wrong with it now, or nothing.

    at: the end of the story. latency_ms: what its app usually takes.
    """

    number: int
    at: datetime
    trouble: str
    latency_ms: int
    outages: tuple[Outage, ...]
    runs: tuple[Run, ...]

    @property
    def name(self) -> str:
        return f"{ADJECTIVES[self.number % 20]} {ANIMALS[self.number // 20 % 10]}"

    @property
    def slug(self) -> str:
        return f"team-{self.number + 1}"

    @property
    def product(self) -> str:
        return PRODUCTS[self.number % len(PRODUCTS)]

    @property
    def outage(self) -> Outage | None:
        """The one that lasts."""
        return next((one for one in self.outages if one.end is None), None)

    @property
    def is_red(self) -> bool:
        return not self.runs[-1].is_green


def team_story(number: int, *, at: datetime) -> TeamStory:
    """Return the story of a team that ends at `at`, a full minute."""
    dice = random.Random(f"{SEED} {number}")
    trouble = TROUBLES[number // 10 % len(TROUBLES)] if number % 10 == 7 else ""
    return TeamStory(
        number,
        at,
        trouble,
        dice.randint(60, 240) * (9 if trouble == "slow" else 1),
        tuple(_outages(dice, trouble, at)),
        tuple(_runs(dice, trouble, at)),
    )


def _outages(dice: random.Random, trouble: str, at: datetime) -> Iterator[Outage]:
    """Give up to four that are over, a week of quiet between their starts, and the one that lasts."""
    for week in range(dice.randint(0, 4)):
        start = at - timedelta(days=DAYS - 7 * week) + timedelta(minutes=dice.randint(0, 6 * 1440))
        yield Outage(start, start + timedelta(minutes=dice.randint(6, 180)), *dice.choice(FAULTS))
    if trouble in ("down", "tls"):
        fault = TLS if trouble == "tls" else dice.choice(FAULTS)
        yield Outage(at - timedelta(minutes=dice.randint(12, 400)), None, *fault)


def _runs(dice: random.Random, trouble: str, at: datetime) -> Iterator[Run]:
    """Give the pipelines, the oldest first. Of a red branch the last three failed."""
    apart = timedelta(days=DAYS) / RUNS
    for number in range(RUNS):
        late = apart * (RUNS - number) - timedelta(minutes=dice.randint(0, 900))
        is_last = number >= RUNS - 3
        is_green = trouble != "red" if is_last else dice.random() > 0.12
        yield Run(number + 1, at - late, dice.randint(90, 600), is_green)
