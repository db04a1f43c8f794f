"""Nothing is fitted on what it is to be honest about."""

import doctest
import json

import numpy as np
import pytest

import answered
from earmark.errors import ArgumentError, BundleError
from earmark.evaluate.coverage import coverage
from earmark.models import crossfit
from earmark.models.calibrate import fitted
from earmark.models.conformal import split_conformal
from earmark.models.crossfit import Calibrated, calibrated, cross_fitted, out_of_fold
from earmark.models.head import softmax

GENRES = answered.GENRES


def songs(seed, artists=120):
    y, p, _, groups = answered.made(artists, seed=seed)
    return y, softmax(2 * np.log(p)), GENRES, groups


def test_examples_in_docstrings():
    assert doctest.testmod(crossfit).failed == 0


@pytest.mark.parametrize("kind", ["temperature", "sigmoid", "isotonic"])
def test_sets_keep_their_promise_whatever_the_calibration(kind):
    found = []
    for seed in range(15):
        made = calibrated(*songs(seed), kind=kind)
        y, p, classes, _ = songs(seed + 1000, 300)
        found.append(coverage(y, made(p)[1], classes, resamples=2).covered.value)
    assert np.mean(found) == pytest.approx(0.9, abs=0.02)


def test_fitted_on_the_same_songs_they_would_not():
    """The reason for cross-fitting: a rising curve has seen the genres that the sets are made from."""
    found = []
    for seed in range(15):
        y, p, classes, groups = songs(seed, 60)
        curve = fitted("isotonic", y, p, classes)
        made = split_conformal(y, curve(p), classes, groups)
        new_y, new_p, _, _ = songs(seed + 1000, 300)
        found.append(coverage(new_y, made.sets(curve(new_p)), classes, resamples=2).covered.value)
    assert np.mean(found) < 0.88


def test_no_song_has_a_part_in_its_own_calibration():
    y, p, classes, groups = songs(0)
    first = cross_fitted("isotonic", y, p, classes, groups)
    mine = np.array([group == groups[0] for group in groups])
    other = [name if not of_one else "rock" for name, of_one in zip(y, mine, strict=True)]
    second = cross_fitted("isotonic", other, p, classes, groups)
    assert np.array_equal(first[mine], second[mine])
    assert not np.array_equal(first, second)


def test_verdicts_are_kept_as_plain_data():
    y, p, classes, groups = songs(0)
    made = calibrated(y, p, classes, groups, kind="sigmoid", by_genre=True, wanted=0.7)
    again = Calibrated.from_plain(json.loads(json.dumps(made.plain())))
    assert again == made
    for mine, theirs in zip(made(p), again(p), strict=True):
        assert np.array_equal(mine, theirs)
    _, sets, sure = made(p)
    assert 0 < sure.mean() < 1
    assert sets[sure].sum(axis=1).mean() < sets[~sure].sum(axis=1).mean()


def test_one_artist_and_no_sure_answer():
    made = calibrated(["blues", "jazz"], [[0.2] * 5] * 2, GENRES, ["a", "a"])
    p, sets, sure = made([[0.2] * 5])
    assert p.sum() == pytest.approx(1)
    assert sets.all()
    assert not sure.any()
    assert Calibrated.from_plain(json.loads(json.dumps(made.plain()))) == made


def test_damaged_verdicts():
    plain = calibrated(*songs(0)).plain()
    for damage in ({"sureness": {}}, {"sureness": plain["sureness"] | {"threshold": -1}}, {"conformal": {}}):
        with pytest.raises(BundleError, match="damaged"):
            Calibrated.from_plain(plain | damage)
    with pytest.raises(BundleError) as caught:
        Calibrated.from_plain({})
    assert str(caught.value) == "the thresholds of the verdicts are damaged (make the model again)"


def test_lengths_differ():
    with pytest.raises(ArgumentError) as caught:
        calibrated([0], [[1.0]], "a", ["x", "y"])
    assert str(caught.value) == ("2 groups for 1 rows of probabilities (give one for each row)")


class TestOutOfFold:
    groups = ("a", "a", "b", "b", "c", "d")

    def test_every_row_by_models_that_did_not_hear_its_artist(self):
        heard = []

        def fit(train, asked):
            heard.append((set(train), set(asked)))
            return np.full((len(asked), 2), 0.5)

        folds = [([2, 3, 4, 5], [0, 1]), ([0, 1, 4, 5], [2, 3]), ([0, 1, 2, 3], [4])]
        p, answered_rows = out_of_fold(fit, folds, self.groups, 2)
        assert heard[0] == ({2, 3, 4, 5}, {0, 1})
        assert answered_rows.tolist() == [True] * 5 + [False]
        assert p[:5].tolist() == [[0.5, 0.5]] * 5
        assert np.isnan(p[5]).all()

    def test_the_mean_of_several_answers(self):
        said = iter([[[1.0, 0.0]], [[0.5, 0.5]]])
        p, _ = out_of_fold(lambda *_: next(said), [([2], [0]), ([3], [0])], self.groups, 2)
        assert p[0].tolist() == [0.75, 0.25]

    def test_random_folds_are_refused(self):
        with pytest.raises(ArgumentError) as caught:
            out_of_fold(lambda *_: None, [([0, 2], [1, 4])], self.groups, 2)
        assert str(caught.value) == (
            "fold 1 has 1 groups on both sides "
            "(make folds by artist: a model is too sure of artists it has heard)"
        )
