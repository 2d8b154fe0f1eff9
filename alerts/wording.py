"""What do rules, alerts and messages say, in the reader's words?"""

from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from alerts.rules import Comparison, Condition, State, kind_of
from courses.templatetags.ui import duration

# severity -> the tone of an alert that fires
SEVERITIES = {"critical": "bad", "warning": "warn", "info": "busy"}
# What it means that a value of a signal is bad. Signals that are not named here are figures.
CONDITIONS = {
    "health.environment.down": gettext_lazy("a check fails"),
    "pipelines.default_branch.red": gettext_lazy("the default branch is red"),
}
FIGURES = {"experiments.sample_ratio": gettext_lazy("the split’s p-value")}
# How a channel sends
KINDS = {"email": gettext_lazy("e-mail"), "apprise": gettext_lazy("Apprise URL")}
# What the page is called that shows what an alert is about.
PLACES = {
    "health": gettext_lazy("See the environment"),
    "pipelines": gettext_lazy("See the repository"),
    "experiments": gettext_lazy("See the experiment"),
}
# What helps first with most alerts of a kind.
FIRST_STEPS = {
    "health": gettext_lazy(
        "Open the address. If it does not answer, see what was deployed last and read the log of the app "
        "on its host."
    ),
    "pipelines": gettext_lazy(
        "Open the last pipeline and read the end of the log of the job that failed. Mend that, or take the "
        "last commit back, before anything else is merged."
    ),
    "experiments": gettext_lazy(
        "Do not read its results. See where the app asks for a variant and where it sends events: one of "
        "the variants is counted too rarely."
    ),
}
# The first words of what stands on the timeline about an alert -> tone and word
STEPS = {
    "Firing": ("bad", gettext_lazy("firing")),
    "Firing, critical": ("bad", gettext_lazy("firing")),
    "Firing, warning": ("warn", gettext_lazy("firing")),
    "Firing, info": ("busy", gettext_lazy("firing")),
    "Resolved": ("good", gettext_lazy("resolved")),
    "Acknowledged": ("idle", gettext_lazy("acknowledged")),
    "No longer acknowledged": ("warn", gettext_lazy("taken back")),
}


def fires_when(condition: Condition, signal: str) -> str:
    """Return when `condition` fires on values of `signal`: "a check fails, 2 times in a row"."""
    words = str(CONDITIONS.get(signal) or _side(condition, signal))
    if condition.bad_in_a_row == 1:
        return words
    in_a_row = ngettext(
        "%(what)s, %(count)s time in a row", "%(what)s, %(count)s times in a row", condition.bad_in_a_row
    )
    return in_a_row % {"what": words, "count": condition.bad_in_a_row}


def _side(condition: Condition, signal: str) -> str:
    values = {"figure": FIGURES.get(signal) or _("the value"), "limit": f"{condition.threshold:g}"}
    if condition.comparison == Comparison.AT_LEAST:
        return _("%(figure)s is at least %(limit)s") % values
    return _("%(figure)s is at most %(limit)s") % values


def reading(condition: Condition, signal: str, value: float | None) -> str:
    """Return `value` of `signal` measured against the threshold; good or bad where it is no figure."""
    is_bad = condition.verdict(value)
    if is_bad is None:
        return _("nothing could be measured")
    if signal in CONDITIONS:
        return _("bad") if is_bad else _("good")
    values = {"value": f"{value:g}", "limit": f"{condition.threshold:g}"}
    if condition.comparison == Comparison.AT_LEAST:
        return _("%(value)s, bad from %(limit)s upwards") % values
    return _("%(value)s, bad from %(limit)s downwards") % values


def tone_of(state: str, severity: str) -> str:
    """Return the tone in which an alert is shown: while it fires that of its severity, whoever took it."""
    return {State.PENDING.value: "busy", State.RESOLVED.value: "good"}.get(state) or SEVERITIES[severity]


def title_of(title: str, *, is_over: bool) -> str:
    """Return the title of an alert, which names the fault: nobody takes what is over for the present."""
    return _("Was: %(title)s") % {"title": title} if is_over else title


def headline(
    state: str, *, severity: str, span: timedelta, bad: tuple[int, int], is_taken: bool, taker: str
) -> str:
    """Return a sentence that says how an alert stands.

    severity: in words. span: how long it has lasted. bad: bad values in a row so far, and how many it
    takes to fire. taker: who acknowledged it, empty when that person left.
    """
    count, needed = bad
    values = {
        "severity": severity,
        "span": duration(span),
        "name": taker or _("somebody who left"),
        "count": count,
        "needed": needed,
    }
    if state == State.RESOLVED:
        return _("It is over and lasted %(span)s.") % values
    if state == State.FIRING and is_taken:
        return _("%(severity)s, firing for %(span)s, acknowledged by %(name)s.") % values
    if state == State.FIRING:
        return _("%(severity)s, firing for %(span)s. Nobody has acknowledged it.") % values
    starting = _("It may be starting: %(count)s of %(needed)s bad measurements in a row.") % values
    return " ".join([starting, _("Acknowledged by %(name)s.") % values]) if is_taken else starting


def first_step(signal: str) -> str:
    """Return what to do first about an alert on `signal`."""
    return str(FIRST_STEPS.get(kind_of(signal)) or _("See when it began and what was changed just before."))


def place_of(signal: str) -> str:
    """Return the words of the link to what an alert on `signal` is about."""
    return str(PLACES.get(kind_of(signal)) or _("Look at it"))


def step_of(title: str, tone: str) -> tuple[str, str, str]:
    """Return tone, word and the rest of what a title of the timeline says about an alert."""
    word, _colon, text = title.partition(": ")
    known_tone, known_word = STEPS.get(word, (tone, word.lower()))
    return known_tone, str(known_word), text


def outcome(state: str, *, is_filed: bool, has_failed: bool) -> tuple[str, str]:
    """Return tone and word of a message. Mail that was only written to a file was not sent.

    is_filed: whether messages of this sort go to files. has_failed: whether an attempt has.
    """
    known = {
        "sent": ("idle", _("filed")) if is_filed else ("good", _("sent")),
        "dead": ("bad", _("failed")),
        "dropped": ("idle", _("not sent")),
        "pending": ("warn", _("failed so far")) if has_failed else ("busy", _("on its way")),
    }
    return known[state]


def sends_to(kind: str, target: str) -> str:
    """Return what may be shown of where a channel sends: how many addresses, or which kind of service."""
    if not target:
        return _("unreadable: enter it again")
    if kind == "apprise":
        return f"{target.partition('://')[0]}://…"
    count = len(target.split())
    return ngettext("%(count)s mail address", "%(count)s mail addresses", count) % {"count": count}


def told(transition: str, channel: str, *, is_filed: bool) -> str:
    """Return who was told what; mail in a file has told nobody yet."""
    values = {"channel": channel}
    is_over = transition == "resolved"
    if is_filed and is_over:
        return _("The mail to “%(channel)s” that it is over was written to a file") % values
    if is_filed:
        return _("The mail to “%(channel)s” that it began was written to a file") % values
    if is_over:
        return _("“%(channel)s” was told that it is over") % values
    return _("“%(channel)s” was told that it began") % values
