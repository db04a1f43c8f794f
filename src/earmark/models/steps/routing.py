"""How the track and the group of each row reach the parts of a pipeline that ask for them; one thread.

Two names besides the columns and the genres go with the rows into :func:`fitted`:

``track``
    which track each row is of. Asked for by :class:`~earmark.models.steps.selection.SelectByTest` and
    :class:`~earmark.models.steps.generate.Polynomials`, which compare track means.
``groups``
    what belongs together, best the artist. Asked for by classifiers that hold some training rows back, or
    count large groups less.

They travel by scikit-learn's metadata routing: each part states what its ``fit`` asks for, pipelines of
scikit-learn and imbalanced-learn pass it on, and searches and cross-validation cut it to the rows of a fold.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import sklearn
from numpy.typing import NDArray
from sklearn.utils.validation import has_fit_parameter
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # it has no types

from earmark.errors import ArgumentError

Names = Sequence[Any] | NDArray[Any]


def fitted(
    estimator: Any,
    x: Any,
    y: Any,
    *,
    track: Names | None = None,
    groups: Names | None = None,
    weights: NDArray[np.float64] | None = None,
) -> Any:
    """Fit a pipeline or classifier on one thread, with what its parts ask for, and return it.

    Parameters
    ----------
    estimator : estimator
        What to fit.
    x : array-like, shape (rows, columns)
        Training rows only.
    y : array-like, shape (rows,)
        Their genres.
    track, groups : sequence, shape (rows,), optional
        The track of each row, and what belongs together; what no part asks for is left aside.
    weights : array of float, shape (rows,), optional
        How much each row counts, for a classifier that can be told; others count all rows alike.

    Raises
    ------
    ArgumentError
        If the lengths differ.

    Examples
    --------
    >>> from sklearn.pipeline import make_pipeline
    >>> from earmark.models.steps import STEPS
    >>> select = STEPS["select-by-test"].make(top=1)
    >>> x = [[0.0, 3.0], [0.2, 3.0], [1.0, 3.0], [1.2, 3.1]]
    >>> fitted(make_pipeline(select), x, ["a", "a", "b", "b"], track=[1, 1, 2, 2])[0].tracks_
    2
    """
    given = {"track": track, "groups": groups}
    known = {name: values for name, values in given.items() if values is not None}
    for name, values in known.items():
        if len(values) != len(y):
            raise ArgumentError(f"'{name}' has {len(values)} values for {len(y)} rows", "give one per row")
    with sklearn.config_context(enable_metadata_routing=True), threadpool_limits(1):
        asked = estimator.get_metadata_routing().consumes("fit", set(known))
        told = {name: known[name] for name in sorted(asked)}
        if weights is not None and has_fit_parameter(estimator, "sample_weight"):
            told["sample_weight"] = weights
        return estimator.fit(x, y, **told)


def probabilities(estimator: Any, x: Any) -> Any:
    """Return the probability of each genre, shape (rows, genres), asked for on one thread.

    Examples
    --------
    >>> from sklearn.naive_bayes import GaussianNB
    >>> model = fitted(GaussianNB(), [[0.0], [0.2], [1.0], [1.2]], ["a", "a", "b", "b"])
    >>> probabilities(model, [[0.1]]).round(2).tolist()
    [[1.0, 0.0]]
    """
    with threadpool_limits(1):
        return estimator.predict_proba(x)
