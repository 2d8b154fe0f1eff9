import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as oracle

from experiments.stats import (
    Sample,
    compare_means,
    compare_proportions,
    mean_sample,
    proportion_sample,
    relative_difference,
    sample_ratio_p_value,
    wilson_interval,
)

# R's built-in `sleep` data: extra hours of sleep by drug.
SLEEP_1 = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
SLEEP_2 = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
# gbstats' own tests.
GB_A = mean_sample(3407, 1396.87, 52377.9767)
GB_B = mean_sample(3461, 2422.7, 134698.29)


def sample_of(values):
    shift = sum(values) / len(values)
    return mean_sample(len(values), sum(values), sum((v - shift) ** 2 for v in values), shift)


@pytest.mark.parametrize(
    ("control", "treatment", "difference", "low", "high", "p_value"),
    [
        # statsmodels proportions_ztest and confint_proportions_2indep (newcomb)
        ((5, 83), (12, 99), 0.0609712, -0.02791, 0.14688, 0.1591813),
        # Newcombe 1998, table II, examples (a) and (c), method 10
        ((48, 80), (56, 70), 0.2, 0.0524, 0.3339, None),
        ((3, 10), (9, 10), 0.6, 0.1705, 0.8090, None),
    ],
)
def test_proportions_agree_with_published_figures(control, treatment, difference, low, high, p_value):
    found = compare_proportions(control, treatment)
    assert found.value == pytest.approx(difference, abs=1e-6)
    assert found.low == pytest.approx(low, abs=5e-5)
    assert found.high == pytest.approx(high, abs=5e-5)
    if p_value is not None:
        assert found.p_value == pytest.approx(p_value, abs=1e-6)


def test_two_proportion_p_value_is_that_of_the_chi_squared_test():
    found = compare_proportions((5, 83), (12, 99))
    table = [[5, 78], [12, 87]]
    assert found.p_value == pytest.approx(oracle.chi2_contingency(table, correction=False).pvalue, abs=1e-9)


def test_proportions_that_nobody_or_everybody_meets_differ_by_nothing():
    assert compare_proportions((0, 50), (0, 60)).p_value == 1.0
    everybody = compare_proportions((50, 50), (60, 60))
    assert everybody.p_value == 1.0
    assert everybody.low < 0 < everybody.high


def test_wilson_interval_agrees_with_scipy():
    low, high = wilson_interval(99, 12, 0.95)
    expected = oracle.binomtest(12, 99).proportion_ci(method="wilson")
    assert (low, high) == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_welch_agrees_with_r_on_sleep():
    found = compare_means(sample_of(SLEEP_2), sample_of(SLEEP_1))
    assert found.p_value == pytest.approx(0.0793941, abs=1e-6)
    assert (found.low, found.high) == pytest.approx((-3.3654832, 0.2054833), abs=1e-6)


def test_welch_agrees_with_gbstats():
    found = compare_means(GB_A, GB_B)
    assert found.value == pytest.approx(0.29, abs=1e-6)
    assert (found.low, found.high, found.p_value) == pytest.approx((0.04538, 0.53462, 0.02016), abs=5e-6)


@pytest.mark.parametrize(
    ("control", "treatment", "expected"),
    [
        (GB_A, GB_B, (0.70732, -0.03526, 1.44989, 0.06191)),
        (proportion_sample(28, 14), proportion_sample(30, 16), (0.06667, -0.47767, 0.61101, 0.80707)),
    ],
)
def test_relative_difference_agrees_with_gbstats(control, treatment, expected):
    found = relative_difference(control, treatment)
    assert (found.value, found.low, found.high, found.p_value) == pytest.approx(expected, abs=5e-6)


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=30),
    st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=30),
)
def test_welch_agrees_with_scipy_on_anything(a, b):
    if max(a) - min(a) < 1e-3 or max(b) - min(b) < 1e-3:
        return
    found = compare_means(sample_of(a), sample_of(b))
    expected = oracle.ttest_ind(b, a, equal_var=False)
    interval = expected.confidence_interval()
    assert found.p_value == pytest.approx(expected.pvalue, abs=1e-9)
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high), rel=1e-6, abs=1e-6)


def test_means_without_any_spread_cannot_be_compared():
    assert compare_means(Sample(5, 1.0, 0.0), Sample(5, 2.0, 0.0)) is None
    assert relative_difference(Sample(5, 1.0, 0.0), Sample(5, 2.0, 0.0)) is None


@pytest.mark.parametrize("control", [Sample(100, 0.0, 1.0), Sample(100, -3.0, 1.0), Sample(100, 0.1, 1.0)])
def test_relative_difference_is_refused_when_the_control_may_be_zero(control):
    assert relative_difference(control, Sample(100, 1.0, 1.0)) is None


def test_variance_survives_large_values():
    values = [1e9 + x for x in (4, 7, 13, 16)]
    assert sample_of(values).variance == pytest.approx(30.0)


def test_wider_confidence_gives_a_wider_interval():
    narrow, wide = (compare_proportions((5, 83), (12, 99), level) for level in (0.95, 0.99))
    assert wide.low < narrow.low < narrow.high < wide.high


@pytest.mark.parametrize(
    ("counts", "shares", "p_value"),
    [
        ([821_588, 815_482], [0.5, 0.5], 1.8218e-6),
        ([5000, 5200], [0.5, 0.5], 0.0476704),
        ([1000, 1010, 1100], [1 / 3, 1 / 3, 1 / 3], 0.0536086),
        ([5, 5], [0.5, 0.5], 1.0),
    ],
)
def test_sample_ratio_agrees_with_scipy(counts, shares, p_value):
    found = sample_ratio_p_value(counts, shares)
    expected = oracle.chisquare(counts, [sum(counts) * share for share in shares]).pvalue
    assert found == pytest.approx(p_value, abs=1e-6)
    assert math.isclose(found, expected, rel_tol=1e-9)


def test_sample_ratio_needs_five_expected_units_in_every_variant():
    assert sample_ratio_p_value([9, 0], [0.5, 0.5]) is None
    assert sample_ratio_p_value([49, 0], [0.9, 0.1]) is None
    assert sample_ratio_p_value([50, 0], [0.9, 0.1]) is not None


def test_sample_ratio_needs_a_share_for_each_count():
    with pytest.raises(ValueError, match="one share for each count"):
        sample_ratio_p_value([1, 2, 3], [0.5, 0.5])
