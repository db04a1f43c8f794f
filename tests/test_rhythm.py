"""Onsets, beat strength and dynamic range: known answers, librosa's onsets."""

import numpy as np
import pytest
from benchmarks import sounds
from benchmarks.librosa_recipe import librosa
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from earmark._dsp.beats import beat_frames
from earmark._dsp.loudness import dynamic_range_db
from earmark._dsp.passes import measure
from earmark._dsp.rhythm import beat_strength, onset_frames

RATE_HZ, HOP = 22050, 512
CLIPS = sounds.lossless_clips()


def onsets(y):
    return measure(y, RATE_HZ, frozenset({"onsets"}))


def frames(y):
    return onset_frames(onsets(y)["onsets_mean"], RATE_HZ, HOP).tolist()


# -- onsets


def test_clicks_are_onsets():
    assert len(frames(sounds.clicks(120.0, duration_s=10.0))) == 19  # the first is there from the start


def test_silence_has_no_onsets():
    assert frames(np.zeros(22050, np.float32)) == []
    assert frames(np.float32([0.5])) == []


@pytest.mark.parametrize("name", sounds.synthetic())
def test_onsets_are_librosas(name):
    y = sounds.synthetic()[name]
    assert frames(y) == librosa.onset.onset_detect(y=y, sr=RATE_HZ).tolist()


@pytest.mark.slow
@pytest.mark.skipif(not CLIPS, reason="the lossless clips are not here: set EARMARK_DATA")
def test_onsets_of_clips_are_librosas():
    import soundfile

    for path in CLIPS:
        y = soundfile.read(path, dtype="float32")[0]
        assert frames(y) == librosa.onset.onset_detect(y=y, sr=RATE_HZ).tolist(), path.stem


# -- beat strength


def test_beat_strength_of_a_pulse_is_its_period():
    strength = np.zeros(400, np.float32)
    strength[::20] = 5.0
    assert beat_strength(strength, np.arange(0, 400, 20)) == pytest.approx(20.0)
    assert beat_strength(np.ones(400, np.float32), np.arange(0, 400, 20)) == pytest.approx(1.0)


def test_clicks_beat_stronger_than_noise():
    found = {}
    for name in ("clicks", "noise", "chords"):
        measured = onsets(sounds.synthetic()[name])
        beats = beat_frames(measured["onsets"], RATE_HZ, HOP)
        found[name] = beat_strength(measured["onsets_mean"], beats)
    assert found["clicks"] > found["chords"] > found["noise"]


def test_no_beats_no_strength():
    none = np.zeros(0, np.intp)
    assert beat_strength(np.ones(100, np.float32), none) == 0.0
    assert beat_strength(np.zeros(100, np.float32), np.array([3])) == 0.0


# -- dynamic range


def as_published(y):
    """Groover's extractor, word for word in NumPy: slow, and minus infinity in silence."""
    box = np.convolve(y.astype(np.float64) ** 2, np.ones(int(0.2 * RATE_HZ)), "same")
    level_db = 10 * np.log10(box / 1e-12)
    return level_db.max() - level_db.min()


@pytest.mark.parametrize("n", [1, 2, 100, 4409, 4410, 4411, 30_000])
def test_dynamic_range_is_the_published_one(n):
    y = sounds.noise(2.0)[:n] * np.linspace(0.01, 1.0, n, dtype=np.float32)
    assert dynamic_range_db(y, RATE_HZ) == pytest.approx(as_published(y), abs=1e-9)


def test_ten_times_as_loud_is_twenty_decibels():
    steps = np.repeat(np.float32([1.0, 0.1, 1.0]), 22050)
    assert dynamic_range_db(steps, RATE_HZ) == pytest.approx(20.0, abs=1e-4)


def test_silence_is_no_infinite_range():
    assert dynamic_range_db(np.zeros(22050, np.float32), RATE_HZ) == 0.0
    half = np.concatenate([sounds.noise(1.0), np.zeros(22050, np.float32)])
    loudest_db = 10 * np.log10(np.convolve(half.astype(np.float64) ** 2, np.ones(4410)).max() / 1e-12)
    assert dynamic_range_db(half, RATE_HZ) == pytest.approx(loudest_db, abs=1e-6)


@given(hnp.arrays(np.float32, st.integers(1, 9000), elements=st.floats(-1, 1, width=32)))
def test_dynamic_range_of_any_samples(y):
    assert 0.0 <= dynamic_range_db(y, RATE_HZ) <= 157.0
