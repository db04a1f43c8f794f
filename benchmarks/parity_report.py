"""Compare the 57 sound columns with librosa's on real music, and find out why where they differ.

Run ``python -m benchmarks.parity_report [--lossless] [--full] [--write]``. Every path that this machine can
run is held against librosa: on all clips of the data that are at hand, on three segments of each, on
synthetic sounds. The exit code is 1 if tempo, percentile or the cause of a single difference fall short.
"""

import argparse
import platform
import subprocess
import sys
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks import parity_full
from benchmarks.causes import Cause, cause, close_calls
from benchmarks.librosa_recipe import gtzan57
from benchmarks.parity import P999_RELATIVE, compare
from benchmarks.sounds import lossless_clips, synthetic
from benchmarks.truth import Piece, Truth, pieces, real_clips
from benchmarks.ways import forced, ours, paths
from earmark.features.gtzan58 import SOUND_COLUMNS

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "parity.md"
TEMPO_SHARE = 0.995
KINDS = {"clip": "30-s clips", "segment": "3-s segments", "synthetic": "synthetic sounds"}
TEXT = """# Parity with librosa

The 57 sound columns by every signal path against librosa's functions with their defaults, on the same sound:
real music as far as it is at hand (no clip of the published GTZAN test list), three segments of each clip
measured as pieces of their own, and the synthetic sounds of the tests. Written by
`python -m benchmarks.parity_report --write`.

What counts as an exception is a tempo that is not the very same number, or any number further off than
{limit:g} of itself. For each the cause was looked for by experiment: every sample was moved by one rounding
step of single precision, up or down at random, and librosa run again. Where librosa's own number moves as
much (a third of the difference or more, the largest move of eight), no other program can be expected to hit
it. A mean near zero is explained as well where the difference is below 2e-6 of what is averaged spreads by.

{report}
## Close calls within librosa

Some of librosa's numbers are decided by which of two nearly equal candidates is larger, and so by a rounding.
Earmark follows librosa's order of computation where that is cheap.

* **Tuning**, on which all of chroma rests, is the fullest of 100 bins in a histogram of spectral peaks; of
  equally full ones the lowest. A peak on the edge between two bins can move all chroma filters by a hundredth
  of a semitone or more. {tuning}
* **Tempo** is the best of 344 lags. {tempo}
* **Rolloff** is the first bin at which a running sum in single precision reaches 85 %. Earmark adds up in the
  same order and precision; summed more exactly, 4 % of the segments have a frame that falls one bin off.
* **Means near zero**, of the harmonic part (a signal that swings about zero) and of some MFCCs, have no
  meaningful relative difference; beside the spread of what is averaged it is a rounding.
"""


Row = NDArray[np.float64]


class Difference(NamedTuple):
    """One number that differs by more than the limit, on at least one path."""

    piece: str
    column: str
    librosas: float
    relative: dict[str, float]
    cause: Cause


@dataclass
class Found:
    """What was measured: rows by kind of piece, librosa's and each path's, and the exceptions."""

    truth: dict[str, list[Row]] = field(default_factory=dict)
    rows: dict[tuple[str, str], list[Row]] = field(default_factory=dict)
    exceptions: list[Difference] = field(default_factory=list)


def exceptions(
    piece: Piece, truth: NDArray[np.float64], rows: dict[str, NDArray[np.float64]]
) -> list[Difference]:
    """Return the columns in which a path differs, each with its cause."""
    found = []
    for at, column in enumerate(SOUND_COLUMNS):
        numbers = {path: float(row[at]) for path, row in rows.items()}
        own = float(truth[at])
        relative = {path: abs(n - own) / abs(own) if n != own else 0.0 for path, n in numbers.items()}
        beyond = {
            path: share
            for path, share in relative.items()
            if share > P999_RELATIVE or (column == "tempo" and share > 0) or np.isnan(share)
        }
        if beyond:
            worst = max(beyond, key=lambda path: beyond[path])
            why = cause(column, piece.samples, own, numbers[worst])
            found.append(Difference(piece.name, column, own, beyond, why))
    return found


def measure(clips: list[Path]) -> Found:
    """Measure every piece of the clips, and the synthetic sounds, by every path."""
    found, truth = Found(), Truth(gtzan57)
    made = (Piece(name, "synthetic", sound) for name, sound in synthetic().items())
    for piece in (*made, *pieces(clips)):
        own = truth.row(piece)
        rows = {}
        for path in paths():
            with forced(path):
                rows[path] = ours(piece.samples)
            found.rows.setdefault((piece.kind, path), []).append(rows[path])
        found.truth.setdefault(piece.kind, []).append(own)
        found.exceptions += exceptions(piece, own, rows)
    return found


def tables(found: Found) -> tuple[str, bool]:
    """Return the comparison as Markdown, and whether it is good enough."""
    lines = [
        f"librosa {version('librosa')}, NumPy {version('numpy')}, Python {platform.python_version()}",
        "",
        "| pieces | path | tempo the same | largest relative difference | 99.9th percentile | exceptions |",
        "|---|---|---|---|---|---|",
    ]
    good = all(difference.cause.proven for difference in found.exceptions)
    for (kind, path), rows in found.rows.items():
        truth = np.array(found.truth[kind])
        parity = compare(truth, np.array(rows))
        relative = np.abs(np.array(rows) - truth) > P999_RELATIVE * np.abs(truth)
        lines.append(
            f"| {parity.songs} {KINDS[kind]} | {path} | {parity.tempo_equal} of {parity.songs} "
            f"| {parity.max_relative:.1e} ({parity.worst_column}) | {parity.p999_relative:.1e} "
            f"| {int(relative.sum())} of {truth.size} numbers |"
        )
        if kind != "synthetic":  # eight pieces have no 99.9th percentile
            good &= parity.tempo_equal >= TEMPO_SHARE * parity.songs
            good &= parity.p999_relative <= P999_RELATIVE
    return "\n".join(lines), good


def causes(found: Found) -> str:
    """Return every exception as a line of a Markdown table."""
    lines = [
        "| piece | column | librosa | relative difference | cause |",
        "|---|---|---|---|---|",
    ]
    for one in found.exceptions:
        by_path = ", ".join(f"{path} {share:.1e}" for path, share in one.relative.items())
        text = one.cause.text if one.cause.proven else f"**not explained**: {one.cause.text}"
        lines.append(f"| {one.piece} | {one.column} | {one.librosas:.4g} | {by_path} | {text} |")
    return "\n".join(lines)


def newer() -> str:
    """Return what the same program says under the newest librosa in an environment beside ours."""
    for python in sorted(ROOT.glob(".venv-3.*/bin/python"), reverse=True):
        command = [str(python), "-m", "benchmarks.parity_report", "--lossless", "--full"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.stdout:
            return done.stdout
    return "Not compared: `python -m tools.other_pythons` makes environments with newer Pythons.\n"


def main() -> int:
    """Print the comparison, or write it; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--lossless", action="store_true", help="only the twenty lossless clips")
    parser.add_argument("--full", action="store_true", help="the other columns of `full` as well")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.name} as well: five minutes more")
    arguments = parser.parse_args()
    clips = lossless_clips() if arguments.lossless else real_clips()
    found = measure(clips)
    table, good = tables(found)
    text = f"{table}\n\n{causes(found)}\n"
    print(text)
    if arguments.write or arguments.full:
        rest, alike = parity_full.section(clips)
        print(rest)
        text += f"\n## The other columns of `full`\n\n{rest}"
        good &= alike
    if arguments.write:
        calls = {name: close_calls(name, clips) for name in ("tuning", "tempo")}
        both = f"{text}\n## The newer librosa\n\n{newer()}"
        PAGE.write_text(TEXT.format(limit=P999_RELATIVE, report=both, **calls), encoding="utf-8")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
