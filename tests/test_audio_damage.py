"""Bad input, one by one: what is salvaged, and what the user reads."""

import contextlib
import io
import os
import re
import struct
import zlib

import av
import numpy as np
import pytest
import soundfile

import sounds
from earmark import audio
from earmark.errors import EmptyAudioError, MissingFileError, NotAudioError, UnreadableError
from sounds import put, refused

KINDS = ["wav", "flac", "mp3", "m4a", "aac", "ogg", "opus", "aiff", "wma", "mka"]


@pytest.fixture(scope="module")
def songs(tmp_path_factory):
    """Ten seconds in every format, as bytes."""
    folder = tmp_path_factory.mktemp("songs")
    return {
        kind: sounds.write(folder / f"a.{kind}", sounds.music(10.0, how.rate_hz), how.rate_hz).read_bytes()
        for kind, how in sounds.FORMATS.items()
        if kind in KINDS
    }


# --- what is no file


def test_a_missing_path(tmp_path):
    assert refused(tmp_path / "no.mp3", MissingFileError) == (
        "there is no file 'FILE'",
        "check the path and the spelling",
    )
    below = put(tmp_path / "a.mp3", b"x") / "b.mp3"
    assert refused(below, MissingFileError)[0] == "there is no file 'FILE'"


def test_a_folder(tmp_path):
    assert refused(tmp_path, UnreadableError) == (
        "'FILE' is a folder",
        "name a sound file, or classify the folder's files",
    )


def test_a_pipe_or_device_is_never_opened(tmp_path):
    pipe = tmp_path / "pipe.mp3"
    os.mkfifo(pipe)
    for path in (pipe, os.devnull):
        message, hint = refused(path, UnreadableError)
        assert message == "'FILE' is a pipe or device, no regular file"
        assert hint == "save the sound to a file first"


def test_no_permission(tmp_path, songs, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise PermissionError(13, "Permission denied")

    path = put(tmp_path / "a.wav", songs["wav"])
    monkeypatch.setattr("earmark.audio._files.open", refuse, raising=False)  # root may read everything
    assert refused(path, UnreadableError) == (
        "'FILE' may not be read: permission denied",
        "give yourself read permission, e.g. chmod u+r",
    )


def test_a_link_to_itself(tmp_path):
    loop = tmp_path / "loop.mp3"
    loop.symlink_to(loop.name)
    message, hint = refused(loop, UnreadableError)
    assert message == "'FILE' cannot be read: Too many levels of symbolic links"
    assert hint == "check the disk, or the links in the path"


# --- what is no sound


def png() -> bytes:
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", 4, 4, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(bytes(4 * 13))),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )


SUBTITLES = b"1\n00:00:01,000 --> 00:00:02,000\nhello\n\n" * 50
RANDOM = np.random.default_rng(3).bytes(300_000)


@pytest.mark.parametrize(
    ("data", "what", "mend"),
    [
        (b"", "is empty: 0 bytes", "copy or download the file again"),
        (b"a", "is text, no sound file", "name a sound file"),
        ("Ein Lied, das müde klingt\n".encode() * 400, "is text, no sound file", "name a sound file"),
        (b"<html><body>404</body></html>", "is text, no sound file", "name a sound file"),
        (SUBTITLES, "is text, no sound file", "name a sound file"),
        (png(), "is a PNG picture, no sound file", "name a sound file"),
        (b"\xff\xd8\xff\xe0" + bytes(5000), "is a JPEG picture, no sound file", "name a sound file"),
        (b"PK\x03\x04" + bytes(5000), "is a ZIP archive, no sound file", "name a sound file"),
        (
            bytes(100_000),
            "is no sound file that Earmark can read",
            "if it plays elsewhere, convert it to wav, flac or mp3",
        ),
        (
            RANDOM,
            "is no sound file that Earmark can read",
            "if it plays elsewhere, convert it to wav, flac or mp3",
        ),
        (
            sounds.id3(5000),
            "is no sound file that Earmark can read",
            "if it plays elsewhere, convert it to wav, flac or mp3",
        ),
    ],
    ids=[
        "empty",
        "letter",
        "text",
        "html",
        "subtitles",
        "png",
        "jpeg",
        "zip",
        "zeros",
        "random",
        "only a tag",
    ],
)
def test_other_files_named_mp3(tmp_path, data, what, mend):
    assert refused(put(tmp_path / "a.mp3", data), NotAudioError) == (f"'FILE' {what}", mend)


@pytest.mark.parametrize("kind", ["m4a", "flac", "ogg", "wma"])
def test_a_beginning_alone(tmp_path, songs, kind):
    message, hint = refused(put(tmp_path / f"a.{kind}", songs[kind][:60]), NotAudioError)
    assert re.fullmatch(r"'FILE' begins like .*, but is cut off or damaged beyond reading", message)
    assert hint == "copy or download it again"


def test_a_video_without_sound(tmp_path):
    path = tmp_path / "silent.mp4"
    with path.open("wb") as file, av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("mpeg4", rate=5, width=64, height=64)
        for _ in range(5):
            frame = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8))
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    assert refused(path, NotAudioError) == (
        "'FILE' holds no sound, only pictures or data",
        "name a sound file",
    )


@pytest.mark.parametrize("kind", ["wav", "aiff", "flac", "w64", "au"])
def test_sound_of_zero_length(tmp_path, kind):
    path = sounds.write(tmp_path / f"a.{kind}", np.zeros((0, 2), np.float32), 44100)
    message, hint = refused(path, (EmptyAudioError, NotAudioError))
    assert "FILE" in message
    assert hint
    if kind == "wav":
        assert message == "'FILE' holds no sound that could be decoded"
        assert hint == "it is empty or damaged: copy it again"


# --- what can be salvaged


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_cut_short_gives_what_there_is_and_says_so(tmp_path, songs, kind):
    path = put(tmp_path / f"a.{kind}", songs[kind][: len(songs[kind]) * 2 // 3])
    if kind == "m4a":  # its index stands at the end
        assert refused(path, NotAudioError)[0] == (
            "'FILE' begins like MP4 or M4A, but is cut off or damaged beyond reading"
        )
        return
    clip = audio.load(path)
    assert clip.duration_s == pytest.approx(6.6, abs=0.7)
    said = " ".join(clip.notes)
    if kind == "aac":  # states no length, but ends within a frame
        assert said == "1 damaged frame skipped"
    else:
        assert re.search(rf"{clip.duration_s:.1f} s of \d+\.\d s could be decoded", said)
    part = audio.load(path, offset_s=5.0, duration_s=0.5)
    assert abs(part.samples - clip.samples[110250:][:11025]).max() < 1e-4
    assert part.notes == ()  # the damage lies elsewhere


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("what", ["zeros", "noise", "hole"])
def test_damage_in_the_middle_never_ends_the_song(tmp_path, songs, kind, what):
    data = bytearray(songs[kind])
    at, length = len(data) // 2, len(data) // 30
    if what == "hole" and kind != "m4a":
        del data[at : at + length]
    else:
        data[at : at + length] = bytes(length) if what == "zeros" else RANDOM[:length]
    clip = audio.load(put(tmp_path / f"a.{kind}", data))
    assert np.isfinite(clip.samples).all()
    assert 9.0 < clip.duration_s < 10.6
    if kind in {"flac", "m4a", "ogg", "opus", "wma", "mka"}:
        # Time stamps tell how much is gone: what follows keeps its time.
        assert clip.duration_s == pytest.approx(10.0, abs=0.05)
        assert any("filled with silence" in note for note in clip.notes), clip.notes
    if kind in {"flac", "m4a", "ogg", "opus", "wma"}:  # Matroska loses 5 s at once
        sound = audio.load(put(tmp_path / f"b.{kind}", songs[kind])).samples
        ours, wanted = clip.samples[198450:209475], sound[198250:209675]
        likeness = np.correlate(wanted, ours) / np.linalg.norm(ours) ** 2  # WMA counts in milliseconds
        assert likeness.max() > 0.9


def test_one_wrong_bit_in_a_flac_is_found_out(tmp_path, songs):
    data = bytearray(songs["flac"])
    data[len(data) // 2] ^= 1
    clip = audio.load(put(tmp_path / "a.flac", data))
    assert clip.notes == ("0.10 s missing inside the sound, filled with silence",)
    assert clip.duration_s == 10.0


def test_an_mp3_with_a_large_picture(tmp_path, songs):
    path = put(tmp_path / "a.mp3", sounds.id3(5_000_000), songs["mp3"])
    clip = audio.load(path)
    assert np.array_equal(clip.samples, audio.load(put(tmp_path / "b.mp3", songs["mp3"])).samples)
    assert audio.load(path, offset_s=5, duration_s=1).duration_s == 1
    assert audio.load(put(tmp_path / "two.mp3", sounds.id3(99), sounds.id3(9999), songs["mp3"])).notes == ()


def test_a_tag_that_claims_more_than_the_file(tmp_path, songs):
    clip = audio.load(put(tmp_path / "a.mp3", b"ID3\3\0\0\x7f\x7f\x7f\x7f", songs["mp3"]))
    assert clip.duration_s == 10.0


def test_tags_that_are_no_utf_8(tmp_path, songs):
    name = b"INAM" + struct.pack("<I", 6) + b"caf\xe9\xff\0"
    tags = b"LIST" + struct.pack("<I", 4 + len(name)) + b"INFO" + name
    wav = songs["wav"]
    path = put(
        tmp_path / "a.wav", b"RIFF", struct.pack("<I", len(wav) + len(tags) - 8), wav[8:12], tags, wav[12:]
    )
    assert audio.load(path).duration_s == 10.0


def test_a_cover_is_not_taken_for_the_song(tmp_path, songs):
    song = put(tmp_path / "a.mp3", songs["mp3"])
    path = tmp_path / "cover.mp3"
    with av.open(str(song)) as source, path.open("wb") as file, av.open(file, "w", format="mp3") as target:
        sound = target.add_stream_from_template(source.streams.audio[0])
        picture = target.add_stream("mjpeg", rate=1, width=64, height=64)
        picture.pix_fmt = "yuvj420p"
        picture.disposition = av.stream.Disposition.attached_pic
        target.mux(picture.encode(av.VideoFrame(64, 64, "yuvj420p")))
        target.mux(picture.encode(None))
        for packet in source.demux(source.streams.audio[0]):
            if packet.size:
                packet.stream = sound
                target.mux(packet)
    with av.open(str(path)) as made:
        assert len(made.streams.video) == 1
    assert audio.load(path).duration_s == pytest.approx(10.0, abs=0.1)


def test_values_that_are_no_numbers(tmp_path):
    samples = np.full((44100, 2), 0.1, np.float32)
    samples[100], samples[200, 0], samples[300, 1] = np.nan, np.inf, 3e38
    soundfile.write(tmp_path / "a.wav", samples, 44100, "FLOAT")
    clip = audio.load(tmp_path / "a.wav", 44100)
    assert clip.notes == ("3 samples that are no numbers set to 0",)
    assert list(np.flatnonzero(clip.samples == 0)) == [100, 200, 300]


@pytest.mark.parametrize("kind", ["wav", "mp3", "flac", "ogg"])
def test_a_file_that_shrinks_while_it_is_read(tmp_path, songs, kind):
    path = put(tmp_path / f"a.{kind}", songs[kind])
    with audio.AudioFile(path) as file:
        clips = file.stream(block_s=0.5)
        heard = [next(clips)]
        os.truncate(path, len(songs[kind]) // 2)
        heard.extend(clips)
        assert 2.0 < sum(clip.duration_s for clip in heard) < 8.5
        assert re.search(r"\d\.\d s of \d+\.\d s could be decoded", " ".join(heard[-1].notes))
        os.truncate(path, 0)
        with pytest.raises((EmptyAudioError, NotAudioError)):
            file.read(8.0, 1.0)


def test_a_disk_that_fails_in_the_middle(tmp_path, songs, monkeypatch, capfd):
    class Failing(io.FileIO):
        left = 20

        def read(self, size=-1):
            Failing.left -= 1
            if Failing.left < 0:
                raise OSError(5, "Input/output error")
            return super().read(size)

    monkeypatch.setattr("earmark.audio._files.open", lambda path, *_, **__: Failing(path), raising=False)
    path = put(tmp_path / "a.wav", songs["wav"])
    clip = audio.load(path)
    assert 0.5 < clip.duration_s < 9
    assert clip.notes[-1] == "reading stopped early: Input/output error"
    for Failing.left in (0, 2):
        message, hint = refused(path, UnreadableError)
        assert message == "'FILE' cannot be read: Input/output error"
        assert hint.startswith("check the disk")
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("start", [12, 40, 300, 50_000])
def test_nothing_is_printed(tmp_path, songs, capfd, start):
    for kind in KINDS:
        data = bytearray(songs[kind])
        for at in range(start, len(data), 997):
            data[at] ^= 0xFF
        with contextlib.suppress(EmptyAudioError, NotAudioError):
            audio.load(put(tmp_path / f"a.{kind}", data))
    assert capfd.readouterr() == ("", "")
