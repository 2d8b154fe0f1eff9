"""What would a roster do to a course, and how is it stored?

`import_roster` does all of it in one transaction; `roster_job` does it in steps, for pages.
"""

from datetime import datetime

from django.db import IntegrityError, models, transaction
from yarl import URL

from courses.addresses import is_email, is_web_address
from courses.models import Course, Environment, Event, Membership, Project, Tag, Team, User
from courses.netguard import vet_url
from courses.rules.csvfile import Problem
from courses.rules.roster import read_roster
from courses.services.roster_changes import RosterPlan
from courses.services.roster_plan import Draft
from courses.services.roster_tags import TeamTag
from courses.services.timeline import record_events, settings_event

# What an import may change of each, in the order in which they refer to each other.
MODELS: dict[type[models.Model], list[str]] = {
    User: ["name"],
    Team: ["name"],
    Tag: ["name"],
    TeamTag: ["tag"],
    Project: ["repository_path"],
    Environment: ["url"],
    Membership: ["team"],
}


def plan_roster(course: Course, *, text: str, now: datetime) -> RosterPlan:
    """Return what importing `text` into the course would do. Writes nothing."""
    roster = read_roster(text, is_email=is_email, is_url=is_web_address)
    bad = {problem.line for problem in roster.problems}
    draft = Draft(course, [row for row in roster.rows if row.line not in bad], now)
    plan = draft.run()
    if roster.problems or plan.problems:
        problems = sorted([*roster.problems, *plan.problems], key=lambda problem: problem.line)
        return RosterPlan(problems=problems)
    return plan


def unreachable(plan: RosterPlan) -> list[Environment]:
    """Return the environments of the plan that the network guard will refuse, as far as addresses tell."""
    places = [row for row in (*plan.made, *plan.updated) if isinstance(row, Environment)]
    return [place for place in places if is_refused(place.url)]


def is_refused(address: str) -> bool:
    """Whether the network guard will refuse an address, as far as its text tells."""
    try:
        url = URL(address)
        is_here = url.host == "localhost" or str(url.host).endswith(".localhost")
        return vet_url(url.with_host("127.0.0.1") if is_here else url) is not None
    except ValueError:
        return True  # such as a port that no machine has


def import_roster(course: Course, *, text: str, actor: User, now: datetime) -> RosterPlan:
    """Bring the course in line with `text` and return what was done.

    With problems nothing is written. Repeating an import changes nothing.
    """
    try:
        with transaction.atomic():
            Course.objects.select_for_update().get(pk=course.pk)  # one import at a time
            plan = plan_roster(course, text=text, now=now)
            if plan.changes and not plan.problems:
                store_plan(plan)
                note_import(course, plan.summary(), plan.lines(), actor, now)
            return plan
    except IntegrityError:
        return RosterPlan(problems=[Problem(0, "", "", "changed_meanwhile")])


def store_plan(plan: RosterPlan) -> None:
    """Write what the plan makes and changes."""
    for model, fields in MODELS.items():
        manager = model._base_manager
        manager.bulk_create([row for row in plan.made if type(row) is model], batch_size=500)
        manager.bulk_update([row for row in plan.updated if type(row) is model], fields, batch_size=500)


def note_import(course: Course, summary: str, lines: str, actor: User | None, now: datetime) -> None:
    """Put an import on the timeline."""
    title = f"Roster imported: {summary}"
    kind = Event.Kind.IMPORT
    record_events([settings_event(course, title=title, detail=lines, actor=actor, now=now, kind=kind)])
