"""Every step of the signal path: known answers, then librosa's numbers."""

import contextlib

import numpy as np
import pytest
from benchmarks import sounds
from benchmarks.librosa_recipe import librosa

from earmark._dsp import describe, mel_spectrogram
from earmark._dsp.chroma import chroma_filters, pitch_peaks, tuning
from earmark._dsp.mel import mel_filters, power_to_db
from earmark._dsp.spectrum import hann

RATE_HZ = 22050


def test_hann_window():
    assert np.allclose(hann(4), [0.0, 0.5, 1.0, 0.5])


@pytest.mark.parametrize(("rate_hz", "n_fft", "n_mels"), [(22050, 2048, 128), (16000, 512, 96)])
def test_mel_filters_equal_librosa(rate_hz, n_fft, n_mels):
    expected = librosa.filters.mel(sr=rate_hz, n_fft=n_fft, n_mels=n_mels)
    assert np.allclose(mel_filters(rate_hz, n_fft, n_mels), expected, rtol=1e-5, atol=1e-9)


@pytest.mark.parametrize("name", sounds.synthetic())
def test_mel_spectrogram_equals_librosa(name):
    y = sounds.synthetic()[name]
    expected = librosa.feature.melspectrogram(y=y, sr=16000, n_fft=512, hop_length=256, n_mels=96).T
    ours = mel_spectrogram(y, 16000, 512, 256, 96)
    assert ours.dtype == np.float32
    assert ours.shape == expected.shape
    assert np.allclose(ours, expected, rtol=1e-5, atol=1e-7 * expected.max())


def test_power_to_db_knows_its_floor_and_its_range():
    assert power_to_db(np.float32([1.0, 100.0, 0.0])) == pytest.approx([0.0, 20.0, -60.0])
    assert power_to_db(np.float32([0.0, 0.0])) == pytest.approx([-100.0, -100.0])


@pytest.mark.parametrize("semitones", [-0.5, -0.1, 0.0, 0.37])
def test_chroma_filters_equal_librosa(semitones):
    expected = librosa.filters.chroma(sr=RATE_HZ, n_fft=2048, tuning=semitones).T
    assert np.allclose(chroma_filters(RATE_HZ, 2048, semitones), expected, rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize("name", sounds.synthetic())
def test_tuning_equals_librosa(name):
    power = np.abs(librosa.stft(sounds.synthetic()[name])) ** 2
    ours = tuning(*pitch_peaks(np.ascontiguousarray(power.T), RATE_HZ))
    assert ours == librosa.estimate_tuning(S=power, sr=RATE_HZ, bins_per_octave=12)


def test_tuning_hears_thirty_cents():
    power = np.abs(librosa.stft(sounds.chords(cents=30.0))) ** 2
    assert tuning(*pitch_peaks(np.ascontiguousarray(power.T), RATE_HZ)) == pytest.approx(0.3, abs=0.1)


@pytest.mark.parametrize("name", sounds.synthetic())
def test_harmonic_and_percussive_equal_librosa(name):
    y = sounds.synthetic()[name]
    harmonic, percussive = librosa.effects.hpss(y)
    ours = describe(y, RATE_HZ)
    assert np.allclose(ours.harmonic, harmonic, atol=2e-6)
    assert np.allclose(ours.percussive, percussive, atol=2e-6)


# 512 to 1535 samples make two or three frames: there scipy's median filter reads memory beyond the line.
@pytest.mark.parametrize("n", [1, 2, 100, 511, 1536, 1537, 2047, 2048, 2049, 5000])
def test_harmonic_and_percussive_of_short_sound_equal_librosa(n):
    y = sounds.chords()[20000 : 20000 + n]
    with pytest.warns(UserWarning, match="too large") if n < 2048 else contextlib.nullcontext():
        harmonic, percussive = librosa.effects.hpss(y)
    ours = describe(y, RATE_HZ)
    assert np.allclose(ours.harmonic, harmonic, atol=1e-6)
    assert np.allclose(ours.percussive, percussive, atol=1e-6)


def test_tone_is_harmonic_and_clicks_are_percussive():
    tone, clicks = describe(sounds.sine(), RATE_HZ), describe(sounds.clicks(), RATE_HZ)
    assert tone.harmonic.var() > 100 * tone.percussive.var()
    assert clicks.percussive.var() > 10 * clicks.harmonic.var()


def test_parts_sum_to_the_whole():
    y = sounds.chords()
    found = describe(y, RATE_HZ)
    assert np.allclose(found.harmonic + found.percussive, y, atol=1e-7)


def test_without_separation_all_else_is_the_same():
    y = sounds.chords(duration_s=2.0)
    whole, part = describe(y, RATE_HZ), describe(y, RATE_HZ, separate=False)
    assert len(part.harmonic) == len(part.percussive) == 0
    assert np.array_equal(whole.mfcc, part.mfcc)
    assert whole.tempo_bpm == part.tempo_bpm


def test_frames_of_every_kind_are_as_many():
    for n in (1, 511, 512, 513, 22050):
        found = describe(sounds.noise()[:n], RATE_HZ)
        frames = {len(part) for part in (found.rms, found.centroid_hz, found.zero_crossing_rate, found.mfcc)}
        assert frames == {1 + n // 512}


def test_pure_tone():
    found = describe(sounds.sine(440.0), RATE_HZ)
    middle = slice(3, -3)  # the ends hold the edge of the tone
    assert found.centroid_hz[middle] == pytest.approx(440.0, abs=1.0)
    assert found.rolloff_hz[middle] == pytest.approx(440.0, abs=2 * RATE_HZ / 2048)
    assert found.rms[middle] == pytest.approx(0.5 / np.sqrt(2), rel=0.01)
    assert found.zero_crossing_rate[middle] == pytest.approx(2 * 440 / RATE_HZ, rel=0.03)
    assert np.all(found.chroma[middle].argmax(axis=1) == 9)  # A


def test_nothing_sounds():
    found = describe(np.zeros(22050, np.float32), RATE_HZ)
    assert found.tempo_bpm == 0.0
    for part in (found.rms, found.centroid_hz, found.bandwidth_hz, found.rolloff_hz, found.chroma):
        assert not part.any()


@pytest.mark.parametrize("tempo_bpm", [80.0, 120.0, 150.0])
def test_tempo_of_a_click_track(tempo_bpm):
    heard = describe(sounds.clicks(tempo_bpm), RATE_HZ).tempo_bpm
    assert heard == pytest.approx(tempo_bpm, rel=0.05)
