"""How often a set of genres holds the right one, and how large it is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from earmark.errors import ArgumentError
from earmark.evaluate.evaluation import Score
from earmark.evaluate.intervals import FEWEST_GROUPS, at_the_edge, bounds, drawn
from earmark.models.probabilities import Array, Codes, coded, numbered


@dataclass(frozen=True)
class Coverage:
    """Sets of genres against the truth.

    Attributes
    ----------
    tracks, groups : int
        On how many songs of how many groups (artists).
    covered : Score
        Share of songs whose set holds their genre, with its 95 % interval by drawing groups.
    per_group : float
        The same where every group counts as one song.
    size : float
        Mean number of genres in a set.
    single : float
        Share of sets of one genre.
    single_right : float or None
        How often that one is right.
    genres : dict of str to float or None
        Share of each genre's songs that are covered; None for a genre that does not occur.
    """

    tracks: int
    groups: int
    covered: Score
    per_group: float
    size: float
    single: float
    single_right: float | None
    genres: dict[str, float | None]


def coverage(
    y: Iterable[Any],
    sets: ArrayLike,
    classes: Sequence[str],
    groups: Sequence[Any] | None = None,
    *,
    resamples: int = 1000,
    seed: int = 0,
) -> Coverage:
    """Measure sets of genres.

    Parameters
    ----------
    y, classes
        True genres and the names of all, as for :func:`earmark.evaluate.evaluate`.
    sets : array-like of bool, shape (tracks, genres)
        Which genres are in each set.
    groups : sequence, optional
        Which group (artist) each song is of.
    resamples, seed : int
        For the interval.

    Examples
    --------
    >>> found = coverage([0, 1, 1], [[True, False], [True, False], [True, True]], ["jazz", "rock"])
    >>> round(found.covered.value, 3), round(found.size, 3), found.single_right
    (0.667, 1.333, 0.5)
    """
    codes = coded(y, classes)
    members = np.asarray(sets, np.bool_)
    if members.shape != (len(codes), len(classes)) or not len(codes):
        raise ArgumentError(
            f"sets of shape {members.shape} for {len(codes)} songs and {len(classes)} genres",
            "give one row per song and one column per genre",
        )
    parties = np.arange(len(codes)) if groups is None else numbered(groups)[1]
    held = members[np.arange(len(codes)), codes]
    sizes = members.sum(axis=1)
    per_group = np.bincount(parties, held) / np.bincount(parties)
    single = sizes == 1
    return Coverage(
        len(codes),
        len(per_group),
        share(held, np.ones(len(held)), parties, resamples=resamples, seed=seed),
        float(per_group.mean()),
        float(sizes.mean()),
        float(single.mean()),
        float(held[single].mean()) if single.any() else None,
        {
            str(name): float(held[codes == k].mean()) if (codes == k).any() else None
            for k, name in enumerate(classes)
        },
    )


def share(hits: ArrayLike, of: ArrayLike, parties: Codes, *, resamples: int = 1000, seed: int = 0) -> Score:
    """Return the share of hits among some songs, with its 95 % interval by drawing groups.

    Parameters
    ----------
    hits, of : array-like of bool, shape (songs,)
        Which songs are hits, and among which.
    parties : array of int, shape (songs,)
        The number of each song's group.
    resamples, seed : int
        For the interval.

    Examples
    --------
    >>> str(share([True, False, False], [True, True, False], np.array([0, 1, 2])))
    '0.500'
    """
    some, among = np.asarray(hits, np.float64), np.asarray(of, np.float64)
    if not among.any():
        return Score(None)
    # Groups without any of these songs say nothing of them.
    there, parties = np.unique(parties[among > 0], return_inverse=True)
    some, among = some[np.asarray(of, np.bool_)], among[among > 0]
    value, groups = float(some.mean()), len(there)
    if groups < FEWEST_GROUPS:
        return Score(round(value, 6))
    sums: Array = np.stack([np.bincount(parties, some), np.bincount(parties)], axis=1)
    held, total = (drawn(groups, resamples, seed) @ sums).T
    interval = at_the_edge(value, groups) if value in (0.0, 1.0) else bounds(value, held / total, groups)
    return Score(round(value, 6), *(round(bound, 6) for bound in interval or ()))
