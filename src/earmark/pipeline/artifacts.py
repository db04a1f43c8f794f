"""What steps make: folders that nobody changes, named by the hash of all that they were made from.

::

    artifacts/
        NAME@VERSION/
            manifest.json     what it was made from, its files with their hashes, its tables, its figures
            ...               the files
        .work/NAME@VERSION/   what a step is making; the next run goes on from what a kill leaves
        .damaged/             what was found changed on disk
"""

import hashlib
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from earmark.errors import ArtifactError
from earmark.pipeline.signed import Kind
from earmark.workspace import content_hash, keeping, locked

MANIFEST = "manifest.json"
_WORK, _DAMAGED, _GONE = ".work", ".damaged", ".gone-"
_KEPT_DAYS = (
    7  # another pipeline with a step of that name, or a parameter set back, may go on from it till then
)
_AGAIN = "delete the folder, and run the pipeline again"
_RECORD = Kind(
    "earmark artifact", "an artifact", 1,
    {
        "name": str, "version": str, "made_from": dict, "parents": dict, "main": str, "files": dict,
        "tables": dict, "metrics": dict, "figures": list, "model": str, "notes": list, "made": str,
        "seconds": float,
    },
    ArtifactError, _AGAIN,
)  # fmt: skip


@dataclass(frozen=True)
class Artifact:
    """What a step made.

    Attributes
    ----------
    folder : Path
        Where its files lie.
    manifest : mapping
        What ``manifest.json`` says: ``name``, ``version``, ``made_from`` (all that is in the version),
        ``parents`` (input to ``NAME@VERSION``), ``main`` (the file or folder that stands for it), ``files``
        (path to ``bytes`` and ``sha256``), ``tables`` (path to ``rows``, ``columns`` with their types, and
        ``hash``), ``metrics`` (name to ``value``, ``low``, ``high``), ``figures`` (files that are pictures or
        pages), ``model`` (the folder of a model), ``notes``, ``made`` (when), ``seconds`` (how long it took).
    """

    folder: Path
    manifest: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Return the name of the step that made it."""
        return str(self.manifest["name"])

    @property
    def version(self) -> str:
        """Return the hash of all that it was made from, 16 hexadecimal digits."""
        return str(self.manifest["version"])

    @property
    def id(self) -> str:
        """Return name and version, ``"clean@0123456789abcdef"``."""
        return f"{self.name}@{self.version}"

    @property
    def main(self) -> Path:
        """Return the file or folder that stands for it where a step reads it by its name alone."""
        return self.folder / str(self.manifest["main"])

    @property
    def digest(self) -> str:
        """Return a hash of its files: what came out, where the version says what went in."""
        hashes = {path: file["sha256"] for path, file in self.manifest["files"].items()}
        return content_hash(hashes)

    def damage(self) -> str:
        """Return what is wrong with its files, one line; nothing if they are as they were written."""
        found = set(_files(self.folder)) - {MANIFEST}
        if odd := sorted(found ^ set(self.manifest["files"])):
            return f"{odd[0]} is {'missing' if odd[0] not in found else 'new'}"
        for path, file in self.manifest["files"].items():
            if sha256(self.folder / path) != file["sha256"]:
                return f"{path} differs from its hash"
        return ""


@dataclass(frozen=True)
class Facts:
    """What a step tells of what it made.

    Attributes
    ----------
    main : str
        The file or folder that stands for it, below its folder; all of it if empty.
    tables : mapping
        Path of each table to its rows, columns and hash.
    metrics : mapping of str to mapping
        Each with ``value``, ``low`` and ``high``; the interval is None where there is none.
    figures : tuple of str
        Which files are pictures or pages.
    model : str
        The folder of the model that was made; empty if none.
    notes : tuple of str
        What a reader must know.
    """

    main: str = ""
    tables: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    metrics: Mapping[str, Mapping[str, float | None]] = field(default_factory=dict)
    figures: tuple[str, ...] = ()
    model: str = ""
    notes: tuple[str, ...] = ()


class Artifacts:
    """The artifacts of a workspace.

    Parameters
    ----------
    folder : path
        Where they lie; it is made when something is kept.

    Examples
    --------
    >>> kept = Artifacts(folder)
    >>> with kept.making("greeting", {"words": "hello"}) as work:
    ...     _ = (work.folder / "hello.txt").write_text("hello")
    ...     made = work.keep(Facts(main="hello.txt"))
    >>> kept.find("greeting", made.version).main.read_text()
    'hello'
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)

    def __iter__(self) -> Iterator[Artifact]:
        """Yield all whose manifests are sound, those that were made first first."""
        found = []
        for path in self.folder.glob(f"*@*/{MANIFEST}"):
            with suppress(ArtifactError):  # they are told by broken(), and when one of them is needed
                found.append(_read(path.parent))
        yield from sorted(found, key=lambda one: (one.manifest["made"], one.id))

    def broken(self) -> Iterator[ArtifactError]:
        """Yield what is wrong with each manifest that is not sound."""
        for path in sorted(self.folder.glob(f"*@*/{MANIFEST}")):
            try:
                _read(path.parent)
            except ArtifactError as error:
                yield error

    def find(self, name: str, version: str) -> Artifact | None:
        """Return one; None if it was never made.

        Raises
        ------
        ArtifactError
            If its manifest is damaged.
        """
        folder = self.folder / f"{name}@{version}"
        return _read(folder) if (folder / MANIFEST).exists() else None

    def named(self, text: str) -> Artifact:
        """Return the one that a person means: ``NAME@VERSION``, its beginning, or ``NAME`` for the newest.

        Raises
        ------
        ArtifactError
            If there is none, or the beginning is of several.
        """
        name, _, begins = text.partition("@")
        found = [one for one in self if one.name == name and one.version.startswith(begins)]
        if not found:
            names = ", ".join(sorted({one.name for one in self})) or "none"
            raise ArtifactError(f"there is no artifact '{text}' in '{self.folder}'", f"kept are: {names}")
        if begins and len(found) > 1:
            several = ", ".join(one.id for one in found[:4])
            raise ArtifactError(
                f"'{text}' is the beginning of {len(found)} artifacts: {several}", "give more of the version"
            )
        return found[-1]

    def clear(self, name: str, version: str) -> None:
        """Put one aside if it is there and damaged; for whoever is about to make it, and holds its lock."""
        try:
            found = self.find(name, version)
            damaged = found is not None and found.damage() != ""
        except ArtifactError:
            damaged = True
        if damaged:
            self.put_aside(name, version)

    def put_aside(self, name: str, version: str) -> Path:
        """Move a damaged one out of the way, and return where it lies now."""
        with keeping(self.folder):
            aside = self.folder / _DAMAGED
            aside.mkdir(exist_ok=True)
            place = aside / f"{name}@{version}.{os.urandom(4).hex()}"
            (self.folder / f"{name}@{version}").rename(place)
        return place

    @contextmanager
    def making(self, name: str, made_from: Mapping[str, Any]) -> Iterator["Work"]:
        """Yield the place in which one is made; whoever makes the same waits here until it is done.

        What lies in the place was left by a kill: the step that makes it goes on from there.
        """
        version = content_hash(made_from)
        with keeping(self.folder):
            place = self.folder / _WORK / f"{name}@{version}"
            with locked(place):
                yield Work(self, name, version, made_from, place / "files")
                if (self.folder / place.name / MANIFEST).exists():
                    _delete(place)

    def clear_work(self, versions: Mapping[str, str]) -> None:
        """Delete what failed or killed steps left behind, if nobody goes on from it and nobody is at it.

        Parameters
        ----------
        versions : mapping of str to str
            Of each step that is to be made, its version: other versions of it are deleted once nothing in
            them has changed for seven days. What was made is not gone on from, and is deleted at once.
        """
        for gone in (self.folder / _WORK).glob(f"{_GONE}*"):  # its deleting was cut short
            shutil.rmtree(gone, ignore_errors=True)
        for place in (self.folder / _WORK).glob("*@*"):
            name, _, version = place.name.partition("@")
            is_made = (self.folder / place.name / MANIFEST).exists()
            if is_made or versions.get(name, version) != version:
                with suppress(OSError), locked(place, wait=False):  # another run is at it
                    if is_made or _days_untouched(place) > _KEPT_DAYS:
                        _delete(place)


@dataclass(frozen=True)
class Work:
    """The place in which an artifact is made."""

    kept: Artifacts
    name: str
    version: str
    made_from: Mapping[str, Any]
    folder: Path

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)

    @property
    def done(self) -> Artifact | None:
        """Return it if another run has made it meanwhile."""
        return self.kept.find(self.name, self.version)

    def keep(
        self, facts: Facts, parents: Mapping[str, str] = MappingProxyType({}), seconds: float = 0.0
    ) -> Artifact:
        """Write the manifest and give the folder its name: from now on it is there, whole.

        Parameters
        ----------
        facts : Facts
            What the step tells of it.
        parents : mapping of str to str
            Of each input that an artifact gave, which.
        seconds : float
            How long it took.
        """
        files = {
            path: {"bytes": (self.folder / path).stat().st_size, "sha256": sha256(self.folder / path)}
            for path in _files(self.folder)
            if path != MANIFEST
        }
        said: dict[str, Any] = {
            "name": self.name, "version": self.version,
            "made_from": dict(self.made_from), "parents": dict(parents), "main": facts.main, "files": files,
            "tables": {path: dict(table) for path, table in facts.tables.items()},
            "metrics": {name: dict(one) for name, one in facts.metrics.items()},
            "figures": list(facts.figures), "model": facts.model, "notes": list(facts.notes),
            "made": datetime.now(UTC).isoformat(timespec="milliseconds"), "seconds": round(float(seconds), 3),
        }  # fmt: skip
        whole = _RECORD.write(self.folder / MANIFEST, said)
        place = self.kept.folder / f"{self.name}@{self.version}"
        self.folder.rename(place)
        return Artifact(place, whole)


def sha256(path: Path) -> str:
    """Return the hash of a file's content, 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _delete(place: Path) -> None:
    """Delete a place of work, for whoever holds its lock.

    Without its lock file others may enter it: so they first find it gone, and begin in a new one.
    """
    gone = place.with_name(f"{_GONE}{os.urandom(6).hex()}")
    with suppress(OSError):  # what cannot be deleted now is for a later run
        place.rename(gone)
        shutil.rmtree(gone, ignore_errors=True)


def _days_untouched(place: Path) -> float:
    """Return for how long nothing in a folder has changed."""
    newest = max(path.lstat().st_mtime for path in (place, *place.rglob("*")))
    return (time.time() - newest) / 86400


def _files(folder: Path) -> list[str]:
    """Return all files below a folder, their paths with slashes, sorted."""
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if not path.is_dir() or path.is_symlink()
    )


def _read(folder: Path) -> Artifact:
    """Return an artifact whose manifest is sound."""
    path = folder / MANIFEST
    said = _RECORD.read(path)
    if f"{said['name']}@{said['version']}" != folder.name:
        raise ArtifactError(f"'{path}' is of {said['name']}@{said['version']}", _AGAIN)
    if not all(_is_below(one) for one in (said["main"], *said["files"])):
        raise ArtifactError(f"'{path}' names a file outside of its folder", _AGAIN)
    return Artifact(folder, said)


def _is_below(path: str) -> bool:
    return not os.path.isabs(path) and ".." not in Path(path).parts and "\0" not in path
