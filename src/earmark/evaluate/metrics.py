"""Every metric, for any weights of the songs: equal ones give the figures, resampled ones the intervals."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earmark.evaluate.answers import Answers
from earmark.evaluate.ranking import Ranking
from earmark.models.probabilities import Array, Codes

BINS = 10
"""Of equal width, for the expected calibration error."""

MOST_GENRES = 200
"""With more genres there are no areas under curves, intervals of single genres or confusion matrices."""

HIGHEST: Mapping[str, float] = {"log_loss": np.inf, "brier": 2.0}
"""The largest value of a metric where it is not 1; the smallest is 0 for all."""

LOWER_IS_BETTER = frozenset({"log_loss", "brier", "ece"})
"""The metrics that measure error."""

GENRE_METRICS = ("precision", "recall", "f1", "auc")
"""What is measured of every genre."""

_BATCH = 32

# np.bincount is typed as if it had no weights.
Counts = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Measures:
    """Metrics of several samples of the same songs.

    Attributes
    ----------
    metrics : mapping of str to array, shape (samples,)
        By name, NaN where a sample has no such figure.
    genres : mapping of str to array, shape (samples, genres)
        :data:`GENRE_METRICS`; none if there are more than :data:`MOST_GENRES`.
    """

    metrics: Mapping[str, Array]
    genres: Mapping[str, Array]


def measured(
    answers: Answers, weights: Codes, *, top: int = 3, areas: bool = True, probabilistic: bool = True
) -> Measures:
    """Return the metrics of samples in which each group counts as often as its weight says.

    Precision, recall and F1 follow scikit-learn with ``zero_division=0``: macro figures are means over the
    genres that occur or are answered. Balanced accuracy is the mean recall of the genres that occur. Brier's
    score is the sum over the genres (0 to 2). The calibration error has 10 bins of equal width, open below
    (C. Guo et al., ICML 2017). ``surest_half`` is the accuracy of the more confident half; rows as confident
    as each other share their accuracy.

    Parameters
    ----------
    answers : Answers
        What is measured.
    weights : array of int, shape (samples, groups)
        How often each group counts; at least one row counts in every sample.
    top : int
        For top-k accuracy.
    areas : bool
        Whether to take the areas under the ROC curves, which cost most.
    probabilistic : bool
        Whether `answers.p` are probabilities; shares of votes have no log-loss and no top-k.
    """
    many = answers.p.shape[1] > MOST_GENRES
    metrics, genres = _counted(answers, weights, keep=not many)
    metrics |= _averaged(answers, weights, top, probabilistic)
    batches: dict[str, list[Array]] = {}
    ranking = Ranking(answers.y, answers.p) if areas and not many else None
    order, accuracy = _by_confidence(answers)
    for batch in _batches(answers, weights):
        batches.setdefault("surest_half", []).append(_surest_half(batch[order], accuracy))
        if ranking:
            for name, part in zip(("auc_ovo", "auc_ovr", "auc"), ranking.areas(batch), strict=True):
                batches.setdefault(name, []).append(part)
    joined = {name: np.concatenate(parts) for name, parts in batches.items()}
    if "auc" in joined:
        genres |= {"auc": joined.pop("auc")}
    return Measures(metrics | joined, genres)


def confusion(answers: Answers) -> Codes:
    """Return how often each genre (row) was answered as each (column), shape (genres, genres)."""
    genres = answers.p.shape[1]
    cells = np.bincount(answers.y * genres + answers.said, minlength=genres * genres)
    return cells.reshape(genres, genres)


def bins(answers: Answers) -> Codes:
    """Return the bin of each row's confidence, 0 to 9: bin i is above i/10 and up to (i+1)/10."""
    edges = np.linspace(0, 1, BINS + 1)[1:-1]
    return np.searchsorted(edges, answers.confidence, side="left")


def top_k(answers: Answers, top: int) -> np.ndarray:
    """Return whether the true genre is among the `top` most probable; of equals the first count first."""
    true = answers.p[np.arange(len(answers)), answers.y][:, None]
    before = np.arange(answers.p.shape[1]) < answers.y[:, None]
    rank = ((answers.p > true) | ((answers.p == true) & before)).sum(axis=1)
    return np.asarray(rank < top)


def _batches(answers: Answers, weights: Codes) -> Iterator[Array]:
    """Yield weights of rows, shape (rows, some samples)."""
    for start in range(0, len(weights), _BATCH):
        yield weights[start : start + _BATCH].T.astype(np.float64)[answers.groups]


def _counted(answers: Answers, weights: Codes, *, keep: bool) -> tuple[dict[str, Array], dict[str, Array]]:
    """Return what follows from counts of answers, sample by sample so that many genres fit in memory."""
    number = answers.p.shape[1]
    right = answers.right
    groups, hits, hit_groups = answers.groups, answers.y[right], answers.groups[right]
    metrics: dict[str, list[float]] = {}
    genres: dict[str, list[Array]] = {}
    for weight in weights.astype(np.float64):
        of_rows = weight[groups]
        true = np.bincount(answers.y, of_rows, number)
        said = np.bincount(answers.said, of_rows, number)
        both = np.bincount(hits, weight[hit_groups], number)
        figures, single = _from_counts(both, true, said)
        for name, value in figures.items():
            metrics.setdefault(name, []).append(value)
        for name, values in single.items() if keep else ():
            genres.setdefault(name, []).append(values)
    return (
        {name: np.array(values) for name, values in metrics.items()},
        {name: np.stack(values) for name, values in genres.items()},
    )


def _from_counts(both: Counts, true: Counts, said: Counts) -> tuple[dict[str, float], dict[str, Array]]:
    occurs, seen, total = true > 0, (true + said) > 0, float(true.sum())
    single = {
        "precision": both / np.maximum(said, 1),
        "recall": both / np.maximum(true, 1),
        "f1": 2 * both / np.maximum(true + said, 1),
    }
    accuracy = float(both.sum()) / total
    figures = {"accuracy": accuracy, "balanced_accuracy": float(single["recall"][occurs].mean())}
    for name, values in single.items():
        figures[f"{name}_macro"] = float(values[seen].mean())
        figures[f"{name}_micro"] = accuracy  # one answer a song: the three are one
        figures[f"{name}_weighted"] = float((values * true).sum()) / total
    return figures, {
        name: np.where(true > 0 if name == "recall" else seen, values, np.nan)
        for name, values in single.items()
    }


def _averaged(answers: Answers, weights: Codes, top: int, probabilistic: bool) -> dict[str, Array]:
    """Return what is a mean over rows, and the calibration error, from sums over groups."""
    right = answers.right.astype(np.float64)
    true = answers.p[np.arange(len(answers)), answers.y]
    rows = {"one": np.ones(len(answers)), "brier": (answers.p**2).sum(axis=1) - 2 * true + 1}
    if probabilistic:
        rows["log_loss"] = -np.log(np.maximum(true, np.finfo(np.float64).eps))
        rows[f"top_{top}"] = top_k(answers, top).astype(np.float64)
    binned, gap = bins(answers), answers.confidence - right
    rows |= {f"gap {i}": np.where(binned == i, gap, 0.0) for i in range(BINS)}
    groups = weights.shape[1]
    sums = np.stack([np.bincount(answers.groups, values, groups) for values in rows.values()], axis=1)
    totals = np.concatenate(
        [weights[i : i + _BATCH].astype(np.float64) @ sums for i in range(0, len(weights), _BATCH)]
    )
    means = dict(zip(rows, (totals / totals[:, :1]).T, strict=True))
    found = {name: values for name, values in means.items() if name != "one" and not name.startswith("gap")}
    found["ece"] = np.abs(np.stack([means[f"gap {i}"] for i in range(BINS)])).sum(axis=0)
    return found


def _by_confidence(answers: Answers) -> tuple[Codes, Array]:
    """Return the rows from the surest down and the accuracy of each; equals share theirs."""
    order = np.argsort(-answers.confidence, kind="stable")
    ties = np.unique(-answers.confidence[order], return_inverse=True)[1]
    shared = np.bincount(ties, answers.right[order]) / np.bincount(ties)
    return order, shared[ties]


def _surest_half(weights: Array, accuracy: Array) -> Array:
    """Return the accuracy of the first half of the weight of each column."""
    up_to = np.cumsum(weights, axis=0)
    half = up_to[-1] / 2
    counted = np.minimum(up_to, half)
    counted[1:] -= counted[:-1].copy()
    return np.asarray(accuracy @ counted / half, np.float64)
