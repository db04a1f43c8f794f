"""Chroma, CENS, tonal centroids and the key: known answers, then librosa's numbers."""

import warnings

import numpy as np
import pytest
from benchmarks import sounds
from benchmarks.librosa_recipe import librosa
from hypothesis import given
from hypothesis import strategies as st

from earmark._dsp.cqt import tuning_bins
from earmark._dsp.tonal import Key, chroma_cens, chroma_cqt, key, pitch_class_energy, tonal, tonnetz

RATE_HZ = 22050
CLIPS = sounds.lossless_clips()
needs_clips = pytest.mark.skipif(not CLIPS, reason="the lossless clips are not here: set EARMARK_DATA")
# Above 4.2 kHz the chirp leaves no more than rounding in the bands that are looked at.
HEARD = [name for name in sounds.synthetic() if name != "chirp"]
PITCHES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "G#", "A", "Bb", "B")


def theirs(y):
    feature = librosa.feature
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "n_fft=.*too large|Trying to estimate tuning")
        return [f(y=y, sr=RATE_HZ).T for f in (feature.chroma_cqt, feature.chroma_cens, feature.tonnetz)]


def moments(rows):
    return np.stack([rows.mean(axis=0, dtype=np.float64), rows.var(axis=0, dtype=np.float64)])


def cadence(tonic, minor, chord_s=0.6):
    """Return I IV V I in a key, the fifth degree with its leading tone."""
    third = 3 if minor else 4
    triads = ((0, third, 7), (5, 5 + third, 12), (7, 11, 14), (0, third, 7))
    t = np.arange(round(chord_s * RATE_HZ)) / RATE_HZ
    chords = []
    for triad in triads:
        hz = 440.0 * 2 ** ((np.array(triad) + 48 + tonic - 57) / 12)
        voices = sum(np.sin(2 * np.pi * k * hz[:, None] * t) / k**2 for k in range(1, 5)).sum(axis=0)
        chords.append(0.1 * voices * np.exp(-2 * t))
    return np.concatenate(chords).astype(np.float32)


# -- known answers


def test_each_note_of_the_scale_has_its_pitch_class():
    for pitch_class in range(12):
        y = sounds.sine(261.6256 * 2 ** (pitch_class / 12), duration_s=1.0)
        assert (chroma_cqt(y, RATE_HZ)[5:-5].argmax(axis=1) == pitch_class).all()


def test_a_single_note_lies_on_the_circles():
    y = sounds.sine(261.6256)  # C: angle 0 on all of them
    assert tonnetz(y, RATE_HZ)[60] == pytest.approx([0, 1, 0, 1, 0, 0.5], abs=0.1)


def test_cens_of_a_held_note_is_one_pitch_class():
    cens = chroma_cens(sounds.sine(440.0), RATE_HZ)
    assert cens[60] == pytest.approx(np.eye(12)[9], abs=1e-6)


def test_all_of_one_transform_are_those_of_each():
    y = sounds.chords(2.0)
    together = tonal(y, RATE_HZ, tuning_bins(y, RATE_HZ))
    for found, alone in zip(together, (chroma_cqt, chroma_cens, tonnetz), strict=True):
        assert np.array_equal(found, alone(y, RATE_HZ))


@pytest.mark.parametrize("n", [0, 1, 5000])
def test_silence_is_zero(n):
    for rows, columns in zip(tonal(np.zeros(n, dtype=np.float32), RATE_HZ), (12, 12, 6), strict=True):
        assert rows.shape == (1 + n // 512, columns)
        assert not rows.any()


@pytest.mark.parametrize("tonic", range(12))
@pytest.mark.parametrize("minor", [False, True])
def test_key_of_a_cadence(tonic, minor):
    found = key(pitch_class_energy(cadence(tonic, minor), RATE_HZ).mean(axis=0))
    assert (found.tonic, found.minor) == (tonic, minor)
    assert found.correlation > 0.8
    assert 0.02 < found.confidence < 0.36


def test_names_of_keys():
    assert Key(9, True, 1.0, 0.35).name == "A minor"
    assert Key(10, False, 1.0, 0.35).name == "Bb major"
    assert Key(1, True, 1.0, 0.35).name == "C# minor"
    assert Key(1, False, 1.0, 0.35).name == "Db major"


# Krumhansl and Kessler's ratings, typed again from the book: the key of a profile is its own.
@pytest.mark.parametrize(
    ("minor", "profile"),
    [
        (False, [6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88]),
        (True, [6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17]),
    ],
)
@pytest.mark.parametrize("tonic", range(12))
def test_key_of_a_profile(tonic, minor, profile):
    found = key(np.roll(profile, tonic))
    assert found == Key(tonic, minor, pytest.approx(1.0), pytest.approx(0.35, abs=0.005))


@pytest.mark.parametrize("level", [0.0, 0.1, 1.0, 1e30])
def test_equal_pitch_classes_have_no_key(level):
    assert key(np.full(12, level, dtype=np.float32)) == Key(0, False, 0.0, 0.0)


@given(st.lists(st.floats(0.0, 1.0, width=32), min_size=12, max_size=12), st.integers(0, 11))
def test_transposing_the_piece_transposes_its_key(weights, semitones):
    here, there = key(np.array(weights)), key(np.roll(weights, semitones))
    assert 0.0 <= here.confidence <= 1.0
    assert there.confidence == pytest.approx(here.confidence, abs=1e-9)
    if here.confidence > 1e-9:
        assert (there.tonic, there.minor) == ((here.tonic + semitones) % 12, here.minor)


# -- librosa's numbers


@pytest.mark.parametrize("name", HEARD)
def test_moments_equal_librosa(name):
    y = sounds.synthetic()[name]
    for found, expected in zip(tonal(y, RATE_HZ), theirs(y), strict=True):
        assert found.shape == expected.shape
        assert np.allclose(found, expected, atol=1e-5)
        assert np.allclose(moments(found), moments(expected), rtol=1e-4, atol=1e-9)


@pytest.mark.parametrize("n", [1, 2, 100, 511, 512, 513, 1024, 2048, 5000, 20991, 20992])
def test_short_sound_equals_librosa(n):
    y = sounds.chords()[20000 : 20000 + n]
    for found, expected in zip(tonal(y, RATE_HZ), theirs(y), strict=True):
        assert found.shape == expected.shape
        assert np.allclose(found, expected, atol=1e-6)


# What rings on in silence is the rounding of the resampler: it must be librosa's to the last bit.
@pytest.mark.parametrize("kind", ["begins late", "ends early", "fades away", "is faint"])
def test_a_sound_near_silence_equals_librosa(kind):
    y = sounds.chords(6.0)
    change = {
        "begins late": np.arange(len(y)) >= len(y) // 2,
        "ends early": np.arange(len(y)) < len(y) // 2,
        "fades away": np.logspace(0, -22, len(y)),
        "is faint": 1e-22,
    }
    y = (y * change[kind]).astype(np.float32)
    for found, expected in zip(tonal(y, RATE_HZ), theirs(y), strict=True):
        assert np.allclose(found, expected, atol=1e-4)
        assert np.allclose(moments(found), moments(expected), rtol=1e-4, atol=1e-9)


@needs_clips
@pytest.mark.parametrize("path", CLIPS[::4], ids=lambda path: path.stem)
def test_real_clips_equal_librosa(path):
    import soundfile

    clip = soundfile.read(path, dtype="float32")[0]
    for y in (clip, clip[200_000:266_150]):
        assert tuning_bins(y, RATE_HZ) == librosa.estimate_tuning(y=y, sr=RATE_HZ, bins_per_octave=36)
        for found, expected in zip(tonal(y, RATE_HZ), theirs(y), strict=True):
            assert np.allclose(moments(found), moments(expected), rtol=1e-4, atol=1e-9)
