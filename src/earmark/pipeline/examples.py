"""Pipelines that ship with Earmark, and those in files."""

import os
from pathlib import Path

from earmark.errors import PipelineError
from earmark.registry import shipped

_MOST_BYTES = 1 << 24


EXAMPLES = shipped("pipeline", "earmark.pipeline", "pipelines")
"""The files of the pipelines that come with Earmark, by name."""


def read(name: str | os.PathLike[str]) -> tuple[str, str, Path]:
    """Return a pipeline's text, what it is called, and the folder that its paths start from.

    Parameters
    ----------
    name : str or os.PathLike
        A file that ends in ``.toml``, whose paths start from its own folder; or the name of an example, whose
        paths start from the current one.

    Raises
    ------
    PipelineError
        If the file is missing or cannot be read.
    UnknownNameError
        If there is no example of that name, and it is no path.
    """
    text = os.fspath(name)
    if not (os.path.dirname(text) or text.endswith(".toml") or isinstance(name, os.PathLike)):
        return EXAMPLES[text].read_text(encoding="utf-8"), text, Path()
    path = Path(text)
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise PipelineError(
                f"'{path}' has more than {_MOST_BYTES >> 20} MB", "a pipeline is a short text"
            )
        return path.read_text(encoding="utf-8-sig"), path.stem, path.parent
    except FileNotFoundError:
        raise PipelineError(
            f"there is no file '{path}'", f"'earmark init' writes one; or name one of {', '.join(EXAMPLES)}"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise PipelineError(f"'{path}' cannot be read: {error}", "name a .toml file in UTF-8") from error
