"""How are the figures of an experiment written?"""

import math
from collections.abc import Sequence

from experiments.rules.results import Comparison

MINUS = "\N{MINUS SIGN}"


def level(confidence: float) -> str:
    """Return `95 %`."""
    return f"{confidence * 100:.4g} %"


def p_text(p_value: float) -> str:
    """Return a p-value for reading: `p = 0.031`, `p < 0.0001`."""
    return f"p = {p_value:.2g}" if p_value >= 0.0001 else "p < 0.0001"


def digits_for(row: Comparison, kind: str) -> int:
    """Return how many decimals a difference deserves: two figures of its uncertainty."""
    half = (row.high - row.low) / 2 * _scale(kind)
    # A hair more than the half, lest 0.9999… gain a decimal over 1.
    return max(0, min(6, 1 - math.floor(math.log10(half * 1.000001)))) if half > 0 else 2


def _scale(kind: str) -> float:
    return 100.0 if kind == "proportion" else 1.0


def number(value: float, kind: str, digits: int) -> str:
    """Return a value of a metric, in points if it is a share, with a true minus sign."""
    return f"{value * _scale(kind):,.{digits}f}".replace("-", MINUS)


def amount(value: float, kind: str, digits: int) -> str:
    """Return a difference with its unit: `4.1 points`, `0.29`."""
    text = number(value, kind, digits)
    return f"{text} points" if kind == "proportion" else text


def interval_text(span: Sequence[float], kind: str, digits: int) -> str:
    """Return `1.0 to 7.3`."""
    return " to ".join(number(value, kind, digits) for value in span)
