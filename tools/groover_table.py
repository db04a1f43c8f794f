"""Compare our columns with Groover's song table and write ``docs/groover-table.md``.

Run ``python -m tools.groover_table`` where the data is. This program writes every number on the page.
"""

import csv
import sys
from pathlib import Path

import numpy as np
from benchmarks.sounds import data_folder
from numpy.typing import NDArray

from earmark import audio
from earmark._dsp.summary import summarise
from earmark.features.groover65 import COLUMNS
from earmark.features.selection import RATE_HZ

PAGE = Path(__file__).resolve().parents[1] / "docs" / "groover-table.md"
KEYS = tuple(name for name in COLUMNS.names if name.startswith("key_"))

HEAD = """# How our columns compare with Groover's song table

This page is written by `python -m tools.groover_table`; do not edit it.

J. Guinot's extractor wrote a table of 65 columns: file name, uuid and duration, and 62 that describe sound.
`groover65` has those 62 under the same names and in the same order, and three that he wished for: the key's
tonic, its mode and its confidence. The largest relative difference |ours - theirs| / |theirs| over {songs} of
his songs follows, once as Earmark computes it and once with the ends of a song mirrored.

| column | Earmark | ends mirrored |
|---|---:|---:|
"""

WHY = """
## What his conventions were

- **Ends**: his librosa was older than 0.10 and went on with the mirrored sound beyond the ends of a song, for
  every spectrum. librosa 0.11 and Earmark go on with silence. With the ends mirrored nothing but rounding is
  left in most columns.
- **`harmonic_rms`, `percussive_rms`, `HPR`**: the older librosa also set the samples after the last whole
  step of 512 to zero when it put the two parts together.
- **`chroma_cens`**: our constant-Q transform has silent ends only.
- **`tempo`** is `librosa.feature.tempo`, which hears the mean rise over the mel bands; the beat tracker
  (`gtzan58`) hears the median.
- **`dynamic_range`** slides a box of 0.2 s over the squared samples and takes zeros beyond the ends.
- **`HPR`** compares samples, not their absolute values, with 1e-5.
"""


def differences(
    songs: list[Path], table: dict[str, dict[str, str]], mirror_ends: bool
) -> NDArray[np.float64]:
    """Return relative differences, shape (songs, columns without the key)."""
    names = COLUMNS.names[: -len(KEYS)]
    rows = []
    for path in songs:
        clip = audio.load(path, rate_hz=RATE_HZ)
        found = COLUMNS.row_of(summarise(clip.samples, RATE_HZ, COLUMNS.parts, mirror_ends))
        theirs = np.array([float(table[path.stem][name]) for name in names])
        rows.append(np.abs(found[: len(names)] / theirs - 1.0))
    return np.array(rows)


def main() -> int:
    """Write the page; return the exit code."""
    folder = data_folder()
    if folder is None:
        print("the data is not here: set EARMARK_DATA", file=sys.stderr)
        return 1
    with (folder / "groover" / "song_table.csv").open(newline="") as file:
        table = {line["filename"]: line for line in csv.DictReader(file)}
    songs = sorted(folder.glob("groover/audio/*.flac"))
    plain, mirrored = (differences(songs, table, mirror_ends).max(axis=0) for mirror_ends in (False, True))
    lines = [
        f"| `{name}` | {ours:.1e} | {theirs:.1e} |"
        for name, ours, theirs in zip(COLUMNS.names, plain, mirrored, strict=False)
    ]
    PAGE.write_text(HEAD.format(songs=len(songs)) + "\n".join(lines) + "\n" + WHY, encoding="utf-8")
    print(f"wrote {PAGE.name}: {len(songs)} songs")
    return 0


if __name__ == "__main__":
    sys.exit(main())
