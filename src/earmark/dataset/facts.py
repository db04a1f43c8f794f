"""What a data card tells of a table: how much there is, of what, what is missing, where it comes from."""

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from earmark.catalog.providers import PROVIDERS
from earmark.dataset.certificate import table_hash
from earmark.dataset.infer import class_name, plain_name
from earmark.dataset.kinship import Kin, kin
from earmark.dataset.schema import ColumnSpec
from earmark.dataset.table import Dataset

_OF_PROVIDERS = ("provider", "providers", "source", "sources")
_PARTED = r"[\s,;|\[\]\"']+"


@dataclass(frozen=True)
class Counted:
    """How many artists (albums, tracks, playlists) there are.

    Attributes
    ----------
    kind, column : str
        What is counted, and the column that tells.
    number : int
        How many.
    rows_unknown : int
        In how many rows it is not told.
    """

    kind: str
    column: str
    number: int
    rows_unknown: int


@dataclass(frozen=True)
class GenreRows:
    """How much there is of a genre.

    Attributes
    ----------
    genre : str
        Its name; empty for rows without one.
    rows : int
        How many.
    tracks, artists : int or None
        How many; None if the table does not tell.
    """

    genre: str
    rows: int
    tracks: int | None
    artists: int | None


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes
    ----------
    name, dtype, role, unit : str
        As in :class:`earmark.dataset.schema.ColumnSpec`.
    low, high : float or None
        The least and the greatest number that stands in it; None for what is no number.
    missing : int
        Rows without a value.
    """

    name: str
    dtype: str
    role: str
    unit: str
    low: float | None
    high: float | None
    missing: int


@dataclass(frozen=True)
class Source:
    """Where rows, or their numbers, come from, and what may be done with them.

    Attributes
    ----------
    title, terms, url : str
        Its name, what it allows in a sentence, and where it says so.
    training : bool
        Whether models may be trained on it, as far as its terms say.
    """

    title: str
    terms: str
    url: str
    training: bool


@dataclass(frozen=True)
class Facts:
    """What there is in a table.

    Attributes
    ----------
    table, table_hash : str
        Its name, and the hash of all that stands in it.
    rows : int
        How many.
    label : str or None
        The column of the genres.
    schema : str
        Where its columns are known from.
    counted : tuple of Counted
        Artists, albums, tracks and playlists, where it tells of them.
    genres : tuple of GenreRows
        The most frequent first.
    columns : tuple of Column
        In the table's order.
    sources : tuple of Source
        Where it comes from, as far as that is known.
    """

    table: str
    table_hash: str
    rows: int
    label: str | None
    schema: str
    counted: tuple[Counted, ...]
    genres: tuple[GenreRows, ...]
    columns: tuple[Column, ...]
    sources: tuple[Source, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain JSON types."""
        plain = dataclasses.asdict(self)
        return {key: list(value) if isinstance(value, tuple) else value for key, value in plain.items()}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> "Facts":
        """Return the facts that :meth:`to_dict` made plain."""
        kinds = {"counted": Counted, "genres": GenreRows, "columns": Column, "sources": Source}
        lists = {name: tuple(kind(**one) for one in plain[name]) for name, kind in kinds.items()}
        return cls(**{**plain, **lists})


def facts(dataset: Dataset, providers: Mapping[str, Any] | None = None) -> Facts:
    """Return what there is in a table.

    Parameters
    ----------
    dataset : Dataset
        The table.
    providers : mapping, optional
        What the manifest of its catalogue says of each provider: ``title``, ``terms``.
    """
    related = kin(dataset)
    counts = tuple(
        Counted(one.kind, one.column, len(np.unique(one.codes[one.codes >= 0])), one.unknown)
        for one in related.values()
    )
    columns = tuple(_column(column, dataset.frame[column.name]) for column in dataset.schema)
    return Facts(
        dataset.name, table_hash(dataset), len(dataset.frame), dataset.label, dataset.schema.source,
        counts, _genres(dataset, related), columns, tuple(_sources(dataset, providers or {})),
    )  # fmt: skip


def _genres(dataset: Dataset, related: Mapping[str, Kin]) -> tuple[GenreRows, ...]:
    if dataset.label is None:
        return ()
    values = dataset.frame[dataset.label]
    names = values.map(class_name, na_action="ignore").astype(object).where(values.notna(), "")
    known = {kind: related[kind].codes for kind in ("track", "artist") if kind in related}
    found = [
        GenreRows(
            str(name),
            len(rows),
            *(
                len(np.unique(known[kind][rows][known[kind][rows] >= 0])) if kind in known else None
                for kind in ("track", "artist")
            ),
        )
        for name, rows in names.groupby(names).indices.items()
    ]
    return tuple(sorted(found, key=lambda one: (-one.rows, one.genre)))


def _column(column: ColumnSpec, values: pd.Series) -> Column:
    low = high = None
    if column.numeric and pd.api.types.is_numeric_dtype(values):
        numbers = values.to_numpy(np.float64, na_value=np.nan)
        numbers = numbers[np.isfinite(numbers)]
        low, high = (float(numbers.min()), float(numbers.max())) if len(numbers) else (None, None)
    missing = int(values.isna().sum())
    return Column(column.name, column.dtype, column.role, column.unit, low, high, missing)


def _sources(dataset: Dataset, providers: Mapping[str, Any]) -> Iterator[Source]:
    """Yield whom a catalogue names, whom a column of sources names, and whose the columns are."""
    for name, said in providers.items():
        if "terms" in said:
            terms = said["terms"]
            yield Source(
                str(said.get("title", name)), str(terms["text"]), str(terms["url"]), terms["training"]
            )
    named = set(providers)
    for name in dataset.frame.columns:
        if plain_name(str(name)) in _OF_PROVIDERS:
            words = dataset.frame[name].dropna().astype(str).str.casefold().drop_duplicates()
            named |= {word for words in words.str.split(_PARTED) for word in words}
    if dataset.schema.source.startswith("spotify"):
        named.add("spotify")
    for name in PROVIDERS:
        if name in named and name not in providers:
            one = PROVIDERS[name]
            yield Source(one.title, one.terms.text, one.terms.url, one.terms.training)
