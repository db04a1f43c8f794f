"""Models put to the test on songs: in folders of genres, in a list, with labels beside them."""

import json

import numpy as np
import pandas as pd
import pytest

import sounds
from earmark.errors import TrainingError
from earmark.service.lab import Lab
from earmark.service.library import Library

RATE, GENRES = 16_000, ("beats", "тихое")


def song(kind: str, seed: int) -> np.ndarray:
    """Return a few steady tones, or noise in bursts."""
    rng, t = np.random.default_rng(seed), np.arange(int(3.2 * RATE)) / RATE
    if kind == "тихое":
        return 0.2 * np.sin(2 * np.pi * rng.uniform(100, 900, 4)[:, None] * t).sum(axis=0)[:, None]
    return (0.4 * rng.standard_normal(len(t)) * np.exp(-20 * (t % rng.uniform(0.2, 0.4))))[:, None]


def fill(root, seeds) -> None:
    for genre in GENRES:
        (root / genre).mkdir(parents=True)
        for seed in seeds:
            sounds.write(root / genre / f"{seed}.wav", song(genre, seed), RATE)


@pytest.fixture(scope="module")
def music(tmp_path_factory):
    """Return a folder with eight songs to learn from and, in ``new``, four others; only to be read."""
    root = tmp_path_factory.mktemp("songs")
    fill(root / "known", range(4))
    fill(root / "new", range(10, 12))
    return root


@pytest.fixture(scope="module")
def own(music):
    """Return a model that hears songs."""
    return Lab(music / "models").train(music / "known", workers=1)


@pytest.fixture(scope="module")
def measured(music):
    """Return a model of the table of the same songs."""
    library = Library(music / "features")
    library.extract(music / "known", "gtzan58", "whole", workers=1, executor="inline")
    paths = [str(music / "known" / genre / f"{seed}.wav") for genre in GENRES for seed in range(4)]
    pd.DataFrame({"path": paths, "genre": np.repeat(GENRES, 4)}).to_csv(music / "labels.csv", index=False)
    lab = Lab(music / "models")
    return lab.train(music / "features", "quick", labels=music / "labels.csv", without=["length"])


def test_songs_in_folders_heard_as_classify_hears_them(own, music):
    judged = Lab(music / "models").evaluate(own.folder, music / "new", workers=1)
    assert judged.evaluation.tracks.rows == 4
    assert judged.evaluation.tracks.value("accuracy") == 1.0
    assert judged.stamp == "unheard: no row was learnt from, as far as row tells"
    assert judged.evaluation.verdicts.refused.value is not None


def test_what_it_has_learnt_from_is_left_out(own, music):
    with pytest.raises(TrainingError, match="has learnt from all 8 rows"):
        Lab(music / "models").evaluate(own.folder, music / "known", workers=1)
    heard = Lab(music / "models").evaluate(own.folder, music / "known", heard=True, workers=1)
    assert heard.stamp.startswith("HEARD: 8 of 8 rows")


def test_a_list_of_songs(own, music):
    rows = [(f"new/{genre}/{seed}.wav", genre, f"singer {seed}") for genre in GENRES for seed in (10, 11)]
    listed = pd.DataFrame([*rows, ("new/gone.wav", "beats", "x")], columns=["path", "genre", "artist"])
    listed.to_csv(music / "list.csv", index=False)
    judged = Lab(music / "models").evaluate(own.folder, music / "list.csv", subsets=["artist"], workers=1)
    assert judged.table.endswith("list.csv")
    assert (judged.evaluation.tracks.rows, judged.evaluation.tracks.groups) == (4, 2)
    assert [one.rows for one in judged.evaluation.subsets["artist"]] == [2, 2]
    assert "1 songs of the list are not there: new/gone.wav" in judged.notes


def test_the_built_in_model_by_name(music):
    with pytest.raises(TrainingError, match=r"no row of .* is of a genre that the model knows"):
        Lab(music / "models").evaluate("gtzan10", music / "new", workers=1)
    labels = pd.DataFrame({"path": [str(music / "new" / "тихое" / "10.wav")], "genre": ["classical"]})
    labels.to_csv(music / "classical.csv", index=False)
    judged = Lab(music / "models").evaluate(
        "gtzan10", music / "new" / "тихое", labels=music / "classical.csv", workers=1
    )
    assert judged.evaluation.tracks.rows == 1
    assert judged.stamp == "the model does not say what it has learnt from: see its card"


def test_a_model_of_a_table_measures_the_songs(measured, music):
    lab = Lab(music / "models")
    judged = lab.evaluate(measured.folder, music / "new", workers=1)
    assert judged.evaluation.tracks.rows == 4
    assert judged.evaluation.tracks.value("accuracy") == 1.0
    assert "songs measured by gtzan58, whole" in judged.notes
    assert judged.stamp.startswith("unheard")
    with pytest.raises(TrainingError, match="has learnt from all 8 rows"):
        lab.evaluate(measured.folder, music / "known", workers=1)
    said = lab.predict(measured.folder, music / "new", workers=1)
    assert {one.genre for one in said.answers} <= {*GENRES, None}
    assert len(said.answers) == 4


def test_a_song_that_cannot_be_heard_is_said(own, music, tmp_path):
    fill(tmp_path, (20,))
    (tmp_path / "beats" / "bad.wav").write_bytes(b"no sound")
    judged = Lab(music / "models").evaluate(own.folder, tmp_path, workers=1)
    assert judged.evaluation.tracks.rows == 2
    assert any("bad.wav" in note for note in judged.notes)


def test_marks_of_what_was_heard_are_in_the_model(own):
    facts = json.loads((own.folder / "bundle.json").read_text(encoding="utf-8"))["made_from"]
    assert {kind: len(marks) for kind, marks in facts["heard"].items()} == {"row": 8}
