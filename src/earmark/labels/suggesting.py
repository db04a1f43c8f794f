"""Which genre the tags that no rule takes may belong to: by their names, and by the tags they come with."""

import difflib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from earmark.labels.patterns import words_of
from earmark.labels.voting import Binned

_ALIKE = 0.72
"""A name that is less alike than this says nothing, and one that is hardly more says hardly anything."""
_FEWEST = 3
"""Songs that must speak for a genre before their company says something."""


@dataclass(frozen=True)
class Suggestion:
    """A rule for a tag that no rule takes.

    Attributes
    ----------
    tag : str
    songs : int
        Songs that have it.
    genre : str or None
        The genre proposed; None if neither name nor company tells.
    score : float
        How well, 0 to 1: the mean of what the likeness of names and what the share of songs say.
    alike : str or None
        The tag of that genre with the most similar name.
    likeness : float
        How similar, 0 to 1.
    company : int
        Songs with the tag whose other tags are of that genre.
    accompanied : int
        Songs with the tag whose other tags are of any genre.
    """

    tag: str
    songs: int
    genre: str | None
    score: float
    alike: str | None
    likeness: float
    company: int
    accompanied: int

    def to_toml(self) -> str:
        """Return the rule as it is written in a taxonomy.

        Examples
        --------
        >>> print(Suggestion("polka", 9, "folk", 0.5, None, 0.0, 4, 8).to_toml())
        [[rule]]
        genre = "folk"
        tags = ["polka"]
        """
        return f"[[rule]]\ngenre = {_quoted(self.genre or '')}\ntags = [{_quoted(self.tag)}]"


def _quoted(text: str) -> str:
    escaped = "".join(
        f"\\{letter}" if letter in '"\\' else letter if letter.isprintable() else f"\\u{ord(letter):04x}"
        for letter in text
    )
    return f'"{escaped}"'


def suggest(binned: Binned, most: int = 20) -> tuple[Suggestion, ...]:
    """Propose rules for the commonest tags that no rule takes and nobody left out on purpose.

    A tag's company are the genres of the other tags of its songs, each song counting once; a genre counts by
    how much commoner it is there than among all songs. Names are compared by rapidfuzz where that is
    installed, else by difflib, which is slower and a little coarser.

    Parameters
    ----------
    binned : Binned
    most : int
        For how many tags.

    Examples
    --------
    >>> from earmark.labels import taxonomy
    >>> from earmark.labels.voting import bin_songs
    >>> songs = [["melodic techno", "teckno"], ["techno", "teckno"], ["techno"], ["techno", "teckno"]]
    >>> found = suggest(bin_songs(taxonomy("spotify15"), songs))[0]
    >>> found.tag, found.genre, found.company
    ('teckno', 'techno', 3)
    """
    songs = Counter(tag for tags in binned.tags for tag in dict.fromkeys(tags))
    unknown = [
        tag
        for tag, taken in binned.taken.items()
        if taken.genre is None and not taken.reason and words_of(tag)
    ]
    unknown.sort(key=lambda tag: (-songs[tag], tag))
    unknown = unknown[:most]
    company = _company(binned, set(unknown))
    usual = Counter(genre for verdict in binned.verdicts for genre in verdict.genres)
    known = {tag: taken.genre for tag, taken in binned.taken.items() if taken.genre is not None}
    nearest = _nearest()
    return tuple(
        _suggestion(
            tag,
            songs[tag],
            company=company[tag],
            usual=usual,
            near=nearest(tag, known),
            all_songs=len(binned.tags),
        )
        for tag in unknown
    )


def _company(binned: Binned, unknown: set[str]) -> dict[str, Counter[str]]:
    """Return by tag the songs per genre among its songs; under "" those with any genre."""
    found: dict[str, Counter[str]] = {tag: Counter() for tag in unknown}
    for tags, verdict in zip(binned.tags, binned.verdicts, strict=True):
        for tag in unknown.intersection(tags):
            if verdict.genres:
                found[tag].update(["", *verdict.genres])
    return found


def _nearest() -> Callable[[str, dict[str, str]], list[tuple[str, str, float]]]:
    """Return what finds the tags with the most similar names: (tag, genre, likeness)."""
    try:
        from rapidfuzz import fuzz, process  # noqa: PLC0415 - an extra: earmark[lab]
    except ImportError:

        def by_difflib(tag: str, known: dict[str, str]) -> list[tuple[str, str, float]]:
            close = difflib.get_close_matches(tag, known, n=3, cutoff=_ALIKE)
            return [(one, known[one], difflib.SequenceMatcher(None, tag, one).ratio()) for one in close]

        return by_difflib

    def by_rapidfuzz(tag: str, known: dict[str, str]) -> list[tuple[str, str, float]]:
        found = process.extract(tag, list(known), scorer=fuzz.ratio, limit=3, score_cutoff=100 * _ALIKE)
        return [(one, known[one], score / 100) for one, score, _ in found]

    return by_rapidfuzz


def _suggestion(
    tag: str,
    songs: int,
    *,
    company: Counter[str],
    usual: Counter[str],
    near: list[tuple[str, str, float]],
    all_songs: int,
) -> Suggestion:
    accompanied = company[""]
    genres = {genre for genre, count in company.items() if genre and count >= _FEWEST}
    genres |= {genre for _, genre, _ in near}

    def likeness(genre: str) -> float:
        return max((score for _, own, score in near if own == genre), default=0.0)

    def share(genre: str) -> float:
        """Return how much of the company is of a genre, less what any songs would have of it."""
        if company[genre] < _FEWEST:
            return 0.0
        return max(company[genre] / accompanied - usual[genre] / all_songs, 0.0)

    scores = {
        genre: (max(likeness(genre) - _ALIKE, 0.0) / (1 - _ALIKE) + share(genre)) / 2 for genre in genres
    }
    best = max(scores, key=lambda genre: (scores[genre], genre), default=None)
    if best is None or scores[best] <= 0:
        return Suggestion(tag, songs, None, 0.0, None, 0.0, 0, accompanied)
    alike = max((one for one in near if one[1] == best), key=lambda one: one[2], default=None)
    return Suggestion(
        tag,
        songs,
        best,
        scores[best],
        None if alike is None else alike[0],
        likeness(best),
        company[best],
        accompanied,
    )
