"""A singer without words: a voice box, a mouth, and syllables that mean nothing."""

import numpy as np

from tools.composer.synth import RATE_HZ, Rng, Sound, band, fade, glide, hz, noise, seconds, vibrato

# Formants in Hz, of a man's mouth.
_VOWELS = {
    "a": (730.0, 1_150.0, 2_500.0),
    "e": (520.0, 1_800.0, 2_500.0),
    "i": (300.0, 2_200.0, 2_950.0),
    "o": (540.0, 880.0, 2_450.0),
    "u": (330.0, 900.0, 2_250.0),
}
_UPPER_HZ = (3_400.0, 4_300.0)
_WIDTHS_HZ = (90.0, 110.0, 160.0, 220.0, 300.0)
_HEIGHTS = (1.0, 0.55, 0.35, 0.28, 0.12)


def syllable(
    rng: Rng,
    midi: float,
    duration_s: float,
    velocity: float = 0.7,
    *,
    spoken: bool = False,
    mouth: float = 1.0,
) -> Sound:
    """Return one sung or spoken syllable: a consonant, then one vowel on its way to another.

    Parameters
    ----------
    rng : numpy.random.Generator
        Chooses the sounds.
    midi : float
        Pitch.
    duration_s : float
        Length in seconds.
    velocity : float
        How loud, and how pressed.
    spoken : bool
        Whether the pitch falls and nothing wavers, as in speech.
    mouth : float
        Size of the formants: 1 for a man, about 1.17 for a woman.
    """
    t = seconds(duration_s)
    voiced = _voice(rng, midi, t, velocity, spoken=spoken, mouth=mouth)
    onset_s = min(0.25 * duration_s, rng.uniform(0.03, 0.07))
    opening = np.clip((t - 0.3 * onset_s) / onset_s, 0, 1) ** 1.5
    sound = voiced * opening * np.clip((duration_s - t) / 0.05, 0, 1)
    consonant = noise(rng, t)
    if rng.random() < 0.4:
        sound += (
            0.35 * velocity * band(consonant, 3_500, 8_000) * np.exp(-(((t - 0.4 * onset_s) / onset_s) ** 2))
        )
    else:
        sound += 0.5 * velocity * band(consonant, 700, 4_500) * np.exp(-t / 0.008)
    return fade(sound, 0.002, 0.03)


def _voice(rng: Rng, midi: float, t: Sound, velocity: float, *, spoken: bool, mouth: float) -> Sound:
    """Return the vowels: harmonics of the voice box, each as loud as the mouth lets it through."""
    duration_s = len(t) / RATE_HZ
    if spoken:
        slope = rng.uniform(-4, 1)
        f = hz(midi) * 2 ** (slope * (t / duration_s - 0.3) / 12)
    else:
        scoop = -1.2 * np.exp(-t / 0.04)
        f = vibrato(hz(midi), t, rate_hz=5.4, cents=28, after_s=0.25) * 2 ** (scoop / 12)
    # Nobody holds a pitch or a loudness quite still.
    drift = band(noise(rng, t), 0, 8, 1)
    f = f * 2 ** (12 * drift / (np.std(drift) + 1e-9) / 1200)
    first, last = rng.choice(list(_VOWELS), 2)
    way = np.clip((t - 0.3 * duration_s) / (0.6 * duration_s), 0, 1)
    formants = [mouth * (a + (b - a) * way) for a, b in zip(_VOWELS[first], _VOWELS[last], strict=True)] + [
        mouth * np.full(len(t), upper) for upper in _UPPER_HZ
    ]
    phase = glide(f)
    sound = np.zeros(len(t))
    for k in range(1, min(45, int(6_000 / hz(midi)))):
        through = sum(
            height / (1 + ((k * f - centre) / width) ** 2)
            for centre, width, height in zip(formants, _WIDTHS_HZ, _HEIGHTS, strict=True)
        )
        sound += k ** (-1.1 + 0.4 * velocity) * (through + 0.02) * np.sin(k * phase + 0.3 * k)
    breath = band(noise(rng, t), 1_500, 6_000)
    return velocity * (sound + 0.03 * breath)
