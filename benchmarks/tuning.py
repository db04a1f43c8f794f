"""What tuning gains on the GTZAN columns: on new artists, and what it seems to gain on random rows.

``python -m benchmarks.tuning`` prints the table; ``--write`` puts it into docs/tuning.md. Only clips of the
published train and valid lists are read.
"""

import argparse
import csv
import json
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tools import gtzan

from benchmarks.between import put
from earmark.models.search_space import at
from earmark.service.choosing import STUDY_FILE
from earmark.service.lab import Lab

PAGE = Path(__file__).parents[1] / "docs" / "tuning.md"
BEGIN, END = (
    "<!-- figures: written by `python -m benchmarks.tuning --write` -->",
    "<!-- end of figures -->",
)
TRIALS = 24
LOG = '[[step]]\nname = "signed-log"\n'
SCALE = '[[step]]\nname = "scale"\n'
RECIPES = {
    "knn": SCALE + '[classifier]\nname = "knn"\n',
    "logistic": LOG + SCALE + '[classifier]\nname = "logistic"\n',
    "kernel-ridge": LOG + SCALE + '[classifier]\nname = "kernel-ridge"\n',
}
METHODS = ("random", "tpe")


def table(folder: Path) -> Path:
    """Write 57 columns (all but ``length``), genre and artist of the 640 clips."""
    allowed = {*gtzan.listed("train"), *gtzan.listed("valid")}
    artist_of = gtzan.artists()
    with (gtzan.data() / "features_30_sec.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if Path(row["filename"]).stem in allowed]
    path = folder / "gtzan.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        names = [name for name in rows[0] if name not in ("length", "filename", "label")]
        writer = csv.writer(file)
        writer.writerow(["track_id", "artist", *names, "genre"])
        for row in rows:
            clip = Path(row["filename"]).stem
            artist = artist_of.get(clip, f"{gtzan.UNKNOWN} of {clip}")
            writer.writerow([clip, artist, *(row[name] for name in names), row["label"]])
    return path


def chosen_on_random_rows(models: Path) -> tuple[float, dict[str, Any]]:
    """Return the best score of a search on random rows, which a paper may print, and its point."""
    found: list[tuple[float, int, str]] = []
    for study in models.glob(f"tune@*/{STUDY_FILE}"):
        file = sqlite3.connect(study)
        found += file.execute(
            "SELECT score, -number, point FROM trial WHERE search = 'random rows' AND state = 'done'"
        ).fetchall()
        file.close()
    score, _, point = max(found)
    return score, json.loads(point)


def lines(names: list[str], folder: Path) -> Iterator[str]:
    """Yield the table, a line per recipe and method."""
    songs = table(folder)
    yield (
        "| classifier | search | new artists: as it stands | tuned | tuned on random rows "
        "| random rows: as it stands | tuned | chosen on |"
    )
    yield "|---|---|---|---|---|---|---|---|"
    for name in names:
        recipe = folder / f"{name}.toml"
        recipe.write_text(f'name = "{name}"\n{RECIPES[name]}', encoding="utf-8")
        stands = Lab(folder / "plain").train(songs, recipe, naive=True, workers=1).evaluation
        for method in METHODS:
            models = folder / f"{name}-{method}"
            tuned = Lab(models).tune(songs, recipe, method=method, trials=TRIALS, naive=True, workers=1)
            seeming, point = chosen_on_random_rows(models)
            misled = folder / f"{name}-{method}.toml"
            misled.write_text(at(tuned.recipe, point).to_toml(), encoding="utf-8")
            really = Lab(folder / "misled").train(songs, misled, workers=1).evaluation
            figures = [
                *(one.tracks.value("accuracy") for one in (stands, tuned.evaluation, really)),
                *(one.naive.tracks.value("accuracy") for one in (stands, tuned.evaluation) if one.naive),
                seeming,
            ]
            yield f"| `{name}` | {method} | {' | '.join(f'{one:.3f}' for one in figures)} |"


def main() -> None:
    """Print the table, or write it into the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--folder", type=Path, help="where studies are kept, to go on from there")
    parser.add_argument("names", nargs="*", help="recipes; all unless told, and all to write")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as empty:
        folder = asked.folder or Path(empty)
        folder.mkdir(exist_ok=True)
        told = []
        for line in lines(list(RECIPES) if asked.write or not asked.names else asked.names, folder):
            told.append(line)
            sys.stderr.write(line + "\n")
    if not asked.write:
        print("\n".join(told))
        return
    put(PAGE, BEGIN, END, "\n".join(told))


if __name__ == "__main__":
    main()
