"""librosa's rows of real sound, remembered between runs: 1.2 CPU seconds a clip are paid once.

What is remembered lies in the system's temporary folder, one file per version of librosa and NumPy, one line
per piece of sound; delete it to have everything computed again.
"""

import json
import tempfile
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.librosa_recipe import Columns
from benchmarks.sounds import data_folder
from earmark import audio
from earmark.records import FloatArray

RATE_HZ = 22050
SEGMENT_SAMPLES = 3 * RATE_HZ
SEGMENTS_OF_A_CLIP = (0, 4, 8)  # from the start, the middle and near the end; ten are in 30 s


class Piece(NamedTuple):
    """A stretch of a real clip.

    Attributes
    ----------
    name : str
        The clip's name, with the second at which a segment starts.
    kind : {"clip", "segment"}
        All of the clip, or three seconds of it.
    samples : ndarray of float32, shape (n,)
        Mono at 22 050 Hz.
    """

    name: str
    kind: str
    samples: FloatArray


def real_clips() -> list[Path]:
    """Return the GTZAN clips that are at hand, lossless ones first; none without the data."""
    folder = data_folder()
    if folder is None:
        return []
    return [*sorted(folder.glob("gtzan/lossless/*/*.flac")), *sorted(folder.glob("gtzan/audio/*/*.ogg"))]


def pieces(clips: list[Path]) -> Iterator[Piece]:
    """Yield every clip and three segments of it."""
    for path in clips:
        samples = audio.load(path, rate_hz=RATE_HZ).samples
        yield Piece(path.name, "clip", samples)
        for number in SEGMENTS_OF_A_CLIP:
            start = number * SEGMENT_SAMPLES
            segment = samples[start : start + SEGMENT_SAMPLES]
            if len(segment) == SEGMENT_SAMPLES:
                yield Piece(f"{path.name} at {start // RATE_HZ} s", "segment", segment)


class Truth:
    """librosa's columns of pieces of sound, by one recipe."""

    def __init__(self, recipe: Callable[[FloatArray], Columns]) -> None:
        made_by = f"{recipe.__name__}-librosa-{version('librosa')}-numpy-{version('numpy')}"
        self._file = Path(tempfile.gettempdir()) / f"earmark-truth-{made_by}.jsonl"
        self._recipe = recipe
        self._rows: dict[str, list[float]] = {}
        if self._file.exists():
            for line in self._file.read_text(encoding="utf-8").splitlines():
                entry = json.loads(line)
                self._rows[entry["piece"]] = entry["row"]

    def row(self, piece: Piece) -> NDArray[np.float64]:
        """Return librosa's row, from memory or computed and remembered."""
        # The sum tells a decoder that gives other samples from the one whose samples were measured.
        key = f"{piece.name} {len(piece.samples)} {float(piece.samples.sum(dtype=np.float64))!r}"
        if key not in self._rows:
            self._rows[key] = list(self._recipe(piece.samples).values())
            with self._file.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"piece": key, "row": self._rows[key]}) + "\n")
        return np.array(self._rows[key])
