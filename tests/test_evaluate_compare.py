"""Models against each other: known answers, and false alarms on simulated nulls."""

import doctest
import math

import numpy as np
import pytest
from scipy import stats

import answered
from earmark.errors import ArgumentError
from earmark.evaluate import compare as module
from earmark.evaluate.answers import answers
from earmark.evaluate.compare import compare, mcnemar
from earmark.models.head import softmax
from earmark.stats.multiple import benjamini_hochberg, holm


def test_examples_in_docstrings():
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize(("first", "second"), [(0, 1), (3, 12), (20, 20), (7, 0), (900, 1010)])
def test_mcnemar_agrees_with_scipy(first, second):
    exact = stats.binomtest(first, first + second).pvalue
    assert mcnemar(first, second).p == pytest.approx(exact, rel=1e-6)
    assert mcnemar(second, first).p == mcnemar(first, second).p
    coins = stats.binom(first + second, 0.5)
    mid = 2 * coins.cdf(min(first, second)) - coins.pmf(first)
    assert mcnemar(first, second).mid_p == pytest.approx(mid, rel=1e-6)


def test_corrections_agree_with_scipy():
    rng = np.random.default_rng(0)
    p = list(rng.random(20) ** 3)
    assert benjamini_hochberg(p) == pytest.approx(stats.false_discovery_control(p))
    ordered = sorted(p)
    stepwise = [min(1, max((20 - i) * ordered[i] for i in range(k + 1))) for k in range(20)]
    assert sorted(holm(p)) == pytest.approx(stepwise)
    assert holm([]) == benjamini_hochberg([]) == []


def two(seed, artists=60, better=0.0, alike=True):
    """Return two models' answers; `better` is added to what the second hears of the truth."""
    rng = np.random.default_rng(seed)
    groups = np.repeat(np.arange(artists), rng.integers(1, 9, artists) if alike else 1)
    y = rng.integers(0, 3, artists)[groups]
    shared = rng.normal(size=artists)[groups]
    found = {}
    for name, more in (("plain", 0.0), ("new", better)):
        scores = rng.normal(size=(len(groups), 3))
        own = rng.normal(size=artists)[groups]
        scores[np.arange(len(y)), y] += 1 + shared + own + more
        found[name] = answers(y, softmax(scores), ["a", "b", "c"], groups=groups)
    return found


def test_a_better_model_is_found_to_be_better():
    (test,) = compare(two(0, 150, better=1.5))
    assert test.better == "new"
    assert test.low < test.difference < test.high < 0
    assert test.p == test.p_holm < 0.01
    assert test.mcnemar.second_only > test.mcnemar.first_only
    assert (test.tracks, test.groups) == (len(two(0, 150)["new"]), 150)


@pytest.mark.parametrize("metric", ["log_loss", "brier", "ece", "auc_ovo", "f1_macro", "surest_half"])
def test_any_metric(metric):
    (test,) = compare(two(1, 150, better=3.0), metric, resamples=200)
    assert test.metric == metric
    assert test.better in ({"new", None} if metric == "ece" else {"new"})


def test_the_interval_and_the_test_say_the_same():
    for seed in range(40):
        (test,) = compare(two(seed, 30, better=0.5), resamples=400)
        if abs(test.p - 0.05) > 0.02:
            assert (test.p < 0.05) == (not test.low <= 0 <= test.high)


def test_a_model_against_itself():
    found = two(0)
    (test,) = compare({"a": found["new"], "b": found["new"]})
    assert (test.difference, test.low, test.high, test.p, test.detectable) == (0, 0, 0, 1, 0)
    assert test.mcnemar.p == 1
    assert test.better is None


def test_many_models_are_corrected_together():
    found = {f"m{i}": model for i in range(3) for model in [two(i + 10)["new"]]}
    with pytest.raises(ArgumentError):
        compare(found)
    y, p, tracks, groups = answered.made(40)
    rng = np.random.default_rng(0)
    many = {
        f"m{i}": answers(y, softmax(np.log(p) + rng.normal(size=p.shape)), answered.GENRES, tracks, groups)
        for i in range(4)
    }
    every = compare(many, resamples=200)
    assert len(every) == 6
    assert [test.p_holm for test in every] == holm([test.p for test in every])
    first = compare(many, against="m2", resamples=200)
    assert [(test.first, test.second) for test in first] == [("m0", "m2"), ("m1", "m2"), ("m3", "m2")]


def test_segments_are_not_compared():
    y, p, tracks, groups = answered.made(10, segments=3)
    given = answers(y, p, answered.GENRES, tracks, groups)
    with pytest.raises(ArgumentError) as caught:
        compare({"a": given, "b": given})
    assert str(caught.value) == (
        "the models answered segments, several of a song (compare answers to songs: by_mean() or by_vote())"
    )
    mean, vote = given.by_mean(), given.by_vote()
    (test,) = compare({"mean": mean, "vote": vote}, resamples=50)
    assert test.tracks == len(set(tracks))


def test_few_artists_show_nothing():
    (test,) = compare(two(0, 4))
    assert (test.low, test.p, test.p_holm, test.detectable, test.better) == (None,) * 5


@pytest.mark.parametrize(
    ("given", "options", "message"),
    [
        (lambda found: {"new": found["new"]}, {}, "1 models to compare (give at least two)"),
        (
            lambda found: found,
            {"against": "old"},
            "no model 'old' to compare with (known: plain, new)",
        ),
        (
            lambda found: {"plain": found["plain"], "other": two(5, 9)["new"]},
            {},
            "'plain' and 'other' did not answer the same songs (36 and 47 rows) "
            "(evaluate both on the same rows in the same order)",
        ),
        (
            lambda found: found,
            {"metric": "f2"},
            "no metric 'f2' (compare one of accuracy, auc_ovo, auc_ovr, balanced_accuracy, brier, ece, "
            "f1_macro, f1_micro, f1_weighted, log_loss, precision_macro, precision_micro, "
            "precision_weighted, recall_macro, recall_micro, recall_weighted, surest_half, top_3)",
        ),
    ],
)
def test_what_cannot_be_compared(given, options, message):
    with pytest.raises(ArgumentError) as caught:
        compare(given(two(0, 10)), **options)
    assert str(caught.value) == message


@pytest.mark.slow
def test_false_alarms_on_models_that_are_equal():
    """The bootstrap over artists keeps to 5 %; McNemar's does on single songs, and not on artists' songs."""
    simulations = 300
    alarms = {"bootstrap": 0, "mcnemar": 0, "mcnemar, single songs": 0}
    for seed in range(simulations):
        (test,) = compare(two(seed), resamples=200)
        (alone,) = compare(two(seed, 200, alike=False), resamples=2)
        alarms["bootstrap"] += test.p < 0.05
        alarms["mcnemar"] += test.mcnemar.mid_p < 0.05
        alarms["mcnemar, single songs"] += alone.mcnemar.mid_p < 0.05
    rates = {name: count / simulations for name, count in alarms.items()}
    assert 0.025 <= rates["bootstrap"] <= 0.075, rates
    assert 0.025 <= rates["mcnemar, single songs"] <= 0.075, rates
    assert rates["mcnemar"] > 0.1, rates


@pytest.mark.slow
def test_the_detectable_difference_is_detected_in_four_of_five():
    """Draw models whose true difference is what the data could show, and count how often they show it."""
    better = 0.62
    tests = [compare(two(seed, 80, better=better), resamples=200)[0] for seed in range(150)]
    true = np.mean([test.difference for test in tests])
    detectable = np.mean([test.detectable for test in tests])
    shown = np.mean([test.p < 0.05 for test in tests])
    # The power at another difference than the detectable one, by the normal distribution.
    expected = stats.norm.cdf(abs(true) / detectable * (1.96 + 0.84) - 1.96)
    assert shown == pytest.approx(expected, abs=0.1)
    assert 0.6 < expected < 0.95
    assert math.isclose(abs(true), detectable, rel_tol=0.3)
