"""Raw tags in, genres out: labelling a table of songs, and looking after taxonomies."""

import os
from dataclasses import dataclass
from pathlib import Path

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
    """

    read: int
    songs: int
    binned: Binned
    audit: Audit
    folder: Path | None
    comparison: Comparison | None


def label(
    source: AnyPath,
    by: str | os.PathLike[str] | Taxonomy,
    *,
    output: AnyPath | None = "labels",
    vote: Vote | None = None,
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
    binned = bin_songs(rules, songs.tags, vote=vote, min_count=min_count)
    before = None if others is None else bin_songs(others, songs.tags, vote=vote, min_count=min_count)
    found = audit(binned)
    return Labelling(
        read=songs.read,
        songs=len(songs),
        binned=binned,
        audit=found,
        folder=None if output is None else keep(output, binned, found, songs),
        comparison=None if before is None else compare(before, binned),
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
