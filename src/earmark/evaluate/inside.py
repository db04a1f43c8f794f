"""What a model says of itself: coefficients of linear classifiers, importances of trees."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.linear_model import SGDClassifier
from sklearn.multiclass import OneVsRestClassifier

from earmark.evaluate.families import family
from earmark.models.classifiers.vectors import SupportVectors
from earmark.models.learning import Fitted
from earmark.models.pipeline import handed_over
from earmark.models.probabilities import Array

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Coefficients:
    """How a linear classifier weighs its columns.

    Attributes
    ----------
    genres, columns : tuple of str
        The genres that it has seen, and the columns as the steps hand them over.
    values : array of float, shape (genres, columns)
        By how much one standard deviation more of a column raises a genre's score, in log-odds.
    against : str
        Against what: the ``rest`` of the genres, or their ``mean``.
    """

    genres: tuple[str, ...]
    columns: tuple[str, ...]
    values: Array
    against: str


@dataclass(frozen=True, eq=False)
class Weighed:
    """How a classifier of trees weighs its columns.

    Attributes
    ----------
    columns, families : tuple of str
        The columns as the steps hand them over, and the family of each.
    values : array of float, shape (columns,)
        Their importances, which sum to 1.
    """

    columns: tuple[str, ...]
    families: tuple[str, ...]
    values: Array


def coefficients(fitted: Fitted, genres: tuple[str, ...], x: "pd.DataFrame") -> Coefficients | None:
    """Return a linear classifier's coefficients, None for any other, or where steps name no columns.

    Parameters
    ----------
    fitted : Fitted
        The model's pipeline.
    genres : tuple of str
        All genres.
    x : pandas.DataFrame
        Rows whose standard deviations columns are measured in.
    """
    found = linear(fitted.pipeline[-1])
    names = columns_inside(fitted.pipeline)
    if found is None or names is None:
        return None
    weights, _, against = found
    spread = np.asarray(handed_over(fitted.pipeline, x)).std(axis=0)
    return Coefficients(tuple(genres[code] for code in fitted.seen), names, weights * spread, against)


def linear(classifier: Any) -> tuple[Array, Array, str] | None:
    """Return weights (genres, columns), intercepts (genres,) and what they are against; None if not linear.

    Weights against the mean of the genres sum to 0 over genres: a softmax takes no notice of what all share.
    """
    if isinstance(classifier, OneVsRestClassifier):
        each = classifier.estimators_
        weights = np.vstack([one.coef_ for one in each])
        starts = np.concatenate([one.intercept_ for one in each])
        against = "rest"
    elif hasattr(classifier, "coef_"):
        weights, starts = np.asarray(classifier.coef_, np.float64), np.asarray(classifier.intercept_)
        against = "rest" if isinstance(classifier, SGDClassifier) else "mean"
    elif (machine := _machine_of_two(classifier)) is not None:
        steep = _steepness(classifier)
        weights, starts, against = steep * machine.coef_, steep * machine.intercept_, "mean"
    else:
        return None
    if len(weights) == 1:  # of two genres: the second against the first
        half = 0.5 if against == "mean" else 1.0
        return (
            np.vstack([-half * weights, half * weights]),
            np.concatenate([-half * starts, half * starts]),
            against,
        )
    if against == "mean":
        weights, starts = weights - weights.mean(axis=0), starts - starts.mean()
    return weights, starts, against


def decisions(classifier: Any, x: Array) -> Array:
    """Return what a linear classifier itself tells of rows, shape (rows, scores): two genres have one score.

    For log-odds against the mean of the genres, that mean must still be taken away.
    """
    machine = _machine_of_two(classifier)
    if machine is not None:
        found = _steepness(classifier) * machine.decision_function(x)
    else:
        found = classifier.decision_function(x)
    return np.asarray(found, np.float64).reshape(len(x), -1)


def _machine_of_two(classifier: Any) -> Any:
    """Return a linear support vector machine that tells two genres apart; of more, pairs vote."""
    if not isinstance(classifier, SupportVectors) or classifier.kernel != "linear":
        return None
    return classifier.machine_ if len(classifier.classes_) == 2 else None


def _steepness(classifier: SupportVectors) -> float:
    """Return the log-odds of one genre against the other where the decision is 1."""
    return 2 * float(classifier.steepness_)


def weighed(fitted: Fitted, family_of: Mapping[str, str]) -> Weighed | None:
    """Return the importances that trees give their columns; None for a classifier that has none.

    Parameters
    ----------
    fitted : Fitted
        The model's pipeline.
    family_of : mapping of str to str
        The family of each column of the table.
    """
    values = getattr(fitted.pipeline[-1], "feature_importances_", None)
    names = columns_inside(fitted.pipeline)
    if values is None or names is None or len(values) != len(names):
        return None
    told = np.asarray(values, np.float64)
    total = float(told.sum())
    return Weighed(names, origins(fitted, names, family_of), told / total if total else told)


def columns_inside(pipeline: Any) -> tuple[str, ...] | None:
    """Return the names of the columns that the classifier gets, None where a step does not tell."""
    names: Any = None
    for _, step in pipeline.steps[:-1]:
        if not hasattr(step, "transform"):
            continue
        if not hasattr(step, "get_feature_names_out"):
            return None
        try:
            names = step.get_feature_names_out(names)
        except ValueError:  # two columns of words that hold the same word
            return None
    return tuple(map(str, names))


def origins(fitted: Fitted, names: Sequence[str], family_of: Mapping[str, str]) -> tuple[str, ...]:
    """Return the family of each column that the classifier gets.

    All words of a column are one, and all values of a category. What a step has made anew is a family by its
    own name.

    Parameters
    ----------
    fitted : Fitted
        The model's pipeline.
    names : sequence of str
        What :func:`columns_inside` gave.
    family_of : mapping of str to str
        The family of each column of the table.
    """
    found: dict[str, str] = {}
    for name, step, columns in fitted.pipeline[0].transformers_:
        if name in ("remainder", "numbers") or isinstance(step, str):
            continue
        told = ", ".join(family_of.get(one, one) for one in columns)
        found |= {str(made): told for made in step.get_feature_names_out()}
    found |= dict(family_of)
    return tuple(found.get(name, family(name)) for name in names)
