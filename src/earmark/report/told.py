"""What is told of a model, in words and tables: its page and its card are both made of this."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from earmark.dataset.certificate import Certificate
from earmark.dataset.facts import Facts
from earmark.dataset.findings import Finding
from earmark.evaluate.evaluation import Evaluation, Score, Scores
from earmark.evaluate.learning import Point
from earmark.report.data import about_data
from earmark.report.page import Block, Cell, Code, Folded, Head, Page, Rows, Section, Words

FIGURES = {
    "accuracy": "accuracy", "balanced_accuracy": "balanced accuracy", "f1_macro": "macro F1",
    "top_3": "right among the first three", "auc_ovr": "AUC, one against the rest",
    "auc_ovo": "AUC, one against one", "log_loss": "log loss", "ece": "calibration error",
    "surest_half": "accuracy of the surer half",
}  # fmt: skip
"""The figures that are told, in words."""


@dataclass(frozen=True)
class Told:
    """What is known of one model.

    Attributes
    ----------
    name : str
        What it is called.
    evaluation : Evaluation
        How good it is on songs it has not heard.
    facts : mapping
        What it was made from: table, rows, groups, stamp, notes.
    certificate : Certificate
        What its test kept apart.
    recipe : str
        As TOML.
    votes : str
        How segments answer for their track, ``mean`` or ``majority``.
    environment : mapping of str to str
        Versions.
    about : str
        What its recipe says of itself.
    findings : tuple of Finding or None
        What is wrong with its table; None if nobody has looked.
    curve : tuple of Point
        How accuracy grows with the artists learnt from; empty if it was not measured.
    curveless : str
        Why it, or some of its points, could not be measured, if it was asked for.
    hears : bool
        Whether it hears songs itself, and was trained on a folder of them.
    """

    name: str
    evaluation: Evaluation
    facts: Mapping[str, Any]
    certificate: Certificate
    recipe: str
    votes: str
    environment: Mapping[str, str]
    about: str = ""
    findings: tuple[Finding, ...] | None = None
    curve: tuple[Point, ...] = ()
    curveless: str = ""
    hears: bool = False

    @property
    def scores(self) -> Scores:
        """The figures that count."""
        return self.evaluation.main(self.votes)


def card(told: Told) -> Page:
    """Return a model's card: its page without pictures."""
    sections = [
        Section("How good it is", [figures(told), *notes(told), genre_table(told.scores)]),
        Section("How far it can be trusted", verdicts(told)),
        Section("What it was tested on", [*data(told, columns=False), *certificate(told)]),
        Section("How to do it again", again(told)),
    ]
    return Page(told.name, told.about or "A model trained by Earmark.", headline(told), sections)


def headline(told: Told) -> list[tuple[str, str]]:
    """Return the figures that stand large."""
    scores = told.scores
    return [
        ("accuracy", figure(scores.metrics["accuracy"])),
        ("macro F1", figure(scores.metrics["f1_macro"])),
        ("calibration error", figure(scores.metrics["ece"])),
        ("songs", f"{scores.rows}"),
        (f"groups by {' and '.join(told.facts['grouped_by'])}", f"{scores.groups}"),
    ]


def figure(score: Score) -> str:
    """Return a figure as it stands on pictures."""
    return "-" if score.value is None else f"{score.value:.2f}"


def figures(told: Told) -> Rows:
    """Return every figure per song, by vote and per segment, and what random rows would have claimed."""
    found = told.evaluation
    ways = {
        "per song": found.tracks, "by vote": found.votes, "per segment": found.segments,
        "NAIVE, random rows": None if found.naive is None else found.naive.tracks,
    }  # fmt: skip
    shown = {name: scores for name, scores in ways.items() if scores is not None}
    heads = [Head("figure", "text"), *(Head(name, "text") for name in shown)]
    rows: list[list[Cell]] = [
        [words, *(str(scores.metrics.get(name, Score(None))) for scores in shown.values())]
        for name, words in FIGURES.items()
        if name in told.scores.metrics
    ]
    stamped = "; NAIVE figures are not to be believed" if found.naive is not None else ""
    return Rows(f"With 95 % intervals by drawing groups{stamped}", heads, rows)


def notes(told: Told) -> list[Block]:
    """Return what a reader of the figures must know."""
    counts = "majority vote" if told.votes == "majority" else "mean probability"
    voted = told.evaluation.votes is not None
    ways = [Words(f"Pieces answer for their song by {counts}: that is what counts here.")] if voted else []
    return [*ways, *(Words(note) for note in told.evaluation.notes)]


def genre_table(scores: Scores) -> Rows:
    """Return how each genre fares."""
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


def verdicts(told: Told) -> list[Block]:
    """Return what sets, sure answers and refusals are worth."""
    made = told.evaluation.verdicts
    if made is None:
        return [Words("Nothing was calibrated: there are no sets and no sure answers.")]
    rows: list[list[Cell]] = [
        [f"sets of {100 * made.level:.0f} % hold the right genre", str(made.covered)],
        ["genres in a set, on average", f"{made.size:.2f}"],
        ["songs answered surely", str(made.sure)],
        ["of these are right", str(made.sure_right)],
    ]
    if made.refused.value is not None:
        rows.append(["songs refused as foreign, wrongly", str(made.refused)])
    return [Rows("Verdicts on songs not heard", [Head("what", "text"), Head("figure", "text")], rows)]


def subsets(told: Told) -> Iterator[Block]:
    """Yield how parts of the songs fare."""
    for kind, parts in told.evaluation.subsets.items():
        counted = (Head("songs", form="d"), Head("groups", form="d"))
        heads = [Head(kind, "text"), *counted, Head("accuracy", "text"), Head("macro F1", "text")]
        rows: list[list[Cell]] = [
            [part.name, part.rows, part.groups, str(part.metrics["accuracy"]), str(part.metrics["f1_macro"])]
            for part in parts
        ]
        yield Rows(f"By {kind}", heads, rows)


def data(told: Told, *, columns: bool = True) -> list[Block]:
    """Return what it was learnt from and tested on; its table's columns if wanted."""
    facts = told.facts
    rows: list[list[Cell]] = [
        ["table", str(facts["table"])], ["its hash", str(facts["table_hash"])],
        ["label", str(facts["label"])], ["rows with a genre", str(facts["rows"])],
        ["groups", f"{facts['groups']} by {' and '.join(facts['grouped_by'])}"],
        ["the model that is kept learnt from", f"{facts['learnt_from']} rows"],
    ]  # fmt: skip
    rows += [["to be known", str(note)] for note in facts["notes"]]
    blocks: list[Block] = [Rows("Data", [Head("what", "text"), Head("which", "prose")], rows)]
    if "data" in facts:  # models of before lack it
        blocks += about_data(Facts.from_dict(facts["data"]), told.findings, columns=columns, hears=told.hears)
    return blocks


def certificate(told: Told) -> list[Block]:
    """Return what was looked at before the test was believed, and what was found."""
    made = told.certificate
    heads = [
        Head("kept apart", "text"), Head("told by", "text"), Head("found", "text"),
        Head("in more than one part", form="d"), Head("rows that tell none", form="d"),
    ]  # fmt: skip
    rows: list[list[Cell]] = [
        [one.kind, one.column or ("the numbers" if one.known else "nothing"), *_found(one.known, one.shared),
         one.rows_unknown if one.known else None]
        for one in made.apart
    ]  # fmt: skip
    blocks: list[Block] = [Words(f"The test was {made.stamp}.")]
    if made.source:
        blocks.append(Words(f"The list: {made.source}."))
    if not made.naive:
        shared = f"{made.groups} groups were shared out, the largest of {made.largest_group} rows"
        blocks.append(Words(f"{shared}, drawn with seed {made.seed}."))
    blocks.append(Rows("Certificate: what the test kept apart", heads, rows))
    for words, names in (
        ("Never tested, for all their rows are one group", made.never_tested),
        ("Missing from some part or fold, for they have too few groups", made.sometimes_untested),
    ):
        if names:
            blocks.append(Words(f"{words}: {', '.join(names)}."))
    if made.rows_outside:
        blocks.append(Words(f"{made.rows_outside} rows are in no part."))
    return [*blocks, Folded("Rows of each genre in each part", [_parts(made)])]


def _found(known: bool, shared: int) -> tuple[str, int | None]:
    if not known:
        return "could not be known", None
    return ("disjoint" if shared == 0 else "shared"), shared


def _parts(made: Certificate) -> Rows:
    genres = sorted({genre for counts in made.labels.values() for genre in counts})
    heads = [Head("genre", "text"), *(Head(name, form="d") for name in made.labels)]
    rows: list[list[Cell]] = [
        [genre or "(none)", *(counts.get(genre, 0) for counts in made.labels.values())] for genre in genres
    ]
    return Rows("Rows of each genre in each part", heads, rows)


def curve_table(curve: Sequence[Point]) -> Rows:
    """Return a learning curve's points."""
    heads = [
        Head("learnt from", form="%"), Head("groups", form="d"), Head("songs", form="d"),
        Head("accuracy on others", "text"), Head("on what it learnt", form=".3f"),
    ]  # fmt: skip
    rows: list[list[Cell]] = [[one.share, one.groups, one.rows, str(one.test), one.train] for one in curve]
    return Rows("Accuracy by the share of the groups that are learnt from", heads, rows)


def again(told: Told) -> list[Block]:
    """Return how to make the model again: command, recipe, seeds, versions."""
    said = "The same songs, seed and versions give the same figures."
    if not told.hears:
        said = (
            f"Save the recipe as recipe.toml. The same table (its hash is {told.facts['table_hash']}), "
            "recipe and versions give the same figures; the seed is in the recipe."
        )
    heads = [Head("what", "text"), Head("version", "text")]
    versions: list[list[Cell]] = [[name, version] for name, version in told.environment.items()]
    return [
        Words(said),
        Code(command(told.facts, hears=told.hears)),
        Folded("The recipe", [Code(told.recipe.rstrip())]),
        Rows("Versions", heads, versions),
    ]


def command(facts: Mapping[str, Any], *, hears: bool = False) -> str:
    """Return the command that trained a model.

    Examples
    --------
    >>> command({"table": "songs.csv", "label": "genre"})
    'earmark train songs.csv --recipe recipe.toml --label genre'
    """
    # Models of before tell the table and the label only.
    asked: Mapping[str, Any] = facts.get("asked", {"paths": [facts["table"]], "label": facts["label"]})
    if hears:
        return shlex.join(["earmark", "train", *asked["paths"], "--seed", str(facts["recipe"]["seed"])])
    words = ["earmark", "train", *asked["paths"], "--recipe", "recipe.toml"]
    for option in ("label", "labels", "catalog", "split"):
        if asked.get(option):
            words += [f"--{option}", asked[option]]
    for option in ("group", "subset"):
        for value in asked.get(option, ()):
            words += [f"--{option}", value]
    return shlex.join([*words, *(["--naive"] if asked.get("naive") else [])])
