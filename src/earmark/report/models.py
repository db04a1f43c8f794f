"""The page about models that were trained: how good they are, on what, and how to do it again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from earmark.evaluate.evaluation import Evaluation, Score, Scores
from earmark.evaluate.learning import Point
from earmark.figures import bars, lines, matrix
from earmark.figures.colours import genre_colours
from earmark.figures.lines import Chart, Line
from earmark.models.probabilities import Array
from earmark.report import told as words
from earmark.report.page import Block, Cell, Drawn, Folded, Head, Heading, Page, Rows, Section, Words
from earmark.report.told import FIGURES, Told, figure

_PLAIN, _OTHER = "#2f6db3", "#b3632f"


@dataclass(frozen=True)
class Carded:
    """A model that holds no evaluation: what its card says of it.

    Attributes
    ----------
    name : str
        What it is called.
    sections : sequence of Section
        Its card.
    """

    name: str
    sections: Sequence[Section]


def models(told: Sequence[Told], carded: Sequence[Carded] = (), made_by: str = "") -> Page:
    """Return the page about one model, or about several, the best by accuracy first."""
    ordered = sorted(told, key=lambda one: -one.scores.value("accuracy"))
    names = [one.name for one in ordered] + [one.name for one in carded]
    if not ordered:
        lead = "What its card says: no evaluation lies with it that could be drawn."
        alone = carded[0].sections if len(carded) == 1 else _by_model(carded)
        return Page(" and ".join(names), lead, [], alone, made_by)
    best = ordered[0]
    lead = f"{best.name}, measured on songs it has not heard. The test was {best.certificate.stamp}."
    if len(names) == 1:
        sections = [Section(title, blocks) for title, blocks in _parts(best)]
        return Page(best.name, lead, words.headline(best), sections, made_by)
    sections = [Section("Models", [_against(ordered), _table(ordered)])]
    sections += [
        Section(one.name, [block for title, blocks in _parts(one) for block in (Heading(title), *blocks)])
        for one in ordered
    ]
    title = f"{len(names)} models, {best.name} first"
    return Page(title, lead, words.headline(best), [*sections, *_by_model(carded)], made_by)


def _by_model(carded: Sequence[Carded]) -> list[Section]:
    return [
        Section(
            one.name,
            [
                Words("No evaluation lies with it that could be compared: this is its card."),
                *(block for part in one.sections for block in (Heading(part.title), *part.blocks)),
            ],
        )
        for one in carded
    ]


def _parts(one: Told) -> Iterator[tuple[str, Sequence[Block]]]:
    scores = one.scores
    yield "Figures", [words.figures(one), *words.notes(one)]
    yield "Genres", [_genres(scores), words.genre_table(scores)]
    yield "Confusion", _confusion(one.evaluation, scores)
    yield "How far it can be trusted", [_trust(scores), *words.verdicts(one)]
    if one.curve or one.curveless:
        blocks: list[Block] = [_curve(one.curve), words.curve_table(one.curve)] if one.curve else []
        if one.curveless:
            how = "Not measured" if one.curve else "That could not be measured:"
            blocks.append(Words(f"{how} {one.curveless}"))
        yield "Would more songs help", blocks
    if one.evaluation.subsets:
        yield "Parts of the songs", list(words.subsets(one))
    yield "What it was tested on", [*words.data(one), *words.certificate(one)]
    yield "How to do it again", words.again(one)


def _dot(name: str, score: Score, colour: str) -> bars.Bar:
    value = float("nan") if score.value is None else score.value
    low, high = (float("nan") if end is None else end for end in (score.low, score.high))
    said = figure(score) + ("" if score.low is None else f" ({low:.2f} to {high:.2f})")
    return bars.Bar(name, colour, value, said, low, high)


def _against(told: Sequence[Told]) -> Drawn:
    best, *others = told
    top = best.scores.metrics["accuracy"]
    near = [one for one in others if top.low is not None and one.scores.value("accuracy") >= top.low]
    title = f"{best.name} is right most often, {figure(top)}"
    title += f"; {len(near)} of {len(others)} others are in its interval" if near else ""
    shown = [_dot(one.name, one.scores.metrics["accuracy"], _PLAIN) for one in told]
    subtitle = "per song, on songs not heard; 95 % intervals by drawing groups; each model on its own test"
    return Drawn.of(bars.draw(bars.Bars(title, subtitle, "accuracy", shown, dots=True)))


def _table(told: Sequence[Told]) -> Rows:
    heads = [
        Head("model", "text"), *(Head(title, form=".3f") for title in FIGURES.values()),
        Head("songs", form="d"),
    ]  # fmt: skip
    rows: list[list[Cell]] = [
        [one.name, *(one.scores.value(name) for name in FIGURES), one.scores.rows] for one in told
    ]
    return Rows("Figures per song", heads, rows)


def _genres(scores: Scores) -> Drawn:
    known = [one for one in scores.genres if one.metrics["recall"].value is not None]
    known.sort(key=lambda one: -(one.metrics["recall"].value or 0.0))
    colours = genre_colours(one.genre for one in scores.genres)
    title = "no genre could be measured"
    if known:
        title = f"{known[0].genre} is found best ({figure(known[0].metrics['recall'])}), "
        title += f"{known[-1].genre} worst ({figure(known[-1].metrics['recall'])})"
    shown = [_dot(one.genre, one.metrics["recall"], colours[one.genre]) for one in known]
    return Drawn.of(
        bars.draw(bars.Bars(title, "recall: songs of the genre that are found", "recall", shown, dots=True))
    )


def _confusion(found: Evaluation, scores: Scores) -> list[Block]:
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
    return [Drawn.of(matrix.draw(chart)), Folded("As shares of each genre's songs", [_shares(found, shares)])]


def _shares(found: Evaluation, shares: Array) -> Rows:
    heads = [Head("is", "text"), *(Head(f"answered {genre}", form="%") for genre in found.classes)]
    rows: list[list[Cell]] = [
        [genre, *(float(share) for share in line)] for genre, line in zip(found.classes, shares, strict=True)
    ]
    return Rows("Shares of each genre's songs by answer", heads, rows)


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
    return Drawn.of(lines.draw(lines.Lines(title, f"{scores.rows} songs in ten bins of confidence", charts)))


def _curve(curve: Sequence[Point]) -> Drawn:
    groups = np.array([one.groups for one in curve], np.float64)
    test = np.array([one.test.value for one in curve], np.float64)
    low, high = (np.array([getattr(one.test, end) for one in curve], np.float64) for end in ("low", "high"))
    known = [
        Line("on others", _PLAIN, groups, test, low, high),
        Line("on what it learnt", _OTHER, groups, np.array([one.train for one in curve], np.float64)),
    ]
    if len(curve) > 1:
        gain = f"{test[-1] - test[-2]:+.3f}".replace("-", "\N{MINUS SIGN}")
        title = f"accuracy changes by {gain} from {groups[-2]:.0f} to {groups[-1]:.0f} groups"
    else:
        title = f"accuracy is {test[0]:.3f} of {groups[0]:.0f} groups"
    chart = Chart("learning curve", "groups learnt from", "accuracy", known)
    return Drawn.of(lines.draw(lines.Lines(title, "band: 95 % interval by drawing groups", [chart])))
