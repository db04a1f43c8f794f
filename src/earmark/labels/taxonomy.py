"""What a taxonomy is: genres in an order, and rules that say which tags are whose."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from earmark.labels.patterns import KINDS, Pattern
from earmark.workspace import content_hash

Vote = Literal["first", "majority", "weighted"]
VOTES: tuple[Vote, ...] = ("first", "majority", "weighted")


@dataclass(frozen=True)
class Rule:
    """Patterns whose tags belong to one genre.

    Attributes
    ----------
    genre : str
        Where its tags go.
    patterns : tuple of Pattern
        A tag that holds any of them is taken, unless an earlier rule has it.
    exceptions : tuple of Pattern
        A tag that holds any of these is left to other rules.
    weight : float
        What a tag taken by it counts in a weighted vote; above 0.
    """

    genre: str
    patterns: tuple[Pattern, ...]
    exceptions: tuple[Pattern, ...] = ()
    weight: float = 1.0


@dataclass(frozen=True)
class Untaken:
    """Patterns of tags that say no genre, and why; rules go first."""

    patterns: tuple[Pattern, ...]
    reason: str


@dataclass(frozen=True)
class Taxonomy:
    """A way to turn raw tags into genres.

    Attributes
    ----------
    name : str
        What it is called; part of the name of the folders made with it.
    genres : tuple of str
        Every genre, in the order that decides between them.
    rules : tuple of Rule
        The first that holds a tag takes it.
    parents : dict of str to str
        By genre the wider one, for those that have one.
    untaken : tuple of Untaken
        What is left out on purpose.
    aliases : dict of str to str
        By other words for it, in any language, the word that the rules know.
    vote : {"first", "majority", "weighted"}
        How the tags of a song come to one genre, unless told otherwise.
    about, source : str
        What it is for, and where it comes from.
    """

    name: str
    genres: tuple[str, ...]
    rules: tuple[Rule, ...]
    parents: Mapping[str, str] = field(default_factory=dict)
    untaken: tuple[Untaken, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)
    vote: Vote = "first"
    about: str = ""
    source: str = ""

    def lineage(self, genre: str) -> tuple[str, ...]:
        """Return a genre with all that are wider, widest first.

        Examples
        --------
        >>> from earmark.labels import taxonomy
        >>> taxonomy("spotify15").lineage("techno")
        ('electronic', 'techno')
        """
        line = [genre]
        while (parent := self.parents.get(line[-1])) is not None:
            line.append(parent)
        return tuple(reversed(line))

    @property
    def hash(self) -> str:
        """16 hexadecimal digits that stand for everything it decides with."""
        return content_hash(self.to_dict())

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain JSON types, without what decides nothing."""
        return {
            "name": self.name,
            "genres": list(self.genres),
            "parents": dict(self.parents),
            "aliases": dict(self.aliases),
            "vote": self.vote,
            "rules": [
                {
                    "genre": rule.genre,
                    "weight": rule.weight,
                    **_by_kind(rule.patterns),
                    "except": _by_kind(rule.exceptions),
                }
                for rule in self.rules
            ],
            "untaken": [{"reason": left.reason, **_by_kind(left.patterns)} for left in self.untaken],
        }

    def __iter__(self) -> Iterator[Rule]:
        return iter(self.rules)


def _by_kind(patterns: tuple[Pattern, ...]) -> dict[str, list[str]]:
    found = {kind: [p.text for p in patterns if p.kind == kind] for kind in KINDS}
    return {kind: texts for kind, texts in found.items() if texts}
