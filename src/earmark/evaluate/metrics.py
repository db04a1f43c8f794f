"""Every metric, for any weights of the songs: equal ones give the figures, resampled ones the intervals."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

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

# So many weights of rows at a time lie in the processor's cache.
_CELLS = 300_000


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
    few = answers.p.shape[1] <= MOST_GENRES
    ranking = Ranking(answers.y, answers.p) if areas and few else None
    order, accuracy = _by_confidence(answers)
    metrics: dict[str, list[Array]] = {}
    genres: dict[str, list[Array]] = {}
    for batch in _batches(answers, weights):
        figures, single = _counted(answers, batch)
        figures["surest_half"] = _surest_half(batch[order], accuracy)
        if ranking:
            figures["auc_ovo"], figures["auc_ovr"], single["auc"] = ranking.areas(batch)
        for name, values in figures.items():
            metrics.setdefault(name, []).append(values)
        for name, values in single.items() if few else ():
            genres.setdefault(name, []).append(values)
    return Measures(
        {name: np.concatenate(parts) for name, parts in metrics.items()}
        | _averaged(answers, weights, top, probabilistic),
        {name: np.concatenate(parts) for name, parts in genres.items()},
    )


def confusion(answers: Answers) -> Codes:
    """Return how often each genre (row) was answered as each (column), shape (genres, genres)."""
    genres = answers.p.shape[1]
    cells = np.bincount(answers.y * genres + answers.said, minlength=genres * genres)
    return cells.reshape(genres, genres)


def bins(answers: Answers) -> Codes:
    """Return the bin of each row's confidence, 0 to 9: bin i is above i/10 and up to (i+1)/10."""
    edges = np.linspace(0, 1, BINS + 1)[1:-1]
    return np.searchsorted(edges, answers.confidence, side="left")


def ece_by_chance(answers: Answers, draws: int = 100, seed: int = 0) -> float:
    """Return the calibration error that so many songs show of a model whose confidence is exactly right.

    Examples
    --------
    >>> from earmark.evaluate.answers import answers
    >>> few, many = (answers([0] * n, [[0.7, 0.3]] * n, "ab") for n in (50, 5000))
    >>> round(ece_by_chance(few), 2), round(ece_by_chance(many), 2)
    (0.05, 0.01)
    """
    rng, binned = np.random.default_rng(seed), bins(answers)
    found = []
    for _ in range(draws):
        off = answers.confidence - (rng.random(len(answers)) < answers.confidence)
        found.append(np.abs(np.bincount(binned, off)).sum() / len(answers))
    return float(np.mean(found))


def top_k(answers: Answers, top: int) -> np.ndarray:
    """Return whether the true genre is among the `top` most probable; of equals the first count first."""
    true = answers.p[np.arange(len(answers)), answers.y][:, None]
    before = np.arange(answers.p.shape[1]) < answers.y[:, None]
    rank = ((answers.p > true) | ((answers.p == true) & before)).sum(axis=1)
    return np.asarray(rank < top)


def _batches(answers: Answers, weights: Codes) -> Iterator[Array]:
    """Yield weights of rows, shape (rows, some samples)."""
    # Pairs of genres take room as well.
    size = max(1, _CELLS // max(len(answers), answers.p.shape[1] ** 2))
    for start in range(0, len(weights), size):
        yield weights[start : start + size].T.astype(np.float64)[answers.groups]


def _tallied(codes: Codes, batch: Array, genres: int) -> Array:
    """Return the weight of each genre among `codes`, shape (samples, genres)."""
    samples = batch.shape[1]
    cells = codes[:, None] * samples + np.arange(samples)
    counts = np.bincount(cells.ravel(), batch.ravel(), genres * samples)
    return np.asarray(counts.reshape(genres, samples).T, np.float64)


def _counted(answers: Answers, batch: Array) -> tuple[dict[str, Array], dict[str, Array]]:
    """Return what follows from counts of answers: of all genres together, and of each."""
    genres, right = answers.p.shape[1], answers.right
    true, said = (_tallied(codes, batch, genres) for codes in (answers.y, answers.said))
    both = _tallied(answers.y[right], batch[right], genres)
    occurs, seen, total = true > 0, (true + said) > 0, true.sum(axis=1)
    single = {
        "precision": both / np.maximum(said, 1),
        "recall": both / np.maximum(true, 1),
        "f1": 2 * both / np.maximum(true + said, 1),
    }
    accuracy = both.sum(axis=1) / total
    figures = {
        "accuracy": accuracy,
        "balanced_accuracy": (single["recall"] * occurs).sum(axis=1) / occurs.sum(axis=1),
    }
    for name, values in single.items():
        figures[f"{name}_macro"] = (values * seen).sum(axis=1) / seen.sum(axis=1)
        figures[f"{name}_micro"] = accuracy  # one answer a song: the three are one
        figures[f"{name}_weighted"] = (values * true).sum(axis=1) / total
    return figures, {
        name: np.where(occurs if name == "recall" else seen, values, np.nan)
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
    size = max(1, _CELLS // groups)
    totals = np.concatenate(
        [weights[i : i + size].astype(np.float64) @ sums for i in range(0, len(weights), size)]
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
