"""How well musiCNN's tags tell the genres of artists never heard, by several heads on the same folds.

``python -m benchmarks.gtzan_tags`` prints the table, ``--write`` puts it into docs/gtzan-honest.md. The songs
are the 443 clips of the published train list by their stored tags, and those of the valid list whose audio is
here.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from tools import calibration
from tools.gtzan import GENRES, Song, heard_songs, stored_songs

from benchmarks import own_genres
from benchmarks.gtzan_rows import Array, Codes
from benchmarks.gtzan_tried import made
from earmark.evaluate import Evaluation, evaluate
from earmark.models.classifiers import CLASSIFIERS
from earmark.models.classifiers.ridge import KernelRidge
from earmark.models.head import softmax
from earmark.models.steps import STEPS
from earmark.models.steps.routing import fitted, probabilities

PAGE = Path(__file__).parents[1] / "docs" / "gtzan-honest.md"
BEGIN = "<!-- tags: written by `python -m benchmarks.gtzan_tags --write` -->"
SEEDS = (200, 201, 202)
"""Of ten folds; neither the built-in model's head nor anything else was chosen on these."""

Head = Callable[[Sequence[Song], Array], Array]
"""Learns from songs and returns probabilities of others, given their inputs of shape (songs, 100)."""


def artists(songs: Sequence[Song]) -> Codes:
    """Return the number of each song's artist; of a clip of unknown artist, one of its own."""
    return np.asarray(np.unique([song.artist for song in songs], return_inverse=True)[1], np.int64)


def built_in(train: Sequence[Song], inputs: Array) -> Array:
    """Return the answers of a head made as the built-in model's, calibrated on folds of its own songs."""
    learnt = calibration.calibrate(train, n_repeats=1)
    weights, bias = calibration.fit(train, learnt)
    return softmax((inputs @ weights + bias) / learnt.temperature)


def by(*parts: object) -> Head:
    """Return a head of a pipeline's parts."""

    def head(train: Sequence[Song], inputs: Array) -> Array:
        x, y = calibration.means_of(train), calibration.labels_of(train)
        return np.asarray(probabilities(fitted(made(parts), x, y, groups=artists(train)), inputs), np.float64)

    return head


def shipped(train: Sequence[Song], inputs: Array) -> Array:
    """Return the answers of the recipe `own-genres`, calibrated on folds of its own songs."""
    x, y = calibration.means_of(train), calibration.labels_of(train)
    return own_genres.answers(own_genres.SHIPPED, x, y, artists(train), inputs)


HEADS: dict[str, Head] = {
    "as the built-in model: two discriminants in which large artists count less, calibrated": built_in,
    "`scale`, `lda`": by("scale", "lda"),
    "`scale`, `logistic` with C = 0.01": by("scale", CLASSIFIERS["logistic"].make(0, C=0.01)),
    "the recipe `own-genres`: `whiten`, `logistic-balanced`, calibrated": shipped,
    "`whiten`, `logistic` with C = 0.03": by(
        STEPS["whiten"].make(shrink=0.3), CLASSIFIERS["logistic"].make(0, C=0.03)
    ),
    "`whiten`, `kernel-ridge` as `new-artists`": by(
        STEPS["whiten"].make(shrink=0.1), KernelRidge(width=3.0, kernel="matern", balance=0.5)
    ),
}


def judged(songs: Sequence[Song], head: Head, folds: Sequence[tuple[Codes, Codes]]) -> Evaluation:
    """Return how good a head is on songs of artists that it has not heard."""
    inputs = calibration.means_of(songs)
    p = np.zeros((len(songs), len(GENRES)))
    for train, asked in folds:
        p[asked] = head([songs[i] for i in train], inputs[asked])
    genres, sides = [song.genre for song in songs], [song.side for song in songs]
    return evaluate(genres, p, GENRES, None, sides, resamples=1000)


def section(songs: Sequence[Song]) -> str:
    """Return the part of the page."""
    lines = []
    for what, head in HEADS.items():
        found = [judged(songs, head, calibration.artist_folds(songs, seed)) for seed in SEEDS]
        told = []
        for name in ("accuracy", "surest_half", "ece"):
            values = [one.tracks.value(name) for one in found]
            score = found[0].tracks.metrics[name]
            interval = "" if name == "ece" else f" ({score.low:.3f} to {score.high:.3f})"
            told.append(f"{np.mean(values):.3f}{interval}")
        lines.append(f"| {what} | {' | '.join(told)} |")
        sys.stderr.write(lines[-1] + "\n")
    return "\n".join(
        [
            "## With what musiCNN hears",
            "",
            f"{len(songs)} clips of the train and valid lists, ten folds by artist drawn {len(SEEDS)} times:",
            f"means, and 95 % intervals of the folds of seed {SEEDS[0]} by drawing artists. Clips of a genre",
            "whose artist is unknown stand on one side together. While they learn, heads take each for an",
            "artist of its own, as `earmark train` does with songs that have no tag. The verdict *not music*",
            "is left out here; the built-in model's card has its figures with it. Its head and `own-genres`",
            "were chosen on other folds of these clips. Heads that are not said to be calibrated are not,",
            "which their ECE shows.",
            "",
            "| head on mean log-odds and cube roots of 50 tags | accuracy | surer half | ECE |",
            "|---|---|---|---|",
            *lines,
            "",
        ]
    )


def main() -> None:
    """Print the table, or write it into the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    told = section([*stored_songs(), *heard_songs("valid")])
    if asked.write:
        before = PAGE.read_text(encoding="utf-8").partition(BEGIN)[0].rstrip()
        PAGE.write_text(f"{before}\n\n{BEGIN}\n\n{told}", encoding="utf-8")
    print(told)


if __name__ == "__main__":
    main()
