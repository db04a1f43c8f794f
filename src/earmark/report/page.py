"""A page of headings, words, tables and pictures as one HTML file.

Nothing is loaded from anywhere: style, program and pictures are in the file, and a policy in its head forbids
the browser every request.
"""

import base64
import hashlib
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from importlib import resources
from typing import TYPE_CHECKING, Literal

from earmark import __version__
from earmark.report import songmap
from earmark.report.songmap import SongMap

if TYPE_CHECKING:
    from earmark.figures.sheet import Drawing  # it would load matplotlib

Cell = str | int | float | None

Kind = Literal["text", "prose", "number"]


@dataclass(frozen=True)
class Head:
    """A column of a table: its title, what it holds, and how its numbers are written (as in ``format``).

    Prose goes on in a second line, names do not.
    """

    title: str
    kind: Kind = "number"
    form: str = "g"


@dataclass(frozen=True)
class Rows:
    """A table that can be sorted by any column.

    Attributes
    ----------
    caption : str
        What it is of.
    heads : sequence of Head
        Its columns.
    rows : sequence of sequences of (str, int, float or None)
        Its cells; None and NaN stay empty.
    links : mapping of str to str
        Words of the first column that lead to a picture, by its place.
    """

    caption: str
    heads: Sequence[Head]
    rows: Sequence[Sequence[Cell]]
    links: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Words:
    """A paragraph."""

    text: str


@dataclass(frozen=True)
class Items:
    """Paragraphs as a list."""

    texts: Sequence[str]


@dataclass(frozen=True)
class Heading:
    """A heading within a section."""

    text: str


@dataclass(frozen=True)
class Code:
    """Lines as they are: a file, a command."""

    text: str


@dataclass(frozen=True)
class Drawn:
    """A picture by :meth:`earmark.figures.sheet.Drawing.inline`, and its place's name on the page."""

    svg: str
    width_in: float
    place: str = ""

    @classmethod
    def of(cls, drawing: "Drawing", place: str = "") -> "Drawn":
        """Return a drawing as a block."""
        return cls(drawing.inline(), drawing.width, place)


@dataclass(frozen=True)
class Folded:
    """What shows when its line is opened."""

    line: str
    inside: "Sequence[Block]"


_BOX = re.compile(r'viewBox="([^"]*)"')
_PICTURE = "picture-"  # no picture has the name of a section

MARK = '<meta name="generator" content="earmark">'
"""What tells a page of ours from another file."""

Block = Rows | Heading | Words | Items | Code | Drawn | Folded | SongMap


@dataclass(frozen=True)
class Section:
    """A heading and what stands below."""

    title: str
    blocks: Sequence[Block]

    @property
    def place(self) -> str:
        """Its name in addresses."""
        return "".join(letter if letter.isalnum() else "-" for letter in self.title.lower())


@dataclass(frozen=True)
class Page:
    """A page.

    Attributes
    ----------
    title, lead : str
        Its heading, and a line below.
    facts : sequence of (str, str)
        What is counted, and the figure: shown large.
    sections : sequence of Section
        What it tells.
    made_by : str
        The command that makes it again.
    """

    title: str
    lead: str
    facts: Sequence[tuple[str, str]]
    sections: Sequence[Section]
    made_by: str = ""


def html(page: Page) -> str:
    """Return a page as the text of an HTML file; the same bytes for the same page."""
    style, program = (
        (resources.files("earmark.report") / name).read_text(encoding="utf-8")
        for name in ("page.css", "page.js")
    )
    if any(isinstance(block, SongMap) for section in page.sections for block in section.blocks):
        style, program = style + songmap.style(), program + songmap.program()
    allowed = f"'sha256-{_hash(program)}'"
    policy = (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src {allowed}; img-src data:; media-src file:"
    )
    facts = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in page.facts
    )
    named = list(zip(_places(page.sections), page.sections, strict=True))
    places = "".join(f'<li><a href="#{place}">{escape(one.title)}</a></li>' for place, one in named)
    body = "".join(_section(place, one) for place, one in named)
    command = f"Made by <code>{escape(page.made_by)}</code>, " if page.made_by else "Made by "
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        f'{MARK}\n<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(page.title)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n"
        f'<a class="skip" href="#main">Skip to the content</a>\n<header>\n'
        f'<button class="theme" type="button" hidden>light or dark</button>\n'
        f'<h1>{escape(page.title)}</h1>\n<p class="lead">{escape(page.lead)}</p>\n'
        f'<dl class="facts">{facts}</dl>\n<nav aria-label="On this page"><ul>{places}</ul></nav>\n</header>\n'
        f'<main id="main">\n{body}</main>\n'
        f"<footer><p>{command}Earmark {escape(__version__)}.</p></footer>\n"
        f"<script>{program}</script>\n</body>\n</html>\n"
    )


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _places(sections: Sequence[Section]) -> list[str]:
    """Return a name in addresses for each section: none twice, none that is the page's own."""
    taken = {"main"}
    places = []
    for section in sections:
        place, again = section.place, 1
        while place in taken:
            again += 1
            place = f"{section.place}-{again}"
        taken.add(place)
        places.append(place)
    return places


def _section(place: str, section: Section) -> str:
    blocks = "".join(_block(block) for block in section.blocks)
    return f'<section id="{place}">\n<h2>{escape(section.title)}</h2>\n{blocks}</section>\n'


def _block(block: Block) -> str:
    match block:
        case Rows():
            return _table(block)
        case SongMap():
            return songmap.as_html(block)
        case Drawn():
            return _picture(block)
        case Folded(line, inside):
            shown = "".join(_block(one) for one in inside)
            return f"<details><summary>{escape(line)}</summary>\n{shown}</details>\n"
        case Items(texts):
            return f"<ul>{''.join(f'<li>{escape(text)}</li>' for text in texts)}</ul>\n"
        case Words(text) | Heading(text) | Code(text):
            begin, end = _TAGS[type(block)]
            return f"{begin}{escape(text)}{end}\n"


_TAGS: dict[type, tuple[str, str]] = {
    Words: ("<p>", "</p>"),
    Heading: ("<h3>", "</h3>"),
    Code: ('<pre class="wide" tabindex="0">', "</pre>"),
}


def _picture(block: Drawn) -> str:
    named = f' id="{_PICTURE}{escape(block.place, quote=True)}"' if block.place else ""
    sized = block.svg.replace("<svg ", f'<svg style="width:100%;max-width:{block.width_in:.2f}in" ', 1)
    # Before it is drawn it takes the room that it will take: what is scrolled to stays where it is.
    box = _BOX.search(block.svg)
    _, _, wide, high = map(float, box[1].split()) if box else (0.0, 0.0, 1.0, 1.0)
    room = f"contain-intrinsic-size:auto {block.width_in * high / wide:.2f}in"
    return f'<figure{named} style="{room}"><div class="wide">{sized}</div></figure>\n'


def _table(table: Rows) -> str:
    heads = "".join(
        f'<th scope="col" data-sort="{"number" if head.kind == "number" else "text"}"'
        f"{'' if head.kind == 'number' else ' class=text'}>{escape(head.title)}</th>"
        for head in table.heads
    )
    body = "".join(f"<tr>{_row(row, table)}</tr>\n" for row in table.rows)
    tall = " tall" if len(table.rows) > 20 else ""
    said = escape(table.caption, quote=True)
    return (
        f'<div class="wide{tall}" tabindex="0" role="group" aria-label="{said}">'
        f"<table><caption>{said}</caption><thead><tr>{heads}</tr></thead>\n"
        f"<tbody>{body}</tbody></table></div>\n"
    )


def _row(row: Sequence[Cell], table: Rows) -> str:
    first, *rest = zip(row, table.heads, strict=True)
    return _cell(*first, table.links) + "".join(_cell(cell, head, {}) for cell, head in rest)


def _cell(cell: Cell, head: Head, links: dict[str, str]) -> str:
    words = escape(in_words(cell, head))
    if head.kind != "number":
        if (place := links.get(str(cell))) is not None:
            words = f'<a href="#{_PICTURE}{escape(place, quote=True)}">{words}</a>'
        prose = " prose" if head.kind == "prose" else ""
        return f'<td class="text{prose}">{words}</td>'
    return f'<td data-value="{cell!r}">{words}</td>' if words else "<td></td>"


def in_words(cell: Cell, head: Head) -> str:
    """Return what stands in a cell; nothing for a number that is none."""
    if head.kind != "number":
        return str(cell if cell is not None else "")
    if cell is None or isinstance(cell, str) or not math.isfinite(cell):
        return ""
    return written(cell, head.form)


def written(value: float, form: str) -> str:
    """Return a number for people: ``p`` for a p-value, ``%`` for a share, else as ``format`` does.

    Examples
    --------
    >>> written(0.0001, "p"), written(0.25, "%"), written(1234567, "d"), written(-2.5, ".1f")
    ('< 0.001', '25.0 %', '1\u202f234\u202f567', '\u22122.5')
    """
    if form == "p":
        return "< 0.001" if value < 0.001 else f"{value:.3f}"
    if form == "%":
        return f"{100 * value:.1f} %"
    if form == "d":
        return f"{int(value):,}".replace(",", "\N{NARROW NO-BREAK SPACE}").replace("-", "\N{MINUS SIGN}")
    return format(value, form).replace("-", "\N{MINUS SIGN}")
