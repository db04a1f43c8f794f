"""What pages about tables cost, and how large they are.

Run ``python -m benchmarks.explore_pages``; with ``--write`` the table goes into ``docs/explore.md`` and a
picture of it into ``docs/images``. The largest table is made here: 300 000 rows of 60 columns.
"""

import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from benchmarks.between import put
from earmark.explore.overview import overview
from earmark.explore.pictures import Pictures
from earmark.service import checking, exploring, labelling

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("EARMARK_DATA", ROOT.parent / "shared" / "data"))
PAGE = ROOT / "docs" / "explore.md"
BEGIN, END = "<!-- pages: begin -->", "<!-- pages: end -->"


class Cost(NamedTuple):
    """What a page cost: songs, columns, processor seconds in all, peak memory and size in MB."""

    songs: int
    columns: int
    seconds: float
    memory_mb: float
    page_mb: float


def made(folder: Path, rows: int = 300_000, columns: int = 60) -> Path:
    """Write a table of songs in ten pieces each, in twelve genres."""
    rng = np.random.default_rng(0)
    song = np.arange(rows) // 10
    of_song = rng.normal(size=(rows // 10, columns)) + 0.2 * (np.arange(rows // 10) % 12)[:, None]
    names = [f"column_{at}" for at in range(columns)]
    frame = pd.DataFrame(of_song[song] + rng.normal(size=(rows, columns)), columns=names)
    frame.insert(0, "genre", np.array([f"genre {at:02}" for at in range(12)])[song % 12])
    frame.insert(0, "track_id", song.astype(str))
    frame.to_parquet(folder / "made.parquet")
    return folder / "made.parquet"


def gtzan(_folder: Path) -> exploring.Explored:
    """Explore the published table of GTZAN."""
    return exploring.explore(checking.read(DATA / "gtzan" / "features_30_sec.csv"), _folder / "page.html")


def fifteen(folder: Path) -> exploring.Explored:
    """Explore Spotify's fifteen genres."""
    return exploring.explore(checking.read(DATA / "spotify15" / "genres_mod.parquet"), folder / "page.html")


def twelve(folder: Path) -> exploring.Explored:
    """Explore Spotify's twelve binned genres."""
    source = DATA / "spotify12"
    labels = labelling.label(source, "broad12", output=folder, distinct=True).folder
    return exploring.explore(checking.read(source, labels=labels), folder / "page.html")


def large(folder: Path) -> exploring.Explored:
    """Explore 300 000 rows of 60 columns."""
    return exploring.explore(checking.read(made(folder)), folder / "page.html")


TABLES: dict[str, Callable[[Path], exploring.Explored]] = {
    "GTZAN": gtzan, "Spotify, 15 genres": fifteen, "Spotify, 12 genres": twelve, "300 000 rows": large,
}  # fmt: skip


def cost(name: str) -> Cost:
    """Return what one page costs; in a process of its own, whose memory is the page's."""
    started = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        found = TABLES[name](Path(folder))
        size = found.page.stat().st_size
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return Cost(found.songs, found.columns, time.process_time() - started, peak / 1024, size / 1e6)


def main() -> None:
    """Measure and print; write with ``--write``."""
    lines = ["| table | songs | columns | seconds | peak MB | page MB |", "|---|---:|---:|---:|---:|---:|"]
    for name in TABLES:
        with get_context("spawn").Pool(1) as pool:
            one = pool.apply(cost, (name,))
        lines.append(
            f"| {name} | {one.songs} | {one.columns} | {one.seconds:.0f} | {one.memory_mb:.0f} "
            f"| {one.page_mb:.1f} |"
        )
        print(lines[-1], flush=True)
    if "--write" in sys.argv:
        put(PAGE, BEGIN, END, "\n".join(lines))
        found = Pictures(overview(checking.read(DATA / "gtzan" / "features_30_sec.csv")))
        picture = found.column(found.drawn[2])
        (PAGE.parent / "images" / "explore-column.png").write_bytes(picture.draw().file("png"))


if __name__ == "__main__":
    main()
