"""Parts of a table that are measured by themselves: songs of one language, of one decade, from one source."""

from collections.abc import Sequence

import pandas as pd

from earmark.dataset.table import Dataset
from earmark.errors import ArgumentError
from earmark.registry import Registry

MOST_NUMBERS = 20
"""A column with more different numbers than this is a measurement, not a kind of song."""

_DATE = r"^\s*((?:1[89]|20)\d\d)(?:[-/.]\d\d?(?:[-/.]\d\d?)?(?:[T ].*)?|\.0)?\s*$"
_MOSTLY = 0.9


def subsets(dataset: Dataset, columns: Sequence[str]) -> dict[str, list[str | None]]:
    """Return for each of some columns which subset each row is in, None where nobody tells.

    Years and dates become decades (``"1990s"``).

    Parameters
    ----------
    dataset : Dataset
        The rows.
    columns : sequence of str
        Columns of words, of few numbers, or of years.

    Raises
    ------
    UnknownNameError
        If there is no such column.
    ArgumentError
        If a column holds measurements.

    Examples
    --------
    >>> from earmark.dataset.describe import described
    >>> frame = pd.DataFrame({"genre": ["a", "b"], "year": [1994, 2003], "language": ["de", None]})
    >>> subsets(described(frame, "songs", label="genre"), ["year", "language"])
    {'year': ['1990s', '2000s'], 'language': ['de', None]}
    """
    known: Registry[str] = Registry("column")
    for name in dataset.frame.columns:
        known.add(str(name), str(name))
    return {name: _of_rows(dataset.frame[known[name]], name) for name in columns}


def _of_rows(values: pd.Series, name: str) -> list[str | None]:
    texts = values.astype(str).str.strip().where(values.notna())
    texts = texts.where(texts != "")
    years = pd.to_numeric(texts.str.extract(_DATE)[0])
    if years.notna().sum() >= max(1, _MOSTLY * texts.notna().sum()):
        return [None if pd.isna(year) else f"{int(year) // 10 * 10}s" for year in years]
    if pd.api.types.is_float_dtype(values) and (values.dropna() % 1 == 0).all():
        texts = texts.str.removesuffix(".0")  # whole numbers with gaps
    if pd.api.types.is_numeric_dtype(values) and texts.nunique() > MOST_NUMBERS:
        raise ArgumentError(
            f"'{name}' holds {texts.nunique()} different numbers",
            f"name a column of words, of up to {MOST_NUMBERS} numbers, or of years",
        )
    return [None if pd.isna(text) else str(text) for text in texts]
