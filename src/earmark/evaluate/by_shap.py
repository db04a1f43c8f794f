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
        self._explainer = TreeExplainer({"trees": [dict(one) for one in trees]})

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
        # Whoever asks compares the sum with what the classifier answers.
        told = self._explainer.shap_values(x, check_additivity=False)
        found = np.asarray(told, np.float64).reshape(*x.shape, -1)
        start = np.asarray(self._explainer.expected_value, np.float64)
        base = np.broadcast_to(start, (len(x), 1, found.shape[2]))
        return np.concatenate([found, base], axis=1).transpose(0, 2, 1)
