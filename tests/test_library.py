"""Features of many songs, run after run: nothing is measured twice, nothing that failed ends anything."""

import os
import shutil
from concurrent.futures import Future
from pathlib import Path

import numpy as np
import pytest

import sounds
from earmark.errors import ArgumentError, ExecutorError, StoreError, UnknownNameError, WorkerDiedError
from earmark.features import FEATURE_SETS, FeatureTable
from earmark.service import hearing, library
from earmark.service.library import Library


def cheap(address, sets, window):
    """Stand in for measuring: two rows a song, that tell its size and its feature set."""
    size = float(os.path.getsize(address))
    tables = []
    for name in sets:
        columns = FEATURE_SETS[name].columns
        values = np.full((2, len(columns)), size) + np.arange(2)[:, None] + len(name) / 100
        tables.append(FeatureTable(name, 1, columns, values, (0.0, 3.0), (3.0, 6.0), ("a", "b")))
    return tuple(tables)


@pytest.fixture
def measured(monkeypatch) -> list[tuple[str, tuple[str, ...]]]:
    """Measure cheaply, in this process, and list what is measured: (file name, feature sets)."""
    calls = []

    def measure(address, sets, window):
        calls.append((Path(address).name, sets))
        return cheap(address, sets, window)

    monkeypatch.setattr(hearing, "measure", measure)
    real = library.executor_named
    monkeypatch.setattr(library, "executor_named", lambda *_: real("inline"))
    return calls


@pytest.fixture
def music(tmp_path) -> Path:
    """Return a folder with three songs: a.wav, b.mp3, c.flac."""
    folder = tmp_path / "music"
    folder.mkdir()
    for seed, name in enumerate(("a.wav", "b.mp3", "c.flac")):
        sounds.write(folder / name, sounds.music(1.0, 22050, 1, seed), 22050)
    return folder


@pytest.fixture
def kept(tmp_path) -> Library:
    return Library(tmp_path / "features")


def counts(done) -> tuple[int, int, int, int]:
    return done.measured, done.recognised, done.unchanged, done.failed


def paths_of(table) -> list[str]:
    return [Path(path).name for path in table.column("path").to_pylist()]


def snapshot(folder: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*")}


def test_songs_are_measured_once(kept, music, measured, tmp_path):
    told = []
    done = kept.extract(music, progress=lambda *counts: told.append(counts))
    assert counts(done) == (3, 0, 0, 0)
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]
    before = snapshot(tmp_path / "features")
    again = kept.extract(music, progress=lambda *counts: told.append(counts))
    assert counts(again) == (0, 0, 3, 0)
    assert told[4:] == [(0, 0)]
    assert measured == [(name, ("gtzan58",)) for name in ("a.wav", "b.mp3", "c.flac")]
    assert snapshot(tmp_path / "features") == before  # nothing is even written
    assert again.paths == done.paths
    assert again.folders["gtzan58"].is_dir()
    table = kept.read()
    assert paths_of(table) == ["a.wav", "a.wav", "b.mp3", "b.mp3", "c.flac", "c.flac"]
    assert table.column("segment").to_pylist() == [0, 1] * 3
    assert table.column("notes").to_pylist() == ["a; b"] * 6
    assert table.column("tempo")[0].as_py() == os.path.getsize(music / "a.wav") + 0.07


def test_a_renamed_song_is_recognised(kept, music, measured):
    kept.extract(music)
    (music / "a.wav").rename(music / "z.wav")
    assert counts(kept.extract(music)) == (0, 1, 2, 0)
    assert len(measured) == 3
    assert paths_of(kept.read())[::2] == ["b.mp3", "c.flac", "z.wav"]
    assert counts(kept.extract(music)) == (0, 0, 3, 0)


def test_a_song_tagged_anew_is_recognised(kept, music, measured):
    kept.extract(music)
    data = (music / "b.mp3").read_bytes()
    (music / "b.mp3").write_bytes(sounds.id3(5000) + data)
    assert counts(kept.extract(music)) == (0, 1, 2, 0)
    os.utime(music / "b.mp3", ns=(1, 1))
    assert counts(kept.extract(music)) == (0, 1, 2, 0)
    assert counts(kept.extract(music)) == (0, 0, 3, 0)
    assert len(measured) == 3
    assert paths_of(kept.read())[::2] == ["a.wav", "b.mp3", "c.flac"]


def test_a_changed_song_alone_is_measured_again(kept, music, measured):
    kept.extract(music)
    sounds.write(music / "a.wav", sounds.music(1.5, 22050, 1, 9), 22050)
    assert counts(kept.extract(music)) == (1, 0, 2, 0)
    assert measured[3:] == [("a.wav", ("gtzan58",))]
    table = kept.read()
    assert table.column("tempo")[0].as_py() == os.path.getsize(music / "a.wav") + 0.07
    assert table.num_rows == 6


def test_a_new_feature_set_or_window_is_all_that_is_computed(kept, music, measured):
    kept.extract(music)
    assert counts(kept.extract(music, "gtzan58,musicnn")) == (3, 0, 0, 0)
    assert {sets for _, sets in measured[3:]} == {("musicnn",)}
    assert counts(kept.extract(music, ("musicnn", "gtzan58"))) == (0, 0, 3, 0)
    assert counts(kept.extract(music, ["musicnn", "gtzan58"], "3s/1.5s")) == (3, 0, 0, 0)
    assert {sets for _, sets in measured[6:]} == {("musicnn", "gtzan58")}
    assert counts(kept.extract(music, window="3.0s drop")) == (0, 0, 3, 0)


def test_one_sound_at_two_paths_is_measured_once(kept, music, measured):
    shutil.copy(music / "a.wav", music / "copy.wav")
    os.link(music / "b.mp3", music / "link.mp3")
    done = kept.extract(music)
    assert counts(done) == (3, 2, 0, 0)
    assert len(measured) == 3
    listed = kept.songs().to_pydict()
    assert [Path(path).name for path in listed["path"]] == [
        "a.wav",
        "b.mp3",
        "c.flac",
        "copy.wav",
        "link.mp3",
    ]
    assert len(set(listed["track_id"])) == 3
    assert paths_of(kept.read()) == ["a.wav", "a.wav", "b.mp3", "b.mp3", "c.flac", "c.flac"]
    assert counts(kept.extract(music)) == (0, 0, 5, 0)
    assert counts(kept.extract(music, window="whole")) == (3, 2, 0, 0)
    (music / "a.wav").unlink()
    assert paths_of(kept.read(only=kept.extract(music)))[-1] == "copy.wav"


def test_only_the_songs_of_a_run(kept, music, measured):
    kept.extract(music)
    done = kept.extract([music / "c.flac", music / "a.wav"])
    assert paths_of(kept.read(only=done)) == ["a.wav", "a.wav", "c.flac", "c.flac"]


def test_several_sets_side_by_side(kept, music, measured):
    done = kept.extract(music / "a.wav", "gtzan58,musicnn")
    table = kept.read("gtzan58,musicnn", only=done)
    names = table.column_names
    assert names[:6] == ["path", "track_id", "segment", "start_s", "end_s", "gtzan58.length"]
    assert len(names) == 5 + len(FEATURE_SETS["gtzan58"].columns) + len(FEATURE_SETS["musicnn"].columns) + 1
    assert table.column("start_s").to_pylist() == [0.0, 3.0]
    assert table.column("notes").to_pylist() == ["a; b"] * 2


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_table_to_carry_away(kept, music, measured, tmp_path, ending):
    import pandas as pd

    kept.extract(music)
    file = tmp_path / f"table.{ending}"
    kept.save(file, "gtzan58", "3s")
    frame = pd.read_csv(file, keep_default_na=False) if ending == "csv" else pd.read_parquet(file)
    pd.testing.assert_frame_equal(frame, kept.read().to_pandas(), check_dtype=False)
    with pytest.raises(ArgumentError) as caught:
        kept.save(tmp_path / "table.xls", "gtzan58", "3s")
    assert caught.value.hint == "give a name that ends in .csv or .parquet"
    with pytest.raises(ArgumentError, match="there is no folder"):
        kept.save(tmp_path / "none" / "table.csv")


# What fails.


def test_a_song_that_cannot_be_heard_is_a_row(kept, music, measured):
    (music / "text.mp3").write_text("la la\n" * 100)
    done = kept.extract([music, music / "missing.mp3"])
    assert counts(done) == (3, 0, 0, 2)
    assert {Path(path).name: why.error for path, why in done.failures.items()} == {
        "missing.mp3": "MissingFileError",
        "text.mp3": "NotAudioError",
    }
    assert done.failures[str(music / "text.mp3")].message == f"'{music / 'text.mp3'}' is text, no sound file"
    assert done.failures[str(music / "text.mp3")].hint
    before = snapshot(done.folders["gtzan58"])
    again = kept.extract([music, music / "missing.mp3"])
    assert counts(again) == (0, 0, 3, 2)
    assert again.failures == done.failures
    assert snapshot(done.folders["gtzan58"]) == before


def test_what_failed_is_tried_again_when_it_changed_or_when_asked(kept, music, measured, monkeypatch):
    heard = []
    real = hearing.audio.sound_hash
    monkeypatch.setattr(hearing.audio, "sound_hash", lambda path: heard.append(path) or real(path))
    bad = music / "text.mp3"
    bad.write_text("la la\n" * 100)
    for how, tries in (({}, 1), ({}, 1), ({"retry_failures": True}, 2), ({}, 2)):
        assert counts(kept.extract(bad, **how)) == (0, 0, 0, 1)
        assert len(heard) == tries
    shutil.copy(music / "b.mp3", bad)
    assert counts(kept.extract(bad)) == (1, 0, 0, 0)
    assert kept.extract(bad).failures == {}


def test_what_one_set_refuses_the_others_take(kept, music, measured, monkeypatch):
    def measure(address, sets, window):
        if "musicnn" in sets and "a.wav" in address:
            raise ArgumentError("too long", "cut it")
        return cheap(address, sets, window)

    monkeypatch.setattr(hearing, "measure", measure)
    done = kept.extract(music, "gtzan58,musicnn")
    assert counts(done) == (2, 0, 0, 1)
    assert done.failures == {str(music / "a.wav"): ("ArgumentError", "too long", "cut it")}
    assert paths_of(kept.read("gtzan58"))[::2] == ["a.wav", "b.mp3", "c.flac"]
    assert paths_of(kept.read("musicnn"))[::2] == ["b.mp3", "c.flac"]
    table = kept.read("gtzan58,musicnn", only=done)
    assert table.num_rows == 6
    assert table.column(table.column_names[-2]).null_count == 2
    assert counts(kept.extract(music, "gtzan58,musicnn")) == (0, 0, 2, 1)
    assert counts(kept.extract(music, "gtzan58")) == (0, 0, 3, 0)


def with_futures(monkeypatch, error: BaseException):
    """Let every song of the name 'b.mp3' end with an error that no song raises by itself."""

    class Broken:
        workers = 1

        def submit(self, task, *arguments):
            future = Future()
            if "b.mp3" in arguments[0]:
                future.set_exception(error)
            else:
                future.set_result(hearing.hear(*arguments))
            return future

        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

    monkeypatch.setattr(library, "executor_named", lambda *_: Broken())


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (WorkerDiedError("2 workers died", "use fewer"), ("2 workers died", "use fewer")),
        (
            ZeroDivisionError("division by zero"),
            (
                "ZeroDivisionError: division by zero",
                "this is a fault of Earmark: please report it, with the song if you may",
            ),
        ),
    ],
)
def test_a_song_that_kills_its_worker_is_a_row(kept, music, measured, monkeypatch, *, error, said):
    from earmark.executors import executor as real

    with_futures(monkeypatch, error)
    done = kept.extract(music)
    assert counts(done) == (2, 0, 0, 1)
    assert done.failures == {str(music / "b.mp3"): (type(error).__name__, *said)}
    monkeypatch.setattr(library, "executor_named", lambda *_: real("inline"))
    assert counts(kept.extract(music)) == (1, 0, 2, 0)  # not the sound's fault: it is tried again
    assert kept.extract(music).failures == {}


def test_a_song_that_changes_while_it_is_heard(kept, music, measured, monkeypatch):
    def measure(address, sets, window):
        os.utime(address, ns=(1, 1))
        return cheap(address, sets, window)

    with monkeypatch.context() as patch:
        patch.setattr(hearing, "measure", measure)
        done = kept.extract(music / "a.wav")
    assert done.failures == {
        str(music / "a.wav"): (
            "UnreadableError",
            f"'{music / 'a.wav'}' has changed while it was heard",
            "run again when nobody writes it",
        )
    }
    assert counts(kept.extract(music / "a.wav")) == (1, 0, 0, 0)


def test_work_that_cannot_be_shared_out_ends_the_run_and_keeps_what_is_done(
    kept, music, measured, monkeypatch
):
    with monkeypatch.context() as patch:
        with_futures(patch, ExecutorError("the cluster has gone", "start it again"))
        with pytest.raises(ExecutorError, match="the cluster has gone"):
            kept.extract(music)
    assert paths_of(kept.read())[::2] == ["a.wav"]
    assert counts(kept.extract(music)) == (2, 0, 1, 0)


def test_what_is_interrupted_is_gone_on_with(kept, music, measured):
    def stop(done, total):
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        kept.extract(music, progress=stop)
    assert len(measured) == 2
    assert counts(kept.extract(music)) == (1, 0, 2, 0)
    assert [name for name, _ in measured] == ["a.wav", "b.mp3", "c.flac"]


@pytest.mark.parametrize(
    ("how", "error", "message"),
    [
        ({"features": "gtzan85"}, UnknownNameError, "unknown feature set 'gtzan85'"),
        ({"features": ()}, ArgumentError, "no feature set"),
        ({"window": "3x"}, ArgumentError, "no window is called '3x'"),
        ({"workers": 0}, ArgumentError, "0 workers"),
    ],
)
def test_what_cannot_be_asked_for(kept, music, how, error, message):
    with pytest.raises(error) as caught:
        kept.extract(music, **how)
    assert caught.value.message == message
    assert caught.value.hint


def test_a_folder_that_cannot_be_written(music, measured, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError) as caught:
        Library(tmp_path / "file").extract(music)
    assert caught.value.message == f"'{tmp_path / 'file'}' cannot be kept: Not a directory"


def test_a_name_that_is_no_utf_8(kept, music, measured):
    os.rename(os.fsencode(music / "a.wav"), os.fsencode(music) + b"/caf\xe9\n.wav")
    assert counts(kept.extract(music)) == (3, 0, 0, 0)
    assert paths_of(kept.read())[-1] == "caf\\xe9\n.wav"
    assert counts(kept.extract(music)) == (0, 0, 3, 0)


def test_songs_are_told_by_their_whole_path(kept, music, measured, monkeypatch):
    monkeypatch.chdir(music)
    kept.extract("a.wav")
    monkeypatch.chdir(music.parent)
    assert counts(kept.extract("music/../music/a.wav")) == (0, 0, 1, 0)
    assert kept.songs().column("path").to_pylist() == [str(music / "a.wav")]
