"""Walking folders: a fixed order, every bad path an entry with its reason."""

import os
from pathlib import Path

import pytest

import sounds
from earmark import audio
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
    touch(tmp_path / "far/song.mp3")
    (tmp_path / "near").mkdir()
    (tmp_path / "near/folder").symlink_to(tmp_path / "far")
    (tmp_path / "near/song.mp3").symlink_to(tmp_path / "far/song.mp3")
    found = audio.find_audio([tmp_path / "near"])
    assert [str(path.relative_to(tmp_path)) for path in found.files] == [
        "near/folder/song.mp3",
        "near/song.mp3",
    ]


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
