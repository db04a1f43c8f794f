"""What a step reads: what another step made, a file or folder by its content, or a name."""

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from earmark.errors import PipelineError
from earmark.pipeline.artifacts import Artifacts, sha256
from earmark.pipeline.kinds import Input
from earmark.workspace import content_hash

LARGEST_HASHED_BYTES = 256 << 20
"""A folder with more in it is told from another by names, sizes and dates, not by all of its content."""

_VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)\})")
_REGISTERED = re.compile(r"(models|runs):/")
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_PASSWORD = re.compile(r"://[^/?#]*:[^/?#@]+@")
_SECRET = re.compile(
    r"[?&;]([^=&;]*(?:token|secret|passw|signature|sig|key|auth|credential)[^=&;]*)=[^&;]", re.I
)


@dataclass(frozen=True)
class Source:
    """One thing that a step reads.

    Attributes
    ----------
    said : str
        As the pipeline says it.
    id : str
        What is in the version of what is made from it: ``NAME@VERSION/PATH`` of an artifact,
        ``sha256=HASH`` of a file, ``folder=HASH``, or ``name=NAME``.
    path : Path or None
        Where it lies, or will; None for a name.
    artifact : tuple of (str, str) or None
        Name and version of the artifact that it belongs to.
    """

    said: str
    id: str
    path: Path | None = None
    artifact: tuple[str, str] | None = None

    def there(self, kept: Artifacts) -> str | Path:
        """Return what a step is given: the path, or the name."""
        if self.artifact is None:
            return self.path or self.said
        found = kept.find(*self.artifact)
        _, _, inner = self.said.partition("/")
        if found is None or not (found.folder / inner).exists():
            raise PipelineError(
                f"there is no '{self.said}'",
                f"run the step '{self.artifact[0]}', and look into {kept.folder}",
            )
        return found.folder / inner if inner else found.main


def made_by(said: str, name: str, version: str) -> Source:
    """Return what a step reads of what another makes."""
    inner = said.partition("/")[2]
    if ".." in Path(inner).parts:
        raise PipelineError(f"'{said}' leads out of what '{name}' makes", "name a file in it")
    return Source(said, f"{name}@{version}" + (f"/{inner}" if inner else ""), artifact=(name, version))


def outside(
    said: str, what: Input, base: Path, where: str, only: Callable[[], Sequence[str]] | None = None
) -> Source:
    """Return what a step reads that no step makes.

    Parameters
    ----------
    said : str
        A path, with ``$VARIABLES`` and ``~`` perhaps; or a name where `what` takes one.
    what : Input
        What the step takes.
    base : Path
        The folder that paths start from.
    where : str
        Step and input, for errors.
    only : callable, optional
        Says which files below the folder count.

    Raises
    ------
    PipelineError
        If there is nothing there, or a variable is not set.
    """
    if what.address and _ADDRESS.match(said) and not said.startswith("file://"):
        see_no_secret(said, where)
        return Source(said, f"address={said}")
    path = base / Path(expanded(said.removeprefix("file://"), where)).expanduser()
    if path.exists():
        return Source(said, _content(path, only), path)
    is_name = not (os.path.dirname(said) or said.endswith(".toml")) or _REGISTERED.match(said)
    if what.named and is_name:
        return Source(said, f"name={said}")
    raise PipelineError(
        f"{where} = {said!r} is neither a step above it nor a path",
        f"'{path}' is not there: name a step, or a file",
    )


def see_no_secret(address: str, where: str) -> None:
    """Raise if an address holds a secret: it would be kept with all that is made from it.

    Raises
    ------
    PipelineError
        If it does; the text does not repeat it.
    """
    said = _VARIABLE.sub("", address)
    found = _SECRET.search(said)
    if found or _PASSWORD.search(said):
        what = f"'{found[1]}'" if found else "a password"
        raise PipelineError(
            f"{where} is an address with {what} in it, which would be kept with every run",
            "put it into a variable, as https://$USER:$PASSWORD@host/songs.csv or ?token=$TOKEN",
        )


def expanded(text: str, where: str) -> str:
    """Return a text with the values of the variables in it.

    Raises
    ------
    PipelineError
        If one is not set.
    """

    def value(found: "re.Match[str]") -> str:
        name = found[1] or found[2]
        if name not in os.environ:
            raise PipelineError(f"{where} needs the variable {name}, which is not set", f"export {name}=...")
        return os.environ[name]

    return _VARIABLE.sub(value, text)


def _content(path: Path, only: Callable[[], Sequence[str]] | None) -> str:
    try:
        if path.is_file():
            return f"sha256={sha256(path)}"
        return f"folder={content_hash(_listing(path, only))}"
    except OSError as error:
        raise PipelineError(
            f"'{path}' cannot be read: {error.strerror or error}", "name what you may read"
        ) from error


def _listing(folder: Path, only: Callable[[], Sequence[str]] | None) -> dict[str, str | list[int]]:
    """Return every file below a folder with its hash; of a large folder with its size and date."""
    roots = [folder] if only is None else [folder / one for one in only()]
    below = [path for root in roots for path in ([root] if root.is_file() else sorted(root.rglob("*")))]
    files = {
        path.relative_to(folder).as_posix(): path
        for path in below
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    }
    if sum(path.stat().st_size for path in files.values()) <= LARGEST_HASHED_BYTES:
        return {name: sha256(path) for name, path in files.items()}
    return {name: [path.stat().st_size, path.stat().st_mtime_ns] for name, path in files.items()}
