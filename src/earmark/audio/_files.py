"""Files and folders, before any of them is heard: what may be opened, and what in a folder is music."""

import errno
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from earmark.audio import _remote
from earmark.errors import EarmarkError, MissingFileError, NotAudioError, UnreadableError

AnyPath = str | os.PathLike[str] | bytes

SUFFIXES: frozenset[str] = frozenset(
    [
        *(".aac", ".ac3", ".aif", ".aifc", ".aiff", ".amr", ".ape", ".au", ".caf", ".dsf", ".dts", ".flac"),
        *(".m4a", ".m4b", ".mka", ".mp2", ".mp3", ".mpc", ".oga", ".ogg", ".opus", ".snd", ".spx", ".tak"),
        *(".tta", ".voc", ".w64", ".wav", ".wma", ".wv"),
    ]
)
"""File name endings, in lower case, that are taken for music when a folder is walked."""


def spelled(path: AnyPath) -> str:
    r"""Return a path as text, the same whatever the locale, with undecodable bytes escaped.

    Examples
    --------
    >>> spelled(b"caf\xe9.mp3"), spelled("caf\udce9.mp3")
    ('caf\\xe9.mp3', 'caf\\xe9.mp3')
    """
    name = os.fspath(path)
    return (_encoded(name) if isinstance(name, str) else name).decode("utf-8", "backslashreplace")


def _encoded(name: str) -> bytes:
    try:
        return name.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # half a pair of surrogates, which no byte stands for
        return name.encode("utf-8", "surrogatepass")


def shown(path: AnyPath) -> str:
    r"""Return a path fit for a terminal: control characters and undecodable bytes escaped, no password.

    Examples
    --------
    >>> shown(b"caf\xe9.mp3"), shown("two\nlines.mp3")
    ('caf\\xe9.mp3', 'two\\nlines.mp3')
    """
    if _remote.is_address(path):
        path = _remote.without_secrets(path)
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in spelled(path))


class SoundBytes:
    """The bytes of a file for PyAV to read: those after any ID3v2 tag, or a window of them.

    Without the tag FFmpeg sees at once what the file is: behind a picture of more than 1 MB it would go by
    the ending of the file's name. This object has no name, so that no ending decides anything. It raises
    nothing that PyAV would have to carry through C: of two such errors it prints one.
    """

    def __init__(self, raw: _remote.Readable, size: int) -> None:
        self.failure = ""
        self.elsewhere = isinstance(raw, _remote.RemoteBytes)
        self.raw = raw
        self.size = size
        try:
            self.start = self._after_tags()
            self.window(self.start)
            self.head = self.raw.read(4096)
        except OSError:
            self.raw.close()
            raise

    def _after_tags(self) -> int:
        at = 0
        while True:
            self.raw.seek(at)
            head = self.raw.read(10)
            if len(head) < 10 or head[:3] != b"ID3" or max(head[6:10]) > 127:
                return at
            length = (head[6] << 21) | (head[7] << 14) | (head[8] << 7) | head[9]
            length += 10 if head[5] & 0x10 else 0
            # A tag that claims the whole file is broken: FFmpeg shall look for sound in it.
            at += 10 + (length if at + 10 + length < self.size else 0)

    def window(self, start: int, end: int | None = None) -> None:
        """Show the bytes from `start` to `end`, or to wherever the file ends, as if they were a file."""
        self._start, self._end = start, end
        self.raw.seek(start)

    def read(self, size: int) -> bytes:
        """Read up to `size` bytes; a disk that fails ends the file, and ``failure`` says why."""
        if self._end is not None:
            size = max(0, min(size, self._end - self.raw.tell()))
        try:
            return self.raw.read(size) or b""
        except OSError as error:
            self.failure = error.strerror or str(error)
            return b""

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move as a file's ``seek`` does; to an impossible place not at all, and return less than 0."""
        if whence == os.SEEK_SET:
            offset += self._start
        elif whence == os.SEEK_END and self._end is not None:
            offset, whence = self._end + offset, os.SEEK_SET
        try:
            return self.raw.seek(offset, whence) - self._start
        except (OSError, OverflowError):
            return -errno.EINVAL

    def tell(self) -> int:
        """Tell the position in the window."""
        return self.raw.tell() - self._start

    def broken(self, name: str) -> UnreadableError:
        """Return what to say of a file that failed while it was read."""
        mend = "try again" if self.elsewhere else "check the disk"
        return UnreadableError(f"'{name}' cannot be read: {self.failure}", mend)

    def release(self) -> None:
        """Close the file. PyAV would call a ``close`` when only its own work is done."""
        self.raw.close()


def empty_path() -> MissingFileError:
    """Return what to say of a path without a character."""
    return MissingFileError("an empty path", "name a file or a folder")


def open_sound(path: AnyPath) -> SoundBytes:
    """Open a sound file, here or elsewhere, or say why not; a pipe is never opened: it would wait forever."""
    path = _here(path)
    name = shown(path)
    if _remote.is_address(path):
        far, size = _remote.opened(path, name)
        try:
            source = SoundBytes(far, size)
        except OSError as error:
            raise UnreadableError(f"'{name}' cannot be read: {error}", "try again") from error
    else:
        with _told(name):
            size = _regular(path, name).st_size
            source = SoundBytes(open(path, "rb", buffering=0), size)  # noqa: SIM115 - release() closes it
    if not source.size:
        source.release()
        raise NotAudioError(f"'{name}' is empty: 0 bytes", "copy or download the file again")
    return source


def stamp(path: AnyPath) -> tuple[int, str]:
    """Return what tells a file from a later version of it, without reading it.

    Parameters
    ----------
    path : str or os.PathLike or bytes
        A file, or an address such as ``s3://bucket/song.mp3``.

    Returns
    -------
    size : int
        Its length in bytes.
    version : str
        The time of its last change in nanoseconds for a file here; elsewhere what the store has: an ETag, a
        checksum or a time, or nothing if it has none of them.

    Raises
    ------
    MissingFileError, UnreadableError
        Nothing there; no right to see it, or no file.

    Examples
    --------
    >>> stamp(song) == stamp(song)
    True
    """
    path = _here(path)
    name = shown(path)
    if _remote.is_address(path):
        return _remote.stamp(path, name)
    with _told(name):
        status = _regular(path, name)
    return status.st_size, str(status.st_mtime_ns)


def address(path: AnyPath) -> str:
    """Return where a file lies, for whoever works in another folder: an absolute path or an address.

    Examples
    --------
    >>> address("s3://bucket/song.mp3"), address("/music/../song.mp3")
    ('s3://bucket/song.mp3', '/song.mp3')
    """
    path = _here(path)
    return path if _remote.is_address(path) else os.path.abspath(os.fsdecode(path))


def _here(path: AnyPath) -> AnyPath:
    """Return what follows ``file://``, as it stands: a path like any other."""
    return path[len("file://") :] if isinstance(path, str) and path.startswith("file://") else path


def _regular(path: AnyPath, name: str) -> os.stat_result:
    """Return the status of a regular file, or say what else it is."""
    if not name:
        raise empty_path()
    status = os.stat(path)
    if stat.S_ISDIR(status.st_mode):
        raise UnreadableError(f"'{name}' is a folder", "name a sound file, or classify the folder's files")
    if not stat.S_ISREG(status.st_mode):
        raise UnreadableError(
            f"'{name}' is a pipe or device, no regular file", "save the sound to a file first"
        )
    return status


@contextmanager
def _told(name: str) -> Iterator[None]:
    """Turn what the system says of a file into errors of ours."""
    try:
        yield
    except (FileNotFoundError, NotADirectoryError) as error:
        raise MissingFileError(f"there is no file '{name}'", "check the path and the spelling") from error
    except PermissionError as error:
        raise UnreadableError(
            f"'{name}' may not be read: permission denied", "give yourself read permission, e.g. chmod u+r"
        ) from error
    except ValueError as error:  # a null byte in the name
        raise MissingFileError(f"'{name}' cannot be a file name: {error}", "check the path") from error
    except OSError as error:
        raise UnreadableError(
            f"'{name}' cannot be read: {error.strerror or error}", "check the disk, or the links in the path"
        ) from error


@dataclass(frozen=True)
class FoundAudio:
    """What :func:`find_audio` found.

    Attributes
    ----------
    files : tuple of Path or str
        The files to hear, each once, in a fixed order; text for an address elsewhere.
    errors : tuple of (Path or str, EarmarkError)
        The places that gave nothing, and why.
    """

    files: tuple[Path | str, ...] = ()
    errors: tuple[tuple[Path | str, EarmarkError], ...] = ()


def find_audio(paths: Iterable[AnyPath]) -> FoundAudio:
    """Find the sound files among files and folders.

    A named file is always taken, whatever its ending; in folders, at any depth, those ending in one of
    :data:`SUFFIXES` are, hidden ones left out. A folder may be an address: ``s3://bucket/folder``. The order
    is that of `paths`, sorted by name within each folder. Links are followed; what several paths lead
    to is found once, where it was met first. No path raises: what is missing, closed or without music becomes
    an error entry.

    Examples
    --------
    >>> find_audio(["no such folder"]).errors[0][1].message
    "there is nothing at 'no such folder'"
    """
    search = _Search()
    for given in map(_here, paths):
        if _remote.is_address(given):
            search.elsewhere(given)
            continue
        path = Path(os.fsdecode(given))
        try:
            if not os.fsencode(given):
                raise empty_path()  # for Path it would be the current folder
            mode = path.stat().st_mode
            if stat.S_ISDIR(mode):
                search.walk(path)
            else:
                search.take(path, os.path.realpath(path))
        except EarmarkError as error:
            search.errors.append((path, error))
        except (OSError, ValueError) as error:
            search.errors.append((path, _no_entry(path, error)))
    return FoundAudio(tuple(search.files.values()), tuple(search.errors))


_KNOWN_ENDINGS = "name files one by one if their endings are other than " + ", ".join(sorted(SUFFIXES))


def _no_music(folder: AnyPath) -> NotAudioError:
    return NotAudioError(f"there is no music in the folder '{shown(folder)}'", _KNOWN_ENDINGS)


def _no_entry(path: Path, error: OSError | ValueError) -> EarmarkError:
    name = shown(path)
    if isinstance(error, FileNotFoundError | NotADirectoryError | ValueError):
        return MissingFileError(f"there is nothing at '{name}'", "check the path and the spelling")
    return UnreadableError(
        f"'{name}' cannot be read: {error.strerror or error}",
        "check its permissions, or the links in the path",
    )


class _Search:
    """What was found so far, and which real folders were walked for it.

    Attributes
    ----------
    files : dict of str to Path or str
        Each real path, and how it was spelled first.
    errors : list of (Path or str, EarmarkError)
        The places that gave nothing.
    """

    def __init__(self) -> None:
        self.files: dict[str, Path | str] = {}
        self.errors: list[tuple[Path | str, EarmarkError]] = []
        self._walked: set[tuple[int, int | str]] = set()
        self._music = False

    def take(self, path: Path, real: str) -> None:
        """Take a file, unless it was taken under another name."""
        self._music = True
        self.files.setdefault(real, path)

    def walk(self, top: Path) -> None:
        """Take the music in a folder, in order; folders inside folders wait on a list of our own."""
        before, self._music = len(self.errors), False
        waiting = [self._entries(top, os.path.realpath(top))]
        while waiting:
            for path, is_folder, real in waiting[-1]:
                if is_folder:
                    waiting.append(self._entries(path, real))
                    break
                self.take(path, real)
            else:
                waiting.pop()
        if not self._music and len(self.errors) == before:
            self.errors.append((top, _no_music(top)))

    def elsewhere(self, address: str) -> None:
        """Take a file elsewhere, or the music in a folder there."""
        try:
            found = _remote.listed(address, shown(address))
            if found is None:
                self.files.setdefault(address, address)
                return
            music = [file for file in found if os.path.splitext(file)[1].lower() in SUFFIXES]
            if not music:
                raise _no_music(address)
            self.files.update((file, file) for file in music if file not in self.files)
        except EarmarkError as error:
            self.errors.append((address, error))

    def _entries(self, folder: Path, real_folder: str) -> Iterator[tuple[Path, bool, str]]:
        """Yield the folders and the music in a folder: path, whether it is a folder, real path."""
        try:
            status = folder.stat()
            here = (status.st_dev, status.st_ino or real_folder)  # 0 where a network drive numbers nothing
            if here in self._walked:
                self._music = True  # or its lack was said when it was walked
                return
            self._walked.add(here)
            with os.scandir(folder) as found:
                entries = sorted(found, key=lambda entry: os.fsencode(entry.name))
        except OSError as error:
            self.errors.append((folder, _no_entry(folder, error)))
            return
        for entry in entries:
            if entry.name.startswith("."):
                continue
            path, real = folder / entry.name, os.path.join(real_folder, entry.name)
            try:
                is_folder = entry.is_dir()
                if entry.is_symlink():
                    target = os.path.realpath(real)
                    if is_folder and os.path.join(real_folder, "").startswith(os.path.join(target, "")):
                        message = f"'{shown(path)}' links back to a folder that it lies in"
                        raise UnreadableError(message, "remove the link")
                    real = target
            except UnreadableError as error:
                self.errors.append((path, error))
                continue
            except OSError as error:
                self.errors.append((path, _no_entry(path, error)))
                continue
            if is_folder or path.suffix.lower() in SUFFIXES:
                yield path, is_folder, real
