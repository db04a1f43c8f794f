"""A song's genre from its segments: S0's vote, the mean, ties."""

import doctest

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.errors import ArgumentError
from earmark.models import probabilities, votes
from earmark.models.probabilities import checked, coded
from earmark.models.votes import tally


@pytest.mark.parametrize("module", [votes, probabilities])
def test_examples_in_docstrings(module):
    assert doctest.testmod(module).failed == 0


def hot(*genres, of=3):
    return np.eye(of)[list(genres)] * 0.7 + 0.3 / of


def test_majority_and_confidence():
    """Seven segments, 4 : 2 : 1, give the first with 4 / (4 + 2)."""
    found = tally(hot(0, 0, 0, 0, 1, 1, 2), ["song"] * 7)
    assert found.counts.tolist() == [[4, 2, 1]]
    assert found.winners.tolist() == [0]
    assert found.confidence.tolist() == [4 / 6]
    assert found.shares.tolist() == [[4 / 7, 2 / 7, 1 / 7]]


def test_the_vote_may_differ_from_the_mean():
    p = [[0.51, 0.49], [0.51, 0.49], [0.0, 1.0]]
    found = tally(p, ["a"] * 3)
    assert found.winners.tolist() == [0]
    assert found.mean.argmax(axis=1).tolist() == [1]


def test_ties_go_to_the_greater_mean_then_to_the_first():
    louder = tally([[0.55, 0.45], [0.1, 0.9]], ["a", "a"])
    assert (louder.winners.tolist(), louder.confidence.tolist()) == ([1], [0.5])
    equal = tally([[0.8, 0.2], [0.2, 0.8]], ["a", "a"])
    assert equal.winners.tolist() == [0]


def test_a_third_genre_of_greater_mean_does_not_win_a_tie_of_others():
    p = [[0.4, 0.2, 0.3999], [0.2, 0.4, 0.3999], [0.4, 0.2, 0.3999], [0.2, 0.4, 0.3999]]
    assert tally(np.array(p) / np.sum(p, axis=1, keepdims=True), ["a"] * 4).winners.tolist() == [0]


def test_one_segment_and_one_genre_are_sure():
    assert tally([[0.4, 0.6]], ["a"]).confidence.tolist() == [1.0]
    assert tally([[1.0], [1.0]], ["a", "a"]).confidence.tolist() == [1.0]


def test_tracks_are_in_order_of_first_sight():
    found = tally(hot(0, 1, 0, of=2), ["z", "a", "z"])
    assert found.tracks == ("z", "a")
    assert found.codes.tolist() == [0, 1, 0]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), min_size=1, max_size=40), st.randoms())
def test_the_order_of_segments_does_not_matter(segments, random):
    def said(rows):
        found = tally(hot(*(genre for _, genre in rows)), [track for track, _ in rows])
        return dict(zip(found.tracks, zip(found.counts.tolist(), found.confidence, strict=True), strict=True))

    mixed = random.sample(segments, len(segments))
    assert said(mixed) == said(segments)
    assert all(0.5 <= confidence <= 1 for _, confidence in said(segments).values())


@pytest.mark.parametrize(
    ("p", "message", "hint"),
    [
        (
            [[0.5, 0.5], [np.nan, 1.0]],
            "1 of 2 rows have probabilities that are not numbers, the first is row 1",
            "find the step that gives NaN: missing features must be imputed before the classifier",
        ),
        (
            [[0.5, 0.2]],
            "row 0 holds no probabilities: from 0.2 to 0.5, sum 0.7",
            "give numbers from 0 to 1 that sum to 1; softmax makes them of scores",
        ),
        (
            [[1.5, -0.5]],
            "row 0 holds no probabilities: from -0.5 to 1.5, sum 1",
            "give numbers from 0 to 1 that sum to 1; softmax makes them of scores",
        ),
        (
            [0.5, 0.5],
            "probabilities of shape (2,)",
            "give one row per song or segment, shape (rows, genres)",
        ),
        (np.empty((0, 2)), "no row of probabilities", "give at least one song"),
        ([["a", "b"]], "the probabilities are not numbers", "give an array of numbers"),
    ],
)  # fmt: skip
def test_what_is_no_probabilities_is_refused(p, message, hint):
    with pytest.raises(ArgumentError) as caught:
        checked(p)
    assert (caught.value.message, caught.value.hint) == (message, hint)


def test_lengths_differ():
    with pytest.raises(ArgumentError) as caught:
        tally([[1.0]], ["a", "b"])
    assert str(caught.value) == "2 names of tracks for 1 segments (name the track of each segment)"


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (["rok"], "row 0 is 'rok', none of the 2 genres (did you mean 'rock'? known: jazz, rock)"),
        (["jazz", None], "row 1 has no label (leave out rows without a label)"),
        (["jazz", float("nan")], "row 1 has no label (leave out rows without a label)"),
        ([2], "row 0 is 2, none of the 2 genres (known: jazz, rock)"),
        ([True], "row 0 is True, none of the 2 genres (known: jazz, rock)"),
    ],
)
def test_labels_that_are_none(y, message):
    with pytest.raises(ArgumentError) as caught:
        coded(y, ["jazz", "rock"])
    assert str(caught.value) == message


def test_labels_by_number_or_name():
    assert coded(np.array([1, 0]), ["jazz", "rock"]).tolist() == [1, 0]
    assert coded(np.array(["поп"]), ["jazz", "поп"]).tolist() == [1]
    assert coded([1990], [1980, 1990]).tolist() == [1]
    with pytest.raises(ArgumentError, match="the genre 'a' is named twice"):
        coded(["a"], ["a", "a"])
    with pytest.raises(ArgumentError, match="no genres"):
        coded([], [])
