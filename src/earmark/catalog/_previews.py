"""Excerpts that services offer to be heard, as files."""

import hashlib
import os
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from earmark.catalog._pages import Question
from earmark.catalog._provider import Miss, Page, Record
from earmark.errors import CatalogError, NotFoundError
from earmark.workspace import replacing

if TYPE_CHECKING:
    from earmark.catalog.http import Client

_SUFFIXES = (".mp3", ".m4a", ".aac", ".ogg", ".opus", ".flac", ".wav")
_TYPES = {
    "audio/mpeg": ".mp3",
    "audio/mp4": ".m4a",
    "audio/x-m4a": ".m4a",
    "audio/aac": ".aac",
    "audio/ogg": ".ogg",
}


class Previews:
    """A folder of excerpts, named by who told of them.

    Parameters
    ----------
    folder : Path
        Where they lie, or will.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def fetch(self, client: "Client", question: Question, page: Page) -> Page:
        """Fetch the excerpts of a page that are not there yet; return the page with those that failed."""
        there = self.known()
        misses = list(page.misses)
        for record in page.records:
            name = name_of(question.provider, record.key)
            if record.preview_url is None or name in there:
                continue
            try:
                self._fetch(client, record, name)
            except CatalogError as error:
                what = f"preview of {', '.join(record.artists)}: {record.title}"
                misses.append(Miss(what, type(error).__name__, error.message, error.hint))
        return replace(page, misses=tuple(misses))

    def _fetch(self, client: "Client", record: Record, name: str) -> None:
        url = record.preview_url or ""
        try:
            address = urlsplit(url)
        except ValueError:
            address = urlsplit("")
        if address.scheme not in ("http", "https") or not address.hostname:
            raise NotFoundError("the address of the preview is none", "nothing can be done about it here")
        answer = client.request("GET", url)
        kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
        suffix = PurePosixPath(address.path).suffix.lower()
        suffix = suffix if suffix in _SUFFIXES else _TYPES.get(kind, "")
        if not suffix or not answer.body:
            raise NotFoundError(
                f"the preview is no sound but {kind or 'of no kind'}", "it may not be offered in this country"
            )
        self._folder.mkdir(parents=True, exist_ok=True)
        with replacing(self._folder / f"{name}{suffix}") as new:
            new.write_bytes(answer.body)

    def known(self) -> dict[str, str]:
        """Return the files by name without ending."""
        if not self._folder.is_dir():
            return {}
        return {
            path.stem: os.fspath(path) for path in sorted(self._folder.iterdir()) if path.suffix in _SUFFIXES
        }


def name_of(provider: str, key: str) -> str:
    """Return what the excerpt of a record is called, without ending."""
    told = key.encode("utf-8", "replace")  # as the journal writes half a surrogate pair
    return f"{provider}-{hashlib.sha256(told).hexdigest()[:16]}"
