"""Songs that lie elsewhere, at any address that fsspec knows, say ``s3://bucket/song.mp3``.

The only room that knows fsspec. FFmpeg never sees an address: Python reads the bytes, as it does from a disk.
Keys and endpoints come from where each kind of store looks for them itself, such as the environment.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol, TypeGuard

from earmark.errors import EarmarkError, MissingFileError, UnreadableError

_ADDRESS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://")
_OURS = ("s3", "s3a", "http", "https")
"""What the extra brings along; other kinds of store need a package of their own."""
_BUCKETS = ("s3", "s3a", "gs", "gcs")
_PATIENT = ("s3", "s3a")
"""s3fs tries five times; left alone, what it is made of would try each time five times more."""
_BLOCK_BYTES = 1 << 22
"""Read at a time: longer than the way to the store and back, short enough for many workers' memory."""
# Whatever store it is, its listing or its headers tell one version of a file from the next by one of these.
_STAMPS = ("ETag", "etag", "md5Hash", "mtime", "LastModified", "last_modified", "updated", "created")


def is_address(path: object) -> TypeGuard[str]:
    """Tell whether a path is an address: text such as ``s3://…``; a ``Path`` or bytes are always local.

    Examples
    --------
    >>> is_address("s3://bucket/song.mp3"), is_address("http:"), is_address(b"s3://bucket/song.mp3")
    (True, False, False)
    """
    return isinstance(path, str) and _ADDRESS.match(path) is not None


def without_secrets(address: str) -> str:
    """Return an address without the password or the signature that it may hold.

    Examples
    --------
    >>> without_secrets("ftp://me:password@host/a.mp3"), without_secrets("https://host/a.mp3?signature=1")
    ('ftp://…@host/a.mp3', 'https://host/a.mp3?…')
    """
    safe = re.sub(r"(?<=://)[^/]*@", "…@", address, count=1)
    return re.sub(r"\?.*", "?…", safe, flags=re.DOTALL) if safe.lower().startswith("http") else safe


class Readable(Protocol):
    """What bytes are read from, here or elsewhere."""

    def read(self, size: int = -1, /) -> bytes:
        """Read up to `size` bytes, or all that follows."""

    def seek(self, offset: int, whence: int = ..., /) -> int:
        """Move, and return the position."""

    def tell(self) -> int:
        """Tell the position."""

    def close(self) -> None:
        """Close it."""


class RemoteBytes:
    """A file elsewhere, open for reading; every failure is an OSError whose text holds no secret."""

    def __init__(self, file: Any, size: int) -> None:
        self._file = file
        self._at = 0
        self._size = size

    def read(self, size: int = -1) -> bytes:
        """Read up to `size` bytes, or all that follows."""
        try:
            self._file.seek(self._at)  # a store in memory has but one position for all who read
            data: bytes = self._file.read(size)
        except Exception as error:
            raise OSError(_kind(error)[0]) from error
        self._at += len(data)
        return data

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move as a file's ``seek`` does."""
        offset += {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        if offset < 0:
            raise OSError(f"no place {offset}")
        self._at = offset
        return offset

    def tell(self) -> int:
        """Tell the position."""
        return self._at

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def opened(address: str, name: str) -> tuple[RemoteBytes, int]:
    """Open a file elsewhere, and return its length as well; `name` is what messages call it.

    Raises
    ------
    MissingFileError, UnreadableError
    """
    with _told(address, name):
        store, path = _store(address)
        file = store.open(path, "rb", block_size=_BLOCK_BYTES)
        details = getattr(file, "details", {})
        if details.get("type") == "directory":
            file.close()
            raise IsADirectoryError
        size = file.size
    if size is None:
        raise UnreadableError(
            f"the server does not say how long '{name}' is", "copy it here, and name the copy"
        )
    return RemoteBytes(file, size), size


def stamp(address: str, name: str) -> tuple[int, str]:
    """Return the size of a file elsewhere and what tells its versions apart, without reading it.

    Where the store tells nothing of the kind, that is nothing.

    Raises
    ------
    MissingFileError, UnreadableError
    """
    with _told(address, name):
        store, path = _store(address)
        about = store.info(path)
        if about["type"] == "directory":
            raise IsADirectoryError
    return int(about["size"] or 0), next((str(about[key]) for key in _STAMPS if about.get(key)), "")


def listed(address: str, name: str) -> list[str] | None:
    """Return the addresses of all files in a folder elsewhere, in order; None for a file.

    Hidden ones are left out. The order is that of a walk: by name within each folder.

    Raises
    ------
    MissingFileError, UnreadableError
    """
    with _told(address, name):
        store, path = _store(address)
        store.invalidate_cache()
        if store.info(path)["type"] != "directory":
            return None
        found = store.find(path)
        top = len(path.rstrip("/").split("/"))
        parts = sorted(file.encode().split(b"/") for file in found)
        return [
            store.unstrip_protocol(b"/".join(each).decode())
            for each in parts
            if not any(part.startswith(b".") for part in each[top:])
        ]


def _store(address: str) -> tuple[Any, str]:
    """Return the store that an address belongs to, and the path in it.

    fsspec's own ``url_to_fs`` would take ``::`` in a name for a chain of addresses, and lead elsewhere.
    """
    protocol = address.partition("://")[0].lower()
    try:
        import fsspec  # type: ignore[import-untyped]  # noqa: PLC0415 - only songs elsewhere need it

        kind: Any = fsspec.get_filesystem_class(protocol)
    except ImportError as error:
        ours = protocol in _OURS or (error.name or "") == "fsspec"
        needs = "pip install 'earmark[remote]'" if ours else str(error)
        message = f"addresses that begin with '{protocol}://' need a package that is not installed"
        raise UnreadableError(message, needs) from error
    except ValueError as error:
        raise UnreadableError(
            f"addresses that begin with '{protocol}://' are unknown",
            "name a file or a folder here, or an address such as s3://bucket/song.mp3",
        ) from error
    options = kind._get_kwargs_from_urls(address)
    if protocol in _PATIENT and "config_kwargs" not in fsspec.config.conf.get("s3", {}):
        options["config_kwargs"] = {"retries": {"max_attempts": 1}}
    return kind(**options), kind._strip_protocol(address)


@contextmanager
def _told(address: str, name: str) -> Iterator[None]:
    """Turn whatever a store raises into errors of ours."""
    try:
        yield
    except EarmarkError:
        raise
    except IsADirectoryError as error:
        raise UnreadableError(
            f"'{name}' is a folder", "name a sound file, or classify the folder's files"
        ) from error
    except FileNotFoundError as error:
        cause = error.__cause__
        if isinstance(cause, Exception) and type(cause).__module__.startswith("aiohttp"):
            # What fsspec says of a page that it could not get, whatever the reason.
            raise _page(name, cause) from error
        raise _missing(address, name) from error
    except Exception as error:
        what, mend = _kind(error)
        raise UnreadableError(f"'{name}' cannot be read: {what}", mend) from error


def _page(name: str, error: Exception) -> EarmarkError:
    status = getattr(error, "status", None)
    if status in (404, 410):
        return _nothing(name)
    if status is None:
        what, mend = _kind(error)
        return UnreadableError(f"'{name}' cannot be read: {what}", mend)
    return UnreadableError(
        f"'{name}' cannot be read: the server answers {status}", "see whether a browser may"
    )


def _nothing(name: str) -> MissingFileError:
    return MissingFileError(f"there is nothing at '{name}'", "check the address and the spelling")


def _missing(address: str, name: str) -> MissingFileError:
    protocol, _, rest = address.partition("://")
    bucket = rest.partition("/")[0]
    if protocol.lower() in _BUCKETS:
        store, _ = _store(address)
        try:
            there = store.exists(bucket)
        except Exception:  # noqa: BLE001 - the first failure is the one to tell
            there = True
        if not there:
            return MissingFileError(
                f"there is no bucket '{bucket}' for '{name}'", "check its name, and the endpoint"
            )
    return _nothing(name)


def _kind(error: Exception) -> tuple[str, str]:
    """Say what went wrong and how to mend it, in words of ours: a store's own may hold keys or signatures."""
    names = {kind.__name__ for kind in type(error).__mro__}
    if names & {"NoCredentialsError", "PartialCredentialsError", "CredentialRetrievalError"}:
        return "no credentials were found", "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE"
    if isinstance(error, PermissionError):
        return "access denied", "check the credentials, and that they may read it"
    network = names & {"HTTPClientError", "ConnectionError", "TimeoutError", "gaierror"}
    if network or type(error).__module__.startswith("aiohttp"):
        return "the store cannot be reached", "check the network, and the endpoint, e.g. AWS_ENDPOINT_URL"
    if names & {"FileExpired", "FileNotFoundError"}:
        return "it changed or went while it was read", "try again"
    return f"the store failed ({type(error).__name__})", "try again later, or copy the file here"
