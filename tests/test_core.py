"""The core in NumPy: known answers, moments, and which parts are worked out."""

import numpy as np
import pytest
from benchmarks import sounds
from benchmarks.librosa_recipe import librosa
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from earmark._dsp import numpy_core
from earmark._dsp.core import PARTS, core
from earmark._dsp.numpy_core import mean_and_variance
from earmark._dsp.passes import measure
from earmark.errors import ArgumentError

RATE_HZ = 22050
EVERYTHING = frozenset(PARTS)
ROWS = {"chroma": 12, "mel": 128, "mfcc": 20, "contrast": 7}


def ours(y, parts=EVERYTHING):
    return numpy_core.core(y, RATE_HZ, frozenset(parts))


# -- moments


def test_mean_and_variance_of_columns():
    assert mean_and_variance(np.float32([[1, 10], [3, 10]])).tolist() == [[2.0, 1.0], [10.0, 0.0]]
    assert mean_and_variance(np.zeros(0)).tolist() == [[0.0, 0.0]]


def test_variance_far_from_zero():
    values = np.float32(1000) + np.tile(np.float32([0.0, 0.25]), 200_000)
    assert mean_and_variance(values) == pytest.approx(np.array([[1000.125, 0.125**2]]), rel=1e-12)


@given(
    hnp.arrays(
        np.float32, st.tuples(st.integers(1, 50), st.integers(1, 5)), elements=st.floats(-1e3, 1e3, width=32)
    )
)
def test_moments_are_numpys(values):
    found = mean_and_variance(values)
    exact = values.astype(np.float64)
    assert found[:, 0] == pytest.approx(exact.mean(axis=0), rel=1e-12, abs=1e-12)
    assert found[:, 1] == pytest.approx(exact.var(axis=0), rel=1e-9, abs=1e-9)


# -- known answers


def test_sine():
    found = ours(sounds.sine(440.0, duration_s=10.0))
    assert found.moments["rms"][0, 0] == pytest.approx(0.5 / np.sqrt(2), rel=0.01)
    assert found.moments["harmonic_rms"][0, 0] == pytest.approx(0.5 / np.sqrt(2), rel=0.01)
    assert found.moments["percussive_rms"][0, 0] < 0.02
    assert found.moments["flatness"][0, 0] < 1e-3
    assert found.moments["flux"][0, 0] < 1.0
    assert found.moments["chroma"][:, 0].argmax() == 9  # A


def test_silence():
    found = ours(np.zeros(22050, np.float32))
    assert found.loud == (0, 0)
    assert not found.onsets.any()
    assert found.moments["flatness"][0] == pytest.approx([1.0, 0.0], abs=1e-6)  # all bins are alike
    assert found.moments["contrast"].tolist() == [[0.0, 0.0]] * 7
    assert found.moments["flux"].tolist() == [[0.0, 0.0]]


def test_noise_is_flat_and_a_sine_is_not():
    assert ours(sounds.noise()).moments["flatness"][0, 0] == pytest.approx(
        0.56, abs=0.03
    )  # exp(-Euler's constant)


def test_flux_of_what_doubles():
    """A click in the middle frame only: the change is its own spectrum, up and down."""
    y = np.zeros(5 * 2048, np.float32)
    y[4 * 2048 // 2] = 1.0
    spectrum = np.abs(librosa.stft(y)).T
    change = np.sqrt((np.diff(spectrum, axis=0) ** 2).mean(axis=1))
    assert measure(y, RATE_HZ, frozenset({"flux"}))["flux"] == pytest.approx(change, rel=1e-5)
    assert ours(y).moments["flux"][0, 0] == pytest.approx(change.mean(), rel=1e-5)


def test_one_sample_has_no_flux():
    assert ours(np.float32([0.5])).moments["flux"].tolist() == [[0.0, 0.0]]


def test_loud_samples_are_those_above_a_hundred_thousandth():
    y = sounds.chords(duration_s=3.0)
    measured = measure(y, RATE_HZ, frozenset({"hpss"}))
    counts = tuple(int((measured[name] > 1e-5).sum()) for name in ("harmonic", "percussive"))
    assert ours(y).loud == counts


# -- parts


@pytest.mark.parametrize("part", PARTS)
def test_a_part_gives_the_same_alone_as_among_all(part):
    y = sounds.chords(duration_s=4.0)
    alone, among = ours(y, {part}), ours(y)
    names = set(PARTS[part]) - {"onsets", "onsets_mean", "tuning_bins"}
    assert set(alone.moments) == names
    for name in names:
        assert np.array_equal(alone.moments[name], among.moments[name])
        assert among.moments[name].shape == (ROWS.get(name, 1), 2)
    frames = 1 + len(y) // 512 if part == "onsets" else 0
    assert len(alone.onsets) == len(alone.onsets_mean) == frames
    assert alone.tuning_bins == (among.tuning_bins if part == "tuning" else 0)
    assert alone.loud == (among.loud if part == "hpss" else (0, 0))


def test_all_onsets_are_those_of_librosa():
    y = sounds.chords()
    assert ours(y).onsets_mean == pytest.approx(librosa.onset.onset_strength(y=y), abs=1e-4)
    theirs = librosa.onset.onset_strength(y=y, aggregate=np.median)
    assert ours(y).onsets == pytest.approx(theirs, abs=1e-4)


def test_samples_are_not_touched():
    y = sounds.chords(duration_s=1.0)
    before = y.copy()
    ours(y)
    assert np.array_equal(y, before)


# -- what is refused


def refused(y):
    with pytest.raises(ArgumentError) as caught:
        core(np.float32(y), RATE_HZ, EVERYTHING)
    return str(caught.value)


def test_no_samples():
    assert refused([]) == "no samples (give at least one)"


def test_samples_that_are_no_sound():
    assert refused([0.5, np.nan]) == "samples up to nan (give finite ones up to 1e+12: full scale is 1)"
    assert refused([0.5, -np.inf]) == "samples up to inf (give finite ones up to 1e+12: full scale is 1)"
    assert refused([2e12]) == "samples up to 2e+12 (give finite ones up to 1e+12: full scale is 1)"
