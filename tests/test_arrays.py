"""Two-dimensional features: known answers, librosa's numbers, and what is refused."""

import math

import numpy as np
import pytest
from benchmarks import sounds
from benchmarks.librosa_recipe import librosa
from tools import tour

import sounds as files
from earmark.errors import ArgumentError, EmptyAudioError, MissingFileError, UnknownNameError
from earmark.features import FEATURE_SETS
from earmark.features.analysis import analyse
from earmark.features.arrays import ARRAYS, array

RATE_HZ = 22050
A = 9


def of(name, y):
    return array(y, name, rate=RATE_HZ)


@pytest.fixture(scope="module")
def sine():
    return analyse(sounds.sine(440.0, duration_s=3.0), rate=RATE_HZ)


@pytest.fixture(scope="module")
def clicks():
    return analyse(sounds.clicks(120.0), rate=RATE_HZ)


@pytest.fixture(scope="module")
def synthetic(clicks):
    others = {"chords 30 cents sharp": sounds.chords(5.0, cents=30.0), "noise": sounds.noise()}
    return {"clicks": clicks, **{name: analyse(y, rate=RATE_HZ) for name, y in others.items()}}


# -- known answers


@pytest.mark.parametrize("name", ["chroma_stft", "chroma_cqt", "chroma_cens"])
def test_a_sine_of_440_hz_lights_row_a(sine, name):
    found = ARRAYS[name].of(sine)
    assert found.rows[A] == "A"
    assert {f"chroma_{pitch}" for pitch in found.rows} <= set(FEATURE_SETS["club"].columns)
    middle = found.values[:, 5:-5]
    assert (middle.argmax(axis=0) == A).all()
    assert middle[A].min() > 0.95
    assert np.delete(middle, A, axis=0).max() < 0.25


@pytest.mark.parametrize(("name", "within_hz"), [("spectrogram", 11.0), ("mel", 15.0), ("spectrum", 11.0)])
def test_a_sine_is_loudest_at_its_frequency(sine, name, within_hz):
    found = ARRAYS[name].of(sine)
    assert found.unit == "dB"
    assert found.values.max() == 0.0
    loudest = found.values.mean(axis=1).argmax()
    assert found.rows[loudest] == pytest.approx(440.0, abs=within_hz)


def test_a_sine_has_its_level_and_is_not_flat(sine):
    assert np.median(ARRAYS["rms"].of(sine).values) == pytest.approx(0.5 / math.sqrt(2), rel=0.01)
    low, high = ARRAYS["envelope"].of(sine).values
    assert np.median(low) == pytest.approx(-0.5, rel=0.01)
    assert np.median(high) == pytest.approx(0.5, rel=0.01)
    assert ARRAYS["flatness"].of(sine).values.max() < 0.01
    contrast = ARRAYS["contrast"].of(sine)
    assert contrast.rows[contrast.values.mean(axis=1).argmax()] == 400.0  # its octave, 400 to 800 Hz


def test_clicks_resemble_themselves_at_their_tempo(clicks):
    found = ARRAYS["tempogram"].of(clicks)
    assert found.rows[0] == math.inf
    likely = [row for row, bpm in enumerate(found.rows) if 80 < bpm < 180]
    best = likely[int(found.values[likely].mean(axis=1).argmax())]
    assert found.rows[best] == pytest.approx(120.0, abs=3.0)
    assert clicks.tempo_bpm == pytest.approx(120.0, abs=3.0)


def test_noise_is_flat():
    assert np.median(of("flatness", sounds.noise()).values) > 0.3


def test_the_key_of_a_c_major_scale_is_c_major():
    scale = np.concatenate(
        [sounds.sine(440 * 2 ** ((k - 69) / 12), 0.5) for k in (60, 64, 67, 65, 69, 72, 67, 71, 74, 60)]
    )
    assert analyse(scale, rate=RATE_HZ).key.name == "C major"


def test_the_envelope_holds_every_sample():
    y = np.zeros(5000, np.float32)
    y[[0, 4999]] = 0.5, -0.7
    low, high = of("envelope", y).values
    assert (high[0], low[-1]) == (np.float32(0.5), np.float32(-0.7))


@pytest.mark.parametrize("name", ARRAYS)
def test_silence(name):
    found = of(name, np.zeros(RATE_HZ, np.float32))
    assert np.isfinite(found.values).all()
    assert np.ptp(found.values, axis=1).max() == 0


# -- what every member promises


@pytest.mark.parametrize("name", ARRAYS)
@pytest.mark.parametrize("n", [1, 700, RATE_HZ])
def test_shape_range_and_times(name, n):
    kind, found = ARRAYS[name], of(name, sounds.chords(1.0)[:n])
    frames = 1 if kind.whole else 1 + n // 512
    assert found.values.shape == (len(kind.rows), frames)
    assert found.values.dtype == np.float32
    assert not found.values.flags.writeable
    assert found.times_s.shape == (frames,)
    assert found.times_s[0] == (n / RATE_HZ / 2 if kind.whole else 0.0)
    assert found.rows == kind.rows
    assert found.unit == kind.unit
    assert np.isfinite(found.values).all()
    assert kind.low - 1e-6 <= found.values.min()
    assert found.values.max() <= kind.high + 1e-6
    assert kind.title
    assert kind.axis
    assert kind.description.endswith(".")


def librosas(name, y):
    stft = np.abs(librosa.stft(y))
    return {
        "rms": lambda: librosa.feature.rms(y=y),
        "spectrum": lambda: librosa.power_to_db((stft**2).mean(axis=1, keepdims=True), ref=np.max),
        "spectrogram": lambda: librosa.amplitude_to_db(stft, ref=np.max),
        "mel": lambda: librosa.power_to_db(librosa.feature.melspectrogram(y=y), ref=np.max),
        "mfcc": lambda: librosa.feature.mfcc(y=y),
        "chroma_stft": lambda: librosa.feature.chroma_stft(y=y),
        "chroma_cqt": lambda: librosa.feature.chroma_cqt(y=y),
        "chroma_cens": lambda: librosa.feature.chroma_cens(y=y),
        "contrast": lambda: librosa.feature.spectral_contrast(y=y),
        "flatness": lambda: librosa.feature.spectral_flatness(y=y),
        "tempogram": lambda: librosa.feature.tempogram(y=y),
    }[name]()


@pytest.mark.parametrize("name", [name for name in ARRAYS if name != "envelope"])
@pytest.mark.parametrize("sound", ["chords 30 cents sharp", "clicks", "noise"])
def test_librosas_numbers(synthetic, name, sound):
    wanted = librosas(name, synthetic[sound].samples)
    found = ARRAYS[name].of(synthetic[sound]).values
    assert found.shape == wanted.shape
    assert np.abs(found - wanted).max() <= 2e-4 * max(1.0, np.abs(wanted).max())


# -- stretches


def test_a_stretch_of_a_file_keeps_its_place(tmp_path):
    y = sounds.chords(6.0)
    path = files.write(tmp_path / "chords.flac", y[:, None], RATE_HZ)
    found = array(path, "mel", offset_s=2.0, duration_s=1.5)
    assert found.times_s[[0, -1]] == pytest.approx([2.0, 2.0 + 64 * 512 / RATE_HZ])
    same = array(y, "mel", rate=RATE_HZ, offset_s=2.0, duration_s=1.5)
    assert found.values.shape == same.values.shape
    assert np.array_equal(found.times_s, same.times_s)
    assert np.abs(found.values - same.values).max() < 5  # 16 bits


def test_the_stretch_may_end_early():
    assert array(sounds.sine(), "rms", rate=RATE_HZ, offset_s=2.5, duration_s=60).values.shape == (1, 22)


NO_RATE = "samples without a sampling rate (give rate, e.g. array(samples, 'mel', rate=44100))"
NO_OFFSET = "an offset of {} s (give 0 or a positive number of seconds)"
NO_DURATION = "a duration of 0 s (give a positive number of seconds, or none)"


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"rate": None}, NO_RATE),
        ({"offset_s": -1}, NO_OFFSET.format(-1)),
        ({"offset_s": math.nan}, NO_OFFSET.format("nan")),
        ({"duration_s": 0}, NO_DURATION),
    ],
)
def test_what_is_refused(how, said):
    with pytest.raises(ArgumentError) as caught:
        array(sounds.sine(), "rms", **{"rate": RATE_HZ, **how})
    assert str(caught.value) == said


def test_a_stretch_past_the_end_is_refused():
    with pytest.raises(EmptyAudioError) as caught:
        array(sounds.sine(), "rms", rate=RATE_HZ, offset_s=4)
    assert str(caught.value) == "the sound ends after 3.0 s, before 4 s (take a smaller offset)"


def test_files_that_are_refused(tmp_path, song):
    with pytest.raises(MissingFileError):
        array(tmp_path / "none.mp3", "mel")
    with pytest.raises(ArgumentError) as caught:
        array(song, "mel", rate=44100)
    assert str(caught.value) == "a rate of 44100 Hz for a file (leave out rate: a file knows its own)"


def test_what_is_too_long_is_refused_before_it_fills_the_memory(monkeypatch, song):
    monkeypatch.setattr("earmark.features.analysis.LONGEST_S", 4.0)
    assert array(song, "rms", offset_s=3.5).values.shape == (1, 151)
    for too_long, name in ((song, f"'{song}'"), (np.zeros(5 * RATE_HZ), "the sound")):
        with pytest.raises(ArgumentError) as caught:
            array(too_long, "mel", rate=None if too_long is song else RATE_HZ)
        assert caught.value.message == f"{name} lasts more than 0 minutes, all of which would lie in memory"
        assert caught.value.hint == "take a stretch of it by an offset and a duration in seconds"


def test_the_page_tells_of_them():
    assert tour.BEGIN + tour.table() + tour.END in tour.PAGE.read_text(encoding="utf-8")


def test_an_unknown_name():
    with pytest.raises(UnknownNameError, match=r"unknown 2-D feature 'mell' \(did you mean 'mel'\?"):
        of("mell", sounds.sine())
