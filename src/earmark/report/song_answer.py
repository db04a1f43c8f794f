"""The page about one song: what spoke for the answer and against it, and what would change it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from earmark.evaluate.nearest import Nearest
from earmark.evaluate.shapley import Without
from earmark.evaluate.song import Flip, Terms
from earmark.figures import bars
from earmark.report.nearest_songs import nearest_section
from earmark.report.page import Block, Cell, Drawn, Head, Page, Rows, Section, Words, written

_FOR, _AGAINST = "#2f6db3", "#c2661c"
_MOST = 20


@dataclass(frozen=True)
class SongAnswer:
    """What is known of a model's answer to a song.

    Attributes
    ----------
    model, song, genre : str
        The model, the song, and what is answered.
    rows, others : int
        How many rows the song has, and how many other songs' rows it is compared with.
    p : mapping of str to float
        The calibrated probability of each genre, the most probable first.
    spoke : tuple of (str, float)
        By how much the genre's probability falls without each family, what speaks for it first.
    terms : Terms or Without
        What sums to the score, of a linear model or one of trees; or why that is not known.
    flips : tuple of Flip
        What would change the answer, the smallest change first.
    nearest : Nearest or None
        The training songs nearest to it; None of a model that keeps none.
    """

    model: str
    song: str
    genre: str
    rows: int
    others: int
    p: Mapping[str, float]
    spoke: tuple[tuple[str, float], ...]
    terms: Terms | Without
    flips: tuple[Flip, ...]
    nearest: Nearest | None


def finding(found: SongAnswer) -> str:
    """Return in one line why a song is answered as it is."""
    name, value = found.spoke[0]
    if value <= 0:
        return f"{found.genre}, {found.p[found.genre]:.2f}: no family of columns speaks for it"
    return f"{found.genre}, {found.p[found.genre]:.2f}: {name} speaks for it most, {value:.2f} of that"


def song_page(found: SongAnswer, made_by: str = "") -> Page:
    """Return the page about a song's answer.

    Parameters
    ----------
    found : SongAnswer
        What is known.
    made_by : str
        The command that makes the page.
    """
    second = list(found.p)[1]
    facts = [
        ("genre", found.genre),
        ("probability", f"{found.p[found.genre]:.2f}"),
        (f"next: {second}", f"{found.p[second]:.2f}"),
        ("rows", written(found.rows, "d")),
    ]
    sections = [Section("For and against", _spoke(found))]
    sections.append(Section("Term by term", _terms(found, found.terms)))
    sections.append(Section("What would change the answer", _flips(found)))
    sections.append(nearest_section(found.nearest, found.genre, tuple(found.p)))
    lead = f"By {found.model}, beside {found.others} rows of other songs of the table."
    return Page(f"Why {found.song} is {found.genre}", lead, facts, sections, made_by)


def _bars(title: str, subtitle: str, unit: str, told: Sequence[tuple[str, float]], place: str) -> Drawn:
    strongest = sorted(told, key=lambda one: -abs(one[1]))[:_MOST]
    shown = [
        bars.Bar(name, _FOR if value > 0 else _AGAINST, value, written(round(value, 2) + 0.0, "+.2f"))
        for name, value in sorted(strongest, key=lambda one: -one[1])
    ]
    drawing = bars.draw(bars.Bars(title, subtitle, unit, shown))
    return Drawn.of(drawing, place)


def _spoke(found: SongAnswer) -> list[Block]:
    name, value = found.spoke[0]
    title = f"{name} speaks for {found.genre} most" if value > 0 else f"Nothing speaks for {found.genre}"
    how = (
        "The song takes all columns of a family from other songs, one after the other: by so much its "
        f"probability of {found.genre} falls on average. Below 0, the family spoke against it. The numbers "
        "need not sum to anything: families work together."
    )
    heads = [Head("genre", "text"), Head("probability", form=".3f")]
    rows: list[list[Cell]] = [[genre, p] for genre, p in found.p.items()]
    subtitle = "blue: for, orange: against"
    unit = f"fall in the probability of {found.genre}"
    return [
        _bars(title, subtitle, unit, found.spoke, "spoke"),
        Words(how),
        Rows("What is answered", heads, rows),
    ]


def _terms(found: SongAnswer, made: Terms | Without) -> list[Block]:
    if isinstance(made, Without):
        return [Words(f"SHAP values are not told of this model: {made.reason}.")]
    times, form, unit = (100.0, ".1f", "points") if made.probability else (1.0, ".2f", "log-odds")
    name, value = made.terms[0]
    title = f"{name} adds {written(times * value, form)} {unit}, the most"
    score, start = (written(times * one, form) for one in (made.score, made.start))
    told = (
        f"The score for {found.genre} ({made.unit}, before calibration) is the mean score over {made.beside} "
        "and these terms, exactly: the SHAP values of each family's columns together. Below 0 they speak "
        "against it."
    )
    added = "added points (hundredths) of probability" if made.probability else "added log-odds"
    terms = [(one, times * more) for one, more in made.terms]
    heads = [Head("column", "text"), Head("family", "text"), Head(f"adds, {unit}", form="+.3f")]
    rows: list[list[Cell]] = [[column, family, times * more] for column, family, more in made.columns]
    return [
        _bars(
            title, f"score {score} {unit}, from {start}, the mean over {made.beside}", added, terms, "terms"
        ),
        Words(told),
        Rows("SHAP values, each column", heads, rows),
    ]


def _flips(found: SongAnswer) -> list[Block]:
    if not found.flips:
        return [Words("No change of one column, to any value that other songs have, changes the answer.")]
    least = found.flips[0]
    told = (
        f"The smallest change of one column: {least.column} from {written(least.before, '.4g')} to "
        f"{written(least.after, '.4g')}, and the answer is {least.genre}. Such a song need not exist."
    )
    heads = [
        Head("column", "text"), Head("is", form=".4g"), Head("would do", form=".4g"),
        Head("standard deviations", form=".2f"), Head("answer then", "text"),
    ]  # fmt: skip
    rows: list[list[Cell]] = [
        [one.column, one.before, one.after, one.deviations, one.genre] for one in found.flips
    ]
    return [Words(told), Rows("Smallest changes of one column", heads, rows)]
