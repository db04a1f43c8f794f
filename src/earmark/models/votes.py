"""A song's genre from the genres of its segments: by majority of votes, and by the mean probability."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from earmark.errors import ArgumentError
from earmark.models.probabilities import Array, Codes, checked, numbered


@dataclass(frozen=True, eq=False)
class Votes:
    """What the segments of each track say together.

    Attributes
    ----------
    tracks : tuple of str
        The tracks, in order of first sight.
    codes : array of int, shape (segments,)
        The number of each segment's track.
    counts : array of int, shape (tracks, genres)
        How many segments voted for each genre.
    mean : array of float, shape (tracks, genres)
        Mean probability of each genre.
    winners : array of int, shape (tracks,)
        The genre with most votes; among equals the one of the greatest mean probability, then the first.
    confidence : array of float, shape (tracks,)
        ``n1 / (n1 + n2)``: the winner's votes by those of the winner and the runner-up, 0.5 to 1.
    """

    tracks: tuple[str, ...]
    codes: Codes
    counts: Codes
    mean: Array
    winners: Codes
    confidence: Array

    @property
    def shares(self) -> Array:
        """Share of the segments that voted for each genre, shape (tracks, genres)."""
        return np.asarray(self.counts / self.counts.sum(axis=1, keepdims=True), np.float64)


def tally(p: ArrayLike, track_ids: Sequence[object]) -> Votes:
    """Return the votes of the segments of each track.

    A segment votes for its most probable genre, the first of equals.

    Parameters
    ----------
    p : array-like, shape (segments, genres)
        Probabilities.
    track_ids : sequence, length segments
        Which track each segment is of.

    Raises
    ------
    ArgumentError
        If `p` holds no probabilities or the lengths differ.

    Examples
    --------
    >>> votes = tally([[0.6, 0.4], [0.7, 0.3], [0.1, 0.9], [0.2, 0.8]], ["a", "a", "a", "b"])
    >>> votes.counts.tolist(), votes.winners.tolist()
    ([[2, 1], [0, 1]], [0, 1])
    >>> votes.confidence.round(3).tolist()
    [0.667, 1.0]
    """
    found = checked(p)
    if len(track_ids) != len(found):
        raise ArgumentError(
            f"{len(track_ids)} names of tracks for {len(found)} segments", "name the track of each segment"
        )
    tracks, codes = numbered(track_ids)
    shape = (len(tracks), found.shape[1])
    cells = codes * shape[1] + found.argmax(axis=1)
    counts = np.bincount(cells, minlength=shape[0] * shape[1]).reshape(shape)
    sums = np.stack([np.bincount(codes, column) for column in found.T], axis=1)
    mean = np.asarray(sums / np.bincount(codes)[:, None], np.float64)
    winners = np.where(counts == counts.max(axis=1, keepdims=True), mean, -1.0).argmax(axis=1)
    return Votes(tracks, codes, counts, mean, winners, _confidence(counts))


def _confidence(counts: Codes) -> Array:
    ordered = np.sort(counts, axis=1)
    first = ordered[:, -1].astype(np.float64)
    second = ordered[:, -2] if counts.shape[1] > 1 else np.zeros(len(counts), np.int64)
    return np.asarray(first / (first + second), np.float64)
