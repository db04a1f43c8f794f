"""`earmark explain --song`: what spoke for an answer, exactly for linear models; the smallest flip."""

import json

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from earmark.cli.app import app
from earmark.cli.explain import explain_song_and_print
from earmark.errors import TableError, UnknownNameError
from earmark.evaluate.families import families, family_of
from earmark.evaluate.shapley import Without
from earmark.evaluate.song import flips, spoke, terms
from earmark.models.learning import Rows, fit
from earmark.models.pipeline import Columns
from earmark.models.recipe import parse
from earmark.service.explaining_song import explain_song
from earmark.service.lab import Lab
from earmark.service.training import Table

GENRES = ("blues", "jazz", "поп")
LINEAR = '[[step]]\nname = "scale"\n[classifier]\nname = "{}"\n'


def table(songs: int = 60, seed: int = 0) -> pd.DataFrame:
    """Return songs of which `beat1` and `beat2` tell the genre, and `noise` nothing."""
    rng = np.random.default_rng(seed)
    code = np.arange(songs) % 3
    x = {f"beat{at + 1}": rng.normal(size=songs) + 4 * (code == at) for at in range(2)}
    made = pd.DataFrame({**x, "noise": rng.normal(size=songs), "genre": np.array(GENRES)[code]})
    made.insert(0, "artist", [f"{seed} {at // 3}" for at in range(songs)])
    made.insert(0, "track_id", [f"{seed} song {at}" for at in range(songs)])
    return made


def learnt(classifier: str):
    frame, columns = table(), Columns(("beat1", "beat2", "noise"))
    y = np.arange(60) % 3
    rows = Rows(frame[list(columns.names)], y, np.arange(60), np.arange(60), 3)
    return fit(parse(LINEAR.format(classifier)), columns, rows), rows.x, family_of(families(columns))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder with songs, others, and a model of the first."""
    folder = tmp_path_factory.mktemp("songs")
    table().to_csv(folder / "a.csv", index=False)
    table(seed=1).to_csv(folder / "b.csv", index=False)
    (folder / "mine.toml").write_text("folds = 2\n" + LINEAR.format("lda"), encoding="utf-8")
    Lab(folder / "models").train(folder / "a.csv", folder / "mine.toml").folder.rename(folder / "model")
    return folder


def test_what_a_planted_rule_says_of_a_song(folder):
    for song, genre, column in (("1 song 0", "blues", "beat1"), ("1 song 1", "jazz", "beat2")):
        found = explain_song(folder / "model", Table(folder / "b.csv"), song, folder / "p.html")
        assert found.plain["genre"] == genre
        assert found.plain["spoke"][0][0] == "beat"
        assert found.plain["spoke"][0][1] > 0.5
        assert abs(found.plain["spoke"][1][1]) < 0.1
        assert found.plain["terms"]["terms"][0][0] == "beat"
        # The nearest other genre is beyond the column that tells this one from those that have neither.
        assert found.plain["flips"][0]["column"] in (column, "beat1", "beat2")
        assert found.plain["flips"][0]["genre"] != genre
        assert f"Why {song} is {genre}" in found.page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "classifier", ["lda", "logistic", "logistic-balanced", "one-vs-rest", "forest", "lightgbm"]
)
def test_terms_are_exact(classifier):
    made, x, family = learnt(classifier)
    for row in range(6):
        found = terms(made, x.iloc[[row]], x, family, row % 3)
        p = made.pipeline.predict_proba(x.iloc[[row]])[0]
        if classifier == "one-vs-rest":
            score = made.pipeline.decision_function(x.iloc[[row]])[0, row % 3]
        elif classifier == "forest":
            score = p[row % 3]
        else:
            score = np.log(p[row % 3]) - np.log(p).mean()
        assert found.score == pytest.approx(score)
        assert found.start + sum(value for _, value in found.terms) == pytest.approx(found.score)
        assert {name for name, _ in found.terms} == {"beat", "noise"}
        assert sum(value for *_, value in found.columns) == pytest.approx(found.score - found.start)
        assert {name for name, *_ in found.columns} == {"beat1", "beat2", "noise"}


def test_no_terms_where_no_sum_is_exact():
    made, x, family = learnt("knn")
    found = terms(made, x.iloc[[0]], x, family, 0)
    assert found == Without("it is neither linear nor made of trees")


def answer(x: pd.DataFrame):
    """Say the first genre where the sum of two columns is above 1, surely."""
    first = (x["one"] + x["two"] > 1).to_numpy(np.float64)
    return np.column_stack([first, 1 - first])


def test_the_smallest_flip_by_hand():
    rng = np.random.default_rng(0)
    others = pd.DataFrame(
        {"one": rng.normal(size=400), "two": 10 * rng.normal(size=400), "idle": np.ones(400)}
    )
    song = pd.DataFrame({"one": [2.0, 2.0], "two": [1.0, 1.0], "idle": [0.0, 0.0]})
    found = flips(answer, song, others, ["one", "two", "idle"], ["a", "b"])
    assert [one.column for one in found] == ["two", "one"]
    assert found[0].after == pytest.approx(-1, abs=0.01)
    assert found[0].deviations == pytest.approx(2 / others["two"].std(ddof=0), rel=0.01)
    assert found[1].after == pytest.approx(0, abs=0.01)
    assert {one.genre for one in found} == {"b"}
    assert flips(answer, song, others.assign(one=2.0, two=1.0), ["one", "two"], ["a", "b"]) == []


def test_what_spoke_by_hand():
    """All that is swapped falls, half of it, or nothing."""
    song = pd.DataFrame({"one": [2.0], "two": [0.0]})
    others = pd.DataFrame({"one": [0.0, 3.0], "two": [0.0, 0.0]})
    found = spoke(answer, song, others, {"two": ["two"], "one": ["one"], "both": ["one", "two"]}, 0)
    assert found == [("both", 0.5), ("one", 0.5), ("two", 0.0)]


def test_refusals(folder, tmp_path):
    model, page = folder / "model", folder / "refused.html"
    with pytest.raises(UnknownNameError, match="holds no song '1 song 1x'") as raised:
        explain_song(model, Table(folder / "b.csv"), "1 song 1x", page)
    assert "did you mean '1 song 1'?" in raised.value.hint
    assert "1 song 0" in raised.value.hint
    table(seed=1)[:1].to_csv(tmp_path / "one.csv", index=False)
    with pytest.raises(TableError, match="holds no other song than '1 song 0'"):
        explain_song(model, Table(tmp_path / "one.csv"), "1 song 0", page)
    assert not page.exists()


def test_the_command(folder, tmp_path, capsys):
    page = str(tmp_path / "p.html")
    explain_song_and_print(str(folder / "model"), Table(folder / "b.csv"), "1 song 0", page, as_json=False)
    said = capsys.readouterr().out
    assert "1 song 0: blues, " in said
    assert "beat speaks for it most" in said
    assert "smallest change: beat" in said
    assert "score +" in said
    assert "(log-odds against the mean of the genres), from " in said
    assert ": beat +" in said
    explain_song_and_print(str(folder / "model"), Table(folder / "b.csv"), "1 song 0", page, as_json=True)
    assert json.loads(capsys.readouterr().out)["genre"] == "blues"
    wrong = CliRunner().invoke(
        app, ["explain", str(folder / "model"), str(folder / "b.csv"), "--song", "none"]
    )
    assert wrong.exit_code == 2
    assert "holds no song 'none'" in wrong.output
