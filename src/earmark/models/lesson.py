"""What can be learnt from a table: rows with a genre, the tracks and groups they belong to, honest folds."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from earmark.dataset.certificate import Apart, Certificate, shared
from earmark.dataset.checks import Options
from earmark.dataset.duplicates import duplicates
from earmark.dataset.findings import counted
from earmark.dataset.giveaways import giveaways
from earmark.dataset.kinship import Codes, factorized, joined, kin
from earmark.dataset.sharing import groups_of, share_out
from earmark.dataset.split import RULES, Split, certified, folds
from earmark.dataset.table import Dataset
from earmark.errors import TrainingError, UnknownNameError
from earmark.registry import Registry

if TYPE_CHECKING:
    import pandas as pd

    from earmark.models.pipeline import Columns

MOST_GENRES = 1000
"""More are raw tags, not genres; folds of them would take gigabytes."""

_MISSING_LABEL = "name it with --label, or put genres beside the table with --labels"


@dataclass(frozen=True, eq=False)
class Lesson:
    """Rows that can be learnt from.

    Attributes
    ----------
    dataset : Dataset
        The rows that have a genre, and no others.
    kept : array of bool
        Which rows of the table these are.
    classes : tuple of str
        The genres, sorted.
    y : array of int, shape (rows,)
        The number of each row's genre.
    tracks : array of int, shape (rows,)
        The number of each row's track; a track listed under two genres is one track under each.
    groups : array of int, shape (rows,)
        The number of each row's group: nothing of one group stands on two sides of a test.
    grouped_by : tuple of str
        What groups are made of: columns, or the rule.
    notes : tuple of str
        What was left out or assumed.
    """

    dataset: Dataset
    kept: NDArray[np.bool_]
    classes: tuple[str, ...]
    y: Codes
    tracks: Codes
    groups: Codes
    grouped_by: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def number(self) -> int:
        """How many groups there are."""
        return int(self.groups.max()) + 1


def lesson(dataset: Dataset, groups: Sequence[str] = (), classes: Sequence[str] | None = None) -> Lesson:
    """Return what can be learnt from a table, or tested on it.

    Parameters
    ----------
    dataset : Dataset
        With a label.
    groups : sequence of str
        Columns whose equal values belong together; if none are named, the artist's, else the album's, else
        the track's. Tracks and copies are never divided in either case.
    classes : sequence of str, optional
        The genres that a model knows: rows of others are left out. If none are given, it is those of the
        table, of which there must be two.

    Raises
    ------
    TrainingError
        If there is no label, only one genre, or none that the model knows.
    UnknownNameError
        If there is no such column.
    """
    if dataset.label is None:
        raise TrainingError(f"'{dataset.name}' has no column that is known as the genre", _MISSING_LABEL)
    values = dataset.frame[dataset.label]
    texts = values.astype(str).str.strip().where(values.notna())
    told = (texts.notna() & (texts != "")).to_numpy(bool)
    if classes is None:
        _see_genres(dataset, texts[told])
        classes = sorted(texts[told].unique())
    number = {name: code for code, name in enumerate(classes)}
    kept = told & texts.isin(list(number)).to_numpy(bool)
    notes = _left_out(dataset, texts, told, kept)
    rows = replace(dataset, frame=dataset.frame[kept].reset_index(drop=True))
    y = np.asarray(texts[kept].map(number), np.int64)
    found, grouped_by = _groups(rows, groups)
    tracks, divided = _tracks(rows, y)
    if divided:
        notes.append(
            f"{counted(divided, 'track')} listed under several genres: counted as one track under each"
        )
    return Lesson(rows, kept, tuple(map(str, classes)), y, tracks, found, grouped_by, tuple(notes))


def _left_out(
    dataset: Dataset, texts: "pd.Series", told: NDArray[np.bool_], kept: NDArray[np.bool_]
) -> list[str]:
    """Return what is said of rows that are left out; raise if none is left."""
    notes = []
    if without := int((~told).sum()):
        notes.append(f"{counted(without, 'row')} without a genre left out")
    foreign = sorted(texts[told & ~kept].unique())
    if foreign:
        some = ", ".join(foreign[:10]) + (", ..." if len(foreign) > 10 else "")
        number = counted(int((told & ~kept).sum()), "row")
        notes.append(f"{number} of genres that the model does not know left out: {some}")
    if not kept.any():
        raise TrainingError(
            f"no row of '{dataset.name}' is of a genre that the model knows"
            + (f": it has {', '.join(foreign[:5])}" if foreign else ""),
            "name the column of the genres with --label, or take another model",
        )
    return notes


def _see_genres(dataset: Dataset, labels: "pd.Series") -> None:
    number = labels.nunique()
    if number > MOST_GENRES:
        raise TrainingError(
            f"'{dataset.label}' of '{dataset.name}' has {number} different values, more than {MOST_GENRES} "
            "genres",
            "make few genres of many tags first (earmark label), or name another column with --label",
        )
    if number == 0:
        raise TrainingError(f"'{dataset.label}' of '{dataset.name}' is empty in every row", _MISSING_LABEL)
    if number == 1:
        raise TrainingError(
            f"all {counted(len(labels), 'row')} of '{dataset.name}' are of one genre, "
            f"{labels.iloc[0]!r}: there is nothing to tell apart",
            "give songs of at least two genres",
        )


def _groups(rows: Dataset, named: Sequence[str]) -> tuple[Codes, tuple[str, ...]]:
    related, copies = kin(rows), duplicates(rows).clusters
    songs = [related["track"].codes] if "track" in related else []
    if named:
        known: Registry[str] = Registry("column")
        for name in rows.frame.columns:
            known.add(str(name), str(name))
        for name in named:
            if known[name] == rows.label:
                raise UnknownNameError(
                    f"'{name}' is the genre", "group by the artist, the album, the session"
                )
        codes = [factorized(rows.frame[known[name]]) for name in named]
        return joined([copies, *songs, *codes]), tuple(named)
    told = [rule for rule in RULES if rule in related and (related[rule].codes >= 0).any()]
    rule = told[0] if told else "duplicates"
    chosen = [related[rule].codes] if told else []
    return joined([copies, *songs, *chosen]), (rule,)


def _tracks(rows: Dataset, y: Codes) -> tuple[Codes, int]:
    """Return a track per row and genre, and how many tracks have several genres."""
    found = kin(rows).get("track")
    own = np.arange(len(y))
    if found is None:
        return own, 0
    codes = np.where(found.codes < 0, own + found.codes.max(initial=0) + 1, found.codes)
    pairs, tracks = np.unique(np.stack([codes, y]), axis=1, return_inverse=True)
    divided = int((np.unique(pairs[0], return_counts=True)[1] > 1).sum())
    return np.asarray(tracks, np.int64).ravel(), divided


def see_that_it_tells_nothing(
    dataset: Dataset, columns: "Columns", allowed: Sequence[str]
) -> tuple[str, ...]:
    """Return the giveaways that are taken on purpose, as notes; raise if another one is among the columns.

    Raises
    ------
    TrainingError
        If a column tells how the songs were collected.
    """
    told = {
        str(finding.evidence["column"]): finding
        for finding in giveaways(dataset, Options())
        if finding.severity == "error" and finding.evidence.get("column") in columns.names
    }
    if refused := [name for name in told if name not in allowed]:
        first = told[refused[0]]
        more = f", and so does {', '.join(map(repr, refused[1:]))}" if refused[1:] else ""
        raise TrainingError(
            f"'{refused[0]}' gives the genre away{more}: {first.finding}",
            f"leave it out (--without {refused[0]}), or take it on purpose (--allow {refused[0]})",
        )
    return tuple(f"'{name}' gives the genre away and was taken on purpose" for name in told)


def honest_folds(given: Lesson, number: int, seed: int) -> tuple[Split, tuple[str, ...]]:
    """Return folds that keep groups on one side, fewer than asked for if there are too few groups, and notes.

    A genre whose songs are all of one group is always trained on and never tested.

    Raises
    ------
    TrainingError
        If not even two folds can be made.
    """
    several = groups_of(given.groups, given.y) > 1
    if several.sum() < 2:
        which = "all genres but one" if several.any() else "each genre"
        raise TrainingError(
            f"the songs of {which} are of one group by {' and '.join(given.grouped_by)}: there is none that "
            "could be kept back to test on",
            "give songs of at least two artists in at least two genres, or name another column with --group",
        )
    alone = np.unique(given.groups[np.isin(given.y, np.flatnonzero(~several))])
    made = min(number, len(np.setdiff1d(given.groups, alone)))
    if made < 2:
        raise TrainingError(
            "all songs belong to groups of genres that have one group only", "give songs of more artists"
        )
    notes = (f"{made} folds, not {number}: there are too few groups for more",) if made < number else ()
    return _shared_out(given, made, seed), notes


def inner_folds(groups: Codes, y: Codes, number: int, seed: int) -> list[tuple[Codes, Codes]]:
    """Return folds of training rows, as (rows to fit, rows held back); groups stay on one side.

    Genres of one group are never held back. There are fewer folds if there are fewer groups; none if two
    cannot be made.
    """
    parts = _fold_of_each(groups, y, number, seed)
    filled = np.unique(parts[parts >= 0])  # a few large groups may leave a fold empty
    return (
        [(np.flatnonzero(parts != i), np.flatnonzero(parts == i)) for i in filled] if len(filled) > 1 else []
    )


def _fold_of_each(groups: Codes, y: Codes, number: int, seed: int) -> Codes:
    """Return each row's fold, -1 for rows of groups that are never held back."""
    parts = np.full(len(y), -1, np.int64)
    alone = np.flatnonzero(groups_of(groups, y) == 1)
    free = ~np.isin(groups, np.unique(groups[np.isin(y, alone)]))
    codes = np.unique(groups[free], return_inverse=True)[1]
    number = min(number, int(codes.max(initial=-1)) + 1)
    if number >= 2:
        labels = np.unique(y[free], return_inverse=True)[1]
        parts[free] = share_out(codes, labels, [1 / number] * number, seed, first=range(number))
    return parts


def _shared_out(given: Lesson, number: int, seed: int) -> Split:
    if given.grouped_by[0] in RULES:
        return folds(given.dataset, number, by=given.grouped_by[0], seed=seed)
    parts = _fold_of_each(given.groups, given.y, number, seed)
    names = tuple(f"fold {i + 1}" for i in range(number))
    made = certified(
        given.dataset, names, (parts,), duplicates(given.dataset),
        kind="folds", made_by=" and ".join(given.grouped_by), seed=seed,
        groups=given.number, largest_group=int(np.bincount(given.groups).max()),
    )  # fmt: skip
    return Split("folds", names, (parts,), _with_named(made, given, parts, number))


def _with_named(made: Certificate, given: Lesson, parts: Codes, number: int) -> Certificate:
    """Return the certificate with what was said to belong together among what is kept apart."""
    sides = np.where(parts < 0, number, parts)
    named = []
    for name in given.grouped_by:
        codes = factorized(given.dataset.frame[name])
        named.append(Apart(name, name, True, shared(codes, [sides]), int((codes < 0).sum())))
    return replace(made, apart=(*named, *made.apart))
