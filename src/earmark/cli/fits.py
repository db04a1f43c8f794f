"""What ``earmark train``, ``evaluate`` and ``compare`` print alike."""

import sys
from typing import TYPE_CHECKING

from earmark.audio import shown
from earmark.service.training import FIGURES, main_scores

if TYPE_CHECKING:
    from earmark.evaluate import Evaluation

_WIDTH = 28
_GENRE_WIDTH = 24


class Status:
    """Shows on a terminal how many fits are done."""

    def __init__(self) -> None:
        self._width = 0

    def __enter__(self) -> "Status":
        return self

    def __exit__(self, *raised: object) -> None:
        self.show("")

    def __call__(self, what: str, done: int, total: int) -> None:
        """Take note of the fits that are done."""
        self.show(f"{what}: {done} of {total}")

    def show(self, line: str) -> None:
        """Put a line in the place of the one before."""
        if sys.stderr.isatty():
            sys.stderr.write("\r" + line.ljust(self._width) + ("" if line else "\r"))
            sys.stderr.flush()
            self._width = len(line)


def print_evaluation(evaluation: "Evaluation", votes: str) -> None:
    """Print the figures of an evaluation, then those of each genre."""
    scores = main_scores(evaluation, votes)
    for name, words in FIGURES.items():
        if name in scores.metrics:
            write(f"{words:<{_WIDTH}}{scores.metrics[name]}")
    if evaluation.naive is not None:
        naive = evaluation.naive.tracks.metrics["accuracy"]
        write(f"{'NAIVE accuracy':<{_WIDTH}}{naive}  of rows drawn one by one: not to be believed")
    write("")
    write(f"{'genre':<{_GENRE_WIDTH}}{'songs':>7}{'groups':>8}{'precision':>11}{'recall':>8}{'F1':>7}")
    for genre in scores.genres:
        values = [genre.metrics[name].value for name in ("precision", "recall", "f1")]
        told = ["-" if value is None else f"{value:.2f}" for value in values]
        write(
            f"{shown(genre.genre)[: _GENRE_WIDTH - 2]:<{_GENRE_WIDTH}}{genre.actual:>7}{genre.groups:>8}"
            f"{told[0]:>11}{told[1]:>8}{told[2]:>7}"
        )


def print_notes(notes: tuple[str, ...]) -> None:
    """Print what a reader must know."""
    for note in notes:
        write(f"note: {note}")


def write(line: str) -> None:
    """Write one line on stdout, whatever characters are in it."""
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(line.encode(encoding, "backslashreplace").decode(encoding) + "\n")
