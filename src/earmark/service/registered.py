"""Models by their names in a registry: what a command takes for a folder may be ``models:/NAME/VERSION``."""

import os
import re
import tempfile
from functools import cache
from pathlib import Path

from earmark.errors import TrackerError

AnyPath = str | os.PathLike[str]

_NAME = re.compile(r"(models|runs):/+")
_SHORT = 8


def is_registered(model: object) -> bool:
    """Return whether a name is of a registered model, or of one that a run keeps.

    Examples
    --------
    >>> is_registered("models:/songs.train/3"), is_registered("models/quick@0123")
    (True, False)
    """
    return isinstance(model, str) and _NAME.match(model) is not None


def folder_of(model: str, workspace: AnyPath = ".") -> str:
    """Return the folder of a model that may be registered with MLflow; any other name as it is.

    Parameters
    ----------
    model : str
        ``"models:/NAME/VERSION"``, ``"models:/NAME@ALIAS"``, ``"runs:/ID/NAME"``, or a folder.
    workspace : path
        Where ``mlflow.db`` lies, if ``MLFLOW_TRACKING_URI`` names no server.

    Raises
    ------
    TrackerError
        If the name is of no model, MLflow is not installed, or has no such model, or it is none of Earmark's.
    """
    return _downloaded(model, os.path.abspath(workspace)) if is_registered(model) else model


@cache
def _downloaded(model: str, workspace: str) -> str:
    """Return where a model lies once it is downloaded: in a folder that goes when this program ends."""
    name = _folder_named(model)
    from earmark.tracking.by_mlflow import downloaded  # noqa: PLC0415 - MLflow, which may be missing

    place = tempfile.TemporaryDirectory(prefix="earmark-model-")
    _PLACES.append(place)
    came, named = Path(place.name, "download"), Path(place.name, "model")
    came.mkdir()
    named.mkdir()
    found = downloaded(model, came, Path(workspace))
    bundles = sorted(path.parent for path in found.rglob("bundle.json"))
    if len(bundles) != 1:
        raise TrackerError(
            f"'{model}' holds {len(bundles)} bundles of Earmark", "name a model that 'earmark run' registered"
        )
    return os.fspath(bundles[0].rename(named / name))


def _folder_named(model: str) -> str:
    """Return what the folder of a model is called, as pages and tables name it.

    Raises
    ------
    TrackerError
        If no folder can be called that.

    Examples
    --------
    >>> _folder_named("models:/songs.train/3"), _folder_named("runs:/0123456789abcdef/train")
    ('songs.train@3', 'train@01234567')
    """
    kind, _, said = model.partition(":")
    first, *others = said.strip("/").split("/")
    name = "@".join([*others[-1:], first[:_SHORT]] if kind == "runs" else [first, *others])
    if name in ("", ".", ".."):
        raise TrackerError(
            f"'{model}' names no model",
            "name one as models:/NAME/VERSION, models:/NAME@ALIAS or runs:/ID/NAME",
        )
    return name


_PLACES: list[tempfile.TemporaryDirectory[str]] = []
