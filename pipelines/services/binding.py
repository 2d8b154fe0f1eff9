"""Which repository on which server belongs to a project?"""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F, Q

from alerts import services as alerts
from courses.models import Project
from pipelines.models import CIServer, Repository, RepositoryState


@transaction.atomic
def bind_repository(project: Project, server: CIServer, path: str, *, now: datetime) -> Repository:
    """Read the pipelines of `project` from `path` on `server`. Binding the same again changes nothing.

    Another place than before starts anew: what was read from the old one is dropped.
    Raises ValidationError when the path is not well formed or belongs to another project.
    """
    bound = Repository.objects.select_for_update().filter(project=project).first()
    if bound and bound.server_id == server.pk and bound.bound_path == path:
        return bound
    row = bound or Repository(project=project)
    row.server, row.path, row.bound_path = server, path, path
    row.state, row.state_detail, row.remote_id, row.default_branch = Repository.State.PENDING, "", None, ""
    row.read_at, row.is_suspect, row.keep_since = None, False, None
    row.full_clean()
    if bound:
        bound.pipelines.all().delete()
        RepositoryState.objects.filter(repository=bound).delete()
        alerts.close_alerts([subject_of(bound)], reason="The project has another repository.", now=now)
    row.save()
    RepositoryState.objects.create(repository=row, detail="It is read with the next poll.", updated_at=now)
    return row


def subject_of(repository: Repository) -> str:
    """Return what alerts know the repository by."""
    return f"repository:{repository.pk}"


def bind_projects(server: CIServer, *, now: datetime) -> None:
    """Bind the course's projects that name a repository and have none, or now name another one.

    The repository of a project that no longer names one is let go, with all that was read of it.
    Those of archived teams stay as they are.
    A course with several servers gives new projects to the first; the others are bound by hand.
    """
    _unbind_projects(server, now=now)
    is_first = not CIServer.objects.filter(
        course=server.course_id, is_enabled=True, pk__lt=server.pk
    ).exists()
    moved = Q(repository__server=server) & ~Q(repository__bound_path=F("repository_path"))
    new = Q(repository=None) if is_first else Q(pk__in=())
    projects = Project.objects.filter(
        new | moved, team__course=server.course_id, team__is_archived=False
    ).exclude(repository_path="")
    for project in projects:
        try:
            bind_repository(project, server, project.repository_path, now=now)
        except (ValidationError, IntegrityError):
            continue  # the path is another project's, or another worker's: whoever was first keeps it


@transaction.atomic
def _unbind_projects(server: CIServer, *, now: datetime) -> None:
    rows = list(Repository.objects.filter(server=server, project__repository_path=""))
    if rows:
        subjects = [subject_of(row) for row in rows]
        alerts.close_alerts(subjects, reason="The project has no repository any more.", now=now)
        Repository.objects.filter(pk__in=[row.pk for row in rows]).delete()
