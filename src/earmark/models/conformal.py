"""Sets of genres that hold the right one as often as promised, whatever the model is.

The promise is for songs of artists that neither the model nor the calibration has heard, drawn like those
that were used here.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from earmark.errors import ArgumentError, BundleError
from earmark.models.probabilities import Array, Codes, checked, known

Sets = NDArray[np.bool_]

# Equal votes of neighbours or trees may differ in their last bits.
_ROUNDING = 1e-12


@dataclass(frozen=True)
class Conformal:
    """Genres whose probability reaches a threshold, and the most probable one.

    Attributes
    ----------
    level : float
        How often the right genre is to be in the set, 0 to 1.
    least : tuple of float
        The least probability of each genre that is in the set; 0 for a genre of which there were too few
        artists to tell, so that it is in every set.
    """

    level: float
    least: tuple[float, ...]

    def sets(self, p: ArrayLike) -> Sets:
        """Return which genres are in each song's set, shape (songs, genres); none is empty."""
        found = checked(p, len(self.least))
        members = found >= np.array(self.least) - _ROUNDING
        members[np.arange(len(found)), found.argmax(axis=1)] = True
        return np.asarray(members)

    @property
    def always(self) -> tuple[int, ...]:
        """The genres that are in every set."""
        return tuple(k for k, least in enumerate(self.least) if least <= 0)

    def plain(self) -> dict[str, Any]:
        """Return plain JSON types."""
        return {"level": self.level, "least": list(self.least)}

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> "Conformal":
        """Return what :meth:`plain` wrote.

        Raises
        ------
        BundleError
            If it is damaged.
        """
        try:
            level, least = float(plain["level"]), tuple(float(value) for value in plain["least"])
        except (KeyError, TypeError, ValueError):
            level, least = math.nan, ()
        if not 0 < level < 1 or not least or not all(0 <= value <= 1 for value in least):
            raise BundleError("the thresholds of the prediction sets are damaged", "make the model again")
        return cls(level, least)


def split_conformal(
    y: Iterable[Any],
    p: ArrayLike,
    classes: Sequence[str],
    groups: Sequence[Any] | None = None,
    *,
    level: float = 0.9,
    by_genre: bool = False,
) -> Conformal:
    """Return the sets that hold the right genre for `level` of the songs of new artists.

    A song is as odd as its genre is improbable (M. Sadinle et al., JASA 114 (2019)). Songs of one artist
    are no independent draws, so what a new song may add to the others is what a new artist may: one in
    (artists + 1) (R. Dunn et al., JASA 118 (2023), pooled).

    Parameters
    ----------
    y, p, classes
        True genres, calibrated probabilities of songs whose artists the model has not heard, and the names.
    groups : sequence, optional
        The artist of each song; each song is taken for an artist of its own unless given.
    level : float
        How often the right genre is to be in the set, above 0 and below 1.
    by_genre : bool
        Hold the level for every genre by itself (class-conditional, "Mondrian"); a genre with fewer than
        ``level / (1 - level)`` artists is in every set then.

    Raises
    ------
    ArgumentError
        If the answers are none or the level is out of its range.

    Examples
    --------
    >>> p = [[0.5 + i / 40, 0.5 - i / 40] for i in range(20)]
    >>> found = split_conformal([0] * 20, p, ["jazz", "rock"])
    >>> round(found.least[0], 3)
    0.525
    >>> found.sets([[0.51, 0.49], [0.48, 0.52]]).tolist()
    [[True, False], [False, True]]
    """
    _see_that_it_is_a_share(level)
    codes, found, parties = known(y, p, classes, groups)
    true = found[np.arange(len(codes)), codes]
    if not by_genre:
        return Conformal(level, (_least(true, parties, level),) * len(classes))
    return Conformal(
        level, tuple(_least(true[codes == k], parties[codes == k], level) for k in range(len(classes)))
    )


def _least(true: Array, parties: Codes, level: float) -> float:
    """Return the least probability in a set: what the true genres of `level` of songs reach."""
    if not len(true):
        return 0.0
    number = len(np.unique(parties))
    wanted = math.ceil(level * (1 + 1 / number) * len(true) - 1e-9)
    return 0.0 if wanted > len(true) else float(np.sort(true)[-wanted])


def _see_that_it_is_a_share(level: float) -> None:
    if not 0 < level < 1:
        raise ArgumentError(f"a coverage of {level:g}", "give a share between 0 and 1, 0.9 is usual")


@dataclass(frozen=True, eq=False)
class CrossConformal:
    """Sets from the models of all folds, so that every song calibrates and none is spared for it.

    V. Vovk, Annals of Mathematics and Artificial Intelligence 74 (2015). In theory such sets may miss up to
    twice as often as asked; in practice they keep what is asked.

    Attributes
    ----------
    level : float
        How often the right genre is to be in the set.
    scores : tuple of array of float
        For each fold 1 less the probability of the true genre of its songs, by the model of the others.
    artists : int
        How many calibrate.
    """

    level: float
    scores: tuple[Array, ...]
    artists: int

    def sets(self, p: ArrayLike) -> Sets:
        """Return which genres are in each song's set.

        Parameters
        ----------
        p : array-like, shape (folds, songs, genres)
            The probabilities by each fold's model.
        """
        given = np.asarray(p, np.float64)
        if given.ndim != 3 or len(given) != len(self.scores):
            raise ArgumentError(
                f"probabilities of shape {given.shape} for {len(self.scores)} folds",
                "give those of every fold's model, shape (folds, songs, genres)",
            )
        found = np.stack([checked(one) for one in given])
        songs = sum(map(len, self.scores))
        as_odd = sum(
            len(scores) - np.searchsorted(np.sort(scores), 1 - one - _ROUNDING)
            for scores, one in zip(self.scores, found, strict=True)
        )
        chance = (np.asarray(as_odd) / songs * self.artists + 1) / (self.artists + 1)
        members = chance > 1 - self.level
        members[np.arange(found.shape[1]), found.mean(axis=0).argmax(axis=1)] = True
        return np.asarray(members)


def cross_conformal(
    y: Iterable[Any],
    p: ArrayLike,
    classes: Sequence[str],
    folds: Sequence[int],
    groups: Sequence[Any] | None = None,
    *,
    level: float = 0.9,
) -> CrossConformal:
    """Return sets from the models of all folds.

    Parameters
    ----------
    y, p, classes, groups, level
        As for :func:`split_conformal`; `p` are out-of-fold probabilities.
    folds : sequence of int, length songs
        In which fold each song was answered, from 0 on.

    Raises
    ------
    ArgumentError
        If the answers are none, or an artist is in two folds.
    """
    _see_that_it_is_a_share(level)
    codes, found, parties = known(y, p, classes, groups)
    parts = np.asarray(folds, np.int64)
    if len(parts) != len(codes):
        raise ArgumentError(f"{len(parts)} folds for {len(codes)} songs", "give one for each song")
    homes = np.unique(np.stack([parties, parts]), axis=1)[0]
    if len(np.unique(homes)) < len(homes):
        raise ArgumentError("some artists are in two folds", "make folds by artist")
    scores = 1 - found[np.arange(len(codes)), codes]
    return CrossConformal(
        level, tuple(scores[parts == i] for i in range(int(parts.max()) + 1)), len(np.unique(parties))
    )
