"""What another taxonomy, or another vote, makes of the same songs."""

from collections import Counter
from dataclasses import dataclass

from earmark.errors import ArgumentError
from earmark.labels.voting import Binned


@dataclass(frozen=True)
class Change:
    """Songs that change from one genre to another, None for no genre.

    Attributes
    ----------
    before, after : str or None
        The genres.
    songs : int
        How many songs.
    tags : tuple of (str, int)
        The tags that the change is due to, with their songs, the commonest first: the tag that decided
        before, where another decides now or the same one goes elsewhere; else the tag that decides now.
    """

    before: str | None
    after: str | None
    songs: int
    tags: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Comparison:
    """Two labellings of the same songs.

    Attributes
    ----------
    songs, changed : int
        All songs, and those with another genre.
    gained, lost : int
        Of these the songs that had no genre before, and those that have none now.
    changes : tuple of Change
        The commonest first.
    tags : tuple of (str, str or None, str or None, int)
        Tags that go to another genre themselves: tag, genre before, genre after, songs that have it.
    """

    songs: int
    changed: int
    gained: int
    lost: int
    changes: tuple[Change, ...]
    tags: tuple[tuple[str, str | None, str | None, int], ...]


def compare(before: Binned, after: Binned) -> Comparison:
    """Return what changes between two labellings of the same songs.

    Raises
    ------
    ArgumentError
        If their songs are not the same.

    Examples
    --------
    >>> from earmark.labels import taxonomy
    >>> from earmark.labels.voting import bin_songs
    >>> songs = [["pop punk"], ["polka"], ["pop"]]
    >>> found = compare(*(bin_songs(taxonomy(name), songs) for name in ("broad12", "broad12-fixed")))
    >>> found.changed, found.changes[0].before, found.changes[0].after
    (1, 'pop', 'hardcore')
    """
    if before.tags != after.tags:
        raise ArgumentError("labellings of different songs", "compare labellings of one table")
    songs: Counter[tuple[str | None, str | None]] = Counter()
    due: dict[tuple[str | None, str | None], Counter[str]] = {}
    for old, new in zip(before.verdicts, after.verdicts, strict=True):
        if old.genre == new.genre:
            continue
        pair = (old.genre, new.genre)
        songs[pair] += 1
        tag = old.tag or new.tag
        if tag is not None:
            due.setdefault(pair, Counter())[tag] += 1
    order = sorted(songs, key=lambda pair: (-songs[pair], str(pair)))
    with_tag = Counter(tag for tags in before.tags for tag in dict.fromkeys(tags))
    tags = [
        (tag, old.genre, after.taken[tag].genre, with_tag[tag])
        for tag, old in before.taken.items()
        if old.genre != after.taken[tag].genre
    ]
    return Comparison(
        songs=len(before.tags),
        changed=songs.total(),
        gained=sum(count for pair, count in songs.items() if pair[0] is None),
        lost=sum(count for pair, count in songs.items() if pair[1] is None),
        changes=tuple(
            Change(*pair, songs[pair], tuple(due.get(pair, Counter()).most_common())) for pair in order
        ),
        tags=tuple(sorted(tags, key=lambda one: (-one[3], one[0]))),
    )
