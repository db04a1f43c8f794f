"""Calibration, sets and thresholds, each fitted on artists that what comes before it has not heard."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from earmark.errors import ArgumentError, BundleError
from earmark.models.abstain import NEVER, Sureness, sureness
from earmark.models.calibrate import Calibration, fitted, from_plain
from earmark.models.conformal import Conformal, Sets, split_conformal
from earmark.models.probabilities import Array, Codes, checked, known, numbered
from earmark.models.refusal import Refusal

Fit = Callable[[Codes, Codes], ArrayLike]
"""Learns from the first rows and returns the probabilities of the others, shape (others, genres)."""

_FOLDS = 5


@dataclass(frozen=True)
class Calibrated:
    """What makes a model's probabilities into verdicts.

    Attributes
    ----------
    calibration : Calibration
        Turns the model's probabilities into calibrated ones.
    conformal : Conformal
        Makes prediction sets of calibrated probabilities.
    sureness : Sureness
        From which calibrated probability on an answer is sure.
    refusal : Refusal or None
        Which songs are refused as foreign; None where there are no numbers to tell by.
    """

    calibration: Calibration
    conformal: Conformal
    sureness: Sureness
    refusal: Refusal | None = None

    def __call__(self, p: ArrayLike) -> tuple[Array, Sets, NDArray[np.bool_]]:
        """Return calibrated probabilities, sets of genres, and which answers are sure, row by row."""
        found = self.calibration(p)
        return found, *self.judged(found)

    def judged(self, p: Array) -> tuple[Sets, NDArray[np.bool_]]:
        """Return sets of genres, and which answers are sure, of calibrated probabilities."""
        # A threshold is one of such confidences, and rounding must not part them.
        sure = p.max(axis=1) >= self.sureness.threshold - 1e-12
        return self.conformal.sets(p), np.asarray(sure)

    def plain(self) -> dict[str, Any]:
        """Return plain JSON types."""
        sure = self.sureness
        told = {} if self.refusal is None else {"refusal": self.refusal.plain()}
        return told | {
            "calibration": self.calibration.plain(),
            "conformal": self.conformal.plain(),
            "sureness": {
                "threshold": sure.threshold,
                "wanted": sure.wanted,
                "accuracy": sure.accuracy,
                "coverage": sure.coverage,
            },
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> "Calibrated":
        """Return what :meth:`plain` wrote.

        Raises
        ------
        BundleError
            If it is damaged.
        """
        try:
            sure = Sureness(**plain["sureness"])
            if not 0 <= sure.threshold <= NEVER:
                raise ValueError(sure)
            parts = plain["calibration"], plain["conformal"]
        except (KeyError, TypeError, ValueError):
            raise BundleError("the thresholds of the verdicts are damaged", "make the model again") from None
        refusal = Refusal.from_plain(plain["refusal"]) if "refusal" in plain else None
        return cls(from_plain(parts[0]), Conformal.from_plain(parts[1]), sure, refusal)


def calibrated(
    y: Sequence[Any],
    p: ArrayLike,
    classes: Sequence[str],
    groups: Sequence[Any] | None = None,
    *,
    kind: str = "temperature",
    level: float = 0.9,
    by_genre: bool = False,
    wanted: float = 0.9,
    seed: int = 0,
    tracks: Sequence[Any] | None = None,
) -> Calibrated:
    """Return calibration, prediction sets and threshold for a model, from its answers to unheard artists.

    Sets and threshold are fitted on probabilities that were calibrated on other artists: a curve that has
    seen a song's genre makes it look easier than a new song is.

    Parameters
    ----------
    y, p, classes, groups
        True genres, :func:`out_of_fold` probabilities, one row per song, names of the genres, and artists.
    kind : str
        One of :data:`earmark.models.calibrate.CALIBRATIONS`.
    level, by_genre
        As for :func:`earmark.models.conformal.split_conformal`.
    wanted : float
        How many of the sure answers are to be right.
    seed : int
        Of the folds.
    tracks : sequence, optional
        Where rows are segments, the song of each: sets and thresholds are then for means over songs.

    Examples
    --------
    >>> p = [[0.9, 0.1], [0.9, 0.1], [0.4, 0.6]] * 20
    >>> made = calibrated([0, 0, 1] * 20, p, ["jazz", "rock"])
    >>> made([[0.9, 0.1]])[2].tolist()
    [True]
    """
    unheard = cross_fitted(kind, y, p, classes, groups, seed=seed, tracks=tracks)
    songs, truth, parties = unheard, y, groups
    numbers = None if tracks is None else numbered(tracks)[1]
    if numbers is not None:
        first = np.unique(numbers, return_index=True)[1]
        songs, truth = means(unheard, numbers), [y[row] for row in first]
        parties = numbers[first].tolist() if groups is None else [groups[row] for row in first]
    return Calibrated(
        fitted(kind, y, p, classes, numbers),
        split_conformal(truth, songs, classes, parties, level=level, by_genre=by_genre),
        sureness(truth, songs, classes, wanted=wanted),
    )


def means(p: Array, tracks: Codes) -> Array:
    """Return the mean of the rows of each track, shape (tracks, genres); tracks are numbered from 0 on."""
    return np.asarray(
        np.stack([np.bincount(tracks, column) for column in p.T], axis=1) / np.bincount(tracks)[:, None],
        np.float64,
    )


def cross_fitted(
    kind: str,
    y: Sequence[Any],
    p: ArrayLike,
    classes: Sequence[str],
    groups: Sequence[Any] | None = None,
    *,
    seed: int = 0,
    tracks: Sequence[Any] | None = None,
) -> Array:
    """Return probabilities calibrated on the songs of other artists, in five folds of artists.

    Parameters
    ----------
    kind : str
        One of :data:`earmark.models.calibrate.CALIBRATIONS`.
    y, p, classes, groups, seed, tracks
        As for :func:`calibrated`.

    Raises
    ------
    ArgumentError
        If the answers are none, or lengths differ.
    """
    codes, found, parties = known(y, p, classes, groups)
    songs = None if tracks is None else numbered(tracks)[1]
    number = int(parties.max()) + 1
    parts = np.random.default_rng(seed).permutation(number)[parties] % _FOLDS
    result = np.empty_like(found)
    for part in np.unique(parts):
        asked = parts == part
        # With a single artist there is nobody else to learn from.
        others = ~asked if (~asked).any() else asked
        rows = None if songs is None else songs[others]
        result[asked] = fitted(kind, codes[others].tolist(), found[others], classes, rows)(found[asked])
    return result


def out_of_fold(
    fit: Fit, folds: Sequence[tuple[ArrayLike, ArrayLike]], groups: Sequence[Any], genres: int
) -> tuple[Array, NDArray[np.bool_]]:
    """Return the probabilities of each row by a model that heard no row of its group.

    Calibrating on random folds flatters: songs of artists that the model knows are easy for it.

    Parameters
    ----------
    fit : callable
        Given rows to learn from and rows to answer, returns the probabilities of the latter.
    folds : sequence of (rows, rows)
        To learn from and to answer, as :attr:`earmark.dataset.split.Split.folds` gives them; the mean is
        taken where a row is answered several times.
    groups : sequence
        The artist of each row.
    genres : int
        How many there are.

    Returns
    -------
    p : array, shape (rows, genres)
        NaN where a row is never answered.
    answered : array of bool, shape (rows,)
        Which rows are.

    Raises
    ------
    ArgumentError
        If a group stands on both sides of a fold.
    """
    parties = numbered(groups)[1]
    total, times = np.zeros((len(parties), genres)), np.zeros(len(parties))
    for number, fold in enumerate(folds, 1):
        train, asked = (np.asarray(rows, np.int64) for rows in fold)
        if both := len(np.intersect1d(parties[train], parties[asked])):
            raise ArgumentError(
                f"fold {number} has {both} groups on both sides",
                "make folds by artist: a model is too sure of artists it has heard",
            )
        total[asked] += checked(fit(train, asked), genres)
        times[asked] += 1
    answered = times > 0
    p = np.full_like(total, np.nan)
    p[answered] = total[answered] / times[answered, None]
    return p, np.asarray(answered)
