"""How a song is listened to: which patches, and that a file, a stream and memory are heard alike."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sounds
from earmark import audio
from earmark.errors import ArgumentError, EmptyAudioError, MissingFileError
from earmark.features import listen as listening
from earmark.features import musicnn
from earmark.features.listen import Heard, listen

RATE_HZ = 16_000
PATCH_S = 2.992
# 101 s: more than is decoded whole; its last frame needs 100 samples that are not there any more.
LONG_SAMPLES = 187 * 256 * 34 - 100


def noise(n: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 0.1, n).astype(np.float32)


def alike(a: Heard, b: Heard, tolerance: float) -> None:
    """Assert that two ways of hearing a song heard the same."""
    assert a.starts_s == b.starts_s
    assert a.ends_s == pytest.approx(b.ends_s)
    assert a.duration_s == pytest.approx(b.duration_s, abs=1e-3)
    assert np.abs(a.tags - b.tags).max() <= tolerance
    assert np.abs(a.embedding - b.embedding).max() <= 10 * tolerance
    assert a.level_db == pytest.approx(b.level_db, abs=0.01)


@pytest.fixture(scope="module")
def long_file(tmp_path_factory):
    """Return a wav file of 101 s at 16 kHz."""
    path = tmp_path_factory.mktemp("long") / "long.wav"
    return sounds.write(path, sounds.music(LONG_SAMPLES / RATE_HZ, RATE_HZ, 1), RATE_HZ)


@pytest.fixture(scope="module")
def long_samples(long_file):
    """Return what is in that file."""
    return audio.load(long_file, rate_hz=RATE_HZ).samples


@pytest.fixture(scope="module")
def encoded(tmp_path_factory):
    """Return the bytes of an mp3 of 100 s."""
    path = tmp_path_factory.mktemp("long") / "long.mp3"
    return sounds.write(path, sounds.music(100.0, 22050, 1), 22050).read_bytes()


@pytest.fixture
def long_mp3(tmp_path, encoded):
    """Return that mp3, which a test may spoil."""
    path = tmp_path / "long.mp3"
    path.write_bytes(encoded)
    return path


# Known answers.


def test_thirty_seconds():
    heard = listen(noise(480_000), RATE_HZ)
    # 1876 frames: the last patch begins at 1689; ten patches of 187 frames fit
    frames = [0, 188, 375, 563, 751, 938, 1126, 1314, 1501, 1689]
    assert heard.starts_s == pytest.approx([frame * 0.016 for frame in frames])
    assert heard.ends_s == pytest.approx([*(frame * 0.016 + PATCH_S for frame in frames[:-1]), 30.0])
    assert heard.duration_s == 30.0
    assert heard.notes == ()
    assert heard.tags.shape == (10, 50)
    assert heard.embedding.shape == (10, 200)
    assert heard.level_db == pytest.approx(np.full(10, -20.0), abs=0.1)


@pytest.mark.parametrize(
    ("n_samples", "frames"),
    [
        (187 * 256, [0]),
        (48_000, [0]),
        (373 * 256 - 1, [0]),  # 373 frames: one too few for two patches
        (373 * 256, [0, 187]),
        (4 * 48_000, [0, 188, 376, 564]),
    ],
)
def test_short_songs(n_samples, frames):
    heard = listen(noise(n_samples), RATE_HZ)
    assert heard.starts_s == pytest.approx([frame * 0.016 for frame in frames])
    assert heard.notes == ()


@pytest.mark.parametrize(
    ("seconds", "note"),
    [
        (1.0, "only 1 s of sound, heard in a loop"),
        (0.05, "only 0.05 s of sound, heard in a loop"),
        (2.95, "only 2.95 s of sound, heard in a loop"),
        (1 / 16_000, "only 6.25e-05 s of sound, heard in a loop"),
    ],
)
def test_less_than_a_patch_is_heard_in_a_loop(seconds, note):
    heard = listen(noise(round(seconds * RATE_HZ)), RATE_HZ)
    assert heard.starts_s == (0.0,)
    assert heard.ends_s == (heard.duration_s,) == (pytest.approx(seconds),)
    assert heard.notes == (note,)


def test_a_loop_is_what_the_repeated_sound_is():
    second = noise(16_000)
    looped, long = listen(second, RATE_HZ), listen(np.tile(second, 4)[: 187 * 256], RATE_HZ)
    assert (looped.tags == long.tags).all()


@pytest.mark.parametrize(
    ("samples", "level_db"),
    [
        (np.sin(2 * np.pi * 440 * np.arange(96_000) / RATE_HZ), -3.01),
        (0.1 * np.sin(2 * np.pi * 440 * np.arange(96_000) / RATE_HZ), -23.01),
        (np.full(96_000, 0.5), -6.02),
        (np.zeros(96_000), -120.0),
        (np.full(96_000, 1e-9), -120.0),
    ],
)
def test_level(samples, level_db):
    heard = listen(samples.astype(np.float32), RATE_HZ)
    # the first patch holds 256 zeros before the song: 10 log10(47872 / 48128)
    assert heard.level_db[0] == pytest.approx(max(-120.0, level_db - 0.023), abs=0.005)
    assert heard.level_db[1] == pytest.approx(max(-120.0, level_db - 0.023), abs=0.005)


def test_the_level_of_each_patch_is_its_own():
    samples = np.concatenate([noise(47_000), np.zeros(50_000, np.float32), noise(47_000) / 10])
    assert listen(samples, RATE_HZ).level_db == pytest.approx([-20, -120, -40], abs=2)


def test_notes_on_samples_are_kept():
    samples = noise(96_000)
    samples[5] = np.nan
    assert listen(samples, RATE_HZ).notes == ("1 samples that are no numbers set to 0",)


# Twenty patches at most, wherever they come from.


@settings(max_examples=200, deadline=None)
@given(st.integers(187 * 256, 16_000 * 4000))
def test_patches_are_spread_from_the_begin_to_the_end(n_samples):
    frames = listening._spread(n_samples)
    n_frames = 1 + n_samples // 256
    assert frames[0] == 0
    assert len(frames) == min(20, n_frames // 187)
    gaps = [b - a for a, b in pairwise(frames)]
    assert all(gap >= 187 for gap in gaps)  # none is heard twice
    if gaps:
        assert frames[-1] == n_frames - 187
        assert max(gaps) - min(gaps) <= 1


@pytest.mark.parametrize("minutes", [1.2, 2, 61])
def test_at_most_twenty(tmp_path, minutes):
    path = tmp_path / "long.wav"
    tone = sounds.tone(220.0, 0.3, 60.0 * minutes, 4000, 1)
    heard = listen(sounds.write(path, tone, 4000))
    assert len(heard.starts_s) == 20
    assert heard.starts_s[0] == 0.0
    assert heard.ends_s[-1] == pytest.approx(60 * minutes, abs=0.017)
    assert heard.duration_s == pytest.approx(60 * minutes, abs=1e-3)


# The same song is heard alike.


def test_samples_and_their_file(tmp_path):
    samples = sounds.music(10.0, 44100, 2)
    path = sounds.write(tmp_path / "a.w64", samples, 44100)
    alike(listen(path), listen(samples, 44100), 1e-6)
    alike(listen(str(path)), listen(bytes(path)), 0)
    alike(listen(samples.T, 44100), listen(samples.tolist(), 44100.0), 1e-6)


def test_a_long_file_by_seeking_is_heard_like_the_whole(long_file, long_samples):
    assert len(long_samples) == LONG_SAMPLES
    seeking, whole = listen(long_file), listen(long_samples, RATE_HZ)
    assert len(seeking.starts_s) == 20
    alike(seeking, whole, 1e-5)


@pytest.mark.parametrize("ending", ["mp3", "ogg"])
@pytest.mark.slow
def test_a_long_lossy_file(tmp_path, long_mp3, ending):
    path = long_mp3
    if ending == "ogg":
        path = sounds.write(tmp_path / "long.ogg", sounds.music(100.0, 22050, 2), 22050)
    seeking, whole = listen(path), listen(audio.load(path, rate_hz=RATE_HZ).samples, RATE_HZ)
    assert np.abs(np.array(seeking.starts_s) - whole.starts_s).max() <= 0.05
    if seeking.starts_s == whole.starts_s:
        alike(seeking, whole, 1e-2)
    else:  # the stated length differs by some samples
        assert np.abs(seeking.tags - whole.tags).mean() < 2e-3
    assert seeking.notes == whole.notes == ()


def test_thorough_streaming_is_thorough_in_memory(long_file, long_samples):
    streamed, whole = listen(long_file, thorough=True), listen(long_samples, RATE_HZ, thorough=True)
    assert streamed.starts_s == pytest.approx([2.992 * i for i in range(34)])
    assert streamed.ends_s[-1] == pytest.approx(LONG_SAMPLES / RATE_HZ)
    assert streamed.duration_s == LONG_SAMPLES / RATE_HZ
    alike(streamed, whole, 1e-5)


def test_thorough_on_a_short_file_leaves_no_whole_patch_out(song):
    assert listen(song, thorough=True).starts_s == (0.0, 2.992)


@settings(max_examples=10, deadline=None)
@given(st.integers(3, 60_000), st.sampled_from([8000, 16_000, 44_100]), st.booleans())
def test_any_length_is_heard(n, rate_hz, thorough):
    heard = listen(noise(n), rate_hz, thorough=thorough)
    assert len(heard.starts_s) == len(heard.ends_s) == len(heard.tags) == len(heard.level_db) >= 1
    assert np.isfinite(heard.tags).all()
    assert all(
        0 <= a < b <= heard.duration_s + 1e-9 for a, b in zip(heard.starts_s, heard.ends_s, strict=True)
    )


# Files that lie about their length.


def stated_as(path, seconds: float) -> None:
    """Change the frame count that an mp3's Xing or Info header states."""
    data = bytearray(path.read_bytes())
    at = max(data.find(b"Xing"), data.find(b"Info"))
    assert at > 0
    assert data[at + 7] & 1  # it does state the number of frames
    data[at + 8 : at + 12] = round(seconds * 22050 / 576).to_bytes(4, "big")
    path.write_bytes(data)


@pytest.mark.parametrize("stated_s", [2.0, 74.6, 300.0, 36_000.0])
@pytest.mark.slow
def test_a_length_that_is_a_lie(long_mp3, stated_s):
    true = listen(long_mp3)
    stated_as(long_mp3, stated_s)
    heard = listen(long_mp3)
    assert heard.ends_s[-1] <= heard.duration_s + 1e-6
    if stated_s < 74.5 or stated_s > 100:  # found out
        assert len(heard.starts_s) == 20
        assert heard.duration_s == pytest.approx(true.duration_s, abs=0.2)
        assert np.abs(heard.tags - true.tags).mean() < 5e-3


def test_a_long_file_cut_short(tmp_path, long_mp3):
    data = long_mp3.read_bytes()
    long_mp3.write_bytes(data[: len(data) * 85 // 100])
    heard = listen(long_mp3)
    assert len(heard.starts_s) == 20
    assert heard.duration_s == pytest.approx(85.0, abs=0.5)
    assert heard.notes == ("85.0 s of 100.0 s could be decoded",)


# Arguments.


def test_samples_without_a_rate():
    with pytest.raises(ArgumentError) as caught:
        listen(np.zeros(100))
    assert caught.value.message == "samples without a sampling rate"
    assert caught.value.hint == "give rate, e.g. rate=44100"


def test_a_file_with_a_rate(song):
    with pytest.raises(ArgumentError) as caught:
        listen(song, 44100)
    assert caught.value.message == "a rate of 44100 Hz for a file"
    assert caught.value.hint == "leave out rate: a file knows its own"


@pytest.mark.parametrize("rate", [0, -1, math.nan, math.inf, 0.5])
def test_a_rate_that_is_none(rate):
    with pytest.raises(ArgumentError) as caught:
        listen(np.zeros(100), rate)
    assert caught.value.message == f"a sampling rate of {rate} Hz"


def test_no_samples():
    with pytest.raises(EmptyAudioError) as caught:
        listen(np.zeros(0), 44100)
    assert caught.value.message == "an array without samples"


def test_no_file(tmp_path):
    with pytest.raises(MissingFileError) as caught:
        listen(tmp_path / "none.mp3")
    assert caught.value.message == f"there is no file '{tmp_path / 'none.mp3'}'"


def test_a_song_that_is_nothing():
    with pytest.raises(ArgumentError):
        listen(None, 44100)
    assert musicnn.RATE_HZ == RATE_HZ
