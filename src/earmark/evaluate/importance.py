"""How much a model leans on each family of columns: what it loses when songs swap them.

L. Breiman, Machine Learning 45 (2001), with whole families in place of columns (columns of one family stand
in for one another), whole songs in place of rows, and intervals over groups (artists).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from earmark.evaluate.drawing import drawn
from earmark.evaluate.intervals import FEWEST_GROUPS, student
from earmark.models.learning import Rows
from earmark.models.probabilities import Array, Codes
from earmark.models.votes import tally

if TYPE_CHECKING:
    import pandas as pd

REPEATS = 5
MOST_SONGS = 3000
"""Of more so many are drawn by chance."""

_LEAST = 1e-15  # what a probability of 0 counts as under a logarithm
_LEVEL = 0.95

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Loss:
    """A mean over songs, and its interval over groups; None with fewer than 5 groups.

    Attributes
    ----------
    value, low, high
        Of accuracy in shares of songs, of log loss in nats.
    """

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Importance:
    """What is lost without a family of columns.

    Attributes
    ----------
    family : str
        Its name.
    columns : tuple of str
        What is in it.
    accuracy : Loss
        By how much accuracy falls.
    log_loss : Loss
        By how much log loss rises.
    """

    family: str
    columns: tuple[str, ...]
    accuracy: Loss
    log_loss: Loss

    @property
    def sure(self) -> bool:
        """Whether accuracy surely falls."""
        return self.accuracy.low is not None and self.accuracy.low > 0


@dataclass(frozen=True)
class Importances:
    """What is lost without each family of columns.

    Attributes
    ----------
    families : tuple of Importance
        The most important first.
    accuracy, log_loss : float
        With all columns as they are.
    tracks, groups : int
        On how many songs of how many groups.
    repeats : int
        How often songs swapped columns.
    songs : int
        From how many songs these were drawn.
    """

    families: tuple[Importance, ...]
    accuracy: float
    log_loss: float
    tracks: int
    groups: int
    repeats: int
    songs: int

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON types."""
        plain = asdict(self)
        return plain | {
            "families": [asdict(one) | {"sure": one.sure} for one in self.families],
        }


def importances(
    answer: Callable[["pd.DataFrame"], Array],
    rows: Rows,
    families: Mapping[str, Sequence[str]],
    *,
    votes: str = "mean",
    repeats: int = REPEATS,
    seed: int = 0,
    progress: Progress | None = None,
) -> Importances:
    """Return what a model loses when songs swap the columns of a family.

    Intervals hold at 95 % for all families together (C. Bonferroni), so that a family is called sure by
    chance in one table of twenty, however many there are. Of more than 3000 songs so many are drawn.

    Parameters
    ----------
    answer : callable
        Takes columns, returns probabilities, shape (rows, genres).
    rows : Rows
        Songs that the model has not heard.
    families : mapping of str to sequence of str
        The columns of each family.
    votes : {"mean", "majority"}
        How rows answer for their song.
    repeats : int
        How often songs swap columns; the losses are means.
    seed : int
        Of the swapping, and of what is drawn.
    progress : callable, optional
        Told how many families are done.
    """
    every = np.unique(rows.tracks, return_inverse=True)[1]
    rows = rows.only(drawn(every, MOST_SONGS, seed=seed))
    tracks = np.unique(rows.tracks, return_inverse=True)[1]
    first = np.unique(tracks, return_index=True)[1]
    y, groups = rows.y[first], np.unique(rows.groups[first], return_inverse=True)[1]
    rng = np.random.default_rng(seed)
    swaps = [swapped(tracks, rng) for _ in range(repeats)]
    right, loss = _told(answer(rows.x), tracks, y, votes)
    level = 1 - (1 - _LEVEL) / max(len(families), 1)
    found = []
    for done, (name, columns) in enumerate(families.items()):
        if progress is not None:
            progress("swapping columns", done, len(families))
        told = [_told(answer(_with(rows.x, columns, swap)), tracks, y, votes) for swap in swaps]
        fallen = right - np.mean([one for one, _ in told], axis=0)
        risen = np.mean([one for _, one in told], axis=0) - loss
        found.append(
            Importance(
                name, tuple(columns), mean_loss(fallen, groups, level), mean_loss(risen, groups, level)
            )
        )
    found.sort(key=lambda one: (-one.accuracy.value, -one.log_loss.value, one.family))
    return Importances(
        tuple(found), float(right.mean()), float(loss.mean()), len(y), int(groups.max()) + 1, repeats,
        int(every.max()) + 1,
    )  # fmt: skip


def swapped(tracks: Codes, rng: np.random.Generator) -> Codes:
    """Return for each row the row that it takes values from: every song those of another, drawn by chance.

    Parameters
    ----------
    tracks : array of int, shape (rows,)
        Numbers of songs, 0 to the number of songs less one.
    rng : Generator
        What draws.

    Returns
    -------
    array of int, shape (rows,)
        A song with more rows than the one it takes from begins there again.

    Examples
    --------
    >>> sorted(swapped(np.array([0, 0, 1, 1]), np.random.default_rng(0)).tolist())
    [0, 1, 2, 3]
    """
    order = np.argsort(tracks, kind="stable")
    counts = np.bincount(tracks)
    starts = np.cumsum(counts) - counts
    place = np.empty(len(tracks), np.int64)
    place[order] = np.arange(len(tracks)) - np.repeat(starts, counts)
    donor = rng.permutation(len(counts))[tracks]
    return np.asarray(order[starts[donor] + place % counts[donor]], np.int64)


def mean_loss(values: Array, groups: Codes, level: float) -> Loss:
    """Return the mean over songs with its interval over groups, whose songs are no independent evidence.

    Student's t with the error of K.-Y. Liang and S. Zeger, Biometrika 73 (1986), for clusters.

    Examples
    --------
    >>> found = mean_loss(np.array([0.0, 1.0, 1.0, 0.0, 1.0, 1.0]), np.arange(6), 0.95)
    >>> round(found.value, 3), round(found.low, 3), round(found.high, 3)
    (0.667, 0.125, 1.209)
    """
    mean, number = float(values.mean()), int(groups.max()) + 1
    if number < FEWEST_GROUPS:
        return Loss(mean, None, None)
    sums = np.bincount(groups, values - mean)
    error = float(np.sqrt(number / (number - 1) * (sums**2).sum())) / len(values)
    reach = student(0.5 + level / 2, number - 1) * error
    return Loss(mean, mean - reach, mean + reach)


def _told(p: Array, tracks: Codes, y: Codes, votes: str) -> tuple[Array, Array]:
    """Return for each song whether the answer is right, 0 or 1, and its log loss."""
    found = tally(p, tracks.tolist())
    # Votes come in the order of first sight.
    order = np.argsort([int(name) for name in found.tracks])
    mean = found.mean[order]
    said = found.winners[order] if votes == "majority" else mean.argmax(axis=1)
    loss = -np.log(np.maximum(mean[np.arange(len(y)), y], _LEAST))
    return np.asarray(said == y, np.float64), loss


def _with(x: "pd.DataFrame", columns: Sequence[str], rows: Codes) -> "pd.DataFrame":
    """Return columns of which some are taken from other rows."""
    made = x.copy()
    for column in columns:
        made[column] = x[column].to_numpy()[rows]
    return made
