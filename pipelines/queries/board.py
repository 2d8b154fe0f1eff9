"""Which default branches does the board show, not-green first, and what stands in each line?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from courses.filters import Filters, narrowed
from courses.models import Course, User
from courses.states import TONE_OF
from pipelines.models import Pipeline, Repository, RepositoryQuerySet, RepositoryState
from pipelines.rules import FlakyJob
from pipelines.wording import STATES, flaky_words, state_words, symbol_words

NAMED = ("project__team__name", "project__name", "path")


def board(user: User, filters: Filters) -> RepositoryQuerySet:
    """Return the repositories whose default branch `user` may watch, not-green first, of every state."""
    rows = Repository.objects.visible_to(user).filter(
        project__team__is_archived=False, project__team__course__is_archived=False
    )
    rows = narrowed(rows, filters, user=user, team="project__team__", named=NAMED)
    return rows.not_green_first()


def in_state(rows: RepositoryQuerySet, state: str) -> RepositoryQuerySet:
    """Return those of the board's `rows` that are in `state`; all of them for an empty word."""
    if state == "running":
        return rows.filter(branch__is_running=True)
    return rows.filter(Q(("shown_state", state))) if state else rows


def state_counts(rows: RepositoryQuerySet) -> tuple[int, list[tuple[str, str, str, int]]]:
    """Return how many of the board's `rows` there are, and (state, tone, words, how many) of the states."""
    unordered: Any = rows.order_by()  # the annotation is unknown to the type checker
    running = Count("pk", filter=Q(branch__is_running=True))
    found = list(unordered.values_list("shown_state").annotate(count=Count("pk"), running=running))
    counted = {state: count for state, count, _running in found}
    total = sum(counted.values())
    counted["running"] = sum(running for _state, _count, running in found)
    tones = TONE_OF | {"unreadable": "warn"}
    return total, [
        (state, tones[state], str(words), counted[state])
        for state, words in STATES.items()
        if counted.get(state)
    ]


def with_branches(rows: RepositoryQuerySet) -> RepositoryQuerySet:
    """Return `rows` with all that a line of the board shows."""
    return rows.select_related("project__team__course", "server", "branch__pipeline", "branch__latest")


def courses_on_board(user: User) -> QuerySet[Course]:
    """Return the courses that have repositories `user` may watch."""
    mine = Repository.objects.visible_to(user).filter(project__team__course=OuterRef("pk"))
    return Course.objects.filter(Exists(mine), is_archived=False)


DrawnStage = tuple[str, str, str]  # name, tone, word


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the board. symbols: the last pipelines as (pk, tone, words), newest last.

    shown: the pipeline whose stages stand there. note: why there are none. is_old: its server is not
    read, so all of this is as it was at `repository.read_at`. flaky: its jobs that cannot be trusted.
    """

    repository: Repository
    branch: RepositoryState | None
    tone: str
    words: str
    symbols: list[tuple[int, str, str]]
    shown: Pipeline | None
    stages: list[DrawnStage]
    note: str
    is_old: bool
    flaky: list[FlakyJob]
    flaky_words: str


def lines(rows: Iterable[Repository], *, now: datetime) -> list[Line]:
    """Return the lines of `rows`, which come from `with_branches`."""
    return [line_of(row, now=now) for row in rows]


def line_of(repository: Repository, *, now: datetime) -> Line:
    """Return the line of one repository with its `shown_state`."""
    branch: RepositoryState | None = getattr(repository, "branch", None)
    shown = branch.shown if branch else None
    if shown:
        shown.repository = repository  # for its address on the server
    tone, words = _state(repository)
    server = repository.server
    flaky = branch.flaky_at(now) if branch else []
    return Line(
        repository=repository,
        branch=branch,
        tone=tone,
        words=words,
        symbols=[
            (pk, TONE_OF.get(state, "idle"), symbol_words(number, state))
            for pk, state, number in (branch.recent if branch else [])
        ],
        shown=shown,
        stages=drawn_stages(shown) if shown else [],
        note=_note(repository, shown),
        is_old=bool(repository.read_at) and server.is_unread(now),
        flaky=flaky,
        flaky_words=flaky_words([job.name for job in flaky]),
    )


def drawn_stages(pipeline: Pipeline) -> list[DrawnStage]:
    """Return the stages of `pipeline` as `ui/_stages.html` shows them."""
    return [(name, TONE_OF.get(state, "idle"), state_words(state)) for name, state in pipeline.stages]


def _state(repository: Any) -> tuple[str, str]:
    """Return tone and words of a repository's state."""
    shown = repository.shown_state
    if repository.is_unheard:
        return "idle", _("not read")
    if shown == "unreadable":
        return "warn", repository.get_state_display()
    if shown == "unknown" and repository.state != Repository.State.OK:
        return "idle", repository.get_state_display()
    return TONE_OF[shown], str(STATES[shown])


def _note(repository: Repository, shown: Pipeline | None) -> str:
    """Return why a line shows no stages; empty when it does."""
    if repository.is_unheard:
        return _("its server cannot be read")
    if repository.state_detail:
        return repository.state_detail
    if shown is None:
        is_pending = repository.state == Repository.State.PENDING
        return _("is read with the next poll") if is_pending else _("no pipeline on this branch yet")
    if not shown.stages:
        return _("no job: the definition is not valid") if shown.is_invalid else _("no jobs")
    return ""
