"""Songs laid out by UMAP; the only file that knows umap-learn, which compiles itself for some seconds."""

import warnings

import numpy as np

from earmark.errors import EarmarkError
from earmark.explore.neighbours import nearest
from earmark.stats.units import Array

try:
    with warnings.catch_warnings():
        # It says at every start that TensorFlow, which nothing here uses, is missing.
        warnings.simplefilter("ignore", ImportWarning)
        import umap
except ImportError as _error:
    raise EarmarkError(
        "a map by UMAP needs the library umap-learn, which is not installed",
        "pip install 'earmark[maps]', or leave out --map umap",
    ) from _error

LEAST_DISTANCE = 0.1
"""How near songs may come to each other on the map; clumps are some units wide."""

_WIDE = 10.0  # of what it begins with, as umap-learn scales its own beginnings


def places(x: Array, start: Array, neighbours: int, seed: int = 0) -> Array:
    """Return where songs lie, shape (songs, 2), near ones near.

    L. McInnes, J. Healy and J. Melville (2018). Neighbours are exact, so that no draw decides about them,
    and the layout begins at `start`, so that chance does not arrange clumps (D. Kobak and G. Linderman,
    2021). The same arguments give the same places on the same machine, on however many threads.

    Parameters
    ----------
    x : array of float, shape (songs, columns)
        Scaled, without gaps.
    start : array of float, shape (songs, 2)
        Where songs lie at first: their principal components.
    neighbours : int
        How many near songs hold on to each, itself among them; 2 to the number of songs.
    seed : int
        Of the pushes between songs that are drawn.
    """
    near, far = nearest(x, neighbours, itself=True)
    # Rounding noise differs from one number of threads to another, and what follows makes much of it.
    begin = np.round(_WIDE * start / max(float(np.abs(start).max()), 1e-12), 4)
    # Columns that say the same leave nothing to the second component; UMAP stretches either to its own width.
    flat = np.ptp(begin, axis=0) == 0
    begin[:, flat] = np.random.default_rng(seed).normal(size=(len(x), int(flat.sum())))
    layout = umap.UMAP(
        n_neighbors=neighbours, min_dist=LEAST_DISTANCE, random_state=seed, n_jobs=1,
        init=begin, precomputed_knn=(near, far),
    )  # fmt: skip
    with warnings.catch_warnings():
        # No new song is ever placed on the map that is made.
        warnings.filterwarnings("ignore", message=r"precomputed_knn\[2\]", category=UserWarning)
        return np.asarray(layout.fit_transform(x), np.float64)
