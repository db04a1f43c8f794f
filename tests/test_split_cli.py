"""``earmark split`` as a person meets it."""

import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from earmark.errors import ArgumentError
from earmark.service.splitting import Folds, split_table


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(60, 4)), columns=list("abcd"))
    frame["artist"] = [f"artist {i % 20}" for i in range(60)]
    frame["genre"] = np.array(["blues", "rock"])[np.arange(60) % 2]
    path = tmp_path_factory.mktemp("tables") / "songs.csv"
    frame.to_csv(path, index=False)
    return path


def earmark(*arguments, cwd):
    return subprocess.run(
        [sys.executable, "-m", "earmark", *map(str, arguments)],
        check=False, capture_output=True, text=True, cwd=cwd, timeout=60,
    )  # fmt: skip


def test_a_table_is_split_and_the_certificate_printed(table, tmp_path):
    done = earmark("split", table, "--parts", "train=0.5,test=0.5", cwd=tmp_path)
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


def test_a_naive_split_says_so_first(table, tmp_path):
    done = earmark("split", table, "--naive", "--json", cwd=tmp_path)
    assert done.returncode == 0
    assert json.loads(done.stdout)["stamp"].startswith("NAIVE: ")


def test_wrong_usage_is_told(table, tmp_path):
    done = earmark("split", table, "--parts", "train", cwd=tmp_path)
    assert done.returncode == 2
    assert "'train' where a name and a value belong (write name=value, as train=0.7)" in done.stderr


def test_what_cannot_be_is_told(table, tmp_path):
    done = earmark("split", table, "--by", "album", cwd=tmp_path)
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
