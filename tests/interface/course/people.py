"""Who is in the course, who watches what, and what happened?"""

from datetime import datetime
from itertools import pairwise

from courses.models import ApiKey, Course, Event, Membership, Project, SavedView, Team, User, WatchedTeam
from courses.services import create_api_key
from tests.interface.course import WORST, Story

ROLES = {
    "administrator": "admin@course.example",
    "lecturer": "lecturer@course.example",
    "tutor": "tutor@course.example",
    "student": "student@course.example",
}
PASSWORD = "browser tests"
ZONES = {"lecturer": "Europe/Berlin", "tutor": "Asia/Kolkata", "student": "America/New_York"}
NAMES = ["Ada Lovelace", "Grace Hopper", "Alan Turing", "Barbara Liskov", "Edsger Dijkstra", "Radia Perlman"]
PER_TEAM = 3


def make_administrator(story: Story) -> User:
    return User.objects.create_superuser(ROLES["administrator"], PASSWORD)


def make_people(story: Story) -> tuple[Course, list[Team]]:
    """Make the course with its teams and everybody in it."""
    course = Course.objects.create(
        name=story.text("Software Engineering"),
        slug="se",
        time_zone="Europe/Berlin",
        has_status_page=True,
        is_set_up=not story.is_failing,
    )
    teams = Team.objects.bulk_create(
        Team(course=course, name=story.team_name(n), slug=f"team-{n}") for n in range(story.teams)
    )
    Team.objects.create(course=course, name=story.text("Gone Geese"), slug="gone", is_archived=True)
    for n, name in enumerate(("re-exam", "heroku", "group-a")):
        course.tags.create(name=story.text(name).lower()).teams.add(teams[WORST % len(teams)], *teams[n::5])
    _staff(story, course, teams)
    _students(story, course, teams)
    let_roles_read(story)
    return course, teams


def _staff(story: Story, course: Course, teams: list[Team]) -> None:
    lecturer = User.objects.create_user(ROLES["lecturer"], PASSWORD, name=story.text("Lee Lecturer"))
    tutor = User.objects.create_user(ROLES["tutor"], PASSWORD, name=story.text("Toni Tutor"))
    other = User.objects.create_user("tutor2@course.example", name=story.text("Tess Tutor"))
    Membership.objects.create(user=lecturer, course=course, role="lecturer")
    Membership.objects.bulk_create(
        Membership(user=tutor if n % 2 else other, course=course, team=team, role="tutor")
        for n, team in enumerate(teams)
    )
    watched = teams[WORST % len(teams)], teams[0]
    WatchedTeam.objects.bulk_create(
        WatchedTeam(user=user, team=team)
        for user in (tutor, *User.objects.filter(is_superuser=True))
        for team in dict.fromkeys(watched)
    )
    for user in (lecturer, tutor):
        SavedView.objects.create(user=user, name=story.text("Down now"), address="/?state=down")


def _students(story: Story, course: Course, teams: list[Team]) -> None:
    worst = WORST % len(teams)
    users = User.objects.bulk_create(
        User(
            email=ROLES["student"] if (n, k) == (worst, 0) else f"student{n}-{k}@course.example",
            name=story.text(f"{NAMES[(n + k) % len(NAMES)]} {n}") if k else "",
            password="!",
        )
        for n, _ in enumerate(teams)
        for k in range(PER_TEAM)
    )
    Membership.objects.bulk_create(
        Membership(user=user, course=course, team=teams[index // PER_TEAM], role="student")
        for index, user in enumerate(users)
    )


def let_roles_read(story: Story) -> None:
    """Give the roles their own clocks: the tests of times read them."""
    for role, zone in ZONES.items():
        User.objects.filter(email=ROLES[role]).update(time_zone=zone)
    student = User.objects.get(email=ROLES["student"])
    student.set_password(PASSWORD)
    student.save()


def make_keys(story: Story, course: Course, project: Project) -> None:
    """Make a key of the course, one of a project, and one that is revoked."""
    lecturer = User.objects.get(email=ROLES["lecturer"])
    values = {"created_by": lecturer, "now": story.ago(days=9)}
    create_api_key(course, name=story.text("Hosts"), scopes=["ingest"], **values)
    create_api_key(course, name=story.text("App"), scopes=["ingest", "evaluate"], project=project, **values)
    create_api_key(course, name=story.text("Lost"), scopes=["ingest"], expires_at=story.ago(days=1), **values)
    ApiKey.objects.filter(name=story.text("Hosts")).update(last_used_at=story.ago(minutes=4))


EVENTS = [
    ("deployment", "neutral", "Deployed 4f2a9c1 to production"),
    ("pipeline", "bad", "main is red: test failed"),
    ("pipeline", "good", "main is green again"),
    ("incident", "good", "production is up again"),
    ("incident", "bad", "production is down: 502 Bad Gateway"),
    ("alert", "bad", "Fired: production answers with 502"),
    ("experiment", "neutral", "Experiment started"),
    ("settings", "neutral", "Project changed"),
    ("import", "neutral", "Roster imported: 3 people"),
    ("note", "neutral", "Talked to the team"),
]


# The nights on which Europe puts its clocks forward and back, in UTC.
CLOCK_CHANGES = ("2026-03-29T00:30", "2026-03-29T01:30", "2025-10-26T00:30", "2025-10-26T01:30")


def make_clock_changes(story: Story, team: Team) -> None:
    """Tell `team` of something before and after each change of clocks."""
    Event.objects.bulk_create(
        Event(
            course=team.course,
            team=team,
            at=datetime.fromisoformat(f"{at}+00:00"),
            kind="note",
            title=story.text(f"The clocks change {n}"),
        )
        for n, at in enumerate(CLOCK_CHANGES)
    )


# kind -> what its key ends with where it begins, and where it ends
PAIRS = {
    "incident": ("down", "up"),
    "alert": ("fired", "resolved"),
    "pipeline": ("red", "green"),
    "experiment": ("started", "stopped"),
}


def _key(project: Project, k: int) -> str | None:
    """Return the key by which charts draw entry `k` as a range or its end; None for kinds that are marks."""
    kind, tone, _title = EVENTS[k % len(EVENTS)]
    return f"story:{project.pk}:{k}:{PAIRS[kind][tone == 'good']}" if kind in PAIRS else None


def make_events(story: Story, course: Course, projects: list[Project]) -> None:
    """Write a timeline with every kind of entry for every team, and a long one for the worst."""
    lecturer = User.objects.get(email=ROLES["lecturer"])
    worst = projects[WORST % len(projects)]
    told = [(project, n, k) for n, project in enumerate(projects) for k in range(len(EVENTS))]
    told += [(worst, WORST, k) for k in range(10, 80)]
    for event in Event.objects.all():  # what services wrote while the rest was made
        event.title, event.detail = story.text(event.title), story.text(event.detail)
        event.save()
    Event.objects.bulk_create(
        Event(
            course=course,
            team=project.team,
            project=project,
            at=story.ago(hours=3 * k, minutes=n % 50 + 1),
            kind=EVENTS[k % len(EVENTS)][0],
            tone=EVENTS[k % len(EVENTS)][1],
            title=story.text(EVENTS[k % len(EVENTS)][2]),
            detail=story.text("name: old → new") if k % 3 == 0 else "",
            actor=lecturer if k % len(EVENTS) > 5 else None,
            dedupe_key=_key(project, k),
        )
        for project, n, k in told
    )
    kinds = {kind for kind, _, _ in EVENTS}
    assert kinds == set(Event.Kind.values), f"EVENTS lacks {set(Event.Kind.values) - kinds}"
    assert all(a != b for a, b in pairwise(EVENTS))
