"""The number of the cluster that a row is in, as a column."""

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.cluster import KMeans
from sklearn.preprocessing import StandardScaler
from sklearn.utils.validation import check_is_fitted, validate_data

from earmark.errors import ArgumentError
from earmark.models.steps._base import Array, Transformer, one_of, tagged
from earmark.models.steps.oversample import oversampled

CODES = ("one-hot", "ordinal", "distances")


class ClusterCode(Transformer):
    """Join a k-means cluster code to the columns.

    The columns are scaled for clustering, and both the scale and the centres come from the rows of `fit`.

    Parameters
    ----------
    clusters : int
        How many; fewer if there are fewer different rows.
    code : {"one-hot", "ordinal", "distances"}
        One column per cluster, one column with its number, or the distances to all centres.
    beside : bool
        Whether the columns themselves stay.
    balanced : bool
        Whether rare genres are oversampled (SMOTE, after scaling) while the centres are sought.
    random_state : int
        Of the first centres.

    Examples
    --------
    >>> x = [[0.0, 0.0], [0.1, 0.0], [5.0, 9.0], [5.1, 9.0]]
    >>> ClusterCode(clusters=2, code="ordinal").fit_transform(x).tolist()
    [[0.0, 0.0, 0.0], [0.1, 0.0, 0.0], [5.0, 9.0, 1.0], [5.1, 9.0, 1.0]]
    """

    def __init__(
        self,
        clusters: int = 10,
        code: str = "one-hot",
        beside: bool = True,
        balanced: bool = False,
        random_state: int | None = 0,
    ) -> None:
        self.clusters = clusters
        self.code = code
        self.beside = beside
        self.balanced = balanced
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:  # noqa: N803
        """Learn the scale and the centres."""
        one_of("code", self.code, CODES)
        if self.clusters < 1:
            raise ArgumentError(f"{self.clusters} clusters", "give at least one")
        if self.balanced:
            x, y = validate_data(self, X, y, dtype=np.float64)
        else:
            x = validate_data(self, X, dtype=np.float64)
        self.scaler_ = StandardScaler().fit(x)
        scaled = self.scaler_.transform(x)
        if self.balanced:
            scaled, _ = oversampled(scaled, np.asarray(y), seed=self.random_state)
        clusters = min(self.clusters, len(np.unique(scaled, axis=0)))
        self.kmeans_ = KMeans(clusters, n_init=4, random_state=self.random_state).fit(scaled)
        # Numbered from left to right, so that the code does not hang on the order of the rows.
        self.order_ = np.lexsort(self.kmeans_.cluster_centers_.T[::-1])
        return self

    def transform(self, X: ArrayLike) -> Array:  # noqa: N803
        """Return the columns with the code to their right."""
        check_is_fitted(self)
        x = validate_data(self, X, reset=False, dtype=np.float64)
        distances = self.kmeans_.transform(self.scaler_.transform(x))[:, self.order_]
        nearest = distances.argmin(axis=1)
        if self.code == "distances":
            code = distances
        elif self.code == "ordinal":
            code = nearest[:, None].astype(np.float64)
        else:
            code = np.eye(distances.shape[1])[nearest]
        return np.hstack([x, code]) if self.beside else np.asarray(code, np.float64)

    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> Any:
        """Return the names of the columns, then ``cluster`` or ``cluster0``, ``cluster1``, ..."""
        check_is_fitted(self)
        given = getattr(self, "feature_names_in_", None) if input_features is None else input_features
        names = [f"x{i}" for i in range(self.n_features_in_)] if given is None else list(np.asarray(given))
        code = ["cluster"] if self.code == "ordinal" else [f"cluster{i}" for i in range(len(self.order_))]
        return np.asarray([*names, *code] if self.beside else code, dtype=object)

    def __sklearn_tags__(self) -> Any:
        return tagged(super().__sklearn_tags__(), target_tags={"required": self.balanced})
