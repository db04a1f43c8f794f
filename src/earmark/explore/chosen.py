"""Pairs of columns that somebody chooses to see against each other."""

import difflib
from collections.abc import Sequence

import numpy as np

from earmark.dataset.table import Dataset
from earmark.errors import ArgumentError, UnknownNameError
from earmark.explore.songs import Songs

_MOST_NAMED = 20


def chosen(pairs: Sequence[tuple[str, str]], dataset: Dataset, found: Songs) -> tuple[tuple[int, int], ...]:
    """Return the numbers of the columns of each pair, each pair once.

    Parameters
    ----------
    pairs : sequence of (str, str)
        Names of columns: across and upwards.
    dataset : Dataset
        The table, which says what a column is that cannot be drawn.
    found : Songs
        Its songs.

    Raises
    ------
    ArgumentError
        If a pair is not of two columns, one of them is no feature that is a number, or no song has both.
    UnknownNameError
        If there is no such column.
    """
    numbers = []
    for pair in pairs:
        if isinstance(pair, str) or len(pair) != 2 or pair[0] == pair[1]:
            raise ArgumentError(
                f"{pair!r} where two columns belong", "name two different ones, as ('tempo', 'energy')"
            )
        x, y = (_number(name, dataset, found.columns) for name in pair)
        if not np.isfinite(found.values[:, [x, y]]).all(axis=1).any():
            raise ArgumentError(
                f"no song has both '{pair[0]}' and '{pair[1]}'",
                "pair columns that are known of the same songs",
            )
        numbers.append((x, y))
    return tuple(dict.fromkeys(numbers))


def _number(name: str, dataset: Dataset, columns: Sequence[str]) -> int:
    if name in columns:
        return columns.index(name)
    more = f" and {len(columns) - _MOST_NAMED} more" if len(columns) > _MOST_NAMED else ""
    hint = f"columns that can be drawn: {', '.join(columns[:_MOST_NAMED])}{more}"
    if name in dataset.schema:
        one = dataset.schema[name]
        raise ArgumentError(
            f"column '{name}' is no feature that is a number: its type is {one.dtype}, its role {one.role}",
            hint,
        )
    spelled = {one.casefold(): one for one in columns}
    near = difflib.get_close_matches(str(name).casefold(), spelled, n=1, cutoff=0.5)
    guess = f"did you mean '{spelled[near[0]]}'? " if near else ""
    raise UnknownNameError(f"the table has no column '{name}'", guess + hint)
