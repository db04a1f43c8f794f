"""The head's arithmetic: answers worked out by hand, then what must hold for any numbers."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from earmark.features import musicnn
from earmark.models.head import Head, input_names, softmax, statistics

SCORES = hnp.arrays(
    np.float64, hnp.array_shapes(min_dims=1, max_dims=2, max_side=8), elements=st.floats(-1e6, 1e6)
)
TAGS = hnp.arrays(np.float32, st.tuples(st.integers(1, 6), st.just(5)), elements=st.floats(0, 1, width=32))


def head(**changes) -> Head:
    """Return a head over two inputs for three genres."""
    parts = {
        "genre_weights": np.array([[1.0, 0.0, -1.0], [0.0, 2.0, 0.0]]),
        "genre_bias": np.array([0.0, 0.5, 0.0]),
        "music_weights": np.array([1.0, -1.0]),
        "music_bias": 0.5,
        "temperature": 2.0,
        "patch_temperature": 4.0,
    }
    return Head(**{**parts, **changes})


def test_softmax_of_logs_are_the_shares():
    assert softmax(np.log([1.0, 2.0, 5.0])) == pytest.approx([0.125, 0.25, 0.625], abs=1e-15)
    assert softmax(np.array([[0.0, 0.0], [math.log(3), 0.0]])) == pytest.approx(
        np.array([[0.5, 0.5], [0.75, 0.25]])
    )


def test_softmax_of_scores_too_large_to_exponentiate():
    assert softmax(np.array([1e4, 0.0, -1e4])).tolist() == [1.0, 0.0, 0.0]


@given(SCORES, st.floats(-100, 100))
def test_softmax_is_a_distribution_that_keeps_order_and_forgets_a_shift(scores, shift):
    p = softmax(scores)
    assert ((p >= 0) & (p <= 1)).all()
    assert p.sum(axis=-1) == pytest.approx(1.0)
    assert (
        np.take_along_axis(p, scores.argmax(axis=-1)[..., None], -1) == p.max(axis=-1, keepdims=True)
    ).all()
    assert softmax(scores + shift) == pytest.approx(p, abs=1e-6)


def test_statistics_by_hand():
    assert statistics(np.array([[0.5, 0.125, 0.75]], np.float32)) == pytest.approx(
        np.array([[0.0, -math.log(7), math.log(3), 0.7937005, 0.5, 0.9085603]])
    )


def test_statistics_at_the_ends_are_held_by_the_floor():
    most = math.log(0.9999 / 0.0001)
    assert statistics(np.array([[0.0, 1.0]], np.float32)) == pytest.approx(
        np.array([[-most, most, 0.0, 1.0]])
    )


@given(TAGS)
def test_statistics_are_finite_rise_with_the_tag_and_know_one_patch_at_a_time(tags):
    inputs = statistics(tags)
    assert inputs.shape == (len(tags), 2 * tags.shape[1])
    assert inputs.dtype == np.float64
    assert np.isfinite(inputs).all()
    for column in range(tags.shape[1]):
        order = np.argsort(tags[:, column])
        assert (np.diff(inputs[order, column]) >= 0).all()
        assert (np.diff(inputs[order, column + tags.shape[1]]) >= 0).all()
    for row, alone in zip(inputs, tags, strict=True):
        assert (statistics(alone[None])[0] == row).all()


def test_the_inputs_have_names():
    names = input_names(musicnn.TAGS)
    assert len(names) == len(set(names)) == 100 == statistics(np.zeros((1, 50), np.float32)).shape[1]
    assert (names[0], names[5], names[33], names[50], names[99]) == (
        "log_odds_rock",
        "log_odds_female_vocalists",
        "log_odds_hip_hop",
        "cube_root_rock",
        "cube_root_happy",
    )


def test_genres_by_hand():
    song, each = head().genres(np.array([[1.0, 0.0], [3.0, 1.0]]))
    # scores of the patches: (1, 0.5, -1) and (3, 2.5, -3); their mean (2, 1.5, -2), over a temperature of 2
    e = np.exp([1.0, 0.75, -1.0])
    assert song == pytest.approx(e / e.sum())
    first, second = np.exp([0.25, 0.125, -0.25]), np.exp([0.75, 0.625, -0.75])
    assert each == pytest.approx(np.array([first / first.sum(), second / second.sum()]))


@given(hnp.arrays(np.float64, st.tuples(st.integers(1, 9), st.just(2)), elements=st.floats(-20, 20)))
def test_a_songs_score_is_the_mean_of_its_patches_scores(patches):
    ours = head(temperature=1.0, patch_temperature=1.0)
    song, each = ours.genres(patches)
    scores = patches @ ours.genre_weights + ours.genre_bias
    assert song == pytest.approx(softmax(scores.mean(axis=0)))
    assert each == pytest.approx(softmax(scores))
    # and the head of the mean is the mean of the heads
    assert song == pytest.approx(ours.genres(patches.mean(axis=0, keepdims=True))[0])
    assert (head(temperature=9.0).genres(patches)[0].max() <= song.max() + 1e-12).all()


def test_music_p_by_hand():
    # the mean of the patches is (2, 0.5): odds 2 - 0.5 + 0.5 = 2
    assert head().music_p(np.array([[1.0, 0.0], [3.0, 1.0]])) == pytest.approx(1 / (1 + math.exp(-2)))
    assert head(music_bias=0.0).music_p(np.zeros((1, 2))) == 0.5


@pytest.mark.parametrize(("odds", "p"), [(1e9, 1.0), (-1e9, 0.0)])
def test_music_p_of_odds_too_large_to_exponentiate(odds, p):
    assert head(music_bias=odds).music_p(np.zeros((1, 2))) == pytest.approx(p, abs=1e-20)
