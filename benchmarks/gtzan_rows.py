"""GTZAN's hand-made columns, of whole clips and of their 10-s pieces, with the artist of every clip.

57 columns: all of the published tables but ``length``, which tells how a genre was collected.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from tools import gtzan

from earmark.dataset.describe import described
from earmark.models.lesson import Lesson, lesson

Array = NDArray[np.float64]
Codes = NDArray[np.int64]

_LEFT_OUT = ("filename", "length", "label")


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows of clips: each clip whole, then all pieces.

    Attributes
    ----------
    names : tuple of str
        The 57 columns.
    x : array of float, shape (rows, 57)
        As published.
    clips, artists : array of str, shape (rows,)
        Whose they are. A clip of unknown artist is an artist of its own.
    y : array of int, shape (rows,)
        Number of the genre in alphabetical order.
    whole : array of bool, shape (rows,)
        Which rows are of whole clips.
    """

    names: tuple[str, ...]
    x: Array
    clips: NDArray[np.str_]
    artists: NDArray[np.str_]
    y: Codes
    whole: NDArray[np.bool_]

    @property
    def groups(self) -> Codes:
        """A number for every artist."""
        return np.asarray(np.unique(self.artists, return_inverse=True)[1], np.int64)

    def lesson(self) -> Lesson:
        """Return what `earmark train --group artist` would learn from."""
        frame = pd.DataFrame(dict(zip(self.names, self.x.T, strict=True)))
        genres = [gtzan.GENRES[one] for one in self.y]
        return lesson(
            described(frame.assign(track_id=self.clips, artist=self.artists, genre=genres), "GTZAN"),
            ["artist"],
        )


def rows(lists: Iterable[str]) -> Rows:
    """Return the rows of the clips of some published lists: ``train``, ``valid``, ``test``."""
    allowed = {clip for name in lists for clip in gtzan.listed(name)}
    artist_of = gtzan.artists()
    whole, wholes = _read("features_30_sec.csv", allowed, ())
    names = tuple(wholes[0])
    piece, pieces = _read("features_10_sec.csv", allowed, names)
    clips = [*whole, *piece]
    return Rows(
        names,
        np.array([list(row.values()) for row in (*wholes, *pieces)]),
        np.array(clips),
        np.array([artist_of.get(clip, f"{gtzan.UNKNOWN} of {clip}") for clip in clips]),
        np.array([gtzan.GENRES.index(clip.split(".")[0]) for clip in clips]),
        np.arange(len(clips)) < len(whole),
    )


def _read(file: str, allowed: set[str], names: tuple[str, ...]) -> tuple[list[str], list[dict[str, float]]]:
    with (gtzan.data() / file).open(encoding="utf-8", newline="") as lines:
        found = list(csv.DictReader(lines))
    clip_of = [".".join(Path(row["filename"]).name.split(".")[:2]) for row in found]
    kept = [(clip, row) for clip, row in zip(clip_of, found, strict=True) if clip in allowed]
    names = names or tuple(name for name in found[0] if name not in _LEFT_OUT)
    return [clip for clip, _ in kept], [{name: float(row[name]) for name in names} for _, row in kept]
