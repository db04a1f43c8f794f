"""One colour and one letter per genre, the same everywhere.

The colours are Paul Tol's "muted" scheme (https://sronpersonalpages.nl/~pault/), which stays apart for
colour-blind readers; they are used as backgrounds only, with the letter in black or white on them, so they
read on light and dark terminals, and the letters alone read without colour.
"""

import zlib
from collections.abc import Iterable

from rich.text import Text

_COLOURS = {
    "blues": "#332288",
    "classical": "#88ccee",
    "country": "#ddcc77",
    "disco": "#cc6677",
    "hiphop": "#117733",
    "jazz": "#999933",
    "metal": "#dddddd",
    "pop": "#aa4499",
    "reggae": "#44aa99",
    "rock": "#882255",
}


def colour_of(genre: str) -> str:
    """Return a genre's colour as ``#rrggbb``; a genre out of the scheme borrows one, always the same."""
    if genre in _COLOURS:
        return _COLOURS[genre]
    return list(_COLOURS.values())[zlib.crc32(genre.encode()) % len(_COLOURS)]


def letters(genres: Iterable[str]) -> dict[str, str]:
    """Give every genre one capital letter of its name, the first that no other has taken.

    Examples
    --------
    >>> letters(["rock", "reggae", "classical", "country"])
    {'classical': 'C', 'country': 'O', 'reggae': 'R', 'rock': 'K'}
    """
    taken: dict[str, str] = {}
    spare = [chr(code) for code in (*range(ord("A"), ord("Z") + 1), *range(ord("0"), ord("9") + 1))]
    for genre in sorted(set(genres)):
        wanted = [*filter(str.isalnum, genre.upper()), *spare]
        taken[genre] = next((letter for letter in wanted if letter not in taken.values()), "?")
    return taken


def style_of(genre: str) -> str:
    """Return the rich style of a cell of `genre`: its colour behind, black or white before it."""
    colour = colour_of(genre)
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    # Rec. 601 luma: dark writing on light colours.
    light = 0.299 * red + 0.587 * green + 0.114 * blue > 128
    return f"{'#000000' if light else '#ffffff'} on {colour}"


def chip(genre: str, letter: str) -> Text:
    """Return the mark of a genre: its letter on its colour."""
    return Text(f" {letter} ", style_of(genre))
