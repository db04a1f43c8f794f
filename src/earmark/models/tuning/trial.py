"""One point of a search's space, and how it did."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

State = Literal["open", "done", "pruned", "failed"]


@dataclass(frozen=True)
class Trial:
    """One point, tried on the folds of one search.

    Attributes
    ----------
    number : int
        Which one it is, from 0, the recipe as it stands.
    point : mapping of str to object
        The value of each axis.
    scores : tuple of float or None
        On each fold that was fitted, in order; None where a fold has no such figure.
    songs : tuple of int
        How many songs each of these folds has.
    state : {"open", "done", "pruned", "failed"}
        Whether folds are missing still; all are there; it was given up; it could not learn.
    error : str
        Why it failed.
    seconds : float
        What its fits took, in seconds of work.
    """

    number: int
    point: Mapping[str, Any]
    scores: tuple[float | None, ...] = ()
    songs: tuple[int, ...] = ()
    state: State = "open"
    error: str = ""
    seconds: float = 0.0

    @property
    def score(self) -> float | None:
        """The mean over its folds, each of which weighs as much as it has songs; None if there is none."""
        return mean_score(self.scores, self.songs)


def mean_score(scores: Sequence[float | None], songs: Sequence[int]) -> float | None:
    """Return the mean of the scores that there are, weighed by songs; None if there are none.

    Examples
    --------
    >>> mean_score([0.5, 0.8], [20, 10])
    0.6
    >>> mean_score([None], [20]) is None
    True
    """
    told = [(one, weight) for one, weight in zip(scores, songs, strict=True) if one is not None]
    if not told:
        return None
    # Exact sums: the same to the last bit, whatever the order.
    return math.fsum(one * weight for one, weight in told) / math.fsum(weight for _, weight in told)


def best(trials: Sequence[Trial], *, more_is_better: bool) -> Trial | None:
    """Return the trial of the best score among those that are done, the first of equals; None if none is."""
    done = [one for one in trials if one.state == "done" and one.score is not None]
    sign = 1 if more_is_better else -1
    return max(done, key=lambda one: (sign * (one.score or 0.0), -one.number), default=None)
