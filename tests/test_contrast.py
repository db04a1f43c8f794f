"""Contrast, flatness and flux: librosa's numbers where it has them."""

import contextlib

import numpy as np
import pytest
from benchmarks import sounds
from benchmarks.librosa_recipe import librosa

from earmark._dsp.contrast import flux
from earmark._dsp.passes import measure

RATE_HZ = 22050
PARTS = frozenset({"contrast", "flatness"})
SOUNDS = {
    **sounds.synthetic(),
    "silence": np.zeros(22050, np.float32),
    "sound after silence": np.concatenate([np.zeros(30000, np.float32), sounds.noise(1.0)]),
    "one sample": np.float32([0.5]),
    "short": sounds.noise(1.0)[:700],
}


@pytest.mark.parametrize("name", SOUNDS)
def test_contrast_and_flatness_equal_librosa(name):
    y = SOUNDS[name]
    with pytest.warns(UserWarning, match="too large") if len(y) < 2048 else contextlib.nullcontext():
        contrast_db = librosa.feature.spectral_contrast(y=y, sr=RATE_HZ).T
        flatness = librosa.feature.spectral_flatness(y=y)[0]
    found = measure(y, RATE_HZ, PARTS)
    assert found["contrast"].shape == contrast_db.shape
    assert np.allclose(found["contrast"], contrast_db, atol=1e-5)
    assert np.allclose(found["flatness"], flatness, rtol=1e-5)


def test_contrast_is_never_below_zero():
    for y in SOUNDS.values():
        assert measure(y, RATE_HZ, PARTS)["contrast"].min() >= 0.0


def test_tone_has_contrast_in_its_octave():
    contrast_db = measure(sounds.sine(1200.0), RATE_HZ, PARTS)["contrast"][3:-3].mean(axis=0)
    assert contrast_db.argmax() == 3  # 800 to 1600 Hz


def test_flux_goes_on_from_block_to_block():
    spectra = np.abs(np.random.default_rng(0).normal(size=(10, 1025))).astype(np.float32)
    whole = flux(spectra, spectra[:0])
    assert len(whole) == 9
    parts = [flux(spectra[:4], spectra[:0]), flux(spectra[4:], spectra[3:4])]
    assert np.array_equal(np.concatenate(parts), whole)


def test_flux_of_a_known_step():
    spectra = np.zeros((2, 100), np.float32)
    spectra[1, :25] = 2.0
    assert flux(spectra, spectra[:0]) == pytest.approx([1.0])  # root of (25 * 4) / 100
