"""Principal components: a table of many columns seen from its widest side."""

from dataclasses import dataclass

import numpy as np

from earmark.stats.units import Array


@dataclass(frozen=True, eq=False)
class Components:
    """The principal components of songs.

    Attributes
    ----------
    places : array of float, shape (songs, components)
        Where each song lies.
    loadings : array of float, shape (components, columns)
        What each column adds; unit length. The greatest entry of each is above 0, so that signs are fixed.
    explained : array of float, shape (components,)
        The share of the variance that each explains, falling; they sum to 1.
    """

    places: Array
    loadings: Array
    explained: Array


def components(x: Array) -> Components:
    """Return the principal components of scaled columns (K. Pearson, 1901; H. Hotelling, 1933).

    Parameters
    ----------
    x : array of float, shape (songs, columns)
        Scaled, without gaps.

    Examples
    --------
    >>> found = components(np.array([[1.0, 1.0], [-1.0, -1.0], [0.0, 0.0]]))
    >>> found.explained.round(3).tolist(), found.loadings[0].round(3).tolist()
    ([1.0, 0.0], [0.707, 0.707])
    """
    centred = x - x.mean(axis=0)
    left, lengths, loadings = np.linalg.svd(centred, full_matrices=False)
    signs = np.sign(loadings[np.arange(len(loadings)), np.abs(loadings).argmax(axis=1)])
    signs = np.where(signs == 0, 1.0, signs)
    variance = lengths**2
    return Components(
        left * lengths * signs, loadings * signs[:, None], variance / max(float(variance.sum()), 1e-300)
    )
