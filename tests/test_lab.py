"""The laboratory from outside: models that are kept, opened elsewhere and put to the test."""

import json
import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from earmark.errors import BundleError, TableError, TrainingError
from earmark.models.lab_bundle import is_lab_bundle, load
from earmark.service.lab import Lab
from lessons import GENRES, frame, table
from tables import program

RECIPE = """
name = "mine"
[[step]]
name = "scale"
[classifier]
name = "forest"
n_estimators = 5
[calibration]
method = "temperature"
folds = 2
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("lab")


@pytest.fixture(scope="module")
def made(folder):
    """Return a model that was trained; only to be read."""
    (folder / "mine.toml").write_text(RECIPE, encoding="utf-8")
    return Lab(folder / "models").train(table(folder), folder / "mine.toml")


def strangers(seed: int = 5, songs: int = 30) -> pd.DataFrame:
    """Return songs of artists that no model here has heard."""
    other = frame(songs, seed=seed)
    other["artist"] = "other " + other["artist"]
    other["track_id"] = [f"u{i:016x}" for i in range(songs)]
    return other


def test_a_fresh_process_answers_the_same(made, folder):
    code = (
        "import sys, numpy as np, earmark.dataset\n"
        "from earmark.models.lab_bundle import load\n"
        "found = load(sys.argv[1]).model.answer(earmark.dataset.read(sys.argv[2]).frame)\n"
        "np.save(sys.argv[3], found.p)"
    )
    subprocess.run(
        [sys.executable, "-W", "error", "-c", code, str(made.folder), folder / "songs.csv", folder / "p.npy"],
        check=True,
    )
    here = load(made.folder).model.answer(pd.read_csv(folder / "songs.csv")).p
    assert np.array_equal(np.load(folder / "p.npy"), here)
    assert here.shape == (60, 3)


def test_what_is_kept_says_what_it_is(made):
    found = load(made.folder)
    assert (found.name, found.model.classes) == ("mine", tuple(sorted(GENRES)))
    assert found.made_from["rows"] == 60
    assert found.environment["scikit-learn"]
    assert {kind: len(marks) for kind, marks in found.heard.items()} == {"row": 60, "artist": 15, "track": 60}
    assert is_lab_bundle(made.folder)
    assert not is_lab_bundle(made.folder.parent)


def test_a_model_is_tested_on_strangers(made, folder):
    judged = Lab().evaluate(made.folder, table(folder, strangers(), "new.csv"), folder / "one.json")
    assert judged.evaluation.tracks.rows == 30
    assert judged.stamp == "unheard: no row was learnt from, as far as row and artist and track tells"
    Lab().evaluate(made.folder, folder / "new.csv", folder / "two.json")
    assert (folder / "one.json").read_bytes() == (folder / "two.json").read_bytes()
    assert json.loads((folder / "one.json").read_text(encoding="utf-8"))["tracks"]["rows"] == 30


def test_what_was_learnt_from_is_left_out(made, folder):
    mixed = pd.concat([frame().iloc[:12], strangers()], ignore_index=True)
    mixed.loc[12, "artist"] = GENRES[0] + " 0"  # a new song of an artist that was heard
    judged = Lab().evaluate(made.folder, table(folder, mixed, "mixed.csv"))
    assert judged.evaluation.tracks.rows == 29
    assert judged.notes == (
        "13 of 42 rows left out that the model has heard "
        "(12 by their row, 13 by their artist, 12 by their track)",
    )
    every = Lab().evaluate(made.folder, folder / "mixed.csv", heard=True)
    assert every.evaluation.tracks.rows == 42
    assert every.stamp == "HEARD: 13 of 42 rows were learnt from, or their artists: not to be believed"


def test_all_learnt_from(made, folder):
    with pytest.raises(TrainingError) as caught:
        Lab().evaluate(made.folder, folder / "songs.csv")
    assert caught.value.message.startswith("the model has learnt from all 60 rows")
    assert "--heard" in caught.value.hint


def test_a_song_is_known_again_in_another_folder_and_format(folder):
    one = frame().drop(columns=["artist", "track_id"])
    one["filename"] = [f"jazz.{i:05d}.wav" for i in range(60)]
    (folder / "mine.toml").write_text(RECIPE, encoding="utf-8")
    model = Lab(folder / "files").train(table(folder, one, "clips.csv"), folder / "mine.toml")
    other = one.assign(filename=[f"elsewhere/jazz.{i:05d}.{i % 3}.flac" for i in range(60)], x0=1.0, x1=0.5)
    with pytest.raises(TrainingError, match=r"learnt from all 60 rows .*60 by their track"):
        Lab().evaluate(model.folder, table(folder, other, "other.csv"))


def test_genres_that_the_model_does_not_know(made, folder):
    new = strangers()
    new.loc[:9, "genre"] = "polka"
    judged = Lab().evaluate(made.folder, table(folder, new, "polka.csv"))
    assert judged.notes == ("10 rows of genres that the model does not know left out: polka",)
    with pytest.raises(TrainingError, match=r"no row of .* is of a genre that the model knows: it has polka"):
        Lab().evaluate(made.folder, table(folder, new.assign(genre="polka"), "polka.csv"))


def test_one_genre_can_be_tested(made, folder):
    new = strangers()
    judged = Lab().evaluate(
        made.folder, table(folder, new[new["genre"] == GENRES[0]], "one.csv"), label="genre"
    )
    assert judged.evaluation.tracks.rows == 10
    assert any("all songs are of one genre" in note for note in judged.evaluation.notes)


def test_columns_that_are_missing(made, folder):
    with pytest.raises(TableError, match="lacks 2 of the 4 columns that the model takes: x1, x2"):
        Lab().evaluate(made.folder, table(folder, strangers().drop(columns=["x1", "x2"]), "few.csv"))


def test_there_is_no_model(folder):
    with pytest.raises(BundleError, match="there is no model folder"):
        Lab().evaluate(folder / "nothing", folder / "songs.csv")


# -- the command line


@pytest.mark.slow
def test_train_and_evaluate_from_the_command_line(folder, made, capfd, monkeypatch):
    monkeypatch.chdir(folder)
    train, evaluate = (program(name, capfd, monkeypatch) for name in ("train", "evaluate"))
    done = train("songs.csv", "--recipe", "mine.toml", "-o", "models")
    assert done.returncode == 0, done.stderr
    assert (
        f"model: {os.path.join('models', made.folder.name)}, learnt from 60 rows, which lay there"
        in done.stdout
    )
    assert f"accuracy                    {made.evaluation.tracks.metrics['accuracy']}" in done.stdout
    assert "made by artist; disjoint in artist, track" in done.stdout
    table(folder, strangers(), "strangers.csv")
    told = evaluate(os.path.join("models", made.folder.name), "strangers.csv", "--json")
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout)["evaluation"]["tracks"]["rows"] == 30
    unknown = train("songs.csv", "--recipe", "mien")
    assert unknown.returncode == 2
    assert "unknown recipe 'mien'" in unknown.stderr
    refused = evaluate(os.path.join("models", made.folder.name), "songs.csv")
    assert refused.returncode == 1
    assert "hint: its honest score is in its evaluation.json" in refused.stderr
