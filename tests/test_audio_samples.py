"""Samples in memory become the same clip as the same samples in a file."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sounds
from earmark import audio
from earmark.errors import ArgumentError, EmptyAudioError


@settings(max_examples=15, deadline=None, derandomize=True)
@given(
    rate_hz=st.sampled_from([8000, 22050, 44100, 48000, 96000]),
    channels=st.sampled_from([1, 2, 6]),
    seconds=st.floats(0.01, 1.0),
    to_hz=st.sampled_from([22050, 16000, 44100]),
)
def test_the_same_as_a_float_wav(tmp_path_factory, rate_hz, channels, seconds, to_hz):
    samples = sounds.music(seconds, rate_hz, channels)
    path = tmp_path_factory.mktemp("wav") / "a.wav"
    sounds.write(path, samples, rate_hz, codec="pcm_f32le")
    assert np.array_equal(
        audio.from_samples(samples, rate_hz, to_hz).samples, audio.load(path, to_hz).samples
    )


@pytest.mark.parametrize(
    ("dtype", "half"),
    [
        (np.int8, 0x40),
        (np.int16, 0x4000),
        (np.int32, 0x4000_0000),
        (np.uint8, 0x80 + 0x40),
        (np.uint16, 0x8000 + 0x4000),
        (np.uint32, 0x8000_0000 + 0x4000_0000),
        (np.float16, 0.5),
        (np.float32, 0.5),
        (np.float64, 0.5),
    ],
)
def test_half_of_full_scale_in_every_type(dtype, half):
    clip = audio.from_samples(np.full(100, half, dtype), 22050)
    assert clip.samples.dtype == np.float32
    assert np.all(clip.samples == 0.5)


def test_the_shorter_axis_is_the_channels():
    left, right = np.full(1000, 0.2, np.float32), np.full(1000, 0.4, np.float32)
    upright, lying = np.stack([left, right], axis=1), np.stack([left, right])
    for array in (upright, lying, upright.tolist(), np.asfortranarray(upright)):
        assert audio.from_samples(array, 22050).samples == pytest.approx(0.3)


def test_of_equal_axes_the_second_is_the_channels():
    square = np.array([[0.2, 0.4], [0.6, 0.8]])
    assert audio.from_samples(square, 22050).samples == pytest.approx([0.3, 0.7])


def test_samples_are_copied_not_shared():
    samples = np.zeros(100, np.float32)
    clip = audio.from_samples(samples, 22050)
    clip.samples[0] = 1
    assert samples[0] == 0


def test_what_is_no_number_becomes_silence_and_is_said():
    samples = np.full(1000, 0.5)
    samples[[3, 5, 7]] = np.nan, np.inf, -np.inf
    clip = audio.from_samples(samples, 22050)
    assert clip.notes == ("3 samples that are no numbers set to 0",)
    assert list(clip.samples[[2, 3, 4, 5, 6, 7]]) == [0.5, 0, 0.5, 0, 0.5, 0]


def test_values_that_overflow_are_no_numbers():
    huge = np.full((1000, 2), 3e38, np.float32)
    clip = audio.from_samples(huge, 44100)
    assert clip.notes == ("1000 samples that are no numbers set to 0",)
    assert not clip.samples.any()


@pytest.mark.parametrize("shape", [(10,), (10, 2)])
@pytest.mark.parametrize("dtype", [np.float64, np.longdouble])
def test_doubles_that_single_precision_cannot_hold(dtype, shape):
    huge = np.full(shape, 0.5, dtype)
    huge[3] = 1e300
    clip = audio.from_samples(huge, 22050)
    assert clip.notes == ("1 samples that are no numbers set to 0",)
    assert clip.samples.tolist() == [0.5] * 3 + [0.0] + [0.5] * 6


@pytest.mark.parametrize(
    "samples", [np.full(100, 20_000), np.full(100, 20_000, np.uint64), [20_000, -20_000], [[0], [0]]]
)
def test_integers_that_do_not_tell_their_full_scale(samples):
    """Divided by 2⁶³ the loudest 16-bit sound would be judged silent without a word."""
    with pytest.raises(ArgumentError) as caught:
        audio.from_samples(samples, 22050)
    assert caught.value.message == f"samples of type {np.asarray(samples).dtype}, whose full scale is unknown"
    assert caught.value.hint == (
        "give int16 or int32 as the sound has it, e.g. np.array(samples, np.int16), or floats within ±1"
    )


class OnAnotherMachine:
    def __init__(self, error):
        self.error = error

    def __array__(self, dtype=None, copy=None):
        raise self.error("detach it first")


@pytest.mark.parametrize(
    "samples",
    [[[0.1, 0.2], [0.3]], [0.1, [0.2, 0.3]], OnAnotherMachine(RuntimeError), OnAnotherMachine(TypeError)],
)
def test_what_makes_no_array(samples):
    with pytest.raises(ArgumentError) as caught:
        audio.from_samples(samples, 22050)
    assert str(caught.value) == (
        "samples that make no array, e.g. channels of unequal length "
        "(give shape (n,), (n, channels) or (channels, n))"
    )


@pytest.mark.parametrize("shape", [(0,), (0, 2), (2, 0)])
def test_no_samples(shape):
    with pytest.raises(EmptyAudioError) as caught:
        audio.from_samples(np.zeros(shape), 22050)
    assert str(caught.value) == "an array without samples (give at least one sample)"


def test_too_few_samples_for_one():
    with pytest.raises(
        EmptyAudioError, match=r"1 samples are too few for one at 1000 Hz \(give more samples\)"
    ):
        audio.from_samples(np.zeros(1), 96000, 1000)


@pytest.mark.parametrize(
    ("samples", "text"),
    [
        (np.zeros((2, 2, 2)), "an array of 3 dimensions (give shape (n,), (n, channels) or (channels, n))"),
        (np.float32(1), "an array of 0 dimensions (give shape (n,), (n, channels) or (channels, n))"),
        (np.zeros((100, 65)), "an array of shape (100, 65) with 65 channels (give at most 64 channels)"),
        (np.zeros(4, complex), "samples of type complex128 (give integers or floats)"),
        (np.zeros(4, bool), "samples of type bool (give integers or floats)"),
        (None, "samples of type object (give integers or floats)"),
        ({}, "samples of type object (give integers or floats)"),
        ([0.5, None], "samples of type object (give integers or floats)"),
        (["a", "b"], "samples of type <U1 (give integers or floats)"),
    ],
)
def test_arrays_that_are_no_sound(samples, text):
    with pytest.raises(ArgumentError) as caught:
        audio.from_samples(samples, 22050)
    assert str(caught.value) == text


@pytest.mark.parametrize(
    ("rate", "said"),
    [
        *(
            (rate, f"{rate} Hz")
            for rate in (0, -1, 1, 999, float("nan"), float("inf"), 22050.5, 6_144_001, 1e9)
        ),
        (True, "True Hz"),
        ("16000", "type str"),
        (None, "type NoneType"),
        (16000j, "type complex"),
        ([16000], "type list"),
        (np.array([16000]), "type ndarray"),
    ],
)
def test_rates_that_are_none(rate, said):
    """A rate of 1 Hz would make a day of sound of a few samples, and take the machine's memory."""
    text = f"a sampling rate of {said} (give a whole number from 1000 to 6144000, e.g. 22050)"
    for arguments in ((rate, 22050), (22050, rate)):
        with pytest.raises(ArgumentError) as caught:
            audio.from_samples(np.zeros(100), *arguments)
        assert str(caught.value) == text


@pytest.mark.parametrize(
    "rate", [1000, 22050.0, np.int32(44100), np.float32(48000), np.array(16000), 6_144_000]
)
def test_rates_in_any_type_of_number(rate):
    clip = audio.from_samples(np.full(10_000, 0.5), rate, 22050)
    assert clip.duration_s == pytest.approx(10_000 / float(rate), abs=1e-4)


def test_a_sine_keeps_its_level_and_nothing_folds_back():
    t = np.arange(48000) / 48000
    heard = audio.from_samples(0.5 * np.sin(2 * np.pi * 1000 * t), 48000).samples[2000:-2000]
    assert np.sqrt(2 * np.mean(heard**2)) == pytest.approx(0.5, rel=1e-4)
    too_high = audio.from_samples(0.5 * np.sin(2 * np.pi * 15000 * t), 48000).samples[2000:-2000]
    assert abs(too_high).max() < 1e-5
