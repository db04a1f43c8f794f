"""Walking folders: a fixed order, every bad path an entry with its reason."""

import os
import shutil
from pathlib import Path

import pytest

import sounds
from earmark import audio, classify, extract
from earmark.errors import MissingFileError, NotAudioError, UnreadableError


@pytest.fixture(scope="module")
def song(tmp_path_factory):
    return sounds.write(tmp_path_factory.mktemp("song") / "a.mp3", sounds.music(1.0), 44100)


def touch(*paths: Path) -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def test_a_folder_is_walked_in_order(tmp_path):
    names = ["b.mp3", "a/2.FLAC", "a/10.ogg", "a/deep/er/x.m4a", "c.wav", "A.opus"]
    touch(*(tmp_path / name for name in names))
    touch(tmp_path / "cover.jpg", tmp_path / "list.m3u8", tmp_path / ".hidden.mp3", tmp_path / ".git/x.mp3")
    found = audio.find_audio([tmp_path])
    assert [str(path.relative_to(tmp_path)) for path in found.files] == [
        "A.opus",
        "a/10.ogg",
        "a/2.FLAC",
        "a/deep/er/x.m4a",
        "b.mp3",
        "c.wav",
    ]
    assert found.errors == ()


def test_a_named_file_is_taken_whatever_its_ending_and_only_once(tmp_path):
    touch(tmp_path / "song.xyz", tmp_path / "b.mp3", tmp_path / ".hidden.mp3")
    named = [tmp_path / "song.xyz", str(tmp_path / ".hidden.mp3"), os.fsencode(tmp_path / "b.mp3"), tmp_path]
    found = audio.find_audio(named)
    assert [path.name for path in found.files] == ["song.xyz", ".hidden.mp3", "b.mp3"]
    assert found.errors == ()


def test_bad_paths_become_entries_and_the_rest_goes_on(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "loop").symlink_to("loop")
    touch(tmp_path / "good/a.mp3")
    paths = [tmp_path / name for name in ("missing", "empty", "loop", "good")]
    found = audio.find_audio([*paths, "nul\0"])
    assert found.files == (tmp_path / "good/a.mp3",)
    missing, empty, loop, nul = [(error.message, error.hint, type(error)) for _, error in found.errors]
    assert [path for path, _ in found.errors] == [*paths[:3], Path("nul\0")]
    assert missing == (
        f"there is nothing at '{tmp_path}/missing'",
        "check the path and the spelling",
        MissingFileError,
    )
    assert empty[0] == f"there is no music in the folder '{tmp_path}/empty'"
    assert empty[1].startswith("name files one by one if their endings are other than .aac, .ac3, .aif, ")
    assert empty[2] is NotAudioError
    assert loop == (
        f"'{tmp_path}/loop' cannot be read: Too many levels of symbolic links",
        "check its permissions, or the links in the path",
        UnreadableError,
    )
    assert nul[0] == "there is nothing at 'nul\\x00'"


def test_a_link_back_to_a_folder_above_is_an_entry_not_a_circle(tmp_path):
    touch(tmp_path / "a/song.mp3")
    (tmp_path / "a/back").symlink_to(tmp_path)
    found = audio.find_audio([tmp_path])
    assert found.files == (tmp_path / "a/song.mp3",)
    ((path, error),) = found.errors
    assert path == tmp_path / "a/back"
    assert str(error) == f"'{tmp_path}/a/back' links back to a folder that it lies in (remove the link)"


def test_links_to_songs_and_folders_elsewhere_are_followed(tmp_path):
    touch(tmp_path / "far/song.mp3", tmp_path / "further/song.mp3")
    (tmp_path / "near").mkdir()
    (tmp_path / "near/folder").symlink_to(tmp_path / "far")
    (tmp_path / "near/song.mp3").symlink_to(tmp_path / "further/song.mp3")
    found = audio.find_audio([tmp_path / "near"])
    assert [str(path.relative_to(tmp_path)) for path in found.files] == [
        "near/folder/song.mp3",
        "near/song.mp3",
    ]


def test_folders_that_link_to_each_other_are_walked_once_each(tmp_path):
    """Ten folders that link to the nine others have 10! ways through them."""
    names = [f"{number}" for number in range(10)]
    for name in names:
        touch(tmp_path / name / "song.mp3")
        for other in names:
            if other != name:
                (tmp_path / name / f"to {other}").symlink_to(tmp_path / other)
    found = audio.find_audio([tmp_path])
    assert found.errors == ()
    assert sorted(path.resolve() for path in found.files) == [tmp_path / name / "song.mp3" for name in names]
    assert found.files[0] == tmp_path / "0/song.mp3"


def test_a_link_to_above_the_folder_given_does_not_lead_there(tmp_path):
    touch(tmp_path / "music/song.mp3", tmp_path / "other/song.mp3")
    (tmp_path / "music/all").symlink_to("..")
    found = audio.find_audio([tmp_path / "music"])
    assert found.files == (tmp_path / "music/song.mp3",)
    ((_, error),) = found.errors
    assert str(error) == f"'{tmp_path}/music/all' links back to a folder that it lies in (remove the link)"


def test_a_link_back_is_one_entry_however_many_ways_lead_to_it(tmp_path):
    touch(tmp_path / "a/song.mp3")
    (tmp_path / "a/itself").symlink_to(".")
    (tmp_path / "b").symlink_to("a")
    found = audio.find_audio([tmp_path, tmp_path / "b", tmp_path / "a"])
    assert found.files == (tmp_path / "a/song.mp3",)
    assert [path for path, _ in found.errors] == [tmp_path / "a/itself"]


def test_a_song_is_found_once_however_it_is_spelled(tmp_path, monkeypatch):
    touch(tmp_path / "a/song.mp3", tmp_path / "b/other.mp3")
    (tmp_path / "link.mp3").symlink_to("a/song.mp3")
    monkeypatch.chdir(tmp_path)
    ways = ["a/song.mp3", tmp_path / "a/song.mp3", b"b/../a/song.mp3", "link.mp3", "a", tmp_path / "a", "."]
    for first in ways[:4]:
        found = audio.find_audio([first, *ways])
        assert found.files == (Path(os.fsdecode(first)), Path("b/other.mp3"))
        assert found.errors == ()


def test_a_folder_given_twice_without_music_is_one_entry(tmp_path):
    found = audio.find_audio([tmp_path, tmp_path])
    assert [error.message for _, error in found.errors] == [f"there is no music in the folder '{tmp_path}'"]


def nested(top: Path, depth: int, name: str = "d") -> None:
    """Make folders in folders, a song in the innermost, where no path may be that long."""
    here = os.open(top, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir(name, dir_fd=here)
        inner = os.open(name, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(os.open("song.mp3", os.O_CREAT | os.O_WRONLY, dir_fd=here))
    os.close(here)


needs_dir_fd = pytest.mark.skipif(os.mkdir not in os.supports_dir_fd, reason="no folders by descriptor")


@needs_dir_fd
def test_folders_deeper_than_python_recurses(tmp_path):
    nested(tmp_path, 1500)
    touch(tmp_path / "a.mp3", tmp_path / "z.mp3")
    deep = tmp_path.joinpath(*["d"] * 1500, "song.mp3")
    try:
        found = audio.find_audio([tmp_path])
    finally:
        deep.unlink()
        for folder in list(deep.parents)[:1500]:  # pytest's rmtree recurses
            folder.rmdir()
    assert found.files == (tmp_path / "a.mp3", deep, tmp_path / "z.mp3")
    assert found.errors == ()


@needs_dir_fd
def test_a_path_longer_than_the_system_takes_is_an_entry(tmp_path):
    nested(tmp_path, 30, "d" * 200)
    touch(tmp_path / "z.mp3")
    try:
        found = audio.find_audio([tmp_path, tmp_path / ("x" * 300)])
    finally:
        shutil.rmtree(tmp_path / ("d" * 200))  # pytest could not
    assert found.files == (tmp_path / "z.mp3",)
    deep, named = [(error.message.replace("d" * 200, "D"), error.hint) for _, error in found.errors]
    assert deep[0].endswith("/D/D/D' cannot be read: File name too long")
    assert named[0] == f"'{tmp_path}/{'x' * 300}' cannot be read: File name too long"
    assert deep[1] == named[1] == "check its permissions, or the links in the path"


@pytest.mark.parametrize("empty", ["", b""])
def test_an_empty_path_is_not_the_current_folder(tmp_path, monkeypatch, empty):
    touch(tmp_path / "a.mp3")
    monkeypatch.chdir(tmp_path)
    found = audio.find_audio([empty, "."])
    assert found.files == (Path("a.mp3"),)
    ((path, error),) = found.errors
    assert path == Path("")
    assert isinstance(error, MissingFileError)
    assert str(error) == "an empty path (name a file or a folder)"
    for way in (audio.load, audio.probe, audio.AudioFile, extract, classify):
        with pytest.raises(MissingFileError) as caught:
            way(empty)
        assert str(caught.value) == "an empty path (name a file or a folder)"


def test_a_closed_folder_is_an_entry(tmp_path, monkeypatch):
    touch(tmp_path / "open/a.mp3", tmp_path / "shut/b.mp3")
    real = os.scandir

    def scandir(folder):
        if Path(folder).name == "shut":
            raise PermissionError(13, "Permission denied")
        return real(folder)

    monkeypatch.setattr(os, "scandir", scandir)  # root may read everything, so the refusal is played
    found = audio.find_audio([tmp_path])
    assert [path.name for path in found.files] == ["a.mp3"]
    ((path, error),) = found.errors
    assert path == tmp_path / "shut"
    assert isinstance(error, UnreadableError)
    assert error.message == f"'{tmp_path}/shut' cannot be read: Permission denied"


def test_every_ending_that_we_can_write_is_known():
    assert {f".{kind}" for kind in sounds.FORMATS} - audio.SUFFIXES == {".webm"}


@pytest.mark.parametrize(
    "name",
    [
        "with space.mp3",
        "émoji 🎵.mp3",
        "two\nlines.mp3",
        "-i.mp3",
        "%03d.mp3",
        "http:",
        "concat:a.mp3",
        "pipe:0",
        "x",
    ],
)
def test_any_name_is_a_plain_local_name(tmp_path, song, name, monkeypatch):
    (tmp_path / name).write_bytes(song.read_bytes())
    monkeypatch.chdir(tmp_path)
    assert audio.load(name).duration_s == pytest.approx(1.0)
    assert audio.load(os.fsencode(name)).notes == ()
    assert audio.load(tmp_path / name).notes == ()


def test_names_that_are_no_text(tmp_path, song):
    name = os.path.join(os.fsencode(tmp_path), b"caf\xe9\xff.mp3")
    try:
        with open(name, "wb") as file:
            file.write(song.read_bytes())
    except OSError:
        pytest.skip("this file system keeps names as text")
    assert audio.load(name).duration_s == pytest.approx(1.0)
    assert audio.load(os.fsdecode(name)).duration_s == pytest.approx(1.0)
    (found,) = audio.find_audio([tmp_path]).files
    assert audio.probe(found).codec.startswith("mp3")
    os.truncate(name, 0)
    with pytest.raises(NotAudioError) as caught:
        audio.load(name)
    assert caught.value.message == f"'{tmp_path}/caf\\xe9\\xff.mp3' is empty: 0 bytes"
    caught.value.message.encode()  # can be printed
