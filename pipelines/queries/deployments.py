"""Which versions arrived in the environments of a project?"""

from collections.abc import Collection

from django.db.models import OuterRef, QuerySet, Subquery

from courses.models import Environment
from pipelines.models import Deployment, Repository

MOST = 10


def deployments_of(repository: Repository) -> QuerySet[Deployment]:
    """Return the newest arrivals in the environments of the project, failed ones too."""
    rows = Deployment.objects.filter(environment__project=repository.project_id)
    return rows.select_related("environment").order_by("-at", "-pk")[:MOST]


def last_deployments(environment_ids: Collection[int]) -> dict[int, Deployment]:
    """Return by environment the version that arrived there last; those without one are missing."""
    newest = Deployment.objects.filter(environment=OuterRef("pk"), status=Deployment.Status.SUCCESS)
    lasts = Environment.objects.filter(pk__in=environment_ids).annotate(
        last=Subquery(newest.order_by("-at", "-pk").values("pk")[:1])
    )
    rows = Deployment.objects.filter(pk__in=lasts.values("last"))
    return {row.environment_id: row for row in rows}
