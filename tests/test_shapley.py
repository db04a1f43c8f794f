"""SHAP values: by their definition, as shap tells them, summing to what is answered; of every classifier."""

import doctest
import re
import sys
from dataclasses import replace
from functools import cache
from itertools import combinations
from math import comb
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import ExtraTreesClassifier, GradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeClassifier

from earmark.evaluate import drawing
from earmark.evaluate import shapley as module
from earmark.evaluate.by_shap import TreeExplainer
from earmark.evaluate.drawing import drawn
from earmark.evaluate.families import families, family_of
from earmark.evaluate.shapley import Shapley, Without, shapley
from earmark.evaluate.shapley_trees import of_trees
from earmark.figures import swarm
from earmark.models.classifiers import CLASSIFIERS
from earmark.models.learning import Fitted, Rows, fit
from earmark.models.pipeline import Columns
from earmark.models.recipe import parse
from earmark.report.page import Page, html
from earmark.report.shapley import shapley_section, strongest
from members import SCALED, SMALL

GENRES = ("джаз", "rock", "ポップ")
SONGS = 90
NEITHER = "it is neither linear nor made of trees"
TOGETHER = "it answers by several classifiers together, not all of which are trees"
WITHOUT = {
    "small-table": TOGETHER, "large-table": TOGETHER, "large-table-catboost": TOGETHER, "stack": TOGETHER,
    "kernel-ridge": NEITHER, "naive-bayes": NEITHER, "nearest-centroid": NEITHER, "knn": NEITHER,
    "rbf-svm": NEITHER, "poly-svm": NEITHER, "gaussian-process": NEITHER, "net": NEITHER,
    "linear-svm": "of more than two genres each pair votes, and votes are no sum of columns",
    "dummy": "it looks at no column",
}  # fmt: skip
"""Why these have no SHAP values; all others have."""

IN_SINGLE = ("xgboost", "catboost")
BY_SOFTMAX = (
    "logistic", "logistic-balanced", "lda", "gradient-boosting", "histogram-boosting", "xgboost", "lightgbm",
    "catboost",
)  # fmt: skip


@cache
def songs(genres: int = 3) -> Rows:
    """Return songs whose genre is told by `rule1_mean` and `rule2_mean`, by nothing else."""
    rng, code = np.random.default_rng(0), np.arange(SONGS) % genres
    x = {f"rule{at + 1}_mean": rng.normal(size=SONGS) + 4 * (code == at) for at in range(2)}
    x |= {f"mfcc{at}_mean": rng.normal(size=SONGS) for at in range(3)}
    each = np.arange(SONGS)
    return Rows(pd.DataFrame(x), code, each, each // 3, genres)


@cache
def learnt(name: str, genres: int = 3, steps: str = SCALED, more: str = "") -> Fitted:
    few = SMALL.get(name, "").replace("n_estimators = 3", "n_estimators = 20")
    recipe = parse(f'{steps}[classifier]\nname = "{name}"\n{few}\n{more}\n')
    return fit(recipe, Columns(tuple(songs(genres).x.columns)), songs(genres))


def told(made: Fitted, rows: Rows, **how) -> Shapley | Without:
    family = family_of(families(Columns(tuple(rows.x.columns))))
    return shapley(made, GENRES, rows.x, rows.tracks, family, **how)


@pytest.mark.parametrize("one", [drawing, swarm])
def test_examples_in_docstrings(one):
    assert doctest.testmod(one).failed == 0


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_every_classifier_has_them_or_says_why_not(name):
    """They name the planted rule, and sum to the answer that the model gives."""
    made, rows = learnt(name), songs()
    found = told(made, rows)
    if name in WITHOUT:
        assert found == Without(WITHOUT[name])
        return
    assert found.off_by <= (1e-4 if name in IN_SINGLE else 1e-6)
    scores = found.base + found.values.sum(axis=2)
    p = made.proba(rows.x)
    if name in BY_SOFTMAX:
        odds = np.exp(scores)
        scores = odds / odds.sum(axis=1, keepdims=True)
    if name not in ("one-vs-rest", "sgd"):
        assert scores == pytest.approx(p, abs=1e-5)
    else:
        assert (scores.argmax(axis=1) == p.argmax(axis=1)).all()
    columns = [found.columns[at] for at in found.strength.argmax(axis=1)]
    assert columns[:2] == ["rule1_mean", "rule2_mean"]
    names, together = found.by_family()
    assert [names[at] for at in together.argmax(axis=1)] == ["rule"] * 3
    assert found.slant(0, found.columns.index("rule1_mean")) > 0.5
    assert f"moves {GENRES[0]} most" in strongest(found) or f"moves {GENRES[1]} most" in strongest(found)


@pytest.mark.parametrize(
    "name",
    [
        "logistic",
        "logistic-balanced",
        "one-vs-rest",
        "linear-svm",
        "xgboost",
        "lightgbm",
        "gradient-boosting",
    ],
)
def test_two_genres_share_a_score(name):
    made, rows = learnt(name, 2), songs(2)
    found = told(made, rows)
    scores = found.base + found.values.sum(axis=2)
    assert scores[:, 0] == pytest.approx(-scores[:, 1])
    p = made.proba(rows.x)
    apart = scores[:, 1] - scores[:, 0]
    if name == "one-vs-rest":
        apart = apart / 2
    assert apart == pytest.approx(np.log(p[:, 1] / p[:, 0]), abs=1e-4)


def test_of_linear_classifiers_by_hand():
    """Coefficient times how far the value is above the mean; log-odds against the mean of the genres."""
    rows = songs()
    made = learnt("logistic", steps="")
    classifier: LogisticRegression = made.pipeline[-1]
    centre = np.array([1.0, -1.0, 0.5, 0.0, 2.0])
    found = told(made, rows, centre=centre)
    weights = classifier.coef_ - classifier.coef_.mean(axis=0)
    assert found.values[7] == pytest.approx(weights * (rows.x.to_numpy()[7] - centre))
    assert found.base == pytest.approx(
        weights @ centre + classifier.intercept_ - classifier.intercept_.mean()
    )
    assert (found.unit, found.beside) == (
        "log-odds against the mean of the genres", "the training songs",
    )  # fmt: skip
    # Compared with their own mean, all songs together have nothing.
    assert told(made, rows).values.mean(axis=0) == pytest.approx(np.zeros((3, 5)), abs=1e-12)


def by_definition(tree: DecisionTreeClassifier, row: np.ndarray) -> np.ndarray:
    """Return L. Shapley's values of a tree's genres, shape (genres, columns), over all sets of columns."""
    inside, columns = tree.tree_, list(range(len(row)))

    def expected(known: tuple[int, ...], node: int = 0) -> np.ndarray:
        left, right = inside.children_left[node], inside.children_right[node]
        if left < 0:
            return inside.value[node, 0]
        if (column := inside.feature[node]) in known:
            return expected(known, left if np.float32(row[column]) <= inside.threshold[node] else right)
        share = inside.weighted_n_node_samples[left] / inside.weighted_n_node_samples[node]
        return share * expected(known, left) + (1 - share) * expected(known, right)

    found = np.zeros((inside.value.shape[2], len(row)))
    for column in columns:
        others = [one for one in columns if one != column]
        for size in range(len(columns)):
            for known in combinations(others, size):
                gain = expected((*known, column)) - expected(known)
                found[:, column] += gain / (len(columns) * comb(len(columns) - 1, size))
    return found


def test_of_a_tree_by_their_definition():
    x, y = songs().x.to_numpy(), songs().y
    tree = DecisionTreeClassifier(max_depth=5, max_features=2, random_state=0).fit(x, y)
    found = of_trees(tree).tell(x[:5])
    for row in range(5):
        assert found[row, :, :-1] == pytest.approx(by_definition(tree, x[row]))
    assert found[0, :, -1] == pytest.approx([1 / 3] * 3)


def test_as_the_library_itself_tells_them():
    """And of boosting in several genres, which it does not take, by the sum."""
    x, y = songs().x.to_numpy(), songs().y
    for kind in (RandomForestClassifier, ExtraTreesClassifier):
        made = kind(20, class_weight="balanced", random_state=0)
        made.fit(x, y)
        theirs = TreeExplainer(made)
        found = of_trees(made).tell(x)
        assert found[:, :, :-1] == pytest.approx(theirs.shap_values(x).transpose(0, 2, 1))
        assert found[0, :, -1] == pytest.approx(theirs.expected_value)
    for name, within in (("lightgbm", 1e-9), ("xgboost", 1e-5), ("histogram-boosting", 1e-9)):
        part = learnt(name).pipeline[-1]
        theirs = TreeExplainer(getattr(part, "classifier_", part)).shap_values(x)
        assert of_trees(part).tell(x)[:, :, :-1] == pytest.approx(theirs.transpose(0, 2, 1), abs=within)
    made = GradientBoostingClassifier(n_estimators=20, subsample=0.5, random_state=0).fit(x, y)
    assert of_trees(made).tell(x).sum(axis=2) == pytest.approx(made.decision_function(x))
    two = GradientBoostingClassifier(n_estimators=20, random_state=0).fit(x, y == 1)
    assert of_trees(two).tell(x)[:, 0, :-1] == pytest.approx(TreeExplainer(two).shap_values(x))


def test_trees_that_ask_for_categories_are_left():
    made = learnt("histogram-boosting", steps="", more="categorical_features = [4]")
    assert told(made, songs()).reason == "its trees ask for categories, which the library shap cannot"


def test_missing_values_go_the_trees_way():
    x, y = songs().x.to_numpy().copy(), songs().y
    x[::4, 0] = np.nan
    for name in ("histogram-boosting", "xgboost", "lightgbm"):
        made = CLASSIFIERS[name].make(0).fit(x, y)
        found = of_trees(made)
        assert np.abs(found.tell(x).sum(axis=2) - found.raw(x)).max() < 1e-4


def test_columns_after_steps_have_their_own_names():
    steps = SCALED + '[[step]]\nname = "generate"\nkeep = 20\n'
    made = learnt("forest", steps=steps)
    found = told(made, songs())
    assert len(found.columns) >= 20
    assert found.values.shape == (SONGS, 3, len(found.columns))
    strong = found.columns[int(found.strength.mean(axis=0).argmax())]
    assert "rule1_mean" in strong or "rule2_mean" in strong
    mixed = learnt("logistic", steps='[[step]]\nname = "whiten"\n')
    assert told(mixed, songs()) == Without("its steps do not name each column that they make")


def test_pieces_count_for_their_song():
    made, rows = learnt("lda"), songs()
    both = told(made, Rows(rows.x, rows.y, rows.tracks // 2, rows.groups, 3))
    single = told(made, rows)
    assert both.values == pytest.approx(single.values.reshape(-1, 2, 3, 5).mean(axis=1))
    assert both.songs == SONGS // 2


def test_songs_are_drawn_whole():
    tracks = np.repeat(np.arange(100), 3)
    some = drawn(tracks, 40)
    assert len(some) == 120
    assert len(np.unique(tracks[some])) == 40
    assert len(np.unique(tracks[drawn(tracks, 1000, most_rows=100, fewest=30)])) == 33
    assert drawn(tracks, 1000, most_rows=80, fewest=30).tolist() == []


def test_trees_that_would_take_too_long_are_left(monkeypatch):
    made = learnt("forest")
    work = of_trees(made.pipeline[-1]).work
    monkeypatch.setattr(module, "_MOST_WORK", 50.5 * work)
    found = told(made, songs(), seed=1)
    assert (len(found.values), found.songs) == (50, SONGS)
    assert "50 songs, drawn by chance from 90" in html(Page("", "", (), [shapley_section(found)]))
    monkeypatch.setattr(module, "_MOST_WORK", 20 * work)
    assert told(made, songs()).reason == (
        "its trees are too many and too deep, or its columns too many, to tell them within half a minute "
        "(--song tells those of one song)"
    )


def test_without_the_library_boosters_still_tell(monkeypatch):
    monkeypatch.delitem(sys.modules, "earmark.evaluate.by_shap", raising=False)
    monkeypatch.setitem(sys.modules, "shap", None)
    assert isinstance(told(learnt("lightgbm"), songs()), Shapley)
    assert told(learnt("forest"), songs()).reason == (
        "SHAP values of scikit-learn's trees need the library shap, which is not installed "
        "(pip install 'earmark[explain]')"
    )


def test_sums_that_do_not_hold_are_not_shown(monkeypatch):
    made = learnt("logistic")
    monkeypatch.setattr(
        module, "decisions", lambda classifier, x: classifier.decision_function(x) * [1, 1, 1.1]
    )
    assert told(made, songs()).reason.startswith("they should sum to what it answers, and are off by 0.")


def test_the_section():
    found = told(learnt("forest"), songs())
    page = html(Page("", "", (), [shapley_section(found)]))
    assert "High rule1_mean speaks for джаз" in page or "High rule2_mean speaks for rock" in page
    assert "points on average" in page
    assert "SHAP values, columns of a family together" in page
    two = {"values": found.values[:, :, :2], "inside": found.inside[:, :2]}
    each = replace(found, columns=("a", "b"), families=("a", "b"), **two)
    alone = html(Page("", "", (), [shapley_section(each)]))
    assert "columns of a family together" not in alone
    why = html(Page("", "", (), [shapley_section(Without("it is a riddle"))]))
    assert "SHAP values are not told of this model: it is a riddle." in why
    assert strongest(Without("it is a riddle")) == ""


def test_dots_at_one_place_are_seen():
    places = np.zeros(200)
    found = swarm.beside(places, 0.0, 1.0)
    assert len(np.unique(found)) == 200
    assert np.abs(found).max() <= 0.4
    chart = swarm.Swarms(
        "all", "200 songs", "x", [swarm.Swarm("a", "→ b", places, np.linspace(0, 0.99, 200))]
    )
    drawing = swarm.draw(chart).inline()
    for colour in swarm.LOW_TO_HIGH[1:]:
        assert colour in drawing


def test_the_page_says_which_classifiers_have_them():
    told = (Path(__file__).parents[1] / "docs" / "explain.md").read_text(encoding="utf-8")
    section = told[told.index("## SHAP values") : told.index("## What it says of itself")]
    listed = set(re.findall(r"`([a-z-]+)`", "".join(re.findall(r"^\| (`.*?) \|", section, re.MULTILINE))))
    assert listed == set(CLASSIFIERS) - WITHOUT.keys() | {"linear-svm"}
    for number in (f"{module.MOST_SONGS} are drawn by chance", f"fewer than {module.FEWEST_SONGS}"):
        assert number in " ".join(section.split())
