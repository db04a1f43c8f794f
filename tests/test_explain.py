"""`earmark explain`: a planted rule is named, shuffled genres name nothing; known answers of its sums."""

import doctest
import json
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from earmark.cli.app import app
from earmark.errors import ArgumentError, StoreError, TrainingError
from earmark.evaluate import families, importance, inside
from earmark.evaluate.dependence import leading
from earmark.evaluate.imitation import imitation
from earmark.evaluate.importance import importances, mean_loss, swapped
from earmark.models.learning import Rows
from earmark.report.behaviour import confidences
from earmark.service.explaining import explain
from earmark.service.lab import Lab
from earmark.service.training import Table

GENRES = ("джаз", "rock", "ポップ")
RECIPES = {
    "lda": 'folds = 2\n[[step]]\nname = "scale"\n[classifier]\nname = "lda"\n',
    "forest": 'folds = 2\n[[step]]\nname = "words"\n[classifier]\nname = "forest"\nn_estimators = 20\n',
    "tree": 'folds = 2\n[classifier]\nname = "tree"\nmax_depth = 4\n',
    "one-vs-rest": 'folds = 2\n[[step]]\nname = "scale"\n[classifier]\nname = "one-vs-rest"\n',
}


def songs(seed: int, *, shuffled: bool = False, tracks: int = 150) -> pd.DataFrame:
    """Return songs in two pieces whose genre is told by `rule1_mean` and `rule2_mean`, by nothing else."""
    rng = np.random.default_rng(seed)
    code = np.arange(tracks) % 3
    made = {
        "rule1_mean": rng.normal(size=tracks) + 3 * (code == 0),
        "rule2_mean": rng.normal(size=tracks) + 3 * (code == 1),
        **{f"mfcc{at}_mean": rng.normal(size=tracks) for at in range(1, 4)},
        "tempo": rng.normal(120, 20, tracks),
        "title": [" ".join(rng.choice(["love", "night", "river"], 2)) for _ in range(tracks)],
    }
    if shuffled:
        code = rng.permutation(code)
    table = pd.DataFrame(made | {"genre": np.array(GENRES)[code]})
    # An artist has five songs of any genre.
    table.insert(0, "artist", [f"{seed} {at // 5}" for at in range(tracks)])
    table.insert(0, "track_id", [f"{seed} song {at}" for at in range(tracks)])
    return table.loc[table.index.repeat(2)].assign(segment=np.tile([0, 1], tracks))


@pytest.fixture(scope="session")
def folder(tmp_path_factory) -> Path:
    """Return a folder with songs to learn from and others to explain, plain and with shuffled genres."""
    folder = tmp_path_factory.mktemp("explained")
    for name, seed, shuffled in (
        ("a", 1, False),
        ("b", 2, False),
        ("noise-a", 3, True),
        ("noise-b", 4, True),
    ):
        songs(seed, shuffled=shuffled).to_csv(folder / f"{name}.csv", index=False)
    return folder


@pytest.fixture(scope="session")
def model(folder):
    """Return what trains a model by the name of its recipe, each once."""
    made: dict = {}

    def of(recipe: str, table: str = "a") -> Path:
        if (recipe, table) not in made:
            path = folder / f"{recipe}.toml"
            path.write_text(RECIPES[recipe], encoding="utf-8")
            made[recipe, table] = Lab(folder / "models").train(folder / f"{table}.csv", path).folder
        return made[recipe, table]

    return of


@cache
def told(folder: Path, model: Path, table: str = "b", *, repeats: int = 2, heard: bool = False):
    page = folder / f"{model.name}-{table}.html"
    return explain(model, Table(folder / f"{table}.csv"), page, repeats=repeats, heard=heard)


@pytest.mark.parametrize("module", [families, importance, inside])
def test_examples_in_docstrings(module):
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize("recipe", ["lda", "forest"])
def test_a_planted_rule_is_named_and_nothing_else(folder, model, recipe):
    found = told(folder, model(recipe))
    first, *rest = found.plain["importances"]["families"]
    assert first["family"] == "rule"
    assert first["columns"] == ("rule1_mean", "rule2_mean")
    assert first["accuracy"]["value"] > 0.4
    assert first["sure"]
    assert not any(one["sure"] for one in rest)
    assert "Without rule accuracy falls by" in found.finding


def test_shuffled_genres_name_nothing(folder, model):
    found = told(folder, model("lda", "noise-a"), "noise-b")
    assert found.finding == "No family of columns counts beyond chance"
    assert abs(found.plain["importances"]["accuracy"] - 1 / 3) < 0.12


def test_coefficients_speak_for_the_genres_that_the_rule_is_of(folder, model):
    for recipe in ("lda", "one-vs-rest"):
        made = told(folder, model(recipe)).plain["coefficients"]
        assert made["against"] == ("mean" if recipe == "lda" else "rest")
        for genre, column in zip(GENRES[:2], ("rule1_mean", "rule2_mean"), strict=True):
            assert max(made["genres"][genre], key=made["genres"][genre].get) == column
        strongest = {
            name: max(abs(one[name]) for one in made["genres"].values()) for name in made["genres"]["rock"]
        }
        assert set(sorted(strongest, key=strongest.get)[-2:]) == {"rule1_mean", "rule2_mean"}


def test_trees_use_the_rule_and_words_are_one_bar(folder, model):
    found = told(folder, model("forest"))
    assert sorted(found.plain["trees"], key=found.plain["trees"].get)[-2:] in (
        ["rule1_mean", "rule2_mean"],
        ["rule2_mean", "rule1_mean"],
    )
    assert sum(found.plain["trees"].values()) == pytest.approx(1)
    page = found.page.read_text(encoding="utf-8")
    assert "Its trees use rule most" in page
    for word in ("love", "night", "river"):
        assert f'<td class="text">{word}</td><td class="text">title</td>' in page


@pytest.mark.parametrize("recipe", ["lda", "forest", "tree", "one-vs-rest"])
def test_shap_values_name_the_rule(folder, model, recipe):
    found = told(folder, model(recipe)).plain["shap"]
    assert (found["songs"], found["of"]) == (150, 150)
    for genre, column in zip(GENRES[:2], ("rule1_mean", "rule2_mean"), strict=True):
        assert max(found["columns"][genre], key=found["columns"][genre].get) == column
    assert all(max(one, key=one.get) == "rule" for one in found["families"].values())
    assert found["finding"].startswith(("rule1_mean moves ", "rule2_mean moves "))
    if recipe == "forest":
        assert {"love", "night", "river"} <= set(found["columns"]["rock"])
        assert set(found["families"]["rock"]) == {"rule", "mfcc", "tempo", "title"}
        assert found["unit"] == "probability"


def questions(node: dict) -> list[str]:
    """Return the columns that a tree asks for, the first first."""
    below = [questions(node[way]) for way in ("low", "high") if node[way]]
    return [node["column"], *below[0], *below[1]] if below else []


def test_a_small_tree_asks_for_the_rule(folder, model):
    found = told(folder, model("lda")).plain["imitation"]
    assert set(questions(found["root"])[:2]) == {"rule1_mean", "rule2_mean"}
    assert found["fidelity"] > 0.8
    assert found["by_chance"] < 0.5
    assert not found["itself"]


def test_a_model_that_is_a_tree_is_drawn_itself(folder, model):
    made = told(folder, model("tree"))
    found = made.plain["imitation"]
    assert found["itself"]
    assert found["root"]["songs"] == 300
    assert sum(found["root"]["shares"]) == pytest.approx(1)
    asked = questions(found["root"])
    assert set(asked[:2]) == {"rule1_mean", "rule2_mean"}
    assert f"It asks first whether {asked[0]}" in made.page.read_text(encoding="utf-8")


def test_a_tree_that_can_say_all_agrees_with_all():
    x = pd.DataFrame({"noise": np.tile(np.arange(5.0), 20), "one": np.arange(100.0)})
    said = np.where(x["one"] % 50 < 25, 0.9, 0.2)
    found = imitation(x, np.column_stack([said, 1 - said]), np.arange(100), ("a", "b"))
    assert found.fidelity >= 0.94
    assert found.root.column == "one"
    assert imitation(x[:30], np.column_stack([said, 1 - said])[:30], np.arange(30), ("a", "b")) is None


def test_curves_along_columns_by_hand(folder, model):
    """An answer that is a tenth of one column, whatever the others are."""
    x = pd.DataFrame({"other": np.arange(101.0), "one": np.linspace(0, 10, 101), "gone": np.nan})
    made = leading(lambda x: np.column_stack([x["one"] / 10, 1 - x["one"] / 10]), x, ["gone", "other", "one"])
    assert [one.column for one in made] == ["one", "other"]
    assert made[0].values[[0, -1]] == pytest.approx([0.5, 9.5])
    assert made[0].p[:, 0] == pytest.approx(made[0].values / 10)
    assert made[1].reach == pytest.approx([0, 0])
    assert set(list(told(folder, model("forest")).plain["dependence"])[:2]) == {"rule1_mean", "rule2_mean"}


def test_how_sure_of_whom_by_hand():
    p = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.5, 0.4, 0.3, 0.2, 0.1])
    (drawn,) = confidences(np.column_stack([p, 1 - p]), np.repeat([0, 1], 5), ("a", "b"))
    assert "areas under the curve 0.98 and 0.98" in drawn.svg
    assert confidences(np.column_stack([p, 1 - p])[:7], np.repeat([0, 1], 5)[:7], ("a", "b")) == []


def test_losses_by_hand():
    """A model that reads one column: what it loses is known from who swapped with whom."""
    x = pd.DataFrame({"one": [0.0, 1.0] * 10, "other": np.arange(20.0)})
    y, each = np.tile([0, 1], 10), np.arange(20)
    rows = Rows(x, y, each, each, 2)

    def answer(x):
        p = np.where(x["one"] > 0.5, 0.9, 0.1)
        return np.column_stack([1 - p, p])

    found = importances(answer, rows, {"other": ["other"], "one": ["one"]}, repeats=1, seed=3)
    swap = swapped(each, np.random.default_rng(3))
    wrong = np.mean(y[swap] != y)
    assert [one.family for one in found.families] == ["one", "other"]
    assert found.accuracy == 1
    assert found.log_loss == pytest.approx(-np.log(0.9))
    assert found.families[0].accuracy.value == pytest.approx(wrong)
    assert found.families[0].log_loss.value == pytest.approx(wrong * np.log(9))
    assert found.families[1].accuracy == importance.Loss(0.0, 0.0, 0.0)


def test_of_many_songs_some_are_drawn(folder, model, monkeypatch):
    monkeypatch.setattr(importance, "MOST_SONGS", 60)
    page = folder / "some.html"
    found = explain(model("lda"), Table(folder / "b.csv"), page, repeats=1).plain["importances"]
    assert (found["tracks"], found["songs"]) == (60, 150)
    assert "60 songs, drawn by chance from 150, of " in page.read_text(encoding="utf-8")
    assert found["families"][0]["family"] == "rule"


def test_intervals_are_over_groups():
    values, few = np.array([0.0, 1.0] * 10), np.repeat(np.arange(5), 4)
    alike = mean_loss(np.repeat([0.0, 1.0, 1.0, 0.0, 1.0], 4), few, 0.95)
    single = mean_loss(np.repeat([0.0, 1.0, 1.0, 0.0, 1.0], 4), np.arange(20), 0.95)
    assert alike.high - alike.low > 1.8 * (single.high - single.low)
    assert mean_loss(values, np.arange(20) % 4, 0.95) == importance.Loss(0.5, None, None)


def test_pieces_of_a_song_swap_together():
    tracks = np.array([2, 0, 1, 0, 2, 1, 0])
    taken = swapped(tracks, np.random.default_rng(1))
    for track in range(3):
        assert len(set(tracks[taken[tracks == track]])) == 1
    assert len({int(tracks[taken[tracks == track]][0]) for track in range(3)}) == 3


def test_what_it_has_learnt_from_is_left_out(folder, model):
    with pytest.raises(TrainingError, match="has learnt from all 300 rows"):
        told(folder, model("lda"), "a")
    assert "HEARD" in told(folder, model("lda"), "a", heard=True, repeats=1).plain["stamp"]


def test_refusals(folder, model, tmp_path):
    with pytest.raises(ArgumentError, match="columns swapped 0 times"):
        told(folder, model("lda"), repeats=0)
    mine = tmp_path / "mine.html"
    mine.write_text("<p>mine", encoding="utf-8")
    with pytest.raises(StoreError, match="no page of Earmark"):
        explain(model("lda"), Table(folder / "b.csv"), mine)
    assert mine.read_text(encoding="utf-8") == "<p>mine"


def test_the_command(folder, model, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run = ["explain", str(model("lda")), str(folder / "b.csv"), "--repeats", "1"]
    said = CliRunner().invoke(app, run)
    assert "150 songs of 30 groups: Without rule accuracy falls by" in said.stdout
    assert "unheard" in said.stdout
    assert "SHAP values: rule" in said.stdout
    assert "page: explain.html" in said.stdout
    page = (tmp_path / "explain.html").read_bytes()
    found = json.loads(CliRunner().invoke(app, [*run, "--json"]).stdout)
    assert found["importances"]["families"][0]["family"] == "rule"
    assert (tmp_path / "explain.html").read_bytes() == page
