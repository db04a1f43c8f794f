"""An evaluation as tables that a person reads; at length with the confusion matrix and more."""

from typing import TYPE_CHECKING

from earmark.audio import shown
from earmark.cli.fits import write
from earmark.service.training import FIGURES
from earmark.service.worth import in_words

if TYPE_CHECKING:
    from earmark.evaluate import Evaluation, Scores
    from earmark.evaluate.evaluation import Genre, Subset

_WIDTH = 28
_GENRE_WIDTH = 24
_WAY_WIDTH = 24
_CELL = 8
_WIDEST_MATRIX = 20
_MOST_MISTAKES = 20
_WAYS = {
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced accuracy",
    "f1_macro": "macro F1",
    "ece": "calibration error",
    "surest_half": "the surer half",
}


def print_evaluation(evaluation: "Evaluation", votes: str, *, details: bool = False) -> None:
    """Print the figures of an evaluation, then those of each genre and subset.

    Parameters
    ----------
    evaluation : Evaluation
        What to print.
    votes : str
        How segments answer for their track, ``mean`` or ``majority``.
    details : bool
        Print the confusion matrix, reliability and accuracy of the surest as well.
    """
    scores = evaluation.main(votes)
    for name, words in FIGURES.items():
        if name in scores.metrics:
            write(f"{words:<{_WIDTH}}{scores.metrics[name]}")
    if evaluation.verdicts is not None:
        for what, told in in_words(evaluation.verdicts).items():
            write(f"{what:<{_WIDTH}}{told}")
    if evaluation.naive is not None:
        naive = evaluation.naive.tracks.metrics["accuracy"]
        write(f"{'NAIVE accuracy':<{_WIDTH}}{naive}  of rows drawn one by one: not to be believed")
    if evaluation.votes is not None and evaluation.segments is not None:
        _print_ways(evaluation.tracks, evaluation.votes, evaluation.segments)
    _print_genres(scores)
    for kind, subsets in evaluation.subsets.items():
        _print_subsets(kind, subsets)
    if details:
        _print_matrix(scores)
        _print_reliability(scores)


def _print_ways(tracks: "Scores", votes: "Scores", segments: "Scores") -> None:
    write("")
    heads = "".join(
        f"{words:<{_WAY_WIDTH}}" for words in ("mean probability", "majority vote", "each segment")
    )
    write(f"{'':<{_WIDTH}}{heads}".rstrip())
    write(
        f"{'answers':<{_WIDTH}}"
        + "".join(f"{one.rows:<{_WAY_WIDTH}}" for one in (tracks, votes))
        + f"{segments.rows}"
    )
    for name, words in _WAYS.items():
        told = [f"{one.metrics[name]!s:<{_WAY_WIDTH}}" for one in (tracks, votes, segments)]
        write(f"{words:<{_WIDTH}}{''.join(told)}".rstrip())
    write("a vote is as sure as n1 / (n1 + n2), the winner's segments by those of the first two")


def _print_genres(scores: "Scores") -> None:
    write("")
    write(
        f"{'genre':<{_GENRE_WIDTH}}{'songs':>7}{'groups':>8}{'said':>7}{'precision':>11}{'recall':>8}{'F1':>7}"
        "  mostly taken for"
    )
    for at, genre in enumerate(scores.genres):
        values = [genre.metrics[name].value for name in ("precision", "recall", "f1")]
        told = ["-" if value is None else f"{value:.2f}" for value in values]
        line = (
            f"{_column(genre.genre)}{genre.actual:>7}{genre.groups:>8}{genre.said:>7}"
            f"{told[0]:>11}{told[1]:>8}{told[2]:>7}  {_taken_for(scores, at)}"
        )
        write(line.rstrip())


def _taken_for(scores: "Scores", genre: int) -> str:
    """Return the genre that a genre's songs are mostly taken for, and how many of them."""
    if not scores.counts:
        return ""
    others = [(-count, at) for at, count in enumerate(scores.counts[genre]) if at != genre and count]
    if not others:
        return ""
    count, at = min(others)
    return f"{shown(scores.genres[at].genre)} ({-count})"


def _print_subsets(kind: str, subsets: "tuple[Subset, ...]") -> None:
    write("")
    write(f"{_column(kind)}{'songs':>7}{'groups':>8}  {'accuracy':<{_WAY_WIDTH}}macro F1")
    for one in subsets:
        accuracy, f1 = one.metrics["accuracy"], one.metrics["f1_macro"]
        write(f"{_column(one.name)}{one.rows:>7}{one.groups:>8}  {accuracy!s:<{_WAY_WIDTH}}{f1}")


def _print_matrix(scores: "Scores") -> None:
    """Print counts and shares, true genres down and answers across; of many genres the commonest mistakes."""
    write("")
    write(f"{'genre':<{_GENRE_WIDTH}}{'of the songs':>14}{'of the answers':>16}")
    for name, (actual, said) in scores.distribution.items():
        write(f"{_column(name)}{actual:>14.1%}{said:>16.1%}")
    if not scores.counts:
        return
    if len(scores.counts) > _WIDEST_MATRIX:
        _print_mistakes(scores)
        return
    shares = [[f"{share:.0%}" for share in row] for row in scores.confusion.tolist()]
    counts = [[str(count) for count in row] for row in scores.counts]
    for title, rows in (
        ("songs of a genre (down) by answer (across)", counts),
        ("in per cent of each row", shares),
    ):
        write("")
        write(title)
        write(
            f"{'':<{_GENRE_WIDTH}}" + "".join(f"{_short(one.genre, _CELL):>{_CELL}}" for one in scores.genres)
        )
        for genre, row in zip(scores.genres, rows, strict=True):
            write(f"{_column(genre.genre)}" + "".join(f"{cell:>{_CELL}}" for cell in row))


def _print_mistakes(scores: "Scores") -> None:
    found = sorted(
        (-count, i, k)
        for i, row in enumerate(scores.counts)
        for k, count in enumerate(row)
        if count and i != k
    )
    write("")
    write(f"the {min(len(found), _MOST_MISTAKES)} commonest mistakes; the whole matrix is in --json")
    for count, i, k in found[:_MOST_MISTAKES]:
        share = scores.confusion[i, k]
        write(f"{_name(scores.genres[i])} taken for {_name(scores.genres[k])}: {-count} ({share:.0%})")


def _print_reliability(scores: "Scores") -> None:
    write("")
    write(f"{'confidence':<{_GENRE_WIDTH}}{'answers':>9}{'said':>8}{'right':>8}")
    for one in scores.reliability:
        if one.rows:
            between = f"{one.low:.1f} to {one.high:.1f}"
            write(f"{between:<{_GENRE_WIDTH}}{one.rows:>9}{one.confidence:>8.2f}{one.accuracy:>8.2f}")
    write("")
    write(f"{'the surest':<{_GENRE_WIDTH}}{'right':>9}")
    for tenth, accuracy in enumerate(scores.coverage, 1):
        write(f"{f'{tenth}0 %':<{_GENRE_WIDTH}}{accuracy:>9.3f}")


def _name(genre: "Genre") -> str:
    return shown(genre.genre)


def _column(name: str) -> str:
    return f"{_short(name, _GENRE_WIDTH):<{_GENRE_WIDTH}}"


def _short(name: str, width: int) -> str:
    """Return a name that leaves a blank in a column."""
    told = shown(name)
    return told if len(told) < width else told[: width - 2] + "."
