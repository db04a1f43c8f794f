"""The table [search] of recipes: what it says, what it refuses, what is tried."""

import doctest
import itertools
import math
from importlib import metadata

import pytest

from earmark.cli.options import tune as options
from earmark.errors import EarmarkError, RecipeError
from earmark.models import search, search_space
from earmark.models.classifiers import CLASSIFIERS
from earmark.models.recipe import parse
from earmark.models.search import METRICS
from earmark.models.search_space import as_it_stands, at, axes
from earmark.models.space import Choices, Range
from earmark.models.tuning import importance, points, study, trial
from earmark.models.tuning.points import WAVE, points_of
from earmark.models.tuning.trial import Trial, best
from earmark.service import choosing

LOGISTIC = '[classifier]\nname = "logistic"\n'
TOP = '[[step]]\nname = "select-by-test"\ntop = 20\n'


@pytest.mark.parametrize(
    "module", [choosing, importance, options, points, search, search_space, study, trial]
)
def test_the_examples_run(module):
    found = doctest.testmod(module)
    assert found.attempted > 0
    assert found.failed == 0


def test_every_key():
    text = TOP + LOGISTIC + (
        '[search]\nmethod = "grid"\ntrials = 99\nbudget_s = 600\nfolds = 4\nmetric = "f1_macro"\n'
        'prune = true\nsteps = 3\n[search.space]\n"classifier.C" = {low = 0.01, high = 100, log = true}\n'
        '"classifier.class_weight" = ["none", "balanced"]\n"select-by-test.top" = {low = 10, high = 40}\n'
    )  # fmt: skip
    found = parse(text)
    assert found.search.to_dict() == {
        "method": "grid", "trials": 99, "budget_s": 600, "folds": 4, "metric": "f1_macro", "prune": True,
        "steps": 3,
        "space": {
            "classifier.C": {"low": 0.01, "high": 100, "log": True, "whole": False},
            "classifier.class_weight": [None, "balanced"],
            "select-by-test.top": {"low": 10, "high": 40, "log": False, "whole": False},
        },
    }  # fmt: skip
    assert parse(found.to_toml()) == found
    # A parameter that counts is counted, whatever is said.
    assert axes(found)["select-by-test.top"] == Range(10, 40, whole=True)
    assert as_it_stands(found) == {
        "classifier.C": 1.0, "classifier.class_weight": None, "select-by-test.top": 20,
    }  # fmt: skip


def test_without_a_space_it_is_that_of_the_classifier():
    found = parse(LOGISTIC + "[search]\n")
    assert axes(found) == {
        f"classifier.{name}": one for name, one in CLASSIFIERS["logistic"].space.items()
    }  # fmt: skip


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_the_space_of_every_classifier_can_be_searched_and_written(name):
    if name == "dummy":  # nothing to search for
        return
    found = parse(f'[classifier]\nname = "{name}"\n[search]\ntrials = 3\n')
    for point in points_of(found).wave():
        changed = at(found, point)
        assert parse(changed.to_toml()) == changed


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ('method = "tree"', "search by 'tree'", "give one of grid, random, tpe"),
        ('metric = "f1"', "search for the best 'f1'", "f1_macro"),
        ("trial = 3", "search says 'trial', which means nothing", "did you mean 'trials'?"),
        ("trials = 0", "search with trials = 0", "give 1 to 10000"),
        ("budget_s = 0", "search with budget_s = 0", "more than 0"),
        ("budget_s = nan", "search with budget_s = nan", "more than 0"),
        ('budget_s = "10m"', "search has budget_s = '10m'", "give a number"),
        ("prune = 1", "search has prune = 1", "give true or false"),
        ("folds = 1", "search on 1 folds", "give 2 to 100"),
        ("steps = 1", "search with steps = 1", "give 2 to 100"),
        ('space = {"classifier.c" = [1.0]}', "logistic has no parameter 'c'", "known: "),
        ('space = {"classifier.clas_weight" = [1.0]}', "no parameter 'clas_weight'", "'classifier.class_w"),
        ('space = {"clasifier.C" = [1.0]}', "no parameter of this recipe", "did you mean 'classifier.C'?"),
        ('space = {"select-by-test.top" = [5]}', "no parameter of this recipe", "the parts are classifier"),
        ('space = {"C" = [5]}', "no parameter of this recipe", "PART.PARAMETER"),
        ('space = {"classifier.C" = []}', "a parameter without values", "name at least one value"),
        ('space = {"classifier.C" = 3}', "search.space has 'classifier.C' = 3", "give a list of values"),
        ('space = {"classifier.C" = {low = 3}}', "is no range of a parameter", "low and high"),
        ('space = {"classifier.C" = {low = 3, high = 1}}', "a range from 3 to 1", "the lower end first"),
        ('space = {"classifier.C" = {low = 0, high = 1, log = true}}', "of ratios from 0", "above 0"),
        ('space = {"classifier.C" = {low = "a", high = "b"}}', "search.space has 'classifier.C'", "a list"),
        ('space = {"classifier.C" = {low = 1, high = 2, log = 1}}', "search.space has", "give a list"),
        ('space = {"classifier.C" = [{a = 1}]}', "search.space has 'classifier.C'", "give a list"),
        ('space = {"classifier.C" = [-1.0]}', "logistic: The 'C' parameter", "correct the value"),
        ('space = {"classifier.C" = {low = -1, high = 1}}', "logistic: The 'C' parameter", "correct the"),
        (
            'method = "grid"\nsteps = 50\ntrials = 99',
            "the grid has 100 points, more than 99",
            'raise trials, or draw points: method = "random"',
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_meant(text, message, hint):
    with pytest.raises(RecipeError) as caught:
        parse(f"{LOGISTIC}[search]\n{text}\n")
    assert message in caught.value.message
    assert hint in caught.value.hint


def test_what_cannot_be_searched():
    with pytest.raises(RecipeError, match="dummy has nothing to search for"):
        parse('[classifier]\nname = "dummy"\n[search]\n')
    with pytest.raises(RecipeError, match="the best log_loss of votes, which have none"):
        parse('votes = "majority"\n' + LOGISTIC + '[search]\nmetric = "log_loss"\n')
    with pytest.raises(RecipeError, match="chosen lacks 'rows'"):
        parse(LOGISTIC + '[chosen]\ntable = "x"\n')


def test_a_parameter_is_named_once():
    space = '[search.space]\n"select-by-test.top" = [5, 9]\n"select-by-test.1.top" = [7]\n'
    with pytest.raises(RecipeError) as caught:
        parse(TOP + LOGISTIC + space)
    assert str(caught.value) == (
        "the recipe: search.space names one parameter twice, 'select-by-test.top' and 'select-by-test.1.top' "
        "(leave one of them out)"
    )
    assert len(axes(parse(TOP + TOP + LOGISTIC + space.replace("test.top", "test.2.top")))) == 2


def test_steps_of_one_name_are_told_apart_by_number():
    twice = '[[step]]\nname = "words"\ncolumns = ["a"]\n[[step]]\nname = "words"\ncolumns = ["b"]\ntop = 7\n'
    found = parse(twice + LOGISTIC + '[search.space]\n"words.2.top" = [5, 9]\n"classifier.C" = [0.5]\n')
    assert as_it_stands(found) == {"words.2.top": 7, "classifier.C": 1.0}
    moved = at(found, {"words.2.top": 5, "classifier.C": 0.5})
    assert [dict(one.parameters) for one in moved.steps] == [{}, {"top": 5}]
    assert dict(moved.classifier.parameters)["C"] == 0.5
    # Two that say the same are two all the same.
    same = parse('[[step]]\nname = "scale"\n' * 2 + LOGISTIC)
    steps = at(same, {"scale.2.with_std": False}).steps
    assert [dict(one.parameters) for one in steps] == [{}, {"with_std": False}]
    for name in ("words.top", "words.3.top", "words.0.top", "words.two.top"):
        with pytest.raises(RecipeError) as caught:
            parse(twice + LOGISTIC + f'[search.space]\n"{name}" = [5]\n')
        assert str(caught.value) == (
            f"the recipe: search.space names '{name}', and the recipe has 2 steps 'words' "
            "(say which: 'words.1.top', 'words.2.top')"
        )
    with pytest.raises(RecipeError, match=r"did you mean 'words\.2\.top'"):
        parse(twice + LOGISTIC + '[search.space]\n"words.2.tops" = [5]\n')


def test_metrics_are_those_of_evaluations():
    from earmark.evaluate.metrics import LOWER_IS_BETTER

    assert {name for name, more in METRICS.items() if not more} == set(METRICS) & LOWER_IS_BETTER


# -- what is tried


def points_in(text: str) -> list[dict]:
    found, tried = points_of(parse(text)), []
    while wave := found.wave():
        tried += wave
        found.tell([Trial(i, point, (0.5,), (1,), "done") for i, point in enumerate(wave)])
    assert len(tried) == found.number
    return tried


def test_a_grid_covers_all_and_the_recipe_as_it_stands_comes_first():
    space = '[search]\nmethod = "grid"\nsteps = 3\n[search.space]\n"select-by-test.top" = [20, 50]\n'
    tried = points_in(TOP + LOGISTIC + space + '"classifier.C" = {low = 0.01, high = 1, log = true}\n')
    assert tried[0] == {"select-by-test.top": 20, "classifier.C": 1.0}
    assert {tuple(point.values()) for point in tried} == set(itertools.product((20, 50), (0.01, 0.1, 1.0)))
    assert len(tried) == 6  # the recipe as it stands is one of them, and not tried twice


@pytest.mark.parametrize("method", ["random", "tpe"])
def test_the_same_seed_tries_the_same(method):
    text = f'{LOGISTIC}[search]\nmethod = "{method}"\ntrials = '
    longer = points_in(f"{text}14\n")
    assert len(longer) == 14
    assert points_in(f"{text}14\n") == longer
    assert points_in(f"{text}9\n") == longer[:9]
    assert points_in(f"seed = 1\n{text}14\n")[1:] != longer[1:]
    assert all(0.001 <= point["classifier.C"] <= 100 for point in longer)
    assert {point["classifier.class_weight"] for point in longer} == {None, "balanced"}


def hunted(method: str, trials: int) -> float:
    """Return how far from a planted optimum, C = 0.3, the best point of a search is, as a ratio."""
    found = points_of(
        parse(f'{LOGISTIC}[search]\nmethod = "{method}"\nmetric = "log_loss"\ntrials = {trials}\n')
    )
    tried = []
    while wave := found.wave():
        told = [
            Trial(len(tried) + i, point, (math.log(point["classifier.C"] / 0.3) ** 2,), (1,), "done")
            for i, point in enumerate(wave)
        ]
        found.tell(told)
        tried += told
    return abs(math.log(best(tried, more_is_better=False).point["classifier.C"] / 0.3))


def test_a_planted_optimum_is_found():
    assert hunted("tpe", 50) < math.log(1.25)
    assert hunted("random", 50) < math.log(2)


def test_optuna_is_told_of_what_was_pruned_or_failed():
    found = points_of(parse(f'{LOGISTIC}[search]\nmethod = "tpe"\ntrials = 30\n'))
    number = 0
    while wave := found.wave():
        ends = (("done", (0.5,)), ("pruned", (0.4,)), ("failed", ()), ("done", (0.6,)))
        found.tell(
            [
                Trial(number + i, point, scores, (1,) * len(scores), state)
                for i, (point, (state, scores)) in enumerate(zip(wave, ends, strict=False))
            ]
        )
        assert len(wave) <= WAVE
        number += len(wave)
    assert number == 30


def test_without_optuna(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "optuna", None)
    monkeypatch.delitem(__import__("sys").modules, "earmark.models.tuning.by_optuna", raising=False)
    text = f'{LOGISTIC}[search]\nmethod = "tpe"\n'
    with pytest.raises(EarmarkError) as caught:
        points_of(parse(text))
    assert caught.value.message == "a search by 'tpe' needs the library optuna, which is not installed"
    assert caught.value.hint == "pip install 'earmark[tuning]', or search by 'random'"
    assert points_of(parse(f'{LOGISTIC}[search]\nmethod = "random"\n')).wave()


def test_the_version_of_what_is_not_installed(monkeypatch):
    def missing(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", missing)
    assert choosing._of_optuna(parse(f'{LOGISTIC}[search]\nmethod = "tpe"\n')) == {}


def test_the_best_is_the_first_of_equals_and_done():
    tried = [
        Trial(0, {}, (0.5,), (10,), "done"),
        Trial(1, {}, (0.7,), (10,), "done"),
        Trial(2, {}, (0.7,), (10,), "done"),
        Trial(3, {}, (0.9,), (10,), "pruned"),
        Trial(4, {}, (None,), (10,), "done"),
    ]
    assert best(tried, more_is_better=True).number == 1
    assert best(tried, more_is_better=False).number == 0
    assert best(tried[3:], more_is_better=True) is None


def test_which_parameter_mattered():
    space = {"a": Range(0, 1), "b": Choices(("x", "y"))}
    tried = [Trial(i, {"a": i / 40, "b": "xy"[i % 2]}, (i / 40,), (1,), "done") for i in range(40)]
    found = importance.importance(tried, space)
    assert list(found) == ["a", "b"]
    assert found["a"] > 0.9
    assert found["b"] == 0.0
    assert importance.importance(tried[:8], space) == {}
