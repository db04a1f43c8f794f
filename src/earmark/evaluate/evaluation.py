"""What is known of how good a model is, as one value that can be kept."""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from earmark.errors import StoreError
from earmark.models.probabilities import Array

FORMAT = 1


@dataclass(frozen=True)
class Score:
    """A figure with its interval.

    Attributes
    ----------
    value : float or None
        None where there is no such figure, as the recall of a genre that does not occur.
    low, high : float or None
        The interval; None where there are too few groups to tell.
    """

    value: float | None
    low: float | None = None
    high: float | None = None

    def __str__(self) -> str:
        """Return the figure as it is printed, ``"0.812 [0.771, 0.849]"``."""
        if self.value is None:
            return "-"
        return f"{self.value:.3f}" + (f" [{self.low:.3f}, {self.high:.3f}]" if self.low is not None else "")


@dataclass(frozen=True)
class Genre:
    """How one genre fares.

    Attributes
    ----------
    genre : str
        Its name.
    actual, said : int
        How many songs are of it, and how many were answered so.
    groups : int
        Of how many groups (artists) its songs are.
    metrics : mapping of str to Score
        ``precision``, ``recall``, ``f1``, ``auc`` (against the rest).
    """

    genre: str
    actual: int
    said: int
    groups: int
    metrics: Mapping[str, Score]


@dataclass(frozen=True)
class Bin:
    """Answers of like confidence: above `low`, up to `high`.

    Attributes
    ----------
    low, high : float
        Confidence, 0 to 1.
    rows : int
        How many answers.
    confidence, accuracy : float or None
        Their mean confidence and the share that is right.
    """

    low: float
    high: float
    rows: int
    confidence: float | None
    accuracy: float | None


@dataclass(frozen=True)
class Subset:
    """Some of the tracks: those in one language, of one decade, from one source.

    Attributes
    ----------
    name : str
        Which.
    rows, groups : int
        How many tracks of how many groups.
    metrics : mapping of str to Score
        Those of :class:`Scores` but areas under curves.
    """

    name: str
    rows: int
    groups: int
    metrics: Mapping[str, Score]


@dataclass(frozen=True)
class Scores:
    """All figures of one way to answer.

    Attributes
    ----------
    rows, groups : int
        How many songs (or segments) of how many groups.
    metrics : mapping of str to Score
        By name: ``accuracy``, ``balanced_accuracy``, ``precision_macro`` ... ``f1_weighted``, ``auc_ovo``,
        ``auc_ovr``, ``log_loss``, ``top_3``, ``ece``, ``brier``, ``surest_half``.
    genres : tuple of Genre
        Every genre, in the model's order.
    counts : tuple of tuple of int
        The confusion matrix: rows are true genres, columns answers. Empty above 200 genres.
    reliability : tuple of Bin
        Ten bins of confidence.
    coverage : tuple of float
        Accuracy of the surest 10 %, 20 %, ..., 100 %.
    ece_by_chance : float
        The ``ece`` that a model whose confidence is exactly right shows on so many songs.
    """

    rows: int
    groups: int
    metrics: Mapping[str, Score]
    genres: tuple[Genre, ...]
    counts: tuple[tuple[int, ...], ...]
    reliability: tuple[Bin, ...]
    coverage: tuple[float, ...]
    ece_by_chance: float

    def value(self, metric: str) -> float:
        """Return a figure without its interval, NaN where there is none."""
        found = self.metrics[metric].value if metric in self.metrics else None
        return float("nan") if found is None else found

    @property
    def confusion(self) -> Array:
        """The confusion matrix with rows that sum to 1, or to 0 for a genre that does not occur."""
        counts = np.array(self.counts, np.float64)
        return np.asarray(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1), np.float64)

    @property
    def distribution(self) -> dict[str, tuple[float, float]]:
        """Share of songs that are of each genre, and share answered so."""
        return {one.genre: (one.actual / self.rows, one.said / self.rows) for one in self.genres}


@dataclass(frozen=True)
class Verdicts:
    """What sets of genres, sure answers and refusals are worth, per track.

    Attributes
    ----------
    level : float
        How often a set is to hold the right genre, 0 to 1.
    covered : Score
        How often it does.
    size : float
        Mean number of genres in a set.
    sure : Score
        Share of songs with the verdict ``sure``.
    sure_right : Score
        How many of those are right.
    refused : Score
        Share of songs that are refused as foreign, though all are of the model's own genres; no value for a
        model that refuses none.
    """

    level: float
    covered: Score
    size: float
    sure: Score
    sure_right: Score
    refused: Score


@dataclass(frozen=True)
class Evaluation:
    """How good a model is on songs it has not seen.

    Attributes
    ----------
    classes : tuple of str
        The genres.
    tracks : Scores
        One answer per track: the most probable genre by the mean over its segments.
    votes : Scores or None
        One answer per track by the majority of its segments, with the confidence ``n1 / (n1 + n2)``; its
        areas and Brier's score are of shares of votes. None if no track has several rows.
    segments : Scores or None
        One answer per segment, as some papers count; None likewise.
    subsets : mapping of str to tuple of Subset
        For each kind (``"language"``) its subsets, the largest first; per track by mean probability.
    level : float
        Confidence level of all intervals.
    resamples, seed : int
        How often groups were drawn, and the seed of it.
    notes : tuple of str
        What a reader must know: what could not be measured and why.
    verdicts : Verdicts or None
        What sets and verdicts are worth; None if nothing was calibrated.
    naive : Evaluation or None
        What random rows would have told, for comparison with papers that split so; not to be believed.
    """

    classes: tuple[str, ...]
    tracks: Scores
    votes: Scores | None = None
    segments: Scores | None = None
    subsets: Mapping[str, tuple[Subset, ...]] = dataclasses.field(default_factory=dict)
    level: float = 0.95
    resamples: int = 1000
    seed: int = 0
    notes: tuple[str, ...] = ()
    verdicts: Verdicts | None = None
    naive: "Evaluation | None" = None

    def main(self, votes: str) -> Scores:
        """Return the scores that count: per track, by the mean of its segments or by their majority."""
        return self.votes if votes == "majority" and self.votes is not None else self.tracks

    def judged(self, verdicts: Verdicts | None) -> "Evaluation":
        """Return this evaluation with what verdicts are worth."""
        return dataclasses.replace(self, verdicts=verdicts)

    def beside(self, naive: "Evaluation") -> "Evaluation":
        """Return this evaluation with the naive one beside it."""
        return dataclasses.replace(self, naive=naive)

    def to_json(self) -> str:
        """Return JSON text, the same bytes for the same figures."""
        plain = {"format": FORMAT, **dataclasses.asdict(self)}
        return json.dumps(plain, sort_keys=True, ensure_ascii=False, allow_nan=False, indent=1) + "\n"

    @staticmethod
    def from_json(text: str) -> "Evaluation":
        """Return the evaluation that was written.

        Raises
        ------
        StoreError
            If the text is none, or of a newer Earmark.
        """
        try:
            plain = json.loads(text)
            newer = plain["format"] > FORMAT
        except (ValueError, TypeError, KeyError):
            raise StoreError("the text is no evaluation", "evaluate the model again") from None
        if newer:
            raise StoreError(
                f"the evaluation is of format {plain['format']}, this Earmark reads up to {FORMAT}",
                "install a newer Earmark",
            )
        try:
            return _evaluation(plain)
        except (KeyError, TypeError, AttributeError) as error:
            raise StoreError(f"the evaluation is damaged: {error}", "evaluate the model again") from error


def _evaluation(plain: Mapping[str, Any]) -> Evaluation:
    return Evaluation(
        tuple(plain["classes"]),
        _scores(plain["tracks"]),
        _scores(plain["votes"]) if plain["votes"] else None,
        _scores(plain["segments"]) if plain["segments"] else None,
        {
            kind: tuple(Subset(**{**one, "metrics": _metrics(one["metrics"])}) for one in subsets)
            for kind, subsets in plain["subsets"].items()
        },
        plain["level"],
        plain["resamples"],
        plain["seed"],
        tuple(plain["notes"]),
        _verdicts(plain["verdicts"]) if plain.get("verdicts") else None,  # evaluations of before lack it
        _evaluation(plain["naive"]) if plain["naive"] else None,
    )


def _scores(plain: Mapping[str, Any]) -> Scores:
    return Scores(
        plain["rows"],
        plain["groups"],
        _metrics(plain["metrics"]),
        tuple(Genre(**{**one, "metrics": _metrics(one["metrics"])}) for one in plain["genres"]),
        tuple(map(tuple, plain["counts"])),
        tuple(Bin(**one) for one in plain["reliability"]),
        tuple(plain["coverage"]),
        plain["ece_by_chance"],
    )


def _verdicts(plain: Mapping[str, Any]) -> Verdicts:
    scores = _metrics({name: score for name, score in plain.items() if name not in ("level", "size")})
    return Verdicts(level=plain["level"], size=plain["size"], **scores)


def _metrics(plain: Mapping[str, Any]) -> dict[str, Score]:
    return {name: Score(**score) for name, score in plain.items()}
