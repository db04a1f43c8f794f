"""How answers move with one column, all others being as they are; and how sure answers are of their genre."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from earmark.models.probabilities import Array

if TYPE_CHECKING:
    import pandas as pd

MOST_ROWS = 200
POINTS = 15
_COARSE = 5
_TRIED = 24


@dataclass(frozen=True, eq=False)
class Dependence:
    """Mean probabilities along a column.

    Attributes
    ----------
    column : str
        Its name.
    values : array of float, shape (points,)
        What the column was set to, from its 5th to its 95th percentile.
    p : array of float, shape (points, genres)
        The mean probability of each genre.
    """

    column: str
    values: Array
    p: Array

    @property
    def reach(self) -> Array:
        """By how much each genre's probability moves, shape (genres,)."""
        return np.asarray(np.ptp(self.p, axis=0))


def dependence(
    answer: Callable[["pd.DataFrame"], Array], x: "pd.DataFrame", column: str, points: int = POINTS
) -> Dependence:
    """Return mean probabilities along a column (J. Friedman, Annals of Statistics 29 (2001), section 8.2).

    Parameters
    ----------
    answer : callable
        Takes columns, returns probabilities, shape (rows, genres).
    x : pandas.DataFrame
        Rows whose other columns stay as they are.
    column : str
        A column of numbers.
    points : int
        At how many values.
    """
    low, high = np.nanpercentile(x[column].to_numpy(np.float64), [5, 95])
    values = np.linspace(low, high, points)
    means = [np.asarray(answer(x.assign(**{column: value}))).mean(axis=0) for value in values]
    return Dependence(column, values, np.array(means))


def leading(
    answer: Callable[["pd.DataFrame"], Array],
    x: "pd.DataFrame",
    columns: Sequence[str],
    most: int = 6,
    seed: int = 0,
) -> list[Dependence]:
    """Return how answers move with those columns that move them most, the strongest first.

    Parameters
    ----------
    answer, x
        As for :func:`dependence`; of more than 200 rows 200 are drawn.
    columns : sequence of str
        Numbers to choose from, the most important first; the first 24 are tried.
    most : int
        How many to return.
    seed : int
        Of the drawing.
    """
    if len(x) > MOST_ROWS:
        x = x.iloc[np.random.default_rng(seed).choice(len(x), MOST_ROWS, replace=False)]
    told = [one for one in columns if x[one].notna().any()][:_TRIED]
    tried = sorted((dependence(answer, x, one, _COARSE) for one in told), key=lambda one: -one.reach.max())
    found = [dependence(answer, x, one.column) for one in tried[:most]]
    return sorted(found, key=lambda one: -float(one.reach.max()))
