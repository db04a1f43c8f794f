"""The same recording twice: which songs share sound, how much of it, and where.

Two songs are compared at one offset by the share of bits in which their codes differ: about a half by chance,
far less where both are the same recording. Every pair of codes that are heard adds what it says, which is how
far that share lies below :attr:`~earmark.features.fingerprint_kinds.Kind.alike`; the stretch of the largest
sum is the overlap. It counts if

* it holds at least 12 codes that are heard, so that songs of less than 3 s never match;
* its sum is enough, so that it is long or very much alike;
* its codes differ far less than the same codes at other offsets: any noise is like another.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from earmark.features.fingerprint_index import candidates
from earmark.features.fingerprint_kinds import Fingerprint, Kind, kind_named

Progress = Callable[[int, int], None]

FEWEST_CODES = 12
"""Codes that a stretch needs: 3 s of sound."""
FAR_LESS = 0.6
"""How much less than at other offsets codes must differ, as a factor."""

_BITS = 32
_OTHER_OFFSETS = (0.11, 0.23, 0.36, 0.5, 0.64, 0.77, 0.89)  # of the stretch


@dataclass(frozen=True)
class Match:
    """Two songs that share a recording.

    Attributes
    ----------
    a, b : str
        Their names.
    overlap_s : float
        How long the sound is the same in seconds.
    start_a_s, start_b_s : float
        Where it begins in each of them, in seconds.
    unlike : float
        Share of the bits that differ there, 0 to 0.5.
    score : float
        What its codes say together: the number of codes times how far `unlike` lies below the limit; 0 for
        two files of one sound, which need no comparing.
    """

    a: str
    b: str
    overlap_s: float
    start_a_s: float
    start_b_s: float
    unlike: float
    score: float

    @property
    def offset_s(self) -> float:
        """Where in `a` the beginning of `b` lies, in seconds; negative if `b` begins earlier."""
        return self.start_a_s - self.start_b_s

    def to_dict(self) -> dict[str, str | float]:
        """Return it as plain JSON types."""
        return {**asdict(self), "offset_s": round(self.offset_s, 2)}


def matches(
    prints: Mapping[str, Fingerprint], kind: str = "earmark", progress: Progress | None = None
) -> tuple[Match, ...]:
    """Find all pairs of songs that share a recording.

    Codes meet in an index: songs are compared only at offsets at which several codes agree in 24 of their 32
    bits, so that the time grows with the number of songs and not with its square. Where more than 32 songs
    hold the same code each meets the next 32 only: of a recording that is there a hundred times some pairs
    are missing, but :func:`recordings` puts it together.

    Parameters
    ----------
    prints : mapping of str to Fingerprint
        The songs by name, all of the same kind.
    kind : str
        The kind of fingerprint.
    progress : callable, optional
        Called with the number of offsets compared, and of all.

    Returns
    -------
    tuple of Match
        At the offset that fits best, in the order of the songs.

    Examples
    --------
    >>> from earmark.features.fingerprint_kinds import fingerprint_of
    >>> noise = np.random.default_rng(0).standard_normal(30 * 5512).astype(np.float32)
    >>> prints = {"all": fingerprint_of(noise, 5512), "end": fingerprint_of(noise[8 * 5512 :], 5512)}
    >>> [match] = matches(prints)
    >>> match.a, match.b, round(match.offset_s), round(match.overlap_s)
    ('all', 'end', 8, 22)
    """
    made = kind_named(kind)
    names = list(prints)
    best: dict[tuple[int, int], Match] = {}
    found = candidates([prints[name] for name in names])
    for done, (first, second, lag) in enumerate(found):
        a, b = names[first], names[second]
        match = _at(made, (a, prints[a]), (b, prints[b]), lag)
        known = best.get((first, second))
        if match is not None and (known is None or match.score > known.score):
            best[first, second] = match
        if progress is not None:
            progress(done + 1, len(found))
    return tuple(best[pair] for pair in sorted(best))


def compare(a: tuple[str, Fingerprint], b: tuple[str, Fingerprint], kind: str = "earmark") -> Match | None:
    """Compare two songs at every offset: slower than :func:`matches`, and surer.

    Parameters
    ----------
    a, b : tuple of str and Fingerprint
        The songs by name.
    kind : str
        The kind of fingerprint.

    Returns
    -------
    Match or None
        At the offset that fits best; None if they share no recording.
    """
    made = kind_named(kind)
    length_a, length_b = len(a[1].codes), len(b[1].codes)
    best: Match | None = None
    for lag in _promising(a[1], b[1], range(1 - length_b, length_a), made.alike):
        match = _at(made, a, b, lag)
        if match is not None and (best is None or match.score > best.score):
            best = match
    return best


def _promising(a: Fingerprint, b: Fingerprint, lags: Iterable[int], alike: float) -> Iterator[int]:
    """Yield the offsets at which some twelve neighbours are alike, the fewest that can match."""
    for lag in lags:
        here, there = _both(a, b, lag)
        if len(here.codes) < FEWEST_CODES:
            continue
        sums = np.cumsum(np.bitwise_count(here.codes ^ there.codes), dtype=np.int64)
        windows = sums[FEWEST_CODES - 1 :].copy()
        windows[1:] -= sums[:-FEWEST_CODES]
        if windows.min() < alike * _BITS * FEWEST_CODES:
            yield lag


def _both(a: Fingerprint, b: Fingerprint, lag: int) -> tuple[Fingerprint, Fingerprint]:
    """Return what lies side by side if `b` begins `lag` codes behind the begin of `a`."""
    at_a, at_b = max(lag, 0), max(-lag, 0)
    count = max(0, min(len(a.codes) - at_a, len(b.codes) - at_b))
    parts = ((song, slice(at, at + count)) for song, at in ((a, at_a), (b, at_b)))
    here, there = (Fingerprint(song.codes[part], song.heard[part], 0.0) for song, part in parts)
    return here, there


def _at(kind: Kind, a: tuple[str, Fingerprint], b: tuple[str, Fingerprint], lag: int) -> Match | None:
    """Return the stretch in which two songs are the same at one offset, if there is any."""
    here, there = _both(a[1], b[1], lag)
    unlike = np.bitwise_count(here.codes ^ there.codes) / _BITS
    heard = here.heard & there.heard
    begin, end, score = _stretch(np.where(heard, kind.alike - unlike, 0.0))
    count = int(np.count_nonzero(heard[begin:end]))
    if count < FEWEST_CODES or score < kind.enough:
        return None
    mean = float(unlike[begin:end][heard[begin:end]].mean())
    if mean > FAR_LESS * _elsewhere(here.codes[begin:end], there.codes[begin:end]):
        return None
    at_a, at_b = (begin + max(shift, 0) for shift in (lag, -lag))
    shift_s = _between(a[1], b[1], (at_a, at_b, end - begin)) * kind.code_s
    early_s, late_s = (_beyond(kind, inside) for inside in (begin, len(heard) - end))
    overlap_s = (end - begin - 1) * kind.code_s + kind.context_s - early_s - late_s
    start_a_s, start_b_s = at_a * kind.code_s + early_s, at_b * kind.code_s + early_s + shift_s
    return Match(
        a[0],
        b[0],
        round(overlap_s, 2),
        round(start_a_s - min(0.0, start_b_s), 2),
        round(max(0.0, start_b_s), 2),
        round(mean, 4),
        round(score, 2),
    )


def _beyond(kind: Kind, codes: int) -> float:
    """Return how far a stretch reaches beyond what is shared, in seconds, so many codes from the songs' ends.

    The first and the last code that are still alike hear half of it, unless a song begins or ends there.
    """
    half_s = kind.context_s / 2
    return half_s if codes * kind.code_s >= half_s else 0.0


def _stretch(gains: NDArray[np.float64]) -> tuple[int, int, float]:
    """Return begin, end and sum of the part of a sequence that has the largest sum."""
    sums = np.concatenate([[0.0], np.cumsum(gains)])
    rises = sums - np.minimum.accumulate(sums)
    end = int(np.argmax(rises))
    begin = int(np.argmin(sums[: end + 1]))
    return begin, end, float(rises[end])


def _elsewhere(here: NDArray[np.uint32], there: NDArray[np.uint32]) -> float:
    """Return the share of bits that differ at other offsets within a stretch."""
    shifts = [round(len(here) * part) for part in _OTHER_OFFSETS]
    return (
        float(np.median([np.bitwise_count(here ^ np.roll(there, shift)).mean() for shift in shifts])) / _BITS
    )


def _between(a: Fingerprint, b: Fingerprint, where: tuple[int, int, int]) -> float:
    """Return how far, in codes, the best offset lies from the one at hand, going by its neighbours."""
    at_a, at_b, count = where
    shares = []
    for shift in (-1, 0, 1):
        begin = max(0, -(at_b + shift))
        codes_b = b.codes[at_b + shift + begin : at_b + shift + count]
        codes_a = a.codes[at_a + begin : at_a + begin + len(codes_b)]
        if not len(codes_b):
            return 0.0
        shares.append(float(np.bitwise_count(codes_a[: len(codes_b)] ^ codes_b).mean()))
    before, now, after = shares
    # What differs grows in proportion to the distance: two straight lines, not a parabola.
    slope = max(before, after) - now
    return 0.0 if slope <= 0 else float(np.clip(0.5 * (before - after) / slope, -0.5, 0.5))


def recordings(names: Iterable[str], found: Iterable[Match]) -> dict[str, str]:
    """Put together what shares sound, over however many songs.

    Parameters
    ----------
    names : iterable of str
        All songs.
    found : iterable of Match
        What :func:`matches` returned.

    Returns
    -------
    dict of str to str
        For each song the name of its recording: the first, in alphabetical order, of the songs that are
        linked to it by matches; its own where there are none.

    Examples
    --------
    >>> twins = [Match("b", "a", 9, 0, 0, 0, 9), Match("b", "c", 9, 0, 0, 0, 9)]
    >>> recordings(["a", "b", "c", "d"], twins)
    {'a': 'a', 'b': 'a', 'c': 'a', 'd': 'd'}
    """
    leader = {name: name for name in names}

    def first_of(name: str) -> str:
        while leader[name] != name:
            leader[name] = name = leader[leader[name]]
        return name

    for match in found:
        first, second = sorted((first_of(match.a), first_of(match.b)))
        leader[second] = first
    return {name: first_of(name) for name in leader}
