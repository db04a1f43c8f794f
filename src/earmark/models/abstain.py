"""From which confidence on an answer is called sure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from earmark.errors import ArgumentError
from earmark.models.probabilities import known

FEWEST_SONGS = 20
"""Among fewer sure songs than this nothing is known of how many are right."""

NEVER = 2.0
"""The threshold above which no confidence is."""


@dataclass(frozen=True)
class Sureness:
    """A threshold of confidence, and what it did on the songs it was chosen on.

    Attributes
    ----------
    threshold : float
        The verdict is ``unsure`` below this confidence, 0 to 1; :data:`NEVER` if no answer can be called
        sure.
    wanted : float
        How many of the sure answers are to be right, 0 to 1.
    accuracy : float or None
        How many of them were; None if there are none.
    coverage : float
        Which share of the songs was sure.
    """

    threshold: float
    wanted: float
    accuracy: float | None
    coverage: float

    @property
    def reached(self) -> bool:
        """Whether any threshold does what is wanted."""
        return self.accuracy is not None


def sureness(y: Iterable[Any], p: ArrayLike, classes: Sequence[str], *, wanted: float = 0.9) -> Sureness:
    """Return the lowest threshold above which the wanted share of answers is right.

    Parameters
    ----------
    y, p, classes
        True genres, calibrated probabilities and names, of validation songs: the model has not heard their
        artists, and no reported figure is of them.
    wanted : float
        How many of the sure answers are to be right, above 0 and up to 1.

    Raises
    ------
    ArgumentError
        If the answers are none or `wanted` is out of its range.

    Examples
    --------
    >>> p = [[0.95, 0.05]] * 30 + [[0.6, 0.4]] * 30
    >>> found = sureness([0] * 30 + [0, 1] * 15, p, ["jazz", "rock"])
    >>> found.threshold, found.accuracy, found.coverage
    (0.95, 1.0, 0.5)
    """
    if not 0 < wanted <= 1:
        raise ArgumentError(f"{wanted:g} of the sure answers right", "give a share above 0 and up to 1")
    codes, found, _ = known(y, p, classes)
    levels, of_rows = np.unique(-found.max(axis=1), return_inverse=True)
    answered = np.cumsum(np.bincount(of_rows))
    accuracy = np.cumsum(np.bincount(of_rows, found.argmax(axis=1) == codes)) / answered
    good = np.flatnonzero((accuracy >= wanted) & (answered >= min(FEWEST_SONGS, len(codes))))
    if not len(good):
        return Sureness(NEVER, wanted, None, 0.0)
    last = good[-1]
    return Sureness(float(-levels[last]), wanted, float(accuracy[last]), float(answered[last] / len(codes)))
