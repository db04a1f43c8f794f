"""What a model answered about songs whose genre is known."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from earmark.errors import ArgumentError
from earmark.models.probabilities import (
    Array,
    Codes,
    checked,
    coded,
    is_missing,
    numbered,
    see_that_lengths_agree,
)
from earmark.models.votes import Votes, tally

UNKNOWN = "unknown"
"""The subset of songs of which nobody tells the language, decade or source."""


@dataclass(frozen=True, eq=False)
class Answers:
    """Answers to songs, or to segments, one a row.

    Attributes
    ----------
    classes : tuple of str
        The genres.
    y : array of int, shape (rows,)
        The number of the true genre.
    p : array of float, shape (rows, genres)
        Probabilities, or shares of votes; the rows sum to 1.
    said : array of int, shape (rows,)
        The genre answered.
    confidence : array of float, shape (rows,)
        How sure the answer is, 0 to 1.
    tracks, groups : array of int, shape (rows,)
        Numbers of the track and of the group (artist); a track is of one group.
    names : tuple of str
        The tracks' names by their numbers.
    subsets : mapping of str to array of str
        For each kind of subset (``"language"``) which one each row is in.
    """

    classes: tuple[str, ...]
    y: Codes
    p: Array
    said: Codes
    confidence: Array
    tracks: Codes
    groups: Codes
    names: tuple[str, ...]
    subsets: Mapping[str, NDArray[np.str_]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.y)

    @property
    def right(self) -> NDArray[np.bool_]:
        """Which answers are right."""
        return np.asarray(self.said == self.y)

    @property
    def segmented(self) -> bool:
        """Whether some track has several rows."""
        return len(self.names) < len(self)

    def only(self, rows: NDArray[np.bool_]) -> "Answers":
        """Return some of the rows."""
        return Answers(
            self.classes, self.y[rows], self.p[rows], self.said[rows], self.confidence[rows],
            self.tracks[rows], np.unique(self.groups[rows], return_inverse=True)[1], self.names,
            {kind: values[rows] for kind, values in self.subsets.items()},
        )  # fmt: skip

    def by_mean(self) -> "Answers":
        """Return one row per track: the mean of its segments' probabilities."""
        mean = self._tally().mean
        return self._per_track(mean, mean.argmax(axis=1), mean.max(axis=1))

    def by_vote(self) -> "Answers":
        """Return one row per track: its segments' votes, with the confidence ``n1 / (n1 + n2)``."""
        votes = self._tally()
        return self._per_track(votes.shares, votes.winners, votes.confidence)

    def _tally(self) -> Votes:
        return tally(self.p, self.tracks.tolist())

    def _per_track(self, p: Array, said: Codes, confidence: Array) -> "Answers":
        first = np.unique(self.tracks, return_index=True)[1]
        subsets = {kind: values[first] for kind, values in self.subsets.items()}
        return Answers(
            self.classes, self.y[first], p, said, confidence,
            np.arange(len(first)), self.groups[first], self.names, subsets,
        )  # fmt: skip


def answers(
    y: Iterable[Any],
    p: ArrayLike,
    classes: Sequence[str],
    track_ids: Sequence[Any] | None = None,
    groups: Sequence[Any] | None = None,
    *,
    subsets: Mapping[str, Sequence[Any]] | None = None,
) -> Answers:
    """Return answers, seen to be such.

    Parameters
    ----------
    y : iterable of str or of int, length rows
        True genres, by name or by number.
    p : array-like, shape (rows, genres)
        Probabilities in the order of `classes`.
    classes : sequence of str
        The genres, each once.
    track_ids : sequence, length rows, optional
        Which track each row is of; each is its own unless given.
    groups : sequence, length rows, optional
        What belongs together, mostly the artist; a track is a group of its own unless that is given.
    subsets : mapping of str to sequence of length rows, optional
        Kinds of subsets, like ``{"language": [...]}``. A track is in that of its first row; what is missing
        is :data:`UNKNOWN`.

    Raises
    ------
    ArgumentError
        If lengths differ, a label is unknown, probabilities are none, or a track has two genres or groups.

    Examples
    --------
    >>> found = answers(["a", "b"], [[0.9, 0.1], [0.8, 0.2]], ["a", "b"])
    >>> found.right.tolist(), found.confidence.tolist()
    ([True, False], [0.9, 0.8])
    """
    probabilities = checked(p, len(classes))
    codes = coded(y, classes)
    rows = len(probabilities)
    lengths = {"labels": codes, "names of tracks": track_ids, "groups": groups}
    lengths |= {f"values of {kind}": values for kind, values in (subsets or {}).items()}
    told = {what: len(values) for what, values in lengths.items() if values is not None}
    see_that_lengths_agree(rows, "probabilities", **told)
    names, tracks = numbered(range(rows) if track_ids is None else track_ids)
    called = [
        f"(track {names[track]})" if is_missing(group) else str(group)
        for track, group in zip(tracks, tracks if groups is None else groups, strict=True)
    ]
    parties = numbered(called)[1]
    _see_that_one(codes, tracks, names, "genres", [str(classes[code]) for code in codes])
    _see_that_one(parties, tracks, names, "groups", called)
    kept = {
        kind: np.array([UNKNOWN if is_missing(value) else str(value) for value in values])
        for kind, values in (subsets or {}).items()
    }
    return Answers(
        tuple(map(str, classes)), codes, probabilities, probabilities.argmax(axis=1),
        probabilities.max(axis=1), tracks, parties, names, kept,
    )  # fmt: skip


def _see_that_one(
    codes: Codes, tracks: Codes, names: tuple[str, ...], what: str, called: Sequence[str]
) -> None:
    """Raise if the rows of one track have two of `codes`."""
    first = np.unique(tracks, return_index=True)[1][tracks]
    if (differs := codes != codes[first]).any():
        row = int(differs.argmax())
        raise ArgumentError(
            f"the track {names[tracks[row]]!r} has rows of two {what}: "
            f"{called[first[row]]!r} and {called[row]!r}",
            "correct them, or give the songs different names",
        )
