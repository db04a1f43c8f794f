"""Rows that are equal, and how likely that is by chance."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from earmark.dataset.kinship import Codes, factorized
from earmark.dataset.table import Dataset

# Columns depend on each other: chance may be a thousand times likelier than if they did not.
_DEPENDENCE = 1000


def numbers(dataset: Dataset) -> list[str]:
    """Return the features that are numbers and are not the same in every row."""
    frame = dataset.frame
    return [
        column.name
        for column in dataset.schema
        if column.role == "feature" and column.numeric and frame[column.name].nunique() > 1
    ]


def equal_rows(frame: pd.DataFrame, columns: Sequence[str]) -> Codes:
    """Return a number per row, the same for rows that are equal in these columns; missing equals missing."""
    mixed = np.zeros(len(frame), np.uint64)
    for name in columns:
        mixed = _mixed(mixed + _bits(frame[name]))
    return np.asarray(pd.factorize(mixed)[0], np.int64)


def _bits(values: pd.Series) -> NDArray[np.uint64]:
    if not pd.api.types.is_numeric_dtype(values):
        return factorized(values).view(np.uint64)
    numbers = values.to_numpy(np.float64, na_value=np.nan) + 0.0  # -0.0 equals 0.0
    return np.where(np.isnan(numbers), np.nan, numbers).view(np.uint64)


def _mixed(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return 64 bits of which each depends on all given ones (the finalizer of splitmix64)."""
    bits = bits + np.uint64(0x9E3779B97F4A7C15)
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))


def tells_rows_apart(frame: pd.DataFrame, columns: Sequence[str]) -> bool:
    """Return whether two songs would hardly be equal in all these columns by chance.

    Were the columns independent, so many pairs of rows would be equal: all pairs, times, for every column,
    how often two rows have the same value. A thousandth of a pair is allowed.
    """
    rows = len(frame)
    pairs = np.log(max(rows * (rows - 1) / 2, 1.0))
    for name in columns:
        counts = frame[name].value_counts(dropna=False).to_numpy(np.float64)
        # Of n values that are all distinct, one pair may yet have been equal.
        same = max(float((counts * (counts - 1)).sum()), 1.0) / max(rows * (rows - 1.0), 1.0)
        pairs += np.log(same)
    return bool(pairs < -np.log(_DEPENDENCE))


def repeated(codes: Codes) -> Codes:
    """Return the codes of groups of two rows or more; -1 for rows that are alone or known to be of none."""
    counts = np.bincount(codes[codes >= 0], minlength=1)
    alone = (codes < 0) | (counts[np.maximum(codes, 0)] < 2)
    return np.where(alone, -1, codes)
