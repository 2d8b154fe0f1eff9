"""Do two groups differ by more than chance explains? Formulas, no database.

The differences are always treatment minus control. Confidence is 0 to 1, and every test has two
sides.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy import special


@dataclass(frozen=True, slots=True)
class Sample:
    """n units with a mean and the variance of one unit (not of the mean)."""

    n: int
    mean: float
    variance: float

    @property
    def standard_error_squared(self) -> float:
        return self.variance / self.n


@dataclass(frozen=True, slots=True)
class Estimate:
    """A difference with its interval and the probability of one as large by chance."""

    value: float
    low: float
    high: float
    p_value: float


def mean_sample(n: int, total: float, squares: float, shift: float = 0.0) -> Sample:
    """Return the sample of n values from their sum and the sum of (value - shift)².

    A shift near the mean keeps the variance exact: without one, 1e9 + {4, 7, 13, 16} comes out at
    -170 instead of 30.
    """
    mean = total / n
    return Sample(n, mean, max(0.0, squares - n * (mean - shift) ** 2) / (n - 1))


def proportion_sample(n: int, converted: int) -> Sample:
    """Return the sample of n units of which `converted` did it."""
    rate = converted / n
    return Sample(n, rate, rate * (1 - rate))


def wilson_interval(n: int, converted: int, confidence: float) -> tuple[float, float]:
    """Return the score interval of a proportion. Source: Wilson, JASA 22 (1927), 209-212."""
    z2 = float(special.ndtri((1 + confidence) / 2)) ** 2
    middle = converted + z2 / 2
    half = math.sqrt(z2 * (converted * (n - converted) / n + z2 / 4))
    return (middle - half) / (n + z2), (middle + half) / (n + z2)


def compare_proportions(
    control: tuple[int, int], treatment: tuple[int, int], confidence: float = 0.95
) -> Estimate:
    """Compare two (converted, n) by the pooled z test, with Newcombe's interval of the difference.

    Source: Newcombe, Statistics in Medicine 17 (1998), 873-890, method 10.
    """
    (x0, n0), (x1, n1) = control, treatment
    p0, p1 = x0 / n0, x1 / n1
    pooled = (x0 + x1) / (n0 + n1)
    error = math.sqrt(pooled * (1 - pooled) * (1 / n0 + 1 / n1))
    p_value = 2 * float(special.ndtr(-abs(p1 - p0) / error)) if error else 1.0
    low0, high0 = wilson_interval(n0, x0, confidence)
    low1, high1 = wilson_interval(n1, x1, confidence)
    low = p1 - p0 - math.hypot(p1 - low1, high0 - p0)
    high = p1 - p0 + math.hypot(high1 - p1, p0 - low0)
    return Estimate(p1 - p0, low, high, p_value)


def _degrees_of_freedom(control: Sample, treatment: Sample) -> float:
    """Source: Welch, Biometrika 34 (1947), 28-35."""
    a, b = control.standard_error_squared, treatment.standard_error_squared
    return (a + b) ** 2 / (a * a / (control.n - 1) + b * b / (treatment.n - 1))


def _by_t(value: float, error: float, freedom: float, confidence: float) -> Estimate:
    half = float(special.stdtrit(freedom, (1 + confidence) / 2)) * error
    p_value = 2 * float(special.stdtr(freedom, -abs(value) / error))
    return Estimate(value, value - half, value + half, p_value)


def compare_means(control: Sample, treatment: Sample, confidence: float = 0.95) -> Estimate | None:
    """Compare two means by Welch's t test. None when nothing varies in either group."""
    error = math.sqrt(control.standard_error_squared + treatment.standard_error_squared)
    if not error:
        return None
    freedom = _degrees_of_freedom(control, treatment)
    return _by_t(treatment.mean - control.mean, error, freedom, confidence)


def relative_difference(control: Sample, treatment: Sample, confidence: float = 0.95) -> Estimate | None:
    """Return the difference as a part of the control's mean, by the delta method.

    None when the control's mean is not clearly above 0: a ratio to it would say nothing.
    Source: gbstats, relative effects (variance of a ratio of means, Welch's degrees of freedom).
    """
    error = math.sqrt(control.standard_error_squared)
    if control.mean <= float(special.ndtri((1 + confidence) / 2)) * error:
        return None
    ratio = treatment.mean / control.mean
    variance = treatment.standard_error_squared + ratio**2 * control.standard_error_squared
    if not variance:
        return None
    freedom = _degrees_of_freedom(control, treatment)
    return _by_t(ratio - 1, math.sqrt(variance) / control.mean, freedom, confidence)


def sample_ratio_p_value(counts: Sequence[int], shares: Sequence[float]) -> float | None:
    """Return the chi-squared p-value that `counts` were drawn with `shares`.

    counts: units per variant, none negative.
    shares: intended fractions in the same order, each above 0, summing to 1.
    None when a variant would have fewer than 5 units. Raises ValueError if the lengths differ.
    Source: Pearson, Phil. Mag. 50 (1900), 157-175.
    """
    total = sum(counts)
    expected = [total * share for share in shares]
    if len(counts) != len(shares):
        raise ValueError("There must be one share for each count.")
    if len(counts) < 2 or min(expected) < 5:
        return None
    chi2 = sum((seen - due) ** 2 / due for seen, due in zip(counts, expected, strict=True))
    return float(special.chdtrc(len(counts) - 1, chi2))
