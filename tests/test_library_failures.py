"""Songs that fail, and what is made of it: a row, never the end of a batch, and no row too many."""

import os
import shutil
from concurrent.futures import Future
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from earmark.errors import ArgumentError, ExecutorError, StoreError, UnknownNameError, WorkerDiedError
from earmark.service import hearing, library
from earmark.service.library import Library
from libraries import cheap, counts, paths_of, refusing, snapshot


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
    monkeypatch.setattr(hearing, "measure", refusing("a.wav", only="musicnn"))
    done = kept.extract(music, "gtzan58,musicnn")
    assert counts(done) == (2, 0, 0, 1)
    assert done.failures == {str(music / "a.wav"): ("ArgumentError", "too long", "cut it")}
    assert paths_of(kept.read("gtzan58"))[::2] == ["a.wav", "b.mp3", "c.flac"]
    assert paths_of(kept.read("musicnn"))[::2] == ["b.mp3", "c.flac"]
    table = kept.read("gtzan58,musicnn", only=done)
    assert table.num_rows == 6
    assert table.column(table.column_names[-2]).null_count == 2
    again = kept.extract(music, "gtzan58,musicnn")
    assert counts(again) == (0, 0, 2, 1)
    assert kept.read("gtzan58,musicnn", only=again).equals(table)
    assert counts(kept.extract(music, "gtzan58")) == (0, 0, 3, 0)


def test_what_failed_before_is_told_though_other_sets_are_new(kept, music, measured, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(hearing, "measure", refusing("a.wav"))
        assert counts(kept.extract(music, "musicnn")) == (2, 0, 0, 1)
    done = kept.extract(music, "gtzan58,musicnn")
    assert counts(done) == (2, 0, 0, 1)
    assert done.failures == {str(music / "a.wav"): ("ArgumentError", "too long", "cut it")}
    assert kept.read("gtzan58,musicnn", only=done).num_rows == 6


@pytest.mark.parametrize("known", [False, True])
def test_one_sound_at_two_paths_fails_at_both(kept, music, measured, monkeypatch, known):
    """Whichever is heard first, each is told, so that the number of workers does not matter."""
    shutil.copy(music / "a.wav", music / "z.wav")
    if known:
        kept.extract(music, window="1s")
    monkeypatch.setattr(hearing, "measure", refusing("a.wav", "z.wav"))
    told = []
    done = kept.extract(music, progress=lambda *counts: told.append(counts))
    assert counts(done) == (2, 0, 0, 2)
    assert list(done.failures) == [str(music / "a.wav"), str(music / "z.wav")]
    assert told[-1] == (4, 4)
    assert counts(kept.extract(music)) == (0, 0, 2, 2)


def test_one_sound_at_two_paths_of_which_one_can_be_heard(kept, music, measured, monkeypatch):
    shutil.copy(music / "a.wav", music / "z.wav")
    monkeypatch.setattr(hearing, "measure", refusing("a.wav"))
    done = kept.extract(music)
    assert counts(done) == (3, 0, 0, 1)
    assert paths_of(kept.read(only=done))[-1] == "z.wav"


def test_a_song_that_is_no_longer_one_has_no_rows(kept, music, measured):
    kept.extract(music)
    (music / "a.wav").write_text("la la\n" * 100)
    assert counts(kept.extract(music)) == (0, 0, 2, 1)
    assert paths_of(kept.read())[::2] == ["b.mp3", "c.flac"]
    (music / "b.mp3").unlink()
    assert counts(kept.extract([music / "b.mp3"])) == (0, 0, 0, 1)
    assert paths_of(kept.read())[::2] == ["b.mp3", "c.flac"]  # what is deleted stays


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
        (MemoryError(), ("there is too little memory for it", "use fewer workers, or a shorter window")),
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


def test_a_name_that_is_no_unicode(kept, measured):
    done = kept.extract("/half\ud800.mp3")
    assert list(done.failures) == [r"/half\xed\xa0\x80.mp3"]
    assert done.failures[r"/half\xed\xa0\x80.mp3"].error == "MissingFileError"


def test_a_song_that_is_back_is_no_failure(kept, music, measured):
    kept.extract(music)
    (music / "a.wav").rename(music.parent / "a.wav")
    done = kept.extract(music / "a.wav")
    assert counts(done) == (0, 0, 0, 1)
    listed = done.folders["gtzan58"] / "failures.parquet"
    assert paths_of(pq.read_table(listed)) == ["a.wav"]
    (music.parent / "a.wav").rename(music / "a.wav")
    assert counts(kept.extract(music)) == (0, 0, 3, 0)
    assert paths_of(pq.read_table(listed)) == []


def test_a_song_whose_sound_was_measured_elsewhere_is_no_failure(kept, music, measured, monkeypatch):
    with monkeypatch.context() as patch:
        with_futures(patch, WorkerDiedError("2 workers died", "use fewer"))
        assert counts(kept.extract(music / "b.mp3")) == (0, 0, 0, 1)
    shutil.copy(music / "b.mp3", music / "copy.mp3")
    assert counts(kept.extract(music / "copy.mp3")) == (1, 0, 0, 0)
    done = kept.extract(music)
    assert done.failures == {}
    assert pq.read_table(done.folders["gtzan58"] / "failures.parquet").num_rows == 0
    assert counts(kept.extract(music)) == (0, 0, 4, 0)


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
