"""How is one environment now, what may have caused it, and what is best done next?"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from courses.models import Environment, Event
from courses.states import TONE_OF
from health import wording
from health.models import Check, EnvironmentState, Status

SUSPECT = timedelta(hours=1)  # a deployment so long before is named when a place goes down


@dataclass(frozen=True, slots=True)
class Told:
    """A state in words. tone: as of `ui.state`. detail: what came back. advice: what to do, or empty."""

    tone: str
    headline: str
    detail: str
    advice: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known now, and of deployments. cause: the one just before it went down; after: how long.

    version: what the last one brought.
    """

    told: Told
    last: Event | None
    version: str
    cause: Event | None
    after: timedelta | None


def standing(
    environment: Environment, check: Check | None, state: EnvironmentState | None, *, now: datetime
) -> Standing:
    """Return how `environment` is at `now`."""
    rows = Event.objects.filter(environment=environment, kind=Event.Kind.DEPLOYMENT).latest_first()
    last = rows.first()
    version = wording.version_words(last.title, environment.name) if last else ""
    if last is None or state is None or state.status_at(now) != Status.DOWN:
        return Standing(_told(check, state, now), last, version, None, None)
    cause = rows.filter(at__lte=state.since, at__gte=state.since - SUSPECT).first()
    after = state.since - cause.at if cause else None
    return Standing(_told(check, state, now), last, version, cause, after)


def _told(check: Check | None, state: EnvironmentState | None, now: datetime) -> Told:
    if check and not check.is_enabled:
        return Told("idle", _("Checks are switched off"), "", _("Nobody looks until they are on again."))
    if state is None or state.last_checked_at is None:
        soon = _("The first answer comes within a minute while a worker of this site runs.")
        return Told("idle", _("Not checked yet"), "", soon)
    if state.is_stale(now):
        words, advice = wording.silence(state.status, now - state.last_checked_at)
        return Told("warn", words, "", advice)
    advice = wording.next_step(state.error_kind, state.detail)
    if state.status == Status.UNKNOWN:
        return Told("idle", _("We cannot look"), state.detail, advice)
    return Told(
        TONE_OF[state.status], wording.headline(state.status, now - state.since), state.detail, advice
    )
