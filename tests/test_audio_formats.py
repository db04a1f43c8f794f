"""Every format in, one kind of clip out: known answers first."""

import doctest
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

import sounds
from earmark import audio
from earmark.audio import _files, _headers, _samples

KINDS = [
    pytest.param(kind, channels, id=f"{kind}-{channels}")
    for kind, made in sounds.FORMATS.items()
    for channels in made.channels
]


def amplitude(samples: np.ndarray, hz: float, rate_hz: int) -> float:
    """The level of one frequency, by correlation with it."""
    t = np.arange(len(samples)) / rate_hz
    return 2 * abs(np.mean(samples * np.exp(-2j * np.pi * hz * t)))


@pytest.mark.parametrize(("kind", "channels"), KINDS)
def test_a_sine_comes_out_as_it_went_in(tmp_path, kind, channels):
    made = sounds.FORMATS[kind]
    path = sounds.write(
        tmp_path / f"a.{kind}", sounds.tone(440.0, 0.5, 3.0, made.rate_hz, channels), made.rate_hz
    )
    clip = audio.load(path)
    assert clip.samples.dtype == np.float32
    assert clip.samples.ndim == 1
    assert clip.samples.flags.c_contiguous
    assert (clip.rate_hz, clip.start_s, clip.notes) == (22050, 0.0, ())
    assert clip.duration_s == pytest.approx(3.0, abs=0.002 if made.lossless else 0.06)
    middle = clip.samples[22050:44100]
    spectrum = abs(np.fft.rfft(middle * np.hanning(len(middle))))
    assert np.argmax(spectrum) == 440
    # LAME plays 5 % quieter to leave room; a mono mix 3 dB too loud would be 41 % off.
    assert amplitude(middle, 440.0, 22050) == pytest.approx(0.5, rel=1e-3 if made.lossless else 0.06)
    info = audio.probe(path)
    assert (info.rate_hz, info.channels) == (made.rate_hz, channels)
    assert info.duration_s == pytest.approx(3.0, abs=0.15 if kind == "aac" else 0.06)


@pytest.mark.parametrize("kind", [kind for kind, made in sounds.FORMATS.items() if made.lossless])
def test_lossless_formats_give_the_samples_themselves(tmp_path, kind):
    music = sounds.music(1.0)
    clip = audio.load(sounds.write(tmp_path / f"a.{kind}", music, 44100), 44100)
    assert abs(clip.samples - (music[:, 0] + music[:, 1]) / 2).max() < 2**-15


@pytest.mark.parametrize("kind", ["wav", "mp3", "m4a", "opus", "wma"])
def test_opposite_channels_cancel(tmp_path, kind):
    made = sounds.FORMATS[kind]
    left = sounds.tone(440.0, 0.5, 1.0, made.rate_hz, 1)
    path = sounds.write(tmp_path / f"a.{kind}", np.hstack([left, -left]), made.rate_hz)
    assert abs(audio.load(path).samples).max() < 0.01


def test_mono_is_half_of_left_and_right(tmp_path):
    left = sounds.tone(440.0, 0.5, 1.0, channels=1)
    path = sounds.write(tmp_path / "a.wav", np.hstack([left, 0 * left]), 44100)
    assert amplitude(audio.load(path).samples, 440.0, 22050) == pytest.approx(0.25, rel=1e-3)


@pytest.mark.parametrize(
    "codec",
    ["pcm_u8", "pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_f64le", "pcm_alaw", "pcm_mulaw"],
)
def test_sample_formats_have_the_same_full_scale_as_soundfile(tmp_path, codec):
    path = sounds.write(tmp_path / "a.wav", sounds.music(1.0), 44100, codec=codec)
    truth, _ = soundfile.read(path, dtype="float32")
    assert abs(audio.load(path, 44100).samples - (truth[:, 0] + truth[:, 1]) / 2).max() < 1e-7


def test_24_bit_flac_keeps_its_depth(tmp_path):
    path = sounds.write(tmp_path / "a.flac", sounds.music(1.0), 44100, sample_format="s32")
    truth, _ = soundfile.read(path, dtype="float32")
    assert soundfile.info(path).subtype == "PCM_24"
    assert abs(audio.load(path, 44100).samples - (truth[:, 0] + truth[:, 1]) / 2).max() < 1e-7


def test_six_channels_of_24_bits_at_96_khz(tmp_path):
    path = sounds.write(tmp_path / "a.wav", sounds.music(1.0, 96000, 6), 96000, codec="pcm_s24le")
    truth, _ = soundfile.read(path, dtype="float32")
    assert abs(audio.load(path, 96000).samples - truth.mean(axis=1)).max() < 1e-6
    assert audio.load(path).duration_s == pytest.approx(1.0, abs=1e-4)
    assert audio.probe(path) == audio.AudioInfo(1.0, 96000, 6, "pcm_s24le", "wav")


def test_a_phone_recording(tmp_path):
    path = sounds.write(tmp_path / "a.wav", sounds.tone(440, 0.5, 2.0, 8000, 1), 8000, codec="pcm_mulaw")
    clip = audio.load(path)
    assert clip.duration_s == pytest.approx(2.0, abs=1e-3)
    assert amplitude(clip.samples, 440.0, 22050) == pytest.approx(0.5, rel=0.02)


def test_mp3_equals_soundfile(tmp_path):
    path = sounds.write(tmp_path / "a.mp3", sounds.music(3.0), 44100)
    truth, _ = soundfile.read(path, dtype="float32")
    ours = audio.load(path, 44100).samples
    assert len(ours) == len(truth)
    assert abs(ours - truth.mean(axis=1)).max() < 1e-4


def test_sound_at_the_rate_asked_for_passes_untouched(tmp_path):
    samples = sounds.music(1.0, 22050, 1)
    path = sounds.write(tmp_path / "a.wav", samples, 22050, codec="pcm_f32le")
    assert np.array_equal(audio.load(path).samples, samples[:, 0])


def test_test_files_are_the_same_each_time(tmp_path):
    for kind, made in sounds.FORMATS.items():
        music = sounds.music(0.5, made.rate_hz)
        one = sounds.write(tmp_path / f"1.{kind}", music, made.rate_hz).read_bytes()
        two = sounds.write(tmp_path / f"2.{kind}", music, made.rate_hz).read_bytes()
        assert one == two, kind


def _real_files() -> list[Path]:
    data = Path(os.environ.get("EARMARK_DATA", Path(__file__).parents[1] / "../shared/data"))
    ogg = sorted(data.glob("gtzan/audio/*/*.ogg"))
    # All of them take 20 s, which benchmarks/decoding.py spends.
    return ogg[::8] + sorted(data.glob("*/**/*.flac"))


@pytest.mark.skipif(not _real_files(), reason="no real songs: set EARMARK_DATA to the folder of them")
@pytest.mark.slow
def test_real_songs_equal_soundfile():
    for path in _real_files():
        truth, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
        clip = audio.load(path, rate_hz)
        mono = truth[:, 0] if truth.shape[1] == 1 else (truth[:, 0] + truth[:, 1]) * np.float32(0.5)
        assert clip.samples.shape == mono.shape, path.name
        assert abs(clip.samples - mono).max() <= 1e-6, path.name
        assert clip.notes == (), path.name


def test_importing_brings_no_heavy_library():
    code = "import sys, earmark.audio; print(*{m.partition('.')[0] for m in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert not {"scipy", "pandas", "librosa", "sklearn", "soundfile", "onnxruntime"} & set(loaded.split())


def test_the_examples_in_the_docstrings_run(tmp_path):
    song = sounds.write(tmp_path / "song.flac", sounds.music(30.0, 22050, 1), 22050)
    attempted = 0
    for module in (audio, _files, _headers, _samples):
        result = doctest.testmod(module, extraglobs={"song": song})
        assert result.failed == 0
        attempted += result.attempted
    assert attempted >= 10
