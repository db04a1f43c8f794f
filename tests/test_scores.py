"""Subsets of a table, and what the commands print of an evaluation."""

import json

import numpy as np
import pandas as pd
import pytest

import answered
from earmark.cli.scores import print_evaluation
from earmark.dataset.describe import described
from earmark.dataset.subsets import MOST_NUMBERS, subsets
from earmark.errors import ArgumentError, UnknownNameError
from earmark.evaluate import evaluate
from earmark.service.lab import Lab
from lessons import frame, table


def of(**columns):
    made = pd.DataFrame({"genre": ["a", "b"] * 2, **columns})
    return subsets(described(made, "songs", label="genre"), list(columns))


def test_years_and_dates_are_decades():
    assert of(year=[1959, 1960, 2004, None])["year"] == ["1950s", "1960s", "2000s", None]
    found = of(released=["1999-12-31", "2000", "2001-02", " "])["released"]
    assert found == ["1990s", "2000s", "2000s", None]


def test_words_and_few_numbers_are_kinds():
    found = of(language=["de", " de ", "", None], mode=[0, 1, 1, 0], side=[1.0, 2.0, np.nan, 1.0])
    assert found == {
        "language": ["de", "de", None, None],
        "mode": ["0", "1", "1", "0"],
        "side": ["1", "2", None, "1"],
    }


def test_measurements_are_none():
    many = pd.DataFrame({"genre": ["a", "b"] * 20, "tempo": np.linspace(60, 180, 40)})
    with pytest.raises(ArgumentError) as caught:
        subsets(described(many, "songs", label="genre"), ["tempo"])
    assert str(caught.value) == (
        f"'tempo' holds 40 different numbers (name a column of words, of up to {MOST_NUMBERS} numbers, or of "
        "years)"
    )
    with pytest.raises(UnknownNameError, match="did you mean 'tempo'"):
        subsets(described(many, "songs", label="genre"), ["temp"])


@pytest.fixture
def songs(tmp_path):
    """Return a table with a language and a year for each artist."""
    made = frame(60, artists=10, noise=1.5)
    artist = pd.factorize(made["artist"])[0]
    made["language"] = np.array(["de", "en", None])[artist % 3]
    made["year"] = 1975 + artist % 2 * 10
    return table(tmp_path, made)


def test_train_evaluate_and_compare_by_subset(songs, tmp_path):
    lab, how = Lab(tmp_path / "models"), {"subsets": ["language", "year"], "without": ["year"]}
    made = lab.train(songs, "quick", **how)
    kept = json.loads((made.folder / "evaluation.json").read_text(encoding="utf-8"))["subsets"]
    assert {kind: sorted((one["name"], one["rows"]) for one in found) for kind, found in kept.items()} == {
        "language": [("de", 20), ("en", 20), ("unknown", 20)],
        "year": [("1970s", 30), ("1980s", 30)],
    }
    right = sum(one["metrics"]["accuracy"]["value"] * one["rows"] for one in kept["year"])
    assert right / 60 == pytest.approx(made.evaluation.tracks.value("accuracy"))
    assert lab.train(songs, "quick", without=["year"]).folder != made.folder
    board = lab.compare(songs, ["lda"], workers=1, **how)
    assert board.standings[0].evaluation.subsets["year"][0].rows == 30
    judged = lab.evaluate(made.folder, songs, heard=True, subsets=["language"])
    assert [one.rows for one in judged.evaluation.subsets["language"]] == [20, 20, 20]


def told(evaluation, capsys, votes="mean", **how) -> list[str]:
    print_evaluation(evaluation, votes, **how)
    return capsys.readouterr().out.splitlines()


def test_what_is_printed(capsys):
    y, p, tracks, groups = answered.made(segments=3)
    language = ["de" if int(group.split()[1]) % 2 else "en" for group in groups]
    y, groups, language = ([values[int(t[1:])] for t in tracks] for values in (y, groups, language))
    found = evaluate(y, p, answered.GENRES, tracks, groups, subsets={"language": language}, resamples=50)
    lines = told(found, capsys)
    ways = [line for line in lines[lines.index("") :] if line.startswith("accuracy ")]
    assert [
        str(way.metrics["accuracy"]) in ways[0] for way in (found.tracks, found.votes, found.segments)
    ] == [True] * 3
    assert any("n1 / (n1 + n2)" in line for line in lines)
    rock = found.tracks.genres[4]
    (line,) = [one for one in lines if one.startswith("rock ")]
    assert line.split()[1:4] == [str(rock.actual), str(rock.groups), str(rock.said)]
    worst = max((count, -k) for k, count in enumerate(found.tracks.counts[4]) if k != 4)
    assert line.endswith(f"{answered.GENRES[-worst[1]]} ({worst[0]})")
    (german,) = [one for one in lines if one.startswith("de ")]
    some = next(one for one in found.subsets["language"] if one.name == "de")
    assert german.split()[1:3] == [str(some.rows), str(some.groups)]
    assert str(some.metrics["accuracy"]) in german
    assert not any("per cent" in line for line in lines)


def test_what_is_printed_at_length(capsys):
    y, p, tracks, groups = answered.made()
    found = evaluate(y, p, answered.GENRES, tracks, groups, resamples=50)
    lines = told(found, capsys, details=True)
    at = lines.index("songs of a genre (down) by answer (across)")
    rows = [[int(cell) for cell in line.split()[1:]] for line in lines[at + 2 : at + 7]]
    assert rows == [list(row) for row in found.tracks.counts]
    at = lines.index("in per cent of each row")
    assert lines[at + 2].split()[1:] == [f"{share:.0%}" for share in found.tracks.confusion[0]]
    share = found.tracks.distribution["jazz"]
    assert f"jazz{share[0]:>34.1%}{share[1]:>16.1%}" in lines
    assert f"{'50 %':<24}{found.tracks.coverage[4]:>9.3f}" in lines


def test_of_many_genres_the_commonest_mistakes_are_printed(capsys):
    genres = [f"g{i}" for i in range(30)]
    y, p, _, _ = answered.made(genres=genres, skill=3.0)
    lines = told(evaluate(y, p, genres, resamples=2), capsys, details=True)
    (title,) = [line for line in lines if "commonest mistakes" in line]
    assert title.startswith("the 20 commonest")
    assert "taken for g" in lines[lines.index(title) + 1]
