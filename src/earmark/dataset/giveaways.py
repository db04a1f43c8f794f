"""Columns that tell how a table was collected, and by that the label: their values and their words."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from earmark.dataset.beyond import Beyond, Rest
from earmark.dataset.checks import CHECKS, Options
from earmark.dataset.duplicates import recordings
from earmark.dataset.findings import Finding, Severity, counted, spaced
from earmark.dataset.kinship import Codes, factorized, joined, kin
from earmark.dataset.lookup import Lookup, contrasts, folds, look_up, look_up_words
from earmark.dataset.schema import ColumnSpec
from earmark.dataset.table import Dataset

# docs/leaks.md says where these come from; benchmarks/planted_leaks.py measures what they find and miss.
_LEAST_GROUPS = 30  # recordings or artists; of fewer nothing can be said
_ODD = 0.06  # of the label's entropy, told by exact values and by nothing that lies near them
_SHUT_OUT = 0.2  # of the rows lie in genres that never have a common value
_COMMON = 0.03  # of the rows have a common value
_SHARP = 0.6  # Cramér's V between a common value and those next to it, from which nothing else need be asked
_ALPHA = 1e-3  # for all values of all columns of a table together
_TO_BE_MISSED = 10  # rows would have it by chance in genres that never do
_NEVER = 0.1  # of how often it would be there by chance
_GAIN = 0.01  # in the share of right answers, beyond the other columns
_ERRORS = 3.0  # standard errors of that
_ALONE = 0.6  # kappa of one column of numbers
_AHEAD = 0.2  # in kappa, of any other column
_AHEAD_OF_ALL = 0.1  # in kappa, of all other columns together
_PERFECT = 0.97  # kappa, alone or with all others, from which a column need not be ahead of them together
_FLAWLESS = (0.985, 0.08)  # kappa from which it need be ahead of any other by less, and by how much
_WORDS = 0.5  # kappa of one column of words
_SEEN = 0.05  # of the rows have a value that other recordings have too
_DEVIATIONS = 5.0
_MORE = 1.5  # times as often as by chance a text spells out its own label
_DECIDES = 0.9  # kappa from which a column decides and does not merely tell
_LETTERS = 3  # a label's name of fewer is part of too many words
_SHOWN = 8


@dataclass(frozen=True, eq=False)
class Labelled:
    """The rows of a table whose label is known.

    Attributes
    ----------
    frame : pandas.DataFrame
        These rows.
    columns : tuple of ColumnSpec
        All columns but the label.
    names : list of str
        The labels.
    labels : array of int, shape (rows,)
        Their numbers, row by row.
    groups : array of int, shape (rows,)
        One number per artist, else per track, merged over recordings that are equal.
    """

    frame: pd.DataFrame
    columns: tuple[ColumnSpec, ...]
    names: list[str]
    labels: Codes
    groups: Codes

    @cached_property
    def fold(self) -> Codes:
        """One of five folds for every row."""
        return folds(self.groups)

    @cached_property
    def rest(self) -> Rest:
        """The columns that can be an input."""
        inputs = [column for column in self.columns if column.role == "feature"]
        return Rest(self.frame, inputs, self.labels, self.groups)


def labelled(dataset: Dataset) -> Labelled | None:
    """Return the rows whose label is known, or None if they are too few, or of one label."""
    if dataset.label is None:
        return None
    values = dataset.frame[dataset.label]
    codes, names = pd.factorize(values.astype(str).where(values.notna()), sort=True)
    known = codes >= 0
    related = kin(dataset)
    groups = joined([recordings(dataset), *(related[k].codes for k in ("artist", "track") if k in related)])
    if len(names) < 2 or len(np.unique(groups[known])) < _LEAST_GROUPS:
        return None
    return Labelled(
        dataset.frame[known].reset_index(drop=True),
        tuple(column for column in dataset.schema if column.role not in ("label", "ignored")),
        [str(name) for name in names],
        np.asarray(codes[known], np.int64),
        np.asarray(pd.factorize(groups[known])[0], np.int64),
    )


@CHECKS.register("giveaways")
def giveaways(dataset: Dataset, options: Options) -> Iterator[Finding]:
    """Yield the columns that tell the label by how they were collected."""
    rows = labelled(dataset)
    if rows is None:
        return
    yield from _numbers(rows)
    for column in rows.columns:
        if not (column.numeric or column.dtype == "boolean"):
            yield from _words(rows, column)
            yield from _spelled_out(rows, column)


# -- numbers and codes


@dataclass(frozen=True)
class _Tried:
    column: ColumnSpec
    lookup: Lookup
    shut_out: float
    contrast: float

    @property
    def odd(self) -> bool:
        """Whether exact values tell what values next to them do not."""
        return self.shut_out >= _SHUT_OUT and (self.sharp or self.lookup.odd >= _ODD)

    @property
    def sharp(self) -> bool:
        return self.contrast >= _SHARP

    @property
    def alone(self) -> bool:
        """Whether it tells the label by itself; what categories tell so is seen by _words."""
        return self.lookup.kappa >= _ALONE and self.column.dtype != "category"

    @property
    def ahead(self) -> float:
        """By how much kappa any other column must be less."""
        return _FLAWLESS[1] if self.lookup.kappa >= _FLAWLESS[0] else _AHEAD


def _numbers(rows: Labelled) -> Iterator[Finding]:
    tried = [one for column in rows.columns if (one := _try(rows, column)) is not None]
    for one in tried:
        if not (one.odd or one.alone):
            continue
        twins = rows.rest.twins(one.column.name)
        others = [other for other in tried if other.column.name not in twins]
        found = _odd(rows, one) or _ahead(rows, one, others) or _lonely(rows, one, others)
        if found is not None:
            yield found


def _try(rows: Labelled, column: ColumnSpec) -> _Tried | None:
    if column.name not in rows.rest:
        return None
    nominal = not column.numeric
    values, known = _codes(rows.frame[column.name], nominal)
    if known.mean() < _SEEN or len(np.unique(rows.groups[known])) < _LEAST_GROUPS:
        return None
    values, labels = values[known], rows.labels[known]
    found = look_up(values, labels, rows.fold[known], nominal)
    shut_out = _shut_out(values, labels)
    contrast = _contrast(rows, values, known, nominal) if shut_out >= _SHUT_OUT else 0.0
    return _Tried(column, found, shut_out, contrast)


def _contrast(rows: Labelled, values: NDArray[np.float64], known: NDArray[np.bool_], nominal: bool) -> float:
    """Return how far the labels of a common value are other ones than those of the values next to it.

    What it tells of the whole label is little where it sets few genres apart, however sharply.
    """
    least = math.ceil(_COMMON * len(values))
    found = contrasts(values, rows.labels[known], rows.groups[known], least, nominal)
    alpha = _ALPHA / max(len(rows.columns) * len(found), 1)
    return max((one.beyond_chance for one in found if one.p < alpha), default=0.0)


def _codes(values: pd.Series, nominal: bool) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    numbers = (
        factorized(values).astype(np.float64) if nominal else values.to_numpy(np.float64, na_value=np.nan)
    )
    return numbers, numbers >= 0 if nominal else np.isfinite(numbers)


def _shut_out(values: NDArray[np.float64], labels: Codes) -> float:
    """Return the largest share of rows in labels that hardly ever have some common value."""
    _, codes, counts = np.unique(values, return_inverse=True, return_counts=True)
    sizes = np.bincount(labels)
    worst = 0.0
    for value in np.flatnonzero(counts >= _COMMON * len(values)):
        expected = sizes * (counts[value] / len(values))
        there = np.bincount(labels[codes == value], minlength=len(sizes))
        never = (expected >= _TO_BE_MISSED / 5) & (there <= _NEVER * expected)
        if expected[never].sum() >= _TO_BE_MISSED:
            worst = max(worst, float(sizes[never].sum() / len(values)))
    return worst


def _odd(rows: Labelled, one: _Tried) -> Finding | None:
    """Return what is wrong if exact values tell what values next to them do not."""
    if not one.odd:
        return None
    name, beyond = one.column.name, rows.rest.beyond(one.column.name)
    if not one.sharp and not _gains(beyond):
        return None
    why = (
        f"a forest names {_percent(beyond.with_it)} of other recordings right with it, "
        f"{_percent(beyond.without)} without"
        if beyond.gain >= _GAIN
        else "rows of one value stand in other labels than those of values next to it "
        f"(Cramér's V {one.contrast:.2f})"
    )
    return Finding(
        "giveaway-values",
        "error",
        f"single values of '{name}' tell the label: {why}",
        {
            "column": name,
            "cramers_v": round(one.contrast, 3),
            "right_with": round(beyond.with_it, 3),
            "right_without": round(beyond.without, 3),
            "label_entropy_told": round(one.lookup.told, 3),
            "values": _common_values(rows, one.column),
        },
        f"drop '{name}' from the features: it tells where the songs come from, not what they sound like",
    )


def _gains(beyond: Beyond) -> bool:
    return beyond.gain >= max(_GAIN, _ERRORS * beyond.spread)


def _ahead(rows: Labelled, one: _Tried, others: list[_Tried]) -> Finding | None:
    """Return what is wrong if a column alone tells the label as no other does, nor all others together."""
    next_best = max((other.lookup.kappa for other in others), default=0.0)
    if not one.alone or one.lookup.kappa < next_best + one.ahead:
        return None
    beyond = rows.rest.beyond(one.column.name)
    # A forest tells where values of one label end; ten neighbours blur it, above all for labels of few rows.
    completed = _gains(beyond) and beyond.kappa_with_it >= _PERFECT
    if not completed and one.lookup.kappa < min(_PERFECT, beyond.kappa_without + _AHEAD_OF_ALL):
        return None
    return _alone(
        one,
        f"no other column comes near (the next has kappa {next_best:.2f})",
        {
            "kappa_of_the_next": round(next_best, 3),
            "kappa_of_all_others_together": round(beyond.kappa_without, 3),
        },
    )


def _lonely(rows: Labelled, one: _Tried, others: list[_Tried]) -> Finding | None:
    """Return what is wrong if a column tells the label and nothing else, and those that come near do not."""
    near = [other for other in others if other.lookup.kappa > one.lookup.kappa - one.ahead]
    if not one.alone or one.lookup.kappa < _PERFECT or not near or not rows.rest.lonely(one.column.name):
        return None
    if any(rows.rest.lonely(other.column.name) for other in near):
        return None
    return _alone(
        one,
        "within a label it goes with no other column, as music would",
        {"kappa_of_the_next": round(max(other.lookup.kappa for other in near), 3)},
    )


def _alone(one: _Tried, why: str, evidence: dict[str, float]) -> Finding:
    name, kappa = one.column.name, one.lookup.kappa
    says = "decides" if kappa >= _DECIDES else "tells"
    return Finding(
        "giveaway-values",
        "error",
        f"'{name}' alone {says} the label (kappa {kappa:.2f}); {why}",
        {"column": name, "kappa_alone": round(kappa, 3), **evidence},
        f"find out how '{name}' came about; drop it unless it is heard in the music",
    )


def _common_values(rows: Labelled, column: ColumnSpec) -> list[dict[str, Any]]:
    values = rows.frame[column.name]
    shown = []
    for value, count in values.value_counts().head(_SHOWN).items():
        if count < _COMMON * len(values):
            break
        there = np.bincount(rows.labels[(values == value).to_numpy()], minlength=len(rows.names))
        shares = there / np.bincount(rows.labels)
        shown.append(
            {
                "value": value.item() if isinstance(value, np.generic) else value,
                "rows": int(count),
                "labels": int((there > 0).sum()),
                "always_in": [rows.names[i] for i in np.flatnonzero(shares >= 0.99)],
                "never_in": [rows.names[i] for i in np.flatnonzero(shares <= 0.01)],
            }
        )
    return shown


# -- words


def _words(rows: Labelled, column: ColumnSpec) -> Iterator[Finding]:
    found = look_up_words(factorized(rows.frame[column.name]), rows.labels, rows.groups)
    if found.kappa < _WORDS or found.share < _SEEN or found.deviations < _DEVIATIONS:
        return
    values = rows.frame[column.name]
    labels_per_value = pd.Series(rows.labels).groupby(values.to_numpy()).nunique()
    single, distinct = int((labels_per_value == 1).sum()), len(labels_per_value)
    says = "decides" if found.kappa >= _DECIDES else "tells"
    severity, mend = _gravity(column, "its values")
    yield Finding(
        "giveaway-words",
        severity,
        f"'{column.name}' {says} the label: {spaced(single)} of its {spaced(distinct)} values stand in one "
        f"label only, and name that of other recordings too (kappa {found.kappa:.2f})",
        {
            "column": column.name,
            "values": distinct,
            "values_in_one_label": single,
            "rows": int(values.notna().sum()),
            "rows_tried": found.rows,
            "kappa": round(found.kappa, 3),
        },
        mend,
    )


def _spelled_out(rows: Labelled, column: ColumnSpec) -> Iterator[Finding]:
    """Yield a column that spells out the label's own name."""
    values = rows.frame[column.name]
    codes = factorized(values)
    first = np.unique(codes[codes >= 0], return_index=True)[1]
    texts = values[codes >= 0].iloc[first].astype(str).str.casefold()
    if not len(texts):
        return
    own, chance = 0, 0.0
    for label, name in enumerate(rows.names):
        if len(name) < _LETTERS:
            continue
        whole_word = rf"(?<![^\W\d_]){re.escape(name.casefold())}(?![^\W\d_])"
        spelled = texts.str.contains(whole_word, regex=True).to_numpy(bool)
        there = (codes >= 0) & spelled[np.maximum(codes, 0)]
        own += int((there & (rows.labels == label)).sum())
        chance += float(there.mean() * (rows.labels == label).sum())
    share = own / len(values)
    if share < _SHUT_OUT or own < _MORE * chance:
        return
    severity, mend = _gravity(column, "its words")
    yield Finding(
        "giveaway-name",
        severity,
        f"'{column.name}' spells out the label in {spaced(own)} of {counted(len(values), 'row')}",
        {"column": column.name, "rows": own, "by_chance": round(chance, 1)},
        mend,
    )


def _gravity(column: ColumnSpec, what: str) -> tuple[Severity, str]:
    """Return how grave it is that a column tells the label: an id is no input, so it need not be mended."""
    if column.role in ("id", "group"):
        return "note", f"never make features of '{column.name}': {what} tell the label"
    return "error", f"drop '{column.name}' from the features: {what} tell the label, not the sound"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
