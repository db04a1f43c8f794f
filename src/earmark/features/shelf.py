"""What the feature store keeps: one shelf per feature set and window, one record per song heard."""

import functools
import json
import re
import struct
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from earmark.audio.windows import Window
from earmark.features.table import FeatureSet
from earmark.workspace import content_hash

FORMAT = 1
_LENGTH = struct.Struct("<I")


@dataclass(frozen=True)
class Shelf:
    """One feature set, cut one way: what a folder of the store holds, and all that its numbers depend on.

    Attributes
    ----------
    features, version : str, int
        The feature set.
    window : str
        How songs are cut.
    rate_hz : int
        Sampling rate at which they are heard.
    columns : tuple of str
        Names of the columns.
    made_with : dict of str to str
        Versions of what decodes and resamples. Our own code has the feature set's version instead.
    """

    features: str
    version: int
    window: str
    rate_hz: int
    columns: tuple[str, ...]
    made_with: dict[str, str] = field(default_factory=dict)

    @functools.cached_property
    def hash(self) -> str:
        """Hash of everything that the numbers depend on."""
        return content_hash({"format": FORMAT, **self.to_dict()})

    @functools.cached_property
    def folder(self) -> str:
        """Where it lies in the store: ``gtzan58@1/3s-9f2c0a1b7d3e4f55``."""
        window = re.sub(r"[^0-9a-z.+]+", "-", self.window)
        return f"{self.features}@{self.version}/{window}-{self.hash}"

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain JSON types."""
        return {**asdict(self), "columns": list(self.columns)}

    @classmethod
    def from_dict(cls, record: dict[str, Any]) -> "Shelf":
        """Return what :meth:`to_dict` was made from."""
        return cls(**{**record, "columns": tuple(record["columns"])})


def shelf_of(chosen: FeatureSet, window: Window) -> Shelf:
    """Return the shelf of a feature set and a window, as this installation fills it."""
    return Shelf(chosen.name, chosen.version, str(window), chosen.rate_hz, chosen.columns, _decoders())


@functools.cache
def _decoders() -> dict[str, str]:
    """Return the versions that may move a sample: their first number, for the others mend and add."""
    from importlib import metadata  # noqa: PLC0415 - 3 MB that workers can do without

    return {name: metadata.version(name).partition(".")[0] for name in ("av", "soxr")}


class Failure(NamedTuple):
    """Why a song has no rows.

    Attributes
    ----------
    error : str
        Name of the error's type.
    message, hint : str
        What was got, and how to mend it.
    """

    error: str
    message: str
    hint: str


class Cuts(NamedTuple):
    """The rows of one song on one shelf.

    Attributes
    ----------
    values : ndarray of float64, shape (segments, 2 + columns)
        Begin and end of each segment in seconds, then its columns.
    notes : str
        What had to be salvaged or assumed, sentences joined by ``"; "``.
    """

    values: NDArray[np.float64]
    notes: str


@dataclass(frozen=True)
class SongRecord:
    """What a run learned of one song.

    Attributes
    ----------
    path : str
        Where it lies.
    signature : str
        What shows that the file is still the same without reading it: ``"size:mtime_ns"``.
    track_id : str
        Hash of its sound; empty if it could not be had.
    cuts : dict of str to Cuts
        Its rows by the shelf's folder.
    failures : dict of str to Failure
        Why there are none, likewise.
    gone : tuple of str
        Other paths at which the sound was known and no longer lies.
    """

    path: str
    signature: str
    track_id: str = ""
    cuts: dict[str, Cuts] = field(default_factory=dict)
    failures: dict[str, Failure] = field(default_factory=dict)
    gone: tuple[str, ...] = ()

    def pack(self) -> bytes:
        """Return it as bytes: a head of JSON and the numbers as they are."""
        head = {
            "path": self.path,
            "signature": self.signature,
            "track_id": self.track_id,
            "cuts": [[folder, *cuts.values.shape, cuts.notes] for folder, cuts in self.cuts.items()],
            "failures": self.failures,
            "gone": self.gone,
        }
        text = json.dumps(head).encode()
        numbers = [np.ascontiguousarray(cuts.values, "<f8").tobytes() for cuts in self.cuts.values()]
        return b"".join([_LENGTH.pack(len(text)), text, *numbers])

    @classmethod
    def unpack(cls, data: bytes) -> "SongRecord":
        """Return what :meth:`pack` packed."""
        (length,) = _LENGTH.unpack_from(data)
        at = _LENGTH.size + length
        head = json.loads(data[_LENGTH.size : at])
        cuts = {}
        for folder, rows, columns, notes in head["cuts"]:
            values = np.frombuffer(data, "<f8", rows * columns, at).reshape(rows, columns)
            cuts[folder] = Cuts(values, notes)
            at += values.nbytes
        failures = {folder: Failure(*failure) for folder, failure in head["failures"].items()}
        return cls(head["path"], head["signature"], head["track_id"], cuts, failures, tuple(head["gone"]))
