"""An index of codes: where songs have some in common, without comparing each song with each.

Codes meet if they agree in three quarters of their bits, whichever: all codes are sorted four times, each
time without another quarter, and equal ones lie side by side. Two songs whose codes meet several times at one
offset are worth comparing there.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from earmark.errors import ArgumentError
from earmark.features.fingerprint_kinds import Fingerprint

IntArray = NDArray[np.int64]

_KEYS = tuple(np.uint32(0xFFFFFFFF ^ (0xFF << shift)) for shift in (0, 8, 16, 24))
_MOST_OF_ONE_SONG = 4  # codes of one song under one key
_MOST_NEIGHBOURS = 32  # under one key, that each code meets
_FEWEST_MEETINGS = 3
_MOST_OFFSETS = 3  # of one pair of songs
_MOST_MEETINGS_AT_ONCE = 1 << 24  # 128 MB
_LAG_BITS, _SONG_BITS = 20, 22


def candidates(prints: Sequence[Fingerprint]) -> list[tuple[int, int, int]]:
    """Return pairs of songs that may share a recording, each with the few offsets that are worth comparing.

    Parameters
    ----------
    prints : sequence of Fingerprint
        The songs, all of one kind.

    Returns
    -------
    list of tuple of int
        The numbers of two songs, the smaller first, and where the second begins in the first, in codes.

    Raises
    ------
    ArgumentError
        If a song is longer than half a million codes.
    """
    codes, songs, places = _heard_codes(prints)
    meetings, counts = np.zeros(0, np.int64), np.zeros(0, np.int64)
    waiting: list[IntArray] = []
    size = 0
    for key in _KEYS:
        for met in _meetings(codes & key, songs, places):
            waiting.append(met)
            size += len(met)
            if size > _MOST_MEETINGS_AT_ONCE:
                meetings, counts = _counted(meetings, counts, waiting)
                waiting, size = [], 0
    meetings, counts = _counted(meetings, counts, waiting)
    return _likeliest(meetings, counts)


def _heard_codes(prints: Sequence[Fingerprint]) -> tuple[NDArray[np.uint32], IntArray, IntArray]:
    """Return the codes of all songs that may meet, with the song and the place of each."""
    if max((len(print_.codes) for print_ in prints), default=0) >= 1 << (_LAG_BITS - 1):
        raise ArgumentError("a song of more than 18 hours", "cut it first")
    parts = []
    for number, print_ in enumerate(prints):
        new = np.ones(len(print_.codes), np.bool_)
        new[1:] = print_.codes[1:] != print_.codes[:-1]
        places = np.flatnonzero(new & print_.heard)
        parts.append((print_.codes[places], np.full(len(places), number, np.int64), places))
    if not parts:
        return np.zeros(0, np.uint32), np.zeros(0, np.int64), np.zeros(0, np.int64)
    codes, songs, where = (np.concatenate(column) for column in zip(*parts, strict=True))
    return codes, songs, where


def _meetings(keys: NDArray[np.uint32], songs: IntArray, places: IntArray) -> Iterator[IntArray]:
    """Yield where equal keys of different songs lie: song, song and offset in one number."""
    order = np.argsort(keys, kind="stable")
    keys, songs, places = keys[order], songs[order], places[order]
    # A key that one song holds many times says little, and would keep others from meeting.
    few = np.ones(len(keys), np.bool_)
    ahead = _MOST_OF_ONE_SONG
    few[ahead:] = (keys[ahead:] != keys[:-ahead]) | (songs[ahead:] != songs[:-ahead])
    keys, songs, places = keys[few], songs[few], places[few]
    at = np.arange(len(keys))
    for step in range(1, _MOST_NEIGHBOURS + 1):
        at = at[at + step < len(keys)]
        at = at[keys[at] == keys[at + step]]
        if not len(at):
            return
        met = at[songs[at] != songs[at + step]]
        yield _packed(songs[met], songs[met + step], places[met] - places[met + step])


def _packed(first: IntArray, second: IntArray, lags: IntArray) -> IntArray:
    half = 1 << (_LAG_BITS - 1)
    return (first << (_LAG_BITS + _SONG_BITS)) | (second << _LAG_BITS) | (lags + half)


def _counted(meetings: IntArray, counts: IntArray, more: list[IntArray]) -> tuple[IntArray, IntArray]:
    """Add meetings to those counted so far."""
    if not more:
        return meetings, counts
    together = np.concatenate([meetings, *more])
    weights = np.concatenate([counts, np.ones(len(together) - len(meetings), np.int64)])
    unique, which = np.unique(together, return_inverse=True)
    return unique, np.bincount(which, weights).astype(np.int64)


def _likeliest(meetings: IntArray, counts: IntArray) -> list[tuple[int, int, int]]:
    """Return for each pair of songs the few offsets at which most codes meet, if any do often enough."""
    if not len(meetings):
        return []
    # A cut between two codes spreads what meets over two offsets.
    total = counts.copy()
    beside = np.diff(meetings) == 1
    total[:-1] += np.where(beside, counts[1:], 0)
    total[1:] += np.where(beside, counts[:-1], 0)
    often = total >= _FEWEST_MEETINGS
    meetings, total, counts = meetings[often], total[often], counts[often]
    pairs = meetings >> _LAG_BITS
    order = np.lexsort((-counts, -total, pairs))
    meetings, pairs = meetings[order], pairs[order]
    first_of_few = np.ones(len(pairs), np.bool_)
    first_of_few[_MOST_OFFSETS:] = pairs[_MOST_OFFSETS:] != pairs[:-_MOST_OFFSETS]
    chosen = meetings[first_of_few]
    lags = (chosen & ((1 << _LAG_BITS) - 1)) - (1 << (_LAG_BITS - 1))
    firsts, seconds = chosen >> (_LAG_BITS + _SONG_BITS), (chosen >> _LAG_BITS) & ((1 << _SONG_BITS) - 1)
    return list(zip(firsts.tolist(), seconds.tolist(), lags.tolist(), strict=True))
