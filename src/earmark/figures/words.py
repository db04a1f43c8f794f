"""Words on a page, whatever characters a song's name holds and however long it is."""

from functools import cache
from itertools import accumulate
from typing import Any
from unicodedata import east_asian_width

from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, fontManager, get_font
from matplotlib.ft2font import FT2Font

# DejaVu Sans comes with matplotlib; the others are tried for what it lacks, where a system has them.
_FAMILIES = (
    "DejaVu Sans",
    "Noto Sans CJK JP",
    "Noto Sans CJK SC",
    "Hiragino Sans",
    "Yu Gothic",
    "Microsoft YaHei",
    "Malgun Gothic",
    "Apple SD Gothic Neo",
    "PingFang SC",
    "WenQuanYi Zen Hei",
    "Arial Unicode MS",
)
LONGEST = 26
"""Letters of a name beside a row, or below a column."""

_UNKNOWN = "□"


@cache
def families() -> tuple[str, ...]:
    """Return the font families to write with, in the order in which they are asked for a character."""
    installed = {font.name for font in fontManager.ttflist}
    return tuple(family for family in _FAMILIES if family in installed)


@cache
def _fonts() -> tuple[FT2Font, ...]:
    return tuple(get_font(findfont(FontProperties(family=family))) for family in families())


def drawable(words: str) -> str:
    r"""Return words with every character that cannot be drawn as its escape or as a box.

    Examples
    --------
    >>> drawable("two\nlines, \U0001f3b5")
    'two\\nlines, □'
    """
    return "".join(
        c.encode("unicode_escape").decode("ascii")
        if not c.isprintable()
        else c if any(font.get_char_index(ord(c)) for font in _fonts()) else _UNKNOWN
        for c in words
    )  # fmt: skip


def brief(words: str, most: int = LONGEST) -> str:
    """Return a name that fits beside a row; what is too long loses its middle.

    Parameters
    ----------
    words : str
        The name.
    most : int
        How many letters there is room for; those of East Asia take the room of two.

    Examples
    --------
    >>> brief("progressive instrumental stoner metal", 20), brief("jazz")
    ('progressive i…metal', 'jazz')
    """
    wide = sum(_room(letter) for letter in words)
    if wide <= most:
        return words
    start, end = _until(words, most - 1 - most // 3), _until(words[::-1], most // 3 - 1)
    return f"{words[:start]}…{words[len(words) - end :]}"


def in_short(number: float) -> str:
    """Return a number as it stands at a tick: thousands and millions by their letter.

    Examples
    --------
    >>> in_short(665000.0), in_short(1.5e6), in_short(0.1 + 0.2), in_short(800.0)
    ('665k', '1.5M', '0.3', '800')
    """
    for size, letter in ((1e6, "M"), (1e4, "k")):
        if abs(number) >= size:
            number, unit = number / (1e6 if letter == "M" else 1e3), letter
            break
    else:
        unit = ""
    return f"{number:.4g}{unit}".replace("-", "\N{MINUS SIGN}")


def _room(letter: str) -> int:
    return 2 if east_asian_width(letter) in "WF" else 1


def _until(words: str, most: int) -> int:
    """Return how many letters fit into so much room."""
    return sum(1 for room in accumulate(map(_room, words)) if room <= most)


def write(figure: Figure, at: tuple[float, float], words: str, most_px: float, looks: dict[str, Any]) -> None:
    """Write a line from a point in shares of the page; what is too long loses its middle.

    Both ends stay, for the start says what it is and the end which one.
    """
    whole = drawable(words)
    text = figure.text(*at, whole, parse_math=False, family=families(), **looks)

    def fits(kept: int) -> bool:
        if kept < len(whole):
            end = kept // 3
            text.set_text(f"{whole[: kept - end]}…{whole[len(whole) - end :]}")
        return bool(text.get_window_extent().width <= most_px)

    if not fits(len(whole)):
        least, most = 0, len(whole) - 1
        while least < most:
            middle = (least + most + 1) // 2
            least, most = (middle, most) if fits(middle) else (least, middle - 1)
        fits(least)
