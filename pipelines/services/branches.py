"""How does the default branch stand, and who hears that it turned red or green?"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Q, Sum
from django.urls import reverse

from alerts import services as alerts
from alerts.rules import Observation
from courses.models import Event
from courses.services import record_events
from pipelines import rules
from pipelines.models import Job, Pipeline, Repository, RepositoryState
from pipelines.services.binding import subject_of

SIGNAL = "pipelines.default_branch.red"
NEWEST = 50  # pipelines that a verdict looks at, beside the one it rested on so far


def store_states(repositories: Sequence[Repository], *, now: datetime) -> None:
    """Work out the branch states anew and note on the timeline what turned red or green."""
    numbered = Pipeline.objects.filter(repository__in=[row.pk for row in repositories]).polled().numbered()
    decisive = [row.branch.pipeline_id for row in repositories if hasattr(row, "branch")]
    rows = numbered.filter(Q(number__lte=NEWEST) | Q(pk__in=decisive)).order_by("-remote_id")
    by_repository: dict[int, list[Pipeline]] = {}
    for pipeline in rows:
        by_repository.setdefault(pipeline.repository_id, []).append(pipeline)
    flaky = _flaky([row.pk for row in repositories], now)
    states, events = [], []
    for repository in repositories:
        before = getattr(repository, "branch", None)
        state = _state_of(repository, before, by_repository.get(repository.pk, []), now)
        state.flaky = flaky.get(repository.pk, [])
        events += _turned(repository, before, state)
        repository.branch = state
        states.append(state)
    fields = ["status", "detail", "since", "red_since", "is_running", "pipeline", "latest", "recent", "flaky"]
    RepositoryState.objects.bulk_create(
        states,
        update_conflicts=True,
        unique_fields=["repository"],
        update_fields=[*fields, "updated_at"],
    )
    record_events(events)


def _flaky(repositories: Sequence[int], now: datetime) -> dict[int, list[list[object]]]:
    """Return by repository its flaky jobs as they are stored. One query."""
    failed, passed = Q(status=rules.RED), Q(status="success")
    rows = Job.objects.filter(
        pipeline__repository__in=repositories, pipeline__created_at__gt=now - rules.FLAKY_FOR
    ).order_by()
    outcomes: Any = rows.values("pipeline__repository", "pipeline__sha", "name").annotate(
        failed=Count("pk", filter=failed) + Sum("failed_tries"),
        passed=Count("pk", filter=passed),
        at=Max("pipeline__created_at"),
    )
    found: dict[int, list[rules.Tries]] = {}
    for row in outcomes.filter(failed__gt=0, passed__gt=0):
        tries = rules.Tries(row["name"], row["failed"], row["passed"], row["at"])
        found.setdefault(row["pipeline__repository"], []).append(tries)
    return {
        pk: [[job.name, job.commits, job.at.isoformat()] for job in rules.flaky_jobs(tries, now=now)]
        for pk, tries in found.items()
    }


def _state_of(
    repository: Repository, before: RepositoryState | None, pipelines: Sequence[Pipeline], now: datetime
) -> RepositoryState:
    branch = repository.default_branch
    its_own = [row for row in pipelines if rules.is_of_branch(ref=row.ref, source=row.source, branch=branch)]
    by_pk = {row.pk: row for row in its_own}
    state = rules.branch_state(
        [
            rules.Past(row.pk, row.iid, row.status, row.has_warnings, row.finished_at or row.updated_at)
            for row in its_own
        ],
        known_since=before.since if before else None,
        known_red=before.is_red if before else False,
    )
    decisive = by_pk.get(state.decided_by or 0)
    return RepositoryState(
        repository=repository,
        status=state.status,
        detail=_detail(decisive) if decisive and state.is_red else "",
        since=state.since,
        red_since=state.since if state.is_red else None,
        is_running=state.is_running,
        pipeline=decisive,
        latest=by_pk.get(state.latest or 0),
        recent=state.recent,
        updated_at=now,
    )


def explain_unknown(reasons: Mapping[int, str]) -> None:
    """Note why nothing is known of branches, by repository; those with a verdict keep what they say."""
    unknown = RepositoryState.objects.filter(status=rules.UNKNOWN)
    for words in set(reasons.values()):
        rows = [pk for pk, its_words in reasons.items() if its_words == words]
        unknown.filter(repository__in=rows).exclude(detail=words).update(detail=words)


def _detail(pipeline: Pipeline) -> str:
    """Return what made `pipeline` fail, in one line."""
    if pipeline.is_invalid:
        return f"Pipeline {pipeline} ran no job: its definition is not valid."
    failed = Job.objects.filter(pipeline=pipeline, status=rules.RED, allow_failure=False)
    names = ", ".join(f"“{job.name[:60]}”" for job in failed[:3])
    return f"Pipeline {pipeline} failed in {names or 'a job'}."[:300]


def _turned(repository: Repository, before: RepositoryState | None, state: RepositoryState) -> list[Event]:
    """Return the timeline's entry when the branch changed colour, or was red when first seen."""
    was_known = before is not None and before.status != rules.UNKNOWN
    is_turn = was_known and before is not None and before.is_red != state.is_red
    if state.status == rules.UNKNOWN or not (is_turn or (not was_known and state.is_red)):
        return []
    colour = "red" if state.is_red else "green"
    at, project = state.since or state.updated_at, repository.project
    return [
        Event(
            course_id=project.team.course_id,
            team_id=project.team_id,
            project_id=project.pk,
            at=at,
            recorded_at=state.updated_at,
            kind=Event.Kind.PIPELINE,
            tone=Event.Tone.BAD if state.is_red else Event.Tone.GOOD,
            title=f"{project.name}: {repository.default_branch[:60]} turned {colour}"[:200],
            detail=state.detail,
            url=reverse("pipelines:pipeline_detail", args=[state.pipeline_id]),
            dedupe_key=f"pipeline:{repository.pk}:{state.pipeline_id}:{colour}:{at.timestamp():.0f}",
        )
    ]


def close_forgotten_alerts(*, now: datetime) -> None:
    """End the open alerts of repositories that are no longer read, whatever took them away."""
    reason = "The repository is no longer read: it, its path or its server was removed, or its team archived."
    alerts.close_forgotten(SIGNAL, watched=_subjects_read, reason=reason, now=now)


def _subjects_read() -> set[str]:
    return {subject_of(row) for row in Repository.objects.polled().only("pk")}


def observe_branches(repositories: Sequence[Repository], *, unread: set[int], now: datetime) -> None:
    """Tell the alerts how each default branch is; None for those in `unread`."""
    alerts.observe(
        [_observation(row, is_read=row.pk not in unread, now=now) for row in repositories], now=now
    )


def _observation(repository: Repository, *, is_read: bool, now: datetime) -> Observation:
    state: RepositoryState | None = getattr(repository, "branch", None)
    is_known = is_read and state is not None and state.status != rules.UNKNOWN
    colour = "red" if state and state.is_red else "green"
    return Observation(
        signal=SIGNAL,
        subject=subject_of(repository),
        project_id=repository.project_id,
        value=float(colour == "red") if is_known else None,
        at=now,
        title=f"{repository.project.name}: {repository.default_branch[:60] or 'default branch'} is {colour}",
        detail=state.detail if state else "",
        path=repository.get_absolute_url(),
    )
