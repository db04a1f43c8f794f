"""Everything with a pitch: each function plays one note and returns its sound, about ±1."""

import numpy as np

from tools.composer.synth import (
    Rng,
    Sound,
    band,
    below_nyquist,
    fade,
    glide,
    harmonics,
    hz,
    noise,
    pluck,
    resonate,
    saturate,
    seconds,
    vibrato,
)


def piano(rng: Rng, midi: float, duration_s: float, velocity: float = 0.7) -> Sound:
    """Play a piano: stiff strings in pairs, whose high partials are sharp and die first."""
    f, ring_s = hz(midi), 0.18
    t = seconds(duration_s + ring_s)
    k = below_nyquist(f, most=28)
    stretched = k * f * np.sqrt(1 + 0.0004 * k**2)
    strength = k ** (-1.0 - 1.2 * (1 - velocity)) * np.abs(np.sin(np.pi * k / 8.3))
    fall_s = 7.0 * (f / 130) ** -0.55 / (1 + 0.28 * k)
    sound = np.zeros_like(t)
    for partial_hz, amplitude, tau in zip(stretched, strength, fall_s, strict=True):
        for cents in (-0.5, 0.7):
            turn = 2 * np.pi * partial_hz * 2 ** (cents / 1200) * t + rng.uniform(0, 2 * np.pi)
            sound += amplitude * np.sin(turn) * (0.8 * np.exp(-5 * t / tau) + 0.2 * np.exp(-1.6 * t / tau))
    knock = band(noise(rng, seconds(0.03)), 80, 900) * np.exp(-seconds(0.03) / 0.006)
    sound[: len(knock)] += 0.25 * knock
    sound *= np.where(t < duration_s, 1.0, np.exp(-(t - duration_s) / 0.05))
    return fade(0.5 * velocity * sound, 0.002, 0.03)


def strings(rng: Rng, midi: float, duration_s: float, velocity: float = 0.7, players: int = 4) -> Sound:
    """Play bowed strings: sawtooth waves that waver, each player a little out of tune and time."""
    t = seconds(duration_s + 0.15)
    f = hz(midi)
    k = below_nyquist(f, most=30, highest_hz=8_000)
    sound = np.zeros_like(t)
    for _ in range(players):
        wavering = vibrato(
            f * 2 ** (rng.normal(0, 4) / 1200),
            t,
            rate_hz=rng.uniform(5, 6.2),
            cents=rng.uniform(9, 16),
            after_s=0.15,
        )
        sound += harmonics(glide(wavering) + rng.uniform(0, 6), k**-1.15)
    sound += 0.15 * players * band(noise(rng, t), 1_500, 5_000)
    body = resonate(sound, [(300, 60, 0.8), (480, 80, 0.8), (1_100, 250, 0.5), (2_600, 700, 0.7)], 0.5)
    swell = 1 - np.exp(-t / (0.03 + 0.08 * (1 - velocity)))
    return fade(velocity * 0.35 / np.sqrt(players) * body * swell, 0.03, 0.15)


def steel_guitar(rng: Rng, midi: float, duration_s: float, velocity: float = 0.7) -> Sound:
    """Play an acoustic guitar with steel strings and its wooden box."""
    raw = pluck(rng, hz(midi), duration_s, damping=4.0, dullness=0.06 + 0.14 * (1 - velocity), pick=0.17)
    box = resonate(raw, [(105, 25, 1.2), (210, 40, 1.0), (430, 90, 0.5), (2_800, 900, 0.6)], 0.8)
    return velocity * 0.7 * fade(box, 0.001, 0.05)


def electric_guitar(
    rng: Rng, midi: float, duration_s: float, velocity: float = 0.7, drive: float = 2.0
) -> Sound:
    """Play a clean to crunchy electric guitar through a small amplifier."""
    raw = pluck(rng, hz(midi), duration_s, damping=3.0, dullness=0.12, pick=0.22)
    return fade(cabinet(saturate(raw * velocity, drive), 4_200), 0.001, 0.04) * 0.6


def bent_guitar(rng: Rng, midi: float, duration_s: float, velocity: float = 0.8, bend: float = 1.0) -> Sound:
    """Play a lead note that is pushed up from `bend` semitones below and then wavers."""
    raw = pluck(rng, hz(midi - bend), duration_s * 1.2 + 0.1, damping=4.0, dullness=0.09, pick=0.2)
    t = seconds(duration_s)
    push = np.clip((t - 0.05) / 0.16, 0, 1) * bend + 0.22 * np.clip((t - 0.3) / 0.2, 0, 1) * np.sin(
        2 * np.pi * 5.6 * t
    )
    # The whole string is read faster as it is pushed: a bend is a change of tension.
    position = np.cumsum(2 ** (push / 12))
    raw = np.interp(position, np.arange(len(raw)), raw, right=0.0)
    return fade(cabinet(saturate(raw * velocity, 4.0), 4_000), 0.002, 0.05) * 0.6


def power_chord(rng: Rng, midi: float, duration_s: float, *, muted: bool) -> Sound:
    """Play root, fifth and octave before distortion; `muted` has the palm on the strings."""
    ring = {"damping": 0.6, "dullness": 0.25} if muted else {"damping": 5.0, "dullness": 0.03}
    strings_hz = [hz(midi + interval + rng.normal(0, 0.06)) for interval in (0, 7, 12)]
    chord = sum_of([pluck(rng, f, duration_s, pick=0.08, **ring) for f in strings_hz])
    scrape = 0.5 * band(noise(rng, seconds(0.02)), 1_500, 6_000) * np.exp(-seconds(0.02) / 0.004)
    chord[: len(scrape)] += scrape[: len(chord)]
    return fade(chord, 0.001, 0.015)


def high_gain(rng: Rng, sound: Sound) -> Sound:
    """Return the sound of a metal amplifier: two stages of gain that hiss, a dark and scooped cabinet."""
    tight = band(sound, 67, 8_000, 1)
    tight = tight / np.percentile(np.abs(tight), 95) + 0.12 * rng.standard_normal(len(tight))
    driven = np.tanh(7 * band(np.tanh(8 * tight), 100, 9_000, 1))
    return resonate(band(driven, 80, 3_900, 5), [(120, 40, 0.5), (1_150, 600, -0.2), (3_000, 900, 0.1)], 0.6)


def cabinet(sound: Sound, high_hz: float) -> Sound:
    """Return the sound of a loudspeaker in a box: no deep bass, nothing above `high_hz`."""
    return resonate(band(sound, 80, high_hz, 3), [(1_800, 600, 0.5)], 0.8)


def finger_bass(rng: Rng, midi: float, duration_s: float, velocity: float = 0.8) -> Sound:
    """Play an electric bass guitar."""
    raw = pluck(rng, hz(midi), duration_s, damping=2.5, dullness=0.35, pick=0.3)
    return velocity * fade(saturate(band(raw, 30, 1_400, 2), 1.5), 0.003, 0.03)


def upright_bass(rng: Rng, midi: float, duration_s: float, velocity: float = 0.8) -> Sound:
    """Play a plucked double bass: round, with a thump."""
    raw = pluck(rng, hz(midi), duration_s, damping=1.4, dullness=0.42, pick=0.35)
    box = resonate(band(raw, 35, 1_100, 2), [(95, 30, 1.0), (190, 50, 0.5)], 0.8)
    thump = band(noise(rng, seconds(0.04)), 60, 400) * np.exp(-seconds(0.04) / 0.012)
    box[: len(thump)] += 0.25 * thump[: len(box)]
    return velocity * fade(box, 0.004, 0.04)


def sub_bass(rng: Rng, midi: float, duration_s: float, velocity: float = 0.9) -> Sound:
    """Play a sine with a little dirt, as from a drum machine."""
    t = seconds(duration_s)
    phase = glide(hz(midi) * (1 + 0.6 * np.exp(-t / 0.015))) + rng.uniform(0, 0.1)
    return velocity * fade(saturate(np.sin(phase) * np.exp(-t / 1.5), 1.6), 0.004, 0.04)


def organ(rng: Rng, midi: float, duration_s: float, velocity: float = 0.7) -> Sound:
    """Play a drawbar organ before a turning loudspeaker."""
    t = seconds(duration_s)
    turn = 2 * np.pi * 6.4 * t + rng.uniform(0, 6)
    wavering = hz(midi) * (1 + 0.0025 * np.sin(turn))
    pipes = harmonics(glide(wavering), [1.0, 0.9, 0.6, 0.35, 0.0, 0.2, 0.0, 0.25])
    pipes += 0.6 * np.sin(0.5 * glide(wavering))
    click = band(noise(rng, seconds(0.01)), 1_000, 5_000) * np.exp(-seconds(0.01) / 0.002)
    pipes[: len(click)] += 0.5 * click[: len(pipes)]
    return velocity * 0.35 * fade(pipes * (1 + 0.15 * np.cos(turn)), 0.004, 0.02)


def rhodes(rng: Rng, midi: float, duration_s: float, velocity: float = 0.6) -> Sound:
    """Play an electric piano: a tine that bells, then a tone bar that sings."""
    t = seconds(duration_s + 0.1)
    f = hz(midi) * 2 ** (rng.normal(0, 2) / 1200)
    bell = 1.6 * velocity * np.exp(-t / 0.25) * np.sin(2 * np.pi * f * t)
    tine = 0.18 * velocity * np.exp(-t / 0.06) * np.sin(2 * np.pi * 7.1 * f * t)
    body = np.sin(2 * np.pi * f * t + bell) * np.exp(-t / (1.6 * (f / 260) ** -0.4)) + tine
    tremolo = 1 + 0.12 * np.sin(2 * np.pi * 4.5 * t)
    return velocity * 0.5 * fade(body * tremolo, 0.002, 0.1)


def saxophone(rng: Rng, midi: float, duration_s: float, velocity: float = 0.7) -> Sound:
    """Play a tenor-like reed: scooped into pitch, breath in the tone, brighter when blown harder."""
    t = seconds(duration_s + 0.06)
    f = vibrato(hz(midi), t, rate_hz=5.2, cents=22, after_s=0.22) * 2 ** (-0.6 * np.exp(-t / 0.035) / 12)
    k = below_nyquist(hz(midi), most=26, highest_hz=7_500)
    blown = harmonics(glide(f), k ** (-1.5 + 0.7 * velocity) * (1 - 0.25 * (k % 2 == 0)))
    blown *= 1 + 0.05 * band(noise(rng, t), 20, 90)[: len(t)]
    breath = 0.5 * band(noise(rng, t), 1_200, 5_000)
    tone = resonate(blown + 0.12 * breath, [(650, 220, 1.2), (1_300, 300, 0.9), (2_700, 500, 0.5)], 0.35)
    swell = (1 - np.exp(-t / 0.025)) * (0.85 + 0.15 * np.exp(-t / 0.15))
    return velocity * 0.25 * fade(tone * swell, 0.01, 0.06)


def fiddle(rng: Rng, midi: float, duration_s: float, velocity: float = 0.7) -> Sound:
    """Play one violin, bowed hard, sliding into its notes."""
    t = seconds(duration_s + 0.05)
    f = vibrato(hz(midi), t, rate_hz=5.8, cents=14, after_s=0.15) * 2 ** (-0.8 * np.exp(-t / 0.03) / 12)
    k = below_nyquist(hz(midi), most=24, highest_hz=9_000)
    bowed = harmonics(glide(f), k**-0.9) + 0.4 * band(noise(rng, t), 2_000, 7_000)
    body = resonate(bowed, [(460, 90, 1.0), (700, 120, 0.6), (1_100, 200, 0.7), (2_800, 600, 1.1)], 0.35)
    return velocity * 0.2 * fade(body, 0.02, 0.05)


def sum_of(sounds: list[Sound]) -> Sound:
    """Return sounds that start together, as one."""
    total = np.zeros(max(len(sound) for sound in sounds))
    for sound in sounds:
        total[: len(sound)] += sound
    return total
