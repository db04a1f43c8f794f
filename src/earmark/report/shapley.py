"""The part of a page about a model that shows what each column adds to each genre: its SHAP values."""

from collections.abc import Sequence

import numpy as np

from earmark.evaluate.shapley import PROBABILITY, Shapley, Without
from earmark.figures import matrix, swarm
from earmark.models.probabilities import Codes
from earmark.report.page import Cell, Drawn, Head, Rows, Section, Words, written

_MOST_COLUMNS, _MOST_ROWS, _MOST_LISTED = 24, 12, 200
_CLEAR = 0.5  # from here on a rank correlation says which values speak for a genre


def shapley_section(found: Shapley | Without) -> Section:
    """Return the section on SHAP values, or on why there are none."""
    if isinstance(found, Without):
        return Section("SHAP values", [Words(f"SHAP values are not told of this model: {found.reason}.")])
    order = np.argsort(-found.strength.mean(axis=0), kind="stable")
    return Section("SHAP values", [
        Drawn.of(matrix.draw(_matrix(found, order[:_MOST_COLUMNS])), "shap"),
        Words(_how(found)),
        Drawn.of(swarm.draw(_swarms(found)), "shap-songs"),
        Words(
            "Each dot is a song. To the right of 0 the column speaks for the genre that is named at the "
            "right, to the left against it; each column is shown for the genre that it moves most."
        ),
        _rows(found, order[:_MOST_LISTED]),
        *([_families(found)] if set(found.families) != set(found.columns) else []),
    ])  # fmt: skip


def strongest(found: Shapley | Without) -> str:
    """Return in one line which column moves which genre most; nothing if that is not known."""
    if isinstance(found, Without):
        return ""
    genre, column = np.unravel_index(int(found.strength.argmax()), found.strength.shape)
    said = amount(found, float(found.strength[genre, column]))
    return f"{found.columns[column]} moves {found.genres[genre]} most, by {said} on average"


def amount(found: Shapley, value: float) -> str:
    """Return in words how much a column adds or takes."""
    if found.unit == PROBABILITY:
        return f"{written(100 * value, '.1f')} points"
    return f"{written(value, '.2f')} log-odds"


def _points(found: Shapley) -> tuple[float, str, str]:
    """Return by what values are multiplied, how they are then written, and what they are."""
    if found.unit == PROBABILITY:
        return 100.0, ".1f", "points (hundredths) of probability"
    return 1.0, ".2f", found.unit


def _finer(found: Shapley) -> tuple[float, str, str]:
    """Return the same for tables, which have room for another digit."""
    times, form, unit = _points(found)
    return times, f".{int(form[1]) + 1}f", unit


def _how(found: Shapley) -> str:
    songs = len(found.values)
    some = (
        f"all {songs} songs" if songs == found.songs else f"{songs} songs, drawn by chance from {found.songs}"
    )
    return (
        f"For each song a genre's score ({found.unit}, before calibration) is the mean score over "
        f"{found.beside} and what each column adds to that: its SHAP values, exactly. Shown is the mean of "
        f"how much they add or take, over {some}. They tell what the model does with a column, right or "
        "wrong; what it would lose without it, the falls in accuracy above tell."
    )


def _matrix(found: Shapley, shown: Codes) -> matrix.Matrix:
    times, form, unit = _points(found)
    values = times * found.strength[:, shown].T
    some = (
        f"{len(shown)} strongest of {len(found.columns)} columns; " if len(shown) < len(found.columns) else ""
    )
    return matrix.Matrix(
        strongest(found),
        f"{some}{unit}, mean over {len(found.values)} songs",
        [found.columns[at] for at in shown],
        found.genres,
        values,
        [[written(float(one), form) for one in line] for line in values],
        across="genre",
    )


def _swarms(found: Shapley) -> swarm.Swarms:
    times, _, unit = _points(found)
    most = found.strength.max(axis=0)
    ranks, rows, titles = found.ranks, [], []
    for column in np.argsort(-most, kind="stable")[:_MOST_ROWS].tolist():
        genre = int(found.strength[:, column].argmax())
        places = times * found.values[:, genre, column]
        rows.append(swarm.Swarm(found.columns[column], f"→ {found.genres[genre]}", places, ranks[:, column]))
        titles.append(_title(found.columns[column], found.genres[genre], found.slant(genre, column)))
    return swarm.Swarms(
        titles[0],
        f"{len(found.values)} songs; blue: the column is low, orange: high",
        f"added to the genre's score, {unit}",
        rows,
    )


def _title(column: str, genre: str, slant: float) -> str:
    if abs(slant) < _CLEAR:
        return f"{column} moves {genre}, both ways"
    return f"{'High' if slant > 0 else 'Low'} {column} speaks for {genre}"


def _rows(found: Shapley, order: Codes) -> Rows:
    times, form, _ = _finer(found)
    heads = [
        Head("column", "text"), Head("family", "text"), Head("mean", form=form),
        *(Head(one, form=form) for one in found.genres),
    ]  # fmt: skip
    values = times * found.strength
    rows: list[list[Cell]] = [
        [found.columns[at], found.families[at], float(values[:, at].mean()), *map(float, values[:, at])]
        for at in order
    ]
    some = f"the {len(order)} strongest columns" if len(order) < len(found.columns) else "each column"
    return Rows(f"SHAP values, {some}", heads, rows)


def _families(found: Shapley) -> Rows:
    times, form, _ = _finer(found)
    names, values = found.by_family()
    values = times * values
    heads: Sequence[Head] = [
        Head("family", "text"), Head("mean", form=form), *(Head(one, form=form) for one in found.genres)
    ]  # fmt: skip
    rows: list[list[Cell]] = [
        [names[at], float(values[:, at].mean()), *map(float, values[:, at])]
        for at in np.argsort(-values.mean(axis=0), kind="stable")
    ]
    return Rows("SHAP values, columns of a family together", heads, rows)
