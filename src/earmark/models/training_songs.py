"""The songs that a model has learnt from, as its classifier sees them, so that the nearest can be found.

A file ``songs.npz`` beside the model: names, genres, and the first principal components of the columns that
the classifier gets, each scaled to a standard deviation of 1, the mean over a song's rows. NumPy only.
"""

import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earmark.errors import BundleError
from earmark.models import arrays
from earmark.models.head import Array
from earmark.records import FloatArray

FILE = "songs.npz"
LARGEST_BYTES = 128 << 20
MOST_SONGS = 50_000
SAME = 1e-3
"""Songs nearer than this are one to the model: single precision and rounded tables leave no more."""

_VERSION = 1
_COMPONENTS = 32
_ASKED = 200
_LONGEST_NAME = 1000
_FACTS = {
    "version": int,
    "names": list,
    "genres": list,
    "learnt_from": int,
    "columns": int,
    "components": int,
}
_AGAIN = "get the bundle again, or train the model anew"


@dataclass(frozen=True)
class Near:
    """A training song: its name, the number of its genre, and how far it is."""

    name: str
    genre: int
    distance: float


@dataclass(frozen=True, eq=False)
class TrainingSongs:
    """Songs as a classifier sees them.

    Attributes
    ----------
    names : tuple of str
        What they are called.
    genres : array of int, shape (songs,)
        Numbers of their genres.
    points : array of float32, shape (songs, components)
        Where they lie.
    centre, scale : array of float, shape (columns,)
        Mean and standard deviation of each column of the classifier over these songs.
    axes : array of float, shape (columns, components)
        The components.
    learnt_from : int
        How many songs the model has learnt from; of more than 50 000 so many were drawn by chance.
    """

    names: tuple[str, ...]
    genres: NDArray[np.int64]
    points: FloatArray
    centre: Array
    scale: Array
    axes: Array
    learnt_from: int

    def nearest(self, values: Array, most: int = 10) -> list[Near]:
        """Return the songs nearest to another, the nearest first.

        Parameters
        ----------
        values : array of float, shape (columns,)
            What the classifier gets of it, the mean over its rows.
        most : int
            How many.

        Raises
        ------
        BundleError
            If the classifier gets another number of columns.
        """
        if values.shape != self.centre.shape:
            raise BundleError(f"{FILE} is of {len(self.centre)} columns, not {values.size}", _AGAIN)
        place = ((values - self.centre) / self.scale) @ self.axes
        distances = np.sqrt(np.square(self.points - place).sum(axis=1))
        order = np.argsort(distances, kind="stable")[:most].tolist()
        return [Near(self.names[at], int(self.genres[at]), float(distances[at])) for at in order]

    def usual_distance(self) -> float:
        """Return the median distance of 200 of the songs, evenly spread, from the nearest other one."""
        asked = np.unique(np.linspace(0, len(self.names) - 1, _ASKED).astype(int))
        found = []
        for at in asked:
            distances = np.square(self.points - self.points[at]).sum(axis=1, dtype=np.float64)
            distances[at] = np.inf
            found.append(float(np.sqrt(distances.min())))
        return float(np.median(found))

    def dumps(self) -> bytes:
        """Return it as the bytes of ``songs.npz``; the same bytes for the same songs."""
        facts = {
            "version": _VERSION, "names": list(self.names), "genres": self.genres.tolist(),
            "learnt_from": self.learnt_from, "columns": self.axes.shape[0], "components": self.axes.shape[1],
        }  # fmt: skip
        file = io.BytesIO()
        np.savez(
            file,
            points=np.ascontiguousarray(self.points, "<f4"),
            centre=np.ascontiguousarray(self.centre, "<f8"),
            scale=np.ascontiguousarray(self.scale, "<f8"),
            axes=np.ascontiguousarray(self.axes, "<f8"),
        )
        with zipfile.ZipFile(file, "a") as archive:
            archive.writestr(zipfile.ZipInfo("songs.json"), json.dumps(facts))
        return file.getvalue()


def drawn(songs: int, seed: int) -> NDArray[np.int64]:
    """Return which of so many songs are kept: all, or 50 000 by chance."""
    if songs <= MOST_SONGS:
        return np.arange(songs)
    return np.sort(np.random.default_rng(seed).choice(songs, MOST_SONGS, replace=False))


def training_songs(
    names: Sequence[str], genres: Sequence[int], values: Array, learnt_from: int
) -> TrainingSongs:
    """Return songs as they are kept.

    Parameters
    ----------
    names : sequence of str
        What they are called; cut after 1000 letters.
    genres : sequence of int
        Numbers of their genres.
    values : array of float, shape (songs, columns)
        What the classifier gets of them.
    learnt_from : int
        How many songs there are, kept or not.
    """
    centre, scale = values.mean(axis=0), values.std(axis=0)
    scale[~(scale > 1e-12 * np.maximum(1, np.abs(centre)))] = 1.0
    scaled = (values - centre) / scale
    if values.shape[1] <= len(values):
        axes = np.linalg.eigh(scaled.T @ scaled)[1][:, ::-1]
    else:
        axes = np.linalg.svd(scaled, full_matrices=False)[2].T
    axes = axes[:, :_COMPONENTS]
    # Either sign of an axis will do: the one whose largest weight is positive.
    axes = axes * np.where(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])] < 0, -1, 1)
    called = tuple(name[:_LONGEST_NAME] for name in names)
    points = (scaled @ axes).astype(np.float32)
    return TrainingSongs(called, np.asarray(genres, np.int64), points, centre, scale, axes, learnt_from)


def loads(data: bytes, genres: int, columns: int | None = None) -> TrainingSongs:
    """Return the songs in the bytes of a file, all of it checked.

    Parameters
    ----------
    data : bytes
        What :meth:`TrainingSongs.dumps` gave, or what somebody would have one believe it gave.
    genres : int
        How many genres the model has.
    columns : int, optional
        How many columns its classifier gets, if that is known.

    Raises
    ------
    BundleError
        If they are damaged, newer than this program, or of another model.
    """
    facts = _facts(data)
    songs, width, components = len(facts["names"]), facts["columns"], facts["components"]
    if (
        not 0 < songs <= min(MOST_SONGS, facts["learnt_from"])
        or not all(isinstance(name, str) and len(name) <= _LONGEST_NAME for name in facts["names"])
        or len(facts["genres"]) != songs
        or not all(type(genre) is int and 0 <= genre < genres for genre in facts["genres"])
    ):
        raise BundleError(f"{FILE} holds no songs of the model's {genres} genres", _AGAIN)
    if not 0 < components <= min(_COMPONENTS, width) or columns not in (None, width):
        raise BundleError(f"{FILE} holds {components} components of {width} columns", _AGAIN)
    wanted = {
        "points": ("<f4", (songs, components)), "centre": ("<f8", (width,)), "scale": ("<f8", (width,)),
        "axes": ("<f8", (width, components)),
    }  # fmt: skip
    found = arrays.read(data, wanted, FILE, "songs", _AGAIN)
    if not (found["scale"] > 0).all():
        raise BundleError("the bundle's scale are not all positive numbers", _AGAIN)
    numbers = np.asarray(facts["genres"], np.int64)
    return TrainingSongs(tuple(facts["names"]), numbers, **found, learnt_from=facts["learnt_from"])


def _facts(data: bytes) -> dict[str, Any]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            member = archive.getinfo("songs.json")
            if member.compress_type != zipfile.ZIP_STORED:
                raise BundleError(f"the songs in {FILE} are packed", _AGAIN)
            facts = json.loads(archive.read(member))
    except (zipfile.BadZipFile, ValueError, KeyError, EOFError, OSError, RuntimeError) as error:
        # As for arrays; a RecursionError is a RuntimeError.
        raise BundleError(f"{FILE} does not hold the songs: {error}", _AGAIN) from error
    version = facts.get("version") if isinstance(facts, dict) else None
    if type(version) is int and version > _VERSION:
        raise BundleError(f"{FILE} has version {version}; this Earmark reads {_VERSION}", "upgrade Earmark")
    if (
        version != _VERSION
        or set(facts) != set(_FACTS)
        or any(type(facts[key]) is not kind for key, kind in _FACTS.items())
    ):
        raise BundleError(f"{FILE} does not say what it holds", _AGAIN)
    return dict(facts)
