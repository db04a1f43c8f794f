"""Whitening within genres, weights by group, and logarithms of positive columns."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import learning
from earmark.errors import ArgumentError, RecipeError
from earmark.models.recipe import parse, recipe
from earmark.models.steps import STEPS
from earmark.models.steps.power import Log
from earmark.models.steps.routing import fitted
from earmark.models.steps.whiten import Whiten, counted


@pytest.fixture(scope="module")
def table():
    return learning.made(tracks=40, apart=1.0)


def test_positive_columns_become_logarithms_and_others_stay():
    step = Log().fit([[1.0, 0.0, 5.0], [np.e, 1.0, 5.0]])
    assert step.positive_.tolist() == [True, False, True]
    asked = [[np.e**2, -3.0, 1.0], [0.0, 2.0, -1.0]]
    assert step.transform(asked) == pytest.approx(np.array([[2.0, -3.0, 0.0], [0.0, 2.0, np.log(5)]]))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.0, 0.5, 1.0]))
def test_rows_count_one_on_average_and_genres_alike(seed, balance):
    rng = np.random.default_rng(seed)
    groups = np.unique(rng.integers(0, 9, 40), return_inverse=True)[1]
    genres = np.unique(groups % 3, return_inverse=True)[1]
    weights = counted(groups, genres, balance)
    assert weights.min() > 0
    assert weights.mean() == pytest.approx(1)
    if balance == 0:
        assert weights == pytest.approx(1)
    else:
        assert np.ptp(np.bincount(genres, weights=weights)) < 1e-9
    if balance == 1:
        of_groups = np.bincount(groups, weights=weights)
        for genre in np.unique(genres):
            assert np.ptp(of_groups[np.unique(groups[genres == genre])]) < 1e-9


def test_genres_vary_alike_in_all_directions(table):
    codes = np.unique(table.y, return_inverse=True)[1]
    rng = np.random.default_rng(0)
    x = table.x @ rng.normal(size=(table.x.shape[1], table.x.shape[1])) + 100
    white = Whiten(shrink=1e-9, balance=0).fit(x, table.y).transform(x)
    within = sum(np.cov(white[codes == k].T, bias=True) * (codes == k).mean() for k in range(3))
    assert within == pytest.approx(np.eye(x.shape[1]), abs=1e-6)


def test_distances_do_not_hang_on_how_columns_are_mixed(table):
    mixed = table.x @ np.random.default_rng(1).normal(size=(table.x.shape[1], table.x.shape[1]))

    def distances(x):
        white = Whiten(shrink=1e-9).fit(x, table.y, groups=table.artist).transform(x)
        return np.linalg.norm(white[:, None] - white[None], axis=-1)

    assert distances(mixed) == pytest.approx(distances(table.x), rel=1e-5, abs=1e-6)


def test_a_large_group_does_not_set_the_measure():
    """One artist's many songs vary in one column only; the songs of the others vary in both."""
    rng = np.random.default_rng(0)
    many, few = rng.normal(size=(200, 2)) * [1, 0.1], rng.normal(size=(20, 2))
    x = np.concatenate([many, few])
    groups, y = [0] * 200 + list(range(1, 21)), ["a"] * 210 + ["b"] * 10
    ratios = []
    for balance in (0.0, 1.0):
        step = Whiten(balance=balance)
        fitted(step, x, y, groups=groups)
        ratios.append(step.turn_[1, 1] / step.turn_[0, 0])
    assert ratios[0] > 2
    assert ratios[1] == pytest.approx(1, abs=0.3)


def test_constant_and_equal_columns_do_no_harm():
    x = np.random.default_rng(0).normal(size=(30, 2))
    x = np.column_stack([x, x[:, 0], np.full(30, 7.0)])
    white = Whiten().fit(x, ["a", "b"] * 15).transform(x)
    assert np.isfinite(white).all()
    assert np.abs(white).max() < 10


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (Whiten(shrink=0), "a shrinking by 0 .give a number above 0, at most 1."),
        (Whiten(balance=-1), "a balance of -1 .give a number from 0 to 1."),
    ],
)
def test_wrong_parameters_are_named(step, message):
    with pytest.raises(ArgumentError, match=message):
        step.fit([[1.0], [2.0]], ["a", "b"])


def test_the_recipe_whitens_before_rows_are_added():
    assert [step.name for step in recipe("new-artists").steps] == ["log", "whiten"]
    text = '[[step]]\nname = "oversample"\n[[step]]\nname = "whiten"\n[classifier]\nname = "lda"'
    with pytest.raises(RecipeError, match="step 2, whiten, comes after rows were added that are of no track"):
        parse(text)
    assert STEPS["whiten"].make(shrink=0.1).shrink == 0.1
