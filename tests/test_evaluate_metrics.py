"""Metrics against scikit-learn, and answers known by hand."""

import doctest
import warnings

import numpy as np
import pytest
from sklearn import metrics as truth

import answered
from earmark.evaluate import abstaining, answers, intervals, metrics, ranking, scoring
from earmark.evaluate.abstaining import risk_coverage
from earmark.evaluate.intervals import drawn
from earmark.evaluate.metrics import confusion, measured, top_k
from earmark.evaluate.ranking import Ranking

GENRES = answered.GENRES


@pytest.mark.parametrize("module", [abstaining, answers, intervals, metrics, ranking, scoring])
def test_examples_in_docstrings(module):
    assert doctest.testmod(module).failed == 0


def given(seed=0, **options):
    y, p, tracks, groups = answered.made(seed=seed, **options)
    return answers.answers(y, p, GENRES, tracks, groups)


def figures(found, **options):
    groups = int(found.groups.max()) + 1
    one = measured(found, np.ones((1, groups), int), **options)
    return {name: float(values[0]) for name, values in one.metrics.items()}, one.genres


@pytest.fixture(scope="module")
def found():
    return given()


@pytest.mark.parametrize("average", ["macro", "micro", "weighted"])
@pytest.mark.parametrize("metric", ["precision", "recall", "f1"])
def test_counts_agree_with_scikit_learn(found, metric, average):
    theirs = getattr(truth, f"{metric}_score")(found.y, found.said, average=average, zero_division=0)
    assert figures(found)[0][f"{metric}_{average}"] == pytest.approx(theirs, abs=1e-12)


def test_the_others_agree_with_scikit_learn(found):
    mine, genres = figures(found, top=2)
    theirs = {
        "accuracy": truth.accuracy_score(found.y, found.said),
        "balanced_accuracy": truth.balanced_accuracy_score(found.y, found.said),
        "auc_ovo": truth.roc_auc_score(found.y, found.p, multi_class="ovo"),
        "auc_ovr": truth.roc_auc_score(found.y, found.p, multi_class="ovr"),
        "log_loss": truth.log_loss(found.y, found.p),
        "brier": truth.brier_score_loss(found.y, found.p, scale_by_half=False),
        "top_2": truth.top_k_accuracy_score(found.y, found.p, k=2),
    }
    assert {name: mine[name] for name in theirs} == pytest.approx(theirs, abs=1e-12)
    assert np.array_equal(confusion(found), truth.confusion_matrix(found.y, found.said))
    each = truth.precision_recall_fscore_support(found.y, found.said)
    for name, values in zip(("precision", "recall", "f1"), each, strict=False):
        assert genres[name][0] == pytest.approx(values)


def test_a_genre_that_does_not_occur_counts_as_scikit_learn_counts_it():
    y, p, _, groups = answered.made(seed=3)
    rows = [i for i, name in enumerate(y) if name != "pop"]
    some = answers.answers([y[i] for i in rows], p[rows], GENRES, None, [groups[i] for i in rows])
    mine, genres = figures(some)
    assert "pop" in {GENRES[k] for k in some.said}
    assert mine["f1_macro"] == pytest.approx(
        truth.f1_score(some.y, some.said, average="macro", zero_division=0)
    )
    with warnings.catch_warnings(action="ignore"):  # scikit-learn warns that one genre is answered only
        assert mine["balanced_accuracy"] == pytest.approx(truth.balanced_accuracy_score(some.y, some.said))
    assert np.isnan(genres["recall"][0, 3])
    assert np.isnan(genres["auc"][0, 3])
    pairs = [
        truth.roc_auc_score((some.y == k).astype(int), some.p[:, k]) for k in range(5) if GENRES[k] != "pop"
    ]
    assert mine["auc_ovr"] == pytest.approx(np.mean(pairs))


def test_weights_are_repeated_rows(found):
    """A sample in which groups count 0, 1, 2, ... times is the table with rows so often."""
    groups = int(found.groups.max()) + 1
    weights = drawn(groups, 3, seed=5)
    sampled = measured(found, weights)
    for number, weight in enumerate(weights):
        rows = np.repeat(np.arange(len(found)), weight[found.groups])
        again = answers.answers(found.y[rows], found.p[rows], GENRES)
        alone, genres = figures(again)
        for name, values in sampled.metrics.items():
            # Which of equally sure songs are in the surest half is shared in the table, not in samples.
            assert values[number] == pytest.approx(alone[name], abs=1e-12 if name != "surest_half" else 0.01)
        assert sampled.genres["auc"][number] == pytest.approx(genres["auc"][0], nan_ok=True)


def test_areas_with_ties_agree_with_scikit_learn():
    rng = np.random.default_rng(1)
    y = rng.integers(0, 4, 300)
    p = rng.integers(1, 5, (300, 4)).astype(float)
    p /= p.sum(axis=1, keepdims=True)
    one_to_one, to_rest, _ = Ranking(y, p).areas(np.ones((300, 1)))
    assert one_to_one[0] == pytest.approx(truth.roc_auc_score(y, p, multi_class="ovo"), abs=1e-12)
    assert to_rest[0] == pytest.approx(truth.roc_auc_score(y, p, multi_class="ovr"), abs=1e-12)


def test_calibration_error_known_answers():
    """Ten answers at .8 with seven right, ten at .6 with six right: .5 x .1 + .5 x 0."""
    p = np.array([[0.8, 0.2]] * 10 + [[0.6, 0.4]] * 10)
    y = [0] * 7 + [1] * 3 + [0] * 6 + [1] * 4
    assert figures(answers.answers(y, p, "ab"))[0]["ece"] == pytest.approx(0.05)
    sure = answers.answers([0, 1], [[1.0, 0.0], [0.0, 1.0]], "ab")
    assert figures(sure)[0]["ece"] == 0
    wrong = answers.answers([1, 0], [[1.0, 0.0], [0.0, 1.0]], "ab")
    assert figures(wrong)[0]["ece"] == 1
    assert metrics.bins(sure).tolist() == [9, 9]


def test_bins_are_open_below():
    p = [[0.5, 0.5, 0.0], [0.6, 0.4, 0.0], [0.61, 0.39, 0.0]]
    assert metrics.bins(answers.answers([0, 0, 0], p, "abc")).tolist() == [4, 5, 6]


def test_brier_and_log_loss_known_answers():
    found = answers.answers([0, 0], [[1.0, 0.0], [0.0, 1.0]], "ab")
    mine = figures(found)[0]
    assert mine["brier"] == 1.0  # 0 for the right one, 2 for the wrong one
    assert mine["log_loss"] == pytest.approx(-np.log(np.finfo(float).eps) / 2)


def test_top_k_of_equals_counts_the_first():
    found = answers.answers([0, 1, 2], [[1 / 3] * 3] * 3, "abc")
    assert top_k(found, 2).tolist() == [True, True, False]
    assert top_k(found, 3).all()


def test_risk_coverage_known_answers():
    p = [[0.9, 0.1], [0.8, 0.2], [0.8, 0.2], [0.6, 0.4]]
    curve = risk_coverage(answers.answers([0, 0, 1, 1], p, "ab"))
    assert curve.confidence.tolist() == [0.9, 0.8, 0.6]
    assert curve.coverage.tolist() == [0.25, 0.75, 1.0]
    assert curve.accuracy == pytest.approx([1, 2 / 3, 1 / 2])
    assert curve.at(0.5) == 0.75  # the first, and half a right answer of the two equals
    right = risk_coverage(answers.answers([0] * 4, p, "ab"))
    assert right.area == 0
    assert right.at(0.3) == 1
    with pytest.raises(answers.ArgumentError, match="a coverage of 0 "):
        right.at(0)


def test_the_surest_half_is_that_of_the_curve(found):
    assert figures(found)[0]["surest_half"] == pytest.approx(risk_coverage(found).at(0.5))
