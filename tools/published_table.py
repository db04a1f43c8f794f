"""Compare our columns with the published GTZAN table and write ``docs/published-table.md``.

Run ``python -m tools.published_table`` where the data is. This program writes every number on the page.
"""

import csv
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
from benchmarks.sounds import data_folder
from numpy.typing import NDArray

from earmark import audio
from earmark.features.gtzan58 import COLUMNS, row
from earmark.features.selection import RATE_HZ

PAGE = Path(__file__).resolve().parents[1] / "docs" / "published-table.md"

HEAD = """# How our columns compare with the published table

This page is written by `python -m tools.published_table`; do not edit it.

Earmark computes what librosa 0.11 computes (`python -m benchmarks.features` measures how closely). The table
of 58 columns that is passed around with GTZAN was made with an older librosa. Here our `gtzan58` columns
stand beside the *published* numbers. Relative difference is |ours - published| / |published|.

"""

WHY = """## Why they differ

- **The ends.** librosa before 0.10 mirrored the sound beyond its ends, today it goes on as silence. The
  first two and the last two frames of a clip hold mirror or silence: a trace in means, more in variances. The
  section *Lossless clips, ends mirrored* shows what is left when our own code mirrors, too: hardly anything
  but four columns. So definitions, decoding and sampling rate are the same.
- **The tail.** Those four are mean and variance of `harmony` and `perceptr`: the older librosa set the
  samples after the last whole step of 512 to zero when it put the two parts together.
- **Tempo** is that of `librosa.beat.beat_track`, which hears the *median* rise over the mel bands;
  `librosa.feature.tempo` hears the mean and gives other numbers.
- **`harmony_mean` and `perceptr_mean`** are means of a wave that swings around zero, tiny beside its swing;
  they say nothing about sound.
- **`mfcc` means near zero** have a large *relative* difference for a small absolute one.
- **The Vorbis clips** are lossy copies: what the codec leaves out changes bandwidth, rolloff and the higher
  cepstral coefficients. They are stated apart and are no measure of the signal path.
"""


class Agreement(NamedTuple):
    """One column, ours against the published one."""

    column: str
    correlation: float
    median_relative: float
    within_percent: float


def published(path: Path) -> dict[str, NDArray[np.float64]]:
    """Return the table's rows by clip name."""
    with path.open(newline="") as file:
        return {
            row["filename"].removesuffix(".au").removesuffix(".wav"): np.array(
                [float(row[c]) for c in COLUMNS]
            )
            for row in csv.DictReader(file)
        }


def agreement(truth: NDArray[np.float64], found: NDArray[np.float64]) -> list[Agreement]:
    """Compare two tables of shape (clips, 58) column by column."""
    rows = []
    for i, column in enumerate(COLUMNS):
        off = np.abs(found[:, i] - truth[:, i]) / np.maximum(np.abs(truth[:, i]), 1e-300)
        varies = truth[:, i].std() > 0 and found[:, i].std() > 0
        correlation = float(np.corrcoef(truth[:, i], found[:, i])[0, 1]) if varies else float("nan")
        rows.append(Agreement(column, correlation, float(np.median(off)), 100 * float(np.mean(off <= 0.01))))
    return rows


def section(title: str, rows: list[Agreement], clips: int, same_tempo: int) -> str:
    """Return one section of the page."""
    sound = rows[1:]
    close = sum(row.within_percent >= 90 for row in sound)
    relative = np.median([one.median_relative for one in sound])
    correlation = np.median([one.correlation for one in sound])
    lines = [
        f"## {title}",
        "",
        f"{clips} clips. The very same tempo: {same_tempo} of {clips}. Of the {len(sound)} sound columns, "
        f"{close} lie within 1 % of the published number for at least 90 % of the clips. Over all columns "
        f"the median relative difference is {relative:.1e} and the median correlation {correlation:.5f}.",
        "",
        "| column | correlation | median relative difference | within 1 % |",
        "|---|---:|---:|---:|",
    ]
    lines += [
        f"| `{one.column}` | {one.correlation:.5f} | {one.median_relative:.1e} | {one.within_percent:.0f} % |"
        for one in rows
    ]
    return "\n".join(lines) + "\n\n"


def compare(
    title: str, paths: list[Path], table: dict[str, NDArray[np.float64]], mirror_ends: bool = False
) -> str:
    """Compute our columns of the clips and return their section."""
    truth = np.array([table[path.stem] for path in paths])
    samples = (audio.load(path, rate_hz=RATE_HZ).samples for path in paths)
    found = np.concatenate([row(y, mirror_ends) for y in samples])
    tempo = COLUMNS.index("tempo")
    # The published numbers carry 7 digits: equal to those is the very same.
    same = int(np.isclose(truth[:, tempo], found[:, tempo], rtol=1e-6).sum())
    return section(title, agreement(truth, found), len(paths), same)


def main() -> int:
    """Write the page; return the exit code."""
    folder = data_folder()
    if folder is None:
        print("the data is not here: set EARMARK_DATA", file=sys.stderr)
        return 1
    table = published(folder / "gtzan" / "features_30_sec.csv")
    lossless = sorted(folder.glob("gtzan/lossless/*/*.flac"))
    lossy = sorted(folder.glob("gtzan/audio/*/*.ogg"))
    PAGE.write_text(
        HEAD
        + compare("Lossless clips", lossless, table)
        + compare("Lossless clips, ends mirrored", lossless, table, mirror_ends=True)
        + compare("Vorbis clips", lossy, table)
        + WHY
    )
    print(f"wrote {PAGE.name}: {len(lossless)} lossless and {len(lossy)} Vorbis clips")
    return 0


if __name__ == "__main__":
    sys.exit(main())
