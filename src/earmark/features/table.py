"""Feature sets by name, and the table that each of them gives."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from earmark._dsp.summary import Summary
from earmark.errors import EarmarkError
from earmark.features.columns import ColumnInfo
from earmark.records import FloatArray
from earmark.registry import Registry

if TYPE_CHECKING:
    import pandas


class Rows(NamedTuple):
    """What a feature set computes: one row per segment.

    Attributes
    ----------
    values : ndarray, shape (segments, columns)
        The columns in their declared order.
    starts_s, ends_s : sequence of float
        Where each segment lies in the samples.
    """

    values: NDArray[Any]
    starts_s: list[float]
    ends_s: list[float]


@dataclass(frozen=True)
class FeatureSet:
    """Columns that are computed together, declared before any sound is read.

    Attributes
    ----------
    name : str
        Its name in :data:`FEATURE_SETS`; worker processes receive no more than that.
    version : int
        Rises whenever a number changes.
    rate_hz : int
        Sampling rate of the samples that `compute` takes.
    info : tuple of ColumnInfo
        Name, unit, range and source of every column.
    description : str
        One sentence for people who choose.
    compute : callable
        From mono samples, float32 of shape (n,) with n at least 1, to :class:`Rows`.
    longest_s : float or None
        Length of the longest piece that `compute` takes, in seconds; None for no limit.
    compute_pieces : callable or None
        From an iterable of such samples, consecutive pieces of one song, to the same :class:`Rows` in memory
        that does not grow with the song; None where the whole is needed at once.
    parts : frozenset of str
        What of :func:`earmark._dsp.summary.summarise` the columns are taken from; sets of the same rate share
        one summary.
    row_of : callable or None
        From such a summary to the columns, shape (columns,): what `compute` gives as its only row.
    """

    name: str
    version: int
    rate_hz: int
    info: tuple[ColumnInfo, ...]
    description: str
    compute: Callable[[FloatArray], Rows]
    longest_s: float | None = None
    compute_pieces: Callable[[Iterable[FloatArray]], Rows] | None = None
    parts: frozenset[str] = frozenset()
    row_of: Callable[[Summary], NDArray[np.float64]] | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(column.name for column in self.info)


FEATURE_SETS: Registry[FeatureSet] = Registry("feature set")
"""Every feature set by name."""


def feature_set(
    name: str,
    *,
    version: int,
    rate_hz: int,
    columns: tuple[ColumnInfo, ...],
    description: str,
    longest_s: float | None = None,
    compute_pieces: Callable[[Iterable[FloatArray]], Rows] | None = None,
    parts: frozenset[str] = frozenset(),
    row_of: Callable[[Summary], NDArray[np.float64]] | None = None,
) -> Callable[[Callable[[FloatArray], Rows]], Callable[[FloatArray], Rows]]:
    """Return a decorator that registers a function as a feature set; the parameters are its attributes.

    `columns` becomes ``info``.
    """

    def decorate(compute: Callable[[FloatArray], Rows]) -> Callable[[FloatArray], Rows]:
        member = FeatureSet(
            name, version, rate_hz, columns, description, compute, longest_s, compute_pieces, parts, row_of
        )
        FEATURE_SETS.add(name, member)
        return compute

    return decorate


@dataclass(frozen=True, eq=False)
class FeatureTable:
    """The columns of one song.

    Attributes
    ----------
    name, version : str, int
        The feature set.
    columns : tuple of str
        Names of the columns.
    values : ndarray of float64, shape (segments, columns)
        One row per segment, read-only.
    starts_s, ends_s : tuple of float
        Where each segment lies in the song.
    notes : tuple of str
        What had to be salvaged or assumed when the sound was read.

    Examples
    --------
    >>> FeatureTable("pair", 1, ("a", "b"), np.array([[1.0, 2.0]]), (0.0,), (3.0,)).to_dict()
    {'a': [1.0], 'b': [2.0]}
    """

    name: str
    version: int
    columns: tuple[str, ...]
    values: NDArray[np.float64]
    starts_s: tuple[float, ...]
    ends_s: tuple[float, ...]
    notes: tuple[str, ...] = ()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, FeatureTable):
            return NotImplemented
        mine, theirs = (
            (table.name, table.version, table.columns, table.starts_s, table.ends_s, table.notes)
            for table in (self, other)
        )
        return mine == theirs and np.array_equal(self.values, other.values)

    __hash__ = None  # type: ignore[assignment] # equal arrays have no hash in common

    def to_dict(self) -> dict[str, list[float]]:
        """Return a list per column, one number per segment."""
        return {column: self.values[:, i].tolist() for i, column in enumerate(self.columns)}

    def to_frame(self) -> "pandas.DataFrame":
        """Return a data frame: ``start_s`` and ``end_s``, then the columns.

        Raises
        ------
        EarmarkError
            If pandas is not installed.
        """
        try:
            import pandas as pd  # noqa: PLC0415 - nothing else here needs it
        except ImportError as error:
            raise EarmarkError("pandas is not installed", "pip install 'earmark[frame]'") from error
        frame = pd.DataFrame(self.values, columns=list(self.columns))
        frame.insert(0, "start_s", self.starts_s)
        frame.insert(1, "end_s", self.ends_s)
        return frame
