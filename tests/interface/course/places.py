"""Where do the projects run, how did the checks go, and which hosts are measured?"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from courses.models import Course, Environment, Project
from health.models import (
    Check,
    CheckResult,
    EnvironmentRollup,
    EnvironmentSample,
    EnvironmentState,
    Host,
    HostRollup,
    HostSample,
    HostState,
    Transition,
)
from health.rules.day import hour_of
from health.rules.histogram import bucket_of
from tests.interface.course import WORST, Story

# trouble -> status, HTTP status, kind of error, what the check said
STATES = {
    "worst": ("down", 502, "5XX", "502 Bad Gateway"),
    "down": ("down", 503, "5XX", "503 Service Unavailable"),
    "tls": ("down", None, "tls", "self-signed certificate"),
    "unknown": ("unknown", None, "refused", "This site may not reach 10.0.0.7."),
}
# how their last 24 hours went, see health.rules.day
DAYS = {"up": "---" + "u" * 21, "down": "u" * 20 + "-ddd", "unknown": "-" * 24}
FINE = ("up", 200, "", "200 OK")
CHARTED = 4  # teams with two days of five-minute steps


def make_places(story: Story, course: Course, projects: list[Project]) -> list[Environment]:
    """Make one environment for each project and a second for every fifth; return the first ones."""
    places = Environment.objects.bulk_create(
        Environment(
            project=project,
            name=story.text("production"),
            created_at=story.ago(days=40),
            url="" if story.is_bare(n) else f"https://team{n}.apps.example.org/",
        )
        for n, project in enumerate(projects)
    )
    staging = Environment.objects.bulk_create(
        Environment(project=project, name=story.text("staging"), slug="staging", url="https://s.example.org/")
        for project in projects[::5]
    )
    checked = [*places[: story.teams - 1], *staging]
    Check.objects.bulk_create(
        Check(environment=place, next_due_at=story.now, created_at=story.ago(days=40)) for place in checked
    )
    _states(story, checked)
    _series(story, checked)
    _results(story, checked)
    return places


def _states(story: Story, places: list[Environment]) -> None:
    rows = []
    for n, place in enumerate(places):
        status, http_status, kind, detail = STATES.get(story.trouble(n), FINE)
        rows.append(
            EnvironmentState(
                environment=place,
                status=status,
                since=story.ago(hours=2, minutes=7 * (n % 40)) if status != "up" else story.ago(days=3),
                last_checked_at=story.ago(hours=30) if story.is_failing else story.ago(seconds=20 + n % 30),
                fresh_until=story.ago(hours=29) if story.is_failing else story.now + timedelta(days=9),
                last_latency_ms=80 + n * 7 % 140 if http_status else None,
                http_status=http_status,
                error_kind=kind,
                detail=story.text(detail),
                consecutive_failures=0 if status == "up" else 120,
                day=DAYS[status],
                day_until=hour_of(story.now) - 30 * story.is_failing,
            )
        )
    EnvironmentState.objects.bulk_create(rows)


def _series(story: Story, places: list[Environment]) -> None:
    """Write hours for every place, five-minute steps of the last hours, and of two days for a few."""
    steps = [(60, 60, 48, places), (5, 5, 36, places), (5, 5, 576, places[: WORST + CHARTED])]
    seen: set[tuple[int, int, datetime]] = set()
    rows = []
    for minutes, width, count, chosen in steps:
        for n, place in enumerate(chosen):
            for at, values in _steps(story, n, width, count):
                key = (place.pk, minutes, at)
                if key not in seen:
                    seen.add(key)
                    rows.append(EnvironmentRollup(environment=place, step_minutes=minutes, at=at, **values))
    EnvironmentRollup.objects.bulk_create(rows, batch_size=2000)
    EnvironmentSample.objects.bulk_create(
        EnvironmentSample(environment=place, at=at, **values)
        for n, place in enumerate(places[: WORST + CHARTED])
        for at, values in _steps(story, n, 1, 360)
    )


def _steps(story: Story, n: int, width: int, count: int) -> Iterator[tuple[datetime, dict[str, object]]]:
    """Give each step's start and sums, newest last, with a gap in the night and the trouble at the end."""
    silent = timedelta(hours=30) if story.is_failing else timedelta()
    end = (story.now - silent).replace(second=0)
    end -= timedelta(minutes=end.minute % min(width, 60))
    trouble = story.trouble(n)
    for back in range(count - 1, -1, -1):
        at = end - timedelta(minutes=width * back)
        if 900 < (story.now - at).total_seconds() / 60 < 960:
            continue
        is_bad = trouble in ("worst", "down", "tls") and width * back < 120
        is_erring = trouble == "errors" and back % 3 == 0
        bad = width if is_bad else is_erring + 0
        latency = 90 + n * 7 % 140 + 60 * (back % 17 == 0) + 20 * (back % 5)
        yield (
            at,
            {
                "n": width,
                "expected": width,
                "ok": width - bad,
                "tls" if trouble == "tls" else "http_5xx": bad,
                "latency_ms_sum": float(latency * width),
                "latency_ms_max": latency * 2.0,
                "histogram": {bucket_of(latency): max(1, width - 2), bucket_of(latency * 1.6): min(width, 2)},
            },
        )


def _results(story: Story, places: list[Environment]) -> None:
    results, moves = [], []
    silent = 30 * 60 if story.is_failing else 0
    for n, place in enumerate(places[:20]):
        status, http_status, kind, detail = STATES.get(story.trouble(n), FINE)
        results += [
            CheckResult(
                environment=place,
                at=story.ago(minutes=silent + k),
                status=status,
                http_status=http_status,
                latency_ms=90.0 + k if http_status else None,
                error_kind=kind,
                detail=story.text(detail),
            )
            for k in range(20)
        ]
        for k in range(4 if status == "down" else 2):
            words = ("up", "down") if k % 2 == 0 else ("down", "up")
            at = story.ago(hours=2 + 6 * k)
            moves.append(
                Transition(
                    environment=place,
                    at=at,
                    from_status=words[0],
                    to_status=words[1],
                    error_kind=kind if k % 2 == 0 else "",
                )
            )
    CheckResult.objects.bulk_create(results)
    Transition.objects.bulk_create(moves)


FIGURES = {
    "load_1m": 0.7,
    "memory_used_bytes": 6 * 2**30,
    "swap_percent": 1.0,
    "disk_percent": 71.0,
    "disk_used_bytes": 71 * 2**30,
    "disk_total_bytes": 100 * 2**30,
    "network_received_bytes_per_s": 120_000.0,
    "network_sent_bytes_per_s": 80_000.0,
}


def make_hosts(story: Story, course: Course) -> None:
    """Make three hosts: of the site, of the course, and one that was never heard of."""
    hosts = [
        Host.objects.create(name=story.text("web-1")),
        Host.objects.create(name=story.text("runner-1"), course=course),
    ]
    Host.objects.create(name=story.text("runner-2"), course=course)
    Host.objects.update(created_at=story.ago(days=4))  # what came before is not drawn
    silent = timedelta(hours=30) if story.is_failing else timedelta()
    for host in hosts:
        HostState.objects.create(
            host=host,
            last_sampled_at=story.now - silent,
            fresh_until=story.ago(hours=29) if story.is_failing else story.now + timedelta(days=9),
            cpu_count=4,
            memory_total_bytes=16 * 2**30,
            cpu_percent=34.0,
            memory_percent=41.0,
            **FIGURES,
        )
        start = (story.now - silent).replace(minute=0, second=0)
        HostRollup.objects.bulk_create(
            HostRollup(host=host, step_minutes=step, at=start - timedelta(minutes=step * k), **_busy(k))
            for step, count in ((5, 576), (60, 48))
            for k in range(count)
        )
        HostSample.objects.bulk_create(
            HostSample(host=host, at=start - timedelta(minutes=k), **_busy(k)) for k in range(360)
        )


def _busy(k: int) -> dict[str, float]:
    cpu, memory = 20.0 + 13 * (k % 7), 40.0 + k % 11
    peaks = {"cpu_percent_max": cpu + 10, "memory_percent_max": memory + 5, "n": 1, "expected": 1}
    return {"cpu_percent": cpu, "memory_percent": memory, **peaks, **FIGURES}
