"""What each column adds to a genre's score, song by song: SHAP values, which sum to what is answered.

S. Lundberg and S.-I. Lee, NeurIPS 2017. Those of linear classifiers are each coefficient times what the value
is above the mean (E. Štrumbelj and I. Kononenko, Knowledge and Information Systems 41 (2014)); for those of
trees see :mod:`earmark.evaluate.shapley_trees`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.stats import rankdata

from earmark.errors import EarmarkError
from earmark.evaluate.drawing import drawn
from earmark.evaluate.inside import columns_inside, decisions, linear, origins
from earmark.evaluate.shapley_trees import Teller, of_trees
from earmark.models.classifiers.vectors import SupportVectors
from earmark.models.learning import Fitted
from earmark.models.pipeline import handed_over
from earmark.models.probabilities import Array, Codes

if TYPE_CHECKING:
    import pandas as pd

MOST_SONGS = 1000
FEWEST_SONGS = 30
_MOST_WORK = 1e10  # steps of trees in all: about 20 seconds on one core
_MOST_AT_ONCE = 5e8  # steps: about a second, after which it can be interrupted
_MOST_VALUES = 2e7  # songs by genres by columns: 160 megabytes
_TOO_LONG = "its trees are too many and too deep, or its columns too many, to tell them within half a minute"
_WHY = {
    "Vote": "it answers by several classifiers together, not all of which are trees",
    "Stack": "it answers by several classifiers together, not all of which are trees",
    "HistogramBoosting": "its trees ask for categories, which the library shap cannot",
    "DummyClassifier": "it looks at no column",
}

PROBABILITY = "probability"
"""What the scores of forests are."""

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Without:
    """Why there are no SHAP values of a model: ``reason`` goes on after a colon."""

    reason: str


@dataclass(frozen=True, eq=False)
class Shapley:
    """What each column adds to each genre's score.

    Attributes
    ----------
    genres, columns : tuple of str
        The genres that the model has seen, and the columns as the steps hand them over.
    families : tuple of str
        The family of each column.
    values : array of float, shape (songs, genres, columns)
        What is added, a song's mean over its rows; with `base` it sums to the score before calibration.
    base : array of float, shape (genres,)
        The mean score of what songs are compared with.
    inside : array of float, shape (songs, columns)
        The columns as the steps hand them over, a song's mean over its rows.
    unit : str
        What scores are: probabilities, or log-odds against the mean or the rest of the genres.
    beside : str
        What songs are compared with.
    songs : int
        From how many songs these were drawn.
    off_by : float
        How far at most the sums are from what the classifier itself tells, where scores are large by their
        share.
    """

    genres: tuple[str, ...]
    columns: tuple[str, ...]
    families: tuple[str, ...]
    values: Array
    base: Array
    inside: Array
    unit: str
    beside: str
    songs: int
    off_by: float

    @property
    def strength(self) -> Array:
        """The mean over songs of what a column adds or takes, shape (genres, columns)."""
        return np.asarray(np.abs(self.values).mean(axis=0))

    @property
    def ranks(self) -> Array:
        """Where each song's value lies among those of all songs, 0 to 1, shape (songs, columns)."""
        return np.asarray((rankdata(self.inside, axis=0) - 0.5) / len(self.inside))

    def slant(self, genre: int, column: int) -> float:
        """Return whether high values of a column speak for a genre (1), or low ones (-1), or neither (0).

        The rank correlation of a column with what it adds (C. Spearman, 1904).
        """
        values, added = self.inside[:, column], self.values[:, genre, column]
        if np.ptp(values) == 0 or np.ptp(added) == 0:
            return 0.0
        return float(np.corrcoef(rankdata(values), rankdata(added))[0, 1])

    def by_family(self) -> tuple[tuple[str, ...], Array]:
        """Return the families and the mean of what all columns of one add or take, (genres, families)."""
        names = tuple(dict.fromkeys(self.families))
        each = np.array([names.index(one) for one in self.families])
        sums = [self.values[:, :, each == at].sum(axis=2) for at in range(len(names))]
        return names, np.abs(np.stack(sums, axis=2)).mean(axis=0)

    def to_dict(self) -> dict[str, Any]:
        """Return the means over songs as plain JSON types."""
        families, together = self.by_family()

        def named(names: Sequence[str], values: Array) -> dict[str, dict[str, float]]:
            return {
                genre: dict(zip(names, map(float, line), strict=True))
                for genre, line in zip(self.genres, values, strict=True)
            }

        return {
            "unit": self.unit,
            "beside": self.beside,
            "songs": len(self.values),
            "of": self.songs,
            "off_by": self.off_by,
            "base": dict(zip(self.genres, map(float, self.base), strict=True)),
            "columns": named(self.columns, self.strength),
            "families": named(families, together),
        }


def shapley(
    fitted: Fitted,
    genres: Sequence[str],
    x: "pd.DataFrame",
    tracks: Codes,
    family_of: Mapping[str, str],
    *,
    centre: Array | None = None,
    beside: str = "the training songs",
    seed: int = 0,
    progress: Progress | None = None,
) -> Shapley | Without:
    """Return the SHAP values of a linear classifier or one of trees, or why there are none.

    Of more than 1000 songs so many are drawn by chance, and of fewer ones still as many as take trees half a
    minute; if those are fewer than 30 (and not all), there are none.

    Parameters
    ----------
    fitted : Fitted
        The model's pipeline.
    genres : sequence of str
        All genres.
    x : pandas.DataFrame
        The rows of songs.
    tracks : array of int, shape (rows,)
        Which song each row is of.
    family_of : mapping of str to str
        The family of each column of the table.
    centre : array of float, shape (columns,), optional
        The mean of the columns as the steps hand them over, which a linear classifier's songs are compared
        with; that of `x` unless given. Trees compare with all rows that they have learnt from.
    beside : str
        Whose mean `centre` is.
    seed : int
        Of the drawing.
    progress : callable, optional
        Told how many rows are done.
    """
    pipeline = fitted.pipeline
    names = columns_inside(pipeline)
    if names is None:
        return Without("its steps do not name each column that they make")
    try:
        made = of_trees(pipeline[-1])
    except EarmarkError as error:
        return Without(f"{error.message} ({error.hint})")
    if made is None:
        if (found := linear(pipeline[-1])) is None:
            return Without(_why(pipeline[-1]))
        if centre is None:
            centre, beside = (
                np.asarray(handed_over(pipeline, x), np.float64).mean(axis=0),
                "these songs",
            )
        made = _of_linear(pipeline[-1], *found, centre)
    else:
        beside = "all rows that its trees have learnt from"
    numbers = np.unique(tracks, return_inverse=True)[1]
    most = min(MOST_SONGS, int(_MOST_VALUES / (len(fitted.seen) * len(names))))
    rows = drawn(numbers, most, most_rows=_MOST_WORK / made.work, fewest=FEWEST_SONGS, seed=seed)
    if not len(rows):
        return Without(_TOO_LONG + (" (--song tells those of one song)" if numbers.any() else ""))
    songs = np.unique(numbers[rows], return_inverse=True)[1]
    inside = np.asarray(handed_over(pipeline, x.iloc[rows].reset_index(drop=True)), np.float64)
    values, off_by = _sums(made, inside, songs, len(fitted.seen), progress)
    if not off_by <= made.within:
        return Without(f"they should sum to what it answers, and are off by {off_by:.2g}")
    unit = f"log-odds against the {made.against} of the genres" if made.against else PROBABILITY
    counts = np.bincount(songs)
    mean = np.zeros((len(counts), len(names)))
    np.add.at(mean, songs, inside)
    return Shapley(
        tuple(genres[code] for code in fitted.seen), names, origins(fitted, names, family_of),
        values[:, :, :-1], values[0, :, -1], mean / counts[:, None],
        unit, beside, int(numbers.max()) + 1, off_by,
    )  # fmt: skip


def _sums(
    made: Teller, inside: Array, songs: Codes, genres: int, progress: Progress | None
) -> tuple[Array, float]:
    """Return what is added to each genre, shape (songs, genres, columns + 1), and how far that is off."""
    values = genres * inside.shape[1]  # that a row takes
    some = max(1, int(min(_MOST_AT_ONCE / made.work, _MOST_VALUES / values)))
    counts, sums, off_by = np.bincount(songs), None, 0.0
    for start in range(0, len(inside), some):
        if progress is not None:
            progress("SHAP values", start, len(inside))
        rows = inside[start : start + some]
        found, raw = (
            _genre_by_genre(made.tell(rows), made.against),
            _genre_by_genre(made.raw(rows), made.against),
        )
        apart = np.abs(found.sum(axis=2) - raw) / np.maximum(np.abs(raw), 1.0)
        off_by = max(off_by, float(apart.max()))
        sums = np.zeros((len(counts), *found.shape[1:])) if sums is None else sums
        np.add.at(sums, songs[start : start + some], found)
    return np.asarray(sums) / counts[:, None, None], off_by


def _genre_by_genre(scores: Array, against: str) -> Array:
    """Return what is told of scores, shape (rows, scores, ...), for each genre.

    What all genres share says nothing: log-odds are taken against their mean. Of two genres that have one
    score, the first has what the second has not.
    """
    if scores.shape[1] == 1:
        half = 0.5 if against == "mean" else 1.0
        return np.concatenate([-half * scores, half * scores], axis=1)
    return scores - scores.mean(axis=1, keepdims=True) if against == "mean" else scores


def _why(classifier: Any) -> str:
    """Return why a classifier has no SHAP values that can be had exactly."""
    if isinstance(classifier, SupportVectors) and classifier.kernel == "linear":
        return "of more than two genres each pair votes, and votes are no sum of columns"
    return _WHY.get(type(classifier).__name__, "it is neither linear nor made of trees")


def _of_linear(classifier: Any, weights: Array, starts: Array, against: str, centre: Array) -> Teller:
    base = weights @ centre + starts

    def tell(x: Array) -> Array:
        found = weights * (x - centre)[:, None, :]
        return np.concatenate([found, np.broadcast_to(base[:, None], (len(x), len(base), 1))], axis=2)

    return Teller(tell, lambda x: decisions(classifier, x), weights.size, against)
