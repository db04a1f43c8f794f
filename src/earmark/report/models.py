"""The page about models that were trained: how good they are, on what, and how to do it again."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from earmark.evaluate.evaluation import Evaluation, Score, Scores
from earmark.figures import bars, lines, matrix
from earmark.figures.colours import genre_colours
from earmark.figures.lines import Chart, Line
from earmark.figures.sheet import Drawing
from earmark.report.page import Block, Cell, Code, Drawn, Folded, Head, Heading, Page, Rows, Section, Words

_PLAIN = "#2f6db3"
_FIGURES = {
    "accuracy": "accuracy", "balanced_accuracy": "balanced accuracy", "f1_macro": "macro F1",
    "auc_ovr": "AUC, one against the rest", "auc_ovo": "AUC, one against one", "log_loss": "log loss",
    "ece": "calibration error", "surest_half": "accuracy of the surer half",
}  # fmt: skip


@dataclass(frozen=True)
class Told:
    """What a page tells of one model.

    Attributes
    ----------
    name : str
        What it is called.
    evaluation : Evaluation
        How good it is on songs it has not heard.
    facts : mapping
        What it was made from: table, rows, groups, stamp, notes.
    apart : tuple of str
        What its test kept apart, a line each.
    recipe : str
        As TOML.
    environment : mapping of str to str
        Versions.
    """

    name: str
    evaluation: Evaluation
    facts: Mapping[str, Any]
    apart: tuple[str, ...]
    recipe: str
    environment: Mapping[str, str]


def models(told: Sequence[Told], made_by: str = "") -> Page:
    """Return the page about one model, or about several, the best by accuracy first."""
    best, *_ = ordered = sorted(told, key=lambda one: -one.evaluation.tracks.value("accuracy"))
    scores = best.evaluation.tracks
    facts = [
        ("accuracy", _figure(scores.metrics["accuracy"])),
        ("macro F1", _figure(scores.metrics["f1_macro"])),
        ("calibration error", _figure(scores.metrics["ece"])),
        ("songs", f"{scores.rows}"),
        (f"{' and '.join(best.facts['grouped_by'])}s", f"{scores.groups}"),
    ]
    lead = f"{best.name}, measured on songs it has not heard. The test was {best.facts['stamp']}."
    if len(ordered) == 1:
        sections = [Section(title, blocks) for title, blocks in _parts(best)]
    else:
        sections = [Section("Models", [_against(ordered), _table(ordered)])]
        sections += [
            Section(one.name, [block for title, blocks in _parts(one) for block in (Heading(title), *blocks)])
            for one in ordered
        ]
    title = best.name if len(ordered) == 1 else f"{len(ordered)} models, {best.name} first"
    return Page(title, lead, facts, sections, made_by)


def _parts(one: Told) -> Iterator[tuple[str, Sequence[Block]]]:
    scores = one.evaluation.tracks
    yield "Figures", [_figures(one), *(Words(note) for note in one.evaluation.notes)]
    yield "Genres", [_genres(scores), _genre_table(scores)]
    yield "Confusion", _confusion(one.evaluation)
    yield "How far it can be trusted", [_trust(scores), *_verdicts(one.evaluation)]
    if one.evaluation.subsets:
        yield "Parts of the songs", list(_subsets(one))
    yield "What it was tested on", [_data(one), _apart(one)]
    yield "How to do it again", _again(one)


def _figure(score: Score) -> str:
    return "-" if score.value is None else f"{score.value:.2f}"


def _drawn(drawing: Drawing, place: str = "") -> Drawn:
    return Drawn(drawing.inline(), drawing.width, place)


def _dot(name: str, score: Score, colour: str) -> bars.Bar:
    value = float("nan") if score.value is None else score.value
    low, high = (float("nan") if end is None else end for end in (score.low, score.high))
    said = _figure(score) + ("" if score.low is None else f"  {low:.2f} to {high:.2f}")
    return bars.Bar(name, colour, value, said, low, high)


def _against(told: Sequence[Told]) -> Drawn:
    best, *others = told
    top = best.evaluation.tracks.metrics["accuracy"]
    near = [
        one for one in others if top.low is not None and one.evaluation.tracks.value("accuracy") >= top.low
    ]
    title = f"{best.name} is right most often, {_figure(top)}"
    title += f"; {len(near)} of {len(others)} others are in its interval" if near else ""
    shown = [_dot(one.name, one.evaluation.tracks.metrics["accuracy"], _PLAIN) for one in told]
    subtitle = "per song, on songs not heard; 95 % intervals by drawing groups; each model on its own test"
    return _drawn(bars.draw(bars.Bars(title, subtitle, "accuracy", shown, dots=True)), "models")


def _table(told: Sequence[Told]) -> Rows:
    heads = [
        Head("model", "text"),
        *(Head(words, form=".3f") for words in _FIGURES.values()),
        Head("songs", form="d"),
    ]
    rows: list[list[Cell]] = [
        [one.name, *(one.evaluation.tracks.value(name) for name in _FIGURES), one.evaluation.tracks.rows]
        for one in told
    ]
    return Rows("Figures per song", heads, rows)


def _figures(one: Told) -> Rows:
    """Return every figure per song, by vote and per segment, and what random rows would have claimed."""
    found = one.evaluation
    ways = {
        "per song": found.tracks, "by vote": found.votes, "per segment": found.segments,
        "NAIVE, random rows": None if found.naive is None else found.naive.tracks,
    }  # fmt: skip
    shown = {name: scores for name, scores in ways.items() if scores is not None}
    heads = [Head("figure", "text"), *(Head(name, "text") for name in shown)]
    rows: list[list[Cell]] = [
        [words, *(str(scores.metrics.get(name, Score(None))) for scores in shown.values())]
        for name, words in _FIGURES.items()
    ]
    stamped = "; NAIVE figures are not to be believed" if found.naive is not None else ""
    return Rows(f"With 95 % intervals by drawing groups{stamped}", heads, rows)


def _genres(scores: Scores) -> Drawn:
    known = [one for one in scores.genres if one.metrics["recall"].value is not None]
    known.sort(key=lambda one: -(one.metrics["recall"].value or 0.0))
    colours = genre_colours(one.genre for one in scores.genres)
    title = "no genre could be measured"
    if known:
        title = f"{known[0].genre} is found best ({_figure(known[0].metrics['recall'])}), "
        title += f"{known[-1].genre} worst ({_figure(known[-1].metrics['recall'])})"
    shown = [_dot(one.genre, one.metrics["recall"], colours[one.genre]) for one in known]
    return _drawn(
        bars.draw(bars.Bars(title, "recall: songs of the genre that are found", "recall", shown, dots=True))
    )


def _genre_table(scores: Scores) -> Rows:
    heads = [
        Head("genre", "text"), *(Head(words, form="d") for words in ("songs", "groups", "answered so")),
        *(Head(words, form=".3f") for words in ("precision", "recall", "F1", "AUC")),
    ]  # fmt: skip
    rows: list[list[Cell]] = [
        [
            one.genre,
            one.actual,
            one.groups,
            one.said,
            *(one.metrics[name].value for name in ("precision", "recall", "f1", "auc")),
        ]
        for one in scores.genres
    ]
    return Rows("Each genre, and how often it is answered", heads, rows)


def _confusion(found: Evaluation) -> list[Block]:
    scores = found.tracks
    if not scores.counts:
        return [Words("There are too many genres for a matrix.")]
    shares = scores.confusion
    wrong = np.where(np.eye(len(shares), dtype=bool), 0.0, shares)
    row, column = divmod(int(wrong.argmax()), len(shares))
    title = "no song was taken for another genre"
    if wrong.max() > 0:
        title = f"{found.classes[row]} is most often taken for {found.classes[column]}"
        title += f" ({100 * wrong.max():.0f} %)"
    said = [[str(count) if count else "" for count in line] for line in scores.counts]
    chart = matrix.Matrix(
        title, "songs; colour: share of the row's genre", found.classes, found.classes, shares, said,
        across="answered", down="is",
    )  # fmt: skip
    return [_drawn(matrix.draw(chart))]


def _trust(scores: Scores) -> Drawn:
    bins = [one for one in scores.reliability if one.confidence is not None and one.accuracy is not None]
    x = np.array([one.confidence for one in bins], np.float64)
    y = np.array([one.accuracy for one in bins], np.float64)
    share = np.arange(1, len(scores.coverage) + 1) / max(len(scores.coverage), 1)
    right = Line("", _PLAIN, x, y)
    surest = Line("", _PLAIN, share, np.array(scores.coverage))
    charts = [
        Chart("calibration", "mean confidence", "share that is right", [right], diagonal=True),
        Chart("answering less", "share of songs answered, the surest first", "accuracy", [surest]),
    ]
    error = scores.value("ece")
    title = f"confidence is off by {error:.3f} on average; {scores.ece_by_chance:.3f} would be chance"
    return _drawn(lines.draw(lines.Lines(title, f"{scores.rows} songs in ten bins of confidence", charts)))


def _verdicts(found: Evaluation) -> list[Block]:
    made = found.verdicts
    if made is None:
        return [Words("Nothing was calibrated: there are no sets and no sure answers.")]
    heads = [Head("what", "text"), Head("figure", "text")]
    rows: list[list[Cell]] = [
        [f"sets of {100 * made.level:.0f} % hold the right genre", str(made.covered)],
        ["genres in a set, on average", f"{made.size:.2f}"],
        ["songs answered surely", str(made.sure)],
        ["of these are right", str(made.sure_right)],
        ["songs refused as foreign, wrongly", str(made.refused)],
    ]
    return [Rows("Verdicts on songs not heard", heads, rows)]


def _subsets(one: Told) -> Iterator[Block]:
    for kind, parts in one.evaluation.subsets.items():
        counted = (Head("songs", form="d"), Head("groups", form="d"))
        heads = [Head(kind, "text"), *counted, Head("accuracy", "text"), Head("macro F1", "text")]
        rows: list[list[Cell]] = [
            [part.name, part.rows, part.groups, str(part.metrics["accuracy"]), str(part.metrics["f1_macro"])]
            for part in parts
        ]
        yield Rows(f"By {kind}", heads, rows)


def _data(one: Told) -> Rows:
    facts = one.facts
    rows: list[list[Cell]] = [
        ["table", str(facts["table"])], ["its hash", str(facts["table_hash"])],
        ["label", str(facts["label"])], ["rows", str(facts["rows"])],
        ["groups", f"{facts['groups']} by {' and '.join(facts['grouped_by'])}"],
        ["the model that is kept learnt from", f"{facts['learnt_from']} rows"],
    ]  # fmt: skip
    rows += [["to be known", str(note)] for note in facts["notes"]]
    return Rows("Data", [Head("what", "text"), Head("which", "text")], rows)


def _apart(one: Told) -> Rows:
    rows: list[list[Cell]] = [[line] for line in (str(one.facts["stamp"]), *one.apart)]
    return Rows("Certificate: what the test kept apart", [Head("what", "text")], rows)


def _again(one: Told) -> list[Block]:
    command = f"earmark train {one.facts['table']} --recipe recipe.toml --label {one.facts['label']}"
    told = "Save the recipe as recipe.toml. The same table, recipe and versions give the same figures."
    return [Words(told), Code(command), Folded("The recipe", [Code(one.recipe)]), _versions(one)]


def _versions(one: Told) -> Rows:
    rows: list[list[Cell]] = [[name, version] for name, version in one.environment.items()]
    return Rows("Versions", [Head("what", "text"), Head("version", "text")], rows)
