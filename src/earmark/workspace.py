"""What is kept on disk: files that are whole or not there, journals that outlive a kill, content hashes."""

import hashlib
import json
import os
import struct
import sys
import time
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, NoReturn

from earmark.errors import StoreError

if sys.platform == "win32":
    import msvcrt

    # Windows locks bytes against reading too: this one lies behind whatever a file will ever hold.
    _LOCK_BYTE = 1 << 40

    def _lock(file: IO[bytes], *, wait: bool) -> None:
        file.seek(_LOCK_BYTE)
        msvcrt.locking(file.fileno(), msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
        file.seek(0)
else:
    import fcntl

    def _lock(file: IO[bytes], *, wait: bool) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))


def content_hash(made_from: Mapping[str, Any]) -> str:
    """Return 16 hexadecimal digits that stand for everything a thing was made from.

    Parameters
    ----------
    made_from : mapping
        Plain JSON types; the order of the keys does not matter.

    Examples
    --------
    >>> content_hash({"window": "3s", "version": 1}) == content_hash({"version": 1, "window": "3s"})
    True
    """
    text = json.dumps(made_from, sort_keys=True, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@contextmanager
def keeping(folder: str | os.PathLike[str]) -> Iterator[None]:
    """Turn the disk's refusals into what a person reads: :class:`StoreError` with the folder's name."""
    try:
        yield
    except OSError as error:
        _refused(folder, error)


def _refused(folder: str | os.PathLike[str], error: OSError) -> NoReturn:
    why = os.strerror(error.errno) if error.errno else str(error)  # what Arrow adds to it helps nobody
    raise StoreError(
        f"'{os.fspath(folder)}' cannot be kept: {why}",
        "make room on its disk, give yourself the right to write there, or name another folder; "
        "what was kept so far stays",
    ) from error


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield the name of a new file that takes the place of `path` at the end, or never.

    Two writers of one file do not meet; the later one wins. What a kill leaves behind is for :func:`sweep`.
    """
    new = path.with_name(f".{os.urandom(6).hex()}.new")
    try:
        yield new
        with new.open("rb+") as file:
            os.fsync(file.fileno())
        os.replace(new, path)
    except BaseException:
        with suppress(OSError):
            new.unlink()
        raise


def sweep(folder: Path) -> None:
    """Delete what killed writers left in a folder; for whoever holds the lock of all that write there."""
    for left in folder.glob(".*.new"):
        left.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    with replacing(path) as new:
        new.write_text(text, encoding="utf-8")


@contextmanager
def locked(folder: Path, *, wait: bool = True) -> Iterator[None]:
    """Let one process at a time in; a process that dies lets the next one in.

    Whoever is in may delete the folder. Without `wait`, OSError tells that another process is in.
    """
    while True:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            file = (folder / ".lock").open("ab")
        except FileNotFoundError:
            continue  # deleted in between
        with file:
            _lock(file, wait=wait)
            if _lies_there(file, folder / ".lock"):
                yield
                return


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Let others see, by :func:`is_held`, that this process is at work in a folder; for one at a time."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".held").open("ab") as file:
        _lock(file, wait=False)
        yield


def is_held(folder: Path) -> bool:
    """Tell whether a process that lives is at work in a folder."""
    try:
        with (folder / ".held").open("r+b") as file:
            _lock(file, wait=False)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


_FRAME = struct.Struct("<II")
_KIND = b"earmark journal "
_MAGIC = _KIND + b"1\n"


class Journal:
    """Records that are safe as soon as they are appended, whatever becomes of the process.

    Each is framed by its length and a checksum, so that one which was cut off is known for it. The file is
    locked as long as its process lives: an unlocked one is an orphan, see :func:`orphans`.

    Parameters
    ----------
    folder : Path
        Where the journals of all runs lie.

    Examples
    --------
    >>> journal = Journal(folder)
    >>> journal.append(b"one song")
    >>> journal.records()
    [b'one song']
    >>> journal.discard()
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        while True:
            name = f"{time.time_ns():020d}-{os.getpid()}.journal"
            self.path = folder / name
            try:
                self._file = self.path.open("x+b", buffering=0)
            except FileExistsError:
                continue
            _lock(self._file, wait=False)
            if _lies_there(self._file, self.path):
                break
            self._file.close()  # taken for an orphan before it was locked
        self._end = 0
        self._write(_MAGIC)

    def append(self, record: bytes) -> None:
        """Add a record; one that cannot be written whole leaves no trace."""
        self._write(_FRAME.pack(len(record), zlib.crc32(record)) + record)

    def _write(self, data: bytes) -> None:
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[self._file.write(rest) :]
        except BaseException:
            self._file.truncate(self._end)
            self._file.seek(self._end)
            raise
        self._end += len(data)

    def records(self) -> list[bytes]:
        """Return what was appended."""
        return records_in(self.path)

    def discard(self) -> None:
        """Delete the journal: what it holds lies elsewhere now."""
        _delete(self.path, self._file)

    def close(self) -> None:
        """Leave the journal as an orphan."""
        self._file.close()


def orphans(folder: Path) -> Iterator[list[bytes]]:
    """Yield the records of each journal whose process is gone, oldest first, and delete it afterwards.

    Those of another version stay for the Earmark that wrote them.
    """
    for path in sorted(folder.glob("*.journal")):
        try:
            file = path.open("r+b", buffering=0)
        except FileNotFoundError:
            continue  # another run has taken it over
        with file:
            try:
                _lock(file, wait=False)
            except OSError:
                continue  # its process lives
            if _lies_there(file, path) and not _is_foreign(file):
                yield records_in(path)
                _delete(path, file)


def _lies_there(file: IO[bytes], path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def _is_foreign(file: IO[bytes]) -> bool:
    magic = file.read(len(_MAGIC))
    return len(magic) == len(_MAGIC) and magic.startswith(_KIND) and magic != _MAGIC


def _delete(path: Path, file: IO[bytes]) -> None:
    """Delete a journal while it is locked, or where an open file cannot be deleted (Windows) just after."""
    with suppress(PermissionError):
        path.unlink()
        file.close()
        return
    file.close()
    path.unlink(missing_ok=True)


def records_in(path: Path) -> list[bytes]:
    """Return the records of a journal up to the first that is cut off or spoilt."""
    data = path.read_bytes()
    records: list[bytes] = []
    if not data.startswith(_MAGIC):
        return records
    at = len(_MAGIC)
    while at + _FRAME.size <= len(data):
        length, checksum = _FRAME.unpack_from(data, at)
        record = data[at + _FRAME.size : at + _FRAME.size + length]
        if len(record) < length or zlib.crc32(record) != checksum:
            break
        records.append(record)
        at += _FRAME.size + length
    return records
