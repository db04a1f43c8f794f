"""The page about a song that was heard: which seconds, bands and tags spoke for the answer."""

import numpy as np

from earmark.dataset.findings import counted
from earmark.evaluate.listening import HeardAnswer
from earmark.figures import bars, lines
from earmark.figures.lines import Chart, Line
from earmark.report.nearest_songs import nearest_section
from earmark.report.page import Block, Cell, Drawn, Head, Page, Rows, Section, Words, written

_FOR, _AGAINST = "#2f6db3", "#c2661c"
_MOST = 10


def finding(found: HeardAnswer) -> str:
    """Return in one line why a song is answered as it is."""
    tag, value = found.tags[0]
    return f"{found.genre}, not {found.second}: the tag '{tag}' adds {value:.2f} log-odds, the most"


def heard_page(song: str, model: str, found: HeardAnswer, made_by: str = "") -> Page:
    """Return the page about a song's answer.

    Parameters
    ----------
    song, model : str
        Their names.
    found : HeardAnswer
        What is known.
    made_by : str
        The command that makes the page.
    """
    facts = [
        ("genre", found.genre),
        ("probability", f"{found.p[found.genre]:.2f}"),
        (f"next: {found.second}", f"{found.p[found.second]:.2f}"),
        ("log-odds between them", written(found.log_odds, ".2f")),
    ]
    beside = (
        counted(found.others, "other song")
        if found.others
        else "a song in which no tag is heard at all: name other songs behind this one to compare it with "
        "those"
    )
    return Page(
        f"Why {song} is {found.genre}",
        f"By {model}, beside {beside}. Sums over seconds and tags are exact: the model is linear in what "
        "musiCNN hears.",
        facts,
        [
            Section("Which seconds", _seconds(found)),
            Section("Which bands", _bands(found)),
            Section("Which tags", _tags(found)),
            nearest_section(found.nearest, found.genre, tuple(found.p)),
        ],
        made_by,
    )


def _seconds(found: HeardAnswer) -> list[Block]:
    spans = np.array(found.seconds)
    best = spans[int(spans[:, 2].argmax())]
    against = int((spans[:, 2] < 0).sum())
    title = f"Seconds {best[0]:.0f} to {best[1]:.0f} speak for {found.genre} most"
    line = Line("", _FOR, spans[:, :2].mean(axis=1), spans[:, 2])
    chart = Chart(f"{found.genre} against {found.second}", "seconds", "log-odds", [line])
    subtitle = f"{len(spans)} patches of three seconds, {against} of them against; their mean is the song's"
    heads = [Head("from, s", form=".1f"), Head("to, s", form=".1f"), Head("log-odds", form="+.2f")]
    rows: list[list[Cell]] = [list(one) for one in found.seconds]
    return [
        Drawn.of(lines.draw(lines.Lines(title, subtitle, [chart])), "seconds"),
        Rows(f"Log-odds of {found.genre} against {found.second}", heads, rows),
    ]


def _bands(found: HeardAnswer) -> list[Block]:
    low, high, most = max(found.bands, key=lambda one: one[2])
    shown = [
        bars.Bar(
            f"{written(start, '.0f')} to {written(end, '.0f')} Hz", _FOR if value > 0 else _AGAINST, value,
            written(round(value, 2) + 0.0, "+.2f"),
        )
        for start, end, value in found.bands
    ]  # fmt: skip
    if most > 0:
        title = f"{written(low, '.0f')} to {written(high, '.0f')} Hz speak for {found.genre} most"
    else:
        title = f"No octave speaks for {found.genre}"
    subtitle = f"blue: for {found.genre}, orange: for {found.second}; from low to high"
    told = (
        "musiCNN hears the song again with one octave silent: by so much the log-odds of "
        f"{found.genre} against {found.second} fall. Below 0, the octave spoke for {found.second}. Octaves "
        "work together, so that the numbers need not sum to anything, and a song without one is like none "
        "that the model knows."
    )
    heads = [Head("from, Hz", form=".0f"), Head("to, Hz", form=".0f"), Head("log-odds fall by", form="+.3f")]
    return [
        Drawn.of(
            bars.draw(bars.Bars(title, subtitle, "fall in log-odds without the octave", shown)), "bands"
        ),
        Words(told),
        Rows("All octaves", heads, [list(one) for one in found.bands]),
    ]


def _tags(found: HeardAnswer) -> list[Block]:
    tag, value = found.tags[0]
    strongest = sorted(found.tags, key=lambda one: -abs(one[1]))[: 2 * _MOST]
    shown = [
        bars.Bar(name, _FOR if one > 0 else _AGAINST, one, written(round(one, 2) + 0.0, "+.2f"))
        for name, one in sorted(strongest, key=lambda one: -one[1])
    ]
    subtitle = f"blue: for {found.genre}, orange: for {found.second}; the {len(shown)} strongest of all tags"
    start, end = (written(one, ".2f") for one in (found.start, found.log_odds))
    told = (
        f"The log-odds of {found.genre} against {found.second} are {start} for what the song is compared "
        f"with; the terms of all tags lead from there to {end}. A tag is what musiCNN calls the sound, right "
        "or wrong."
    )
    rows: list[list[Cell]] = [[name, one] for name, one in found.tags]
    return [
        Drawn.of(
            bars.draw(bars.Bars(f"'{tag}' adds {value:.2f}", subtitle, "added log-odds", shown)), "tags"
        ),
        Words(told),
        Rows("All tags", [Head("tag", "text"), Head("added log-odds", form="+.3f")], rows),
    ]
