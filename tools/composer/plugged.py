"""The songs that need a socket: metal, disco, hip-hop, reggae."""

from tools.composer import drums
from tools.composer.instruments import (
    electric_guitar,
    finger_bass,
    high_gain,
    organ,
    piano,
    power_chord,
    rhodes,
    strings,
    sub_bass,
)
from tools.composer.score import CHORDS, Mix
from tools.composer.synth import RATE_HZ, Sound, band, echo, noise, room, saturate
from tools.composer.voice import syllable


def metal() -> Sound:
    """Compose a fast gallop on muted strings in D, two guitars wide."""
    mix = Mix(seed=66, tempo_bpm=184, beats=52, looseness_s=0.0027)
    # Beat and interval of each stroke; the open strokes are the tune.
    gallop = [
        (0, 0),
        (0.5, 0),
        (0.75, 0),
        (1, 0),
        (1.5, 0),
        (1.75, 0),
        (2, 3),
        (2.5, 0),
        (2.75, 0),
        (3, 5),
        (3.5, 6),
    ]
    moves = [0, 0, 0, 3, 0, 0, 0, -2, 0, 0, 3, 5]
    for bar, move in enumerate(moves):
        root = 38 + move
        for take in ("left", "right"):
            for (beat, interval), (following, _) in zip(gallop, [*gallop[1:], (4, 0)], strict=True):
                muted = interval == 0
                ring_s = mix.beat_s * (following - beat) * (0.9 if muted else 1.05)
                chord = power_chord(mix.rng, root + interval, ring_s, muted=muted)
                mix.place(take, 4 * bar + beat, chord, 1.3 if muted else 1.0)
        for eighth in range(8):
            mix.place("bass", 4 * bar + eighth / 2, finger_bass(mix.rng, root - 12, mix.beat_s * 0.5, 0.9))
        _metal_drums(mix, bar, fill=bar % 4 == 3)
    for take in ("left", "right"):
        mix.place(take, 48, power_chord(mix.rng, 38, 5 * mix.beat_s, muted=False))
    mix.place("cymbals", 48, drums.crash(mix.rng), 1.0)
    guitars = high_gain(mix.rng, mix.bus("left")) + high_gain(mix.rng, mix.bus("right"))
    parts = {
        "guitars": room(mix.rng, guitars, decay_s=0.5, wet=0.65),
        "bass": saturate(mix.bus("bass"), 2.0),
        "kick": room(mix.rng, mix.bus("kick"), decay_s=0.6, wet=0.4),
        "snare": room(mix.rng, mix.bus("snare"), decay_s=0.6, wet=0.4),
        "cymbals": mix.bus("cymbals"),
    }
    levels = {"guitars": 1.4, "bass": 0.17, "kick": 0.85, "snare": 0.7, "cymbals": 0.08}
    return mix.master(parts, levels, drive=2.5, loudness=0.1)


def _metal_drums(mix: Mix, bar: int, *, fill: bool) -> None:
    """Play one bar; in a `fill` both feet run at its end."""
    for beat in (0, 2, 2.5, *((3, 3.25, 3.5, 3.75) if fill else ())):
        kick = drums.kick(mix.rng, pitch_hz=56, length_s=0.16, click=1.6)
        mix.place("kick", 4 * bar + beat, kick, 0.8)
    for beat in (1, 3):
        mix.place("snare", 4 * bar + beat, drums.snare(mix.rng, tone_hz=200, wires=1.07), 1.2)
    for beat in range(4):
        mix.place("cymbals", 4 * bar + beat, drums.crash(mix.rng, length_s=0.7), 0.4)
    for eighth in range(8):
        mix.place("cymbals", 4 * bar + eighth / 2, drums.hat(mix.rng, length_s=0.12), 0.4)


def disco() -> Sound:
    """Compose four on the floor, bass in octaves, open hats between the beats, violins that swoop."""
    mix = Mix(seed=54, tempo_bpm=118, beats=32, looseness_s=0.004)
    changes = [(45, "min7"), (50, "9"), (41, "maj7"), (43, "9")]
    for bar in range(8):
        root, kind = changes[bar % 4]
        for beat in range(4):
            mix.place("drums", 4 * bar + beat, drums.kick(mix.rng, pitch_hz=54, length_s=0.28), 1.0)
            mix.place("drums", 4 * bar + beat + 0.5, drums.hat(mix.rng, length_s=0.16), 0.55)
            for quarter in (0, 0.25, 0.75):
                mix.place("drums", 4 * bar + beat + quarter, drums.hat(mix.rng, length_s=0.04), 0.25)
            for half, octave in ((0, -12), (0.5, 0)):
                note = root + octave + (7 if beat == 3 and half else 0)
                mix.place("bass", 4 * bar + beat + half, finger_bass(mix.rng, note, mix.beat_s * 0.45, 0.9))
        for beat in (1, 3):
            mix.place("drums", 4 * bar + beat, drums.snare(mix.rng, tone_hz=200), 0.7)
            mix.place("drums", 4 * bar + beat, drums.clap(mix.rng), 0.6)
        for sixteenth, loud in ((2, 0.5), (3, 0.8), (6, 1), (8, 0.4), (10, 0.9), (11, 0.6), (14, 1)):
            for interval in CHORDS[kind]:
                scratch = electric_guitar(mix.rng, root + 12 + interval, 0.09, 0.6, drive=1.0)
                mix.place("guitar", 4 * bar + sixteenth / 4, scratch, loud)
        for interval in CHORDS[kind]:
            mix.place("keys", 4 * bar, rhodes(mix.rng, root + 12 + interval, mix.beat_s * 3.5, 0.5))
    _disco_melodies(mix)
    parts = {
        "voice": room(mix.rng, mix.bus("voice"), decay_s=0.9, wet=0.25),
        "choir": room(mix.rng, mix.bus("choir"), decay_s=1.2, wet=0.3),
        "drums": room(mix.rng, mix.bus("drums"), decay_s=0.4, wet=0.12),
        "bass": mix.bus("bass"),
        "guitar": band(mix.bus("guitar"), 400, 6_000),
        "keys": mix.bus("keys"),
        "strings": room(mix.rng, mix.bus("strings"), decay_s=1.4, wet=0.35),
    }
    levels = {
        "voice": 0.9,
        "choir": 0.9,
        "drums": 1.9,
        "bass": 0.3,
        "guitar": 0.5,
        "keys": 0.3,
        "strings": 0.6,
    }
    return mix.master(parts, levels, drive=1.0, loudness=0.11)


def _disco_melodies(mix: Mix) -> None:
    """Play the violins in octaves, and let three women answer them."""
    line = [
        (0, 3, 76),
        (3, 0.5, 77),
        (3.5, 0.5, 79),
        (4, 3, 81),
        (7, 1, 78),
        (8, 2.5, 76),
        (10.5, 1.5, 72),
        (12, 2, 74),
    ]
    line += [(14, 0.5, 74), (14.5, 0.5, 76), (15, 0.5, 77), (15.5, 0.5, 79)]
    for again in (0, 16):
        for at, beats, note in line:
            for octave in (0, 12):
                bowed = strings(mix.rng, note + octave - 12, beats * mix.beat_s * 0.95, 0.85, players=5)
                mix.place("strings", again + at, bowed, 1.0 if octave == 0 else 0.7)
    words = [
        (0, 0.5, 69),
        (0.5, 1, 72),
        (1.5, 0.5, 71),
        (2, 1.5, 69),
        (4, 0.5, 69),
        (4.5, 1, 74),
        (5.5, 0.5, 72),
        (6, 2, 71),
    ]
    words += [
        (8, 0.5, 72),
        (8.5, 1, 76),
        (9.5, 0.5, 74),
        (10, 1.5, 72),
        (12, 1, 71),
        (13, 1, 69),
        (14, 1.5, 67),
    ]
    for again in (0, 16):
        for at, beats, note in words:
            mix.place(
                "voice",
                again + at,
                syllable(mix.rng, note, beats * mix.beat_s * 0.95, 0.85, mouth=1.17),
                late_s=0.02,
            )
    sung = [(0, 1.5, (69, 72, 76)), (1.5, 2, (67, 71, 74)), (8, 1, (69, 72, 77)), (9, 2.5, (67, 72, 76))]
    for again in (4, 20):
        for at, beats, notes in sung:
            for note in notes:
                voice = syllable(mix.rng, note, beats * mix.beat_s, 0.8, mouth=1.17)
                mix.place("choir", again + at, voice)


def hiphop() -> Sound:
    """Compose boom-bap: a dusty chord from an old record, a drum machine with a limp, a bass one feels."""
    mix = Mix(seed=93, tempo_bpm=91, beats=28, swing=0.6, swung_unit=0.5, looseness_s=0.006)
    for bar in range(7):
        root = (45, 45, 41, 40)[bar % 4]
        for beat, kind in ((0, "min9"), (2.5, "min7")):
            for interval in CHORDS[kind]:
                mix.place(
                    "sample", 4 * bar + beat, rhodes(mix.rng, root + 12 + interval, mix.beat_s * 1.6, 0.7)
                )
        for beat, loud in ((0, 1.0), (0.75, 0.6), (2.25, 0.7), (2.5, 1.0)):
            mix.place(
                "drums", 4 * bar + beat, drums.kick(mix.rng, pitch_hz=48, length_s=0.4, click=0.8), loud
            )
        for beat in (1, 3):
            mix.place(
                "drums", 4 * bar + beat, drums.snare(mix.rng, tone_hz=170, length_s=0.22, wires=1.0), 1.1
            )
            mix.place("drums", 4 * bar + beat, drums.clap(mix.rng), 0.4)
        for half in range(8):
            mix.place(
                "hats", 4 * bar + half / 2, drums.hat(mix.rng, length_s=0.05), 0.8 if half % 2 == 0 else 0.5
            )
        if bar % 2:
            mix.place("hats", 4 * bar + 3.75, drums.hat(mix.rng, length_s=0.15), 0.6)
        for beat, beats, interval in ((0, 0.7, 0), (0.75, 1.2, 0), (2.5, 0.9, 0), (3.5, 0.45, 3)):
            mix.place(
                "bass", 4 * bar + beat, sub_bass(mix.rng, root - 12 + interval, beats * mix.beat_s, 0.9)
            )
    beat = 4.0
    while beat < 27:
        # Sixteenths and eighths, a breath at the end of each line, the voice rising towards it.
        beats = float(mix.rng.choice([0.25, 0.5], p=[0.6, 0.4]))
        if beat % 4 < 3.25:
            pitch = 46 + 0.8 * (beat % 4) + mix.rng.normal(0, 1.2)
            mix.place("rap", beat, syllable(mix.rng, pitch, beats * mix.beat_s, 0.8, spoken=True))
        beat += beats
    crackle = noise(mix.rng, mix.bus("sample"))
    crackle = band(crackle * (mix.rng.random(len(crackle)) > 1 - 14 / RATE_HZ), 800, 7_000)
    parts = {
        "sample": band(saturate(mix.bus("sample"), 1.5), 180, 2_400) + 0.2 * crackle,
        "drums": saturate(band(mix.bus("drums"), 35, 8_000), 2.5),
        "hats": mix.bus("hats"),
        "bass": mix.bus("bass"),
        "rap": room(mix.rng, saturate(mix.bus("rap"), 1.5), decay_s=0.3, wet=0.1),
    }
    return mix.master(
        parts, {"sample": 0.45, "drums": 1.5, "hats": 0.6, "bass": 0.8, "rap": 0.6}, drive=1.5, loudness=0.11
    )


def reggae() -> Sound:
    """Compose one drop: the weight on the third beat, chords between beats, a deep bass."""
    mix = Mix(seed=71, tempo_bpm=146, beats=40, swing=0.56, looseness_s=0.008)
    changes = [(45, "min"), (45, "min"), (50, "min"), (43, "maj")]
    riff = [(0, 1, 0), (1.5, 0.5, 0), (2, 1, 7), (3, 0.5, 3), (3.5, 0.5, 5)]
    for bar in range(10):
        root, kind = changes[bar % 4]
        chord = [root + 12 + interval for interval in CHORDS[kind]]
        for beat, beats, interval in riff if bar % 2 == 0 else riff[:3]:
            bass = finger_bass(mix.rng, root - 12 + interval, beats * mix.beat_s * 0.9, 1.0)
            mix.place("bass", 4 * bar + beat, bass)
        for beat in (1, 3):
            for string, note in enumerate((*chord, chord[0] + 12)):
                strum = electric_guitar(mix.rng, note, 0.14, 0.9, drive=1.5)
                mix.place("skank", 4 * bar + beat, strum, late_s=0.006 * string)
                mix.place("piano", 4 * bar + beat, piano(mix.rng, note, 0.12, 0.8))
                mix.place("organ", 4 * bar + beat, organ(mix.rng, note, 0.16, 0.6))
            for half in (-0.5, 0.5):
                for note in chord:
                    mix.place("organ", 4 * bar + beat + half, organ(mix.rng, note - 12, 0.12, 0.5))
        mix.place("drums", 4 * bar + 2, drums.kick(mix.rng, pitch_hz=56, length_s=0.3), 1.0)
        mix.place("drums", 4 * bar + 2, drums.snare(mix.rng, tone_hz=230, length_s=0.16), 0.7)
        mix.place("rim", 4 * bar + 2, drums.rim(mix.rng), 1.0)
        for eighth in range(8):
            mix.place("drums", 4 * bar + eighth / 2, drums.hat(mix.rng), 0.4 if eighth % 2 == 0 else 0.25)
        if bar % 4 == 3:
            for sixteenth in range(6):
                fill = drums.tom(mix.rng, pitch_hz=230 - 20 * sixteenth)
                mix.place("drums", 4 * bar + 2.5 + sixteenth / 4, fill, 0.8)
    _sing_reggae(mix)
    parts = {
        "voice": echo(
            room(mix.rng, mix.bus("voice"), decay_s=0.9, wet=0.25),
            delay_s=1.5 * mix.beat_s,
            feedback=0.35,
            wet=0.2,
        ),
        "choir": room(mix.rng, mix.bus("choir"), decay_s=1.2, wet=0.4),
        "bass": band(mix.bus("bass"), 40, 700),
        "skank": echo(band(mix.bus("skank"), 300, 6_000), delay_s=0.75 * mix.beat_s, feedback=0.4, wet=0.2),
        "piano": mix.bus("piano"),
        "organ": mix.bus("organ"),
        "drums": room(mix.rng, mix.bus("drums"), decay_s=0.5, wet=0.25),
        "rim": echo(mix.bus("rim"), delay_s=1.5 * mix.beat_s, feedback=0.5, wet=0.35),
    }
    levels = {
        "voice": 1.3,
        "choir": 0.5,
        "bass": 0.8,
        "skank": 0.6,
        "piano": 0.3,
        "organ": 0.3,
        "drums": 0.6,
        "rim": 0.3,
    }
    return mix.master(parts, levels, drive=1.0, loudness=0.12)


def _sing_reggae(mix: Mix) -> None:
    """Sing a lead voice all along, answered by three that hold a chord."""
    tune = [(0, 1, 69), (1, 1, 69), (2, 1.5, 72), (3.5, 0.5, 71), (4, 2.5, 69), (7, 0.5, 67), (7.5, 0.5, 69)]
    tune += [(8, 1, 74), (9, 1, 74), (10, 1, 77), (11, 1, 74), (12, 1, 71), (13, 2, 67), (15.5, 0.5, 67)]
    for verse in (1, 17):
        for beat, beats, note in tune:
            sung = syllable(mix.rng, note - 9, beats * mix.beat_s * 0.95, 0.8)
            mix.place("voice", verse + beat, sung, late_s=0.03)
        for beat, chord in ((5, (69, 72, 76)), (13, (67, 71, 74))):
            for note in chord:
                mix.place("choir", verse + beat, syllable(mix.rng, note, 2.5 * mix.beat_s, 0.6, mouth=1.15))
