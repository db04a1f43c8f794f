"""Tracks and artists that contradict themselves, and what stands on both sides of a split."""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from earmark.dataset.certificate import NAIVE, Apart, measured
from earmark.dataset.checks import CHECKS, Options
from earmark.dataset.findings import Finding, counted
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
            f"{counted(len(several), 'track')} of '{track.column}' {_stand(len(several))} under several "
            f"artists of '{artist.column}'",
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
        f"{counted(len(several), one.kind)} of '{one.column}' {_stand(len(several))} under several labels",
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
    found = measured(dataset, [np.where(parts < 0, rest, parts) for parts in made.assignments])
    yield from (_straddling(one) for one in found if one.shared)
    yield from _unknown([one.kind for one in found if not one.known])


def _straddling(one: Apart) -> Finding:
    copies = one.kind == "duplicates"
    return Finding(
        f"{one.kind}-on-both-sides",
        "warning" if one.kind == "playlist" else "error",
        f"{counted(one.shared, 'group' if copies else one.kind)}{' of copies' if copies else ''} "
        f"{_stand(one.shared)} on both sides of the split",
        {
            "kind": one.kind,
            "shared": one.shared,
            **({} if copies else {"column": one.column, "rows_unknown": one.rows_unknown}),
        },
        "no split is made by playlists: leave them out of the features, and say so wherever its scores stand"
        if one.kind == "playlist"
        else f"split by groups: earmark split --by {one.kind}",
    )


def _unknown(kinds: Sequence[str]) -> Iterator[Finding]:
    if named := [kind for kind in kinds if kind != "duplicates"]:
        yield Finding(
            "side-unknown",
            "note",
            f"no column tells the {' or the '.join(named)}, so whether the sides of the split share any "
            "could not be known",
            {"kinds": named},
            "give the table such columns, or say so wherever its scores stand",
        )
    if "duplicates" in kinds:
        yield Finding(
            "side-unknown",
            "note",
            "the columns are too coarse to tell whether copies stand on both sides of the split",
            {"kinds": ["duplicates"]},
            "measure more of each song, or say so wherever its scores stand",
        )


def _stand(count: int) -> str:
    return "stands" if count == 1 else "stand"
