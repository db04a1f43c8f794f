"""Rows that are there twice: equal in every column, equal in their numbers, or nearly so."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from earmark.dataset.checks import CHECKS, Options
from earmark.dataset.equality import equal_rows, numbers, repeated, tells_rows_apart
from earmark.dataset.findings import Finding, counted, spaced
from earmark.dataset.kinship import Codes, factorized, joined, kin
from earmark.dataset.nearness import NearPairs, near_pairs
from earmark.dataset.table import Dataset

_SHOWN = 20
# A row number tells nothing of the row, whatever its type.
_ROW_NUMBERS = ("", "index", "level_0")


@dataclass(frozen=True, eq=False)
class Duplicates:
    """Which rows of a table are one row, one recording.

    Attributes
    ----------
    exact : array of int, shape (rows,)
        A number per group of rows that are equal in every column; -1 for rows that are there once.
    sound : array of int, shape (rows,)
        Likewise for rows that are equal in all their numbers; -1 as well where a number is missing.
    clusters : array of int, shape (rows,)
        A number per recording, for every row: equal rows, rows with equal numbers, also those equal in all
        columns that are known throughout, and near pairs.
    near : NearPairs
        What is not equal, but nearly so.
    told : bool
        Whether the columns can tell copies from different songs at all.
    """

    exact: Codes
    sound: Codes
    clusters: Codes
    near: NearPairs
    told: bool


def duplicates(dataset: Dataset) -> Duplicates:
    """Find the rows of a table that are there twice.

    Where a table's columns are so coarse that different songs may be equal in all of them, equality says
    nothing and is not looked at.
    """
    exact, sound, same = _equal_rows(dataset)
    songs = kin(dataset).get("track")
    near = near_pairs(dataset, same if songs is None else joined([same, songs.codes]))
    clusters = joined([same, *_links(near, len(same))])
    return Duplicates(exact, sound, clusters, near, tells_rows_apart(dataset.frame, compared(dataset)))


def recordings(dataset: Dataset) -> Codes:
    """Return a number per recording as :attr:`Duplicates.clusters`, but for near pairs."""
    return _equal_rows(dataset)[2]


def _equal_rows(dataset: Dataset) -> tuple[Codes, Codes, Codes]:
    """Return groups of rows that are equal in all columns, in all numbers, and in either or all full ones."""
    frame, names, everything = dataset.frame, numbers(dataset), compared(dataset)
    exact = sound = np.full(len(frame), -1, np.int64)
    if tells_rows_apart(frame, everything):
        exact = repeated(equal_rows(frame, everything))
    if tells_rows_apart(frame, names):
        known = frame[names].notna().all(axis=1).to_numpy()
        sound = repeated(np.where(known, equal_rows(frame, names), -1))
    parts = [np.arange(len(frame)), exact, sound]
    full = [name for name in names if frame[name].notna().all()]
    if tells_rows_apart(frame, full):
        parts.append(equal_rows(frame, full))
    return exact, sound, joined(parts)


def compared(dataset: Dataset) -> list[str]:
    """Return the columns in which whole rows are compared: all but row numbers and what is ignored."""
    return [
        column.name
        for column in dataset.schema
        if column.role != "ignored"
        and column.name.strip().casefold() not in _ROW_NUMBERS
        and not column.name.casefold().startswith("unnamed:")
    ]


def _links(near: NearPairs, rows: int) -> Iterator[Codes]:
    """Yield numberings in which the rows of near pairs are equal, each row in one pair at most."""
    left = near.pairs
    while len(left):
        free = np.zeros(len(left), bool)
        taken: set[int] = set()
        for i, (one, other) in enumerate(left):
            if one not in taken and other not in taken:
                free[i] = True
                taken.update((int(one), int(other)))
        codes = np.full(rows, -1, np.int64)
        codes[left[free].ravel()] = np.repeat(np.arange(int(free.sum())), 2)
        yield codes
        left = left[~free]


@CHECKS.register("duplicates")
def duplicate_rows(dataset: Dataset, options: Options) -> Iterator[Finding]:
    """Yield what is there twice: whole rows, equal numbers, near pairs."""
    found = duplicates(dataset)
    if (found.exact >= 0).any():
        yield _exact(dataset, found.exact)
    if (found.sound >= 0).any():
        yield _equal(dataset, found.sound)
    if len(found.near.pairs):
        yield _near(dataset, found.near)


def _exact(dataset: Dataset, exact: Codes) -> Finding:
    rows, groups = int((exact >= 0).sum()), _groups(exact)
    return Finding(
        "duplicate-rows",
        "warning",
        f"{counted(rows - groups, 'row')} repeat an earlier row in every column",
        {
            "repeated_rows": rows - groups,
            "groups": groups,
            "columns": len(compared(dataset)),
            "examples": _examples(dataset, exact),
        },
        "drop the repetitions, or split by groups (earmark split): copies never stand on both sides then",
    )


def _equal(dataset: Dataset, sound: Codes) -> Finding:
    rows, groups = int((sound >= 0).sum()), _groups(sound)
    torn = _torn(dataset, sound)
    several = f", {spaced(len(torn))} of them under several labels" if len(torn) else ""
    evidence: dict[str, Any] = {
        "groups": groups,
        "rows": rows,
        "groups_under_several_labels": len(torn),
        "columns": len(numbers(dataset)),
        "examples": _examples(dataset, sound, torn),
    }
    if left_out := int(dataset.frame[numbers(dataset)].isna().any(axis=1).sum()):
        evidence["rows_left_out_with_missing_numbers"] = left_out
    return Finding(
        "equal-sound",
        "error" if len(torn) else "warning",
        f"{counted(groups, 'group')} of rows are equal in all their numbers{several}: {counted(rows, 'row')}",
        evidence,
        "decide on one label for each group or drop it; keep each on one side of a split (earmark split)"
        if len(torn)
        else "keep each group on one side of a split (earmark split), or one row of each",
    )


def _near(dataset: Dataset, near: NearPairs) -> Finding:
    labels = _labels(dataset)
    differ = int((labels[near.pairs[:, 0]] != labels[near.pairs[:, 1]]).sum())
    several = f", {spaced(differ)} of them under two labels" if differ else ""
    are, their = ("is", "its") if len(near.pairs) == 1 else ("are", "their")
    nearest = np.argsort(near.ratios, kind="stable")[:_SHOWN]
    return Finding(
        "near-duplicates",
        "warning",
        f"{counted(len(near.pairs), 'pair')} of rows {are} nearly equal in {their} numbers{several}",
        {
            "pairs": len(near.pairs),
            "pairs_under_two_labels": differ,
            "threshold": round(near.threshold, 4),
            "dimension": round(near.dimension, 1),
            "examples": [" = ".join(named(dataset, near.pairs[i])) for i in nearest],
        },
        "listen to them: copies of one recording belong on one side of a split (earmark split sees to it)",
    )


def _labels(dataset: Dataset) -> Codes:
    return (
        np.zeros(len(dataset.frame), np.int64)
        if dataset.label is None
        else factorized(dataset.frame[dataset.label])
    )


def _groups(codes: Codes) -> int:
    return len(np.unique(codes[codes >= 0]))


def _torn(dataset: Dataset, codes: Codes) -> Codes:
    """Return the groups whose rows have several labels."""
    labels = _labels(dataset)
    known = (codes >= 0) & (labels >= 0)
    pairs = np.unique(np.stack([codes[known], labels[known]], axis=1), axis=0)
    groups, counts = np.unique(pairs[:, 0], return_counts=True)
    return np.asarray(groups[counts > 1], np.int64)


def _examples(dataset: Dataset, codes: Codes, first: Codes | None = None) -> list[str]:
    """Return some groups by the names of their rows, those of `first` before the others."""
    rows = np.flatnonzero(codes >= 0)
    order = rows[np.argsort(codes[rows], kind="stable")]
    groups = np.split(order, np.flatnonzero(np.diff(codes[order])) + 1)
    wanted = set() if first is None else set(first.tolist())
    groups.sort(key=lambda group: (int(codes[group[0]]) not in wanted, int(group[0])))
    return [" = ".join(named(dataset, group[:5])) for group in groups[:_SHOWN]]


def named(dataset: Dataset, rows: Codes) -> list[str]:
    """Return what to call rows: their file or id where that is unique, else their number, from 0."""
    for column in dataset.schema.with_role("id"):
        values = dataset.frame[column]
        if values.notna().all() and values.is_unique:
            return [str(value) for value in values.iloc[rows]]
    return [f"row {row}" for row in rows]
