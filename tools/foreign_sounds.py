"""Sounds that are not music, made by ourselves: noise, hum, tones, effects and (with espeak-ng) speech.

The built-in model learns from them to say ``not music``, and is measured on other draws of them.
Every draw is 10 s of mono sound at 16 kHz, full scale ±1, and depends on the seed alone (speech also on
the version of espeak-ng).
"""

import io
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import soundfile
from numpy.typing import NDArray

from earmark.registry import Registry

Sound = NDArray[np.float32]
Maker = Callable[[np.random.Generator], Sound]

RATE_HZ = 16_000
DURATION_S = 10.0
N_SAMPLES = int(RATE_HZ * DURATION_S)

# Steady sounds differ in few ways, and each of those can fool a network that never heard the like.
PLAIN = ("noise/", "hum/", "tone/")

MAKERS: Registry[Maker] = Registry("foreign sound")

# Our own sentences; the voices of other languages read them in their own fashion.
SENTENCES = (
    "Good evening, and welcome to the programme. Tonight we talk about the weather of the coming week.",
    "Please turn left at the next crossing, then follow the road for two kilometres.",
    "The number you have dialled is not available. Leave a message after the tone.",
    "Yesterday I met an old friend at the station, and we spoke for an hour about the garden.",
    "Chapter one. It had been raining for nine days when the letter finally arrived.",
    "The committee will publish its report on the budget next Thursday at noon.",
    "Mix two cups of flour with a spoon of salt, add warm water, and let it rest.",
    "Attention passengers, the train on platform four is delayed by twenty five minutes.",
    "Eins zwei drei vier, die Sitzung beginnt um zehn, bitte nehmen Sie Platz.",
    "Bonjour a tous, la reunion commence dans dix minutes, merci de patienter.",
    "Buenos dias, el tren con destino a Toledo sale de la via numero siete.",
    "Dobry den, dnes bude oblachno, vecherom vozmozhen nebolshoi dozhd.",
)
VOICES = (
    "en", "en-us", "en-gb-scotland", "en-gb-x-rp", "de", "fr", "es", "it", "ru", "pl", "pt", "nl", "sv", "tr",
    "cs", "hi", "cmn", "ja", "ar", "fi",
)  # fmt: skip
VARIANTS = ("", "+m1", "+m2", "+m3", "+m5", "+m7", "+f1", "+f2", "+f3", "+f4", "+f5", "+whisper")


@dataclass(frozen=True)
class ForeignSound:
    """One draw: the family it belongs to, its maker's name, 10 s at 16 kHz."""

    family: str
    kind: str
    samples: Sound


def family(name: str) -> Callable[[Maker], Maker]:
    """Register a maker under ``family/name-of-the-function``."""

    def decorate(maker: Maker) -> Maker:
        MAKERS.add(f"{name}/{maker.__name__}", maker)
        return maker

    return decorate


def draws(n_each: int, seed: int) -> Iterator[ForeignSound]:
    """Yield `n_each` draws of every kind, three times as many of the plainest ones.

    Speech only where espeak-ng is installed: see :func:`can_speak`.
    """
    for name in MAKERS:
        if name.startswith("speech/") and not can_speak():
            continue
        for number in range(n_each * (3 if name.startswith(PLAIN) else 1)):
            rng = np.random.default_rng([seed, number, *name.encode()])
            sound = level(MAKERS[name](rng), rng)
            yield ForeignSound(name.split("/")[0], name.split("/")[1], sound)


def can_speak() -> bool:
    """Return whether espeak-ng is installed."""
    return shutil.which("espeak-ng") is not None


def level(sound: NDArray[np.floating], rng: np.random.Generator) -> Sound:
    """Bring the peak to somewhere between -20 and -1 dB of full scale."""
    peak = float(np.abs(sound).max()) or 1.0
    return np.asarray(sound / peak * 10 ** (rng.uniform(-20, -1) / 20), np.float32)


def time_s() -> NDArray[np.float64]:
    """Return the time of each sample."""
    return np.arange(N_SAMPLES) / RATE_HZ


def shaped_noise(
    rng: np.random.Generator, slope: float, low_hz: float = 0, high_hz: float = 8000, n: int = N_SAMPLES
) -> Sound:
    """Return noise with power ~ frequency^-slope between two frequencies."""
    spectrum = np.fft.rfft(rng.standard_normal(n))
    hz = np.fft.rfftfreq(n, 1 / RATE_HZ)
    gain = np.maximum(hz, 20.0) ** (-slope / 2) * ((hz >= low_hz) & (hz <= high_hz))
    return np.fft.irfft(spectrum * gain, n).astype(np.float32)


def scatter(rng: np.random.Generator, rate_per_s: float, one: Callable[[], Sound]) -> Sound:
    """Return events at random moments."""
    out = np.zeros(N_SAMPLES, np.float32)
    for start in rng.integers(0, N_SAMPLES, max(2, rng.poisson(rate_per_s * DURATION_S))):
        event = one()[: N_SAMPLES - start]
        out[start : start + len(event)] += event
    return out


def every(rng: np.random.Generator, period_s: float, one: Callable[[], Sound], jitter: float = 0.05) -> Sound:
    """Return events at an almost regular pace."""
    out = np.zeros(N_SAMPLES, np.float32)
    at = rng.uniform(0, period_s)
    while at < DURATION_S:
        start = int(at * RATE_HZ)
        event = one()[: N_SAMPLES - start]
        out[start : start + len(event)] += event
        at += period_s * (1 + jitter * rng.standard_normal() * 0.5)
    return out


def struck(rng: np.random.Generator, low_hz: float, high_hz: float, decay_s: float, modes: int) -> Sound:
    """Return one struck object: damped modes without harmonic order."""
    t = np.arange(int(RATE_HZ * min(decay_s * 6, 2.0))) / RATE_HZ
    hz = rng.uniform(low_hz, high_hz, modes)[:, None]
    decay = decay_s * rng.uniform(0.4, 1.2, modes)[:, None]
    gain = rng.uniform(0.2, 1, modes)[:, None]
    return (gain * np.exp(-t / decay) * np.sin(2 * np.pi * hz * t)).sum(0).astype(np.float32)


def burst(rng: np.random.Generator, attack_s: float, decay_s: float, slope: float = 0.5) -> Sound:
    """Return one burst of noise."""
    t = np.arange(int(RATE_HZ * (attack_s + decay_s * 5))) / RATE_HZ
    envelope = np.minimum(t / max(attack_s, 1e-4), 1) * np.exp(-np.maximum(t - attack_s, 0) / decay_s)
    return shaped_noise(rng, slope, n=len(t)) * envelope.astype(np.float32)


def harmonics(rng: np.random.Generator, phase: NDArray[np.float64], count: int, fall: float) -> Sound:
    """Return a buzz: harmonics of a running phase with random strengths."""
    k = np.arange(1, count + 1)[:, None]
    gain = k.astype(float) ** -fall * rng.uniform(0.3, 1, (count, 1))
    return (gain * np.sin(k * phase + rng.uniform(0, 6, (count, 1)))).sum(0).astype(np.float32)


@family("noise")
def steady_noise(rng: np.random.Generator) -> Sound:
    """White, pink, brown or between."""
    return shaped_noise(rng, rng.uniform(0, 2.2))


@family("noise")
def band_noise(rng: np.random.Generator) -> Sound:
    """Return a band of noise: hiss, rumble, radio."""
    low = 10 ** rng.uniform(1.7, 3.5)
    return shaped_noise(rng, rng.uniform(0, 1), low, low * rng.uniform(1.3, 5))


@family("noise")
def wind(rng: np.random.Generator) -> Sound:
    """Wind or sea: noise that swells slowly."""
    swell = 1 + 0.9 * np.sin(2 * np.pi * rng.uniform(0.05, 0.5) * time_s() + rng.uniform(0, 6))
    return shaped_noise(rng, rng.uniform(0.5, 2)) * swell.astype(np.float32)


@family("noise")
def rain(rng: np.random.Generator) -> Sound:
    """Many small drops over a hiss."""
    drops = scatter(rng, rng.uniform(30, 150), lambda: struck(rng, 1500, 7000, 0.004, 3))
    return drops + shaped_noise(rng, 0.5) * np.float32(rng.uniform(0.001, 0.02))


@family("noise")
def crackle(rng: np.random.Generator) -> Sound:
    """Clicks of a worn groove or a fire."""
    return scatter(rng, rng.uniform(5, 60), lambda: burst(rng, 0.0001, rng.uniform(0.0005, 0.006)))


@family("hum")
def mains(rng: np.random.Generator) -> Sound:
    """Mains hum with harmonics and a little hiss."""
    phase = 2 * np.pi * rng.choice([50.0, 60.0, 100.0, 120.0]) * time_s()
    hiss = shaped_noise(rng, 1) * np.float32(rng.uniform(0, 0.02))
    return harmonics(rng, phase, int(rng.integers(1, 20)), rng.uniform(0.5, 2)) + hiss


@family("hum")
def engine(rng: np.random.Generator) -> Sound:
    """Return an engine: a rough buzz whose speed drifts."""
    drift = np.cumsum(rng.standard_normal(N_SAMPLES)) / RATE_HZ * rng.uniform(5, 60)
    speed = rng.uniform(25, 140) * np.exp(0.3 * np.sin(2 * np.pi * rng.uniform(0.02, 0.3) * time_s()))
    phase = 2 * np.pi * np.cumsum(speed + drift) / RATE_HZ
    return harmonics(rng, phase, 40, rng.uniform(0.6, 1.3)) + shaped_noise(rng, 1) * np.float32(0.1)


@family("hum")
def fan(rng: np.random.Generator) -> Sound:
    """Return a fan or vacuum cleaner: noise with a tone in it."""
    phase = 2 * np.pi * rng.uniform(80, 700) * time_s()
    noise = shaped_noise(rng, rng.uniform(0.3, 1.5))
    return noise / noise.std() + harmonics(rng, phase, 8, 1.0) * np.float32(rng.uniform(0.1, 1))


@family("tone")
def sine(rng: np.random.Generator) -> Sound:
    """Return a test tone."""
    return np.sin(2 * np.pi * 10 ** rng.uniform(1.8, 3.8) * time_s()).astype(np.float32)


@family("tone")
def sweep(rng: np.random.Generator) -> Sound:
    """Sirens and sweeps."""
    centre, depth, pace = rng.uniform(300, 1500), rng.uniform(0.1, 0.7), rng.uniform(0.1, 3)
    wave = np.sin(2 * np.pi * pace * time_s())
    wave = np.sign(wave) if rng.random() < 0.3 else wave
    phase = 2 * np.pi * np.cumsum(centre * (1 + depth * wave)) / RATE_HZ
    return harmonics(rng, phase, int(rng.integers(1, 8)), 1.2)


@family("tone")
def beeps(rng: np.random.Generator) -> Sound:
    """Alarms, dialling, busy lines, Morse: one or two tones, keyed."""
    a, b = rng.choice([425.0, 697.0, 770.0, 852.0, 941.0, 1000.0, 1209.0, 1336.0, 1477.0, 2000.0], 2)
    period = rng.uniform(0.15, 1.2)
    keyed = (time_s() % period) < period * rng.uniform(0.3, 0.7)
    if rng.random() < 0.4:
        keyed &= np.repeat(rng.random(int(DURATION_S / 0.1)) < 0.6, int(RATE_HZ * 0.1))[:N_SAMPLES]
    tone = np.sin(2 * np.pi * a * time_s()) + np.sin(2 * np.pi * b * time_s()) * (rng.random() < 0.6)
    return (tone * keyed).astype(np.float32)


@family("effect")
def knocks(rng: np.random.Generator) -> Sound:
    """Knocks, footsteps, hammering."""
    low = rng.uniform(80, 600)
    return every(
        rng, rng.uniform(0.2, 1.1), lambda: struck(rng, low, low * 5, rng.uniform(0.01, 0.08), 6), 0.3
    )


@family("effect")
def clatter(rng: np.random.Generator) -> Sound:
    """Glass, cutlery, keys."""
    return scatter(rng, rng.uniform(1, 8), lambda: struck(rng, 1200, 7500, rng.uniform(0.02, 0.4), 10))


@family("effect")
def ticking(rng: np.random.Generator) -> Sound:
    """Return a clock or a typewriter."""
    return every(rng, rng.uniform(0.08, 1.0), lambda: struck(rng, 1500, 6000, 0.006, 5), rng.uniform(0, 0.6))


@family("effect")
def applause(rng: np.random.Generator) -> Sound:
    """Clapping hands."""
    return scatter(rng, rng.uniform(20, 300), lambda: burst(rng, 0.0005, rng.uniform(0.004, 0.02), 0.2))


@family("effect")
def bangs(rng: np.random.Generator) -> Sound:
    """Thunder, shots, doors."""
    return scatter(
        rng, rng.uniform(0.2, 1.5), lambda: burst(rng, 0.002, rng.uniform(0.05, 0.5), rng.uniform(0.8, 2))
    )


@family("effect")
def whooshes(rng: np.random.Generator) -> Sound:
    """Return things that pass by."""
    return scatter(rng, rng.uniform(0.3, 1.5), lambda: burst(rng, rng.uniform(0.1, 0.6), 0.2, 1.0))


def call(rng: np.random.Generator, hz: float, bend: float, length_s: float, rough: float) -> Sound:
    """Return one animal's call: a bent tone with harmonics."""
    t = np.arange(int(RATE_HZ * length_s)) / RATE_HZ
    phase = 2 * np.pi * np.cumsum(hz * (1 + bend * t / length_s + 0.05 * np.sin(40 * t))) / RATE_HZ
    tone = harmonics(rng, phase, 6, 1.0) * np.hanning(len(t)).astype(np.float32)
    return tone + rough * shaped_noise(rng, 0.5, n=len(t)) * np.hanning(len(t)).astype(np.float32)


@family("effect")
def birds(rng: np.random.Generator) -> Sound:
    """Chirping."""
    return scatter(
        rng, rng.uniform(1, 6), lambda: call(rng, rng.uniform(1800, 4500), rng.uniform(-0.5, 0.5), 0.15, 0)
    )


@family("effect")
def beasts(rng: np.random.Generator) -> Sound:
    """Barks, moos and growls."""
    low = rng.uniform(80, 500)
    return scatter(
        rng,
        rng.uniform(0.4, 2),
        lambda: call(rng, low * rng.uniform(0.8, 1.2), rng.uniform(-0.4, 0.2), rng.uniform(0.15, 0.8), 3.0),
    )


def speak(rng: np.random.Generator) -> Sound:
    """Return 10 s of one synthetic speaker."""
    voice = str(rng.choice(VOICES)) + str(rng.choice(VARIANTS))
    text = " ".join(str(s) for s in rng.permutation(SENTENCES)[:6])
    command = ["espeak-ng", "-v", voice, "-s", str(rng.integers(115, 215)), "-p", str(rng.integers(15, 85))]
    wav = subprocess.run([*command, "--stdout", text], capture_output=True, check=True).stdout
    sound, rate_hz = soundfile.read(io.BytesIO(wav), dtype="float32")
    at = np.arange(N_SAMPLES) * rate_hz / RATE_HZ  # espeak-ng's 22 050 Hz hold little above 8 kHz
    return np.interp(at, np.arange(len(sound)), sound, right=0).astype(np.float32)


@family("speech")
def dry_speech(rng: np.random.Generator) -> Sound:
    """One speaker, close."""
    return speak(rng)


@family("speech")
def noisy_speech(rng: np.random.Generator) -> Sound:
    """One speaker over noise."""
    noise = shaped_noise(rng, rng.uniform(0, 2))
    speech = speak(rng)
    return speech + noise / noise.std() * speech.std() * np.float32(10 ** (-rng.uniform(3, 25) / 20))


@family("speech")
def telephone(rng: np.random.Generator) -> Sound:
    """One speaker on the line: 300 to 3400 Hz."""
    spectrum = np.fft.rfft(speak(rng))
    hz = np.fft.rfftfreq(N_SAMPLES, 1 / RATE_HZ)
    return np.fft.irfft(spectrum * ((hz > 300) & (hz < 3400)), N_SAMPLES).astype(np.float32)


@family("speech")
def room_speech(rng: np.random.Generator) -> Sound:
    """One speaker in a room that echoes."""
    decay_s = rng.uniform(0.1, 0.7)
    t = np.arange(int(RATE_HZ * decay_s * 2)) / RATE_HZ
    room = rng.standard_normal(len(t)) * np.exp(-t / decay_s * 3)
    size = N_SAMPLES + len(t)
    wet = np.fft.irfft(np.fft.rfft(speak(rng), size) * np.fft.rfft(room, size), size)[:N_SAMPLES]
    return wet.astype(np.float32)


@family("speech")
def babble(rng: np.random.Generator) -> Sound:
    """Several speakers at once."""
    return np.sum([speak(rng) for _ in range(int(rng.integers(2, 7)))], axis=0, dtype=np.float32)
