"""What a column tells of the label beyond all others."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm, rankdata

from earmark.dataset.kinship import Codes, factorized
from earmark.dataset.lookup import kappa
from earmark.dataset.schema import ColumnSpec

_ROWS = 4000
_FOLDS = 3
_TREES = 100
# Codes of so many categories mean something to a tree, more do not.
_MOST_CATEGORIES = 50
_SAME = 0.98
_CHANCE = 0.01  # in how many tables some column goes with one that is mere chance
_LEAST_OTHERS = 4
_MOST = 0.5  # of the other columns go with one another


@dataclass(frozen=True)
class Beyond:
    """How often a forest names the label of other recordings with a column, and without.

    Attributes
    ----------
    with_it, without : float
        Shares of right answers.
    spread : float
        Standard error of their difference.
    kappa_with_it, kappa_without : float
        Those of the answers, see :class:`~earmark.dataset.lookup.Lookup`.
    """

    with_it: float
    without: float
    spread: float
    kappa_with_it: float
    kappa_without: float

    @property
    def gain(self) -> float:
        """What the column adds to the share of right answers."""
        return self.with_it - self.without


class Rest:
    """The columns beside which a suspect is tried.

    Parameters
    ----------
    frame : pandas.DataFrame
        The rows whose label is known.
    columns : sequence of ColumnSpec
        Those that can be an input: numbers, booleans, categories.
    labels, groups : array of int, shape (rows,)
        Rows of one group never stand on both sides.
    """

    def __init__(
        self, frame: pd.DataFrame, columns: Sequence[ColumnSpec], labels: Codes, groups: Codes
    ) -> None:
        drawn = np.random.default_rng(0).permutation(int(groups.max(initial=-1)) + 1)[groups]
        chosen = np.sort(np.argsort(drawn, kind="stable")[:_ROWS])
        self._labels, self._fold = labels[chosen], drawn[chosen] % _FOLDS
        self._columns = {
            column.name: values
            for column in columns
            if (values := _input(frame[column.name].iloc[chosen], column)) is not None
        }
        self._right: dict[frozenset[str], NDArray[np.bool_]] = {}
        self._ordered = [column.name for column in columns if column.name in self and column.numeric]

    def __contains__(self, name: object) -> bool:
        return name in self._columns

    def twins(self, name: str) -> set[str]:
        """Return the columns that say the same as one, itself among them: ranks that agree to 0.98."""
        mine = rankdata(self._columns[name])
        return {
            other
            for other, values in self._columns.items()
            if other == name
            or (np.ptp(values) > 0 and abs(np.corrcoef(mine, rankdata(values))[0, 1]) >= _SAME)
        }

    @cached_property
    def _together(self) -> NDArray[np.bool_]:
        """Return which two columns of numbers rise or fall together among songs of one label."""
        ranks = np.zeros((len(self._labels), len(self._ordered)))
        for label in np.unique(self._labels):
            rows = self._labels == label
            for place, name in enumerate(self._ordered):
                ranks[rows, place] = (rankdata(self._columns[name][rows]) - (rows.sum() + 1) / 2) / rows.sum()
        lengths = np.linalg.norm(ranks, axis=0)
        ranks = np.divide(ranks, lengths, out=ranks, where=lengths > 0)
        # By chance a correlation times the root of the rows is a normal deviate. Of all that a column is held
        # against the farthest is rarely farther out than this.
        farthest = norm.isf(_CHANCE / (2 * max(len(self._ordered) - 1, 1)))
        return np.asarray(np.abs(ranks.T @ ranks) * np.sqrt(len(ranks)) > farthest)

    def lonely(self, name: str) -> bool:
        """Return whether a column goes with no other among songs of one label, where most others do.

        What is heard in music goes with what else is heard, in one genre too: loud songs are bright. A label
        in disguise tells the label and nothing else. Ranks within labels are correlated.
        """
        if name not in self._ordered:
            return False
        twins = self.twins(name)
        others = np.array([other not in twins for other in self._ordered])
        if others.sum() < _LEAST_OTHERS:
            return False
        among = self._together[np.ix_(others, others)] & ~np.eye(int(others.sum()), dtype=bool)
        alone = not self._together[self._ordered.index(name)][others].any()
        return bool(alone and among.any(axis=1).mean() >= _MOST)

    def beyond(self, name: str) -> Beyond:
        """Try a column beside all others but its twins."""
        honest = frozenset(self._columns) - self.twins(name)
        without, with_it = self._answers(honest), self._answers(honest | {name})
        change = with_it.astype(np.float64) - without
        usual = float(np.bincount(self._labels).max() / len(self._labels))
        return Beyond(
            float(with_it.mean()),
            float(without.mean()),
            float(change.std() / np.sqrt(len(change))),
            kappa(float(with_it.mean()), usual),
            kappa(float(without.mean()), usual),
        )

    def _answers(self, names: frozenset[str]) -> NDArray[np.bool_]:
        """Return for which rows a forest that saw other groups is right."""
        if names not in self._right:
            self._right[names] = self._grown([name for name in self._columns if name in names])
        return self._right[names]

    def _grown(self, names: list[str]) -> NDArray[np.bool_]:
        from sklearn.ensemble import ExtraTreesClassifier  # noqa: PLC0415 - takes a second to import

        usual = int(np.bincount(self._labels).argmax())
        said = np.full(len(self._labels), usual, np.int64)
        if names:
            values = np.stack([self._columns[name] for name in names], axis=1)
            for held_out in range(_FOLDS):
                asked = self._fold == held_out
                if asked.any() and len(np.unique(self._labels[~asked])) > 1:
                    forest = ExtraTreesClassifier(
                        _TREES, min_samples_leaf=2, max_features=0.5, random_state=0
                    ).fit(values[~asked], self._labels[~asked])
                    said[asked] = forest.predict(values[asked])
        return np.asarray(said == self._labels)


def _input(values: pd.Series, column: ColumnSpec) -> NDArray[np.float32] | None:
    """Return a column as a tree takes it: missing numbers are the median, categories numbers."""
    if column.numeric or column.dtype == "boolean":
        numbers = values.to_numpy(np.float64, na_value=np.nan)
        known = numbers[np.isfinite(numbers)]
        filled = np.where(np.isfinite(numbers), numbers, np.median(known) if len(known) else 0.0)
        largest = float(np.finfo(np.float32).max)
        return np.clip(filled, -largest, largest).astype(np.float32)
    if column.dtype == "category" and values.nunique() <= _MOST_CATEGORIES:
        return factorized(values).astype(np.float32)
    return None
