"""How a song is cut: whole, in windows of fixed length, one excerpt of it, or by bars and beats.

All arithmetic is in whole samples at the rate of the samples that are cut. Piece `i` of windows of length L
every H seconds begins at sample round(i H rate) and has round(L rate) samples: ``3s`` at 22 050 Hz is
``samples[i * 66150 : (i + 1) * 66150]``.
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal, NamedTuple, cast, get_args

import numpy as np

from earmark.errors import ArgumentError
from earmark.records import FloatArray

SHORTEST_S = 0.1
"""Windows shorter than this, or closer, are refused: a frame of the spectrum has 93 ms."""

BEATS = 4
"""How many make a bar."""

_SLACK_S = 0.001  # rounding, at whatever rate, must not decide whether a last window is whole
_KNOWN = "give whole, 3s, 3s/1.5s, 45s+40s, bars or beats; 'keep' behind it keeps a short last piece"
_SECONDS = r"([0-9]{1,6}(?:\.[0-9]{1,6})?)s"
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

    Raises
    ------
    ArgumentError
        If nothing can be cut like that.
    """

    kind: Kind = "whole"
    length_s: float = 0.0
    every_s: float = 0.0
    skip_s: float = 0.0
    last: Last = "drop"

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            raise ArgumentError(f"a window of kind {self.kind!r}", f"give one of {', '.join(get_args(Kind))}")
        _check_rule(self.last)
        if self.kind == "fixed":
            _check_length(self.length_s, "windows of")
            _check_length(self.every_s, "windows every")
        if self.kind == "excerpt":
            _check_length(self.length_s, "an excerpt of")
            if not 0 <= self.skip_s < math.inf:
                raise ArgumentError(f"an excerpt after {self.skip_s:g}s", "give 0 s or more")

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


def _check_rule(last: object) -> None:
    if last not in get_args(Last):
        raise ArgumentError(f"{last!r} for a short last piece", "give drop or keep")


def _check_length(value_s: float, what: str) -> None:
    if not SHORTEST_S <= value_s < math.inf:
        raise ArgumentError(f"{what} {_seconds(value_s)}", f"give {SHORTEST_S:g} s or more")


def rounded(value_s: float, digits: int = 3) -> str:
    """Return a time for people, to that many digits, or to whole seconds if these are more.

    Examples
    --------
    >>> rounded(0.75), rounded(12.345), rounded(12345.6)
    ('0.75 s', '12.3 s', '12346 s')
    """
    return f"{value_s:.{digits}g} s" if value_s < 10**digits else f"{value_s:.0f} s"


WHOLE = Window()
"""The song as one piece."""


def parse_window(text: str | Window, last: Last | None = None) -> Window:
    """Return the window that a text names; a window is returned as it is, or with the rule `last`.

    ================  ==============================================================================
    ``whole``         the song as one piece
    ``3s``            pieces of three seconds, one after the other
    ``3s/1.5s``       pieces of three seconds, one every 1.5 seconds
    ``45s+40s``       one piece: 45 seconds are skipped, 40 taken
    ``bars``          pieces of four beats of the estimated tempo (``tempo`` of ``groover65``), from the start
    ``beats``         pieces from every fourth beat to the next, the beats being tracked
    ================  ==============================================================================

    What is left at the end, shorter than a piece, is dropped; with ``keep`` behind the text, as in
    ``3s keep``, it is a piece of its own. A song shorter than a piece, or without tempo or beats, is one
    piece. What lies before the first tracked beat is left out. Where the song ends within an excerpt, what is
    there of it is taken; where it ends before the excerpt's first second, the last 40 seconds of the song in
    place of them. The notes of the table say each of these.

    Parameters
    ----------
    text : str or Window
        One of the above, with any lengths of 0.1 s or more.
    last : {"drop", "keep"}, optional
        What becomes of a short last piece, in other words.

    Raises
    ------
    ArgumentError
        If the text is none of these, or says another rule than `last`.

    Examples
    --------
    >>> parse_window("3s/1.5s").every_s
    1.5
    >>> str(parse_window("3.0s", last="keep"))
    '3s keep'
    """
    if last is not None:
        _check_rule(last)
    if isinstance(text, Window):
        return text if last is None or text.kind in ("whole", "excerpt") else replace(text, last=last)
    if not isinstance(text, str):
        raise ArgumentError(f"a window of type {type(text).__name__}", _KNOWN)
    words = text.lower().split()
    said = cast(Last, words.pop()) if len(words) == 2 and words[1] in get_args(Last) else None
    found = _GRAMMAR.fullmatch(words[0]) if len(words) == 1 else None
    if found is None:
        raise ArgumentError(f"no window is called '{text}'", _KNOWN)
    if said and last and said != last:
        raise ArgumentError(f"a window '{text}', and {last!r} for a short last piece", "say it once")
    return _made(found, last or said or "drop")


def _made(found: re.Match[str], last: Last) -> Window:
    name, first, sign, second = found["name"], found[2], found["sign"], found[4]
    if name:
        return Window(kind=cast(Kind, name), last="drop" if name == "whole" else last)
    if sign == "+":
        return Window("excerpt", length_s=float(second), skip_s=float(first))
    return Window("fixed", length_s=float(first), every_s=float(second or first), last=last)


class Piece(NamedTuple):
    """One piece of a song: its first sample, and its samples."""

    start: int
    samples: FloatArray


class Count(NamedTuple):
    """How many windows of fixed length a song holds.

    Attributes
    ----------
    whole : int
        Number of windows that are whole, one that lacks less than a millisecond included.
    rest_s : float or None
        Where a short last piece begins that is kept; None without one.
    notes : tuple of str
        What was dropped, or kept though it is short.
    """

    whole: int
    rest_s: float | None
    notes: tuple[str, ...]


def count(window: Window, duration_s: float) -> Count:
    """Return how many windows a song of that length holds, the same at any rate; 1 if it is not cut.

    A song shorter than one window is kept as one short piece, and the notes say so.

    Examples
    --------
    >>> count(parse_window("3s"), 10.0)
    Count(whole=3, rest_s=None, notes=('the last 1 s, less than a window of 3 s, dropped',))
    """
    if window.kind != "fixed":
        return Count(1, None, ())
    if duration_s < window.length_s - _SLACK_S:
        short = f"{rounded(duration_s)} of sound, less than a window of {window.length_s:g} s"
        return Count(0, 0.0, (f"{short}: kept as one piece",))
    whole = 1 + math.floor((duration_s - window.length_s + _SLACK_S) / window.every_s)
    next_s = whole * window.every_s
    left_s = duration_s - max(next_s, next_s - window.every_s + window.length_s)
    if left_s <= _SLACK_S:
        return Count(whole, None, ())
    if window.last == "keep":
        return Count(whole, next_s, ())
    note = f"the last {rounded(left_s)}, less than a window of {window.length_s:g} s, dropped"
    return Count(whole, None, (note,))


class Cutter:
    """Cuts a song that comes block by block, holding no more of it than a window and a block.

    Parameters
    ----------
    window : Window
        Of fixed length; any other leaves the song whole.
    rate_hz : int
        Sampling rate of the samples.

    Attributes
    ----------
    taken : int
        Number of samples so far.

    Examples
    --------
    >>> import numpy as np
    >>> window = parse_window("1s keep")
    >>> cutter = Cutter(window, 4)
    >>> [piece.start for piece in cutter.push(np.zeros(9, np.float32))]
    [0, 4]
    >>> [piece.start for piece in cutter.finish(count(window, 9 / 4))]
    [8]
    """

    def __init__(self, window: Window, rate_hz: int) -> None:
        self.taken = 0
        self._every = window.every_s * rate_hz
        self._size = round(window.length_s * rate_hz) if window.kind == "fixed" else None
        self._next = 0
        self._at = 0  # the first sample kept
        self._kept: FloatArray = np.empty(rate_hz, np.float32)

    def push(self, block: FloatArray) -> Iterator[Piece]:
        """Take the next samples and yield the pieces that they complete."""
        have = self.taken - self._at
        need = have + len(block)
        if need > len(self._kept):
            # Moved by the system, not copied: a song is never in memory twice.
            self._kept.resize(need + need // 4, refcheck=False)
        self._kept[have:need] = block
        self.taken += len(block)
        if self._size is None or self._start(self._next) + self._size > self.taken:
            return
        while (start := self._start(self._next)) + self._size <= self.taken:
            yield Piece(start, self._kept[start - self._at : start - self._at + self._size].copy())
            self._next += 1
        left = self._kept[max(0, start - self._at) : need]
        self._kept[: len(left)] = left
        self._at = self.taken - len(left)

    def _start(self, number: int) -> int:
        return round(number * self._every)

    def finish(self, windows: Count) -> Iterator[Piece]:
        """Yield what is left when the song has ended: all of it, if it is not cut."""
        have = self._kept[: self.taken - self._at]
        if self._size is None:
            yield Piece(0, have)
            return
        for start in map(self._start, range(self._next, windows.whole)):
            yield Piece(start, have[start - self._at : start - self._at + self._size])
        if windows.rest_s is not None:
            start = self._start(windows.whole)
            yield Piece(start, have[start - self._at :])


class Slices(NamedTuple):
    """Where a song is cut, in seconds, and what there is to say of it."""

    spans_s: tuple[tuple[float, float], ...]
    notes: tuple[str, ...]


def by_tempo(window: Window, tempo_bpm: float, duration_s: float) -> Slices:
    """Return slices of four beats of a tempo each, from the start of the song.

    A song without a tempo, or shorter than four beats, is one slice.

    Examples
    --------
    >>> by_tempo(parse_window("bars"), 120.0, 5.0)
    Slices(spans_s=((0.0, 2.0), (2.0, 4.0)), notes=('the last 1 s, without 4 whole beats, dropped',))
    """
    if not tempo_bpm > 0:
        return _one(duration_s, "no tempo was found")
    bar_s = BEATS * 60 / tempo_bpm
    bars = math.floor((duration_s + _SLACK_S) / bar_s)
    if not bars:
        return _one(duration_s, f"{rounded(duration_s)} of sound, less than {BEATS} beats")
    return _with_rest(window, [n * bar_s for n in range(bars + 1)], duration_s, [])


def by_beats(window: Window, beats_s: Sequence[float], duration_s: float) -> Slices:
    """Return the slices from every fourth beat to the next.

    What lies before the first beat is left out. A song with fewer than five beats is one slice.

    Examples
    --------
    >>> by_beats(parse_window("beats keep"), (0.5, 1.0, 1.5, 2.0, 2.5, 3.0), 3.5).spans_s
    ((0.5, 2.5), (2.5, 3.5))
    """
    bounds = list(beats_s[::BEATS])
    if len(bounds) < 2:
        return _one(duration_s, f"beats found: {len(beats_s)}, fewer than {BEATS + 1}")
    before = f"the first {rounded(bounds[0])}, before the first beat, left out"
    return _with_rest(window, bounds, duration_s, [before] if bounds[0] > _SLACK_S else [])


def _one(duration_s: float, why: str) -> Slices:
    return Slices(((0.0, duration_s),), (f"{why}: kept as one piece",))


def _with_rest(window: Window, bounds: list[float], duration_s: float, notes: list[str]) -> Slices:
    left_s = duration_s - bounds[-1]
    if left_s > _SLACK_S and window.last == "keep":
        bounds.append(duration_s)
    elif left_s > _SLACK_S:
        notes.append(f"the last {rounded(left_s)}, without {BEATS} whole beats, dropped")
    return Slices(tuple(pairwise(bounds)), tuple(notes))


def sliced(samples: FloatArray, rate_hz: int, slices: Slices) -> Iterator[Piece]:
    """Yield the slices of a song that is in memory."""
    for start_s, end_s in slices.spans_s:
        start = round(start_s * rate_hz)
        yield Piece(start, samples[start : round(end_s * rate_hz)])
