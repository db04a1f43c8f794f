"""Learning curves, and sets of genres against the truth."""

import doctest

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from earmark.errors import ArgumentError
from earmark.evaluate import coverage as coverage_module
from earmark.evaluate import learning
from earmark.evaluate.coverage import coverage
from earmark.evaluate.learning import learning_curve

CLASSES = ["blues", "jazz", "rock"]


@pytest.mark.parametrize("module", [learning, coverage_module])
def test_examples_in_docstrings(module):
    assert doctest.testmod(module).failed == 0


@pytest.fixture(scope="module")
def songs():
    rng = np.random.default_rng(0)
    groups = np.repeat(np.arange(90), 3)
    y = np.arange(90)[groups] % 3
    x = rng.normal(size=(270, 6)) + np.eye(3)[y] @ rng.normal(size=(3, 6)) + rng.normal(size=(90, 6))[groups]
    parts = rng.permutation(90)[groups] % 3
    folds = [(np.flatnonzero(parts != i), np.flatnonzero(parts == i)) for i in range(3)]
    return x, y, groups, folds


def fit_on(x, y, seen=None):
    def fit(train, asked):
        if seen is not None:
            seen.append((train, asked))
        return LogisticRegression(max_iter=500).fit(x[train], y[train]).predict_proba(x[asked])

    return fit


def test_more_artists_help(songs):
    x, y, groups, folds = songs
    told = []
    curve = learning_curve(
        fit_on(x, y), y, CLASSES, groups, folds, shares=(0.1, 0.4, 1.0), resamples=100,
        progress=lambda done, of: told.append((done, of)),
    )  # fmt: skip
    assert [point.groups for point in curve] == [6, 24, 60]
    assert [point.rows for point in curve] == [18, 72, 180]
    assert curve[-1].test.value > curve[0].test.value
    assert curve[0].train > curve[-1].train > curve[-1].test.value
    assert all(point.test.low < point.test.value < point.test.high for point in curve)
    assert told[-1] == (9, 9)


def test_shares_hold_the_smaller_ones_and_all_genres_and_no_tested_song(songs):
    x, y, groups, folds = songs
    seen = []
    learning_curve(fit_on(x, y, seen), y, CLASSES, groups, folds[:1], shares=(0.01, 0.5, 1.0), resamples=2)
    chosen = [set(train) for train, _ in seen]
    assert chosen[0] < chosen[1] < chosen[2] == set(folds[0][0])
    assert len(chosen[0]) == 9  # one artist of each genre, three songs each
    for train, asked in seen:
        assert np.array_equal(asked[: len(train)], train)
        assert not set(groups[train]) & set(groups[asked[len(train) :]])


def test_areas_and_unknown_metrics(songs):
    x, y, groups, folds = songs
    (point,) = learning_curve(
        fit_on(x, y), y, CLASSES, groups, folds, shares=[1.0], metric="auc_ovo", resamples=50
    )
    assert 0.5 < point.test.low < point.test.value < point.train
    with pytest.raises(ArgumentError, match="no metric 'f2'"):
        learning_curve(fit_on(x, y), y, CLASSES, groups, folds, shares=[1.0], metric="f2", resamples=2)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"folds": []}, "no folds (give rows to learn from and rows to test on)"),
        (
            {"folds": [([0, 1], [2, 3])]},
            "fold 1 has 1 groups on both sides "
            "(make folds by group: the curve would tell how well artists are known again)",
        ),
        (
            {"folds": [([0, 1], [3]), ([6], [3])]},
            "some rows are tested twice (give the folds of one repeat)",
        ),
        ({"shares": []}, "shares of nothing (give some above 0, up to 1)"),
        ({"shares": [0, 1]}, "shares of 0, 1 (give some above 0, up to 1)"),
    ],
)
def test_what_is_refused(songs, changed, message):
    x, y, groups, folds = songs
    given = {"folds": folds, "shares": [1.0]} | changed
    with pytest.raises(ArgumentError) as caught:
        learning_curve(fit_on(x, y), y, CLASSES, groups, **given)
    assert str(caught.value) == message


def test_coverage_known_answers():
    sets = [[1, 0, 0], [0, 1, 0], [1, 1, 0], [1, 1, 1]]
    found = coverage([0, 0, 1, 1], sets, CLASSES, ["a", "a", "a", "b"])
    assert (found.tracks, found.groups, found.covered.value, found.size) == (4, 2, 0.75, 1.75)
    assert found.per_group == pytest.approx((2 / 3 + 1) / 2)
    assert (found.single, found.single_right) == (0.5, 0.5)
    assert found.genres == {"blues": 0.5, "jazz": 1.0, "rock": None}
    assert found.covered.low is None


def test_coverage_at_the_edge():
    found = coverage([0] * 20, np.ones((20, 3), bool), CLASSES, range(20))
    assert (found.covered.low, found.covered.high) == (pytest.approx(0.8316, abs=1e-4), 1.0)
    assert found.single_right is None
    with pytest.raises(ArgumentError) as caught:
        coverage([0], [[True]], CLASSES)
    assert str(caught.value) == (
        "sets of shape (1, 1) for 1 songs and 3 genres (give one row per song and one column per genre)"
    )
