"""Songs drawn by chance where there are too many of them, always with all of their rows."""

import numpy as np

from earmark.models.probabilities import Codes


def drawn(
    songs: Codes, most_songs: int, *, most_rows: float = np.inf, fewest: int = 1, seed: int = 0
) -> Codes:
    """Return all rows, or those of songs that were drawn.

    Parameters
    ----------
    songs : array of int, shape (rows,)
        Numbers of songs, 0 to the number of songs less one.
    most_songs, most_rows : int, float
        How many songs and rows at most; a song that alone has more rows is passed over.
    fewest : int
        With fewer songs, not being all, there is no row.
    seed : int
        Of the drawing.

    Returns
    -------
    array of int
        Numbers of rows, in their order.

    Examples
    --------
    >>> drawn(np.array([0, 0, 1]), 1, seed=1).tolist(), drawn(np.array([0, 0, 1]), 2).tolist()
    ([0, 1], [0, 1, 2])
    >>> drawn(np.array([0, 0, 1]), 2, most_rows=2, fewest=2).tolist()
    []
    >>> [drawn(np.array([0, 0, 0, 1]), 1, most_rows=1, seed=seed).tolist() for seed in range(4)]
    [[3], [3], [3], [3]]
    """
    counts = np.bincount(songs)
    if len(counts) <= most_songs and len(songs) <= most_rows:
        return np.arange(len(songs))
    order = np.random.default_rng(seed).permutation(len(counts))
    order = order[counts[order] <= most_rows][:most_songs]
    kept = order[np.cumsum(counts[order]) <= most_rows]
    return np.flatnonzero(np.isin(songs, kept)) if len(kept) >= fewest else np.arange(0)
