"""Which observations are independent: rows of one track are not, and tracks of one artist hardly."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Codes = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Units:
    """The tracks (or artists) that rows belong to, and the genre of each.

    Attributes
    ----------
    codes : array of int, shape (rows,)
        The number of each row's unit. A track with rows of two genres counts once for each.
    genres : array of int, shape (units,)
        The number of each unit's genre.
    """

    codes: Codes
    genres: Codes

    @classmethod
    def of(cls, labels: Codes, units: Codes | None) -> "Units":
        """Return the units of rows; without any, each row is one.

        Examples
        --------
        >>> Units.of(np.array([0, 0, 1]), np.array([7, 7, 9])).genres.tolist()
        [0, 1]
        """
        if units is None:
            return cls(np.arange(len(labels)), labels)
        pairs, codes = np.unique(np.stack([units, labels]), axis=1, return_inverse=True)
        return cls(np.asarray(codes, np.int64).ravel(), np.asarray(pairs[1], np.int64))

    def means(self, values: Array) -> Array:
        """Return the mean of each column over the rows of each unit, shape (units, columns).

        Missing values (NaN) make the mean missing.
        """
        if len(self.genres) == len(self.codes):
            return values[np.argsort(self.codes)]
        return np.asarray(self._sums(values) / np.bincount(self.codes)[:, None], np.float64)

    def known_means(self, values: Array) -> Array:
        """Return the same over the values that are known: missing only where a unit has none.

        Examples
        --------
        >>> Units.of(np.array([0, 0]), np.array([1, 1])).known_means(np.array([[2.0], [np.nan]])).tolist()
        [[2.0]]
        """
        known = np.isfinite(values)
        if known.all():
            return self.means(values)
        counts = self._sums(known.astype(np.float64))
        sums = self._sums(np.where(known, values, 0.0))
        return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)

    def _sums(self, values: Array) -> Array:
        order = np.argsort(self.codes, kind="stable")
        starts = np.searchsorted(self.codes[order], np.arange(len(self.genres)))
        return np.asarray(np.add.reduceat(values[order], starts, axis=0), np.float64)


@dataclass(frozen=True, eq=False)
class Likeness:
    """How alike the rows of one unit are.

    Attributes
    ----------
    correlation : array of float, shape (columns,)
        Within units, genres' means taken away: 0 if rows of a track are as different as rows of two, 1 if
        they are equal. NaN where it cannot be known.
    design_effect : array of float, shape (columns,)
        By how much counting rows one by one understates the variance of a mean; 1 where rows are units.
    """

    correlation: Array
    design_effect: Array


def likeness(values: Array, units: Units) -> Likeness:
    """Return how alike rows of one unit are, in each column.

    The correlation is the intraclass one of a one-way analysis of variance of units within genres, with the
    mean size ``n0`` of unequal units (S. Searle, G. Casella and C. McCulloch, Variance Components, 1992);
    the design effect is ``1 + (n0 - 1) correlation`` (L. Kish, Survey Sampling, 1965).

    Parameters
    ----------
    values : array of float, shape (rows, columns)
        Without gaps.
    units : Units
        Of these rows.

    Examples
    --------
    >>> units = Units.of(np.zeros(4, np.int64), np.array([0, 0, 1, 1]))
    >>> found = likeness(np.array([[1.0], [1.0], [2.0], [2.0]]), units)
    >>> found.correlation.tolist(), found.design_effect.tolist()
    ([1.0], [2.0])
    """
    columns = values.shape[1]
    sizes: Array = np.bincount(units.codes, minlength=len(units.genres)).astype(np.float64)
    genres = len(np.unique(units.genres))
    between_df, within_df = len(sizes) - genres, len(values) - len(sizes)
    if within_df <= 0:
        return Likeness(np.full(columns, np.nan), np.ones(columns))
    means = units.means(values)
    of_genre = np.bincount(units.genres, weights=sizes)
    sums = np.stack([np.bincount(units.genres, weights=sizes * column) for column in means.T], axis=1)
    centre = (sums / np.maximum(of_genre, 1)[:, None])[units.genres]
    between = (sizes[:, None] * (means - centre) ** 2).sum(axis=0) / max(between_df, 1)
    within = ((values - means[units.codes]) ** 2).sum(axis=0) / within_df
    squares = np.bincount(units.genres, weights=sizes**2)
    size = float((len(values) - (squares / np.maximum(of_genre, 1)).sum()) / max(between_df, 1))
    total = between + (size - 1) * within
    known = (total > 0) & (between_df > 0)
    correlation = np.where(known, (between - within) / np.where(known, total, 1.0), np.nan)
    correlation = np.clip(correlation, 0.0, 1.0)
    return Likeness(correlation, 1 + (size - 1) * np.nan_to_num(correlation))
