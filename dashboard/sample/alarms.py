"""What was told of the sample's outages and red branches: alerts, and entries of the timeline?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse

from alerts.models import Alert, Rule
from alerts.rules import State
from alerts.wording import SEVERITIES
from courses.models import Environment, Event
from courses.services import record_events
from dashboard.sample.builds import sha_of
from dashboard.sample.story import Outage, Run, TeamStory
from health.services import results as health
from pipelines.models import Pipeline, Repository
from pipelines.services.binding import subject_of
from pipelines.services.branches import SIGNAL as RED

LATE = timedelta(minutes=2)  # from the first sign until an alert fires
ALERTED = timedelta(days=14)  # older alerts are not kept by anybody's memory either
TAKEN = 3  # every third open alert is taken by the team's tutor


@dataclass(frozen=True, slots=True)
class Place:
    """A team of the sample with what was made for it so far. runs: its pipelines, the oldest first."""

    story: TeamStory
    environment: Environment
    repository: Repository
    runs: Sequence[Pipeline]


def make_alarms(places: Sequence[Place]) -> None:
    """Write alerts, most of them resolved, and the timelines of the teams."""
    rules = {rule.signal: rule for rule in Rule.objects.filter(course=None)}
    alerts = [
        row
        for place in places
        for row in (*_down_alerts(place, rules[health.SIGNAL]), *_red_alerts(place, rules[RED]))
    ]
    Alert.objects.bulk_create(alerts)
    events = [event for alert in alerts for event in _told(alert)]
    record_events([*events, *(event for place in places for event in _happened(place))])


def _down_alerts(place: Place, rule: Rule) -> Iterator[Alert]:
    name, subject = place.environment.project.name, health.subject_of(place.environment.pk)
    for outage in place.story.outages:
        title = f"{name} {place.environment.name} is down: {outage.detail}"
        span = outage.start, outage.end
        path = place.environment.get_absolute_url()
        bad = round(((outage.end or place.story.at) - outage.start) / timedelta(minutes=1))
        yield from _alert(place, rule, subject, span, (title, place.environment.url, bad), path)


def _red_alerts(place: Place, rule: Rule) -> Iterator[Alert]:
    subject = subject_of(place.repository)
    for start, end in _red_spans(place.story):
        title = f"{place.environment.project.name}: main is red"
        until = end.finished_at if end else None
        path = reverse("pipelines:repository_detail", args=[place.repository.pk])
        bad = (end.number if end else place.story.runs[-1].number + 1) - start.number
        told = title, "test failed", bad
        yield from _alert(place, rule, subject, (start.finished_at, until), told, path)


def _alert(
    place: Place,
    rule: Rule,
    subject: str,
    span: tuple[datetime, datetime | None],
    told: tuple[str, str, int],
    path: str,
) -> Iterator[Alert]:
    """told: its title, what it says, and how many measurements in a row were bad."""
    (start, end), (title, detail, bad), at = span, told, place.story.at
    if start < at - ALERTED:
        return
    yield Alert(
        rule=rule,
        subject=subject,
        project=place.environment.project,
        state=State.RESOLVED if end else State.FIRING,
        bad_count=bad,
        last_value=1.0,
        last_observed_at=end or at,
        title=title[:200],
        detail=detail,
        path=path,
        pending_since=start,
        fired_at=start + LATE,
        resolved_at=end,
        **({} if end else _taken(place, start)),
    )


def _taken(place: Place, start: datetime) -> dict[str, Any]:
    """Return who has taken an open alert, if anybody has."""
    tutor = place.environment.project.team.memberships.filter(role="tutor").first()
    if tutor is None or place.story.number % TAKEN:
        return {}
    return {
        "acknowledged_at": start + 5 * LATE,
        "acknowledged_by": tutor.user,
        "acknowledged_note": "I talk to them in the lab.",
    }


def _red_spans(story: TeamStory) -> Iterator[tuple[Run, Run | None]]:
    """Give each first red run with the green one that followed, or None while it is red."""
    first = None
    for run in story.runs:
        if first is None and not run.is_green:
            first = run
        elif first is not None and run.is_green:
            yield first, run
            first = None
    if first is not None:
        yield first, None


def _told(alert: Alert) -> Iterator[Event]:
    fired_at = alert.fired_at or alert.pending_since
    severity, team = alert.rule.severity, alert.project.team
    ends = [(fired_at, "fired", SEVERITIES[severity], f"Firing, {severity}: {alert.title}")]
    if alert.resolved_at:
        ends.append((max(alert.resolved_at, fired_at), "resolved", "good", f"Resolved: {alert.title}"))
    for at, what, tone, title in ends:
        yield Event(
            course_id=team.course_id,
            team=team,
            project=alert.project,
            at=at,
            kind=Event.Kind.ALERT,
            tone=tone,
            title=title[:200],
            url=alert.get_absolute_url(),
            dedupe_key=f"alert:{alert.pk}:{what}",
        )


def _happened(place: Place) -> Iterator[Event]:
    yield from (event for outage in place.story.outages for event in _outage(place, outage))
    yield from (event for span in _red_spans(place.story) for event in _red(place, *span))
    yield from (_deployed(place, run) for run in place.story.runs if run.is_green)


def _event(place: Place, at: datetime, kind: str, tone: str, title: str, key: str, url: str) -> Event:
    project = place.environment.project
    return Event(
        course_id=project.team.course_id,
        team=project.team,
        project=project,
        environment=place.environment if kind != Event.Kind.PIPELINE else None,
        at=at,
        kind=kind,
        tone=tone,
        title=title[:200],
        url=url,
        dedupe_key=key,
    )


def _outage(place: Place, outage: Outage) -> Iterator[Event]:
    where = f"{place.environment.project.name} {place.environment.name}"
    ends = [(outage.start, "down", "bad", f"{where} is down: {outage.detail}")]
    ends += [(outage.end, "up", "good", f"{where} is up")] if outage.end else []
    for at, status, tone, title in ends:
        key = f"health:{place.environment.pk}:{at.timestamp():.6f}:{status}"
        yield _event(place, at, "incident", tone, title, key, place.environment.get_absolute_url())


def _red(place: Place, start: Run, end: Run | None) -> Iterator[Event]:
    name = place.environment.project.name
    for run, colour, tone in ((start, "red", "bad"), (end, "green", "good")):
        if run is not None:
            pk, at = place.runs[run.number - 1].pk, run.finished_at
            key = f"pipeline:{place.repository.pk}:{pk}:{colour}:{at.timestamp():.0f}"
            url = reverse("pipelines:pipeline_detail", args=[pk])
            yield _event(place, at, "pipeline", tone, f"{name}: main turned {colour}", key, url)


def _deployed(place: Place, run: Run) -> Event:
    title = f"Deployed {sha_of(place.story, run)[:8]} to {place.environment.name}"
    key = f"deployment:sample:{place.environment.pk}:{run.number}"
    return _event(place, run.finished_at, "deployment", "good", title, key, "")
