"""SHAP values of trees by the library shap; the only file that knows it."""

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from earmark.errors import EarmarkError
from earmark.models.probabilities import Array

try:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # matplotlib remarks on how shap makes its colours
        from shap import TreeExplainer
except ImportError as _error:
    raise EarmarkError(
        "SHAP values of scikit-learn's trees need the library shap, which is not installed",
        "pip install 'earmark[explain]'",
    ) from _error

_MOST_VALUES = 32_000_000  # numbers of all leaves at once, a quarter of a gigabyte: shap fills up short trees


class Trees:
    """SHAP values of the sum of trees, exactly, along the paths of their training rows.

    Parameters
    ----------
    trees : sequence of mapping
        As shap takes them: ``children_left``, ``children_right`` (-1 for a leaf), ``children_default`` (where
        missing values go), ``features``, ``thresholds`` (no greater goes left), ``values``, shape (nodes,
        outputs), and ``node_sample_weight``.
    """

    def __init__(self, trees: Sequence[Mapping[str, Any]]) -> None:
        largest = max(one["values"].size for one in trees)
        some = max(1, _MOST_VALUES // largest)
        self._parts = [
            TreeExplainer({"trees": [dict(one) for one in trees[at : at + some]]})
            for at in range(0, len(trees), some)
        ]

    def __call__(self, x: Array) -> Array:
        """Return what each column adds, and last what there is without any.

        Parameters
        ----------
        x : array of float, shape (rows, columns)
            Values as they are compared with thresholds.

        Returns
        -------
        array of float, shape (rows, outputs, columns + 1)
        """
        return np.asarray(sum(_told(part, x) for part in self._parts), np.float64)


def _told(part: Any, x: Array) -> Array:
    # What is answered is compared with the sum where all parts are together.
    found = np.asarray(part.shap_values(x, check_additivity=False), np.float64).reshape(*x.shape, -1)
    base = np.broadcast_to(np.asarray(part.expected_value, np.float64), (len(x), 1, found.shape[2]))
    return np.concatenate([found, base], axis=1).transpose(0, 2, 1)
