"""What steps made, as a person asks for it: all of it, one, and what differs between two."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from earmark.errors import ArtifactError
from earmark.pipeline.artifacts import Artifact, Artifacts
from earmark.service import checking
from earmark.service.ordering import ARTIFACTS, AnyPath

if TYPE_CHECKING:
    from earmark.dataset.versions import Changes


def listed(workspace: AnyPath = ".") -> tuple[list[Artifact], list[ArtifactError]]:
    """Return every artifact of a workspace, the first first, and what is wrong with those that are broken."""
    kept = Artifacts(Path(workspace) / ARTIFACTS)
    return list(kept), list(kept.broken())


def shown(name: str, workspace: AnyPath = ".") -> tuple[Artifact, str]:
    """Return an artifact, and what is wrong with its files: nothing if they are as they were written.

    Raises
    ------
    ArtifactError
        If there is none of that name.
    """
    found = Artifacts(Path(workspace) / ARTIFACTS).named(name)
    return found, found.damage()


def difference(
    first: str, second: str, workspace: AnyPath = ".", *, key: Sequence[str] = (), label: str | None = None
) -> "Changes":
    """Return what has changed from one version of a table to another.

    Parameters
    ----------
    first, second : str
        ``NAME@VERSION`` (or its beginning) of an artifact with a table, ``NAME@VERSION/FILE``, or the path of
        a file.
    workspace : path
        Where ``artifacts`` lie.
    key : sequence of str
        Columns that tell which row is which; see :func:`earmark.dataset.versions.compared`.
    label : str, optional
        The column that holds the genre; guessed if left out.

    Raises
    ------
    ArtifactError
        If there is no such artifact, or it is damaged or has no table.
    TableError, UnknownNameError
        If a table cannot be read, or lacks a column.
    """
    checking.need_lab("comparing tables")
    from earmark.dataset.versions import compared  # noqa: PLC0415 - pandas, which may be missing

    paths = [_table(one, Artifacts(Path(workspace) / ARTIFACTS)) for one in (first, second)]
    before, after = (checking.read(path, label=label) for path in paths)
    return compared(before, after, key)


def _table(said: str, kept: Artifacts) -> Path:
    """Return the path of the table that a person means."""
    if Path(said).exists():
        return Path(said)
    name, _, inner = said.partition("/")
    found = kept.named(name)
    if damage := found.damage():
        raise ArtifactError(f"{found.id} is damaged: {damage}", "run the pipeline, which makes it anew")
    if inner:
        if not (found.folder / inner).is_file():
            files = ", ".join(list(found.manifest["files"])[:8])
            raise ArtifactError(f"{found.id} has no file '{inner}'", f"it has {files}")
        return found.folder / inner
    tables = list(found.manifest["tables"])
    if len(tables) > 1:
        raise ArtifactError(f"{found.id} has {len(tables)} tables", f"name one: {found.id}/{tables[0]}")
    return found.folder / tables[0] if tables else found.main
