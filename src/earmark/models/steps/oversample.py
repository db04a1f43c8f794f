"""Rare genres filled up with rows between their own: SMOTE, while fitting only."""

from typing import Any

import numpy as np
from imblearn.over_sampling.base import BaseOverSampler
from sklearn.neighbors import NearestNeighbors

from earmark.errors import ArgumentError
from earmark.models.steps._base import Array


def oversampled(
    x: Array, y: Any, *, neighbours: int = 5, share: float = 1.0, seed: int | None = 0
) -> tuple[Array, Any]:
    """Return the rows, and behind them made rows of the rarer genres.

    A made row lies on the line between a row and one of its nearest neighbours in its genre (N. Chawla et
    al., JAIR 16, 2002). A genre with a single row has that row repeated.

    Parameters
    ----------
    x : array of float, shape (rows, columns)
        Scaled: neighbours are sought by distance.
    y : array, shape (rows,)
        Genres.
    neighbours : int
        How many to choose from; all others of a genre that has fewer.
    share : float
        How many rows each genre gets at least, as a share of those of the most frequent: 0 to 1.
    seed : int
        Of what is drawn.

    Examples
    --------
    >>> x, y = oversampled(np.array([[0.0], [1.0], [5.0], [6.0], [7.0]]), np.array(list("aabbb")))
    >>> x.shape, y.tolist(), bool(0 <= x[5, 0] <= 1)
    ((6, 1), ['a', 'a', 'b', 'b', 'b', 'a'], True)
    """
    rng = np.random.default_rng(seed)
    genres, codes, sizes = np.unique(y, return_inverse=True, return_counts=True)
    wanted = round(share * sizes.max())
    made, labels = [x], [y]
    for code, genre in enumerate(genres):
        missing = wanted - int(sizes[code])
        if missing <= 0:
            continue
        rows = x[codes == code]
        begin = rng.integers(len(rows), size=missing)
        end = begin
        if len(rows) > 1:
            near = NearestNeighbors(n_neighbors=min(neighbours, len(rows) - 1)).fit(rows)
            nearest = near.kneighbors(return_distance=False)
            end = nearest[begin, rng.integers(nearest.shape[1], size=missing)]
        made.append(rows[begin] + rng.random((missing, 1)) * (rows[end] - rows[begin]))
        labels.append(np.full(missing, genre, dtype=y.dtype))
    return np.concatenate(made), np.concatenate(labels)


class Oversample(BaseOverSampler):  # type: ignore[misc]  # imbalanced-learn has no types
    """SMOTE for a pipeline of imbalanced-learn, which resamples while fitting and never while predicting.

    Parameters
    ----------
    neighbours : int
        How many of a row's nearest to choose from.
    share : float
        How many rows each genre gets at least, as a share of those of the most frequent: 0 to 1.
    random_state : int
        Of what is drawn.

    Examples
    --------
    >>> x, y = Oversample().fit_resample([[0.0], [1.0], [5.0], [6.0], [7.0]], ["a", "a", "b", "b", "b"])
    >>> sorted(y)
    ['a', 'a', 'a', 'b', 'b', 'b']
    """

    _parameter_constraints: dict[str, Any] = {}  # noqa: RUF012 - imbalanced-learn reads it so

    def __init__(self, neighbours: int = 5, share: float = 1.0, random_state: int | None = 0) -> None:
        super().__init__()
        self.neighbours = neighbours
        self.share = share
        self.random_state = random_state

    def _fit_resample(self, X: Any, y: Any) -> tuple[Array, Any]:  # noqa: N803
        if not 0 <= self.share <= 1 or self.neighbours < 1:
            raise ArgumentError(
                f"a share of {self.share} and {self.neighbours} neighbours",
                "give a share of 0 to 1 and at least one neighbour",
            )
        if hasattr(X, "toarray"):
            X = X.toarray()  # noqa: N806
        return oversampled(
            np.asarray(X, np.float64),
            y,
            neighbours=self.neighbours,
            share=self.share,
            seed=self.random_state,
        )
