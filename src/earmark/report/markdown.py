"""A page without its pictures as Markdown, and Markdown on a page: cards."""

import re
from collections.abc import Iterator

from earmark import __version__
from earmark.report.page import (
    Block,
    Cell,
    Code,
    Folded,
    Head,
    Heading,
    Items,
    Kind,
    Page,
    Rows,
    Section,
    Words,
    in_words,
)

_SPECIAL = str.maketrans({letter: f"\\{letter}" for letter in "\\`*<|"})
_LONG = 40  # letters; longer cells are prose
_MARKS = re.compile(r"\\([\\`*<|(])|\*\*|[*`]")
MARK = "<!-- a card by earmark -->"
"""What tells a card of ours from another file."""

_RULE = re.compile(r"\|?[\s:|-]+")


def markdown(page: Page) -> str:
    """Return a page as the text of a Markdown file: pictures and maps are left out, what is folded is open.

    Examples
    --------
    >>> from earmark.report.page import Section
    >>> markdown(Page("quick", "A model.", [], [Section("Figures", [])])).splitlines()[:3]
    ['# quick', '', 'A model.']
    """
    lines = [f"# {_plain(page.title)}", "", _plain(page.lead), ""]
    if page.facts:
        lines += [*(f"* {_plain(name)}: {_plain(value)}" for name, value in page.facts), ""]
    for section in page.sections:
        lines += [f"## {_plain(section.title)}", ""]
        for block in section.blocks:
            lines += _lines(block)
    by = f" by `{page.made_by}`" if page.made_by else ""
    return "\n".join([*lines, f"Made{by} with Earmark {__version__}.", "", MARK]) + "\n"


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Rows():
            yield from (f"{_plain(block.caption)}:", "", *_table(block), "")
        case Words(text):
            yield from (_plain(text), "")
        case Items(texts):
            yield from (*(f"* {_plain(text)}" for text in texts), "")
        case Heading(text):
            yield from (f"### {_plain(text)}", "")
        case Code(text):
            fence = "`" * max(3, 1 + max(map(len, _runs(text)), default=0))
            yield from (fence, *text.splitlines(), fence, "")
        case Folded(_, inside):
            for one in inside:
                yield from _lines(one)
        case _:
            pass  # a picture


def _runs(text: str) -> list[str]:
    """Return the runs of backticks in a text: what fences it has one more."""
    return "".join(letter if letter == "`" else " " for letter in text).split()


def _table(table: Rows) -> Iterator[str]:
    yield f"| {' | '.join(_plain(head.title) for head in table.heads)} |"
    yield f"|{'|'.join('---' if head.kind != 'number' else '---:' for head in table.heads)}|"
    for row in table.rows:
        cells = (_cell(cell, head) for cell, head in zip(row, table.heads, strict=True))
        yield f"| {' | '.join(cells)} |"


def _cell(cell: Cell, head: Head) -> str:
    return _plain(in_words(cell, head))


def _plain(text: str) -> str:
    """Return text that stays one line, and is no mark-up."""
    return " ".join(text.split()).translate(_SPECIAL).replace("](", "]\\(")


def sections(text: str) -> list[Section]:
    r"""Return the sections of a card as blocks of a page: headings, paragraphs, lists, tables and code.

    Examples
    --------
    >>> [one] = sections("# quick\n\n## Limits\n\n* ten genres,\n  no more\n")
    >>> one.title, one.blocks
    ('Limits', [Items(texts=['ten genres, no more'])])
    """
    found: list[tuple[str, list[Block]]] = [("What it is", [])]
    for chunk in _chunks(text):
        first = chunk[0]
        if first.startswith("## "):
            found.append((_unmarked(first[3:]), []))
        elif not first.startswith("# ") and first != MARK:
            found[-1][1].append(_block(chunk))
    return [Section(title, blocks) for title, blocks in found if blocks]


def _chunks(text: str) -> Iterator[list[str]]:
    """Yield the lines of each paragraph, list, table, heading and piece of code."""
    chunk: list[str] = []
    fence = ""
    for line in [*text.splitlines(), ""]:
        if fence:
            chunk.append(line)
            fence = "" if line.strip() == fence else fence
            continue
        if line.startswith("```"):
            fence = line[: len(line) - len(line.lstrip("`"))]
        elif line.strip() and not line.startswith("#"):
            chunk.append(line)
            continue
        if chunk:
            yield chunk
        chunk = [line] if line.strip() else []
        if line.startswith("#"):
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _block(chunk: list[str]) -> Block:
    first = chunk[0]
    if first.startswith("```"):
        return Code("\n".join(line for line in chunk[1:] if not line.startswith("```")))
    if first.startswith("#"):
        return Heading(_unmarked(first.lstrip("# ")))
    if first.startswith("|") and len(chunk) > 1 and _RULE.fullmatch(chunk[1]):
        heads, *rows = (_cells(line) for line in [first, *chunk[2:]])
        width = len(heads)
        filled = [[*row, *[""] * width][:width] for row in rows]
        longest = [max(map(len, column), default=0) for column in zip(heads, *filled, strict=True)]
        kinds: list[Kind] = ["prose" if most > _LONG else "text" for most in longest]
        named = [Head(name, kind) for name, kind in zip(heads, kinds, strict=True)]
        return Rows("Figures", named, filled)
    if first.startswith("* "):
        items: list[str] = []
        for line in chunk:
            if line.startswith("* "):
                items.append(line[2:])
            else:
                items[-1] += f" {line.strip()}"
        return Items([_unmarked(item) for item in items])
    return Words(_unmarked(" ".join(chunk)))


def _cells(line: str) -> list[str]:
    return [_unmarked(cell.strip()) for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]


def _unmarked(text: str) -> str:
    return _MARKS.sub(lambda found: found[1] or "", text)
