"""What lies at an address: fetched, or kept there as well. The only file of this room that knows fsspec."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from earmark.errors import PipelineError
from earmark.pipeline.sources import expanded, see_no_secret
from earmark.workspace import replacing

_CHUNK = 1 << 20
_MEND = "check the address, the network and the credentials in the environment, and try again"


def fetch(address: str, said: str, file: Path, progress: Callable[[int, int], None] | None = None) -> None:
    """Write what lies at an address to a file, whole or not at all.

    Parameters
    ----------
    address : str
        Any that fsspec knows.
    said : str
        What errors call it: an address may hold what nobody is to read.
    file : Path
        Where it is to lie.
    progress : callable, optional
        Told how many bytes are there, and how many there are; 0 where nobody knows.

    Raises
    ------
    PipelineError
        If it cannot be had; the text holds no secret.
    """
    open_ = _fsspec().open
    with replacing(file) as new:
        try:
            with open_(address, "rb") as source, new.open("wb") as target:
                total, done = int(getattr(source, "size", 0) or 0), 0
                while chunk := source.read(_CHUNK):
                    target.write(chunk)
                    done += len(chunk)
                    if progress is not None:
                        progress(done, total)
        except (KeyboardInterrupt, PipelineError):
            raise
        except Exception as error:
            # A store's own words may hold keys or signatures; its kind of error does not.
            raise PipelineError(f"'{said}' cannot be fetched: {type(error).__name__}", _MEND) from error


def _fsspec() -> Any:
    try:
        import fsspec  # type: ignore[import-untyped]  # noqa: PLC0415 - only what lies elsewhere needs it
    except ImportError as error:
        raise PipelineError("addresses need fsspec", "pip install 'earmark[remote]'") from error
    return fsspec


def mirror_at(address: str) -> "Mirror":
    """Return the mirror at an address, which may hold ``$VARIABLES`` but no secret.

    Raises
    ------
    PipelineError
        If it holds a secret, a variable is not set, or what it needs is missing.
    """
    see_no_secret(address, "the mirror")
    return Mirror(expanded(address, "the mirror"), address)


class Mirror:
    """A folder at an address in which artifacts are kept as well.

    Parameters
    ----------
    address : str
        Any that fsspec knows: ``s3://bucket/artifacts``.
    said : str
        What errors call it.

    Raises
    ------
    PipelineError
        If fsspec, or what it needs, is missing.
    """

    def __init__(self, address: str, said: str) -> None:
        self._said = said
        try:
            self._store, self._root = _fsspec().core.url_to_fs(address)
        except (ImportError, ValueError) as error:
            raise PipelineError(
                f"'{said}' is an address of a kind that is not installed", str(error)
            ) from error

    def get(self, name: str, folder: Path, last: str) -> bool:
        """Fetch all files of a folder of that name into `folder`, and tell whether it was there.

        Parameters
        ----------
        name : str
            The folder there.
        folder : Path
            The folder here, which may not be there yet.
        last : str
            The file that is written last: a folder without it is not whole, there or here.
        """
        try:
            there = f"{self._root}/{name}"
            if not self._store.exists(f"{there}/{last}"):
                return False
            for path in sorted(self._store.find(there), key=lambda path: path.endswith(f"/{last}")):
                file = folder / os.path.relpath(path, there)
                file.parent.mkdir(parents=True, exist_ok=True)
                self._store.get_file(path, str(file))
        except Exception as error:
            raise PipelineError(f"'{self._said}' cannot be read: {type(error).__name__}", _MEND) from error
        return True

    def put(self, name: str, folder: Path, last: str) -> None:
        """Write all files of a folder there, `last` at the end; what is there already stays."""
        try:
            there = f"{self._root}/{name}"
            if self._store.exists(f"{there}/{last}"):
                return
            files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
            for path in sorted(files, key=lambda path: path == folder / last):
                target = f"{there}/{path.relative_to(folder).as_posix()}"
                self._store.makedirs(target.rpartition("/")[0], exist_ok=True)
                self._store.put_file(str(path), target)
        except Exception as error:
            raise PipelineError(f"'{self._said}' cannot be written: {type(error).__name__}", _MEND) from error
