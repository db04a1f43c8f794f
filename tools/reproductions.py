"""Run a study again and write what it gave into its page, ``docs/reproduce-NAME.md``.

python -m tools.reproductions NAME [-o DIR] [--workers N] [--quick]    # where the data is: EARMARK_DATA
"""

import argparse
import sys
from pathlib import Path

from earmark.cli.reproduce import taken_over
from earmark.reproduce import REPRODUCTIONS, Figure, Reproduced, Sheet
from earmark.service.reproducing import reproduce

DOCS = Path(__file__).resolve().parents[1] / "docs"
BEGIN = "<!-- written by `python -m tools.reproductions {}` -->\n"
END = "<!-- end of what is written -->"


def page(name: str) -> Path:
    """Return the page of a study."""
    return DOCS / f"reproduce-{name}.md"


def markdown(found: Reproduced) -> str:
    """Return figures, tables and notes as Markdown."""
    head = ("", "claimed", "re-run", "FAITHFUL", "honest (95 %)", "")
    rows = [row_of(one) for one in found.figures]
    parts = [
        f"FAITHFUL, not to be believed: {found.faithful}.\n\nHonest: {found.honest}.",
        table(head, rows),
        *(part for sheet in found.sheets for part in section(sheet)),
    ]
    if found.notes:
        parts += ["## What to know", "\n".join(f"* {sentence(note)}" for note in found.notes)]
    return "\n" + "\n\n".join(parts) + "\n\n"


def row_of(one: Figure) -> tuple[str, ...]:
    """Return the cells of a figure."""
    plain = ["-" if value is None else f"{value:.3f}" for value in (one.claimed, one.rerun, one.faithful)]
    return (one.what, *plain, str(one.honest or "-"), one.note)


def section(sheet: Sheet) -> list[str]:
    """Return a sheet as a chapter."""
    return [
        f"## {sheet.title}",
        table(sheet.head, sheet.rows),
        *([sentence(sheet.note)] if sheet.note else []),
    ]


def sentence(note: str) -> str:
    """Return a note as a sentence."""
    return f"{note[0].upper()}{note[1:]}."


def table(head: tuple[str, ...], rows: list[tuple[str, ...]] | tuple[tuple[str, ...], ...]) -> str:
    """Return a Markdown table, numbers to the right."""
    lines = [head, ("---", *("---:" for _ in head[1:])), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines)


def main() -> None:
    """Run and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", choices=list(REPRODUCTIONS))
    parser.add_argument("-o", "--output", default="reproductions")
    parser.add_argument("--workers", type=int)
    parser.add_argument("--quick", action="store_true")
    given = parser.parse_args()
    found = reproduce(given.name, folder=given.output, quick=given.quick, workers=given.workers)
    path, begin = page(given.name), BEGIN.format(given.name)
    before, written, rest = path.read_text(encoding="utf-8").partition(begin)
    if not written:
        sys.exit(f"{path.name} has no line '{begin.strip()}'")
    path.write_text(before + begin + markdown(found) + END + rest.partition(END)[2], encoding="utf-8")
    sys.stdout.write(f"wrote {path.name}\n")
    if found.by_other_code:
        sys.stdout.write(f"note: {taken_over(found.by_other_code, Path(given.output) / given.name)}\n")


if __name__ == "__main__":
    main()
