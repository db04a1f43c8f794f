"""``earmark picture``: songs become files, and what is said when they do not."""

import errno
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from io import BytesIO

import numpy as np
import pytest
from benchmarks import sounds
from matplotlib.image import imread

import sounds as files
from earmark import audio
from earmark.errors import ArgumentError, NotAudioError, StoreError, UnknownNameError
from earmark.features.arrays import ARRAYS
from earmark.service.pictures import PICTURES, picture

RATE_HZ = 22050


@pytest.fixture(scope="module")
def chords(tmp_path_factory):
    path = tmp_path_factory.mktemp("songs") / "chords.wav"
    return files.write(path, sounds.chords(3.0)[:, None], RATE_HZ)


def earmark(*arguments, code="from earmark.cli.main import run; run()", folder=None):
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True, text=True, check=False, cwd=folder, env={**os.environ, "PYTHONUTF8": "1"},
    )  # fmt: skip


def pixels(path):
    return imread(BytesIO(path.read_bytes()), format="png")[..., :3]


def written_in(svg):
    """Return the words of an SVG, which stand in comments beside their outlines."""
    return re.findall(r"<!-- (.*?) -->", svg.read_text(encoding="utf-8"))


# -- the program


def test_the_tour_of_a_song(chords, tmp_path):
    done = earmark("picture", chords, folder=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "chords.tour.png\n", "")
    assert os.listdir(tmp_path) == ["chords.tour.png"]
    seen = pixels(tmp_path / "chords.tour.png")
    assert seen.shape[0] > 1000
    assert seen.shape[1] > 1500
    assert seen[0, 0].tolist() == [1, 1, 1]


def test_options(chords, tmp_path):
    done = earmark(
        "picture", chords, "-o", tmp_path / "a.svg", "--feature", "mel", "--dark", "--offset", 1,
        "--duration", 1.5,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, f"{tmp_path / 'a.svg'}\n"), done.stderr
    words = written_in(tmp_path / "a.svg")
    assert {"chords.wav", "Mel spectrogram", "dB", "Hz", "time, min:s", "0:01.0", "0:02.4"} <= set(words)
    assert any(line.startswith("0:01.0 to 0:02.5 of 0:03 · 22.05 kHz mono") for line in words)
    assert "#121418" in (tmp_path / "a.svg").read_text()


def test_without_matplotlib_it_says_what_to_install(chords, tmp_path):
    blocked = "import sys; sys.modules['matplotlib'] = None; from earmark.cli.main import run; run()"
    done = earmark("picture", chords, code=blocked, folder=tmp_path)
    assert done.returncode == 1
    assert done.stderr == (
        "error: matplotlib is not installed, and pictures need it\nhint: pip install 'earmark[pictures]'\n"
    )
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("arguments", [[""], ["song.wav", "-o", ""]])
def test_an_empty_path(arguments):
    done = earmark("picture", *arguments)
    assert done.returncode == 2
    assert "an empty path; name a file" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--feature", "MEL"], "unknown picture 'MEL' (did you mean 'mel'? known: tour, envelope, "),
        (["-o", "a.jpg"], "'a.jpg' does not name a picture (end it with .png, .svg or .pdf)"),
        (["--offset", "-1"], "an offset of -1.0 s (give 0 or a positive number of seconds)"),
        (["--duration", "nan"], "a duration of nan s (give a positive number of seconds, or none)"),
    ],
)
def test_wrong_usage(chords, tmp_path, arguments, said):
    done = earmark("picture", chords, *arguments, folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"Error: Invalid value: {said}" in done.stderr
    assert os.listdir(tmp_path) == []


def test_what_cannot_be_drawn(tmp_path):
    for path in (tmp_path, tmp_path / "none.wav"):
        assert earmark("picture", path, folder=tmp_path).returncode == 1


def test_help_names_every_picture():
    words = " ".join(earmark("picture", "--help").stdout.split())
    listed = re.search(r"One of (.*?); or tour, all of them", words)[1]
    assert set(listed.split(", ")) == set(ARRAYS)


# -- pictures


def test_every_array_has_its_picture_and_a_place_in_the_tour():
    assert list(PICTURES) == ["tour", *ARRAYS]
    on_the_tour = {name for column in PICTURES["tour"].columns for name, _ in column}
    assert on_the_tour == set(ARRAYS)


def test_the_tour_names_everything(chords, tmp_path):
    words = written_in(picture(chords, tmp_path / "tour.svg"))
    ET.parse(tmp_path / "tour.svg")  # noqa: S314 - it is our own
    assert {kind.title for kind in map(ARRAYS.__getitem__, ARRAYS)} <= set(words)
    assert {"full scale", "dB", "Hz", "pitch class", "bpm", "band, Hz", "coefficient", "ratio"} <= set(words)
    assert any(line.endswith("dB: below the loudest, but for MFCC and Spectral contrast") for line in words)
    (about,) = [line for line in words if "kHz" in line]
    assert re.fullmatch(r"3 s · 22\.05 kHz mono · 12\d\.\d bpm · A minor \(key confidence 0\.\d\d\)", about)


@pytest.mark.parametrize("what", ARRAYS)
@pytest.mark.parametrize("n", [1, 30_000])
def test_every_picture_of_every_sound(tmp_path, what, n):
    song = files.write(tmp_path / "song.wav", sounds.clicks(120.0, 2.0)[:n, None], RATE_HZ)
    path = picture(song, tmp_path, what=what)
    assert path == tmp_path / f"song.{what}.png"
    seen = pixels(path)
    assert (seen != seen[0, 0]).any(axis=2).mean() > 0.01


def test_silence_is_dark_and_says_so(tmp_path):
    song = files.write(tmp_path / "song.wav", np.zeros((RATE_HZ, 1), np.float32), RATE_HZ)
    words = written_in(picture(song, tmp_path / "tour.svg"))
    assert "1 s · 22.05 kHz mono · silent" in words
    middle = pixels(picture(song, tmp_path, what="spectrogram"))[300, 600]
    assert middle.tolist() == pytest.approx([0, 0, 0.0157], abs=0.01)


def test_dark_differs_from_light(chords, tmp_path):
    light = pixels(picture(chords, tmp_path / "light.png", what="rms"))
    dark = pixels(picture(chords, tmp_path / "dark.png", what="rms", dark=True))
    assert light.shape == dark.shape
    assert light.mean() > 0.8
    assert dark.mean() < 0.2


@pytest.mark.parametrize("name", ["Пе́сня — 日本語 $1^2$.wav", "x" * 251 + ".wav", "é" * 125 + ".wav"])
def test_any_name(chords, tmp_path, name):
    song = tmp_path / name
    song.write_bytes(chords.read_bytes())
    path = picture(song, tmp_path, what="rms")
    assert path.name.startswith(name[:100].removesuffix(".wav"))
    assert path.name.endswith(".rms.png")
    assert path.is_file()
    assert sorted(os.listdir(tmp_path)) == sorted([name, path.name])


def test_a_picture_is_replaced(chords, tmp_path):
    (tmp_path / "a.png").write_bytes(b"old")
    picture(chords, tmp_path / "a.png", what="rms")
    assert pixels(tmp_path / "a.png").ndim == 3


def test_what_had_to_be_salvaged_stands_at_the_foot(chords, tmp_path):
    song = files.write(tmp_path / "song.flac", sounds.chords(3.0)[:, None], RATE_HZ)
    data = bytearray(song.read_bytes())
    data[len(data) // 2 :] = bytes(len(data) // 4)
    song.write_bytes(data)
    notes = audio.load(song).notes
    assert notes
    words = written_in(picture(song, tmp_path / "a.svg", what="rms"))
    assert any(line.endswith(" · ".join(["", *notes])) for line in words)


# -- what is refused, before the song is heard


def test_an_unknown_picture(chords):
    with pytest.raises(UnknownNameError) as caught:
        picture(chords, what="tuor")
    assert caught.value.message == "unknown picture 'tuor'"
    assert caught.value.hint.startswith("did you mean 'tour'? known: tour, envelope, ")


@pytest.mark.parametrize("name", ["a.jpg", "a", "png"])
def test_other_endings(tmp_path, name):
    with pytest.raises(ArgumentError) as caught:
        picture(tmp_path / "none.wav", tmp_path / name)
    assert caught.value.message == f"'{tmp_path / name}' does not name a picture"
    assert caught.value.hint == "end it with .png, .svg or .pdf"


@pytest.mark.parametrize("name", ["none/a.png", "none/"])
def test_a_folder_that_is_not_there(tmp_path, name):
    with pytest.raises(StoreError) as caught:
        picture(tmp_path / "none.wav", f"{tmp_path}/{name}")
    assert caught.value.message == f"there is no folder '{tmp_path / 'none'}'"
    assert caught.value.hint == "make it first, or name another place for the picture"


def test_a_place_that_cannot_be_written_to(chords, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("earmark.workspace.os.replace", full)
    with pytest.raises(StoreError) as caught:
        picture(chords, tmp_path / "a.png", what="rms")
    assert caught.value.message == f"'{tmp_path / 'a.png'}' cannot be written: No space left on device"
    assert caught.value.hint == "make room on its disk, or name another place where you may write"
    assert os.listdir(tmp_path) == []


def test_no_sound_no_picture(tmp_path):
    (tmp_path / "song.mp3").write_bytes(b"words" * 1000)
    with pytest.raises(NotAudioError):
        picture(tmp_path / "song.mp3", tmp_path)
    assert os.listdir(tmp_path) == ["song.mp3"]
