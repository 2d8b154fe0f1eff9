"""How is a whole course made? Every app in the order in which they build on each other."""

from courses.models import Course, Project, Team
from tests.interface.course import Story, cyrillic, story
from tests.interface.course.alarms import make_alerts
from tests.interface.course.builds import make_builds, make_deployments
from tests.interface.course.people import (
    make_administrator,
    make_clock_changes,
    make_events,
    make_keys,
    make_people,
)
from tests.interface.course.places import make_hosts, make_places
from tests.interface.course.trials import make_trials
from tests.interface.course.work import make_jobs


def make_new() -> None:
    """A fresh site: nobody but its administrator."""
    make_administrator(story(0))


def make_empty() -> None:
    """A site with a course that holds nothing."""
    make_new()
    Course.objects.create(name="Software Engineering", slug="se")


def make_whole(told: Story) -> None:
    """Write everything that `told` tells."""
    make_administrator(told)
    course, teams = make_people(told)
    # The last team has nothing yet: what its page shows is an empty state, too.
    projects = Project.objects.bulk_create(
        Project(team=team, name=told.product(n), slug="app", repository_path=f"se/team-{n}/app")
        for n, team in enumerate(teams)
    )
    make_builds(told, course, projects)
    make_deployments(told, make_places(told, course, projects))
    make_hosts(told, course)
    make_trials(told, projects)
    make_alerts(told, course, projects)
    make_keys(told, course, projects[0])
    make_events(told, course, projects)
    make_jobs(told, course)
    bare = Team.objects.create(course=course, name=told.text("Zealous Newcomers"), slug="bare")
    make_clock_changes(told, bare)


# data set -> what fills it
SETS = {
    "new": make_new,
    "empty": make_empty,
    "full": lambda: make_whole(story(200)),
    "error": lambda: make_whole(story(24, is_failing=True)),
    "pseudo": lambda: make_whole(story(20, text=cyrillic)),
}
