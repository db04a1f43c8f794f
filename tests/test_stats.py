"""Tests of columns: published examples, scipy, and how often they alarm where there is nothing to find."""

import doctest
from itertools import combinations

import numpy as np
import pytest
from benchmarks import null_tests
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from earmark.errors import ArgumentError
from earmark.stats import choice, effects, kruskal, multiple, pairs, shape, tests, units
from earmark.stats.choice import differences
from earmark.stats.tests import Outcome, each_whole
from earmark.stats.units import Units, likeness

# R's datasets InsectSprays (count by spray) and airquality (ozone by month, with its gaps).
SPRAYS = np.array([
    10, 7, 20, 14, 14, 12, 10, 23, 17, 20, 14, 13, 11, 17, 21, 11, 16, 14, 17, 17, 19, 21, 7, 13,
    0, 1, 7, 2, 3, 1, 2, 1, 3, 0, 1, 4, 3, 5, 12, 6, 4, 3, 5, 5, 5, 5, 2, 4,
    3, 5, 3, 5, 3, 6, 1, 1, 3, 2, 6, 4, 11, 9, 15, 22, 15, 16, 13, 10, 26, 26, 24, 13,
], float)  # fmt: skip
SPRAY = np.repeat(np.arange(6), 12)
GAP = np.nan
OZONE = np.array([
    41, 36, 12, 18, GAP, 28, 23, 19, 8, GAP, 7, 16, 11, 14, 18, 14, 34, 6, 30, 11, 1, 11,
    4, 32, GAP, GAP, GAP, 23, 45, 115, 37, GAP, GAP, GAP, GAP, GAP, GAP, 29, GAP, 71, 39, GAP, GAP, 23,
    GAP, GAP, 21, 37, 20, 12, 13, GAP, GAP, GAP, GAP, GAP, GAP, GAP, GAP, GAP, GAP, 135, 49, 32, GAP, 64,
    40, 77, 97, 97, 85, GAP, 10, 27, GAP, 7, 48, 35, 61, 79, 63, 16, GAP, GAP, 80, 108, 20, 52,
    82, 50, 64, 59, 39, 9, 16, 78, 35, 66, 122, 89, 110, GAP, GAP, 44, 28, 65, GAP, 22, 59, 23,
    31, 44, 21, 9, GAP, 45, 168, 73, GAP, 76, 118, 84, 85, 96, 78, 73, 91, 47, 32, 20, 23, 21,
    24, 44, 21, 28, 9, 13, 46, 18, 13, 24, 16, 13, 23, 36, 7, 14, 30, GAP, 14, 18, 20,
])  # fmt: skip
MONTH = np.repeat(np.arange(5), [31, 30, 31, 31, 30])


@pytest.mark.parametrize("module", [choice, effects, kruskal, multiple, pairs, shape, tests, units])
def test_examples_in_docstrings(module):
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize(
    ("test", "statistic", "p"),
    [  # as R prints them: aov, oneway.test, bartlett.test, kruskal.test
        (tests.anova, 34.70, 2.2e-16),
        (tests.welch, 36.065, 7.999e-12),
        (tests.bartlett, 25.96, 9.085e-05),
        (tests.kruskal_wallis, 54.691, 1.511e-10),
    ],
)
def test_insect_sprays_are_as_r_says(test, statistic, p):
    found = each_whole(test, SPRAYS[:, None], SPRAY)
    assert found.statistic[0] == pytest.approx(statistic, rel=2e-4)
    assert found.p[0] <= 2.2e-16 if p == 2.2e-16 else found.p[0] == pytest.approx(p, rel=1e-3)


def test_ozone_is_as_r_says_with_its_gaps():
    found = each_whole(tests.kruskal_wallis, OZONE[:, None], MONTH)
    assert found.statistic[0] == pytest.approx(29.267, abs=5e-4)
    assert found.p[0] == pytest.approx(6.901e-06, rel=1e-3)
    known = np.isfinite(OZONE)
    z = {(pair.first, pair.second): pair.statistic for pair in pairs.dunn(OZONE[known], MONTH[known])}
    assert [z[0, 1], z[0, 2], z[1, 2], z[0, 3], z[1, 3], z[2, 3]] == pytest.approx(
        [-0.925158, -4.419470, -2.244208, -4.132813, -2.038635, 0.286657], abs=2e-6
    )  # as dunn.test prints them


@pytest.fixture
def drawn():
    rng = np.random.default_rng(5)
    genres = np.repeat([0, 1, 2], [20, 35, 15])
    return rng.normal(size=(70, 4)) * np.array([1, 2, 1.5])[genres][:, None] + 0.4 * genres[:, None], genres


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (tests.anova, stats.f_oneway),
        (tests.welch, lambda *parts: stats.f_oneway(*parts, equal_var=False)),
        (tests.bartlett, stats.bartlett),
        (tests.levene, lambda *parts: stats.levene(*parts, center="median")),
        (tests.kruskal_wallis, stats.kruskal),
    ],
)
def test_tests_agree_with_scipy_gaps_left_out(drawn, ours, theirs):
    values, genres = drawn
    values = values.copy()
    values[3, 1] = values[40, 1] = np.nan
    found = each_whole(ours, values, genres)
    for column, sample in enumerate(values.T):
        parts = [sample[(genres == genre) & np.isfinite(sample)] for genre in range(3)]
        expected = theirs(*parts)
        assert found.statistic[column] == pytest.approx(expected.statistic)
        assert found.p[column] == pytest.approx(expected.pvalue)


def test_shapiro_wilk_and_quantiles_agree_with_scipy(drawn):
    values, genres = drawn
    for genre, found in enumerate(shape.shapiro_wilk(values, genres)):
        expected = [stats.shapiro(column) for column in values[genres == genre].T]
        assert found.statistic == pytest.approx([one.statistic for one in expected])
        assert found.p == pytest.approx([one.pvalue for one in expected])
    expected, sorted_ = shape.normal_quantiles(values[:, 0])
    assert expected == pytest.approx(stats.probplot(values[:, 0])[0][0])
    assert sorted_ == pytest.approx(np.sort(stats.zscore(values[:, 0], ddof=1)))


def test_games_howell_agrees_with_scipy(drawn):
    values, genres = drawn
    expected = stats.tukey_hsd(*(values[genres == genre, 0] for genre in range(3)), equal_var=False)
    for pair in pairs.games_howell(values[:, 0], genres):
        assert pair.p == pytest.approx(expected.pvalue[pair.first, pair.second], abs=1e-6)
        assert np.sign(pair.statistic) == np.sign(expected.statistic[pair.first, pair.second])


def test_mean_interval_agrees_with_scipy(drawn):
    sample = drawn[0][:, 0]
    expected = stats.ttest_1samp(sample, 0).confidence_interval()
    assert shape.mean_interval(sample) == pytest.approx((sample.mean(), expected.low, expected.high))
    assert np.isnan(shape.mean_interval(np.array([1.0])).low)


def test_box_cox_finds_the_power_whatever_the_unit():
    x = np.random.default_rng(0).normal(10, 1, 400)
    for unit in (1e-6, 1.0, 1e6):
        found = shape.box_cox(unit * x**2)  # normal after the square root
        assert found.low < 0.5 < found.high
        assert found.p < 0.05
        assert shape.box_cox(unit * x).p > 0.05


@pytest.mark.parametrize("values", [[1.0, 0.0, 2.0], [2.0, 2.0, 2.0], [1.0, 2.0]])
def test_box_cox_refuses_what_has_no_logarithm(values):
    with pytest.raises(ArgumentError, match="not above 0, or are all equal"):
        shape.box_cox(np.array(values))


@settings(max_examples=50)
@given(
    st.lists(st.integers(-5, 5), min_size=1, max_size=9), st.lists(st.integers(-5, 5), min_size=1, max_size=9)
)
def test_cliffs_delta_counts_pairs(first, second):
    above = sum((a > b) - (a < b) for a in first for b in second)
    assert effects.cliffs_delta(np.array(first, float), np.array(second, float)) == pytest.approx(
        above / (len(first) * len(second))
    )


def test_effects_of_one_variance_agree(drawn):
    values, genres = drawn
    f = tests.anova(values, genres).statistic
    assert effects.eta_squared(values, genres) == pytest.approx(2 * f / (2 * f + 67))
    h = kruskal.kruskal(values, genres)
    ranks = np.apply_along_axis(stats.rankdata, 0, values)
    assert effects.epsilon_squared(h, 70) == pytest.approx(effects.eta_squared(ranks, genres))


@pytest.mark.parametrize("correlation", [0.3, 0.8])
def test_likeness_is_what_was_drawn(correlation):
    values, genres, track = null_tests.songs(200, correlation)
    found = likeness(values, Units.of(genres, track))
    assert found.correlation.mean() == pytest.approx(correlation, abs=0.01)
    assert found.design_effect.mean() == pytest.approx(1 + 9 * correlation, abs=0.1)


def test_gaps_are_left_out_of_a_units_mean():
    grouped = Units.of(np.array([0, 0, 0]), np.array([1, 1, 2]))
    means = grouped.known_means(np.array([[1.0, np.nan], [3.0, 5.0], [np.nan, 7.0]]))
    np.testing.assert_array_equal(means, [[2.0, 5.0], [np.nan, 7.0]])


def test_nothing_is_said_where_nothing_can_be():
    same = each_whole(tests.anova, np.ones((6, 1)), np.repeat([0, 1], 3))
    alone = each_whole(tests.anova, np.arange(4.0)[:, None], np.array([0, 0, 0, 1]))
    for found in (same, alone):
        assert isinstance(found, Outcome)
        assert np.isnan(found.p).all()
    (told,) = differences(np.ones((6, 1)), np.repeat([0, 1], 3))
    assert (told.test, told.why) == ("", "fewer than two genres with two songs, or nothing varies")


def test_assumptions_choose_the_test_and_say_why():
    rng = np.random.default_rng(3)
    genres = np.repeat([0, 1, 2], 60)
    normal = rng.normal(size=180)
    columns = [normal, normal * np.array([1, 3, 9])[genres], np.exp(2 * normal)]
    found = differences(np.stack(columns, axis=1), genres)
    assert [one.test for one in found] == ["anova", "welch", "kruskal"]
    assert found[0].why.startswith("normal in every genre, variances alike (Levene, p = 0.")
    assert found[1].why == "normal in every genre, variances differ (Levene, p < 0.001)"
    assert found[2].why == "some genre is not normal (Shapiro-Wilk, p < 0.001 by Holm)"
    (few,) = differences(normal[:20, None], np.repeat([0, 1], [15, 5]))
    assert few.why == "some genre has fewer than 8 songs: too few to see whether they are normal"


def test_a_difference_is_found_and_counted_over_all_columns():
    values, genres, track = null_tests.songs(20, 0.5)
    values[:, 3] += 0.5 * genres
    found = differences(values, genres, track)
    assert [at for at, one in enumerate(found) if one.p_adjusted < 0.05] == [3]
    assert [one.p_adjusted for one in found] == pytest.approx(
        stats.false_discovery_control([one.p for one in found])
    )
    assert found[3].units == 300
    assert effects.size(found[3].effect) == "large"


def test_false_alarms_are_5_percent_on_songs_and_most_columns_on_segments():
    """By the interval of 99.9 % that 2000 (40) columns leave; `benchmarks.null_tests` has the figures."""
    found = null_tests.rates(2000, 0.5, few=40)
    assert found.pop("Kruskal-Wallis on segments") > 0.5
    for name in ("analysis of variance", "Welch", "Kruskal-Wallis", "Bartlett", "Levene"):
        assert 0.036 < found.pop(name) < 0.068, name
    for name, rate in found.items():
        assert rate < 0.18, name


def test_rates_are_means_over_batches_and_say_of_how_many_columns():
    batches = [(0.3, 0.02), (0.5, 0.05), (0.3, 0.04), (0.8, 0.06), (0.5, 0.05), (0.8, 0.08)]
    *_, row = null_tests.table((correlation, {"a test": rate}) for correlation, rate in batches)
    assert row == "| a test | 3.0 % | 5.0 % | 7.0 % |"
    assert null_tests.told(2).startswith(
        "Over 2000 columns for each correlation, Games-Howell and Box-Cox over 500"
    )


def test_a_test_on_segments_that_are_alike_alarms_nearly_always():
    values, genres, _track = null_tests.songs(500, 0.8)
    assert (each_whole(tests.kruskal_wallis, values, genres).p < 0.05).mean() > 0.7


def test_every_pair_is_told_once(drawn):
    values, genres = drawn
    for test in (pairs.dunn, pairs.games_howell):
        found = [(pair.first, pair.second) for pair in test(values[:, 0], genres)]
        assert found == list(combinations(range(3), 2))
