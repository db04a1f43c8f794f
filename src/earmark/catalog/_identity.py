"""Which records are one song: by ISRC, by MusicBrainz id, else by artist, title and duration.

The result depends on the set of records alone, never on the order in which they came.
"""

import re
import unicodedata
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field

from earmark.catalog._provider import Record

REASONS = ("isrc", "musicbrainz", "artist+title+duration", "artist+title")
"""From the strongest to the weakest."""
SAME_S = 2.0
"""Durations that differ by no more may be those of one recording: services round, and cut silence."""

_FEATURING = re.compile(
    r"[\(\[]\s*(?:feat|ft|featuring)\b\.?[^)\]]*[\)\]]"
    r"|\s(?:feat|ft)\.\s.*?(?=\s[-\u2013\u2014(\[]|$)",  # up to "(live)" or "- Remix"
    re.IGNORECASE,
)
_LONGEST = 500
"""Letters of a name that are looked at for guests and remasters; a longer one is compared as it stands."""
_REMASTER = re.compile(
    r"\s*(?:[-\u2013\u2014]\s*|[\(\[]\s*)(?:\d{4}\s+)?(?:digital(?:ly)?\s+)?remaster(?:ed)?(?:\s+\d{4})?\s*[\)\]]?\s*$",
    re.IGNORECASE,
)
_ISRC = re.compile(r"[A-Z]{2}[A-Z0-9]{3}[0-9]{7}")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Source:
    """A record and who told of it.

    Attributes
    ----------
    provider : str
        Who.
    record : Record
        What.
    fetched_at : str
        When, ISO 8601.
    """

    provider: str
    record: Record
    fetched_at: str


@dataclass
class Song:
    """Records that are one song.

    Attributes
    ----------
    sources : list of Source
        At least one, in the order of their providers.
    reason : str
        One of :data:`REASONS`, the weakest that was needed; ``""`` for one record.
    """

    sources: list[Source]
    reason: str = ""
    isrcs: set[str] = field(default_factory=set)
    ids: set[str] = field(default_factory=set)

    @property
    def duration_s(self) -> float | None:
        """Return the first duration that is told."""
        return next((d for s in self.sources if (d := s.record.duration_s) is not None), None)


def plain(text: str | None) -> str:
    """Return a name as it is compared: no case, accents, punctuation, guests or remasters.

    Examples
    --------
    >>> plain("The Beatles"), plain("Déjà Vu (feat. Jay-Z)"), plain("Help! - Remastered 2009")
    ('beatles', 'deja vu', 'help')
    >>> plain("Help! feat. Somebody (Live)"), plain("Help! [Remix]")
    ('help live', 'help remix')
    >>> plain("Guns N' Roses & Co"), plain("Кино́")
    ('guns n roses and co', 'кино')
    """
    bare = " ".join((text or "").split())
    if len(bare) <= _LONGEST:
        bare = _REMASTER.sub("", _FEATURING.sub("", bare))
    spread = unicodedata.normalize("NFKD", bare.replace("&", " and ")).casefold()
    words = "".join(map(_compared, spread)).split()
    return " ".join(words[1:] if len(words) > 1 and words[0] == "the" else words)


def _compared(letter: str) -> str:
    if "\u0300" <= letter <= "\u036f" or letter in "'\u2019`":  # accents
        return ""
    # Other marks are letters of their own: without vowels two words of Hindi are one.
    return letter if letter.isalnum() or unicodedata.category(letter)[0] == "M" else " "


def isrcs(text: str | None) -> set[str]:
    """Return ISRCs as they are compared, of one recording; it has several where it was registered twice.

    Examples
    --------
    >>> isrcs("gb-aye-69-00535"), isrcs("unknown")
    ({'GBAYE6900535'}, set())
    >>> sorted(isrcs("GBAYE6900535; USRC17607839"))
    ['GBAYE6900535', 'USRC17607839']
    """
    bare = (re.sub(r"[\s-]", "", part).upper() for part in re.split(r"[;,/|]", text or ""))
    return {code for code in bare if _ISRC.fullmatch(code)}


def musicbrainz_id(text: str | None) -> str | None:
    """Return a MusicBrainz id as it is compared, or None for what is none."""
    bare = (text or "").strip().lower()
    return bare if _UUID.fullmatch(bare) else None


def songs(sources: Sequence[Source]) -> list[Song]:
    """Return the songs among records.

    Parameters
    ----------
    sources : sequence of Source
        In an order that depends on nothing but what they are. Those of one provider with one key are one.
    """
    one = _joined([Song([source]) for source in sources], _by_key, "")
    for song in one:
        song.isrcs = {code for s in song.sources for code in isrcs(s.record.isrc)}
        song.ids = {code for s in song.sources if (code := musicbrainz_id(s.record.musicbrainz_id))}
    one = _joined(one, lambda song: sorted(song.isrcs), "isrc")
    one = _joined(one, lambda song: sorted(song.ids), "musicbrainz")
    return _by_name(one)


def _by_key(song: Song) -> list[Hashable]:
    (source,) = song.sources
    return [(source.provider, source.record.key)]


def _joined(parts: list[Song], names: Callable[[Song], Iterable[Hashable]], reason: str) -> list[Song]:
    """Join all songs that have a name in common, through any number of others."""
    parent = list(range(len(parts)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    first: dict[Hashable, int] = {}
    for i, part in enumerate(parts):
        for name in names(part):
            a, b = root(first.setdefault(name, i)), root(i)
            parent[max(a, b)] = min(a, b)
    together: dict[int, list[Song]] = {}
    for i, part in enumerate(parts):
        together.setdefault(root(i), []).append(part)
    return [_one(members, reason) for members in together.values()]


def _one(members: list[Song], reason: str) -> Song:
    if len(members) == 1:
        return members[0]
    reasons = {reason, *(member.reason for member in members)} - {""}
    return Song(
        [source for member in members for source in member.sources],
        max(reasons, key=REASONS.index, default=""),
        set().union(*(member.isrcs for member in members)),
        set().union(*(member.ids for member in members)),
    )


def _by_name(parts: list[Song]) -> list[Song]:
    """Join songs of one artist, title and duration that no two ISRCs or MusicBrainz ids tell apart."""
    groups: dict[tuple[str, str], list[Song]] = {}
    for part in parts:
        groups.setdefault(_name(part), []).append(part)
    done: list[Song] = []
    for (artist, title), group in groups.items():
        done += group if not artist or not title or len(group) == 1 else _by_duration(group)
    return done


def _name(song: Song) -> tuple[str, str]:
    record = next((s.record for s in song.sources if s.record.artists and s.record.title), None)
    return (plain(record.artists[0]), plain(record.title)) if record else ("", "")


def _by_duration(group: list[Song]) -> list[Song]:
    timed = [song for song in group if song.duration_s is not None]
    joined: list[Song] = []
    # Those that are told best are joined to, the others join the nearest.
    for song in sorted(timed, key=lambda song: (not song.isrcs, not song.ids)):
        near = [
            (_apart_s(other, song), i)
            for i, other in enumerate(joined)
            if _apart_s(other, song) <= SAME_S and _may_be_one(other, song)
        ]
        if near:
            _, nearest = min(near)
            joined[nearest] = _one([joined[nearest], song], "artist+title+duration")
        else:
            joined.append(song)
    return _with_untimed(joined, [song for song in group if song.duration_s is None])


def _with_untimed(joined: list[Song], untimed: list[Song]) -> list[Song]:
    """Join songs of unknown duration to the only one of that name, if it is the only one."""
    if len(joined) > 1:
        return joined + untimed
    for song in untimed:
        if joined and _may_be_one(joined[0], song):
            joined[0] = _one([joined[0], song], "artist+title")
        else:
            joined.append(song)
    return joined


def _apart_s(one: Song, other: Song) -> float:
    return abs((one.duration_s or 0.0) - (other.duration_s or 0.0))


def _may_be_one(one: Song, other: Song) -> bool:
    return not (one.isrcs and other.isrcs) and not (one.ids and other.ids)
