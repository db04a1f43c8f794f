"""Genres of new songs by a model of a table; what is foreign; one model against another."""

import csv
import json

import numpy as np
import pandas as pd
import pytest

from earmark.cli.predict import predict_and_print
from earmark.errors import ArgumentError, BundleError, TrainingError
from earmark.models.calibrate import Temperature
from earmark.models.crossfit import Calibrated
from earmark.models.lab_bundle import load
from earmark.models.refusal import MOST_COLUMNS, Refusal, refusal
from earmark.service.lab import Lab
from earmark.service.measuring import feature_set_of
from lessons import GENRES, frame, table

RECIPE = '[[step]]\nname = "scale"\n[classifier]\nname = "{}"\n[calibration]\nfolds = 3\n'


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("answering")


@pytest.fixture(scope="module")
def made(folder):
    """Return a model of songs of ten artists a genre; only to be read."""
    (folder / "lda.toml").write_text(RECIPE.format("lda"), encoding="utf-8")
    songs = table(folder, frame(120, artists=10, noise=0.9))
    return Lab(folder / "models").train(songs, folder / "lda.toml")


@pytest.fixture(scope="module")
def strangers(folder):
    """Return a table of artists that no model here has heard, without genres."""
    other = frame(90, artists=10, noise=0.9, seed=5).drop(columns="genre")
    other["artist"] = "other " + other["artist"]
    other["track_id"] = [f"u{i:016x}" for i in range(90)]
    other.loc[7, ["x0", "x1", "x2", "x3"]] = [-4e4, 3e4, 5e4, -2e4]
    other.loc[8, "x1"] = np.nan
    return table(folder, other, "strangers.csv")


def test_each_song_gets_a_genre_or_is_foreign(made, strangers):
    found = Lab().predict(made.folder, strangers)
    assert [one.song for one in found.answers[:2]] == ["u0000000000000000", "u0000000000000001"]
    right = [one.genre == GENRES[i % 3] for i, one in enumerate(found.answers) if one.genre]
    assert np.mean(right) > 0.8
    far = found.answers[7]
    assert (far.verdict, far.genre, far.confidence, far.genre_set) == ("foreign", None, None, ())
    assert sum(far.genres.values()) == pytest.approx(1, abs=1e-5)
    assert found.answers[8].verdict in ("sure", "unsure")  # a gap is the median of training
    verdicts = [one.verdict for one in found.answers]
    assert verdicts.count("foreign") <= 12
    assert verdicts.count("sure") > 30
    for one in found.answers:
        if one.verdict == "sure":
            assert one.confidence >= load(made.folder).model.calibration.sureness.threshold - 1e-6
            assert one.genre_set[0] == one.genre
        assert one.vote is None


def test_segments_answer_together(made, folder, strangers):
    songs = pd.read_csv(strangers).iloc[:6]
    pieces = pd.concat([songs, songs.assign(x0=songs["x0"] + 0.5)], ignore_index=True)
    pieces["segment"] = np.repeat([0, 1], 6)
    whole = Lab().predict(made.folder, table(folder, songs, "six.csv")).answers
    found = Lab().predict(made.folder, table(folder, pieces, "pieces.csv")).answers
    assert [(one.song, one.rows) for one in found] == [(one.song, 2) for one in whole]
    assert all(0.5 <= one.vote <= 1 for one in found if one.genre)
    rows = load(made.folder).model.answer(pieces).p
    assert found[0].genres[GENRES[0]] == pytest.approx((rows[0] + rows[6])[2] / 2, abs=1e-6)


def test_written_and_printed(made, folder, strangers, capsys):
    predict_and_print(str(made.folder), [str(strangers)], str(folder / "a.csv"), as_json=False, workers=1)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["song", "verdict", "genre", "confidence", "set"]
    assert lines[8].split() == ["u0000000000000007", "foreign"]
    assert lines[-2].startswith("90 songs by recipe: ")
    with (folder / "a.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    Lab().predict(made.folder, strangers, folder / "a.jsonl")
    told = [json.loads(line) for line in (folder / "a.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(row["song"], row["genre"]) for row in rows] == [
        (one["song"], one["genre"] or "") for one in told
    ]
    assert rows[0]["genre_set"] == "; ".join(told[0]["genre_set"])
    assert float(rows[0][f"p.{GENRES[1]}"]) == told[0]["genres"][GENRES[1]]
    with pytest.raises(ArgumentError, match=r"name a file that ends in .csv or .jsonl"):
        Lab().predict(made.folder, strangers, folder / "a.txt")


def test_answers_are_not_written_over_what_is_asked_about(made, folder, strangers):
    before = strangers.read_bytes()
    with pytest.raises(ArgumentError, match="which is asked about"):
        Lab(folder / "models").predict(made.folder, strangers, strangers)
    assert strangers.read_bytes() == before


def test_models_that_hear_songs_read_no_table(model, strangers):
    with pytest.raises(BundleError, match=r"hears songs and reads no table .*earmark classify --model"):
        Lab().predict(model, strangers)
    with pytest.raises(TrainingError, match="hears songs, and a table of features is none"):
        Lab().evaluate(model, strangers)


def test_what_refusing_costs_is_measured(made):
    told = json.loads((made.folder / "evaluation.json").read_text(encoding="utf-8"))["verdicts"]
    assert told["level"] == 0.9
    assert 0.0 <= told["refused"]["value"] <= 0.12
    assert told["refused"]["low"] <= told["refused"]["value"] <= told["refused"]["high"]
    assert 0.8 <= told["covered"]["value"] <= 1.0
    card = (made.folder / "card.md").read_text(encoding="utf-8")
    assert "| songs refused as foreign, wrongly | 0.0" in card
    assert "| sets of 90 % hold the right genre | " in card


def test_refusal_comes_back_and_is_checked(made):
    found = load(made.folder).model.calibration
    again = Calibrated.from_plain(json.loads(json.dumps(found.plain())))
    x = frame(9)[["x0", "x1", "x2", "x3"]] * 3
    tracks = np.arange(9)
    assert np.array_equal(again.refusal.refused(x, tracks), found.refusal.refused(x, tracks))
    plain = found.refusal.plain()
    for damaged in ({}, {**plain, "medians": [1.0]}, {**plain, "medians": [np.nan] * 4}):
        with pytest.raises(BundleError, match="what tells foreign"):
            Refusal.from_plain(damaged)
    older = {key: value for key, value in found.plain().items() if key != "refusal"}
    assert Calibrated.from_plain(older).refusal is None


def test_without_numbers_nothing_is_refused():
    x, codes = frame(9), np.arange(9)
    assert refusal(x, (), codes % 3, codes, codes) is None
    assert refusal(x, ("x0",) * (MOST_COLUMNS + 1), codes % 3, codes, codes) is None


def test_one_temperature_for_means_over_songs():
    p = np.array([[0.99, 0.01]] * 4)
    y = np.array([0, 0, 0, 1])
    single = Temperature.of_means(y, p, np.arange(4))
    assert single == Temperature.fit(y, p)
    # Two pieces of a song that contradict each other: their mean is even, whatever the temperature.
    pieces = np.array([[0.99, 0.01], [0.99, 0.01], [0.01, 0.99]] * 10)
    song = np.repeat(np.arange(10), 3)
    truth = np.repeat([0] * 8 + [1] * 2, 3)
    found = Temperature.of_means(truth, pieces, song).temperature
    tried = np.exp(np.linspace(np.log(0.05), np.log(20), 400))

    def loss(temperature):
        own = Temperature(temperature)(pieces)[np.arange(30), truth]
        return -np.log(own.reshape(10, 3).mean(axis=1)).mean()

    assert loss(found) <= min(map(loss, tried)) + 1e-6


def test_one_model_against_another(made, folder, strangers):
    (folder / "dummy.toml").write_text(RECIPE.format("dummy"), encoding="utf-8")
    dull = Lab(folder / "models").train(folder / "songs.csv", folder / "dummy.toml")
    known = pd.read_csv(strangers).assign(genre=[GENRES[i % 3] for i in range(90)])
    songs = table(folder, known, "known.csv")
    found = Lab().evaluate(made.folder, songs, against=dull.folder).against
    assert (found.test.first, found.test.second) == (made.folder.name, dull.folder.name)
    assert found.test.better == made.folder.name
    assert found.test.difference == pytest.approx(found.first - found.second)
    assert found.second == pytest.approx(1 / 3)
    assert found.test.mcnemar.first_only > 40
    assert found.to_dict()["mcnemar"]["p"] < 0.001
    with pytest.raises(ArgumentError, match="against itself"):
        Lab().evaluate(made.folder, songs, against=made.folder)


def test_which_set_measures_the_columns():
    assert feature_set_of(["tempo"]) == "gtzan58"
    with pytest.raises(BundleError, match="no feature set of Earmark has: x0"):
        feature_set_of(["tempo", "x0"])
