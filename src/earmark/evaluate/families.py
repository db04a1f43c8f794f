"""Columns that measure the same thing in several ways, taken together."""

import re
from collections.abc import Sequence

from earmark.models.pipeline import Columns

_STATISTICS = "mean|avg|var|std|sd|min|max|median|range|iqr|skew|skewness|kurtosis|sum|delta|p\\d+|q\\d+"
_ENDS = re.compile(rf"([_ .-](?:{_STATISTICS}|\d+))+$", re.IGNORECASE)
_NUMBER = re.compile(r"(?<=\D)\d+$")


def family(column: str) -> str:
    """Return what a column measures: its name without statistics and numbers at the end.

    Examples
    --------
    >>> [family(name) for name in ("mfcc1_mean", "mfcc20_var", "chroma_stft_mean", "tempo", "mean")]
    ['mfcc', 'mfcc', 'chroma_stft', 'tempo', 'mean']
    """
    return _NUMBER.sub("", _ENDS.sub("", column)).rstrip("_ .-") or column


def families(columns: Columns) -> dict[str, tuple[str, ...]]:
    """Return the columns of each family, families in the order of their first column.

    A family of one number has that column's name; each column of words or categories is a family of its own.

    Parameters
    ----------
    columns : Columns
        What a model takes.

    Examples
    --------
    >>> families(Columns(("mfcc1_mean", "mfcc2_mean", "tempo_bpm_mean"), words=("title",)))
    {'mfcc': ('mfcc1_mean', 'mfcc2_mean'), 'tempo_bpm_mean': ('tempo_bpm_mean',), 'title': ('title',)}
    """
    found: dict[str, list[str]] = {}
    for column in columns.numbers:
        found.setdefault(family(column), []).append(column)
    named = {name if len(ones) > 1 else ones[0]: tuple(ones) for name, ones in found.items()}
    return named | {column: (column,) for column in (*columns.categories, *columns.words)}


def family_of(named: dict[str, tuple[str, ...]]) -> dict[str, str]:
    """Return the family of each column.

    Examples
    --------
    >>> family_of({"mfcc": ("mfcc1_mean", "mfcc2_mean")})["mfcc2_mean"]
    'mfcc'
    """
    return {column: name for name, columns in named.items() for column in columns}


def summed(names: Sequence[str], values: Sequence[float]) -> list[tuple[str, float]]:
    """Return the sum of the values of each name, the largest first.

    Examples
    --------
    >>> summed(["title", "tempo", "title"], [0.25, 0.375, 0.25])
    [('title', 0.5), ('tempo', 0.375)]
    """
    sums: dict[str, float] = {}
    for name, value in zip(names, values, strict=True):
        sums[name] = sums.get(name, 0.0) + value
    return sorted(sums.items(), key=lambda one: (-one[1], one[0]))
