"""Steps: what holds for every one of them, and scikit-learn's own checks."""

import doctest
import importlib
import pkgutil

import numpy as np
import pytest
import skops.io
from imblearn.pipeline import make_pipeline
from sklearn.model_selection import StratifiedKFold
from sklearn.naive_bayes import GaussianNB
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils.estimator_checks import parametrize_with_checks
from threadpoolctl import threadpool_limits

import learning
import readers
from earmark.models import parts, space, steps
from earmark.models.steps import PIPELINE_TRUSTED, STEPS
from earmark.models.steps.clusters import ClusterCode
from earmark.models.steps.fractions import Fractions
from earmark.models.steps.generate import Polynomials
from earmark.models.steps.guard import Guard
from earmark.models.steps.oversample import Oversample
from earmark.models.steps.power import Log, Power, SignedLog
from earmark.models.steps.ranks import Ranks
from earmark.models.steps.routing import fitted
from earmark.models.steps.selection import SelectByImportance, SelectByTest
from earmark.models.steps.sentences import Sentences
from earmark.models.steps.text import Text
from earmark.models.steps.whiten import Whiten

SMALL = [
    Polynomials(degree=2),
    Polynomials(keep=20),
    SelectByTest(top=3),
    SelectByImportance(DecisionTreeClassifier(random_state=0), top=3),
    ClusterCode(clusters=3, code="ordinal"),
    ClusterCode(clusters=3, balanced=True),
    Power(),
    Power("box-cox"),
    SignedLog(),
    Log(),
    Whiten(),
    Ranks(),
    Fractions(),
    Text(),
    Sentences(readers.TINY),
    Guard(),
    Oversample(),
]


def test_every_step_of_ours_is_checked():
    ours = {type(part.make()) for part in map(STEPS.__getitem__, STEPS) if part.target.startswith("earmark.")}
    assert ours == {type(step) for step in SMALL}


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    with threadpool_limits(1):
        yield


def left_out(step):
    """Say which of scikit-learn's checks a step is not held to, and why."""
    if isinstance(step, Text | Sentences):
        return {"check_complex_data": "any value can be read as text, complex numbers as well"}
    return {}


# A check that does not apply to a kind of estimator warns and skips itself.
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@parametrize_with_checks(SMALL, expected_failed_checks=left_out)
def test_scikit_learns_checks(estimator, check):
    check(estimator)


def everything(name):
    """Return a pipeline with a step in it, and a table that it takes."""
    part = STEPS[name]
    table = learning.made(words=part.takes in ("category", "text"))
    few = {"weights": readers.TINY} if name == "sentences" else {}
    return make_pipeline(part.make(seed=1, **few), *([GaussianNB()] if part.resamples else [])), table


@pytest.mark.parametrize("name", STEPS)
def test_a_step_makes_finite_numbers_the_same_each_time(name):
    outputs = []
    for _ in range(2):
        pipeline, table = everything(name)
        fitted(pipeline, table.x, table.y, track=table.track)
        outputs.append(learning.output(pipeline, table.x))
    assert np.array_equal(*outputs)
    assert len(outputs[0]) == len(table.x)
    if STEPS[name].takes != "any":
        assert np.isfinite(outputs[0]).all()


@pytest.mark.parametrize("name", [name for name in STEPS if STEPS[name].missing])
def test_a_step_that_says_so_takes_missing_values(name):
    pipeline, table = everything(name)
    x = table.x.copy()
    x[::3, 0] = np.nan if x.dtype == np.float64 else None
    fitted(pipeline, x, table.y)
    learning.output(pipeline, x)


@pytest.mark.parametrize("name", STEPS)
def test_no_step_learns_from_a_test_row(name):
    pipeline, table = everything(name)
    train, test = next(StratifiedKFold(3).split(table.x, table.y))
    with learning.spied(type(pipeline[0])) as seen:
        fitted(pipeline, table.x[train], table.y[train], track=table.track[train])
        learned = skops.io.dumps(pipeline)
        together = learning.output(pipeline, table.x[test])
    assert seen
    assert not seen & learning.rows_of(table.x[test])
    # Asked for test rows, it changes nothing of itself, and each row's answer hangs on that row alone.
    assert learning.content(skops.io.dumps(pipeline)) == learning.content(learned)
    alone = np.concatenate([learning.output(pipeline, row[None]) for row in table.x[test]])
    assert learning.alike(alone, together)


def test_the_spy_sees_a_step_that_learns_while_it_is_asked():
    class Leaky(SignedLog):
        def transform(self, X):  # noqa: N803
            return super().transform(self.fit(X).scale_ * X)

    table = learning.made()
    with learning.spied(Leaky) as seen:
        step = Leaky().fit(table.x[:30])
        assert not seen & learning.rows_of(table.x[30:])
        step.transform(table.x[30:])
    assert learning.rows_of(table.x[30:]) <= seen


@pytest.mark.parametrize("name", STEPS)
def test_a_step_is_saved_and_loaded_with_its_own_trusted_types_only(name):
    pipeline, table = everything(name)
    fitted(pipeline, table.x, table.y, track=table.track)
    saved = skops.io.dumps(pipeline)
    trusted = [*STEPS[name].trusted, *PIPELINE_TRUSTED]
    assert set(skops.io.get_untrusted_types(data=saved)) <= set(trusted)
    loaded = skops.io.loads(saved, trusted=trusted)
    assert np.array_equal(learning.output(loaded, table.x), learning.output(pipeline, table.x))


@pytest.mark.parametrize("name", STEPS)
def test_every_parameter_of_a_space_can_be_set(name):
    part = STEPS[name]
    assert part.summary
    assert set(part.space) <= set(part.parameters)
    for parameter, axis in part.space.items():
        for value in axis.grid(2):
            assert part.make(**{parameter: value}).get_params()[parameter] == value


@pytest.mark.parametrize(
    "module",
    [
        parts,
        space,
        *(
            importlib.import_module(f"{steps.__name__}.{one.name}")
            for one in pkgutil.iter_modules(steps.__path__)
        ),
    ],
    ids=lambda module: module.__name__,
)
def test_examples_run(module):
    assert doctest.testmod(module).failed == 0
