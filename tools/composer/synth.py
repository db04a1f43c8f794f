"""Sound from arithmetic: oscillators, plucked strings, envelopes, filters, room."""

import numpy as np
from numpy.typing import NDArray

Sound = NDArray[np.float64]
Rng = np.random.Generator

RATE_HZ = 22_050


def hz(midi: float) -> float:
    """Return the frequency of a MIDI note; 69 is the A of 440 Hz."""
    return float(440.0 * 2.0 ** ((midi - 69.0) / 12.0))


def seconds(duration_s: float) -> Sound:
    """Return the times of the samples of a stretch."""
    return np.arange(max(1, int(duration_s * RATE_HZ))) / RATE_HZ


def noise(rng: Rng, t: Sound) -> Sound:
    """Return white noise of unit variance, as long as `t`."""
    return rng.standard_normal(len(t))


def fade(sound: Sound, in_s: float, out_s: float) -> Sound:
    """Return the sound with its ends faded, so that it neither clicks in nor out."""
    n_in = min(max(1, int(in_s * RATE_HZ)), len(sound))
    n_out = min(max(1, int(out_s * RATE_HZ)), len(sound))
    faded = sound.copy()
    faded[:n_in] *= np.sin(np.linspace(0, np.pi / 2, n_in)) ** 2
    faded[len(faded) - n_out :] *= np.cos(np.linspace(0, np.pi / 2, n_out)) ** 2
    return faded


def band(sound: Sound, low_hz: float = 0.0, high_hz: float = np.inf, order: int = 2) -> Sound:
    """Keep a band, with Butterworth's magnitudes and no phase."""
    n = 2 * len(sound)
    f = np.fft.rfftfreq(n, 1 / RATE_HZ)
    gain = 1 / np.sqrt(1 + (f / high_hz) ** (2 * order))
    if low_hz > 0:
        gain *= (f / low_hz) ** order / np.sqrt(1 + (f / low_hz) ** (2 * order))
    return np.fft.irfft(np.fft.rfft(sound, n) * gain, n)[: len(sound)]


def resonate(sound: Sound, peaks: list[tuple[float, float, float]], floor: float = 1.0) -> Sound:
    """Boost resonances, each given as centre in Hz, width in Hz and gain."""
    n = 2 * len(sound)
    f = np.fft.rfftfreq(n, 1 / RATE_HZ)
    gain = np.full(len(f), floor)
    for centre_hz, width_hz, height in peaks:
        gain += height * np.exp(-0.5 * ((f - centre_hz) / width_hz) ** 2)
    return np.fft.irfft(np.fft.rfft(sound, n) * gain, n)[: len(sound)]


def glide(frequency_hz: Sound) -> Sound:
    """Return the phase in radians of an oscillator with that frequency at each sample."""
    return 2 * np.pi * np.cumsum(frequency_hz) / RATE_HZ


def vibrato(f: float, t: Sound, *, rate_hz: float, cents: float, after_s: float) -> Sound:
    """Return a frequency that begins to waver after a while, as a player's does."""
    depth = np.clip((t - after_s) / 0.3, 0, 1) * cents / 1200
    return f * 2 ** (depth * np.sin(2 * np.pi * rate_hz * t))


def harmonics(phase: Sound, amplitudes: list[float] | Sound) -> Sound:
    """Return a sum of sines at multiples of a phase."""
    total = np.zeros_like(phase)
    for k, amplitude in enumerate(amplitudes, start=1):
        if amplitude:
            total += amplitude * np.sin(k * phase)
    return total


def below_nyquist(f: float, most: int = 40, highest_hz: float = 9_000.0) -> Sound:
    """Return the numbers of the harmonics of `f` that can sound."""
    return np.arange(1, max(2, min(most, int(highest_hz / f)) + 1), dtype=float)


def pluck(
    rng: Rng, f: float, duration_s: float, *, damping: float, dullness: float, pick: float = 0.13
) -> Sound:
    """Return a plucked string by Karplus and Strong's loop.

    Parameters
    ----------
    rng : numpy.random.Generator
        Draws the noise that the string starts from.
    f : float
        Pitch in Hz.
    duration_s : float
        Length in seconds.
    damping : float
        Time in seconds in which the fundamental decays by 60 dB.
    dullness : float
        How fast the high partials die: 0 (steel) to 0.5 (a palm on the strings).
    pick : float
        Where the string is plucked, as a part of its length.
    """
    period = RATE_HZ / f
    whole = int(period) - 1
    part = period - 1 - whole
    gain = 10 ** (-3 / (damping * f))
    taps = gain * np.convolve([1 - part, part], [dullness / 2, 1 - dullness, dullness / 2])
    burst = rng.uniform(-1, 1, whole + 3)
    burst = np.convolve(burst, [0.25, 0.5, 0.25], mode="same")
    burst -= np.roll(burst, max(1, int(pick * whole)))
    n = len(seconds(duration_s))
    string = np.zeros(len(burst) + n + whole)
    string[: len(burst)] = burst - burst.mean()
    # Each sample is heard again one period later, through the taps, so a whole period is made at once.
    for start in range(len(burst), len(burst) + n, whole):
        string[start : start + whole] = np.convolve(string[start - whole - 3 : start], taps, mode="valid")
    rung: Sound = string[len(burst) : len(burst) + n]
    return rung


def saturate(sound: Sound, drive: float) -> Sound:
    """Return the sound driven into a valve: odd harmonics, at full drive nearly square."""
    driven: Sound = np.tanh(drive * sound) / np.tanh(drive)
    return driven


def room(rng: Rng, sound: Sound, *, decay_s: float, wet: float, high_hz: float = 5_000.0) -> Sound:
    """Return the sound in a room: its echoes are noise that decays by 60 dB in `decay_s`."""
    t = seconds(decay_s)
    echoes = rng.standard_normal(len(t)) * 10 ** (-3 * t / decay_s)
    echoes[: int(0.012 * RATE_HZ)] = 0
    echoes = band(echoes, 150.0, high_hz)
    echoes /= np.sqrt(np.sum(echoes**2))
    n = len(sound) + len(echoes)
    return sound + wet * np.fft.irfft(np.fft.rfft(sound, n) * np.fft.rfft(echoes, n), n)[: len(sound)]


def echo(sound: Sound, *, delay_s: float, feedback: float, wet: float) -> Sound:
    """Return the sound with an echo that repeats and darkens."""
    step = int(delay_s * RATE_HZ)
    out, tail = sound.copy(), sound
    level = wet
    while level > 0.02 and step < len(sound):
        tail = np.concatenate([np.zeros(step), band(tail, 200.0, 2_500.0, 1)[:-step]])
        out += level * tail
        level *= feedback
    return out
