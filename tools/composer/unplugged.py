"""The songs that need little electricity: classical, jazz, blues, country."""

import numpy as np

from tools.composer import drums
from tools.composer.instruments import (
    bent_guitar,
    electric_guitar,
    fiddle,
    piano,
    saxophone,
    steel_guitar,
    strings,
    upright_bass,
)
from tools.composer.score import CHORDS, Mix
from tools.composer.synth import Sound, band, room
from tools.composer.voice import syllable


def classical() -> Sound:
    """Compose a prelude in A minor: broken chords on a piano, soft strings below."""
    mix = Mix(seed=11, tempo_bpm=66, beats=22, looseness_s=0.008)
    # Bass, then the chord from below: each voice moves by a step or stays.
    bars = [
        (45, (60, 64, 69)),
        (45, (62, 65, 69)),
        (44, (62, 64, 71)),
        (45, (60, 64, 72)),
        (41, (60, 65, 72)),
        (38, (60, 65, 69)),
        (40, (59, 62, 68)),
        (40, (59, 64, 68)),
        (45, (57, 60, 64)),
    ]
    for bar, (bass, chord) in enumerate(bars):
        for note in (bass, chord[0], chord[2]):
            mix.place("strings", 2.5 * bar, strings(mix.rng, note, 2.5 * mix.beat_s, 0.6))
    for bar, (bass, chord) in enumerate(bars[:-1]):
        for half in (0, 1):
            start = bar * 2.5 + half * 1.25
            notes = (bass, bass + 12, *chord, chord[1], chord[2], chord[0] + 12, chord[2], chord[1])
            for step, note in enumerate(notes):
                velocity = (0.75 if step == 0 else 0.5 + 0.02 * step) * (1 + 0.25 * np.sin(np.pi * bar / 8))
                mix.place("piano", start + step / 8, piano(mix.rng, note, 1.4, min(velocity, 0.95)))
    bass, chord = bars[-1]
    for step, note in enumerate((bass - 12, bass, *chord, 69)):
        mix.place("piano", 20 + 0.12 * step, piano(mix.rng, note, 2.2, 0.6))
    parts = {name: room(mix.rng, mix.bus(name), decay_s=2.8, wet=0.6) for name in ("piano", "strings")}
    return mix.master(parts, {"piano": 1.0, "strings": 0.25}, drive=0.3, loudness=0.05)


def jazz() -> Sound:
    """Compose for a quartet: ride, walking bass, rootless piano voicings, a saxophone that makes it up."""
    mix = Mix(seed=8, tempo_bpm=168, beats=52, swing=0.64, looseness_s=0.007)
    changes = [(50, "min7"), (43, "13"), (48, "maj9"), (45, "7alt"), (50, "min7"), (43, "7alt"), (48, "maj7")]
    changes += [(53, "maj7"), (47, "min7b5"), (40, "7alt"), (45, "min9"), (50, "13"), (43, "13")]
    for bar, (root, kind) in enumerate(changes):
        following = changes[(bar + 1) % len(changes)][0]
        _walk(mix, bar, root, kind, following)
        voicing = [root + 12 + i for i in CHORDS[kind][1:]]
        for beat in ((0, 1.5), (1.5,), (0.5, 3.5), (1, 2.5))[int(mix.rng.integers(4))]:
            for note in voicing:
                mix.place(
                    "piano", 4 * bar + beat, piano(mix.rng, note, 0.35 + 0.5 * mix.rng.random(), 0.5), 0.8
                )
        for beat in (0, 1, 1.5, 2, 3, 3.5):
            mix.place("drums", 4 * bar + beat, drums.ride(mix.rng), 0.8 if beat % 1 == 0 else 0.5)
        for beat in (1, 3):
            mix.place("drums", 4 * bar + beat, drums.hat(mix.rng, length_s=0.04), 0.35)
        if mix.rng.random() < 0.6:
            mix.place("drums", 4 * bar + mix.rng.choice([1.5, 2.5, 3.5]), drums.brush(mix.rng), 0.5)
    _improvise(mix, changes)
    parts = {
        "sax": room(mix.rng, mix.bus("sax"), decay_s=1.1, wet=0.25),
        "piano": room(mix.rng, mix.bus("piano"), decay_s=0.9, wet=0.2),
        "bass": mix.bus("bass"),
        "drums": room(mix.rng, mix.bus("drums"), decay_s=0.7, wet=0.2),
    }
    return mix.master(parts, {"sax": 1.7, "piano": 1.0, "bass": 0.7, "drums": 0.15}, drive=0.5, loudness=0.1)


def _walk(mix: Mix, bar: int, root: int, kind: str, following: int) -> None:
    """Play four quarters of bass: root, chord tones, and a half step into the next root."""
    tones = CHORDS[kind]
    path = [root, root + tones[1], root + tones[2], following + int(mix.rng.choice([-1, 1]))]
    for beat, note in enumerate(path):
        low = note - 12 if note > 47 else note
        mix.place("bass", 4 * bar + beat, upright_bass(mix.rng, low, mix.beat_s * 0.95, 0.8))


def _improvise(mix: Mix, changes: list[tuple[int, str]]) -> None:
    """Play eighths that walk through the scale of the moment, rest to breathe, and land on chord tones."""
    note, beat = 69, 1.0
    while beat < 4 * len(changes) - 2:
        if mix.rng.random() < 0.13:
            beat += float(mix.rng.choice([0.5, 1.0, 1.5]))
            continue
        root, kind = changes[int(beat // 4)]
        chord = {(root + i) % 12 for i in CHORDS[kind]}
        scale = chord | {(root + i) % 12 for i in (2, 9 if "b5" not in kind else 8)}
        step = int(mix.rng.choice([-3, -2, -1, 1, 2, 3], p=[0.1, 0.25, 0.2, 0.2, 0.15, 0.1]))
        note = min(max(note + step, 58), 80)
        wanted = chord if beat % 2 == 0 else scale
        while note % 12 not in wanted:
            note += 1 if step > 0 else -1
        long = mix.rng.random() < 0.15
        beats = 1.5 if long else 0.5
        velocity = 0.85 if beat % 1 == 0.5 else 0.65
        mix.place("sax", beat, saxophone(mix.rng, note, beats * mix.beat_s * 0.9, velocity), late_s=0.012)
        beat += beats


def blues() -> Sound:
    """Compose twelve bars of shuffle in A: boogie guitar, walking bass, a lead that bends its thirds."""
    mix = Mix(seed=12, tempo_bpm=132, beats=48, swing=0.66, looseness_s=0.009)
    roots = [45, 50, 45, 45, 50, 50, 45, 45, 52, 50, 45, 52]
    for bar, root in enumerate(roots):
        low = root - 12
        for beat, interval in enumerate((0, 4, 7, 9)):
            mix.place("bass", 4 * bar + beat, upright_bass(mix.rng, low + interval, mix.beat_s * 0.9, 0.9))
        for eighth in range(8):
            for interval in (0, (7, 7, 9, 9, 10, 10, 9, 9)[eighth]):
                sound = electric_guitar(mix.rng, root + interval, mix.beat_s * 0.45, 0.8, drive=3.0)
                mix.place("boogie", 4 * bar + eighth / 2, sound, 0.9 if eighth % 2 == 0 else 0.6)
        for beat in range(4):
            mix.place("drums", 4 * bar + beat, drums.hat(mix.rng), 0.5)
            mix.place("drums", 4 * bar + beat + 0.5, drums.hat(mix.rng), 0.3)
            strike = drums.snare(mix.rng) if beat % 2 else drums.kick(mix.rng, pitch_hz=55, length_s=0.25)
            mix.place("drums", 4 * bar + beat, strike, 0.8)
    # Question, then answer, once a line: beat, length, note, and how far it is bent.
    lick = [
        (0.5, 1, 72, 2),
        (1.5, 0.5, 69, 0),
        (2, 1.5, 74, 2),
        (4, 0.5, 72, 1),
        (4.5, 0.5, 69, 0),
        (5, 2.5, 67, 0.5),
    ]
    answer = [
        (8.5, 0.5, 76, 2),
        (9, 0.5, 74, 0),
        (9.5, 0.5, 72, 0.5),
        (10, 0.5, 69, 0),
        (10.5, 0.5, 67, 0),
        (11, 3, 69, 1),
    ]
    for line in range(3):
        for at, beats, note, bend in (*lick, *answer):
            moved = note + (5 if line == 1 and note == 69 else 0)
            sound = bent_guitar(mix.rng, moved, beats * mix.beat_s * 1.05, 0.85, bend)
            mix.place("lead", 16 * line + at, sound, late_s=0.015)
    parts = {
        "lead": room(mix.rng, mix.bus("lead"), decay_s=0.9, wet=0.25),
        "boogie": mix.bus("boogie"),
        "bass": mix.bus("bass"),
        "drums": room(mix.rng, mix.bus("drums"), decay_s=0.5, wet=0.2),
    }
    song = mix.master(parts, {"lead": 1.0, "boogie": 0.55, "bass": 0.7, "drums": 0.5}, drive=1.2)
    return band(song, 50, 7_500, 1)


def country() -> Sound:
    """Compose boom-chick in G: alternating bass, strummed steel strings, a train on the snare, a fiddle."""
    mix = Mix(seed=5, tempo_bpm=112, beats=36, looseness_s=0.007)
    roots = [43, 43, 48, 43, 43, 43, 50, 50, 43]
    for bar, root in enumerate(roots):
        for beat, interval in ((0, 0), (2, 7 if root < 48 else -5)):
            mix.place(
                "bass", 4 * bar + beat, upright_bass(mix.rng, root + interval - 12, mix.beat_s * 1.4, 0.9)
            )
            mix.place("drums", 4 * bar + beat, drums.kick(mix.rng, length_s=0.22), 0.7)
            mix.place("picked", 4 * bar + beat, steel_guitar(mix.rng, root + interval, mix.beat_s * 1.2, 0.8))
        for chick in (1, 1.5, 3, 3.5):
            _strum(mix, 4 * bar + chick, root + 12, 0.8 if chick % 1 == 0 else 0.5)
        for sixteenth in range(16):
            loud = 0.55 if sixteenth % 8 == 4 else 0.3 if sixteenth % 4 == 2 else 0.16
            mix.place("drums", 4 * bar + sixteenth / 4, drums.brush(mix.rng), loud)
    tune = [
        (0, 1.5, 71),
        (1.5, 0.5, 69),
        (2, 1, 67),
        (3, 1, 71),
        (4, 1, 74),
        (5, 0.5, 76),
        (5.5, 0.5, 74),
        (6, 2, 71),
    ]
    tune += [
        (8, 1.5, 76),
        (9.5, 0.5, 79),
        (10, 1, 76),
        (11, 1, 72),
        (12, 1, 74),
        (13, 0.5, 71),
        (13.5, 0.5, 69),
        (14, 2, 67),
    ]
    tune += [(beat + 16, beats, note) for beat, beats, note in tune[:8]]
    tune += [
        (24, 1, 69),
        (25, 1, 74),
        (26, 1, 78),
        (27, 1, 76),
        (28, 1, 74),
        (29, 1, 72),
        (30, 1, 71),
        (31, 1, 69),
        (32, 3, 67),
    ]
    for at, beats, note in tune:
        mix.place("voice", at, syllable(mix.rng, note - 17, beats * mix.beat_s * 0.95, 0.95))
        if beats >= 1.5:
            for late, above in ((0.5, 0), (1, 4), (1.5, 2)):
                mix.place("fiddle", at + late, fiddle(mix.rng, note + above, 0.5 * mix.beat_s, 0.7))
    parts = {
        "voice": room(mix.rng, mix.bus("voice"), decay_s=0.8, wet=0.2),
        "fiddle": room(mix.rng, mix.bus("fiddle"), decay_s=0.9, wet=0.22),
        "strum": mix.bus("strum"),
        "picked": mix.bus("picked"),
        "bass": mix.bus("bass"),
        "drums": room(mix.rng, mix.bus("drums"), decay_s=0.4, wet=0.15),
    }
    levels = {"voice": 2.4, "fiddle": 0.35, "strum": 0.8, "picked": 0.25, "bass": 0.4, "drums": 0.12}
    return mix.master(parts, levels, drive=0.7)


def _strum(mix: Mix, beat: float, root: int, velocity: float) -> None:
    """Strum a major chord, string after string."""
    for string, interval in enumerate((0, 4, 7, 12, 16)):
        sound = steel_guitar(mix.rng, root + interval, mix.beat_s * 0.8, velocity)
        mix.place("strum", beat, sound, 0.6, late_s=0.009 * string)
