"""Versions of a table: what one of them is, and what has changed from one to the next."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import pandas as pd

from earmark.dataset.drift import SMALL, Drift, drifts, sidak
from earmark.dataset.table import Dataset
from earmark.errors import TableError

_KEYS = (("track_id", "segment"), ("track_id",), ("path",), ("filename",), ("id",))
_ALPHA = 0.05
_SHOWN = 10


@dataclass(frozen=True)
class Changes:
    """What has changed from one version of a table to another.

    Attributes
    ----------
    rows : tuple of (int, int)
        How many rows either has.
    key : tuple of str
        The columns that tell which row is which; none if rows are told by all that they hold.
    added, removed, changed, same : int
        How many rows only the second has, only the first, both with other values, both as they are.
    columns_added, columns_removed : tuple of str
        Columns of one of them.
    columns_changed : dict of str to int
        In how many of the changed rows each column differs.
    retyped : dict of str to tuple of (str, str)
        Columns whose values are of another type.
    shifted : tuple of Drift
        Columns whose values lie elsewhere: surely (Kolmogorov-Smirnov or chi-squared, Šidák's level), and by
        a distance of a tenth at least.
    examples : dict of str to list of str
        Some of the rows ``"added"``, ``"removed"`` and ``"changed"``, by their keys.
    """

    rows: tuple[int, int]
    key: tuple[str, ...]
    added: int
    removed: int
    changed: int
    same: int
    columns_added: tuple[str, ...]
    columns_removed: tuple[str, ...]
    columns_changed: dict[str, int]
    retyped: dict[str, tuple[str, str]]
    shifted: tuple[Drift, ...]
    examples: dict[str, list[str]]


def compared(before: Dataset, after: Dataset, key: Sequence[str] = ()) -> Changes:
    """Return what has changed between two versions of a table.

    Parameters
    ----------
    before, after : Dataset
        The versions.
    key : sequence of str
        Columns that tell which row is which. If left out, ``track_id`` (with ``segment``), ``path``,
        ``filename`` or ``id``, the first that tells all rows of both apart; without one, rows are told by all
        that they hold, and none is changed.

    Raises
    ------
    TableError
        If a version lacks a column of the key, or has two rows with one key.
    """
    old, new = before.frame, after.frame
    chosen = _key(old, new, tuple(key))
    both = [name for name in new.columns if name in old.columns]
    left, right = (_keyed(frame, chosen, both) for frame in (old, new))
    shared = left.index.intersection(right.index)
    one, other = left.loc[shared], right.loc[shared]
    differs = pd.DataFrame(
        {name: ~_equal(one[name], other[name]) for name in both if name not in chosen}, index=shared
    )
    changed = differs.any(axis=1)
    counts = {str(name): int(count) for name, count in differs.sum().items() if count}
    found = drifts(after, before)
    level = sidak(_ALPHA, len(found))
    lists = {
        "added": right.index.difference(left.index, sort=False),
        "removed": left.index.difference(right.index, sort=False),
        "changed": shared[changed.to_numpy()],
    }
    return Changes(
        (len(old), len(new)), chosen, len(lists["added"]), len(lists["removed"]), int(changed.sum()),
        int((~changed).sum()),
        tuple(name for name in new.columns if name not in old.columns),
        tuple(name for name in old.columns if name not in new.columns),
        dict(sorted(counts.items(), key=lambda one: -one[1])),
        {one: (str(old[one].dtype), str(new[one].dtype)) for one in both if old[one].dtype != new[one].dtype},
        tuple(sorted((d for d in found if d.p < level and d.distance >= SMALL), key=lambda d: -d.distance)),
        {what: [_shown(row) for row in rows[:_SHOWN]] for what, rows in lists.items()} if chosen else {},
    )  # fmt: skip


def _key(old: pd.DataFrame, new: pd.DataFrame, given: tuple[str, ...]) -> tuple[str, ...]:
    """Return the columns that tell which row is which."""
    for name in given:
        if name not in old.columns or name not in new.columns:
            raise TableError(f"not both versions have the column '{name}'", "name a key that both have")
    for one in [given] if given else _KEYS:
        if all(set(one) <= set(frame.columns) for frame in (old, new)):
            twice = [frame for frame in (old, new) if frame.duplicated(list(one)).any()]
            if not twice:
                return one
            if given:
                row = twice[0].loc[twice[0].duplicated(list(one)), list(one)].iloc[0].tolist()
                raise TableError(
                    f"two rows of a version have the same {', '.join(one)}: {row}", "name more columns as key"
                )
    return ()


def _keyed(frame: pd.DataFrame, key: tuple[str, ...], both: list[str]) -> pd.DataFrame:
    """Return the columns that both versions have, indexed by the key: without one, by row and occurrence."""
    if key:
        return frame[both].set_index(list(key), drop=False)
    hashes = pd.util.hash_pandas_object(frame[both].astype("object"), index=False)
    occurrence = hashes.groupby(hashes).cumcount()
    return frame[both].set_axis(pd.MultiIndex.from_arrays([hashes, occurrence]))


def _equal(one: pd.Series, other: pd.Series) -> pd.Series:
    return (one.to_numpy(object) == other.to_numpy(object)) | (one.isna() & other.isna())


def _shown(row: Any) -> str:
    return ", ".join(map(str, row)) if isinstance(row, tuple) else str(row)


def told_of(frame: pd.DataFrame) -> dict[str, Any]:
    """Return what a manifest says of a table: ``rows``, ``columns`` with types, ``hash`` of all values."""
    values = pd.util.hash_pandas_object(frame, index=False).to_numpy()
    return {
        "rows": len(frame),
        "columns": {str(name): str(kind) for name, kind in frame.dtypes.items()},
        "hash": sha256(values.tobytes()).hexdigest()[:16],
    }
