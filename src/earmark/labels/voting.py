"""From the tags of a song to its one genre, and to all that its tags speak of."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from earmark.errors import ArgumentError
from earmark.labels.matching import Matcher
from earmark.labels.patterns import plain
from earmark.labels.taxonomy import VOTES, Taxonomy, Vote

NO_TAGS = "no tags"
UNKNOWN = "no rule takes any of its tags"
LEFT_OUT = "left out on purpose: "
RARE = "rare: "


@dataclass(frozen=True)
class Taken:
    """What becomes of one tag.

    Attributes
    ----------
    genre : str or None
        The genre of the rule that takes it.
    rule : int or None
        The number of that rule, from 0.
    number : int
        The number of its pattern in the rule, or of that which leaves it out.
    also : tuple of str
        Other genres with a rule that holds it too, in their order.
    reason : str
        Why it is left out on purpose; empty otherwise.
    """

    genre: str | None = None
    rule: int | None = None
    number: int = 0
    also: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class Verdict:
    """What a song is called.

    Attributes
    ----------
    genre : str or None
        Its one genre.
    narrow : str or None
        The same before rare genres were folded into their parents.
    genres : tuple of str
        All genres that its tags speak of: its own, then by votes.
    tag : str or None
        The tag that speaks for it: of those of its genre, the one with the earliest rule.
    rule : int or None
        The number of the rule that takes this tag, from 0.
    why : str
        Why it has no genre; empty if it has one.
    outvoted : tuple of str
        Genres that more of its tags speak for.
    """

    genre: str | None
    narrow: str | None = None
    genres: tuple[str, ...] = ()
    tag: str | None = None
    rule: int | None = None
    why: str = ""
    outvoted: tuple[str, ...] = ()


@dataclass(frozen=True)
class Binned:
    """Songs with their genres.

    Attributes
    ----------
    taxonomy : Taxonomy
    vote : {"first", "majority", "weighted"}
    min_count : int
        Songs that a genre must have to stay.
    tags : tuple of tuple of str
        By song its tags.
    verdicts : tuple of Verdict
        By song what it is called; songs of equal tags share one.
    taken : dict of str to Taken
        What becomes of each distinct tag.
    folded : dict of str to (str or None)
        By genre that was too rare the wider one that its songs went to, or None.
    """

    taxonomy: Taxonomy
    vote: Vote
    min_count: int
    tags: tuple[tuple[str, ...], ...]
    verdicts: tuple[Verdict, ...]
    taken: Mapping[str, Taken]
    folded: Mapping[str, str | None]

    @property
    def counts(self) -> dict[str, int]:
        """Songs per genre, the commonest first, for genres that have any."""
        found = Counter(verdict.genre for verdict in self.verdicts if verdict.genre is not None)
        return dict(sorted(found.items(), key=lambda one: (-one[1], one[0])))

    @property
    def without(self) -> dict[str, int]:
        """Songs without a genre by reason, the commonest first."""
        found = Counter(verdict.why for verdict in self.verdicts if verdict.genre is None)
        return dict(sorted(found.items(), key=lambda one: (-one[1], one[0])))


def bin_songs(
    taxonomy: Taxonomy, tags: Iterable[Sequence[str]], *, vote: Vote | None = None, min_count: int = 1
) -> Binned:
    """Give each song one genre, or say why it has none.

    Every tag is looked at once, and every set of tags once. In all three votes what is equal is decided by
    the order of the genres, never by the order of the tags.

    Parameters
    ----------
    taxonomy : Taxonomy
    tags : iterable of sequence of str
        By song its tags.
    vote : {"first", "majority", "weighted"}, optional
        ``first``: of the genres of its tags, the first in the taxonomy. ``majority``: that of most tags.
        ``weighted``: each tag counts as its rule weighs. The taxonomy's own by default.
    min_count : int
        A genre of fewer songs is folded into its parent, from the narrowest genres up. Without a parent its
        songs have no genre: what is too rare to be learnt does not survive.

    Raises
    ------
    ArgumentError
        If there is no such vote, or the count is below 1.

    Examples
    --------
    >>> from earmark.labels import taxonomy
    >>> binned = bin_songs(taxonomy("gtzan10"), [["hard rock", "pop", "art rock"], ["рок"], []])
    >>> [(verdict.genre, verdict.why) for verdict in binned.verdicts]
    [('rock', ''), ('rock', ''), (None, 'no tags')]
    """
    chosen: Vote = vote or taxonomy.vote
    if chosen not in VOTES:
        raise ArgumentError(f"the vote {vote!r}", f"use one of {', '.join(VOTES)}")
    if min_count < 1:
        raise ArgumentError(f"genres of at least {min_count} songs", "give a count of 1 or more")
    ballot = _Ballot(taxonomy, chosen)
    songs = tuple(map(tuple, tags))
    verdicts = [ballot.verdict(song) for song in songs]
    folded = _folded(taxonomy, Counter(v.genre for v in verdicts if v.genre is not None), min_count)
    if folded:
        wider = {verdict: _widen(verdict, folded, min_count) for verdict in set(verdicts)}
        verdicts = [wider[verdict] for verdict in verdicts]
    return Binned(
        taxonomy,
        chosen,
        min_count,
        songs,
        tuple(verdicts),
        dict(sorted(ballot.taken.items())),
        folded.into,
    )


class _Ballot:
    """Decides tags, and sets of tags, each once."""

    def __init__(self, taxonomy: Taxonomy, vote: Vote) -> None:
        self._taxonomy = taxonomy
        self._vote = vote
        self._matcher = Matcher(taxonomy)
        self._rank = {genre: rank for rank, genre in enumerate(taxonomy.genres)}
        self.taken: dict[str, Taken] = {}
        self._verdicts: dict[tuple[str, ...], Verdict] = {}

    def verdict(self, tags: tuple[str, ...]) -> Verdict:
        """Return what songs with these tags are called."""
        found = self._verdicts.get(tags)
        if found is None:
            found = self._verdicts[tags] = self._decide(tags)
        return found

    def _take(self, tag: str) -> Taken:
        found = self.taken.get(tag)
        if found is None:
            found = self.taken[tag] = take(self._matcher, tag, self._rank)
        return found

    def _decide(self, tags: tuple[str, ...]) -> Verdict:
        every = {tag: self._take(tag) for tag in sorted(set(tags), reverse=True) if plain(tag)}
        # Spellings of one tag are one vote.
        fates = {tag: every[tag] for tag in {plain(tag): tag for tag in every}.values()}
        took = {tag: fate for tag, fate in fates.items() if fate.genre is not None}
        if not took:
            return Verdict(None, why=_why_not(fates))
        votes = {
            genre: [fate for fate in took.values() if fate.genre == genre]
            for genre in {fate.genre for fate in took.values() if fate.genre is not None}
        }
        weights = {
            genre: math.fsum(self._taxonomy.rules[fate.rule or 0].weight for fate in fates)
            if self._vote == "weighted"
            else len(fates)
            for genre, fates in votes.items()
        }
        order = sorted(votes, key=lambda genre: (-weights[genre], self._rank[genre]))
        genre = min(votes, key=self._rank.__getitem__) if self._vote == "first" else order[0]
        also = {other for fate in took.values() for other in fate.also} - votes.keys()
        tag = min(
            (tag for tag, fate in took.items() if fate.genre == genre),
            key=lambda tag: (took[tag].rule, took[tag].number, plain(tag)),
        )
        return Verdict(
            genre,
            narrow=genre,
            genres=(
                genre,
                *(other for other in order if other != genre),
                *sorted(also, key=self._rank.__getitem__),
            ),
            tag=tag,
            rule=took[tag].rule,
            outvoted=tuple(other for other in order if len(votes[other]) > len(votes[genre])),
        )


def take(matcher: Matcher, tag: str, rank: Mapping[str, int]) -> Taken:
    """Return what becomes of a tag."""
    hits = matcher.hits(tag)
    rules, untaken = matcher.taxonomy.rules, matcher.taxonomy.untaken
    if not hits:
        return Taken()
    first = hits[0]
    if first.taker >= len(rules):
        return Taken(number=first.number, reason=untaken[first.taker - len(rules)].reason)
    genre = rules[first.taker].genre
    others = {rules[hit.taker].genre for hit in hits if hit.taker < len(rules)} - {genre}
    return Taken(genre, first.taker, first.number, tuple(sorted(others, key=rank.__getitem__)))


def _why_not(fates: Mapping[str, Taken]) -> str:
    if not fates:
        return NO_TAGS
    if any(not fate.reason for fate in fates.values()):
        return UNKNOWN
    return LEFT_OUT + min(fate.reason for fate in fates.values())


@dataclass(frozen=True)
class _Folding:
    """Where the songs of rare genres go, and how many each of these had when it was folded."""

    into: Mapping[str, str | None]
    counts: Mapping[str, int]

    def __bool__(self) -> bool:
        return bool(self.into)


def _folded(taxonomy: Taxonomy, counts: Counter[str], min_count: int) -> _Folding:
    """Fold from the narrowest genres up, so that a parent has its children's songs when its turn comes."""
    into: dict[str, str | None] = {}
    had: dict[str, int] = {}
    rank = {genre: rank for rank, genre in enumerate(taxonomy.genres)}
    for genre in sorted(taxonomy.genres, key=lambda one: (-len(taxonomy.lineage(one)), rank[one])):
        if 0 < counts[genre] < min_count:
            into[genre] = parent = taxonomy.parents.get(genre)
            had[genre] = counts[genre]
            if parent is not None:
                counts[parent] += counts[genre]
    return _Folding(into, had)


def _widen(verdict: Verdict, folded: _Folding, min_count: int) -> Verdict:
    genre = verdict.genre
    while genre is not None and genre in folded.into:
        last, genre = genre, folded.into[genre]
    if genre == verdict.genre:
        return verdict
    if genre is None:
        count = folded.counts[last]
        songs = "1 song" if count == 1 else f"{count} songs"
        why = f"{RARE}'{last}' has {songs}, fewer than {min_count}, and no wider genre"
        return replace(verdict, genre=None, why=why)
    return replace(verdict, genre=genre)
