"""The page about a model: what it leans on, and what it says of itself."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from earmark.evaluate.dependence import Dependence
from earmark.evaluate.families import summed
from earmark.evaluate.imitation import Imitation
from earmark.evaluate.importance import Importance, Importances
from earmark.evaluate.inside import Coefficients, Weighed
from earmark.evaluate.shapley import Shapley, Without
from earmark.figures import bars, matrix
from earmark.models.probabilities import Array, Codes
from earmark.report.behaviour import along_columns, as_tree, confidences
from earmark.report.page import Block, Cell, Drawn, Head, Page, Rows, Section, Words, written
from earmark.report.shapley import shapley_section

_PLAIN, _FAINT = "#2f6db3", "#9a9a9a"
MOST_DRAWN = 24


@dataclass(frozen=True, eq=False)
class Explained:
    """What is known of how a model answers.

    Attributes
    ----------
    model, table : str
        Their names.
    stamp : str
        Whether the model had heard any of the songs.
    notes : tuple of str
        What was left out.
    importances : Importances
        What is lost without each family of columns.
    coefficients : Coefficients or None
        Of a linear classifier.
    weighed : Weighed or None
        Of trees.
    shapley : Shapley or Without
        What each column adds to each genre's score, or why that is not known.
    imitation : Imitation or None
        A small tree that answers as the model does, or the model if it is one.
    dependence : sequence of Dependence
        How answers move along the leading columns.
    genres : tuple of str
        All genres.
    p : array of float, shape (songs, genres)
        What is answered to each song.
    y : array of int, shape (songs,)
        The number of its genre.
    """

    model: str
    table: str
    stamp: str
    notes: tuple[str, ...]
    importances: Importances
    coefficients: Coefficients | None
    weighed: Weighed | None
    shapley: Shapley | Without
    imitation: Imitation | None
    dependence: Sequence[Dependence]
    genres: tuple[str, ...]
    p: Array
    y: Codes


def explanation(found: Explained, made_by: str = "") -> Page:
    """Return the page that explains a model.

    Parameters
    ----------
    found : Explained
        What is known.
    made_by : str
        The command that makes the page.
    """
    told = found.importances
    facts = [
        ("songs", written(told.tracks, "d")),
        ("groups", written(told.groups, "d")),
        ("families of columns", written(len(told.families), "d")),
        ("accuracy", f"{told.accuracy:.3f}"),
        ("log loss, nats", f"{told.log_loss:.3f}"),
    ]
    sections = [Section("What it leans on", _importances(told)), shapley_section(found.shapley)]
    if found.coefficients is not None:
        sections.append(Section("Coefficients", _coefficients(found.coefficients)))
    if found.weighed is not None:
        sections.append(Section("What its trees use", _weighed(found.weighed)))
    if found.imitation is not None:
        sections.append(Section("As a tree", as_tree(found.imitation, found.genres)))
    if curves := along_columns(found.dependence, found.genres):
        sections.append(Section("Along columns", curves))
    if sure := confidences(found.p, found.y, found.genres):
        sections.append(Section("How sure of whom", sure))
    lead = f"On '{found.table}', {found.stamp}. " + " ".join(f"{note}." for note in found.notes)
    return Page(f"What {found.model} leans on", lead, facts, sections, made_by)


def finding(told: Importances) -> str:
    """Return in one line what a model leans on.

    Only a family of which it is sure is named.
    """
    sure = [one for one in told.families if one.sure]
    if told.families[0].accuracy.low is None:
        return f"With {told.groups} groups nothing can be said beyond chance"
    if not sure:
        return "No family of columns counts beyond chance"
    return f"Without {sure[0].family} accuracy falls by {sure[0].accuracy.value:.3f}, the most"


def _importances(told: Importances) -> list[Block]:
    shown = told.families[:MOST_DRAWN]
    some = f"the first {len(shown)} of {len(told.families)}; " if len(shown) < len(told.families) else ""
    chart = bars.Bars(
        finding(told),
        f"{some}{_songs(told)} of {told.groups} groups; blue: beyond chance",
        "fall in accuracy when songs swap these columns",
        [_dot(one) for one in shown],
        dots=True,
    )
    how = (
        f"Songs swap all columns of a family, {told.repeats} times, and the model answers again: what it "
        "then gets wrong, it knew from there. Intervals are over groups (artists), and hold at 95 % for all "
        "families together. Columns of two families that tell the same stand in for one another: both look "
        "less important than they are."
    )
    heads = [
        Head("family", "text"), Head("columns", form="d"), Head("accuracy falls by", form=".4f"),
        Head("from", form=".4f"), Head("to", form=".4f"), Head("log loss rises by", form=".4f"),
        Head("from", form=".4f"), Head("to", form=".4f"), Head("which columns", "prose"),
    ]  # fmt: skip
    rows: list[list[Cell]] = [
        [
            one.family, len(one.columns),
            one.accuracy.value, one.accuracy.low, one.accuracy.high,
            one.log_loss.value, one.log_loss.low, one.log_loss.high, _listed(one.columns),
        ]
        for one in told.families
    ]  # fmt: skip
    return [Drawn.of(bars.draw(chart), "importances"), Words(how), Rows("All families", heads, rows)]


def _songs(told: Importances) -> str:
    if told.tracks == told.songs:
        return f"{told.tracks} songs"
    return f"{told.tracks} songs, drawn by chance from {told.songs},"


def _dot(one: Importance) -> bars.Bar:
    loss = one.accuracy
    low, high = (np.nan if end is None else end for end in (loss.low, loss.high))
    return bars.Bar(
        one.family, _PLAIN if one.sure else _FAINT, loss.value, written(loss.value, ".3f"), low, high
    )


def _listed(columns: Sequence[str]) -> str:
    return ", ".join(columns[:6]) + (", ..." if len(columns) > 6 else "")


def _coefficients(made: Coefficients) -> list[Block]:
    order = np.argsort(-np.abs(made.values).max(axis=0), kind="stable")
    shown = order[:MOST_DRAWN]
    values = made.values[:, shown]
    genre, column = np.unravel_index(int(np.abs(values).argmax()), values.shape)
    way = "for" if values[genre, column] > 0 else "against"
    title = f"{made.columns[shown[column]]} speaks most strongly, {way} {made.genres[genre]}"
    some = f"{len(shown)} strongest of {len(order)} columns; " if len(shown) < len(order) else ""
    chart = matrix.Matrix(
        title,
        f"{some}log-odds against the {made.against}, by one deviation more",
        [made.columns[at] for at in shown],
        made.genres,
        (values / (np.abs(values).max() or 1.0)).T,
        [[written(round(float(one), 1) + 0.0, "+.1f") for one in line] for line in values.T],
        kind="signed",
        across="genre",
    )
    heads = [Head("column", "text"), *(Head(one, form="+.3f") for one in made.genres)]
    rows: list[list[Cell]] = [[made.columns[at], *map(float, made.values[:, at])] for at in order]
    return [Drawn.of(matrix.draw(chart), "coefficients"), Rows("All coefficients", heads, rows)]


def _weighed(made: Weighed) -> list[Block]:
    together = summed(made.families, made.values.tolist())
    shown = together[:MOST_DRAWN]
    chart = bars.Bars(
        f"Its trees use {shown[0][0]} most",
        "importances of columns summed by family, as the classifier itself gives them",
        "importance, all sum to 1",
        [bars.Bar(name, _PLAIN, value, f"{value:.3f}") for name, value in shown],
    )
    how = (
        "These were found on the training rows: they favour columns with many values, and what was learnt "
        "by heart counts as well. Believe the losses above where the two differ."
    )
    heads = [Head("column", "text"), Head("family", "text"), Head("importance", form=".4f")]
    order = np.argsort(-made.values, kind="stable")
    rows: list[list[Cell]] = [[made.columns[at], made.families[at], float(made.values[at])] for at in order]
    return [Drawn.of(bars.draw(chart), "trees"), Words(how), Rows("All columns", heads, rows)]
