"""Tables whose columns are known: those that are passed around, and what Earmark itself measures."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from earmark.dataset.schema import ColumnSpec, Schema
from earmark.features import FEATURE_SETS
from earmark.registry import Registry

_SCORES = (
    "danceability", "energy", "speechiness", "acousticness", "instrumentalness", "liveness", "valence",
)  # fmt: skip


@dataclass(frozen=True)
class KnownTable:
    """A table that is known by its columns.

    Attributes
    ----------
    schema : Schema
        Its columns.
    needs : frozenset of str
        The columns by which it is known.
    share : float
        How much of them must be there, 0 to 1: published tables lack a column here and there.
    """

    schema: Schema
    needs: frozenset[str]
    share: float = 1.0

    def is_like(self, columns: set[str], prefix: str = "") -> bool:
        """Return whether a table with these columns is such a table; `prefix` stands before its names."""
        there = sum(prefix + name in columns for name in self.needs)
        return there >= self.share * len(self.needs)


KNOWN: Registry[KnownTable] = Registry("known table")
"""Known tables by name; a table is the first one whose columns it has."""


def _spotify(
    loudness: tuple[float, float], tempo: tuple[float, float], key_low: float = 0
) -> tuple[ColumnSpec, ...]:
    """Return Spotify's audio features, as its documentation of 2024 describes them."""
    return (
        *(ColumnSpec(name, "number", unit="1", low=0, high=1) for name in _SCORES),
        ColumnSpec("key", "integer", unit="semitones above C", low=key_low, high=11),
        ColumnSpec("mode", "integer", unit="0 minor, 1 major", low=0, high=1),
        ColumnSpec("loudness", "number", unit="dB", low=loudness[0], high=loudness[1]),
        ColumnSpec("tempo", "number", unit="beats per minute", low=tempo[0], high=tempo[1]),
        ColumnSpec("time_signature", "integer", unit="beats per bar", low=1, high=5),
    )


_FIFTEEN = (
    "Dark Trap", "Emo", "Hiphop", "Pop", "Rap", "RnB", "Trap Metal", "Underground Rap",
    "dnb", "hardstyle", "psytrance", "techhouse", "techno", "trance", "trap",
)  # fmt: skip

_DURATION = ColumnSpec("duration_ms", "integer", unit="ms", low=20_000, high=1_000_000)


def _add(name: str, columns: tuple[ColumnSpec, ...], needs: set[str]) -> None:
    KNOWN.add(name, KnownTable(Schema(columns, name), frozenset(needs)))


_add(
    "spotify15",
    (
        # The ranges are those that this table was published with.
        *_spotify((-35, 5), (50, 250)),
        _DURATION,
        ColumnSpec("type", "category"),
        ColumnSpec("genre", "category", "label", classes=_FIFTEEN),
        ColumnSpec("song_name", "text", "text", nullable=True),
        ColumnSpec("title", "text", "text", nullable=True),
    ),
    {*_SCORES, "tempo", "duration_ms", "genre", "song_name", "title"},
)
_add(
    "spotify12",
    (
        *_spotify((-60, 5), (30, 250)),
        ColumnSpec("popularity", "integer", unit="1", low=0, high=100),
        ColumnSpec("artist_name", "category", "group"),
        ColumnSpec("artist_uri", "category", "group"),
        ColumnSpec("track_id", "id", "id"),
        ColumnSpec("track_name", "text", "text"),
    ),
    {*_SCORES, "tempo", "time_signature", "popularity", "artist_uri", "track_name"},
)
# A key of -1 says that none was found.
_add("spotify", (*_spotify((-60, 5), (30, 250), key_low=-1), _DURATION), {*_SCORES, "key", "mode", "tempo"})
_add(
    "echonest",
    (
        *(ColumnSpec(name, "number", unit="1", low=0, high=1) for name in _SCORES),
        ColumnSpec("tempo", "number", unit="beats per minute", low=10, high=260),
        ColumnSpec("track_id", "id", "id"),
    ),
    {*_SCORES, "tempo"},
)


def _measured() -> Iterator[KnownTable]:
    """Yield the tables of Earmark's own feature sets, the widest first."""
    for name in sorted(FEATURE_SETS, key=lambda name: -len(FEATURE_SETS[name].columns)):
        columns = tuple(
            ColumnSpec(column.name, "number", unit=column.unit, low=column.low, high=column.high)
            for column in FEATURE_SETS[name].info
        )
        yield KnownTable(Schema(columns, name), frozenset(FEATURE_SETS[name].columns), 0.9)


for _table in _measured():
    KNOWN.add(_table.schema.source, _table)


def recognised(columns: list[str]) -> Schema | None:
    """Return the schema of the first known table all of whose tell-tale columns are there, or None.

    Of several feature sets side by side, columns are named ``set.column``.

    Examples
    --------
    >>> recognised(["artist", "title"]) is None
    True
    """
    there = set(columns)
    for name in KNOWN:
        if KNOWN[name].is_like(there):
            return KNOWN[name].schema
    sets = [
        replace(column, name=f"{name}.{column.name}")
        for name in FEATURE_SETS
        if KNOWN[name].is_like(there, f"{name}.")
        for column in KNOWN[name].schema
    ]
    return Schema(tuple(sets), "feature sets") if sets else None
