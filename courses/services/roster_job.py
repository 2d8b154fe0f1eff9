"""How does a roster get into a course step by step, so that a killed worker repeats and loses nothing?

The file is checked as a whole before the first line is written. After that every step takes in all
lines of some teams; a team is never half imported. An import that was cancelled leaves what it
wrote, and the same file imported again does the rest: repeating an import changes nothing.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from courses.addresses import is_email, is_web_address
from courses.models import Course, Job, User
from courses.rules.names import slug_of
from courses.rules.roster import RosterRow, read_roster
from courses.services.jobs import JobKind, JobRefusedError, Progress, Write, counting, read_input, start_job
from courses.services.roster import note_import, plan_roster, store_plan
from courses.services.roster_changes import RosterPlan
from courses.services.roster_plan import Draft
from courses.wording import amounts, reason_of, remedy_of

KIND = "courses.roster_import"
STEP_LINES = 200
DETAIL = 2000  # characters kept of what was changed


def start_roster_import(course: Course, *, text: str, actor: User, now: datetime) -> tuple[Job, bool]:
    """Return the job that brings the course in line with `text`, and whether it is new."""
    return start_job(course, kind=KIND, asked_by=actor, now=now, data=text.encode())


def roster_steps(job: Job) -> Iterator[Write]:
    """Yield the check of the whole file, then a step for each few teams."""
    text = read_input(job).decode()
    rows = _by_team(read_roster(text, is_email=is_email, is_url=is_web_address).rows)
    if not job.checkpoint:
        yield lambda now: _check(job, text, len(rows), now)
    while job.done < len(rows):
        part = _next_teams(rows[job.done :])
        yield lambda now, part=part: _take(job, part, len(rows), now)  # type: ignore[misc]


def _check(job: Job, text: str, total: int, now: datetime) -> Progress:
    _refuse(plan_roster(job.course, text=text, now=now))
    return Progress(0, total, {"amounts": {}, "detail": ""})


def _take(job: Job, part: Sequence[RosterRow], total: int, now: datetime) -> Progress:
    """Import the lines of some teams; the last step also writes the timeline's entry."""
    Course.objects.select_for_update().get(pk=job.course_id)  # one import at a time
    plan = Draft(job.course, part, now).run()
    _refuse(plan)
    store_plan(plan)
    told: dict[str, Any] = job.checkpoint
    counts = Counter(told["amounts"]) + plan.counts()
    detail = "\n".join(filter(None, [told["detail"], plan.lines()]))[:DETAIL]
    done = job.done + len(part)
    if done == total and counts:
        note_import(job.course, amounts(counts), detail, job.asked_by, now)
    outcome = f"{amounts(counts)}." if counts else "Nothing had to be changed."
    return Progress(done, total, {"amounts": dict(counts), "detail": detail}, outcome)


def _refuse(plan: RosterPlan) -> None:
    """Stop where the course changed since the preview, so that a line no longer fits."""
    for problem in plan.problems[:1]:
        where = f"Line {problem.line}: " if problem.line else ""
        value = f" ({problem.value})" if problem.value else ""
        raise JobRefusedError(f"{where}{reason_of(problem)}{value}", remedy_of(problem))


def _by_team(rows: Sequence[RosterRow]) -> list[RosterRow]:
    """Return the lines with those of one team together, teams in the order of their first line."""
    teams: dict[str, list[RosterRow]] = {}
    for row in rows:
        teams.setdefault(slug_of(row.team), []).append(row)
    return [row for lines in teams.values() for row in lines]


def _next_teams(rows: Sequence[RosterRow]) -> Sequence[RosterRow]:
    """Return the first lines: about `STEP_LINES`, and all of every team among them."""
    end = min(STEP_LINES, len(rows))
    while end < len(rows) and slug_of(rows[end].team) == slug_of(rows[end - 1].team):
        end += 1
    return rows[:end]


ROSTER_IMPORT = JobKind(
    name=KIND,
    label=_("Roster import"),
    steps=roster_steps,
    counted=counting(ngettext_lazy("%(n)s line", "%(n)s lines", "count")),
    if_stopped=_("What it had imported by then stays. Import the same file again to do the rest."),
)
