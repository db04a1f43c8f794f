"""Checks of the label: genres that are rare, alone, or written in two ways."""

import re
from collections import defaultdict
from collections.abc import Iterator

import pandas as pd

from earmark.dataset.checks import CHECKS, Options
from earmark.dataset.findings import Finding, counted
from earmark.dataset.infer import class_name
from earmark.dataset.table import Dataset

FEWEST_SONGS = 10
"""A genre of fewer songs can be neither learnt nor judged."""
_STEEP = 20


@CHECKS.register("classes")
def classes(dataset: Dataset, options: Options) -> Iterator[Finding]:
    """Yield what is wrong with the genres: one alone, rare ones, two spellings of one, a steep imbalance."""
    if dataset.label is None:
        return
    counts = songs_by_class(dataset)
    if len(counts) < 2:
        yield _alone(dataset.label, counts)
        return
    yield from _spellings(dataset.label, counts)
    rare = counts[counts < FEWEST_SONGS]
    if len(rare):
        yield _rare(dataset.label, rare, len(counts))
    if counts.iloc[0] >= _STEEP * counts.iloc[-1]:
        yield _imbalance(dataset.label, counts)


def songs_by_class(dataset: Dataset) -> pd.Series:
    """Return how many songs each class has, the commonest first; rows, where nothing names the songs.

    Examples
    --------
    >>> songs_by_class(read(table)).to_dict()
    {'rock': 6, 'jazz': 4}
    """
    labels = dataset.frame[dataset.label].dropna().map(class_name)
    if {"track_id", "segment"} <= set(dataset.frame.columns):
        songs = pd.DataFrame({"song": dataset.frame["track_id"], "label": labels}).dropna().drop_duplicates()
        labels = songs["label"]
    return labels.value_counts()


def _alone(label: str, counts: pd.Series) -> Finding:
    what = f"is '{counts.index[0]}' in every row" if len(counts) else "has no value at all"
    return Finding(
        "one-class",
        "error",
        f"the label '{label}' {what}",
        {"column": label, "classes": len(counts)},
        "there is nothing to tell apart: add songs of other genres, or name another column with --label",
    )


def _spellings(label: str, counts: pd.Series) -> Iterator[Finding]:
    """Yield names that differ in case, blanks and punctuation only."""
    alike: dict[str, list[str]] = defaultdict(list)
    for name in counts.index:
        alike[re.sub(r"[\W_]+", "", name.casefold()) or name].append(name)
    for names in alike.values():
        if len(names) > 1:
            yield Finding(
                "class-spellings",
                "warning",
                f"'{label}' writes one genre in {len(names)} ways: {', '.join(map(repr, names))}",
                {"column": label, "classes": {name: int(counts[name]) for name in names}},
                "write them alike",
            )


def _rare(label: str, rare: pd.Series, classes: int) -> Finding:
    shown = ", ".join(f"'{name}' ({count})" for name, count in rare.iloc[::-1][:5].items())
    verb = "has" if len(rare) == 1 else "have"
    return Finding(
        "rare-classes",
        "warning",
        f"{len(rare)} of {classes} classes of '{label}' {verb} fewer than {FEWEST_SONGS} songs: {shown}",
        {"column": label, "fewest": FEWEST_SONGS, "classes": {str(k): int(v) for k, v in rare[:50].items()}},
        "find more songs, fold them into a broader genre, or leave them out",
    )


def _imbalance(label: str, counts: pd.Series) -> Finding:
    share = counts.iloc[0] / counts.sum()
    return Finding(
        "imbalance",
        "note",
        f"'{counts.index[0]}' has {counted(int(counts.iloc[0]), 'song')}, '{counts.index[-1]}' has "
        f"{counts.iloc[-1]}: who always says '{counts.index[0]}' is right in {100 * share:.1f} %",
        {"column": label, "majority_share": round(float(share), 4)},
        "judge by macro F1 or balanced accuracy, not by accuracy",
    )
