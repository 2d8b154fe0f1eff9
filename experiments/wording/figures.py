"""How are the figures of an experiment written?"""

import math
from collections.abc import Sequence
from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from experiments.rules.results import Comparison

MINUS = "\N{MINUS SIGN}"
PERCENT = "\N{NO-BREAK SPACE}%"


def count(value: int) -> str:
    """Return `1,800`."""
    return number_format(value, force_grouping=True)


def decimals(value: float, digits: int) -> str:
    """Return a number, rounded, with a true minus sign."""
    # number_format cuts where it should round, so it gets what is rounded already.
    return number_format(Decimal(f"{value:.{digits}f}"), digits, force_grouping=True).replace("-", MINUS)


def share(part: float, digits: int) -> str:
    """Return a part of the whole (0 to 1) as `44.4 %`."""
    return f"{decimals(part * 100, digits)}{PERCENT}"


def level(confidence: float) -> str:
    """Return `95 %`."""
    return f"{number_format(f'{confidence * 100:.4g}')}{PERCENT}"


def p_text(p_value: float) -> str:
    """Return a p-value for reading: `p = 0.031`, `p < 0.0001`."""
    if p_value < 0.0001:
        return _("p < %(value)s") % {"value": p_figure(0.0001)}
    return _("p = %(value)s") % {"value": p_figure(p_value)}


def p_figure(p_value: float) -> str:
    """Return a p-value by itself, for a table: `0.031`, `< 0.0001`."""
    if p_value < 0.0001:
        return f"< {p_figure(0.0001)}"
    return number_format(f"{Decimal(f'{p_value:.2g}'):f}")


def digits_for(row: Comparison, kind: str) -> int:
    """Return how many decimals a difference deserves: two figures of its uncertainty."""
    half = (row.high - row.low) / 2 * scale_of(kind)
    # A hair more than the half, lest 0.9999… gain a decimal over 1.
    return max(0, min(6, 1 - math.floor(math.log10(half * 1.000001)))) if half > 0 else 2


def scale_of(kind: str) -> float:
    """Return what a value is multiplied with for reading: shares are told in percentage points."""
    return 100.0 if kind == "proportion" else 1.0


def number(value: float, kind: str, digits: int) -> str:
    """Return a value of a metric, in points if it is a share."""
    return decimals(value * scale_of(kind), digits)


def amount(value: float, kind: str, digits: int) -> str:
    """Return a difference with its unit: `4.1 points`, `0.29`."""
    text = number(value, kind, digits)
    if kind != "proportion":
        return text
    return ngettext("%(number)s point", "%(number)s points", 1 if text == "1" else 2) % {"number": text}


def interval_text(span: Sequence[float], kind: str, digits: int) -> str:
    """Return `1.0 to 7.3`."""
    low, high = (number(value, kind, digits) for value in span)
    return _("%(low)s to %(high)s") % {"low": low, "high": high}
