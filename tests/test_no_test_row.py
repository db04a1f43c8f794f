"""No fit of any classifier, step, calibration or threshold sees a row, a track or an artist of the test."""

import tomllib

import numpy as np
import pytest

import members
import witness
from earmark.dataset.describe import described
from earmark.executors import executor
from earmark.models.lesson import lesson
from earmark.models.pipeline import columns_of
from earmark.models.recipe import RECIPES, Recipe, from_dict, parse, recipe
from earmark.models.steps import STEPS
from earmark.models.train import answers, plan, rows_of
from lessons import GENRES, frame

LEARNING = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def prepared(found: Recipe):
    given = lesson(described(members.songs(), "songs"))
    columns = columns_of(given.dataset.schema, found)
    return columns, witness.numbered(rows_of(given, columns)), plan(given, found).folds[0]


def answered(found: Recipe, columns, rows, fold) -> None:
    with executor("inline") as work:
        answers(found, columns, rows, [fold], work=work)


@LEARNING
@pytest.mark.parametrize("name", [*members.CLASSIFIERS, *STEPS])
def test_no_fit_sees_anything_of_the_test(name):
    found = parse(members.text_of(name, "temperature"))
    columns, rows, fold = prepared(found)
    with witness.listening() as heard:
        answered(found, columns, rows, fold)
    witness.see_that_none_is_of(heard, rows, fold[1])
    # The model and one for each fold of the calibration: whatever is fitted inside has no other rows.
    assert heard["pipeline"].fits == 3
    assert heard["pipeline"].rows == set(fold[0].tolist())


@pytest.mark.parametrize("method", ["temperature", "sigmoid", "isotonic"])
def test_a_witness_who_is_told_a_row_of_the_test_says_so(method):
    found = parse(members.text_of("lda", method))
    columns, rows, (train, tested) = prepared(found)
    with witness.listening() as heard:
        answered(found, columns, rows, (np.append(train, tested[:1]), tested))
    with pytest.raises(AssertionError, match="pipeline was fitted on rows of the test"):
        witness.see_that_none_is_of(heard, rows, tested)
    for kind, message in (("calibration", "rows"), ("sets", "rows"), ("sure", "rows")):
        with pytest.raises(AssertionError, match=f"{kind} was fitted on {message} of the test"):
            witness.see_that_none_is_of({kind: heard[kind]}, rows, tested)


def test_a_witness_who_is_told_of_an_artist_of_the_test_says_so():
    found = parse(members.text_of("lda", "temperature"))
    columns, rows, (train, tested) = prepared(found)
    with witness.listening() as heard:
        answered(found, columns, rows, (np.append(train, tested[:1]), tested[1:]))
    with pytest.raises(AssertionError, match="pipeline was fitted on groups of the test"):
        witness.see_that_none_is_of(heard, rows, tested[1:])


# -- by chance, where there is nothing to learn


def quick(found: Recipe) -> Recipe:
    """Return a recipe with fewer trees, columns and folds, which changes none of its parts."""
    plain = found.to_dict() | {"folds": 2}
    for part in [plain["classifier"], *plain["step"]]:
        part.update(tomllib.loads(members.SMALL.get(part["name"], "")))
    if "calibration" in plain:
        plain["calibration"]["folds"] = 2
    return from_dict(plain)


def told_apart(found: Recipe, *, shuffled: bool) -> float:
    """Return how many songs by new artists are told right; without any sense in the labels if shuffled."""
    made = frame(90, artists=15)
    if shuffled:
        artists = made["artist"].unique()
        genres = np.random.default_rng(0).permutation(np.repeat(GENRES, len(artists) // len(GENRES)))
        made["genre"] = made["artist"].map(dict(zip(artists, genres, strict=True)))
        made["artist"] = [f"artist {list(artists).index(one)}" for one in made["artist"]]
    for name in (*found.columns, *(name for step in found.steps for name in step.columns)):
        if name not in made and not set(name) & set("*?["):  # a recipe for a certain table
            made[name] = np.random.default_rng(len(name)).normal(size=len(made))
    given = lesson(described(made, "songs"))
    columns = columns_of(given.dataset.schema, found)
    rows, planned = rows_of(given, columns), plan(given, found)
    with executor("inline") as work:
        p = answers(found, columns, rows, planned.folds, work=work).p
    return float((p.argmax(axis=1) == given.y).mean())


@LEARNING
@pytest.mark.parametrize("name", RECIPES)
def test_shuffled_labels_score_like_chance_in_every_recipe(name):
    found = quick(recipe(name))
    assert told_apart(found, shuffled=False) > 0.5
    # 45 artists: three standard deviations of a mean of guesses.
    assert told_apart(found, shuffled=True) == pytest.approx(1 / 3, abs=0.21)
