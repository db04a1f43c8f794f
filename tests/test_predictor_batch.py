"""Many songs at once: what is found, in which order, and that a bad one ends nothing."""

import itertools
import os
import threading
from pathlib import Path

import numpy as np
import pytest

import sounds
from earmark import Predictor
from earmark.errors import ArgumentError, AudioError
from earmark.records import Prediction
from earmark.service.predictor import Song


def test_find(predictor, song, tmp_path):
    folder = tmp_path / "album"
    folder.mkdir()
    for name in ("b.wav", "a.wav", "cover.jpg"):
        (folder / name).write_bytes(song.read_bytes())
    empty = tmp_path / "empty"
    empty.mkdir()
    missing = tmp_path / "none.mp3"
    found = predictor.find([folder, missing, folder / "a.wav", empty, song, str(song), missing])
    assert [one.path for one in found] == [folder / "a.wav", folder / "b.wav", missing, empty, song]
    assert [one.error and one.error.message for one in found] == [
        None,
        None,
        f"there is nothing at '{missing}'",
        f"there is no music in the folder '{empty}'",
        None,
    ]
    assert found[2].error.hint == "check the path and the spelling"
    assert predictor.find([]) == []


def test_two_names_of_one_file_are_one_song(predictor, song, tmp_path, monkeypatch):
    (tmp_path / "album").mkdir()
    monkeypatch.chdir(tmp_path)
    Path("album/a.wav").write_bytes(song.read_bytes())
    Path("link.wav").symlink_to("album/a.wav")
    absolute = tmp_path / "album" / "a.wav"
    for names in itertools.permutations(["album/a.wav", str(absolute), "link.wav", "album/../album/a.wav"]):
        assert predictor.find(names) == [Song(Path(names[0]))]
    assert predictor.find([absolute, "album", "."]) == [Song(absolute)]
    gone = [Path("none.mp3"), tmp_path / "none.mp3"]
    (one,) = predictor.find(gone)
    assert (one.path, one.error.message) == (gone[0], "there is nothing at 'none.mp3'")
    assert [one.path for one in predictor.find([tmp_path / "album", "none.mp3", tmp_path / "album"])] == [
        absolute,
        gone[0],
    ]


def test_one_path_instead_of_a_list(predictor, song, tmp_path):
    odd = tmp_path / "a b.wav"
    odd.write_bytes(song.read_bytes())
    for path in (str(odd), odd, os.fsencode(odd)):
        assert predictor.find(path) == [Song(odd)]


@pytest.mark.parametrize("empty", ["", b"", [""]])
def test_an_empty_name_is_not_the_current_folder(predictor, song, empty, monkeypatch):
    monkeypatch.chdir(song.parent)
    (one,) = predictor.find(empty)
    assert (one.error.message, one.error.hint) == ("an empty path", "name a file or a folder")


def test_a_file_named_is_heard_whatever_its_ending(predictor, song, tmp_path):
    other = tmp_path / "song.dat"
    other.write_bytes(song.read_bytes())
    (one,) = predictor.find([other])
    assert one == Song(other)
    (said,) = predictor.predict_many([one])
    assert said.verdict in {"sure", "unsure", "not music"}


# Batches.


@pytest.fixture
def batch(tmp_path) -> list[Path]:
    """Return twelve songs of different lengths, each with its own answer, and three that are none."""
    paths = []
    for number in range(12):
        samples = sounds.tone(110.0 * (number + 2), 0.4, 3.0 + number % 4 * 2, 8000, 1)
        paths.append(sounds.write(tmp_path / f"{number:02d}.wav", samples, 8000))
    for number in (1, 5, 11):
        paths[number].write_bytes(b"")
    return paths


def test_a_batch_keeps_its_order_and_is_the_same_for_any_number_of_workers(predictor, batch):
    songs = predictor.find(batch)
    alone = list(predictor.predict_many(songs, workers=1))
    assert [said.path for said in alone] == [str(path) for path in batch]
    assert list(predictor.predict_many(songs, workers=4)) == alone
    assert list(predictor.predict_many(songs)) == alone
    assert [i for i, said in enumerate(alone) if said.verdict == "failed"] == [1, 5, 11]
    for number, said in enumerate(alone):
        if said.verdict == "failed":
            assert said == Prediction(
                str(batch[number]),
                "failed",
                model={"name": "made-up", "version": "7"},
                error=f"'{batch[number]}' is empty: 0 bytes (copy or download the file again)",
            )
        else:
            assert said == predictor.predict(batch[number])


def test_thorough_hears_more(predictor, tmp_path):
    path = sounds.write(tmp_path / "a.wav", sounds.tone(220.0, 0.4, 8.9, 8000, 1), 8000)
    (said,) = predictor.predict_many([Song(path)], thorough=True)
    assert [s.start_s for s in said.segments] == pytest.approx([0.0, 2.992])
    assert said == predictor.predict(path, thorough=True)


def test_a_batch_of_nothing(predictor):
    assert list(predictor.predict_many([])) == []


@pytest.mark.parametrize("workers", [0, -1])
def test_no_workers(predictor, workers):
    with pytest.raises(ArgumentError) as caught:
        list(predictor.predict_many([], workers=workers))
    assert caught.value.message == f"{workers} workers"
    assert caught.value.hint == "give at least 1"


def test_a_batch_is_read_as_it_goes_and_may_be_left(predictor, song):
    """Of an endless list only a few songs are taken ahead, and leaving stops the rest."""
    taken = itertools.count()
    songs = ((next(taken), Song(song))[1] for _ in itertools.repeat(None))
    answers = predictor.predict_many(songs, workers=2)
    assert next(answers).path == str(song)
    answers.close()
    assert next(taken) <= 4
    for thread in threading.enumerate():
        if thread.name.startswith("earmark"):
            thread.join(10)
            assert not thread.is_alive()


# Every bad input of the list, in one batch with two good songs.


def bad_inputs(folder: Path) -> list[Path]:
    """Make what cannot be heard; return the paths to name."""
    folder.mkdir()
    whole = sounds.write(folder / "whole.mp3", sounds.music(4.0, 22050, 1), 22050).read_bytes()
    (folder / "whole.mp3").unlink()
    flac = sounds.write(folder / "whole.flac", sounds.music(4.0, 22050, 1), 22050).read_bytes()
    (folder / "whole.flac").unlink()
    (folder / "folder-without-music").mkdir()
    (folder / "empty.mp3").write_bytes(b"")
    (folder / "text.mp3").write_text("la la la\n" * 500)
    (folder / "picture.mp3").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(2000))
    (folder / "head-only.mp3").write_bytes(whole[:40])
    (folder / "head-only.flac").write_bytes(flac[:60])
    sounds.write(folder / "zero-length.wav", np.zeros((1, 1), np.float32), 22050)
    data = (folder / "zero-length.wav").read_bytes()
    (folder / "zero-length.wav").write_bytes(data[:-2].replace(b"data\x02\0\0\0", b"data\0\0\0\0"))
    (folder / "loop.mp3").symlink_to("loop.mp3")
    os.mkfifo(folder / "pipe.wav")
    names = [*sorted(os.listdir(folder)), "missing.mp3", "nul\0.mp3"]
    return [folder / name for name in names]


def test_the_bad_and_the_good_in_one_batch(predictor, song, tmp_path):
    odd = tmp_path / "a name with spaces, 🎷\nand\tmore.wav"
    odd.write_bytes(song.read_bytes())
    bad = bad_inputs(tmp_path / "bad")
    if os.geteuid():
        closed = tmp_path / "closed.wav"
        closed.write_bytes(song.read_bytes())
        closed.chmod(0)
        bad.append(closed)
    songs = predictor.find([song, *bad, odd])
    said = list(predictor.predict_many(songs, workers=2))
    assert [one.path for one in said] == [str(path) for path in (song, *bad, odd)]
    assert said[0].verdict in {"sure", "unsure"}
    assert said[-1].genres == said[0].genres
    for one in said[1:-1]:
        assert one.verdict == "failed", one
        assert one.error.endswith(")"), one  # a hint
        assert one.error.count("(") >= 1
        assert (one.genre, one.genres, one.segments, one.duration_s) == (None, {}, (), 0.0)
        assert "\n" not in one.error
        assert one.error == str(_error_of(predictor, songs, one))


def _error_of(predictor: Predictor, songs: list[Song], said: Prediction) -> AudioError:
    """Return the error that the song raises when it is heard by itself."""
    (song,) = [song for song in songs if str(song.path) == said.path]
    if song.error is not None:
        return song.error
    with pytest.raises(AudioError) as caught:
        predictor.predict(song.path)
    return caught.value


def test_what_can_be_salvaged_is_classified_and_says_so(predictor, tmp_path):
    """Damaged, odd and half files that hold sound are no failures."""
    music = sounds.music(8.0, 22050, 1)
    whole = sounds.write(tmp_path / "whole.mp3", music, 22050).read_bytes()
    (tmp_path / "cut.mp3").write_bytes(whole[: len(whole) // 2])
    flac = sounds.write(tmp_path / "cut.flac", music, 22050).read_bytes()
    (tmp_path / "cut.flac").write_bytes(flac[: len(flac) // 2])
    third = len(whole) // 3
    (tmp_path / "holes.mp3").write_bytes(whole[:third] + bytes(3000) + whole[third + 3000 :])
    (tmp_path / "picture.mp3").write_bytes(sounds.id3(2 << 20) + whole)
    sounds.write(tmp_path / "phone.wav", sounds.music(5.0, 8000, 1), 8000)
    many = sounds.music(4.0, 96_000, 6)
    sounds.write(tmp_path / "six.flac", many, 96_000, format="s32")
    sick = music.copy()
    sick[1000:1010], sick[2000] = np.nan, np.inf
    sounds.write(tmp_path / "sick.w64", sick, 22050)
    paths = sorted(tmp_path.iterdir())
    said = {Path(one.path).name: one for one in predictor.predict_many(predictor.find(paths))}
    assert len(said) == len(paths) == 8
    for name, one in said.items():
        assert one.verdict in {"sure", "unsure", "not music"}, (name, one)
        assert one.error is None
    assert {name for name, one in said.items() if one.notes} == {
        "cut.mp3",
        "cut.flac",
        "holes.mp3",
        "sick.w64",
    }
    assert said["picture.mp3"].genres == pytest.approx(said["whole.mp3"].genres, abs=1e-6)
    assert said["cut.mp3"].duration_s == pytest.approx(4.0, abs=0.2)
    assert (said["phone.wav"].duration_s, said["six.flac"].duration_s) == (5.0, 4.0)
