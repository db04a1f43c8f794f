"""Drums and cymbals: each function strikes once and returns the sound, about ±1."""

import numpy as np

from tools.composer.synth import Rng, Sound, band, fade, glide, noise, saturate, seconds

# Where the modes of a struck membrane and of a bell lie, as multiples of the lowest.
_MEMBRANE = (1.0, 1.59, 2.14, 2.30, 2.65)
_METAL_HZ = (2_730, 3_110, 3_790, 4_240, 5_390, 6_170, 7_410, 8_360)


def kick(rng: Rng, *, pitch_hz: float = 50.0, length_s: float = 0.35, click: float = 0.5) -> Sound:
    """Strike a bass drum: a sine that falls in pitch, and the beater."""
    t = seconds(length_s)
    boom = np.sin(glide(pitch_hz * (1 + 3.2 * np.exp(-t / 0.022)))) * np.exp(-t / (0.32 * length_s))
    beater = band(noise(rng, t), 1_500, 6_000) * np.exp(-t / 0.004)
    return fade(saturate(boom + click * beater, 1.5), 0.001, 0.03)


def snare(rng: Rng, *, tone_hz: float = 190.0, length_s: float = 0.25, wires: float = 0.8) -> Sound:
    """Strike a snare drum: a membrane and the wires that rattle under it."""
    t = seconds(length_s)
    skin = sum(np.sin(2 * np.pi * tone_hz * mode * t) / (i + 1) for i, mode in enumerate(_MEMBRANE))
    rattle = band(noise(rng, t), 900, 9_000, 1) * np.exp(-t / (0.28 * length_s))
    return fade(0.6 * skin * np.exp(-t / 0.045) + wires * 0.7 * rattle, 0.001, 0.03)


def hat(rng: Rng, *, length_s: float = 0.06) -> Sound:
    """Strike a hi-hat: closed if short, open if long."""
    t = seconds(length_s * 2.5)
    metal = sum(np.sign(np.sin(2 * np.pi * f * t + rng.uniform(0, 6))) for f in _METAL_HZ) / len(_METAL_HZ)
    hiss = band(metal + 0.8 * noise(rng, t), 6_000, 10_500, 3)
    return fade(hiss * np.exp(-t / (0.5 * length_s)), 0.001, 0.02)


def ride(rng: Rng, *, bell: float = 0.35) -> Sound:
    """Strike a ride cymbal: a stick on metal that keeps singing."""
    t = seconds(0.9)
    ping = sum(np.sin(2 * np.pi * f * rng.uniform(0.99, 1.01) * t) for f in _METAL_HZ[:6]) / 6
    wash = band(noise(rng, t), 3_500, 10_000, 2)
    return fade(
        bell * ping * np.exp(-t / 0.12) + 0.22 * wash * (np.exp(-t / 0.25) + 2 * np.exp(-t / 0.01)),
        0.001,
        0.1,
    )


def crash(rng: Rng, *, length_s: float = 1.8) -> Sound:
    """Strike a crash cymbal."""
    t = seconds(length_s)
    wash = band(noise(rng, t), 2_500, 10_500, 1)
    return fade(0.7 * wash * np.exp(-t / (0.3 * length_s)), 0.003, 0.2)


def tom(rng: Rng, *, pitch_hz: float = 110.0) -> Sound:
    """Strike a tom-tom."""
    t = seconds(0.4)
    skin = sum(
        np.sin(glide(pitch_hz * mode * (1 + 0.3 * np.exp(-t / 0.04)))) / (i + 1)
        for i, mode in enumerate(_MEMBRANE)
    )
    return fade(0.6 * skin * np.exp(-t / 0.11) + 0.1 * noise(rng, t) * np.exp(-t / 0.01), 0.001, 0.05)


def clap(rng: Rng) -> Sound:
    """Clap hands, not quite together."""
    t = seconds(0.25)
    hands = sum(np.where(t >= late, np.exp(-(t - late) / 0.007), 0.0) for late in (0.0, 0.011, 0.023))
    tail = np.where(t >= 0.03, np.exp(-(t - 0.03) / 0.06), 0.0)
    return fade(band(noise(rng, t), 800, 5_500) * (hands + 0.7 * tail), 0.001, 0.03)


def rim(rng: Rng) -> Sound:
    """Strike a stick laid across the snare: wood."""
    t = seconds(0.09)
    wood = np.sin(2 * np.pi * 820 * t) + 0.7 * np.sin(2 * np.pi * 1_730 * t)
    return fade(
        wood * np.exp(-t / 0.012) + 0.3 * band(noise(rng, t), 1_500, 6_000) * np.exp(-t / 0.006),
        0.0005,
        0.02,
    )


def shaker(rng: Rng, *, length_s: float = 0.09) -> Sound:
    """Strike a shaker: grains that come and go."""
    t = seconds(length_s)
    return fade(band(noise(rng, t), 4_500, 10_000) * np.sin(np.pi * t / length_s) ** 2, 0.005, 0.01)


def brush(rng: Rng) -> Sound:
    """Strike a brush tapped on the snare."""
    t = seconds(0.18)
    return fade(band(noise(rng, t), 600, 6_000, 1) * np.exp(-t / 0.04), 0.004, 0.03)
