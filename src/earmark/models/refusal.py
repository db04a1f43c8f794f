"""Which rows of a table are refused, because their numbers lie too far from everything that was heard."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from earmark.errors import BundleError
from earmark.models.foreign import Foreign, foreign
from earmark.models.probabilities import Array, Codes

if TYPE_CHECKING:
    import pandas as pd

MOST_COLUMNS = 320
"""Of more columns than this nothing is measured: their covariance would be larger than most models."""


@dataclass(frozen=True, eq=False)
class Refusal:
    """What tells foreign rows by their numbers, in signed logarithms, whatever the model makes of them.

    Attributes
    ----------
    columns : tuple of str
        The columns of numbers.
    medians : array of float, shape (columns,)
        Of their signed logarithms, in the place of gaps.
    foreign : Foreign
        Distance and threshold.
    """

    columns: tuple[str, ...]
    medians: Array
    foreign: Foreign

    def refused(self, x: "pd.DataFrame", tracks: Codes) -> NDArray[np.bool_]:
        """Return which rows are of tracks that are refused, shape (rows,).

        Parameters
        ----------
        x : pandas.DataFrame
            Columns as :func:`earmark.models.pipeline.inputs` gives them.
        tracks : array of int, shape (rows,)
            The number of each row's track, from 0 on.
        """
        far = self.foreign.distance(_filled(_logarithms(x, self.columns), self.medians))
        return np.asarray((np.bincount(tracks, far) / np.bincount(tracks) > self.foreign.threshold)[tracks])

    def plain(self) -> dict[str, Any]:
        """Return plain JSON types."""
        return {
            "columns": list(self.columns),
            "medians": self.medians.tolist(),
            "distance": self.foreign.plain(),
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> "Refusal":
        """Return what :meth:`plain` wrote.

        Raises
        ------
        BundleError
            If it is damaged.
        """
        try:
            columns, medians = tuple(map(str, plain["columns"])), np.array(plain["medians"], np.float64)
            found = Foreign.from_plain(plain["distance"])
            shape = (len(columns),)
            sound = medians.shape == shape == found.means.shape[1:] and bool(np.isfinite(medians).all())
        except (KeyError, TypeError, ValueError):
            sound = False
        if not sound:
            raise BundleError("what tells foreign songs is damaged", "make the model again")
        return cls(columns, medians, found)


def refusal(
    x: "pd.DataFrame", columns: tuple[str, ...], y: Codes, tracks: Codes, groups: Codes, *, seed: int = 0
) -> Refusal | None:
    """Return what tells rows that are foreign to some rows; None without numbers, or with too many.

    Parameters
    ----------
    x : pandas.DataFrame
        Columns as :func:`earmark.models.pipeline.inputs` gives them.
    columns : tuple of str
        Those that are numbers.
    y, tracks, groups : array of int, shape (rows,)
        Numbers of each row's genre, track and group, of two groups at least.
    seed : int
        Of the folds on which the threshold is chosen.
    """
    if not 0 < len(columns) <= MOST_COLUMNS:
        return None
    values = _logarithms(x, columns)
    seen = np.isfinite(values).any(axis=0)
    medians = np.zeros(len(columns))
    medians[seen] = np.nanmedian(values[:, seen], axis=0)
    names = [str(genre) for genre in range(int(y.max()) + 1)]
    found = foreign(_filled(values, medians), y, names, groups.tolist(), tracks=tracks.tolist(), seed=seed)
    return Refusal(columns, medians, found)


def _logarithms(x: "pd.DataFrame", columns: tuple[str, ...]) -> Array:
    values = x[list(columns)].to_numpy(np.float64)
    return np.asarray(np.sign(values) * np.log1p(np.abs(values)), np.float64)


def _filled(values: Array, medians: Array) -> Array:
    return np.asarray(np.where(np.isnan(values), medians, values), np.float64)
