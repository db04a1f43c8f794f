"""Features of many songs, run after run: nothing is measured twice."""

import os
import shutil
from pathlib import Path

import pytest

import sounds
from earmark.errors import ArgumentError
from earmark.features import FEATURE_SETS
from earmark.service import extraction
from libraries import counts, paths_of, snapshot


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


def test_many_paths_of_one_sound_are_looked_at_once(kept, music, measured, monkeypatch):
    for number in range(20):
        os.link(music / "a.wav", music / f"old{number}.wav")
    kept.extract(music)
    asked = []
    monkeypatch.setattr(extraction, "_is_gone", asked.append)
    for number in range(20):
        os.link(music / "a.wav", music / f"new{number}.wav")
    assert counts(kept.extract(music)) == (0, 20, 23, 0)
    assert len(asked) == 21


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


def test_tables_that_cannot_be(kept, music, measured, tmp_path):
    kept.extract(music)
    (tmp_path / "folder.csv").mkdir()
    for name, message, hint in (
        ("none/table.csv", "there is no folder '{}/none' for the table", "make it, or name another"),
        ("folder.csv", "'{}/folder.csv' is a folder", "name a file for the table"),
        (
            "features/songs.parquet",
            "the table '{}/features/songs.parquet' among the features",
            "name a file in another folder",
        ),
    ):
        with pytest.raises(ArgumentError) as caught:
            kept.save(tmp_path / name)
        assert (caught.value.message, caught.value.hint) == (message.format(tmp_path), hint)
    assert kept.songs().num_rows == 3


def test_rows_of_other_parts_of_a_song_do_not_stand_side_by_side(kept, music, measured, tmp_path):
    """Of a whole song musicnn has a row for each of its patches."""
    done = kept.extract(music, "gtzan58,musicnn", "whole")
    assert counts(done) == (3, 0, 0, 0)
    with pytest.raises(ArgumentError) as caught:
        kept.read("gtzan58,musicnn", "whole")
    assert caught.value.message == (
        "'musicnn' has several rows for a whole song, and no table with other feature sets"
    )
    assert caught.value.hint == "take it alone, or cut the songs, e.g. in windows of 3s"
    assert kept.read("musicnn", "whole").num_rows == kept.read("gtzan58", "whole").num_rows == 6
    assert kept.read("gtzan58,full", "whole").num_rows == 6


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
