"""The two studies of Spotify's columns: what is learnt from, and how."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from earmark.dataset.reading import read
from earmark.executors import executor
from earmark.models.lesson import lesson
from earmark.models.recipe import Choice, Recipe
from earmark.reproduce import spotify12, spotify15
from earmark.reproduce.bench import Bench
from lessons import frame, table

ROOT = Path(__file__).parents[1]
SCORES = ("danceability", "energy", "speechiness", "acousticness", "instrumentalness", "liveness", "valence")


@pytest.fixture
def bench(tmp_path):
    with executor("inline") as work, Bench(tmp_path, tmp_path / "kept", work) as made:
        yield made


def pulls(tags):
    """Return pulls as the study keeps them, one per song."""
    rng = np.random.default_rng(0)
    made = pd.DataFrame({name: rng.random(len(tags)) for name in SCORES})
    return made.assign(
        tempo=120.0, time_signature=4, popularity=50, artist_name="somebody", track_name="a song", genre=tags,
        artist_uri=[f"spotify:artist:{i}" for i in range(len(tags))],
        track_id=[f"track{i}" for i in range(len(tags))],
    )  # fmt: skip


def test_the_catalogue_has_one_genre_a_pull_each_pull_once_and_none_without_a_genre(bench, tmp_path):
    first = pulls(["['deep house']", "['pop rock', 'rock']", "['polka']", "[]"])
    (tmp_path / "spotify12").mkdir()
    first.to_csv(tmp_path / "spotify12" / "info_1.csv")
    pd.concat([first[:1], pulls(["['trap']"])]).to_csv(tmp_path / "spotify12" / "info_2.csv")
    found = spotify12.catalogue(bench)
    assert found.label == "genre"
    # Names of genres by the first pattern that finds something: "rap" is in "trap".
    assert found.frame["genre"].tolist() == ["dance", "pop", "rap/hip hop"]
    assert found.features == [*SCORES, "tempo", "time_signature", "popularity"]


def test_a_forest_in_batches_is_the_mean_of_its_trees(bench, tmp_path, monkeypatch):
    monkeypatch.setattr(spotify12, "TREES", 3)
    given = lesson(read(table(tmp_path, frame(60, artists=10))))
    rows = np.arange(60)
    batches = spotify12.grown(bench, given, "", [(rows[:40], rows[40:])], 4)
    found = np.mean(batches, axis=0)
    assert found.sum(axis=1) == pytest.approx(1)
    assert found * 12 == pytest.approx(np.round(found * 12))  # twelve trees that are sure of each song
    assert len({batch.tobytes() for batch in batches}) == 4
    right = f"{(found.argmax(axis=1) == given.y[rows[40:]]).mean():.4f}"
    assert spotify12._trees(given.y[rows[40:]], batches).rows[-1] == ("12", right)


def test_what_copies_under_several_genres_leave_to_be_reached(tmp_path):
    made = frame(60)
    made.loc[3, ["x0", "x1", "x2", "x3"]] = made.loc[1, ["x0", "x1", "x2", "x3"]]  # another genre
    found = spotify15._copies(lesson(read(table(tmp_path, made)), ["track_id"]))
    assert dict(found.rows) == {
        "rows": "60", "recordings": "59", "recordings in several rows": "1",
        "recordings under several genres": "1", "rows of those": "2",
        "highest accuracy that any model could have": "0.983",
    }  # fmt: skip


def test_rows_are_counted_or_tracks(tmp_path):
    given = lesson(read(table(tmp_path, frame(60).assign(track_id=["t"] * 30 + ["u"] * 30))))
    right = np.eye(3)[given.y]
    folds = [(np.arange(0), np.arange(60))]
    assert spotify15.scored(given, folds, [right], resamples=5).tracks.rows == 60
    assert spotify15.scored(given, folds, [right], resamples=5, by_track=True).tracks.rows == 6


def test_the_studies_read_what_they_read():
    words = spotify15._WORDS.steps[0]
    assert (words.columns, words.parameters["top"]) == (("title", "song_name"), 10)
    assert all(not one.steps or one.steps[0].name != "words" for one in spotify15.HONEST.values())
    assert isinstance(spotify12.STUDY["SGD"][0], Recipe)
    assert spotify12.STUDY["XGBoost"][0].classifier == Choice("xgboost", {})


@pytest.mark.slow
def test_the_published_catalogue(bench):
    data = Path(os.environ.get("EARMARK_DATA", ROOT.parent / "shared" / "data"))
    if not (data / "spotify12").is_dir():
        pytest.skip("no catalogue: set EARMARK_DATA to the folder that holds spotify12/")
    bench.data = data
    counts = spotify12.catalogue(bench).frame["genre"].value_counts()
    assert (counts.sum(), counts["pop"], counts["gospel/worship"]) == (35_049, 12_197, 545)
