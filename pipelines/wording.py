"""What do pipelines, branches and CI servers say in words? Sentences made of values; nothing is decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from courses.states import WORDS
from courses.templatetags.ui import duration

# states of the board, in its order -> what a chip says
STATES = {
    "failed": gettext_lazy("red"),
    "unreadable": gettext_lazy("cannot be read"),
    "warning": gettext_lazy("warnings"),
    "running": gettext_lazy("running"),
    "unknown": gettext_lazy("no verdict yet"),
    "success": gettext_lazy("green"),
}
# states of a server -> tone and words
SERVERS = {
    "off": ("idle", gettext_lazy("not polled")),
    "refused": ("bad", gettext_lazy("token refused")),
    "throttled": ("warn", gettext_lazy("asked to wait")),
    "broken": ("bad", gettext_lazy("cannot be read")),
    "waiting": ("busy", gettext_lazy("being asked")),
    "stale": ("warn", gettext_lazy("stale")),
    "scope": ("bad", gettext_lazy("scope missing")),
    "expiring": ("warn", gettext_lazy("token expires")),
    "fine": ("good", gettext_lazy("read")),
}
# What a job's reason says, in GitLab's words -> what to do about it.
CAUSES = (
    ("script failure", gettext_lazy("A command of the job failed. Its log says which.")),
    ("execution", gettext_lazy("The job took longer than it may. Make it faster or raise its timeout.")),
    ("timeout", gettext_lazy("The job got stuck or ran out of time. Try it again.")),
    ("runner system", gettext_lazy("The runner failed, not the code. Try it again.")),
    ("matching runner", gettext_lazy("No runner takes this job. Compare its tags with the runners' tags.")),
    ("image", gettext_lazy("The image of the job could not be fetched. Check its name, then try again.")),
    ("missing dependency", gettext_lazy("What an earlier job made is gone. Run the whole pipeline again.")),
    ("quota", gettext_lazy("The minutes of this group are used up.")),
    ("compute minutes", gettext_lazy("The minutes of this group are used up.")),
    ("api failure", gettext_lazy("GitLab failed, not the code. Try it again.")),
    ("unknown failure", gettext_lazy("GitLab does not know why. Try it again.")),
)


@dataclass(frozen=True, slots=True)
class Run:
    """A pipeline as far as its sentence needs it.

    stage: where it failed, runs or waits, may be empty. span: how long it took or has been going.
    failed, ended, jobs: how many jobs; all 0 when they are not known.
    is_history: neither its stages nor its jobs were read, and of some not how long it took.
    """

    state: str
    stage: str
    span: timedelta | float | None
    failed: int
    ended: int
    jobs: int
    is_waiting: bool
    is_invalid: bool
    is_history: bool = False


def run_sentence(run: Run) -> str:
    """Return how a pipeline is: `Failed in test after 3 min: 2 of 7 jobs`."""
    if run.is_invalid:
        return _("Failed before any job: its definition (.gitlab-ci.yml) is not valid")
    if run.is_history:
        return _history_sentence(run)
    words = {"stage": run.stage or _("an unnamed stage"), "span": duration(run.span)}
    if run.is_waiting:
        return _("Waiting for %(span)s: no job has begun") % words
    sentence = {
        "failed": _("Failed in %(stage)s after %(span)s"),
        "warning": _("Passed with warnings in %(span)s"),
        "success": _("Passed in %(span)s"),
        "running": _("Running in %(stage)s for %(span)s"),
        "canceled": _("Cancelled after %(span)s"),
        "manual": _("Waits in %(stage)s for somebody to start it"),
        "skipped": _("Skipped: no job ran"),
    }.get(run.state)
    if sentence is None:
        return state_words(run.state)
    jobs = _jobs(run)
    return (
        _("%(sentence)s: %(jobs)s") % {"sentence": sentence % words, "jobs": jobs}
        if jobs
        else sentence % words
    )


def _history_sentence(run: Run) -> str:
    sentence = {
        "failed": _("Failed after %(span)s"),
        "warning": _("Passed with warnings in %(span)s"),
        "success": _("Passed in %(span)s"),
    }.get(run.state)
    if sentence is None or run.span is None:
        return str(capfirst(state_words(run.state)))
    return sentence % {"span": duration(run.span)}


def _jobs(run: Run) -> str:
    counts = {"failed": run.failed, "ended": run.ended, "jobs": run.jobs}
    if not run.jobs:
        return ""
    if run.state == "failed":
        return ngettext("%(failed)d of %(jobs)d job", "%(failed)d of %(jobs)d jobs", run.jobs) % counts
    if run.state == "warning" and run.failed:
        return (
            ngettext("%(failed)d job failed, and may", "%(failed)d jobs failed, and may", run.failed) % counts
        )
    if run.state == "running":
        return (
            ngettext("%(ended)d of %(jobs)d job ended", "%(ended)d of %(jobs)d jobs ended", run.jobs) % counts
        )
    return ngettext("%(jobs)d job", "%(jobs)d jobs", run.jobs) % counts if run.state == "success" else ""


def cause_words(reason: str) -> str:
    """Return what to do about a job that failed for `reason`; empty if there is nothing to say."""
    said = reason.casefold().replace("_", " ")
    return next((str(words) for part, words in CAUSES if part in said), "")


def state_words(state: str) -> str:
    """Return the word for a state of GitLab's."""
    return str(WORDS.get(state, state.replace("_", " ")))


def symbol_words(number: object, state: str) -> str:
    """Return the name of one symbol in the row of last pipelines: `#17: passed`."""
    return _("#%(number)s: %(state)s") % {"number": number, "state": state_words(state)}


def flaky_words(names: Sequence[str]) -> str:
    """Return which jobs of a repository are flaky, as short as a line takes; empty for none."""
    if not names:
        return ""
    words = ngettext("flaky: %(name)s", "%(count)s flaky jobs", len(names))
    return words % {"name": names[0][:30], "count": len(names)}


def branch_sentence(status: str, *, since: datetime | None, detail: str, now: datetime) -> str:
    """Return how a default branch is: `Red for 5 h: pipeline #17 failed in “test”`."""
    values = {"span": duration(now - since) if since else "", "detail": detail}
    if status == "failed":
        return _("Red for %(span)s: %(detail)s") % values if since and detail else _("Red")
    if status == "success" and since:
        return _("Green for %(span)s") % values
    if status == "warning" and since:
        return _("Green for %(span)s, with warnings") % values
    return _("Not known: %(detail)s") % values if detail else _("Not known")


def concern_words(state: str, *, name: str, error: str, expires_on: date | None) -> str:
    """Return what is wrong with the server `name`; empty when nothing is."""
    sentence = {
        "off": _("“%(name)s” is not polled: polling is switched off."),
        "refused": _("The token of “%(name)s” was refused: it is wrong, expired or revoked."),
        "throttled": _("“%(name)s” could not be read. %(error)s"),
        "broken": _("“%(name)s” could not be read. %(error)s"),
        "stale": _("“%(name)s” has not been read for a while: no worker is running, or it is behind."),
        "scope": _("The token of “%(name)s” lacks the scope read_api."),
        "expiring": _("The token of “%(name)s” expires on %(day)s."),
    }.get(state, "")
    return sentence % {"name": name, "error": error, "day": day_words(expires_on)}


def day_words(day: date | None) -> str:
    """Return a day as the reader writes it; empty for None."""
    return date_format(day, "DATE_FORMAT") if day else ""
