"""What every classifier reaches on the GTZAN columns, on new artists and on random rows, and what it costs.

``python -m benchmarks.classifiers`` prints the tables; ``--write`` puts them into docs/classifiers.md. Only
clips of the published train and valid lists are read.
"""

import argparse
import csv
import math
import sys
import time
from pathlib import Path

import numpy as np
from sklearn.pipeline import make_pipeline
from tools import gtzan

from benchmarks.between import put
from earmark.dataset.sharing import share_out
from earmark.errors import EarmarkError
from earmark.models.classifiers import CLASSIFIERS
from earmark.models.steps import STEPS
from earmark.models.steps.routing import fitted, probabilities

PAGE = Path(__file__).parents[1] / "docs" / "classifiers.md"
BEGIN, END = (
    "<!-- figures: written by `python -m benchmarks.classifiers --write` -->",
    "<!-- end of figures -->",
)
FOLDS, SEEDS = 5, (0, 1)


def table() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return 57 columns (all but ``length``), genres and artists of the 640 clips."""
    allowed = {*gtzan.listed("train"), *gtzan.listed("valid")}
    artist_of = gtzan.artists()
    with (gtzan.data() / "features_30_sec.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if Path(row["filename"]).stem in allowed]
    clips = [Path(row["filename"]).stem for row in rows]
    left_out = {"filename", "length", "label"}
    x = np.array([[float(value) for name, value in row.items() if name not in left_out] for row in rows])
    artists = [artist_of.get(clip, f"{gtzan.UNKNOWN} of {clip}") for clip in clips]
    return x, np.array([row["label"] for row in rows]), np.unique(artists, return_inverse=True)[1]


def accuracy(name: str, x: np.ndarray, y: np.ndarray, groups: np.ndarray, seed: int) -> float:
    """Return the share of rows that are right in folds that keep groups whole."""
    labels = np.unique(y, return_inverse=True)[1]
    fold = share_out(groups, labels, [1 / FOLDS] * FOLDS, seed)
    right = np.zeros(len(y), bool)
    part = CLASSIFIERS[name]
    for held in range(FOLDS):
        learnt, asked = fold != held, fold == held
        model = make_pipeline(*([STEPS["scale"].make()] if part.scaled else []), part.make(seed))
        fitted(model, x[learnt], y[learnt], groups=groups[learnt])
        best = probabilities(model, x[asked]).argmax(axis=1)
        right[asked] = model.classes_[best] == y[asked]
    return float(right.mean())


def made(rows: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return a table of 50 columns and ten genres that overlap, four rows to an artist."""
    rng = np.random.default_rng(0)
    genres = np.arange(rows) // 4 % 10
    means = 0.5 * rng.normal(size=(10, 50))
    return means[genres] + rng.normal(size=(rows, 50)), genres, np.arange(rows) // 4


def seconds(name: str, rows: int) -> float:
    """Return the processor time of one fit."""
    x, y, groups = made(rows)
    model = CLASSIFIERS[name].make(0)
    start = time.process_time()
    fitted(model, x, y, groups=groups)
    return time.process_time() - start


def lines(names: list[str]) -> list[str]:
    """Return the table, a line per classifier."""
    x, y, artists = table()
    found = [
        "| classifier | new artists | random rows | seconds for 1000 rows | grows by the power |",
        "|---|---|---|---|---|",
    ]
    for name in names:
        try:
            CLASSIFIERS[name].make()
        except EarmarkError as error:
            sys.stderr.write(f"{name} is left out: {error}\n")
            continue
        new = np.mean([accuracy(name, x, y, artists, seed) for seed in SEEDS])
        random = np.mean([accuracy(name, x, y, np.arange(len(y)), seed) for seed in SEEDS])
        seconds(name, 100)
        few, more, many = (seconds(name, rows) for rows in (500, 1000, 2000))
        grows = math.log2(many / few) / 2
        found.append(f"| `{name}` | {new:.3f} | {random:.3f} | {more:.2g} | {grows:.1f} |")
        sys.stderr.write(found[-1] + "\n")
    return found


def main() -> None:
    """Print the table, or write it into the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("names", nargs="*", help="classifiers; all unless told, and all to write")
    asked = parser.parse_args()
    told = "\n".join(lines(list(CLASSIFIERS) if asked.write or not asked.names else asked.names))
    if not asked.write:
        print(told)
        return
    put(PAGE, BEGIN, END, told)


if __name__ == "__main__":
    main()
