"""What of this app goes into a course's archive?"""

from courses.models import Environment, Event, Membership, Project, Tag, Team
from courses.services.archive import ArchiveTable

TABLES = (
    ArchiveTable(
        "people",
        lambda course: Membership.objects.filter(course=course),
        {
            "e-mail": "user__email",
            "name": "user__name",
            "role": "role",
            "team": "team__name",
            "since": "created_at",
        },
    ),
    ArchiveTable(
        "teams",
        lambda course: Team.objects.filter(course=course),
        {"team": "name", "address": "slug", "archived": "is_archived", "since": "created_at"},
    ),
    ArchiveTable(
        "tags",
        lambda course: Tag.teams.through._default_manager.filter(tag__course=course),
        {"team": "team__name", "tag": "tag__name"},
    ),
    ArchiveTable(
        "projects",
        lambda course: Project.objects.filter(team__course=course),
        {
            "team": "team__name",
            "project": "name",
            "repository": "repository_path",
            "since": "created_at",
        },
    ),
    ArchiveTable(
        "environments",
        lambda course: Environment.objects.filter(project__team__course=course),
        {
            "team": "project__team__name",
            "project": "project__name",
            "environment": "name",
            "url": "url",
            "since": "created_at",
        },
    ),
    ArchiveTable(
        "events",
        lambda course: Event.objects.filter(course=course),
        {
            "at": "at",
            "kind": "kind",
            "tone": "tone",
            "team": "team__name",
            "project": "project__name",
            "environment": "environment__name",
            "title": "title",
            "detail": "detail",
            "url": "url",
            "by": "actor__email",
        },
    ),
)
