"""Where do the apps of the sample run, and how did their checks go?"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from courses.models import Environment, Project
from dashboard.sample.story import DAYS, DOMAIN, TeamStory
from health.models import (
    Check,
    CheckResult,
    EnvironmentRollup,
    EnvironmentSample,
    EnvironmentState,
    Transition,
)
from health.rules import slots
from health.rules.day import HOURS, hour_of
from health.rules.histogram import bucket_of

NEVER = datetime(2200, 1, 1, tzinfo=UTC)  # when its checks are due, and until when they are believed
ROWS_AT_ONCE = 2000
# minutes of a step, and how many of them are kept
STEPS = ((5, 24 * 12), (60, DAYS * 24), (1440, DAYS))
SAMPLES = 6 * 60
RESULTS = 20
MINUTE = timedelta(minutes=1)


def make_places(stories: Sequence[TeamStory], projects: Sequence[Project]) -> list[Environment]:
    """Make an environment for each project, with all that was measured; return them."""
    begun = timedelta(days=DAYS)
    places = Environment.objects.bulk_create(
        Environment(project=project, url=f"https://{story.slug}.{DOMAIN}/", created_at=story.at - begun)
        for story, project in zip(stories, projects, strict=True)
    )
    pairs = list(zip(stories, places, strict=True))
    Check.objects.bulk_create(
        Check(environment=place, next_due_at=NEVER, created_at=story.at - begun) for story, place in pairs
    )
    EnvironmentState.objects.bulk_create(_state(story, place) for story, place in pairs)
    Transition.objects.bulk_create(row for story, place in pairs for row in _moves(story, place))
    CheckResult.objects.bulk_create(row for story, place in pairs for row in _results(story, place))
    _series(pairs)
    return places


def _series(pairs: Sequence[tuple[TeamStory, Environment]]) -> None:
    EnvironmentRollup.objects.bulk_create(
        (
            EnvironmentRollup(environment=place, step_minutes=step, at=at, **_sums(story, at, step))
            for story, place in pairs
            for step, count in STEPS
            for at in _starts(story, step, count)
        ),
        batch_size=ROWS_AT_ONCE,
    )
    EnvironmentSample.objects.bulk_create(
        (
            EnvironmentSample(environment=place, at=at, **_sums(story, at, 1))
            for story, place in pairs
            for at in _starts(story, 1, SAMPLES)
        ),
        batch_size=ROWS_AT_ONCE,
    )


def _state(story: TeamStory, place: Environment) -> EnvironmentState:
    outage, past = story.outage, [one.end for one in story.outages if one.end]
    since = outage.start if outage else max(past, default=story.at - timedelta(days=DAYS))
    return EnvironmentState(
        environment=place,
        status="down" if outage else "up",
        since=since,
        last_checked_at=story.at,
        fresh_until=NEVER,
        last_latency_ms=None if outage else story.latency_ms,
        http_status=outage.http_status if outage else 200,
        error_kind=outage.error_kind if outage else "",
        detail=outage.detail if outage else "200 OK",
        consecutive_failures=int((story.at - outage.start) / MINUTE) if outage else 0,
        day="".join(_letter(story, back) for back in reversed(range(HOURS))),
        day_until=hour_of(story.at),
    )


def _letter(story: TeamStory, back: int) -> str:
    start = story.at.replace(minute=0) - timedelta(hours=back)
    return "d" if _bad_minutes(story, start, 60) else "u"


def _moves(story: TeamStory, place: Environment) -> Iterator[Transition]:
    for outage in story.outages:
        kind = outage.error_kind
        yield Transition(
            environment=place, at=outage.start, from_status="up", to_status="down", error_kind=kind
        )
        if outage.end:
            yield Transition(environment=place, at=outage.end, from_status="down", to_status="up")


def _results(story: TeamStory, place: Environment) -> Iterator[CheckResult]:
    for back in range(RESULTS):
        at = story.at - MINUTE * back
        outage = next((one for one in story.outages if one.start <= at < (one.end or NEVER)), None)
        yield CheckResult(
            environment=place,
            at=at,
            status="down" if outage else "up",
            http_status=outage.http_status if outage else 200,
            latency_ms=None if outage else float(story.latency_ms + at.minute % 7),
            error_kind=outage.error_kind if outage else "",
            detail=outage.detail if outage else "200 OK",
        )


def _starts(story: TeamStory, step: int, count: int) -> Iterator[datetime]:
    last = slots.floor_to(story.at, step)
    for back in range(count):
        yield last - timedelta(minutes=step * back)


def _bad_minutes(story: TeamStory, start: datetime, minutes: int) -> int:
    """Return how many of the minutes from `start` on fell into an outage; the one at hand counts."""
    end, now = start + timedelta(minutes=minutes), max(story.at, start + MINUTE)
    spans = [(max(start, one.start), min(end, one.end or now)) for one in story.outages]
    return sum(max(0, round((until - since) / MINUTE)) for since, until in spans)


def _sums(story: TeamStory, start: datetime, minutes: int) -> dict[str, Any]:
    """Return what the checks of a step add up to. By day an app is slower than by night."""
    told = max(1, min(minutes, round((story.at - start) / MINUTE)))
    bad = min(told, _bad_minutes(story, start, minutes))
    outage = next((one for one in story.outages if bad and (one.end or story.at) > start), None)
    kind = (
        {"5xx": "http_5xx", "timeout": "timeout", "tls": "tls"}[outage.error_kind] if outage else "http_5xx"
    )
    hour, wobble = start.hour, (start.day * 31 + start.hour * 7 + start.minute) % 23
    if not bad and story.trouble == "errors" and wobble % 3 == 0:
        bad = max(1, told // 12)
    good = told - bad
    latency = story.latency_ms * (1.3 if 8 <= hour < 20 else 0.9) + wobble
    slow = good // 10
    counts = {bucket_of(latency): good - slow, bucket_of(latency * 1.8): slow}
    return {
        "n": told,
        "expected": told,
        "ok": good,
        kind: bad,
        "latency_ms_sum": round(latency * good, 1),
        "latency_ms_max": round(latency * 2, 1) if good else 0.0,
        "histogram": {bucket: count for bucket, count in counts.items() if count},
    }
