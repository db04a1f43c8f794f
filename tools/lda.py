"""Linear discriminant analysis in which an artist with many songs does not drown the others.

Fisher's discriminant (R. A. Fisher, 1936; for several classes C. R. Rao, 1948) with shrinkage of the
covariance towards a multiple of the identity (J. Friedman, "Regularized discriminant analysis", 1989).
scikit-learn's takes no weights for its rows; here a song weighs 1/√(songs of its artist), and every genre
weighs alike, so that class sizes are no prior.
"""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from earmark.models.head import Array

SHRINKAGE = 0.1


def fit(inputs: Array, labels: Sequence[int], artists: Sequence[str], n_genres: int) -> tuple[Array, Array]:
    """Return weights, shape (inputs, genres), and bias, shape (genres,).

    Parameters
    ----------
    inputs : ndarray, shape (songs, inputs)
        One row per song.
    labels : sequence of int
        The genre of each song, 0 to `n_genres` - 1; every genre has at least one.
    artists : sequence of str
        The artist of each song.
    n_genres : int
        Number of genres.
    """
    songs_of = Counter(artists)
    weight = np.array([songs_of[artist] ** -0.5 for artist in artists])
    centre = np.average(inputs, axis=0, weights=weight)
    spread = np.sqrt(np.average((inputs - centre) ** 2, axis=0, weights=weight)) + 1e-9
    rows = (inputs - centre) / spread
    label = np.asarray(labels)
    means = np.zeros((n_genres, rows.shape[1]))
    within = np.zeros((rows.shape[1], rows.shape[1]))
    for genre in range(n_genres):
        own = label == genre
        share = weight[own] / weight[own].sum()
        means[genre] = share @ rows[own]
        off = rows[own] - means[genre]
        within += (off * share[:, None]).T @ off / n_genres
    size = len(within)
    within = (1 - SHRINKAGE) * within + SHRINKAGE * np.trace(within) / size * np.eye(size)
    weights = np.linalg.solve(within, means.T) / spread[:, None]
    bias = -0.5 * np.einsum("gi,ig->g", means, weights * spread[:, None]) - centre @ weights
    return weights, bias
