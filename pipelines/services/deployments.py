"""How does a deployment get onto the timeline?"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from courses.models import Environment, Event
from courses.services import record_events
from pipelines import rules
from pipelines.clients.readings import DeploymentReading, Outcome, ProjectReading
from pipelines.models import Deployment, Repository


def store_deployments(
    repositories: Mapping[int, Repository], outcomes: Mapping[int, Outcome], *, now: datetime
) -> None:
    """Write what a server told of deployments into environments of ours. Once each, however often told.

    repositories, outcomes: by primary key. Deployments into environments that are none of ours,
    such as review apps, are left out.
    """
    told = [
        (repositories[pk], reading)
        for pk, outcome in outcomes.items()
        if pk in repositories and isinstance(outcome, ProjectReading)
        for reading in outcome.deployments
    ]
    if not told:
        return
    keys = [_key(repository, reading) for repository, reading in told]
    known = set(Deployment.objects.filter(key__in=keys).values_list("key", flat=True))
    news = [pair for key, pair in zip(keys, told, strict=True) if key not in known]
    places = _places(news)
    rows = [
        _row(places[place], repository, reading, now)
        for repository, reading in news
        if (place := _place_of(repository, reading, places)) is not None
    ]
    _store(rows)


def _key(repository: Repository, reading: DeploymentReading) -> str:
    return f"server:{repository.server_id}:{reading.remote_id}"


def _places(told: Sequence[tuple[Repository, DeploymentReading]]) -> dict[int, Environment]:
    projects = {repository.project_id for repository, _ in told}
    rows = Environment.objects.filter(project__in=projects).select_related("project__team")
    return {row.pk: row for row in rows}


def _place_of(
    repository: Repository, reading: DeploymentReading, places: Mapping[int, Environment]
) -> int | None:
    its_own = [row for row in places.values() if row.project_id == repository.project_id]
    known = [(row.pk, row.name, row.slug, row.url) for row in its_own]
    return rules.place_of(reading.environment, reading.external_url, known)


def _row(
    environment: Environment, repository: Repository, reading: DeploymentReading, now: datetime
) -> Deployment:
    return Deployment(
        environment=environment,
        key=_key(repository, reading),
        status=reading.status,
        sha=reading.sha,
        ref=reading.ref,
        url=f"{repository.web_url}/-/environments/{reading.environment_id}"[:500],
        at=reading.at,
        seen_at=now,
    )


@transaction.atomic
def record_deployment(
    environment: Environment,
    *,
    status: str,
    sha: str,
    ref: str,
    url: str,
    at: datetime | None,
    now: datetime,
) -> bool:
    """Store a deployment that a machine told of. False when it was told before.

    at: None stands for now, and then the version that is the last one there is no news.
    """
    # Held until the commit, so that a repetition at the same moment sees the first.
    place = Environment.objects.select_for_update(of=("self",)).select_related("project__team")
    environment = place.get(pk=environment.pk)
    key = f"told:{environment.pk}:{sha[:40]}:{status}:{(at or now).timestamp():.6f}"
    known = environment.deployments.filter(key=key).exists()
    last = environment.deployments.order_by("-at", "-pk").first()
    if known or (at is None and last and (last.sha, last.status) == (sha, status)):
        return False
    row = Deployment(
        environment=environment, key=key, status=status, sha=sha, ref=ref, url=url, at=at or now, seen_at=now
    )
    _store([row])
    return True


def _store(rows: Sequence[Deployment]) -> None:
    Deployment.objects.bulk_create(rows, ignore_conflicts=True)
    record_events([_event(row) for row in rows])


def _event(row: Deployment) -> Event:
    environment, project = row.environment, row.environment.project
    version = row.short_sha or "a version"
    words = f"Deployed {version} to {environment.name}"
    if not row.is_success:
        words = f"Deploying {version} to {environment.name} failed"
    return Event(
        course_id=project.team.course_id,
        team_id=project.team_id,
        project_id=project.pk,
        environment_id=environment.pk,
        at=row.at,
        recorded_at=row.seen_at,
        kind=Event.Kind.DEPLOYMENT,
        tone=Event.Tone.GOOD if row.is_success else Event.Tone.BAD,
        title=words[:200],
        url=row.url,
        dedupe_key=f"deployment:{row.key}",
    )
