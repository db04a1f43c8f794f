"""``earmark split`` as a person meets it."""

import json

import numpy as np
import pandas as pd
import pytest

from earmark.errors import ArgumentError
from earmark.service.splitting import Folds, split_table
from tables import program


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(60, 4)), columns=list("abcd"))
    frame["artist"] = [f"artist {i % 20}" for i in range(60)]
    frame["genre"] = np.array(["blues", "rock"])[np.arange(60) % 2]
    path = tmp_path_factory.mktemp("tables") / "songs.csv"
    frame.to_csv(path, index=False)
    return path


@pytest.fixture
def earmark(capfd, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    return program("split", capfd, monkeypatch)


def test_a_table_is_split_and_the_certificate_printed(earmark, table, tmp_path):
    done = earmark(table, "--parts", "train=0.5,test=0.5")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        f"{table}: 60 rows, 20 groups by artist, the largest of 3",
        "                           train    test",
        "blues                         15      15",
        "rock                          15      15",
        "all                           30      30",
        "artist (artist): disjoint",
        "album: could not be known, no column tells",
        "track: could not be known, no column tells",
        "playlist: could not be known, no column tells",
        "duplicates: disjoint",
        "split: split.json",
    ]
    assert json.loads((tmp_path / "split.json").read_text())["certificate"]["naive"] is False


def test_a_naive_split_says_so_first(earmark, table, tmp_path):
    done = earmark(table, "--naive", "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["stamp"].startswith("NAIVE: ")


def test_rows_one_by_one_are_no_groups(earmark, table):
    done = earmark(table, "--naive")
    assert done.stdout.splitlines()[1] == f"{table}: 60 rows"


def test_a_list_is_of_clips_and_other_rows_are_counted(earmark, tmp_path):
    frame = pd.DataFrame({"filename": [f"{i}.wav" for i in range(1200)], "a": np.arange(1200.0)})
    frame.to_csv(tmp_path / "clips.csv", index=False)
    (tmp_path / "train.txt").write_text("0\n1\n")
    (tmp_path / "test.txt").write_text("2\n")
    done = earmark("clips.csv", "--list", "train=train.txt", "--list", "test=test.txt")
    lines = done.stdout.splitlines()
    assert lines[0] == "clips.csv: 1 200 rows, 1 200 groups by clip, as listed, the largest of 1"
    assert lines[-2:] == ["in no part: 1 197 rows", "split: split.json"]


def test_rows_in_no_fold_are_counted(earmark, tmp_path):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"artist": [f"a{i // 3}" for i in range(60)], "x": rng.normal(size=60)})
    frame["genre"] = np.where(frame["artist"] == "a0", "polka", "rock")
    frame.to_csv(tmp_path / "songs.csv", index=False)
    lines = earmark("songs.csv", "--folds", 3).stdout.splitlines()
    assert lines[-2] == "in no fold, always trained on: 3 rows"


def test_only_a_split_is_replaced_by_one(earmark, table, tmp_path):
    songs = tmp_path / "songs.csv"
    songs.write_bytes(table.read_bytes())
    done = earmark(songs, "-o", songs)
    assert (done.returncode, done.stderr) == (
        1,
        f"error: '{songs}' is there and is no split; it stays as it is\nhint: name another file with -o\n",
    )
    assert songs.read_bytes() == table.read_bytes()
    assert [earmark(songs, "--seed", seed).returncode for seed in (1, 2)] == [0, 0]


def test_wrong_usage_is_told(earmark, table, tmp_path):
    done = earmark(table, "--parts", "train")
    assert done.returncode == 2
    assert "'train' where a name and a value belong (write name=value, as train=0.7)" in done.stderr


def test_what_cannot_be_is_told(earmark, table, tmp_path):
    done = earmark(table, "--by", "album")
    assert done.returncode == 1
    assert done.stderr == (
        f"error: '{table}' has no column that tells the album\nhint: split by artist or duplicates\n"
    )
    assert not (tmp_path / "split.json").exists()


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"parts": {"train": 0.5, "test": 0.5}, "folds": Folds(3)}, "a split by parts and folds at once"),
        (
            {"published": "gtzan-fault-filtered", "naive": True},
            "a list that is split by groups or row by row",
        ),
    ],
)
def test_ways_that_contradict_each_other_are_told(how, said, table):
    with pytest.raises(ArgumentError, match=said):
        split_table(table, **how)


def test_folds_from_python(table):
    assert len(split_table(table, folds=Folds(4, 2)).folds) == 8
