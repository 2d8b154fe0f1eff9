"""Which kinds of long work are there? Each app registers its own when it is ready."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.formats import number_format
from django.utils.functional import Promise

from courses.models import Job


@dataclass(frozen=True, slots=True)
class Progress:
    """What a step led to.

    done, total: how much of how much; total is None while nobody knows.
    checkpoint: where the next step goes on, as JSON.
    outcome: what came of the job in a sentence, once it can be said.
    wait_s: how long to leave the job alone, because somebody asked for it.
    """

    done: int
    total: int | None
    checkpoint: Mapping[str, Any]
    outcome: str = ""
    wait_s: float = 0


Write = Callable[[datetime], Progress]
Steps = Callable[[Job], Iterator[Write]]


@dataclass(frozen=True, slots=True)
class JobKind:
    """A kind of long work.

    steps: goes on from the job's checkpoint and yields one function for each step, until nothing is
    left. What the iterator does by itself, such as asking another server, is done outside any
    transaction; the function writes the step's effect and is called inside the one that also stores
    the checkpoint. So a worker that dies at any moment loses one step and repeats none.
    counted: the words for so many of what is counted, such as "340 lines".
    if_stopped: what somebody should know who finds it cancelled or failed.
    patience_s: longer than any step takes; a worker that is silent for so long is succeeded.
    """

    name: str
    label: str | Promise
    steps: Steps
    counted: Callable[[int], str]
    if_stopped: str | Promise = ""
    patience_s: float = 12.0


def counting(words: Any) -> Callable[[int], str]:
    """Return what a kind is `counted` by, from `ngettext_lazy("%(n)s line", "%(n)s lines", "count")`."""
    return lambda count: str(words % {"count": count, "n": number_format(count, force_grouping=True)})


class JobRefusedError(Exception):
    """A job cannot be started or cannot go on: why, and what helps."""

    def __init__(self, reason: str, remedy: str = "") -> None:
        super().__init__(reason)
        self.reason, self.remedy = reason, remedy


_kinds: dict[str, JobKind] = {}


def register(kind: JobKind) -> None:
    """Make a kind known. Its name begins with the app's: `courses.archive`."""
    _kinds[kind.name] = kind


def kind_of(name: str) -> JobKind | None:
    """Return the kind of that name; None if the app behind it is gone."""
    return _kinds.get(name)


def known_kinds() -> list[str]:
    return list(_kinds)
