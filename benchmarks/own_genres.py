"""How well few songs of each genre teach a model to tell songs by artists that it has not heard.

``python -m benchmarks.own_genres`` prints the table, ``--write`` puts it into docs/training.md. The songs are
those of the published train list by their stored tags, and those of the valid list whose audio is here. Half
of each genre's artists, drawn anew each time, may be learnt from; all songs of those who were not are asked.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sklearn.pipeline import make_pipeline
from tools import calibration
from tools.gtzan import GENRES, heard_songs, stored_songs

from benchmarks.between import put
from earmark.models.classifiers import CLASSIFIERS
from earmark.models.classifiers._base import log_loss
from earmark.models.recipe import recipe
from earmark.models.steps import STEPS
from earmark.models.steps.routing import fitted, probabilities

PAGE = Path(__file__).parents[1] / "docs" / "training.md"
BEGIN = "<!-- few songs: written by `python -m benchmarks.own_genres --write` -->"
END = "<!-- end of few songs -->"
FEW = (2, 4, 8, 20)
DRAWS = 10
SEED = 4000
"""Of the draws; the recipe was chosen on others, of the same songs."""

Array = np.ndarray

HEADS = {
    "`own-genres`: whitened within genres, logistic": None,
    "scaled, logistic with C = 0.01": ("scale", CLASSIFIERS["logistic"].make(0, C=0.01)),
    "scaled, discriminant analysis": ("scale", CLASSIFIERS["lda"].make(0)),
}
"""What is compared; None stands for the recipe as it is shipped."""


def made(parts: tuple[object, ...] | None) -> object:
    """Return an unfitted pipeline."""
    if parts is None:
        shipped = recipe("own-genres")
        steps = [STEPS[one.name].make(0, **one.parameters) for one in shipped.steps]
        return make_pipeline(
            *steps, CLASSIFIERS[shipped.classifier.name].make(0, **shipped.classifier.parameters)
        )
    return make_pipeline(*(STEPS[part].make(0) if isinstance(part, str) else part for part in parts))


def drawn(few: int, genres: Array, artists: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    """Return songs to learn from, of as many artists as may be, and all songs of other artists."""
    learnt: list[int] = []
    for genre in GENRES:
        of_genre = np.flatnonzero(genres == genre)
        names = rng.permutation(np.unique(artists[of_genre]))
        allowed = rng.permutation(of_genre[np.isin(artists[of_genre], names[: max(1, len(names) // 2)])])
        turn = [int((artists[allowed[:at]] == artists[song]).sum()) for at, song in enumerate(allowed)]
        learnt += allowed[np.argsort(turn, kind="stable")[:few]].tolist()
    chosen = np.array(learnt)
    return chosen, np.flatnonzero(~np.isin(artists, artists[chosen]))


def scores(few: int, x: Array, genres: Array, artists: Array) -> Array:
    """Return accuracy and log loss of each head, the mean over draws, shape (heads, 2)."""
    found = np.zeros((len(HEADS), 2))
    for draw in range(DRAWS):
        learnt, asked = drawn(few, genres, artists, np.random.default_rng(SEED + draw))
        for at, parts in enumerate(HEADS.values()):
            model = fitted(made(parts), x[learnt], genres[learnt], groups=artists[learnt])
            p = probabilities(model, x[asked])
            true = np.searchsorted(model.classes_, genres[asked])
            found[at] += (p.argmax(axis=1) == true).mean(), log_loss(p, true)
    return found / DRAWS


def table() -> str:
    """Return the table."""
    songs = [*stored_songs(), *heard_songs("valid")]
    x = calibration.means_of(songs)
    genres = np.array([song.genre for song in songs])
    artists = np.unique([song.side for song in songs], return_inverse=True)[1]
    found = []
    for few in FEW:
        found.append(scores(few, x, genres, artists))
        sys.stderr.write(f"{few}: {found[-1]}\n")
    head = f"| | {' | '.join(f'{few} songs a genre' for few in FEW)} |"
    rows = [
        f"| {what} | {' | '.join(f'{one[row][0]:.3f} ({one[row][1]:.2f})' for one in found)} |"
        for row, what in enumerate(HEADS)
    ]
    return "\n".join([head, f"|---|{'---|' * len(FEW)}", *rows])


def main(given: Sequence[str] | None = None) -> None:
    """Print the table, or write it into the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args(given)
    told = table()
    if asked.write:
        put(PAGE, BEGIN, END, told)
    else:
        print(told)


if __name__ == "__main__":
    main()
