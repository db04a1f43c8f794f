"""How well few songs of each genre teach a model to tell songs by artists that it has not heard.

``python -m benchmarks.own_genres`` prints the table, ``--write`` puts it into docs/training.md. The songs are
those of the published train list by their stored tags, and those of the valid list whose audio is here. Half
of each genre's artists, drawn anew each time, may be learnt from; all songs of those who were not are asked.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from tools import calibration
from tools.gtzan import GENRES, heard_songs, stored_songs

from benchmarks.between import put
from earmark.errors import TrainingError
from earmark.models.classifiers._base import log_loss
from earmark.models.genre_folders import INPUTS
from earmark.models.learning import Rows, learn
from earmark.models.pipeline import Columns
from earmark.models.recipe import Recipe, parse, recipe

PAGE = Path(__file__).parents[1] / "docs" / "training.md"
BEGIN = "<!-- few songs: written by `python -m benchmarks.own_genres --write` -->"
END = "<!-- end of few songs -->"
FEW = (2, 4, 8, 20)
DRAWS = 10
SEED = 4000
"""Of the draws; the recipe was chosen on others, of the same songs."""

Array = np.ndarray

SHIPPED = recipe("own-genres")
HEADS = {
    "`own-genres`: whitened within genres, logistic, large artists count less": SHIPPED,
    "whitened within genres, logistic with C = 0.03": parse(
        '[[step]]\nname = "whiten"\nshrink = 0.3\n[classifier]\nname = "logistic"\nC = 0.03\n'
    ),
    "scaled, logistic with C = 0.01": parse(
        '[[step]]\nname = "scale"\n[classifier]\nname = "logistic"\nC = 0.01\n'
    ),
    "scaled, discriminant analysis": parse('[[step]]\nname = "scale"\n[classifier]\nname = "lda"\n'),
}
"""What is compared; all are calibrated as the first is."""


def answers(chosen: Recipe, x: Array, codes: Array, artists: Array, asked: Array) -> Array:
    """Return what a recipe learns of songs to answer others, calibrated as `earmark train FOLDER` does it.

    Parameters
    ----------
    chosen : Recipe
        How to learn.
    x, asked : array of float, shape (songs, 100)
        What is heard of songs to learn from, and of those asked.
    codes, artists : array of int, shape (songs,)
        Numbers of their genres and artists.
    """
    given = pd.DataFrame(x, columns=list(INPUTS))
    rows = Rows(given, codes, np.arange(len(x)), artists, len(GENRES))
    made, calibrated = learn(chosen, Columns(INPUTS), rows)
    p = made.proba(pd.DataFrame(asked, columns=list(INPUTS)))
    return p if calibrated is None else calibrated.calibration(p)


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


def scores(few: int, x: Array, genres: Array, sides: Array, artists: Array) -> Array:
    """Return accuracy and log loss of each head, the mean over draws, shape (heads, 2).

    The loss is NaN for one that cannot be calibrated: so few songs are still fewer where some are held back.
    """
    found = np.zeros((len(HEADS), 2))
    codes = np.array([GENRES.index(genre) for genre in genres])
    for draw in range(DRAWS):
        learnt, asked = drawn(few, genres, sides, np.random.default_rng(SEED + draw))
        known = np.unique(artists[learnt], return_inverse=True)[1]
        for at, chosen in enumerate(HEADS.values()):
            alike = replace(chosen, calibration=SHIPPED.calibration)
            try:
                p = answers(alike, x[learnt], codes[learnt], known, x[asked])
            except TrainingError:
                bare = replace(chosen, calibration=None)
                p = answers(bare, x[learnt], codes[learnt], known, x[asked])
                found[at, 1] = np.nan
            found[at] += (p.argmax(axis=1) == codes[asked]).mean(), log_loss(p, codes[asked])
    return found / DRAWS


def told(accuracy: float, loss: float) -> str:
    """Return a cell of the table."""
    return f"{accuracy:.3f} ({'not calibrated' if np.isnan(loss) else f'{loss:.2f}'})"


def table() -> str:
    """Return the table."""
    songs = [*stored_songs(), *heard_songs("valid")]
    x = calibration.means_of(songs)
    genres = np.array([song.genre for song in songs])
    sides = np.unique([song.side for song in songs], return_inverse=True)[1]
    artists = np.array([song.artist for song in songs])
    found = []
    for few in FEW:
        found.append(scores(few, x, genres, sides, artists))
        sys.stderr.write(f"{few}: {found[-1]}\n")
    head = f"| | {' | '.join(f'{few} songs a genre' for few in FEW)} |"
    rows = [f"| {what} | {' | '.join(told(*one[row]) for one in found)} |" for row, what in enumerate(HEADS)]
    return "\n".join([head, f"|---|{'---|' * len(FEW)}", *rows])


def main(given: Sequence[str] | None = None) -> None:
    """Print the table, or write it into the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args(given)
    text = table()
    if asked.write:
        put(PAGE, BEGIN, END, text)
    else:
        print(text)


if __name__ == "__main__":
    main()
