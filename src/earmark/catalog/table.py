"""Tables on this machine: CSV, Parquet and JSON of any shape, their columns mapped by name."""

import ast
import json
import math
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from earmark.catalog._provider import Ability, Kind, Page, Query, Rate, Record, Terms
from earmark.catalog._rows import Row, read_rows
from earmark.errors import TableError
from earmark.registry import Registry
from earmark.workspace import content_hash

if TYPE_CHECKING:
    from earmark.catalog.http import Client

_PER_PAGE = 1000

FIELDS: Registry[tuple[str, ...]] = Registry("field of a song")
"""What a column can be, and the names by which it is known without being mapped, bare of case and signs."""
FIELDS.add("title", ("title", "trackname", "songname", "tracktitle", "songtitle", "song", "track", "name"))
FIELDS.add("artist", ("artist", "artistname", "artists", "artistnames", "trackartist", "performer"))
FIELDS.add("album", ("album", "albumname", "albumtitle", "release"))
FIELDS.add("duration_s", ("durations", "lengths", "seconds", "durationseconds"))
FIELDS.add("duration_ms", ("durationms", "lengthms", "trackdurationms"))
FIELDS.add("isrc", ("isrc", "trackisrc"))
FIELDS.add("musicbrainz_id", ("musicbrainzid", "mbid", "recordingmbid", "musicbrainzrecordingid"))
FIELDS.add("tags", ("tags", "genres", "genre", "tag", "artistgenres", "styles", "genretop"))
FIELDS.add("playlist", ("playlist", "playlistname", "playlists"))
FIELDS.add("year", ("year", "releaseyear", "releasedate", "date"))
FIELDS.add("preview_url", ("previewurl", "preview", "trackpreviewurl"))
FIELDS.add("path", ("path", "file", "filepath"))
FIELDS.add("id", ("trackid", "id", "songid", "uri", "trackuri"))

SETTINGS: Registry[str] = Registry("field of a song")
"""What ``--map`` takes besides."""
SETTINGS.add("separator", "what parts tags and artists within a cell: ';' and '|' if left out")
SETTINGS.add("encoding", "how the text is encoded: cp1251")
SETTINGS.add("delimiter", "what parts the columns: tab")


class Table:
    """The provider."""

    name = "table"
    title = "a table"
    can: frozenset[Ability] = frozenset({"tags"})
    asks: Mapping[Kind, str] = {"path": "a CSV, Parquet or JSON file with a row per song"}
    rate: Rate | None = None
    terms = Terms("What may be done with a table is told by who made it.", "")
    needs: Mapping[str, str] = {}
    urls: Mapping[str, str] = {}

    def pages(self, _client: "Client | None", query: Query, cursor: str) -> Iterator[Page]:
        """Yield the rows of a file; a cursor is the number of the next row."""
        given = dict(query.options)
        for name in given:
            if name not in FIELDS and name not in SETTINGS:
                known = Registry[None](FIELDS.kind)
                for one in (*FIELDS, *SETTINGS):
                    known.add(one, None)
                known[name]  # raises, with what it may have meant
        path = Path(query.text)
        rows = read_rows(path, given.get("encoding"), given.get("delimiter"))
        if not rows:
            raise TableError(f"'{path}' has no rows", "give a table with a row per song")
        columns = _mapped(path, list(dict.fromkeys(name for row in rows for name in row)), given)
        start = int(cursor or 0)
        rest = islice(rows, start, None)
        while chunk := list(islice(rest, _PER_PAGE)):
            start += len(chunk)
            records = tuple(_record(path, row, columns, given.get("separator")) for row in chunk)
            yield Page(records, str(start) if start < len(rows) else None)


def _bare(name: str) -> str:
    return re.sub(r"[\W_]", "", name.casefold())


def _mapped(path: Path, names: Sequence[str], given: Mapping[str, str]) -> dict[str, str]:
    """Return the column of each field.

    Raises
    ------
    UnknownNameError
        If a column is named that is not there.
    TableError
        If no column tells of a song.
    """
    there = Registry[str](f"column of '{path.name}'")
    for name in names:
        there.add(name, name)
    columns = {field: there[given[field]] for field in FIELDS if field in given}
    taken = set(columns.values())
    bare = {_bare(name): name for name in reversed(names) if name not in taken}
    for field in FIELDS:
        if field not in columns:
            found = next((bare[one] for one in FIELDS[field] if one in bare), None)
            if found is not None and found not in columns.values():
                columns[field] = found
    if not {"title", "tags", "path", "isrc", "musicbrainz_id"} & set(columns):
        shown = ", ".join(names[:20]) + (", …" if len(names) > 20 else "")
        raise TableError(
            f"no column of '{path}' is known to tell of a song: {shown}",
            "say which does: --map title=COLUMN --map artist=COLUMN --map tags=COLUMN"
            + (", or what parts the columns: --map delimiter=tab" if len(names) == 1 else ""),
        )
    return columns


def _record(table: Path, row: Row, columns: Mapping[str, str], separator: str | None) -> Record:
    def cell(field: str) -> Any:
        return row.get(columns[field]) if field in columns else None

    milliseconds = _number(cell("duration_ms"))
    seconds = milliseconds / 1000 if milliseconds is not None else _number(cell("duration_s"))
    own = _text(cell("id"))
    return Record(
        # An id may be another song's in another table. Rows that are equal in all cells are one record.
        key=f"{table}#{own}" if own else content_hash(row),
        raw=row,
        title=_text(cell("title")),
        artists=_several(cell("artist"), separator),
        album=_text(cell("album")),
        duration_s=seconds if seconds and seconds > 0 else None,
        isrc=_text(cell("isrc")),
        musicbrainz_id=_text(cell("musicbrainz_id")),
        tags=_several(cell("tags"), separator),
        playlists=_several(cell("playlist"), None),
        year=_year(cell("year")),
        preview_url=_text(cell("preview_url")),
        path=_file(table, _text(cell("path"))),
    )


def _text(value: Any) -> str | None:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    text = str(value).strip()
    return None if text.casefold() in ("", "nan", "null", "none") and not isinstance(value, bool) else text


def _number(value: Any) -> float | None:
    try:
        number = float(str(value).replace(",", "."))
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _file(table: Path, name: str | None) -> str | None:
    """Return a file that is there, named from the table's folder or in full."""
    if name is None or "\0" in name:
        return None
    path = table.parent / name
    return os.fspath(path) if path.is_file() else None


def _year(value: Any) -> int | None:
    found = re.search(r"(?<!\d)(1[5-9]\d\d|20\d\d)(?!\d)", str(value))
    return int(found[1]) if found else None


def _several(value: Any, separator: str | None) -> tuple[str, ...]:
    """Return the texts of a cell: a list, a list that is spelled as Python or JSON do, or parts of a text."""
    if isinstance(value, str):
        value = _list_in(value.strip(), separator)
    parts = value if isinstance(value, list | tuple) else [value]
    return tuple(dict.fromkeys(text for part in parts if (text := _text(part)) is not None))


def _list_in(text: str, separator: str | None) -> list[Any]:
    if text.startswith("[") and text.endswith("]"):
        readers: tuple[Callable[[str], Any], ...] = (json.loads, ast.literal_eval)
        for read in readers:
            try:
                found = read(text)
            except (ValueError, SyntaxError, MemoryError, RecursionError):
                continue
            if isinstance(found, list):
                return found
    return re.split(re.escape(separator) if separator else r"[;|]", text)
