"""Measure the 57 sound columns: librosa against every path of Earmark, in one run on real clips.

Run ``python -m benchmarks.features [--songs 20] [--write]``. The ways take turns on every sound; what counts
is the CPU time of all threads. ``uv run --with essentia python -m benchmarks.features`` has essentia take
part. The exit code is 1 if Earmark is slower than required or a number lies outside tolerance.
"""

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import chart, footprint, functions
from benchmarks.librosa_recipe import gtzan57
from benchmarks.parity import Parity, compare
from benchmarks.race import race
from benchmarks.report import Figures, text, verdicts
from benchmarks.sounds import lossless_clips, synthetic
from benchmarks.truth import RATE_HZ, SEGMENT_SAMPLES, Piece, Truth, pieces
from benchmarks.ways import floor, forced, ours, paths, ways
from earmark.records import FloatArray

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "speed.md"
SONG_SEGMENTS = 80
FUNCTION_CLIPS = 4
TEXT = """# How fast the features are

librosa's functions called one by one, as the published table was made; the same with the spectrum computed
once; and the feature set `gtzan58` on each of our signal paths: NumPy, and compiled code for each instruction
set that the machine has. All on the same samples in one run, taking turns, one thread for linear algebra.
The floor is what the separation into harmonic and percussive parts cannot do without: one forward and one
inverse transform and two medians of 31 per frame. essentia's algorithms have other definitions, and none for
the two parts. Written by `python -m benchmarks.features --write`; run it to see what your machine gives.

![CPU time of the 57 columns by every way](images/speed.svg)

```
{report}
```
"""


def material(count: int) -> tuple[str, list[Piece]]:
    """Return what is measured, in words, and clips and segments."""
    paths = lossless_clips()[:count]
    if paths:
        return f"{len(paths)} lossless GTZAN clips, three segments of each", list(pieces(paths))
    made = []
    for name, sound in list(synthetic().items())[:count]:
        made.append(Piece(name, "clip", np.resize(sound, 30 * RATE_HZ)))
        made.append(Piece(f"{name} at 0 s", "segment", np.resize(sound, SEGMENT_SAMPLES)))
    return "synthetic sounds, for want of the clips", made


def song(clips: list[FloatArray]) -> list[FloatArray]:
    """Return four minutes in segments of 3 s."""
    whole = np.resize(np.concatenate(clips), SONG_SEGMENTS * SEGMENT_SAMPLES)
    return list(whole.reshape(SONG_SEGMENTS, SEGMENT_SAMPLES))


def measured(works: dict[str, Any], loads: dict[str, list[Any]]) -> dict[str, dict[str, float]]:
    """Return the mean CPU milliseconds by load and program."""
    found = {}
    for load, sounds in loads.items():
        whole = load == "song"
        turns = {name: (lambda s, w=w: [w(y) for y in s]) if whole else w for name, w in works.items()}
        spent = race(turns, sounds)
        found[load] = {name: 1000 * sum(seconds) / len(seconds) for name, seconds in spent.items()}
    return found


def parity(material: list[Piece]) -> dict[str, Parity]:
    """Return how far every path is from librosa."""
    truth = Truth(gtzan57)
    rows = np.array([truth.row(piece) for piece in material])
    found = {}
    for path in paths():
        with forced(path):
            found[path] = compare(rows, np.array([ours(piece.samples) for piece in material]))
    return found


def measure(count: int, folder: Path) -> Figures:
    """Measure everything."""
    what, chosen = material(count)
    loads: dict[str, list[Any]] = {
        kind: [piece.samples for piece in chosen if piece.kind == kind] for kind in ("clip", "segment")
    }
    loads["song"] = [song(loads["clip"])]
    known = ways()
    for way in known:  # machine code, tables and memory are there before the clock runs
        for work in (way.full, way.lean):
            if work is not None:
                work(loads["clip"][0])
    return Figures(
        what=f"{what}; CPU time of all threads, taking turns",
        full=measured({way.name: way.full for way in known if way.full is not None}, loads),
        lean=measured({way.name: way.lean for way in known}, loads),
        floor=measured({path: floor(path) for path in paths() if path != "numpy"}, loads),
        parity=parity(chosen),
        functions=functions.rows(loads["clip"][:FUNCTION_CLIPS]),
        cold=footprint.cold(known, loads["clip"][0], folder),
        files=footprint.from_file(paths()[-1], folder),
    )


def main() -> int:
    """Print the comparison, or write it; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--songs", type=int, default=20, help="how many clips (default 20)")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.name} and its chart as well")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(arguments.songs, Path(folder))
    said = text(figures)
    print(said)
    if arguments.write:
        PAGE.write_text(TEXT.format(report=said), encoding="utf-8")
        chart.write(figures, ROOT / "docs" / "images")
    return 0 if all(good for good, _ in verdicts(figures)) else 1


if __name__ == "__main__":
    sys.exit(main())
