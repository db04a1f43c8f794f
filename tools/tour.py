"""Write the table of arrays into ``docs/pictures.md``, between its two markers, and draw its pictures.

python -m tools.tour            # writes all of it
python -m tools.tour --check    # exits with 1 if the table is another
"""

import argparse
import math
import sys
from pathlib import Path

from PIL import Image

from earmark.features.arrays import ARRAYS, ArrayKind
from earmark.service.pictures import picture

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "pictures.md"
SONG = ROOT / "demo" / "blues.ogg"
BEGIN = "<!-- arrays: written by `python -m tools.tour` -->\n"
END = "<!-- end of arrays -->"
COLOURS = 256


def table() -> str:
    """Return what arrays there are as a Markdown table."""
    kinds = [ARRAYS[name] for name in ARRAYS]
    rows = [
        f"| `{kind.name}` | {kind.description} | {_axis(kind)} | {kind.unit or '-'} | {_range(kind)} |"
        for kind in kinds
    ]
    return "\n".join(
        ["", "| name | what it is | rows | unit | range |", "|---|---|---|---|---|", *rows, "", ""]
    )


def _axis(kind: ArrayKind) -> str:
    if len(kind.rows) == 1:
        return "1"
    first, last = (
        row if isinstance(row, str) else f"{row:.0f}" if row >= 100 else f"{row:.3g}"
        for row in (kind.rows[0], kind.rows[-1])
    )
    return f"{len(kind.rows)}: {kind.axis}, {first} to {last} {kind.axis_unit}".rstrip()


def _range(kind: ArrayKind) -> str:
    if math.isinf(kind.low) and math.isinf(kind.high):
        return "any"
    return f"{kind.low:g} or more" if math.isinf(kind.high) else f"{kind.low:g} to {kind.high:g}"


def main() -> None:
    """Write or check."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing")
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    wanted = before + BEGIN + table() + END + rest.split(END)[1]
    if parser.parse_args().check:
        sys.exit(text != wanted and f"{PAGE.name} tells of other arrays: python -m tools.tour")
    PAGE.write_text(wanted, encoding="utf-8")
    for name, what, dark in (("tour", "tour", False), ("tour-dark", "tour", True), ("mel", "mel", False)):
        path = picture(SONG, ROOT / "docs" / "images" / f"{name}.png", what=what, dark=dark)
        # A repository is cloned by many: a quarter of the size, and hardly an eye sees it.
        with Image.open(path) as drawn:
            few = drawn.convert("RGB").quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        few.save(path, optimize=True)


if __name__ == "__main__":
    main()
