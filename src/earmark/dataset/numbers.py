"""Columns of numbers in which something else is written: words, decimal commas, ``NA``."""

import re

import pandas as pd

from earmark.dataset.findings import Finding
from earmark.dataset.infer import has_words

NULL_WORDS = frozenset(("na", "n/a", "#n/a", "nan", "null", "none", "nil", "-", "--", "?", ".", "missing"))
"""What people write for a missing number, in small letters."""

_MOSTLY = 0.8
_COMMA = re.compile(r"\s*[-+]?\d*,\d+([eE][-+]?\d+)?\s*")
_LOOKED_AT = 200
_EXAMPLES = 5


def as_numbers(
    frame: pd.DataFrame, decimal_comma: bool, keep: str | None = None
) -> tuple[pd.DataFrame, list[Finding]]:
    """Turn text columns that are mostly numbers into numbers, and say what they held beside.

    Parameters
    ----------
    frame : pandas.DataFrame
        Any table; not changed.
    decimal_comma : bool
        Whether ``0,5`` may mean 0.5.
    keep : str, optional
        A column that stays as it is: the label. So do those whose name says that they hold words or ids.

    Returns
    -------
    frame : pandas.DataFrame
        The table; what is no number in a column of numbers is missing.
    remarks : list of Finding
        What was noticed.
    """
    remarks: list[Finding] = []
    changed: dict[int, pd.Series] = {}
    for at, name in enumerate(frame.columns):
        column = frame.iloc[:, at]
        if pd.api.types.is_numeric_dtype(column) or str(name) == keep or has_words(str(name)):
            continue
        if (numbers := _numbers(column, str(name), decimal_comma, remarks)) is not None:
            changed[at] = numbers
    if not changed:
        return frame, remarks
    columns = [changed.get(at, frame.iloc[:, at]) for at in range(frame.shape[1])]
    return pd.concat(columns, axis=1), remarks


def _numbers(column: pd.Series, name: str, decimal_comma: bool, remarks: list[Finding]) -> pd.Series | None:
    present = column.dropna()
    if present.empty or not _mostly_numbers(present.iloc[:_LOOKED_AT].astype(str), decimal_comma, 0.5):
        return None
    words = present.astype(str).str.strip()
    null = words.str.casefold().isin(NULL_WORDS)
    words = words[~null]
    if not _mostly_numbers(words, decimal_comma, _MOSTLY):
        return None
    commas = words.str.fullmatch(_COMMA) if decimal_comma else pd.Series(False, words.index)
    numbers = pd.to_numeric(words.mask(commas, words.str.replace(",", ".")), errors="coerce")
    if commas.any():
        remarks.append(_decimal_comma(name, int(commas.sum())))
    if null.any():
        remarks.append(_null_words(name, present[null]))
    if len(bad := words[numbers.isna()]):
        remarks.append(_mixed(name, bad, len(present)))
    return numbers.astype("float64").reindex(column.index) if len(numbers) < len(column) else numbers


def _mostly_numbers(words: pd.Series, decimal_comma: bool, share: float) -> bool:
    if words.empty:
        return False
    if decimal_comma:
        words = words.str.replace(",", ".")
    return bool(pd.to_numeric(words, errors="coerce").notna().mean() >= share)


def _decimal_comma(name: str, rows: int) -> Finding:
    return Finding(
        "decimal-comma",
        "note",
        f"'{name}' writes numbers with a decimal comma; it was read so",
        {"column": name, "rows": rows},
        "nothing, if that is meant; other programs may want points",
    )


def _null_words(name: str, cells: pd.Series) -> Finding:
    words = [str(word) for word in cells.unique()[:_EXAMPLES]]
    return Finding(
        "null-words",
        "note",
        f"'{name}' writes missing numbers as {', '.join(map(repr, words))} in {len(cells)} rows",
        {"column": name, "rows": len(cells), "words": words},
        "leave cells without a value empty",
    )


def _mixed(name: str, bad: pd.Series, rows: int) -> Finding:
    examples = [str(value)[:40] for value in bad.unique()[:_EXAMPLES]]
    return Finding(
        "mixed-types",
        "error",
        f"'{name}' holds numbers, but {len(bad)} of {rows} values are none: {', '.join(map(repr, examples))}",
        {
            "column": name,
            "rows": len(bad),
            "examples": examples,
            "at_rows": [int(row) + 1 for row in bad.index[:_EXAMPLES]],
        },
        "correct these values or leave them empty; until then they count as missing",
    )
