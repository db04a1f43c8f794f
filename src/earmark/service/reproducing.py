"""Studies of genre run again: claim, faithful figure and honest figure side by side."""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from earmark.audio import shown
from earmark.errors import TableError
from earmark.executors import executor as executor_named
from earmark.reproduce import REPRODUCTIONS, Reproduced, Reproduction
from earmark.service.checking import need_lab
from earmark.workspace import keeping, write_text

AnyPath = str | os.PathLike[str]

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many pieces of it are done, and of how many."""

DATA = "EARMARK_DATA"
"""The environment variable that names the folder of data."""

_RESULT = "result.json"


def reproduce(
    name: str,
    data: AnyPath | None = None,
    folder: AnyPath = "reproductions",
    *,
    quick: bool = False,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Reproduced:
    """Run a study again.

    Every fit that is done is kept: after an interruption, or a kill, the same call goes on from there. What
    another Earmark did before is taken over, and ``by_other_code`` says how much.

    Parameters
    ----------
    name : str
        One of :data:`~earmark.reproduce.REPRODUCTIONS`.
    data : path, optional
        The folder that holds the public files which the study needs; that in ``EARMARK_DATA`` if left out.
    folder : path
        Where what is done and the result are kept, in a folder of the study's name.
    quick : bool
        Only the figures, without what takes long and stands beside them: grids, curves, other models.
    workers : int, optional
        Fits at once; one per processor by default. The figures are the same.
    progress : callable, optional
        Told of every fit that is done.

    Raises
    ------
    UnknownNameError
        If there is no such study.
    TableError
        If a file is missing that the study needs.
    StoreError
        If the folder cannot be written.
    """
    # Here and not on the way: after the name, so that a slip of it is told first.
    chosen = REPRODUCTIONS[name]
    need_lab("running a study again")
    from earmark.reproduce.bench import Bench  # noqa: PLC0415 - scikit-learn, which may be missing

    there = data_for(name, data)
    kept = Path(folder) / name
    with (
        keeping(kept),
        executor_named("inline" if workers == 1 else "processes", workers) as work,
        Bench(there, kept, work, progress, quick=quick) as bench,
    ):
        found = chosen.run(bench)
        found = replace(found, by_other_code=bench.by_other_code)
        plain = {"reproduction": name, **found.to_dict()}
        write_text(kept / _RESULT, json.dumps(plain, indent=1, ensure_ascii=False) + "\n")
    return found


def data_for(name: str, data: AnyPath | None = None) -> Path:
    """Return the folder of data, seen to hold all that a study needs.

    Raises
    ------
    UnknownNameError
        If there is no such study.
    TableError
        If no folder is named, or it lacks a file.
    """
    files = REPRODUCTIONS[name].files
    told = "; ".join(f"{file.path} ({file.what})" for file in files)
    place = data if data is not None else os.environ.get(DATA)
    if not place:
        raise TableError(
            f"'{name}' needs public data, and no folder of data is named",
            f"name it with --data or in {DATA}; it holds {told}",
        )
    if missing := [file for file in files if not (Path(place) / file.path).exists()]:
        raise TableError(
            f"'{name}' needs '{missing[0].path}', which is not in '{shown(Path(place))}'",
            f"get it and put it there; needed are {told}",
        )
    return Path(place)


def studies() -> list[Reproduction]:
    """Return every study that can be run again."""
    return [REPRODUCTIONS[name] for name in REPRODUCTIONS]
