"""Predictions as rows that a person reads, printed one by one as the songs are done."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from rich.cells import cell_len, chop_cells
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from earmark.cli.palette import chip, letters
from earmark.records import Prediction

BAR_CELLS = 8
_GAP_CELLS = 2
_NUMBERS = ("length", "took")
_VERDICT_STYLES = {"sure": "bold", "unsure": "", "not music": "dim", "silent": "dim", "failed": "bold red"}
VERDICT_CELLS = max(map(len, _VERDICT_STYLES))


@dataclass(frozen=True)
class Layout:
    """The columns of the table: their titles and widths in terminal cells, left to right."""

    columns: tuple[tuple[str, int], ...]
    top: int = 1

    @property
    def width_cells(self) -> int:
        """Width of the whole table."""
        return sum(cells for _, cells in self.columns) + _GAP_CELLS * (len(self.columns) - 1)

    def row(self, cells: dict[str, Text]) -> Table:
        """Return one row; a long cell folds within its column."""
        row = Table.grid(padding=(0, _GAP_CELLS, 0, 0))
        for title, width in self.columns[:-1]:
            row.add_column(width=width, justify="right" if title in _NUMBERS else "left", overflow="fold")
        # The last column ends with its words, so that a pipe gets no trailing blanks.
        row.add_column(max_width=self.columns[-1][1], overflow="fold")
        row.add_row(*(cells[title] for title, _ in self.columns))
        return row


def lay_out(songs: Iterable[str], genres: Iterable[str], *, top: int, width_cells: int | None) -> Layout:
    """Choose the columns and their widths before the first song is heard.

    Parameters
    ----------
    songs : iterable of str
        Paths that will be shown.
    genres : iterable of str
        Every genre the model knows.
    top : int
        How many genres to show per song.
    width_cells : int or None
        The terminal's width; None, for a pipe, gives each cell the room it wants.
    """
    songs, genres = list(songs), list(genres)
    longest = max((cell_len(printable(song)) for song in songs), default=0)
    longest = max(longest, len("song"))
    genre_cells = max((cell_len(genre) for genre in genres), default=9)

    def layout(song_cells: int, set_cells: int, *, length: bool) -> Layout:
        columns = [
            ("song", song_cells),
            ("length", 7) if length else None,
            ("verdict", VERDICT_CELLS),
            ("genre", genre_cells + 4),
            ("confidence", BAR_CELLS + 6),
            ("90 % set", set_cells),
        ]
        return Layout(tuple(column for column in columns if column), top)

    if width_cells is None:
        return layout(longest, 3 * genre_cells + 8, length=True)
    # The roomiest that leaves the song's name its due; the last one is the least that can be read.
    for set_cells, length in ((2 * genre_cells + 4, True), (genre_cells + 5, True), (genre_cells + 5, False)):
        spare = width_cells - layout(0, set_cells, length=length).width_cells
        if spare >= min(longest, 22):
            break
    return layout(min(longest, max(spare, 8)), set_cells, length=length)


def print_header(console: Console, layout: Layout) -> None:
    """Print the column titles and a rule."""
    console.print(layout.row({title: Text(title, "bold") for title, _ in layout.columns}))
    console.print(Text(("─" if is_unicode(console) else "-") * layout.width_cells, "dim"))


def print_row(console: Console, layout: Layout, prediction: Prediction, *, took: str = "") -> None:
    """Print one song's row, and below it what there is to say: its error with the hint, its notes."""
    song = printable(prediction.path) or "(samples)"
    letter_of = letters([*prediction.genres, prediction.genre or ""])
    shown = most_probable(prediction, layout.top)
    cells = {
        "song": Text(shorten(song, layout.columns[0][1])),
        "verdict": Text(prediction.verdict, _VERDICT_STYLES[prediction.verdict]),
        "genre": Text("\n").join(genre_text(genre, letter_of[genre]) for genre, _ in shown)
        or Text("-", "dim"),
        "confidence": Text("\n").join(confidence_text(p, unicode=is_unicode(console)) for _, p in shown),
        "90 % set": Text(" or ".join(prediction.genre_set)) or Text("-", "dim"),
        "length": Text(clock(prediction.duration_s) if prediction.duration_s > 0 else "", "dim"),
        "took": Text(took, "dim"),
    }
    console.print(layout.row(cells))
    remarks = [(prediction.error or "", "red"), *((note, "dim") for note in prediction.notes)]
    for remark, style in remarks:
        if remark:
            console.print(Padding.indent(Text(printable(remark), style), 2))


def summary(predictions_by_verdict: Counter[str]) -> str:
    """Return how many songs got which verdict: ``3 songs: 2 sure, 1 failed``."""
    total = predictions_by_verdict.total()
    parts = [f"{predictions_by_verdict[v]} {v}" for v in _VERDICT_STYLES if predictions_by_verdict[v]]
    return f"{total} {'song' if total == 1 else 'songs'}: {', '.join(parts)}"


def most_probable(prediction: Prediction, top: int) -> list[tuple[str, float]]:
    """Return the genre and the runners-up with their probabilities, `top` in all; none without a genre."""
    if prediction.genre is None:
        return []
    others = [(genre, p) for genre, p in prediction.genres.items() if genre != prediction.genre]
    return [(prediction.genre, prediction.confidence), *others][:top]


def genre_text(genre: str, letter: str) -> Text:
    """Return a genre's mark and name."""
    return Text.assemble(chip(genre, letter), f" {genre}")


def confidence_text(p: float, *, unicode: bool) -> Text:
    """Return a probability as a small bar and a number."""
    filled, rest = bar(p, BAR_CELLS, unicode=unicode)
    return Text.assemble(filled, (rest, "dim"), f" {percent(p):>5}")


def bar(share: float, cells: int, *, unicode: bool) -> tuple[str, str]:
    """Return the filled and the empty part of a bar in half-cell steps.

    Examples
    --------
    >>> bar(0.5, 4, unicode=True)
    ('━━', '──')
    >>> bar(0.4, 4, unicode=False)
    ('##', '..')
    """
    full, half, empty = ("━", "╸", "─") if unicode else ("#", "#", ".")
    halves = round(2 * cells * min(max(share, 0.0), 1.0))
    filled = full * (halves // 2) + half * (halves % 2)
    return filled, empty * (cells - len(filled))


def percent(share: float) -> str:
    """Return a share as whole per cent: ``93 %``."""
    return f"{100 * share:.0f} %"


def clock(seconds: float) -> str:
    """Return a time as minutes and seconds, with hours only where there are any.

    Examples
    --------
    >>> clock(62.4), clock(3723)
    ('1:02', '1:02:03')
    """
    minutes, s = divmod(round(seconds), 60)
    hours, m = divmod(minutes, 60)
    return f"{hours}:{m:02d}:{s:02d}" if hours else f"{m}:{s:02d}"


def printable(name: str) -> str:
    r"""Return a name with every character that would move the cursor or cannot be shown as its escape.

    Examples
    --------
    >>> printable("two\nlines.mp3")
    'two\\nlines.mp3'
    """
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in name)


def shorten(name: str, cells: int) -> str:
    """Return the end of a name that is too long, for the end is what tells songs apart.

    Examples
    --------
    >>> shorten("a very long folder/song.mp3", 12)
    '…er/song.mp3'
    """
    if cell_len(name) <= cells:
        return name
    return "…" + chop_cells(name[::-1], cells - 1)[0][::-1]


def is_unicode(console: Console) -> bool:
    """Return whether bars and blocks can be printed there."""
    return console.encoding.startswith("utf")
