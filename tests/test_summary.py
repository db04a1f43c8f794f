"""Summaries: librosa's numbers for whatever librosa has, and the same numbers whoever asks."""

import warnings

import numpy as np
import pytest
from benchmarks import sounds
from benchmarks.librosa_recipe import librosa

from earmark._dsp.summary import PARTS, overall, summarise

RATE_HZ = 22050
CLIPS = sounds.lossless_clips()
SOUNDS = sounds.synthetic()


def moments(values):
    exact = np.atleast_2d(values).astype(np.float64)
    return np.stack([exact.mean(axis=1), exact.var(axis=1)], axis=1)


def librosas(y):
    """Return everything that librosa 0.11 says of samples, by our names: moments, then single numbers."""
    feature, hpss = librosa.feature, librosa.effects.hpss
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Trying to estimate tuning", category=UserWarning)
        harmonic, percussive = hpss(y)
        arrays = {
            "rms": feature.rms(y=y),
            "centroid_hz": feature.spectral_centroid(y=y),
            "bandwidth_hz": feature.spectral_bandwidth(y=y),
            "rolloff_hz": feature.spectral_rolloff(y=y),
            "zero_crossing_rate": feature.zero_crossing_rate(y),
            "chroma": feature.chroma_stft(y=y),
            "mel": feature.melspectrogram(y=y),
            "mfcc": feature.mfcc(y=y),
            "harmonic": harmonic,
            "percussive": percussive,
            "harmonic_rms": feature.rms(y=harmonic),
            "percussive_rms": feature.rms(y=percussive),
            "contrast": feature.spectral_contrast(y=y),
            "flatness": feature.spectral_flatness(y=y),
            "chroma_cqt": feature.chroma_cqt(y=y),
            "chroma_cens": feature.chroma_cens(y=y),
            "tonnetz": feature.tonnetz(y=y),
        }
    numbers = {
        "tempo_bpm": float(np.ravel(librosa.beat.beat_track(y=y)[0])[0]),
        "tempo_all_bands_bpm": float(feature.tempo(y=y)[0]),
        "onset_rate_hz": len(librosa.onset.onset_detect(y=y)) / (len(y) / RATE_HZ),
        "harmonic_to_percussive": (harmonic > 1e-5).sum() / max(1, (percussive > 1e-5).sum()),
    }
    return {name: moments(values) for name, values in arrays.items()}, numbers


# How large each quantity is, to judge what is nearly nothing: a sine's percussive part, say.
SIZE = {
    "rms": 0.1,
    "centroid_hz": 1000.0,
    "bandwidth_hz": 1000.0,
    "rolloff_hz": 1000.0,
    "zero_crossing_rate": 0.1,
    "chroma": 0.3,
    "mel": 1.0,
    "mfcc": 10.0,
    "harmonic": 0.1,
    "percussive": 0.1,
    "harmonic_rms": 0.1,
    "percussive_rms": 0.1,
    "contrast": 20.0,
    "flatness": 0.01,
    "chroma_cqt": 0.3,
    "chroma_cens": 0.3,
    "tonnetz": 0.1,
}
# A share of energy on the edge of a CENS step may fall either way.
COARSE = {"chroma_cens": 2e-3}


def compare(y, what):
    truth, numbers = librosas(y)
    found = summarise(y, RATE_HZ, PARTS)
    for name, expected in truth.items():
        scale = np.array([SIZE[name], SIZE[name] ** 2])
        off = np.abs(found.moments[name] - expected) / (np.abs(expected) + 1e-3 * scale)
        assert off.max() <= COARSE.get(name, 2e-4), (what, name)
    for name, expected in numbers.items():
        assert found.numbers[name] == pytest.approx(expected, rel=2e-4), (what, name)


@pytest.mark.parametrize("name", ["clicks", "noise", "chords"])
def test_synthetic_sounds_have_librosas_numbers(name):
    compare(SOUNDS[name], name)


def test_a_short_segment_has_librosas_numbers():
    compare(sounds.chords()[10_000:76_149], "segment")


@pytest.mark.slow
@pytest.mark.skipif(not CLIPS, reason="the lossless clips are not here: set EARMARK_DATA")
@pytest.mark.parametrize("path", CLIPS[::8], ids=lambda path: path.stem)
def test_clips_have_librosas_numbers(path):
    import soundfile

    y = soundfile.read(path, dtype="float32")[0]
    compare(y, path.stem)
    compare(y[200_000:266_149], f"3 s of {path.stem}")


# -- what is asked for is what is given


@pytest.fixture(scope="module")
def everything():
    return summarise(sounds.chords(duration_s=4.0), RATE_HZ, PARTS)


@pytest.mark.parametrize("part", sorted(PARTS))
def test_a_part_gives_the_same_alone_as_among_all(part, everything):
    alone = summarise(sounds.chords(duration_s=4.0), RATE_HZ, frozenset({part}))
    assert alone.moments or alone.numbers or part == "onsets"
    for name, values in alone.moments.items():
        assert np.array_equal(values, everything.moments[name])
    for name, value in alone.numbers.items():
        assert value == everything.numbers[name]


def test_every_quantity_is_declared(everything):
    from earmark.features.quantities import QUANTITIES

    assert set(QUANTITIES) == {*everything.moments, *everything.numbers}
    for name, quantity in QUANTITIES.items():
        alone = summarise(np.float32([0.5]), RATE_HZ, frozenset({quantity.part}))
        assert name in {*alone.moments, *alone.numbers}
        assert quantity.low < quantity.high


def test_nothing_asked_for_is_nothing_done():
    assert summarise(np.float32([0.5]), RATE_HZ, frozenset()) == (1, {}, {})


# -- known answers


def test_overall_is_that_of_all_numbers_together():
    values = np.array([[1.0, 2.0, 6.0], [0.0, 0.0, 9.0]])
    assert overall(moments(values)) == pytest.approx([values.mean(), values.var()])


def test_an_a_minor_chord_has_the_key_of_a_minor():
    t = np.arange(4 * RATE_HZ) / RATE_HZ
    chord = sum(np.sin(2 * np.pi * hz * t) for hz in (220.0, 261.63, 329.63, 440.0)) / 8
    numbers = summarise(chord.astype(np.float32), RATE_HZ, frozenset({"key"})).numbers
    assert (numbers["key_tonic"], numbers["key_minor"]) == (9.0, 1.0)
    assert 0.0 < numbers["key_confidence"] <= 1.0


def test_silence_has_no_rhythm():
    numbers = summarise(np.zeros(RATE_HZ, np.float32), RATE_HZ, PARTS).numbers
    assert {name: value for name, value in numbers.items() if value} == {}


def test_two_onsets_a_second():
    numbers = summarise(sounds.clicks(120.0), RATE_HZ, frozenset({"rhythm"})).numbers
    assert numbers["onset_rate_hz"] == pytest.approx(2.0, abs=0.06)
    assert numbers["beat_strength"] > 10


def test_what_is_no_harmonic_is_percussive():
    ratio = {
        name: summarise(y, RATE_HZ, frozenset({"hpss"})).numbers["harmonic_to_percussive"]
        for name, y in {"tone": sounds.sine(), "clicks": SOUNDS["clicks"]}.items()
    }
    assert ratio["tone"] > 1.0 > ratio["clicks"]
