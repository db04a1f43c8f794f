"""What tells a kind of music that a model has not heard: one genre after the other is left out.

``python -m benchmarks.foreign_music`` prints the table; ``--write`` puts it into docs/calibration.md. Of
GTZAN only clips of the published train and valid lists are read (of musiCNN's tags the train list). A model
learns from two thirds of the artists of nine genres; the area under the curve says how well a score tells
songs of the tenth from songs of the nine by the other artists. All artists of the tenth are left out of
training.
"""

import argparse
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy.special import logsumexp, softmax
from sklearn.ensemble import RandomForestClassifier
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.preprocessing import StandardScaler
from tools import gtzan

from benchmarks.between import put
from benchmarks.classifiers import table
from earmark.models.foreign import foreign

PAGE = Path(__file__).parents[1] / "docs" / "calibration.md"
BEGIN = "<!-- foreign music: written by `python -m benchmarks.foreign_music --write` -->"
END = "<!-- end of foreign music -->"
PARTS, BAGS, NEIGHBOURS = 3, 6, 5
Array = np.ndarray


def hand_made() -> tuple[Array, Array, Array]:
    """Return 57 columns in signed logarithms, genres and artists of 640 clips."""
    x, y, artists = table()
    return np.sign(x) * np.log1p(np.abs(x)), y, artists


def tags() -> tuple[Array, Array, Array]:
    """Return statistics of musiCNN's tags, genres and artists of 443 clips."""
    songs = gtzan.stored_songs()
    x = np.array([song.patches.mean(axis=0) for song in songs])
    return (
        x,
        np.array([song.genre for song in songs]),
        np.unique([s.artist for s in songs], return_inverse=True)[1],
    )


TABLES: dict[str, tuple[Callable[[], tuple[Array, Array, Array]], float]] = {
    "57 columns": (hand_made, 0.3),
    "musiCNN's tags": (tags, 0.01),
}
"""Where from, and the penalty of logistic regression."""


def scores(x: Array, y: Array, asked: Array, penalty: float) -> dict[str, Array]:
    """Return how foreign each row asked for is, by each score; more is more foreign."""
    scaler = StandardScaler().fit(x)
    heard, new = scaler.transform(x), scaler.transform(asked)
    made = LogisticRegression(C=penalty, max_iter=500).fit(heard, y)
    logits = made.decision_function(new)
    p = softmax(logits, axis=1)
    one_hot = (y[:, None] == made.classes_).astype(float)
    kernel = KernelRidge(kernel="rbf", gamma=2 / x.shape[1], alpha=1.0).fit(heard, one_hot)
    apart = np.sqrt(((new[:, None] - heard[None]) ** 2).mean(axis=2))
    forest = RandomForestClassifier(200, min_samples_leaf=2, random_state=0).fit(heard, y)
    largest = -p.max(axis=1)
    return {
        "kernel ridge, largest answer": -kernel.predict(new).max(axis=1),
        f"mean distance to the {NEIGHBOURS} nearest songs": np.sort(apart, axis=1)[:, :NEIGHBOURS].mean(
            axis=1
        ),
        "distance to the nearest genre (what Earmark uses)": foreign(x, y, list(made.classes_)).distance(
            asked
        ),
        "forest, largest probability": -forest.predict_proba(new).max(axis=1),
        "disagreement of six models": _disagreement(heard, y, new, made.classes_, penalty),
        "largest probability; emptiness of a conformal set": largest,
        "entropy": _entropy(p),
        "energy": -logsumexp(logits, axis=1),
    }


def _disagreement(heard: Array, y: Array, new: Array, genres: Array, penalty: float) -> Array:
    """Return the entropy of the mean less the mean entropy of models of songs drawn again."""
    rng, found = np.random.default_rng(0), []
    for _ in range(BAGS):
        rows = rng.integers(0, len(y), len(y))
        made = LogisticRegression(C=penalty, max_iter=300).fit(heard[rows], y[rows])
        p = np.zeros((len(new), len(genres)))
        p[:, np.searchsorted(genres, made.classes_)] = made.predict_proba(new)
        found.append(p)
    return _entropy(np.mean(found, axis=0)) - np.mean([_entropy(p) for p in found], axis=0)


def _entropy(p: Array) -> Array:
    return -(p * np.log(p + 1e-12)).sum(axis=1)


def areas(x: Array, y: Array, artists: Array, penalty: float) -> dict[str, list[float]]:
    """Return for each score the area of each genre left out."""
    part_of = np.random.default_rng(0).permutation(artists.max() + 1)[artists] % PARTS
    found: dict[str, list[float]] = {}
    for genre in np.unique(y):
        left_out = y == genre
        told: dict[str, list[float]] = {}
        for part in range(PARTS):
            heard = ~left_out & (part_of != part) & ~np.isin(artists, artists[left_out])
            asked = left_out | (part_of == part)
            for name, values in scores(x[heard], y[heard], x[asked], penalty).items():
                told.setdefault(name, []).append(roc_auc_score(left_out[asked], values))
        for name, each in told.items():
            found.setdefault(name, []).append(float(np.mean(each)))
    return found


def lines() -> list[str]:
    """Return the table, a line per score."""
    found = {where: areas(*read(), penalty) for where, (read, penalty) in TABLES.items()}
    heads = " | ".join(f"{where}: mean | least | most" for where in found)
    told = [f"| score | {heads} |", "|---" * (1 + 3 * len(found)) + "|"]
    first = next(iter(found.values()))
    for name in first:
        cells = [
            f"{value:.2f}"
            for one in found.values()
            for value in (np.mean(one[name]), min(one[name]), max(one[name]))
        ]
        told.append(f"| {name} | {' | '.join(cells)} |")
    return told


def main() -> None:
    """Print the table, or write it into the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # no convergence shows in the areas
        told = "\n".join(lines())
    if not asked.write:
        print(told)
        return
    put(PAGE, BEGIN, END, told)


if __name__ == "__main__":
    main()
