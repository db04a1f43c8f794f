"""The demo's songs: their instruments are in tune, their bytes are always the same."""

from pathlib import Path

import numpy as np
import pytest
from tools import compose_demo
from tools.composer import drums, instruments, unplugged
from tools.composer.score import Mix
from tools.composer.synth import RATE_HZ, band, echo, hz, pluck, room, saturate, seconds
from tools.composer.voice import syllable

from earmark import audio

DEMO = Path(__file__).resolve().parent.parent / "demo"


def pitch_hz(sound, around_hz):
    """Return the strongest frequency within three semitones."""
    n = 1 << 18
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound)), n))
    f = np.fft.rfftfreq(n, 1 / RATE_HZ)
    near = (f > around_hz * 2 ** (-3 / 12)) & (f < around_hz * 2 ** (3 / 12))
    return f[near][np.argmax(spectrum[near])]


@pytest.mark.parametrize("midi", [33, 45, 57, 69, 81])
@pytest.mark.parametrize("dullness", [0.05, 0.35])
def test_plucked_strings_are_in_tune(midi, dullness):
    rng = np.random.default_rng(1)
    sound = pluck(rng, hz(midi), 1.0, damping=4.0, dullness=dullness)
    cents = 1200 * np.log2(pitch_hz(sound, hz(midi)) / hz(midi))
    assert abs(cents) < 5


def test_plucked_strings_decay_as_told():
    rng = np.random.default_rng(1)
    sound = pluck(rng, 220.0, 2.0, damping=2.0, dullness=0.0)
    turning = np.exp(-2j * np.pi * 220.0 * seconds(2.0))
    early, late = (abs(np.mean((sound * turning)[int(t * RATE_HZ) :][:4_000])) for t in (0.2, 1.2))
    # 60 dB in two seconds are 30 dB in one.
    assert 20 * np.log10(early / late) == pytest.approx(30, abs=3)


@pytest.mark.parametrize(
    "play",
    [
        *(instruments.piano, instruments.strings, instruments.steel_guitar, instruments.finger_bass),
        *(instruments.upright_bass, instruments.organ, instruments.rhodes, instruments.saxophone),
        *(instruments.fiddle, instruments.electric_guitar, instruments.sub_bass, syllable),
    ],
)
def test_instruments_play_the_note_and_stop(play):
    sound = play(np.random.default_rng(2), 57, 0.8)
    assert np.isfinite(sound).all()
    assert 0.02 < np.max(np.abs(sound)) < 4
    assert abs(sound[0]) < 0.05
    assert abs(sound[-1]) < 1e-6
    assert 0.79 < len(sound) / RATE_HZ < 1.1


@pytest.mark.parametrize("strike", [drums.kick, drums.snare, drums.hat, drums.ride, drums.crash, drums.tom])
def test_drums_strike_and_die_away(strike):
    sound = strike(np.random.default_rng(3))
    assert np.isfinite(sound).all()
    tenth = len(sound) // 10
    assert np.mean(sound[:tenth] ** 2) > 10 * np.mean(sound[-tenth:] ** 2)


def test_filters_keep_their_band():
    tones = {f: np.sin(2 * np.pi * f * seconds(0.5)) for f in (50.0, 1_000.0, 9_000.0)}
    kept = {f: float(np.std(band(tone, 200, 4_000, 4))) for f, tone in tones.items()}
    assert kept[1_000.0] == pytest.approx(np.std(tones[1_000.0]), rel=0.02)
    assert kept[50.0] < 0.01
    assert kept[9_000.0] < 0.05


def test_effects_keep_the_length():
    sound = np.random.default_rng(4).standard_normal(RATE_HZ)
    for changed in (
        room(np.random.default_rng(5), sound, decay_s=0.5, wet=0.3),
        echo(sound, delay_s=0.2, feedback=0.5, wet=0.5),
        saturate(sound, 2.0),
    ):
        assert changed.shape == sound.shape
        assert np.isfinite(changed).all()


def test_swing_moves_the_off_beats_only():
    mix = Mix(1, 60, 8, swing=0.66)
    assert [mix.time_s(beat) for beat in (0, 1, 2)] == [0, 1, 2]
    assert mix.time_s(1.5) == pytest.approx(1.66)
    sixteenths = Mix(1, 60, 8, swing=0.6, swung_unit=0.5)
    assert sixteenths.time_s(0.5) == 0.5
    assert sixteenths.time_s(0.25) == pytest.approx(0.3)


@pytest.mark.slow
def test_a_song_is_the_one_in_the_demo(tmp_path):
    song = unplugged.blues()
    assert np.max(np.abs(song)) <= 0.95
    written = [tmp_path / name for name in ("one.ogg", "two.ogg")]
    for path in written:
        compose_demo.write(song, path)
    assert written[0].read_bytes() == written[1].read_bytes()
    shipped = audio.load(DEMO / "blues.ogg").samples
    n = min(len(song), len(shipped))
    # Other processors round otherwise, so the shipped bytes are not compared but what they sound like.
    assert np.corrcoef(song[:n], shipped[:n])[0, 1] > 0.98


def test_the_demo_is_complete_and_small():
    songs = sorted(DEMO.glob("*.ogg"))
    assert [song.stem for song in songs] == sorted(compose_demo.SONGS)
    assert sum(song.stat().st_size for song in songs) < 1_000_000
    for song in songs:
        info = audio.probe(song)
        assert 15 <= info.duration_s <= 25
        assert info.rate_hz == RATE_HZ


def test_an_unknown_style_is_told(capsys, monkeypatch):
    monkeypatch.setattr("sys.argv", ["compose_demo", "polka"])
    with pytest.raises(SystemExit) as stop:
        compose_demo.main()
    assert stop.value.code == 2
    assert "no song in the style 'polka'; there are: blues, classical" in capsys.readouterr().err
