"""The catalogue as others read it: one row per song, in Parquet, made anew from all records."""

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from earmark.catalog import _identity
from earmark.catalog._identity import Song, Source
from earmark.catalog._pages import Line
from earmark.catalog._previews import name_of
from earmark.errors import StoreError
from earmark.records import Track
from earmark.workspace import content_hash, keeping, replacing

FORMAT = 1
TRACKS = "tracks.parquet"
FAILURES = "failures.parquet"
MANIFEST = "manifest.json"

_TEXTS = pa.list_(pa.string())
_TIME = pa.timestamp("us", tz="UTC")
SCHEMA = pa.schema(
    [
        pa.field("track_id", pa.string(), nullable=False),
        ("title", pa.string()),
        ("artist", pa.string()),
        ("artists", _TEXTS),
        ("album", pa.string()),
        ("duration_s", pa.float64()),
        ("isrc", pa.string()),
        ("musicbrainz_id", pa.string()),
        ("tags", _TEXTS),
        ("playlists", _TEXTS),
        ("year", pa.int32()),
        ("preview_url", pa.string()),
        ("path", pa.string()),
        ("providers", _TEXTS),
        ("merged_by", pa.string()),
        ("fetched_at", _TIME),
    ]
)
FAILURES_SCHEMA = pa.schema(
    [*((name, pa.string()) for name in ("provider", "query", "error", "message", "hint")), ("time", _TIME)]
)

T = TypeVar("T")


class FailureRow(NamedTuple):
    """What could not be had: whom and what was asked, the error's class, message and hint, the time (ISO)."""

    provider: str
    query: str
    error: str
    message: str
    hint: str
    time: str


@dataclass(frozen=True)
class Catalog:
    """A catalogue of songs.

    Attributes
    ----------
    tracks : pyarrow.Table
        One row per song, sorted by artist and title: ``track_id``, ``title``, ``artist``, ``artists``,
        ``album``, ``duration_s``, ``isrc``, ``musicbrainz_id``, ``tags``, ``playlists``, ``year``,
        ``preview_url``, ``path``, ``providers``, ``merged_by``, ``fetched_at``; what they mean is told by
        :class:`earmark.records.Track`.
    failures : pyarrow.Table
        What could not be had: ``provider``, ``query``, ``error``, ``message``, ``hint``, ``time``.
    manifest : dict
        What it is made of: the providers with their terms, the questions, counts.
    """

    tracks: pa.Table
    failures: pa.Table
    manifest: Mapping[str, Any]

    def __iter__(self) -> Iterator[Track]:
        for row in self.tracks.to_pylist():
            given: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in row.items()}
            yield Track(**given)

    def __len__(self) -> int:
        return int(self.tracks.num_rows)


def read(folder: str | os.PathLike[str]) -> Catalog:
    """Return the catalogue in a folder.

    Raises
    ------
    StoreError
        If there is none, or it is damaged, or newer than this program.
    """
    place = Path(folder)
    if not (place / TRACKS).is_file():
        raise StoreError(
            f"there is no catalogue in '{place}'", "make one: earmark collect PROVIDER QUERY -o that folder"
        )
    try:
        manifest = json.loads((place / MANIFEST).read_text(encoding="utf-8"))
        if manifest["format"] > FORMAT:
            raise StoreError(
                f"the catalogue '{place}' is of a newer Earmark", "read it with that one, or update this one"
            )
        tracks = pq.read_table(place / TRACKS).select(SCHEMA.names).cast(SCHEMA)
        failures = pq.read_table(place / FAILURES).select(FAILURES_SCHEMA.names).cast(FAILURES_SCHEMA)
    except (OSError, ValueError, KeyError, TypeError, pa.ArrowException) as error:
        raise StoreError(
            f"the catalogue '{place}' is damaged",
            "run any of its commands again: it is made anew from the folder 'records' in it",
        ) from error
    return Catalog(tracks, failures, manifest)


def write(folder: Path, tracks: Sequence[Track], failures: pa.Table, manifest: Mapping[str, Any]) -> None:
    """Write a catalogue, each file whole or not at all; the manifest last.

    Raises
    ------
    StoreError
        If the disk refuses.
    """
    columns = {name: [getattr(track, name) for track in tracks] for name in SCHEMA.names}
    with keeping(folder):
        for name, table in ((TRACKS, pa.table(columns, schema=SCHEMA)), (FAILURES, failures)):
            with replacing(folder / name) as new:
                pq.write_table(table, new, compression="zstd")
        with replacing(folder / MANIFEST) as new:
            new.write_text(
                json.dumps({"format": FORMAT, **manifest}, indent=2, ensure_ascii=False) + "\n",
                encoding="utf-8",
            )


def failures_table(rows: Iterable[FailureRow]) -> pa.Table:
    """Return failures as a table."""
    told = list(rows)
    columns = {name: [getattr(row, name) for row in told] for name in FAILURES_SCHEMA.names}
    columns["time"] = [datetime.fromisoformat(row.time) for row in told]
    return pa.table(columns, schema=FAILURES_SCHEMA)


def made_of(lines: Iterable[Line], previews: Mapping[str, str] | None = None) -> list[Track]:
    """Return the songs among pages.

    Parameters
    ----------
    lines : iterable of Line
        The pages that count, in the order of their sources.
    previews : mapping of str to str, optional
        Files with excerpts, by :func:`earmark.catalog._previews.name_of` the record.
    """
    sources = [
        Source(line.question.provider, record, line.fetched_at)
        for line in lines
        if line.page is not None
        for record in line.page.records
    ]
    place = {id(source): i for i, source in enumerate(sources)}
    tracks: dict[str, Track] = {}
    for song in _identity.songs(sources):
        song.sources.sort(key=lambda source: place[id(source)])
        track = _track(song, previews or {})
        tracks[track.track_id] = track
    return sorted(tracks.values(), key=lambda t: (t.artist or "", t.title or "", t.track_id))


def _track(song: Song, previews: Mapping[str, str]) -> Track:
    records = [source.record for source in song.sources]
    artists = next((record.artists for record in records if record.artists), ())
    heard = (previews.get(name_of(source.provider, source.record.key)) for source in song.sources)
    return Track(
        track_id="t" + content_hash(_identifying(song)),
        title=_first(record.title for record in records),
        artist=artists[0] if artists else None,
        artists=artists,
        album=_first(record.album for record in records),
        duration_s=_first(record.duration_s for record in records),
        isrc=min(song.isrcs, default=None),
        musicbrainz_id=min(song.ids, default=None),
        tags=_union(record.tags for record in records),
        playlists=_union(record.playlists for record in records),
        year=_first(record.year for record in records),
        preview_url=_first(record.preview_url for record in records),
        path=_first(record.path for record in records) or _first(heard),
        providers=tuple(sorted({source.provider for source in song.sources})),
        merged_by=song.reason,
        fetched_at=datetime.fromisoformat(max(source.fetched_at for source in song.sources)),
    )


def _identifying(song: Song) -> dict[str, Any]:
    """Return what makes the song's id: the strongest there is, so that it stays when weaker things change."""
    if song.isrcs:
        return {"isrc": min(song.isrcs)}
    if song.ids:
        return {"musicbrainz": min(song.ids)}
    provider, key = min((source.provider, source.record.key) for source in song.sources)
    return {"provider": provider, "key": key}


def _first(values: Iterable[T | None]) -> T | None:
    return next((value for value in values if value is not None), None)


def _union(values: Iterable[Sequence[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for several in values for value in several))
