"""Songs measured for a reproduction, each once."""

import functools
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from earmark.features import FEATURE_SETS
from earmark.features.songs import measure
from earmark.models.probabilities import Array
from earmark.reproduce.bench import Bench, Job, packed, unpacked

if TYPE_CHECKING:
    import pandas as pd

_MEASURE = "earmark.reproduce.listening:measured"


def heard(bench: Bench, stage: str, songs: "pd.DataFrame", feature_set: str) -> dict[str, Array]:
    """Return the columns of each song's pieces, shape (pieces, columns).

    Parameters
    ----------
    bench : Bench
        Where it is done and kept: under the bytes of each file.
    stage : str
        What is being done, for whoever waits.
    songs : pandas.DataFrame
        ``clip``, ``path`` and ``window``, as :func:`earmark.features.extract` takes it.
    feature_set : str
        What is measured.
    """
    version = f"{feature_set}@{FEATURE_SETS[feature_set].version}"
    jobs: list[Job] = [
        (
            {"set": version, "window": window, "bytes": _digest(path)},
            functools.partial(_arguments, path, feature_set, window),
        )
        for path, window in zip(songs["path"], songs["window"], strict=True)
    ]
    width = len(FEATURE_SETS[feature_set].columns)
    found = bench.each(stage, _MEASURE, jobs)
    return {clip: unpacked(text, width) for clip, text in zip(songs["clip"], found, strict=True)}


def measured(_number: int, path: str, feature_set: str, window: str) -> str:
    """Return the columns of a song's pieces, packed, as a task for any worker."""
    (table,) = measure(path, (feature_set,), window)
    return packed(table.values)


def _arguments(path: Path, feature_set: str, window: str) -> tuple[str, str, str]:
    return str(path), feature_set, window


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]
