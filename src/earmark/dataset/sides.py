"""Tracks and artists that contradict themselves, and what stands on both sides of a split."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from earmark.dataset.certificate import NAIVE, Apart, measured
from earmark.dataset.checks import CHECKS, Options
from earmark.dataset.findings import Finding, Severity, counted
from earmark.dataset.kinship import Codes, Kin, kin
from earmark.dataset.split import label_codes
from earmark.dataset.split_file import read
from earmark.dataset.table import Dataset

_SHOWN = 10


@CHECKS.register("tracks")
def tracks(dataset: Dataset, options: Options) -> Iterator[Finding]:
    """Yield tracks under several artists, and tracks, artists, albums and playlists under several labels."""
    related = kin(dataset)
    if "track" in related and "artist" in related:
        yield from _several_artists(dataset, related["track"], related["artist"])
    if dataset.label is not None:
        labels = np.where(dataset.frame[dataset.label].isna(), -1, label_codes(dataset))
        for one in related.values():
            yield from _several_labels(dataset, one, labels)


def _several_artists(dataset: Dataset, track: Kin, artist: Kin) -> Iterator[Finding]:
    several = _with_several(track.codes, artist.codes)
    if len(several):
        yield Finding(
            "track-under-several-artists",
            "warning",
            f"{counted(len(several), 'track')} of '{track.column}' stand under several artists of "
            f"'{artist.column}'",
            {
                "tracks": len(several),
                "rows": int(np.isin(track.codes, several).sum()),
                "examples": _examples(dataset, track, several),
            },
            "find out whose they are, or split by groups (earmark split): these artists are one group then",
        )


def _several_labels(dataset: Dataset, one: Kin, labels: Codes) -> Iterator[Finding]:
    several = _with_several(one.codes, labels)
    if not len(several):
        return
    is_track = one.kind == "track"
    yield Finding(
        f"{one.kind}-under-several-labels",
        "warning" if is_track else "note",
        f"{counted(len(several), one.kind)} of '{one.column}' stand under several labels",
        {
            f"{one.kind}s": len(several),
            "rows": int(np.isin(one.codes, several).sum()),
            "examples": _examples(dataset, one, several),
        },
        "decide on one label for each, or keep them as songs of several genres"
        if is_track
        else f"nothing, if these {one.kind}s make music of several genres",
    )


def _with_several(codes: Codes, others: Codes) -> Codes:
    """Return the values that stand beside several others."""
    known = (codes >= 0) & (others >= 0)
    pairs = np.unique(np.stack([codes[known], others[known]]), axis=1)
    values, times = np.unique(pairs[0], return_counts=True)
    return np.asarray(values[times > 1], np.int64)


def _examples(dataset: Dataset, one: Kin, values: Codes) -> list[str]:
    first = pd.Series(one.codes).drop_duplicates()
    rows = first.index[first.isin(values[:_SHOWN])]
    return [str(value) for value in dataset.frame[one.column].iloc[rows]]


@CHECKS.register("sides")
def sides(dataset: Dataset, options: Options) -> Iterator[Finding]:
    """Yield what stands on both sides of a split, if one is given.

    Raises
    ------
    SplitError
        If the split cannot be read, or is of another table.
    """
    if options.split is None:
        return
    made = read(options.split)
    made.see_that_it_is_of(dataset)
    if made.naive:
        yield Finding(
            "naive-split",
            "error",
            f"the split is {NAIVE}",
            {"split": str(options.split)},
            "split by groups: earmark split without --naive",
        )
    # Among folds a row of none is trained on, and so on the other side of every test.
    rest = len(made.names) if made.kind == "folds" else -1
    for one in measured(dataset, [np.where(parts < 0, rest, parts) for parts in made.assignments]):
        yield from _straddling(one)


def _straddling(one: Apart) -> Iterator[Finding]:
    if not one.known:
        yield Finding(
            "side-unknown",
            "note",
            f"whether the sides of the split share what is one {one.kind} could not be known: {_why(one)}",
            {"kind": one.kind},
            f"give the table a column for the {one.kind}, or say so wherever its scores stand",
        )
    elif one.shared:
        what = "groups of copies" if one.kind == "duplicates" else f"{one.kind}s"
        severity: Severity = "warning" if one.kind == "playlist" else "error"
        yield Finding(
            f"{one.kind}-on-both-sides",
            severity,
            f"{one.shared} {what} stand on both sides of the split",
            {"kind": one.kind, "column": one.column, "shared": one.shared, "rows_unknown": one.rows_unknown},
            "split by groups: earmark split",
        )


def _why(one: Apart) -> str:
    return "the columns are too coarse" if one.kind == "duplicates" else "no column tells"
