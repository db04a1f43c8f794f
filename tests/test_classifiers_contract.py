"""Classifiers: what holds for every one of them, and scikit-learn's own checks."""

import doctest
import importlib
import importlib.util
import json
import pkgutil
import subprocess
import sys

import numpy as np
import pytest
import skops.io
from imblearn.pipeline import make_pipeline
from sklearn.naive_bayes import GaussianNB
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils.estimator_checks import parametrize_with_checks
from threadpoolctl import threadpool_limits

import learning
from earmark.errors import ArgumentError, EarmarkError
from earmark.models import classifiers
from earmark.models.classifiers import CLASSIFIERS
from earmark.models.classifiers.coded import Coded
from earmark.models.classifiers.forest import ForestByPrediction
from earmark.models.classifiers.linear import BalancedLogistic
from earmark.models.classifiers.net import Net
from earmark.models.classifiers.process import GaussianProcess
from earmark.models.classifiers.ridge import KernelRidge
from earmark.models.classifiers.together import Stack, Vote
from earmark.models.classifiers.vectors import SupportVectors
from earmark.models.space import axis
from earmark.models.steps import PIPELINE_TRUSTED, STEPS
from earmark.models.steps.routing import fitted, probabilities

MEMBERS = [("bayes", GaussianNB()), ("smooth", GaussianNB(var_smoothing=0.1))]
OURS = [
    KernelRidge(),
    BalancedLogistic(),
    SupportVectors(folds=2),
    Net((10,), epochs=5),
    ForestByPrediction(4, folds=2),
    GaussianProcess(),
    Vote(MEMBERS),
    Stack(MEMBERS, folds=2),
    Coded(DecisionTreeClassifier(random_state=0)),
]
# Parameters that only make tests short.
QUICK = {"n_estimators": 12, "rounds": 8, "max_iter": 8, "epochs": 12, "nets": 1, "trees": 5}
QUICK |= {"iterations": 12}
LINEAR = ("logistic", "sgd")  # their max_iter is no number of trees


# A check that does not apply to a kind of estimator warns and skips itself; nets are not trained to the end.
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@parametrize_with_checks(OURS)
def test_scikit_learns_checks(estimator, check):
    check(estimator)


def quick(name, seed=1):
    part = CLASSIFIERS[name]
    few = {} if name in LINEAR else {key: value for key, value in QUICK.items() if key in part.parameters}
    return make_pipeline(STEPS["scale"].make(), part.make(seed, **few))


def learnt(name, table, seed=1):
    return fitted(quick(name, seed), table.x, table.y, track=table.track, groups=table.artist)


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    with threadpool_limits(1):
        yield


@pytest.fixture(scope="module")
def table():
    return learning.made()


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_answers_are_probabilities_of_genres_of_any_script_and_the_same_each_time(name, table):
    pipeline = learnt(name, table)
    p = probabilities(pipeline, table.x)
    assert pipeline.classes_.tolist() == sorted(learning.GENRES)
    assert p.shape == (len(table.x), 3)
    assert p.min() >= 0
    assert p.sum(axis=1) == pytest.approx(1, abs=1e-6)
    right = (pipeline.predict(table.x) == table.y).mean()
    assert right > 0.6 or name == "dummy"
    assert np.array_equal(probabilities(learnt(name, table), table.x), p)


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_no_classifier_learns_from_a_test_row(name, table):
    test = np.isin(table.artist, np.unique(table.artist)[-3:])
    pipeline = quick(name)
    with learning.spied(type(pipeline[0])) as seen:
        fitted(pipeline, table.x[~test], table.y[~test], groups=table.artist[~test])
        saved = learning.content(skops.io.dumps(pipeline))
        together = probabilities(pipeline, table.x[test])
    assert seen
    assert not seen & learning.rows_of(table.x[test])
    # Asked for test rows, it changes nothing of itself, and each row's answer hangs on that row alone.
    assert learning.content(skops.io.dumps(pipeline)) == saved
    alone = np.concatenate([probabilities(pipeline, row[None]) for row in table.x[test][:3]])
    assert learning.alike(alone, together[:3])


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_shuffled_labels_are_told_as_by_chance(name):
    table = learning.made(tracks=160, apart=3.0)
    shuffled = np.random.default_rng(0).permutation(np.unique(table.artist))
    genres = np.array(learning.GENRES)[shuffled[table.artist] % 3]
    fold = table.artist % 2
    right = []
    for held in (0, 1):
        test = fold == held
        pipeline = fitted(quick(name), table.x[~test], genres[~test], groups=table.artist[~test])
        right.append((pipeline.predict(table.x[test]) == genres[test]).mean())
    # 80 artists: three standard deviations of a mean of guesses.
    assert np.mean(right) == pytest.approx(1 / 3, abs=0.16)


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_a_classifier_is_saved_and_loaded_with_its_own_trusted_types_only(name, table):
    pipeline = learnt(name, table)
    saved = skops.io.dumps(pipeline)
    trusted = {*CLASSIFIERS[name].trusted, *STEPS["scale"].trusted, *PIPELINE_TRUSTED}
    assert set(skops.io.get_untrusted_types(data=saved)) <= trusted
    loaded = skops.io.loads(saved, trusted=sorted(trusted))
    assert np.array_equal(probabilities(loaded, table.x), probabilities(pipeline, table.x))
    assert loaded.predict(table.x[:5]).tolist() == pipeline.predict(table.x[:5]).tolist()


@pytest.mark.parametrize("name", [name for name in CLASSIFIERS if CLASSIFIERS[name].missing])
def test_a_classifier_that_says_so_takes_missing_values(name, table):
    x = table.x.copy()
    x[::3, 1] = np.nan
    few = {key: value for key, value in QUICK.items() if key in CLASSIFIERS[name].parameters}
    assert np.isfinite(CLASSIFIERS[name].make(**few).fit(x, table.y).predict_proba(x)).all()


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_two_genres_will_do(name, table):
    two = table.y != learning.GENRES[0]
    pipeline = fitted(quick(name), table.x[two], table.y[two], groups=table.artist[two])
    assert probabilities(pipeline, table.x).shape == (len(table.x), 2)


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_a_search_space_is_plain_data_and_can_be_set(name):
    part = CLASSIFIERS[name]
    assert part.summary
    assert part.seconds > 0
    for one in part.space.values():
        assert axis(json.loads(json.dumps(one.to_dict()))) == one
    assert set(part.space) <= set(part.parameters)
    for parameter, one in part.space.items():
        for value in one.grid(2):
            part.make(**{parameter: value})


@pytest.mark.parametrize(
    ("name", "module", "message"),
    [
        (
            "catboost",
            "catboost",
            "the library catboost, which is not installed (pip install 'earmark[catboost]')",
        ),
        (
            "xgboost",
            "xgboost",
            "the library xgboost-cpu, which is not installed (pip install 'earmark[boosting]')",
        ),
        (
            "lightgbm",
            "lightgbm",
            "the library lightgbm, which is not installed (pip install 'earmark[boosting]')",
        ),
        ("lda", "sklearn", "the library scikit-learn, which is not installed (pip install 'earmark[lab]')"),
    ],
)
def test_what_is_not_installed_is_named(name, module, message, monkeypatch):
    target = CLASSIFIERS[name].target.partition(":")[0]
    monkeypatch.delitem(sys.modules, target, raising=False)
    monkeypatch.setitem(sys.modules, target if module == "sklearn" else module, None)
    with pytest.raises(EarmarkError) as caught:
        CLASSIFIERS[name].make()
    assert str(caught.value) == f"{name} needs {message}"


def test_listing_loads_nothing_heavy():
    told = subprocess.run(
        [sys.executable, "-c", "import earmark.models.classifiers, earmark.models.steps, sys\n"
         "print([name for name in ('sklearn', 'scipy', 'pandas', 'lightgbm') if name in sys.modules])"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert told.stdout.strip() == "[]"


def test_wrong_parameters_are_named():
    with pytest.raises(ArgumentError) as caught:
        CLASSIFIERS["kernel-ridge"].make(alfa=1)
    assert (
        str(caught.value)
        == "kernel-ridge has no parameter 'alfa' (did you mean 'alpha'? known: alpha, width, kernel, balance)"
    )
    with pytest.raises(ArgumentError, match=r"^a share of 1.5 \(give a number above 0 and below 1\)$"):
        CLASSIFIERS["large-table-catboost"].make(share=1.5)


@pytest.mark.parametrize(
    "module",
    [
        classifiers,
        *(
            importlib.import_module(f"{classifiers.__name__}.{one.name}")
            for one in pkgutil.iter_modules(classifiers.__path__)
        ),
    ],
    ids=lambda module: module.__name__,
)
def test_examples_run(module):
    assert doctest.testmod(module).failed == 0
