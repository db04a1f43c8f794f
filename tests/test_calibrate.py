"""Calibration against scikit-learn, kept as plain data, on folds by artist."""

import doctest
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.calibration import _SigmoidCalibration
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

import answered
from earmark.errors import ArgumentError, BundleError, UnknownNameError
from earmark.evaluate import evaluate
from earmark.models import calibrate, curves
from earmark.models.calibrate import CALIBRATIONS, Temperature, fitted, from_plain
from earmark.models.head import softmax

GENRES = answered.GENRES


@pytest.mark.parametrize("module", [calibrate, curves])
def test_examples_in_docstrings(module):
    assert doctest.testmod(module).failed == 0


def too_sure(seed=0, artists=300, sharpness=3.0):
    """Return the genres and probabilities of a model that is surer than it should be."""
    y, p, _, groups = answered.made(artists, seed=seed, hardness=0.5)
    return y, softmax(sharpness * np.log(p)), groups


@pytest.mark.parametrize("kind", CALIBRATIONS)
class TestEveryCalibration:
    def test_it_gives_probabilities(self, kind):
        y, p, _ = too_sure()
        found = fitted(kind, y, p, GENRES)(p)
        assert found.shape == p.shape
        assert found.sum(axis=1) == pytest.approx(1)
        assert (found >= 0).all()

    def test_plain_data_keep_it(self, kind):
        y, p, _ = too_sure()
        made = fitted(kind, y, p, GENRES)
        again = from_plain(json.loads(json.dumps(made.plain())))
        assert np.array_equal(again(p), made(p))
        assert again == made

    def test_a_genre_that_does_not_occur(self, kind):
        y, p, _ = too_sure()
        some = [i for i, name in enumerate(y) if name != "pop"]
        found = fitted(kind, [y[i] for i in some], p[some], GENRES)(p)
        assert np.isfinite(found).all()

    def test_one_song(self, kind):
        found = fitted(kind, ["jazz"], [[0.2] * 5], GENRES)([[0.2] * 5, [1, 0, 0, 0, 0]])
        assert found.sum(axis=1) == pytest.approx(1)

    def test_what_is_no_probability_is_refused(self, kind):
        with pytest.raises(ArgumentError, match="probabilities that are not numbers"):
            fitted(kind, ["jazz"], [[np.nan] * 5], GENRES)
        with pytest.raises(ArgumentError, match="2 labels for 1 rows of probabilities"):
            fitted(kind, ["jazz"] * 2, [[0.2] * 5], GENRES)

    def test_new_artists_are_told_how_sure_to_be(self, kind):
        """What makes the model too sure is found on other artists; .05 is what is asked for."""
        y, p, _ = too_sure(1, artists=600)
        test_y, test_p, groups = too_sure(2, artists=600)
        after = evaluate(test_y, fitted(kind, y, p, GENRES)(test_p), GENRES, groups=groups, resamples=2)
        assert after.tracks.value("ece") <= 0.05 or kind == "none"
        before = evaluate(test_y, test_p, GENRES, resamples=2)
        assert before.tracks.value("ece") > 0.1


@pytest.mark.parametrize("temperature", [0.5, 1.0, 4.0])
def test_temperature_known_answers(temperature):
    """Labels drawn from softmax(scores), a model that says softmax(scores x t)."""
    rng = np.random.default_rng(0)
    scores = rng.normal(size=(20_000, 4)) * 2
    true = softmax(scores)
    y = (rng.random((20_000, 1)) > true.cumsum(axis=1)).sum(axis=1).clip(0, 3)
    made = Temperature.fit(y, softmax(scores * temperature))
    assert made.temperature == pytest.approx(temperature, rel=0.05)


def test_temperature_is_where_scikit_learn_finds_the_least_loss():
    y, p, _ = too_sure()
    made = fitted("temperature", y, p, GENRES)
    codes = [GENRES.index(name) for name in y]
    losses = [log_loss(codes, Temperature(made.temperature * f)(p)) for f in (0.98, 1.0, 1.02)]
    assert losses[1] == min(losses)


@given(st.integers(0, 1000))
@settings(max_examples=20)
def test_temperature_changes_no_answer(seed):
    y, p, _ = too_sure(seed, 20)
    found = fitted("temperature", y, p, GENRES)(p)
    assert np.array_equal(found.argmax(axis=1), p.argmax(axis=1))


def test_the_logistic_curve_agrees_with_scikit_learn():
    rng = np.random.default_rng(0)
    x = rng.normal(size=200) * 2
    hits = rng.random(200) < 1 / (1 + np.exp(-1.5 * x + 1))
    slope, offset = curves.logistic(x, hits)
    theirs = _SigmoidCalibration().fit(x, hits)
    assert (slope, offset) == pytest.approx((-theirs.a_, -theirs.b_), abs=1e-4)
    free = LogisticRegression(C=np.inf).fit(x[:, None], hits)
    assert slope == pytest.approx(free.coef_[0, 0], rel=0.2)


def test_a_curve_that_would_fall_is_level():
    x = np.array([-1.0, -2.0, 1.0, 2.0])
    slope, offset = curves.logistic(x, x < 0)
    assert slope == 0
    assert offset == pytest.approx(0)


@given(st.lists(st.tuples(st.integers(0, 20), st.booleans()), min_size=1, max_size=60))
def test_the_rising_curve_agrees_with_scikit_learn(points):
    x, y = np.array([a / 20 for a, _ in points]), np.array([float(b) for _, b in points])
    at, to = curves.rising(x, y)
    asked = np.linspace(-0.2, 1.2, 57)
    theirs = IsotonicRegression(out_of_bounds="clip").fit(x, y).predict(asked)
    assert np.interp(asked, at, to) == pytest.approx(theirs, abs=1e-9)


def test_where_every_curve_says_nothing_the_model_is_left_as_it_is():
    made = calibrate.Isotonic(((0.0, 1.0),) * 2, ((0.0, 0.0),) * 2)
    assert made([[0.3, 0.7]]).tolist() == [[0.3, 0.7]]


@pytest.mark.parametrize(
    "plain",
    [
        {},
        {"kind": "magic"},
        {"kind": "temperature"},
        {"kind": "temperature", "temperature": 0},
        {"kind": "temperature", "temperature": float("nan")},
        {"kind": "temperature", "temperature": "hot"},
        {"kind": "sigmoid", "slopes": [1.0], "offsets": []},
        {"kind": "sigmoid", "slopes": [], "offsets": []},
        {"kind": "sigmoid", "slopes": [float("inf")], "offsets": [0]},
        {"kind": "isotonic", "at": [[1.0, 0.0]], "to": [[0.0, 1.0]]},
        {"kind": "isotonic", "at": [[]], "to": [[]]},
        {"kind": "isotonic", "at": [[0.0, 1.0]], "to": [[0.0]]},
    ],
)
def test_damaged_calibrations(plain):
    with pytest.raises(BundleError) as caught:
        from_plain(plain)
    assert str(caught.value) == (
        f"the calibration {plain.get('kind')!r} is damaged or unknown (make the model again)"
    )


def test_an_unknown_calibration():
    with pytest.raises(UnknownNameError) as caught:
        fitted("temprature", [0], [[1.0]], "a")
    assert str(caught.value) == (
        "unknown calibration 'temprature' (did you mean 'temperature'? "
        "known: none, temperature, sigmoid, isotonic)"
    )
