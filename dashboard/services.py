"""What does a new site start with?"""

from django.db import transaction

from courses.models import Course, Environment, Project, Team


@transaction.atomic
def make_first_course(*, site_url: str) -> None:
    """On an empty site, make a course whose one project is this site, so that it watches itself."""
    if Course.objects.exists():
        return
    course = Course.objects.create(name="Course operations", slug="operations")
    team = Team.objects.create(course=course, name="Operators", slug="operators")
    project = Project.objects.create(team=team, name="Courseops", slug="courseops")
    Environment.objects.create(
        project=project, name="this site", slug="this-site", url=f"{site_url}/health/live"
    )
