"""Beats, tempogram and tempo candidates: known answers and librosa's frames."""

import numpy as np
import pytest
from benchmarks import sounds
from benchmarks.librosa_recipe import librosa
from hypothesis import given
from hypothesis import strategies as st

from earmark._dsp.beats import beat_frames, tempo_candidates, tempogram
from earmark._dsp.passes import measure
from earmark._dsp.tempo import tempo

RATE_HZ, HOP = 22050, 512
ONSETS = frozenset({"onsets"})
CLIPS = sounds.lossless_clips()


def onsets(y):
    return measure(y, RATE_HZ, ONSETS)["onsets"]


def beats(y):
    return beat_frames(onsets(y), RATE_HZ, HOP)


def test_clicks_are_beats():
    """120 bpm: the clicks lie 21.5 frames apart."""
    found = beats(sounds.clicks(120.0))
    assert np.diff(found) == pytest.approx(21.53, abs=0.6)
    assert len(found) == 38


def test_silence_has_no_beats():
    nothing = np.zeros(1000, np.float32)
    assert beat_frames(nothing, RATE_HZ, HOP).tolist() == []
    assert tempo_candidates(nothing, RATE_HZ, HOP) == ((0.0, 0.0),) * 3
    assert not tempogram(nothing).any()


@pytest.mark.parametrize("name", sounds.synthetic())
def test_beats_are_librosas(name):
    y = sounds.synthetic()[name]
    assert beats(y).tolist() == librosa.beat.beat_track(y=y, sr=RATE_HZ)[1].tolist()


@pytest.mark.parametrize("n", [2048, 5000, 22050, 66149])
def test_beats_of_short_sounds_are_librosas(n):
    y = sounds.chords()[7000 : 7000 + n]
    assert beats(y).tolist() == librosa.beat.beat_track(y=y, sr=RATE_HZ)[1].tolist()


@pytest.mark.slow
@pytest.mark.skipif(not CLIPS, reason="the lossless clips are not here: set EARMARK_DATA")
def test_beats_of_clips_and_their_segments_are_librosas():
    import soundfile

    for path in CLIPS:
        song = soundfile.read(path, dtype="float32")[0]
        for y in (song, song[:66149], song[300_000:366_149]):
            strength = librosa.onset.onset_strength(y=y, aggregate=np.median)
            theirs = librosa.beat.beat_track(onset_envelope=strength, sr=RATE_HZ)[1]
            assert beats(y).tolist() == theirs.tolist(), path.stem


def test_a_tempo_can_be_given():
    """Told of half the tempo, every second click is a beat."""
    strength = onsets(sounds.clicks(120.0))
    assert np.diff(beat_frames(strength, RATE_HZ, HOP, 60.0)) == pytest.approx(43.07, abs=1.0)


# Onsets begin with three zeros, the delay that counters centring; of equal ones rounding would decide.
@given(st.integers(1, 600), st.integers(0, 10**6), st.floats(0.02, 1.0))
def test_any_onsets_give_librosas_beats(n, seed, share):
    rng = np.random.default_rng(seed)
    heard = np.where(rng.random(n) < share, rng.gamma(1.0, 5.0, n), 0.0)
    strength = np.concatenate([np.zeros(3), heard]).astype(np.float32)
    found = beat_frames(strength, RATE_HZ, HOP, 120.0)
    theirs = librosa.beat.beat_track(onset_envelope=strength, sr=RATE_HZ, bpm=120.0)[1]
    assert np.all(np.diff(found) > 0)
    assert found.tolist() == theirs.tolist()


# -- tempogram


@pytest.mark.parametrize("name", ["clicks", "noise", "chords"])
def test_tempogram_is_librosas(name):
    strength = measure(sounds.synthetic()[name], RATE_HZ, ONSETS)["onsets_mean"]
    theirs = librosa.feature.tempogram(onset_envelope=strength, sr=RATE_HZ).T
    assert np.allclose(tempogram(strength), theirs, atol=1e-6)


def test_tempogram_of_a_pulse():
    strength = np.zeros(900, np.float32)
    strength[::30] = 1.0
    middle = tempogram(strength)[450]
    assert middle[0] == 1.0
    assert middle[1:].argmax() + 1 == 30


# -- candidates


def test_shares_sum_to_one_and_the_first_is_the_tempo():
    for y in (sounds.clicks(97.0), sounds.noise(), sounds.chords()):
        strength = onsets(y)
        chosen, half, double = tempo_candidates(strength, RATE_HZ, HOP)
        assert chosen.tempo_bpm == tempo(strength, RATE_HZ, HOP)
        assert chosen.share + half.share + double.share == pytest.approx(1.0)
        assert half.tempo_bpm == pytest.approx(chosen.tempo_bpm / 2, rel=0.05)
        assert double.tempo_bpm == pytest.approx(chosen.tempo_bpm * 2, rel=0.13)  # whole frames


def test_every_pulse_speaks_for_half_its_tempo_and_none_for_double():
    strength = np.zeros(1200, np.float32)
    strength[3::22] = 1.0
    chosen, half, double = tempo_candidates(strength, RATE_HZ, HOP)
    assert chosen.tempo_bpm == pytest.approx(60 * RATE_HZ / HOP / 22)
    assert 0.4 < half.share < 0.5 < chosen.share < 0.6
    assert double.share < 1e-6


def test_weak_beats_between_speak_for_double():
    strength = np.zeros(1200, np.float32)
    strength[3::44], strength[25::44] = 1.0, 0.7
    candidates = tempo_candidates(strength, RATE_HZ, HOP)
    assert sum(candidate.share > 0.25 for candidate in candidates) >= 2


def test_no_candidate_is_faster_than_a_tempo_can_be():
    strength = np.zeros(600, np.float32)
    strength[[300, 307, 314]] = 1.0
    chosen, half, double = tempo_candidates(strength, RATE_HZ, HOP)
    assert chosen == (pytest.approx(60 * RATE_HZ / HOP / 14), pytest.approx(1.0))
    assert half.share == pytest.approx(0.0, abs=1e-9)
    assert double == (pytest.approx(2 * chosen.tempo_bpm), 0.0)
