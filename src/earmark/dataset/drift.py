"""Whether a table is drawn from the same songs as a reference: tests with an effect size, Šidák-corrected."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from earmark.dataset.checks import CHECKS, Options
from earmark.dataset.findings import Finding, Severity, counted
from earmark.dataset.infer import class_name
from earmark.dataset.table import Dataset

SMALL = 0.1
"""A distance, 0 to 1, that is too small to mind however sure it is: a tenth of the songs lie elsewhere."""

_FEWEST = 8
_EXACT_UP_TO = 500


class Drift(NamedTuple):
    """How far one column has moved.

    Attributes
    ----------
    column : str
        Its name.
    distance : float
        How far, 0 to 1: for numbers the greatest difference of the two cumulative distributions (the
        Kolmogorov-Smirnov statistic), for classes half the sum of the differences of their shares (the total
        variation). Either is the share of songs that would have to change.
    p : float
        How often chance alone moves it so far.
    rows, reference_rows : int
        Songs that were compared.
    """

    column: str
    distance: float
    p: float
    rows: int
    reference_rows: int


def drifts(dataset: Dataset, reference: Dataset) -> list[Drift]:
    """Return how far each feature, and the label, has moved from a reference.

    Segments of a song are no independent draws, so numbers are compared by their means over songs where
    ``track_id`` and ``segment`` name them.

    Parameters
    ----------
    dataset, reference : Dataset
        Tables with columns in common.
    """
    mine, theirs = _songs(dataset), _songs(reference)
    found = []
    for column in dataset.schema:
        name = column.name
        if column.role not in ("feature", "label") or name not in theirs or name not in mine:
            continue
        here, there = mine[name].dropna(), theirs[name].dropna()
        if min(len(here), len(there)) < _FEWEST:
            continue
        numeric = all(pd.api.types.is_numeric_dtype(values) for values in (here, there))
        measure = _numbers if numeric and column.role == "feature" else _classes
        distance, p = measure(here, there)
        found.append(Drift(name, distance, p, len(here), len(there)))
    return found


def _songs(dataset: Dataset) -> pd.DataFrame:
    """Return one row per song: the means of its numbers, the first of its words."""
    frame = dataset.frame
    kept = [*dataset.features, *([dataset.label] if dataset.label else [])]
    if not {"track_id", "segment"} <= set(frame.columns):
        return frame[kept]
    songs = frame.groupby("track_id", sort=False)
    numbers = [name for name in kept if pd.api.types.is_numeric_dtype(frame[name])]
    words = [name for name in kept if name not in numbers]
    return pd.concat([songs[numbers].mean(), songs[words].first()], axis=1)


def _numbers(here: pd.Series, there: pd.Series) -> tuple[float, float]:
    from scipy.stats import ks_2samp  # noqa: PLC0415 - half a second, for those who have a reference

    method = "exact" if max(len(here), len(there)) <= _EXACT_UP_TO else "asymp"
    test = ks_2samp(here.to_numpy(float), there.to_numpy(float), method=method)
    return float(test.statistic), float(test.pvalue)


def _classes(here: pd.Series, there: pd.Series) -> tuple[float, float]:
    """Return total variation, and the p of Pearson's chi-squared; rare classes are counted as one."""
    from scipy.stats import chi2_contingency  # noqa: PLC0415 - as above

    counts = pd.DataFrame(
        {"here": here.map(class_name).value_counts(), "there": there.map(class_name).value_counts()}
    ).fillna(0)
    distance = 0.5 * np.abs(counts["here"] / len(here) - counts["there"] / len(there)).sum()
    # The test wants at least five expected songs in each cell.
    expected = counts.sum(axis=1) * min(len(here), len(there)) / (len(here) + len(there))
    table = counts[expected >= 5]
    if (rest := counts[expected < 5].sum()).sum():
        table = pd.concat([table, rest.to_frame().T])
    if len(table) < 2:
        return float(distance), 1.0
    return float(distance), float(chi2_contingency(table.to_numpy(), correction=False).pvalue)


def sidak(alpha: float, tests: int) -> float:
    """Return the level for each of several tests, so that all together alarm falsely at `alpha`.

    Z. Šidák, Journal of the American Statistical Association 62 (1967): ``1 - (1 - alpha)^(1/n)``.

    Examples
    --------
    >>> round(sidak(0.05, 13), 6)
    0.003938
    """
    return float(-np.expm1(np.log1p(-alpha) / max(tests, 1)))


@CHECKS.register("drift")
def drift(dataset: Dataset, options: Options) -> Iterator[Finding]:
    """Yield the columns that have moved from the reference: surely, and so far that it matters."""
    if options.reference is None:
        return
    yield from _columns(dataset, options.reference)
    found = drifts(dataset, options.reference)
    level = sidak(options.alpha, len(found))
    small = [one for one in found if one.p < level and one.distance < SMALL]
    for one in sorted(found, key=lambda one: -one.distance):
        if one.p < level and one.distance >= SMALL:
            yield _drift(one, level, len(found), dataset)
    if small:
        shown = ", ".join(f"'{one.column}' ({one.distance:.3f})" for one in small[:5])
        yield Finding(
            "drift-small",
            "note",
            f"{counted(len(small), 'column')} moved from the reference, too little to matter: {shown}",
            {"columns": {one.column: round(one.distance, 4) for one in small[:50]}, "matters_from": SMALL},
            "nothing: large tables show the smallest differences",
        )


def _drift(one: Drift, level: float, tests: int, dataset: Dataset) -> Finding:
    severity: Severity = "warning"
    what = "its classes have other shares" if one.column == dataset.label else "its values lie elsewhere"
    return Finding(
        "drift",
        severity,
        f"'{one.column}' moved from the reference by {one.distance:.2f} (p = {one.p:.1e}): {what}",
        {
            "column": one.column,
            "distance": round(one.distance, 4),
            "p": one.p,
            "level": level,
            "tests": tests,
            "rows": one.rows,
            "reference_rows": one.reference_rows,
        },
        "find out what changed, in the songs or in how they were measured; train on songs like these",
    )


def _columns(dataset: Dataset, reference: Dataset) -> Iterator[Finding]:
    """Yield columns and classes that one of the tables lacks."""
    here = {column.name: column for column in dataset.schema}
    there = {column.name: column for column in reference.schema}
    # What is to be judged has no genre yet, and names are names: only what was measured must be there.
    absent = [name for name, column in there.items() if name not in here and column.role == "feature"]
    if absent:
        yield Finding(
            "missing-column",
            "error",
            f"the reference has {counted(len(absent), 'column')} that this table lacks: "
            f"{', '.join(map(repr, absent[:5]))}",
            {"columns": absent[:50]},
            "add them, or compare with another table",
        )
    for name in here.keys() & there.keys():
        kinds = {here[name].numeric, there[name].numeric}
        if here[name].role == "feature" and len(kinds) > 1:
            yield Finding(
                "wrong-type",
                "error",
                f"'{name}' holds {here[name].dtype} values, in the reference {there[name].dtype} values",
                {"column": name, "type": here[name].dtype, "reference_type": there[name].dtype},
                "correct the values",
            )
    yield from _new_classes(dataset, reference)


def _new_classes(dataset: Dataset, reference: Dataset) -> Iterator[Finding]:
    label = dataset.label
    if label is None or label not in reference.frame:
        return
    here = dataset.frame[label].dropna().map(class_name)
    there = set(reference.frame[label].dropna().map(class_name))
    new = here[~here.isin(there)].value_counts()
    if len(new):
        yield Finding(
            "unknown-classes",
            "error",
            f"'{label}' holds {counted(len(new), 'class')} that the reference lacks: "
            f"{', '.join(map(repr, new.index[:5]))}",
            {"column": label, "classes": {str(name): int(count) for name, count in new.iloc[:50].items()}},
            "correct them, or add such songs to the reference",
        )
