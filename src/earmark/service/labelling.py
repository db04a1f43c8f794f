"""Raw tags in, genres out: labelling a table of songs, and looking after taxonomies."""

import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

from earmark.labels import SHIPPED, Taxonomy, Vote, taxonomy
from earmark.labels.audit import Audit, audit
from earmark.labels.comparing import Comparison, compare
from earmark.labels.lint import Complaint
from earmark.labels.lint import lint as complaints
from earmark.labels.store import keep
from earmark.labels.suggesting import Suggestion
from earmark.labels.suggesting import suggest as suggestions
from earmark.labels.tables import read_songs
from earmark.labels.voting import Binned, bin_songs

__all__ = ["Complaint", "Labelling", "Suggestion", "Taxonomy", "label", "lint", "named", "shipped", "suggest"]

AnyPath = str | os.PathLike[str]


@dataclass(frozen=True)
class Labelling:
    """What a labelling did.

    Attributes
    ----------
    read : int
        Rows of the table.
    songs : int
        Rows that were labelled: all, or the distinct ones.
    binned : Binned
        The songs with their genres.
    audit : Audit
        What the rules did.
    folder : Path or None
        Where it is kept.
    comparison : Comparison or None
        What changed against another taxonomy, if one was named.
    compared_with : str or None
        Its name.
    """

    read: int
    songs: int
    binned: Binned
    audit: Audit
    folder: Path | None
    comparison: Comparison | None
    compared_with: str | None = None

    @property
    def tag_fates(self) -> dict[str, int]:
        """Distinct tags that are ``taken``, ``left out`` on purpose, and ``unknown``."""
        fates = self.audit.tags.column("fate").to_pylist()
        return {fate: fates.count(fate) for fate in ("taken", "left out", "unknown")}

    @property
    def several(self) -> int:
        """Songs whose tags speak of more than one genre."""
        return sum(len(v.genres) > 1 for v in self.binned.verdicts if v.genre is not None)

    def to_dict(self) -> dict[str, Any]:
        """Return what ``earmark label --json`` prints: plain JSON types."""
        binned, found = self.binned, self.comparison
        return {
            "taxonomy": binned.taxonomy.name,
            "taxonomy_hash": binned.taxonomy.hash,
            "vote": binned.vote,
            "min_count": binned.min_count,
            "rows_read": self.read,
            "songs": self.songs,
            "labelled": sum(binned.counts.values()),
            "genres": binned.counts,
            "without": binned.without,
            "folded": dict(binned.folded),
            "tags": self.tag_fates,
            "unknown_tags": dict(self.audit.unknown),
            "idle_rules": {str(rule): fate for rule, fate in self.audit.idle_rules.items()},
            "songs_of_several_genres": self.several,
            "folder": None if self.folder is None else os.fspath(self.folder),
            "comparison": None if found is None else {"with": self.compared_with, **asdict(found)},
        }


def label(
    source: AnyPath,
    by: str | os.PathLike[str] | Taxonomy,
    *,
    output: AnyPath | None = "labels",
    vote: str | None = None,
    min_count: int = 1,
    tags_column: str | None = None,
    id_column: str | None = None,
    separator: str | None = None,
    distinct: bool = False,
    against: str | os.PathLike[str] | Taxonomy | None = None,
) -> Labelling:
    """Give the songs of a catalogue or a table one genre each, and keep that with its audit.

    Parameters
    ----------
    source : str or os.PathLike
        A catalogue's folder, a table, or a folder of tables; see :func:`earmark.labels.tables.read_songs`.
    by : str or os.PathLike or Taxonomy
        The name of a taxonomy that ships with Earmark, or a .toml file.
    output : str or os.PathLike, optional
        Where ``NAME@hash/`` is made; None keeps nothing.
    vote, min_count
        See :func:`earmark.labels.voting.bin_songs`.
    tags_column, id_column, separator, distinct
        See :func:`earmark.labels.tables.read_songs`.
    against : str or os.PathLike or Taxonomy, optional
        Another taxonomy: the comparison says what `by` changes, with the same vote and least count if these
        are given.

    Raises
    ------
    TableError, TaxonomyError, UnknownNameError, ArgumentError, StoreError

    Examples
    --------
    >>> done = label(table, "gtzan10", output=None)
    >>> done.binned.counts
    {'jazz': 2, 'rock': 1}
    """
    rules = _taxonomy(by)
    others = None if against is None else _taxonomy(against)
    songs = read_songs(
        source, tags_column=tags_column, id_column=id_column, separator=separator, distinct=distinct
    )
    binned = bin_songs(rules, songs.tags, vote=cast(Vote | None, vote), min_count=min_count)
    before = (
        None
        if others is None
        else bin_songs(others, songs.tags, vote=cast(Vote | None, vote), min_count=min_count)
    )
    found = audit(binned)
    return Labelling(
        read=songs.read,
        songs=len(songs),
        binned=binned,
        audit=found,
        folder=None if output is None else keep(output, binned, found, songs),
        comparison=None if before is None else compare(before, binned),
        compared_with=None if others is None else others.name,
    )


def _taxonomy(by: str | os.PathLike[str] | Taxonomy) -> Taxonomy:
    return by if isinstance(by, Taxonomy) else taxonomy(by)


def shipped() -> tuple[Taxonomy, ...]:
    """Return the taxonomies that come with Earmark."""
    return tuple(taxonomy(name) for name in SHIPPED)


def named(by: str | os.PathLike[str]) -> Taxonomy:
    """Return a taxonomy by its name or file; see :func:`earmark.labels.taxonomy`."""
    return taxonomy(by)


def lint(by: str | os.PathLike[str]) -> tuple[Taxonomy, tuple[Complaint, ...]]:
    """Return a taxonomy and what it says in vain; see :func:`earmark.labels.lint.lint`."""
    rules = taxonomy(by)
    return rules, complaints(rules)


def suggest(
    source: AnyPath,
    by: str | os.PathLike[str],
    *,
    most: int = 20,
    tags_column: str | None = None,
    separator: str | None = None,
) -> tuple[Suggestion, ...]:
    """Propose rules for the commonest tags of a table that a taxonomy does not know.

    Raises
    ------
    TableError, TaxonomyError, UnknownNameError

    Examples
    --------
    >>> [(one.tag, one.songs) for one in suggest(table, "gtzan10")]
    [('polka', 1)]
    """
    songs = read_songs(source, tags_column=tags_column, separator=separator)
    return suggestions(bin_songs(_taxonomy(by), songs.tags), most)
