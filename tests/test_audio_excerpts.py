"""An excerpt is the slice of the whole, however it is found; hours pass in little memory."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sounds
from earmark import audio
from earmark.audio._decode import Decoder
from earmark.errors import ArgumentError, EmptyAudioError

SECONDS = 5.0


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("excerpts")
    made = {}
    for kind, how in sounds.FORMATS.items():
        music = sounds.music(SECONDS, how.rate_hz)
        made[kind] = sounds.write(folder / f"a.{kind}", music, how.rate_hz)
    music = sounds.music(SECONDS)
    bare = {"write_xing": "0", "id3v2_version": "0"}
    made["mp3 without header"] = sounds.write(folder / "b.mp3", music, 44100, container_options=bare)
    variable = {"flags": "+qscale", "global_quality": "472"}
    made["mp3 of variable rate"] = sounds.write(folder / "v.mp3", music, 44100, options=variable)
    made["mp3 at 8 kHz"] = sounds.write(folder / "e.mp3", sounds.music(SECONDS, 8000, 1), 8000)
    made["odd rate"] = sounds.write(folder / "o.wav", sounds.music(SECONDS, 44101), 44101)
    ogg = made["ogg"].read_bytes()
    made["joined ogg"] = folder / "joined.ogg"
    made["joined ogg"].write_bytes(ogg + ogg)
    return made


@pytest.fixture(scope="module")
def whole(files):
    return {
        (kind, rate_hz): audio.load(path, rate_hz).samples
        for kind, path in files.items()
        for rate_hz in (22050, 48000)
    }


CASES = [
    *sounds.FORMATS,
    "mp3 without header",
    "mp3 of variable rate",
    "mp3 at 8 kHz",
    "odd rate",
    "joined ogg",
]


@pytest.mark.parametrize("kind", CASES)
@settings(max_examples=8, deadline=None, derandomize=True)
@given(
    span=st.tuples(
        st.lists(st.floats(0, SECONDS - 0.1), min_size=1, max_size=3),
        st.one_of(st.none(), st.floats(0.001, 3.0)),
    ),
    rate_hz=st.sampled_from([22050, 48000]),
)
def test_an_excerpt_is_the_slice_of_the_whole(files, whole, kind, span, rate_hz):
    offsets_s, duration_s = span
    all_of_it = whole[kind, rate_hz]
    with audio.AudioFile(files[kind]) as file:
        for offset_s in offsets_s:
            clip = file.read(offset_s, duration_s, rate_hz)
            start = round(offset_s * rate_hz)
            end = None if duration_s is None else max(start + 1, round((offset_s + duration_s) * rate_hz))
            wanted = all_of_it[start:end]
            assert clip.start_s == start / rate_hz
            assert clip.samples.shape == wanted.shape
            # mp2's decoder dithers by 16-bit steps; within the margins soxr's filter has died away
            assert abs(clip.samples - wanted).max() <= (1e-4 if kind == "mp2" else 2e-5)


@pytest.mark.parametrize("kind", CASES)
def test_one_decoding_serves_several_rates(files, whole, kind):
    rates_hz = (22050, 48000)
    with audio.AudioFile(files[kind]) as file:
        for offset_s, duration_s in ((0.0, None), (1.3, 1.1), (2.0, None)):
            decoding = file.decode(rates_hz, offset_s, duration_s)
            heard = [np.concatenate(blocks) for blocks in zip(*decoding, strict=True)]
            for rate_hz, start_s, samples in zip(rates_hz, decoding.starts_s, heard, strict=True):
                start = round(offset_s * rate_hz)
                end = None if duration_s is None else round((offset_s + duration_s) * rate_hz)
                wanted = whole[kind, rate_hz][start:end]
                assert start_s == start / rate_hz
                assert samples.shape == wanted.shape
                assert abs(samples - wanted).max() <= (1e-4 if kind == "mp2" else 2e-5)
                if offset_s == 0:
                    assert np.array_equal(samples, wanted)
                    assert abs(decoding.decoded_s - len(samples) / rate_hz) <= 1 / rate_hz


@pytest.mark.parametrize("kind", ["wav", "mp3", "opus", "joined ogg"])
@settings(max_examples=8, deadline=None, derandomize=True)
@given(block_s=st.floats(0.01, 10.0), rate_hz=st.sampled_from([22050, 48000]))
def test_the_stream_is_the_whole_in_pieces(files, whole, kind, block_s, rate_hz):
    with audio.AudioFile(files[kind]) as file:
        clips = list(file.stream(rate_hz, block_s))
    assert np.array_equal(np.concatenate([clip.samples for clip in clips]), whole[kind, rate_hz])
    size = round(block_s * rate_hz)
    assert all(len(clip.samples) == size for clip in clips[:-1])
    assert 0 < len(clips[-1].samples) <= size
    assert [clip.start_s for clip in clips] == [n * size / rate_hz for n in range(len(clips))]


def test_excerpts_do_not_disturb_a_stream(files, whole):
    with audio.AudioFile(files["mp3"]) as file:
        pieces = []
        for clip in file.stream(block_s=1.0):
            pieces.append(clip.samples)
            file.read(4.0, 0.5)
            file.read(0.0, 0.5)
    assert np.array_equal(np.concatenate(pieces), whole["mp3", 22050])


@pytest.fixture
def decoded(monkeypatch):
    """How many samples have been decoded so far."""
    count = [0]
    real = Decoder._decoded

    def counting(self):
        for frame in real(self):
            count[0] += frame.samples
            yield frame

    monkeypatch.setattr(Decoder, "_decoded", counting)
    return count


@pytest.mark.parametrize(
    "kind", ["wav", "flac", "mp3", "m4a", "aac", "ogg", "opus", "aiff", "wma", "webm", "wv"]
)
def test_a_late_excerpt_decodes_only_its_surroundings(tmp_path, decoded, kind):
    rate_hz = sounds.FORMATS[kind].rate_hz
    path = sounds.write(tmp_path / f"a.{kind}", sounds.music(30.0, rate_hz), rate_hz)
    clip = audio.load(path, offset_s=27.0, duration_s=1.0)
    assert clip.duration_s == 1.0
    # pre-roll 1 s, and seeking goes back to a page, cluster or packet before it, of up to 5 s in Matroska
    assert decoded[0] < 9 * rate_hz


def test_near_and_beyond_the_end(files):
    for kind, path in files.items():
        clip = audio.load(path, offset_s=SECONDS - 1, duration_s=100.0)
        assert clip.duration_s == pytest.approx(SECONDS + 1 if kind == "joined ogg" else 1.0, abs=0.1)
        with pytest.raises(EmptyAudioError) as caught:
            audio.load(path, offset_s=500.0, duration_s=1.0)
        assert caught.value.message == f"'{path}' ends before 500 s"
        assert re.fullmatch(r"it lasts \d+\.\d s: give an earlier offset", caught.value.hint), kind


def test_beyond_the_end_is_said_without_decoding(files, decoded):
    with pytest.raises(EmptyAudioError):
        audio.load(files["mp3"], offset_s=500.0)
    assert decoded[0] < 10_000


@pytest.mark.parametrize("bad", [-1.0, float("nan"), float("inf")])
def test_an_offset_or_duration_that_is_none(files, bad):
    with pytest.raises(ArgumentError, match=r"an offset of .* s .give 0 or a positive number of seconds"):
        audio.load(files["wav"], offset_s=bad)
    with pytest.raises(ArgumentError, match=r"a duration of .* s .give a positive number of seconds"):
        audio.load(files["wav"], duration_s=bad)
    with pytest.raises(ArgumentError, match=r"a sampling rate of .* Hz .give a whole number"):
        audio.load(files["wav"], bad)


def test_arguments_are_looked_at_before_the_file():
    with pytest.raises(ArgumentError, match=r"a duration of 0 s \(give a positive"):
        audio.load("missing.wav", duration_s=0)


def test_joined_streams_of_several_rates_are_all_heard(tmp_path):
    parts = [(44100, 2, "a.ogg"), (48000, 2, "b.ogg"), (44100, 2, "c.ogg")]
    data = b"".join(
        sounds.write(tmp_path / name, sounds.tone(440.0, 0.5, 2.0, rate_hz, n), rate_hz).read_bytes()
        for rate_hz, n, name in parts
    )
    path = tmp_path / "joined.ogg"
    path.write_bytes(data)
    clip = audio.load(path)
    assert clip.notes == ()
    assert clip.duration_s == pytest.approx(6.0, abs=0.01)
    assert audio.probe(path).duration_s == pytest.approx(6.0, abs=0.01)
    for start in (0.5, 2.5, 4.5):
        second = clip.samples[round(start * 22050) :][:22050]
        assert np.argmax(abs(np.fft.rfft(second))) == 440
    excerpt = audio.load(path, offset_s=3.0, duration_s=1.5)
    assert abs(excerpt.samples - clip.samples[3 * 22050 :][: len(excerpt.samples)]).max() < 1e-5


@pytest.mark.parametrize("kind", ["mp3", "aac"])
def test_the_rate_and_channels_may_change_in_mid_stream(tmp_path, kind):
    one = sounds.write(tmp_path / f"1.{kind}", sounds.tone(440.0, 0.5, 2.0), 44100).read_bytes()
    two = sounds.write(tmp_path / f"2.{kind}", sounds.tone(440.0, 0.5, 2.0, 48000, 1), 48000).read_bytes()
    path = tmp_path / f"joined.{kind}"
    path.write_bytes(one + two)
    clip = audio.load(path)
    assert clip.duration_s == pytest.approx(4.0, abs=0.15)
    second = clip.samples[round(2.6 * 22050) :][:22050]
    assert np.argmax(abs(np.fft.rfft(second))) == 440


def test_the_length_of_an_mp3_without_a_header_is_called_an_estimate(files):
    with audio.AudioFile(files["mp3 without header"]) as file:
        assert file.notes == ("the length is an estimate from the bit rate",)
        assert file.info.duration_s == pytest.approx(SECONDS, rel=0.02)
    with audio.AudioFile(files["mp3"]) as file:
        assert file.notes == ()


PROGRAM = """
import sys
from pathlib import Path
from earmark import audio
with audio.AudioFile(sys.argv[1]) as file:
    for n in (11, 3, 19, 0, 7, 15, 1, 18, 5, 9, 13, 2, 17, 4, 16, 6, 14, 8, 12, 10):
        assert abs(file.read(n * 500.0, 5.0).duration_s - 5) < 0.01
    if sys.argv[1].endswith(".mp3"):
        heard_s = sum(clip.duration_s for clip in file.stream())
        assert abs(heard_s - 3 * 3600) < 30, heard_s
status = open("/proc/self/status").read()
print(status.partition("VmHWM:")[2].split()[0])
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of memory is read from /proc")
@pytest.mark.parametrize("kind", ["mp3", "m4a"])
@pytest.mark.slow
def test_three_hours_pass_in_little_memory(tmp_path, kind):
    path = tmp_path / f"long.{kind}"
    bare = {"write_xing": "0", "id3v2_version": "0"} if kind == "mp3" else {}
    rate_hz = 8000 if kind == "mp3" else 16000
    seed = sounds.write(
        tmp_path / f"seed.{kind}", sounds.tone(440, 0.5, 120.0, rate_hz, 1), rate_hz, container_options=bare
    )
    if kind == "mp3":
        path.write_bytes(seed.read_bytes() * 90)
    else:
        sounds.repeat(seed, path, 3 * 3600.0)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(path)], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 150_000  # kB; Python with NumPy and PyAV alone takes 55 000
