"""How a song is cut: whole, in windows of fixed length, one excerpt of it, or by bars and beats.

All arithmetic is in whole samples at the rate of the samples that are cut. Piece `i` of windows of length L
every H seconds begins at sample round(i H rate) and has round(L rate) samples: ``3s`` at 22 050 Hz is
``samples[i * 66150 : (i + 1) * 66150]``.
"""

import re
from dataclasses import dataclass
from typing import Any, Literal, cast

from earmark.errors import ArgumentError

SHORTEST_S = 0.1
"""Windows shorter than this, or closer, are refused: a frame of the spectrum has 93 ms."""

_KNOWN = "give whole, 3s, 3s/1.5s, 45s+40s, bars or beats; 'keep' behind it keeps a short last piece"
_SECONDS = r"(\d{1,6}(?:\.\d{1,6})?)s"
_GRAMMAR = re.compile(
    rf"(?P<name>whole|bars|beats)|{_SECONDS}(?:(?P<sign>[/+]){_SECONDS})?",
)

Kind = Literal["whole", "fixed", "excerpt", "bars", "beats"]
Last = Literal["drop", "keep"]


@dataclass(frozen=True)
class Window:
    """One way to cut a song; made by :func:`parse_window`, which gives it back from its ``str``.

    Attributes
    ----------
    kind : {"whole", "fixed", "excerpt", "bars", "beats"}
        Whether it is cut at all, and by what.
    length_s : float
        Length of a piece in seconds, of ``fixed`` and ``excerpt``.
    every_s : float
        Distance from the begin of one piece to that of the next in seconds, of ``fixed``.
    skip_s : float
        Where the piece begins in seconds, of ``excerpt``.
    last : {"drop", "keep"}
        What becomes of what is left at the end, shorter than a piece, of ``fixed``, ``bars`` and ``beats``.
    """

    kind: Kind = "whole"
    length_s: float = 0.0
    every_s: float = 0.0
    skip_s: float = 0.0
    last: Last = "drop"

    def __str__(self) -> str:
        text: str = self.kind
        if self.kind == "excerpt":
            text = f"{_seconds(self.skip_s)}+{_seconds(self.length_s)}"
        elif self.kind == "fixed":
            text = _seconds(self.length_s)
            if self.every_s != self.length_s:
                text += f"/{_seconds(self.every_s)}"
        return f"{text} keep" if self.last == "keep" else text


def _seconds(value_s: float) -> str:
    return f"{value_s:.6f}".rstrip("0").rstrip(".") + "s"


WHOLE = Window()
"""The song as one piece."""


def parse_window(text: Any, last: Last | None = None) -> Window:
    """Return the window that a text names.

    ================  ==============================================================================
    ``whole``         the song as one piece
    ``3s``            pieces of three seconds, one after the other
    ``3s/1.5s``       pieces of three seconds, one every 1.5 seconds
    ``45s+40s``       one piece: 45 seconds are skipped, 40 taken
    ``bars``          pieces of four beats of the estimated tempo, from the start of the song
    ``beats``         pieces from every fourth beat to the next, the beats being tracked
    ================  ==============================================================================

    What is left at the end, shorter than a piece, is dropped, and the notes of the table say so; with
    ``keep`` behind the text, as in ``3s keep``, it is a piece of its own.

    Parameters
    ----------
    text : str
        One of the above, with any lengths of 0.1 s or more.
    last : {"drop", "keep"}, optional
        What becomes of a short last piece, in other words.

    Raises
    ------
    ArgumentError
        If the text is none of these.

    Examples
    --------
    >>> parse_window("3s/1.5s").every_s
    1.5
    >>> str(parse_window("3.0s", last="keep"))
    '3s keep'
    """
    if isinstance(text, Window):
        return text
    if not isinstance(text, str):
        raise ArgumentError(f"a window of type {type(text).__name__}", _KNOWN)
    if last not in (None, "drop", "keep"):
        raise ArgumentError(f"{last!r} for a short last piece", "give drop or keep")
    words = text.lower().split()
    rule: Last = last or "drop"
    if len(words) == 2 and words[1] in ("drop", "keep"):
        rule = cast(Last, words.pop())
    found = _GRAMMAR.fullmatch(words[0]) if len(words) == 1 else None
    if found is None:
        raise ArgumentError(f"no window is called '{text}'", _KNOWN)
    return _made(found, rule)


def _made(found: re.Match[str], last: Last) -> Window:
    name, first, sign, second = found["name"], found[2], found["sign"], found[4]
    if name:
        return Window(kind=cast(Kind, name), last="drop" if name == "whole" else last)
    if sign == "+":
        _long_enough(float(second), "an excerpt")
        return Window("excerpt", length_s=float(second), skip_s=float(first))
    length_s, every_s = float(first), float(second or first)
    _long_enough(length_s, "windows")
    _long_enough(every_s, "windows every")
    return Window("fixed", length_s=length_s, every_s=every_s, last=last)


def _long_enough(value_s: float, what: str) -> None:
    if value_s < SHORTEST_S:
        raise ArgumentError(f"{what} of {_seconds(value_s)}", f"give {SHORTEST_S:g} s or more")
