"""How far probabilities, sets, sure answers and refusals of the shipped recipes can be believed.

``python -m benchmarks.calibration`` prints the table; ``--write`` puts it into docs/calibration.md. The way
is that of ``earmark train``: calibration, thresholds and refusals are learnt inside each fold. Of GTZAN only
clips of the published train and valid lists are read.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from tools import calibration, gtzan

from benchmarks.between import put
from earmark.dataset import read
from earmark.dataset.describe import described
from earmark.dataset.table import Dataset
from earmark.evaluate import Evaluation, Score
from earmark.executors import executor
from earmark.models import train
from earmark.models.lesson import Lesson, lesson
from earmark.models.pipeline import columns_of
from earmark.models.recipe import recipe
from earmark.service.training import evaluated

PAGE = Path(__file__).parents[1] / "docs" / "calibration.md"
BEGIN = "<!-- figures: written by `python -m benchmarks.calibration --write` -->"
END = "<!-- end of figures -->"
MOST_ROWS = 3000
DRAWS = 5
"""Of the folds, whose figures differ where artists are few."""

WAYS = {
    "GTZAN, 57 columns": ("quick", "small-table", "new-artists", "forest"),
    "GTZAN, what musiCNN hears": ("own-genres",),
    "S3's 15 genres": ("quick", "large-table"),
}
WITHOUT = ("popularity", "duration_ms", "length", "time_signature")


def hand_made() -> tuple[Dataset, tuple[str, ...]]:
    """Return the published columns of the 640 clips of the train and valid lists."""
    known = {*gtzan.listed("train"), *gtzan.listed("valid")}
    frame = pd.read_csv(gtzan.data() / "features_30_sec.csv").drop(columns="length")
    frame["clip"] = [Path(name).stem for name in frame["filename"]]
    frame = frame[frame["clip"].isin(known)].drop(columns="filename").reset_index(drop=True)
    return _by_artist(frame), ("artist",)


def tags() -> tuple[Dataset, tuple[str, ...]]:
    """Return what `earmark train FOLDER` hears of the train list and of what is here of the valid list."""
    songs = [*gtzan.stored_songs(), *gtzan.heard_songs("valid")]
    frame = pd.DataFrame(calibration.means_of(songs)).add_prefix("input")
    frame["clip"] = [song.clip for song in songs]
    frame["label"] = [song.genre for song in songs]
    return _by_artist(frame), ("artist",)


def _by_artist(frame: pd.DataFrame) -> Dataset:
    artists = gtzan.artists()
    frame = frame.assign(artist=[artists.get(clip, f"{gtzan.UNKNOWN} of {clip}") for clip in frame["clip"]])
    return described(frame, "GTZAN", label="label")


def fifteen() -> tuple[Dataset, tuple[str, ...]]:
    """Return songs of S3's table, copies of a sound on one side."""
    return _some(read(gtzan.data().parent / "spotify15" / "genres_v2.csv")), ()


def _some(dataset: Dataset) -> Dataset:
    """Return rows drawn at random, for time's sake."""
    frame = dataset.frame.sample(min(MOST_ROWS, len(dataset.frame)), random_state=0).reset_index(drop=True)
    return replace(dataset, frame=frame)


TABLES = dict(zip(WAYS, (hand_made, tags, fifteen), strict=True))


def told_of(name: str, given: Lesson, seed: int) -> Evaluation:
    """Return what a recipe reaches in folds drawn by a seed."""
    chosen = recipe(name)
    chosen = replace(chosen, seed=seed, without=(*chosen.without, *WITHOUT))
    columns = columns_of(given.dataset.schema, chosen)
    folds = train.plan(given, chosen).folds
    with executor("inline") as work:
        found = train.answers(chosen, columns, train.rows_of(given, columns), folds, work=work)
    return evaluated(given, found, seed)


def mean_of(draws: Sequence[Score]) -> str:
    """Return a figure with its interval, each the mean over draws.

    Examples
    --------
    >>> mean_of([Score(0.5, 0.4, 0.6), Score(0.7, 0.5, 0.9)])
    '0.600 [0.450, 0.750]'
    """
    figures = np.array([(one.value, one.low, one.high) for one in draws], np.float64)
    return str(Score(*figures.mean(axis=0).tolist()))


def line(where: str, name: str, given: Lesson) -> str:
    """Return what a recipe reaches, as a line of the table."""
    draws = [told_of(name, given, seed) for seed in range(DRAWS)]
    worths = [one.verdicts for one in draws if one.verdicts is not None]
    if len(worths) < DRAWS:
        sys.exit(f"{name} was not calibrated on {where}")
    scores = [one.tracks for one in draws]
    ece, half = (np.mean([one.value(what) for one in scores]) for what in ("ece", "surest_half"))
    figures = (
        f"{scores[0].rows} songs, {scores[0].groups} groups",
        mean_of([one.metrics["accuracy"] for one in scores]),
        f"{ece:.3f} ({np.mean([one.ece_by_chance for one in scores]):.3f})",
        mean_of([one.covered for one in worths]),
        f"{np.mean([one.size for one in worths]):.1f}",
        f"{np.mean([one.sure.value for one in worths]):.0%}",
        mean_of([one.sure_right for one in worths]),
        mean_of([one.refused for one in worths]),
        f"{half:.3f}",
    )
    return f"| {where} | `{name}` | {' | '.join(figures)} |"


def lines(asked: list[str]) -> list[str]:
    """Return the table."""
    found = [
        "| table | recipe | tested | accuracy | calibration error (by chance) | sets of 90 % hold "
        "| genres a set | sure | right where sure | wrongly refused | surest half right |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for where, names in WAYS.items():
        if asked and not any(word in where for word in asked):
            continue
        given = lesson(*TABLES[where]())
        for name in names:
            found.append(line(where, name, given))
            sys.stderr.write(found[-1] + "\n")
    return found


def main() -> None:
    """Print the table, or write it into the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("tables", nargs="*", help="words of the tables; all unless told, and all to write")
    asked = parser.parse_args()
    told = "\n".join(lines([] if asked.write else asked.tables))
    if not asked.write:
        print(told)
        return
    put(PAGE, BEGIN, END, told)


if __name__ == "__main__":
    main()
