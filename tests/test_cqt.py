"""The constant-Q transform: known answers, then librosa's numbers."""

import warnings

import numpy as np
import pytest
from benchmarks import sounds
from benchmarks.librosa_recipe import librosa
from hypothesis import given
from hypothesis import strategies as st

from earmark._dsp.cqt import cqt_magnitude, tuning_bins
from earmark.errors import ArgumentError

RATE_HZ = 22050
SHORT = (1, 2, 100, 511, 512, 513, 1023, 1024, 1025, 2048, 5000)


def theirs(y, rate_hz=RATE_HZ, tuning=None):
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "n_fft=.*too large|Trying to estimate tuning")
        return np.abs(librosa.cqt(y, sr=rate_hz, n_bins=252, bins_per_octave=36, tuning=tuning)).T


def assert_equal(ours, expected):
    assert ours.dtype == np.float32
    assert ours.shape == expected.shape
    assert np.allclose(ours, expected, rtol=1e-5, atol=2e-6 * expected.max())


@pytest.mark.parametrize(
    ("frequency_hz", "bin_number"), [(65.406, 36), (440.0, 135), (523.251, 144), (3951.066, 249)]
)
def test_a_tone_lies_in_its_bin(frequency_hz, bin_number):
    magnitude = cqt_magnitude(sounds.sine(frequency_hz), RATE_HZ, 0.0)
    assert (magnitude[20:-20].argmax(axis=1) == bin_number).all()


def test_a_tone_between_two_bins_is_found_with_its_tuning():
    quarter_bin = sounds.sine(440.0 * 2 ** (0.25 / 36))
    tuned, plain = (cqt_magnitude(quarter_bin, RATE_HZ, bins)[60, 135] for bins in (0.25, 0.0))
    assert tuned > 1.01 * plain


@pytest.mark.parametrize("name", sounds.synthetic())
def test_tuning_equals_librosa(name):
    y = sounds.synthetic()[name]
    assert tuning_bins(y, RATE_HZ) == librosa.estimate_tuning(y=y, sr=RATE_HZ, bins_per_octave=36)


@pytest.mark.parametrize("name", sounds.synthetic())
def test_magnitude_equals_librosa(name):
    y = sounds.synthetic()[name]
    assert_equal(cqt_magnitude(y, RATE_HZ), theirs(y))


@pytest.mark.parametrize("bins", np.arange(-50, 50, 7) / 100)
def test_magnitude_equals_librosa_at_every_tuning(bins):
    y = sounds.noise(1.0)
    assert_equal(cqt_magnitude(y, RATE_HZ, bins), theirs(y, tuning=bins))


SLOW_RATE = pytest.param(
    8500,
    marks=pytest.mark.skipif(
        librosa.__version__ >= "1", reason="librosa 1.0 keeps the lower octaves at another rate there"
    ),
)


# At 44.1 kHz and above the signal is slowed down before the top octave.
@pytest.mark.parametrize("rate_hz", [SLOW_RATE, 11025, 16000, 44100, 48000, 96000])
def test_magnitude_equals_librosa_at_other_rates(rate_hz):
    y = sounds.chords(2.0)
    assert_equal(cqt_magnitude(y, rate_hz), theirs(y, rate_hz))


@pytest.mark.parametrize("n", SHORT)
def test_magnitude_of_short_sound_equals_librosa(n):
    y = sounds.chords()[20000 : 20000 + n]
    assert_equal(cqt_magnitude(y, RATE_HZ), theirs(y))


@pytest.mark.parametrize("n", [0, 1, 22050])
def test_silence_is_zero(n):
    magnitude = cqt_magnitude(np.zeros(n, dtype=np.float32), RATE_HZ)
    assert magnitude.shape == (1 + n // 512, 252)
    assert not magnitude.any()


def test_a_rate_too_low_for_the_top_octave():
    with pytest.raises(ArgumentError) as error:
        cqt_magnitude(sounds.sine(), 8000)
    assert (
        error.value.message
        == "a sampling rate of 8000 Hz is too low for a constant-Q transform up to 4186 Hz"
    )
    assert error.value.hint == "resample to 8500 Hz or more; Earmark's own clips have 22050"


@pytest.mark.parametrize("times", [1, 2, 3])
def test_to_multiply_is_to_divide_to_the_last_bit(times):
    """Every mantissa there is, and every number without an exponent: so halving may multiply."""
    quieter = np.sqrt(0.5**times)
    for first in (0, 0x4B000000):
        x = np.arange(first, first + 2**23, dtype=np.int32).view(np.float32)
        assert np.array_equal((x / quieter).astype(np.float32), (x * (1 / quieter)).astype(np.float32))


@given(st.integers(1, 20000), st.integers(-80, 12))
def test_twice_as_loud_is_twice_as_much(n, level):
    y = np.ldexp(sounds.noise(1.0)[:n], level).astype(np.float32)
    once, twice = cqt_magnitude(y, RATE_HZ, 0.0), cqt_magnitude(2 * y, RATE_HZ, 0.0)
    assert np.isfinite(twice).all()
    assert np.allclose(twice, 2 * once, rtol=1e-6, atol=1e-37)
