"""A small table, and a pipeline over it that has a step of most kinds."""

from contextlib import chdir
from pathlib import Path

import numpy as np
import pandas as pd
from typer.testing import CliRunner

from earmark.cli.app import app

PIPELINE = """
name = "small"
seed = 1

[[step]]
name = "raw"
do = "download"
url = "songs.csv"

[[step]]
name = "clean"
do = "preprocess"
table = "raw"
drop_duplicates = true

[[step]]
do = "check"
table = "clean"

[[step]]
do = "split"
table = "clean"
after = ["check"]
parts = {train = 0.7, test = 0.3}

[[step]]
do = "train"
table = "clean"
split = "split"

[step.recipe]
classifier = {name = "lda"}

[[step]]
do = "evaluate"
model = "train"
table = "split/test.parquet"
"""


def songs(rows: int = 90, seed: int = 0) -> pd.DataFrame:
    """Return songs of three genres, told by two of four numbers, two songs an artist."""
    rng = np.random.default_rng(seed)
    artist = np.arange(rows) // 2
    genre = artist % 3
    frame = pd.DataFrame(rng.normal(size=(rows, 4)).round(4), columns=["low", "middle", "high", "noise"])
    frame["low"] += 3.0 * (genre == 1)
    frame["middle"] += 3.0 * (genre == 2)
    frame.insert(0, "artist", [f"artist {one}" for one in artist])
    frame.insert(0, "genre", np.array(["jazz", "rock", "фолк"])[genre])
    return frame


def lay_out(folder: Path, text: str = PIPELINE) -> Path:
    """Write both into a folder, and return the pipeline's path."""
    songs().to_csv(folder / "songs.csv", index=False)
    path = folder / "pipeline.toml"
    path.write_text(text, encoding="utf-8")
    return path


def command(*words: str, folder: Path):
    """Run a command in this process, as if in a folder."""
    with chdir(folder):
        return CliRunner().invoke(app, list(words))
