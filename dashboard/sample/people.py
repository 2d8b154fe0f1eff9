"""Who takes part in the sample course, and in which teams? Nobody of them can sign in."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.contrib.auth.hashers import make_password

from courses.models import Course, Membership, Project, Team, User
from dashboard.sample.story import DAYS, DOMAIN, TeamStory

TUTORS = 10
PER_TEAM = 3
# tag -> every how many teams have it, and the first of them
TAGS = {"group-a": (4, 0), "group-b": (4, 1), "heroku": (3, 0), "re-exam": (20, 3)}
FIRST = ("Ada", "Alan", "Barbara", "Edsger", "Frances", "Grace", "John", "Katherine", "Radia", "Tony")
LAST = (
    "Allen",
    "Backus",
    "Dijkstra",
    "Hoare",
    "Hopper",
    "Johnson",
    "Liskov",
    "Lovelace",
    "Perlman",
    "Turing",
)


def make_teams(course: Course, stories: Sequence[TeamStory]) -> list[Project]:
    """Make a team with its people and its project for each story; return the projects."""
    teams = Team.objects.bulk_create(
        Team(course=course, name=story.name, slug=story.slug, created_at=_begun(story)) for story in stories
    )
    _students(course, stories, teams)
    _tutors(course, stories, teams)
    _tag(course, stories, teams)
    return Project.objects.bulk_create(
        Project(team=team, name=story.product, slug="app", repository_path=path_of(story))
        for story, team in zip(stories, teams, strict=True)
    )


def _tag(course: Course, stories: Sequence[TeamStory], teams: Sequence[Team]) -> None:
    for name, (every, first) in TAGS.items():
        chosen = [team for story, team in zip(stories, teams, strict=True) if story.number % every == first]
        if chosen:
            course.tags.get_or_create(name=name)[0].teams.add(*chosen)


def path_of(story: TeamStory) -> str:
    """Return where the repository of a team is."""
    return f"sample/{story.slug}/app"


def forget_people() -> None:
    """Delete the accounts of the sample."""
    User.objects.filter(email__endswith=f"@{DOMAIN}").delete()


def _begun(story: TeamStory) -> datetime:
    return story.at - timedelta(days=DAYS)


def _person(number: int, email: str) -> User:
    name = f"{FIRST[number % 10]} {LAST[number // 10 % 10]}"
    return User(email=email, name=name, password=make_password(None), is_active=False)


def _students(course: Course, stories: Sequence[TeamStory], teams: Sequence[Team]) -> None:
    places = [
        (story.number * PER_TEAM + k, team)
        for story, team in zip(stories, teams, strict=True)
        for k in range(PER_TEAM)
    ]
    people = User.objects.bulk_create(
        _person(number * 7, f"student{number + 1}@{DOMAIN}") for number, _team in places
    )
    Membership.objects.bulk_create(
        Membership(user=person, course=course, team=team, role=Membership.Role.STUDENT)
        for person, (_number, team) in zip(people, places, strict=True)
    )


def _tutors(course: Course, stories: Sequence[TeamStory], teams: Sequence[Team]) -> None:
    wanted = {f"tutor{story.number % TUTORS + 1}@{DOMAIN}": story.number for story in stories}
    known = set(User.objects.filter(email__in=wanted).values_list("email", flat=True))
    User.objects.bulk_create(_person(n * 11, email) for email, n in wanted.items() if email not in known)
    people = {person.email: person for person in User.objects.filter(email__in=wanted)}
    Membership.objects.bulk_create(
        Membership(
            user=people[f"tutor{story.number % TUTORS + 1}@{DOMAIN}"],
            course=course,
            team=team,
            role=Membership.Role.TUTOR,
        )
        for story, team in zip(stories, teams, strict=True)
    )
