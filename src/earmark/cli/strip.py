"""The genre along a song, drawn as a strip with a time axis."""

import math
from collections import Counter

from rich.console import Console
from rich.text import Text

from earmark.cli.palette import chip, letters, style_of
from earmark.cli.show import clock, is_unicode, percent
from earmark.records import Prediction, Segment

_LEVELS = "▁▂▃▄▅▆▇█"
_MARGIN = "  "
_UNHEARD = "."
_WIDEST_CELLS = 100
_STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400)


def print_timeline(console: Console, prediction: Prediction) -> None:
    """Print the strip, its time axis and the legend; nothing for a song without segments."""
    if not prediction.segments:
        return
    cells = max(20, min(_WIDEST_CELLS, console.width - len(_MARGIN) - 1))
    heard = heard_by_cell(prediction, cells)
    if is_unicode(console):
        console.print(_levels(heard), no_wrap=True)
    console.print(_strip(heard, prediction), no_wrap=True)
    console.print(Text(_MARGIN + axis(_length_s(prediction), cells).rstrip(), "dim"), no_wrap=True)
    console.print(_legend(heard, prediction, console.width))


def heard_by_cell(prediction: Prediction, cells: int) -> list[Segment | None]:
    """Return for every cell of the strip the segment heard there, None where nothing was.

    Where segments overlap, the one whose middle is nearest to the cell's.
    """
    width_s = _length_s(prediction) / cells
    heard: list[Segment | None] = []
    for cell in range(cells):
        middle_s = (cell + 0.5) * width_s
        off_s = {s: abs((s.start_s + s.end_s) / 2 - middle_s) for s in prediction.segments}
        # A stretch shows where it covers a cell's middle; one shorter than a cell, where its own middle lies.
        there = [s for s, off in off_s.items() if s.start_s <= middle_s < s.end_s or off <= width_s / 2]
        heard.append(min(there, key=off_s.__getitem__, default=None))
    return heard


def axis(length_s: float, cells: int) -> str:
    """Return the time axis: round times, each beginning at its cell.

    Examples
    --------
    >>> axis(30, 24)
    '0:00        0:15        '
    """
    room = 8
    fewest = length_s * room / cells
    days_s = 86_400 * math.ceil(fewest / 86_400)
    step_s = next((step for step in _STEPS_S if step >= fewest), days_s)
    line = ""
    for tick in range(math.ceil(length_s / step_s)):
        label = clock(tick * step_s)
        column = int(tick * step_s / length_s * cells)
        if column + len(label) <= cells:
            line = line.ljust(column) + label
    return line.ljust(cells)


def _length_s(prediction: Prediction) -> float:
    return max(prediction.duration_s, prediction.segments[-1].end_s)


def _strip(heard: list[Segment | None], prediction: Prediction) -> Text:
    """Return the strip: a capital where the genre is more likely than not, else a small letter."""
    letter_of = letters([*prediction.genres, *(s.genre for s in prediction.segments)])
    strip = Text(_MARGIN)
    for segment in heard:
        if segment is None:
            strip.append(_UNHEARD, "dim")
        else:
            letter = letter_of[segment.genre]
            strip.append(letter if segment.p > 0.5 else letter.lower(), style_of(segment.genre))
    return strip


def _levels(heard: list[Segment | None]) -> Text:
    """Return the probability of each cell's genre as a height."""
    heights = ("" if s is None else _LEVELS[min(int(s.p * len(_LEVELS)), len(_LEVELS) - 1)] for s in heard)
    return Text(_MARGIN + "".join(height or " " for height in heights), "dim")


def _legend(heard: list[Segment | None], prediction: Prediction, width_cells: int) -> Text:
    """Return which letter is which genre, with its share of what was heard, the most first."""
    letter_of = letters([*prediction.genres, *(s.genre for s in prediction.segments)])
    counts = Counter(s.genre for s in heard if s is not None)
    entries = [
        Text.assemble(chip(genre, letter_of[genre]), f" {genre} {percent(count / counts.total())}")
        for genre, count in counts.most_common()
    ]
    if None in heard:
        entries.append(Text("dots: not heard, --thorough hears all", "dim"))
    lines = [Text(_MARGIN)]
    for entry in entries:
        # An entry stays whole: its letter is no use without its name.
        if lines[-1].cell_len + entry.cell_len > width_cells and lines[-1].cell_len > len(_MARGIN):
            lines.append(Text(_MARGIN))
        lines[-1].append_text(entry).append("   ")
    for line in lines:
        line.rstrip()
    return Text("\n").join(lines)
