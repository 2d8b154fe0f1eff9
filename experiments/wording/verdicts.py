"""How does a verdict read: a label, the sentence to read first, and what follows?"""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from experiments.rules.results import Arm, Snapshot
from experiments.rules.verdict import MIN_CONVERSIONS, MIN_UNITS, Finding, Verdict
from experiments.wording.figures import amount, count, digits_for, interval_text, level, p_text, share
from experiments.wording.horizons import horizon_text

LABELS = {
    "draft": gettext_lazy("draft"),
    "split_off": gettext_lazy("split is off"),
    "nobody": gettext_lazy("no data"),
    "waiting": gettext_lazy("waiting"),
    "few_units": gettext_lazy("too early"),
    "few_events": gettext_lazy("too early"),
    "no_spread": gettext_lazy("too early"),
    "undecided": gettext_lazy("not decided"),
    "open": gettext_lazy("not decided"),
    "early": gettext_lazy("stopped early"),
    "blocked": gettext_lazy("guardrail harmed"),
    "leading": gettext_lazy("leading"),
    "trailing": gettext_lazy("trailing"),
    "better": gettext_lazy("better"),
    "worse": gettext_lazy("worse"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """A verdict in words. lead: what to read first. more: further sentences."""

    code: str
    tone: str
    label: str
    lead: str
    more: tuple[str, ...] = ()


def tell(verdict: Verdict, snapshot: Snapshot) -> Told:
    """Return the verdict on `snapshot` in the reader's language."""
    lead, more = _sentences(verdict, snapshot)
    return Told(verdict.code, verdict.tone, str(LABELS[verdict.code]), lead, more)


def _sentences(verdict: Verdict, snapshot: Snapshot) -> tuple[str, tuple[str, ...]]:
    if verdict.findings:
        return _compared(verdict, snapshot)
    if verdict.code == "split_off" and verdict.arm:
        return _split_off(verdict.arm, snapshot)
    if verdict.code == "draft":
        return _("Not started: nobody is assigned to a variant yet."), ()
    if verdict.code == "nobody":
        return _("Nothing to read: it ended before anyone was counted."), ()
    return _not_decided(_missing(verdict, snapshot), verdict.is_running), ()


def _split_off(arm: Arm, snapshot: Snapshot) -> tuple[str, tuple[str, ...]]:
    lead = _(
        "Do not read this: the split is off (%(p)s). %(variant)s has %(units)s of %(total)s units, "
        "%(seen)s instead of %(intended)s."
    ) % {
        "p": p_text(snapshot.sample_ratio_p or 0.0),
        "variant": arm.name,
        "units": count(arm.units),
        "total": count(snapshot.units),
        "seen": share(arm.units / snapshot.units, 1),
        "intended": share(arm.share, 1),
    }
    hint = _(
        "Something loses or adds units in one variant, so the groups no longer compare. Check that "
        "every variant reports its exposure at the same moment, that none crashes or redirects before "
        "it reports, and that tests and bots do not land in one of them. Then start anew."
    )
    return lead, (hint,)


def _not_decided(what: str, is_running: bool) -> str:
    words = _("Not decided yet: %(what)s") if is_running else _("Not decided: %(what)s")
    return words % {"what": what}


def _missing(verdict: Verdict, snapshot: Snapshot) -> str:
    """Say what is missing before a figure means anything."""
    if verdict.code == "few_units" and verdict.arm:
        return ngettext(
            "%(variant)s has %(n)s unit; figures mean something from %(least)s on.",
            "%(variant)s has %(n)s units; figures mean something from %(least)s on.",
            verdict.arm.units,
        ) % {"variant": verdict.arm.name, "n": verdict.arm.units, "least": MIN_UNITS}
    if verdict.code == "few_events" and snapshot.goal:
        return ngettext(
            "%(metric)s happened %(n)s time; figures mean something from %(least)s on.",
            "%(metric)s happened %(n)s times; figures mean something from %(least)s on.",
            verdict.events,
        ) % {"metric": snapshot.goal.name, "n": verdict.events, "least": MIN_CONVERSIONS}
    if verdict.code == "waiting":
        return _("no exposure has been counted since the start.")
    return _("the units do not differ enough to compare.")


def _compared(verdict: Verdict, snapshot: Snapshot) -> tuple[str, tuple[str, ...]]:
    if verdict.code == "open":
        found = tuple(_so_far_or_open(one, snapshot.confidence) for one in verdict.findings)
        return _not_decided(horizon_text(verdict.horizon), is_running=True), found
    text, *more = (_finding(one, snapshot.confidence, verdict.is_running) for one in verdict.findings)
    if verdict.code == "blocked":
        return text, (_harm(verdict, snapshot), *more)
    return f"{text} {_advice(verdict, snapshot)}".strip(), tuple(more)


def _advice(verdict: Verdict, snapshot: Snapshot) -> str:
    if verdict.is_running and verdict.horizon.code == "reached":
        return _("The planned end is reached: stop the experiment, then decide.")
    return {
        "leading": _("Decide when the experiment has ended."),
        "trailing": _("Decide when the experiment has ended."),
        "better": _("You can ship %(variant)s.") % {"variant": verdict.findings[0].row.name},
        "early": _(
            "It was stopped before its planned end, and who stops at a good figure may have met a lucky "
            "moment: do not ship on this alone."
        ),
        "worse": _("Keep %(variant)s.") % {"variant": snapshot.arms[0].name},
    }.get(verdict.code, "")


def _harm(verdict: Verdict, snapshot: Snapshot) -> str:
    return _("But a guardrail is harmed: %(harm)s Do not ship %(variant)s before this is understood.") % {
        "harm": " ".join(_change(one, snapshot.confidence) for one in verdict.harms),
        "variant": verdict.findings[0].row.name,
    }


def _finding(found: Finding, confidence: float, is_running: bool) -> str:
    if found.is_decided:
        return (_so_far if is_running else _change)(found, confidence)
    return _not_decided(_chance(found, confidence), is_running)


def _so_far_or_open(found: Finding, confidence: float) -> str:
    return (_so_far if found.is_decided else _chance)(found, confidence)


def _chance(found: Finding, confidence: float) -> str:
    """Return `B shows 1.1 points more Sign-ups, but chance alone could explain that (…).`"""
    words = _words(found, confidence, is_turned=False)
    if not found.row.difference:
        text = _("%(variant)s shows no difference in %(metric)s (%(level)s interval %(interval)s).")
    elif found.row.difference > 0:
        text = _(
            "%(variant)s shows %(size)s more %(metric)s, but chance alone could explain that "
            "(%(level)s interval %(interval)s)."
        )
    else:
        text = _(
            "%(variant)s shows %(size)s less %(metric)s, but chance alone could explain that "
            "(%(level)s interval %(interval)s)."
        )
    return text % words


def _change(found: Finding, confidence: float) -> str:
    """Return `B raises Sign-ups by 4.1 points (95 % interval 1.0 to 7.3).`"""
    if found.row.difference > 0:
        text = _("%(variant)s raises %(metric)s by %(size)s (%(level)s interval %(interval)s).")
    else:
        text = _("%(variant)s lowers %(metric)s by %(size)s (%(level)s interval %(interval)s).")
    return text % _words(found, confidence, is_turned=found.row.difference < 0)


def _so_far(found: Finding, confidence: float) -> str:
    """Return `B leads: Sign-ups is 4.1 points higher so far (95 % interval 1.0 to 7.3).`

    The intervals hold for one look at the end: before it, nobody has won.
    """
    lead = _("%(variant)s leads: %(change)s") if found.is_better else _("%(variant)s trails: %(change)s")
    if found.row.difference > 0:
        text = _("%(metric)s is %(size)s higher so far (%(level)s interval %(interval)s).")
    else:
        text = _("%(metric)s is %(size)s lower so far (%(level)s interval %(interval)s).")
    words = _words(found, confidence, is_turned=found.row.difference < 0)
    return lead % {"variant": found.row.name, "change": text % words}


def _words(found: Finding, confidence: float, *, is_turned: bool) -> dict[str, str]:
    """Return what every sentence names. is_turned: the sentence says `lower`, so the interval counts down."""
    row, kind = found.row, found.metric.kind
    digits = digits_for(row, kind)
    ends = [-row.high, -row.low] if is_turned else [row.low, row.high]
    return {
        "variant": row.name,
        "metric": found.metric.name,
        "size": amount(abs(row.difference), kind, digits),
        "level": level(confidence),
        "interval": interval_text(ends, kind, digits),
    }
