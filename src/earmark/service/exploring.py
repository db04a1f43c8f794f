"""Tables explored: a page to read, the numbers as tables, the pictures as files."""

import csv
import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from earmark.audio import shown
from earmark.errors import ArgumentError, EarmarkError, StoreError
from earmark.workspace import keeping, replacing, write_text

if TYPE_CHECKING:
    from earmark.dataset.table import Dataset
    from earmark.explore.overview import Overview

AnyPath = str | os.PathLike[str]

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is."""

_LONGEST_NAME_BYTES = 120
_NEEDED = ("pandas", "scipy", "sklearn", "matplotlib")


@dataclass(frozen=True)
class Explored:
    """What was found and written.

    Attributes
    ----------
    page : Path
        The page.
    songs, genres, columns : int
        How much there is.
    unit : str
        What counts as independent: artist, album, track or row.
    telling : tuple of (str, float)
        The columns that tell genres apart best, and the share of the variance that genres explain.
    files : tuple of Path
        Tables and pictures that were written beside.
    notes : tuple of str
        What was left out or assumed.
    """

    page: Path
    songs: int
    genres: int
    columns: int
    unit: str
    telling: tuple[tuple[str, float], ...]
    files: tuple[Path, ...]
    notes: tuple[str, ...]


def explore(
    dataset: "Dataset",
    output: AnyPath,
    *,
    unit: str | None = None,
    pairs: Sequence[tuple[str, str]] = (),
    tables: AnyPath | None = None,
    figures: AnyPath | None = None,
    kind: str = "png",
    made_by: str = "",
    progress: Progress | None = None,
) -> Explored:
    """Write a page about a table.

    Parameters
    ----------
    dataset : Dataset
        What :func:`earmark.service.checking.read` gave.
    output : path
        The HTML file to write; one that lies there is replaced.
    unit : {"artist", "album", "track", "row"}, optional
        What counts as independent; the widest that the table tells of if left out.
    pairs : sequence of (str, str)
        Columns to draw against each other; if empty, pairs that tell much.
    tables, figures : path, optional
        Folders for all numbers as CSV files, and for all pictures, light and dark.
    kind : {"png", "svg", "pdf"}
        What the pictures' files are.
    made_by : str
        The command, for the page's foot.
    progress : callable, optional
        Told what is being done.

    Raises
    ------
    ArgumentError
        If the table has no numbers, does not tell of such units, or a pair cannot be drawn.
    UnknownNameError
        If a pair names no column of the table.
    EarmarkError
        If a library is missing.
    StoreError
        If a file cannot be written.
    """
    see_that_it_can()
    from earmark.explore.overview import overview  # noqa: PLC0415 - scipy, which may be missing
    from earmark.explore.overview import tables as tables_of  # noqa: PLC0415 - as above
    from earmark.report.exploration import exploration  # noqa: PLC0415 - as above
    from earmark.report.page import html  # noqa: PLC0415 - as above

    page, files = Path(output), []
    see_that_it_is_free(page)
    for folder in (tables, figures):
        see_that_it_is_new(folder)
    made = overview(dataset, unit, progress, pairs)
    with keeping(page.parent):
        page.parent.mkdir(parents=True, exist_ok=True)
        write_text(page, html(exploration(made, made_by, progress)))
    if tables is not None:
        with keeping(tables):
            Path(tables).mkdir(parents=True, exist_ok=True)
            for name, frame in tables_of(made).items():
                files.append(Path(tables) / f"{name}.csv")
                write_text(files[-1], frame.to_csv(index=False, lineterminator="\n"))
    if figures is not None:
        files += _draw_all(made, Path(figures), kind, progress)
    best = tuple((made.columns[at].name, made.columns[at].difference.effect) for at in made.telling[:5])
    return Explored(
        page, len(made.songs.genres), len(made.genres), len(made.columns), made.songs.unit,
        best if len(made.genres) > 1 else (), tuple(files), made.notes,
    )  # fmt: skip


def pair(text: str) -> tuple[str, str]:
    """Return the two columns that a text names.

    Parameters
    ----------
    text : str
        Both names with a comma between them; a name that holds a comma stands in double quotes.

    Raises
    ------
    ArgumentError
        If it does not name two.

    Examples
    --------
    >>> pair('tempo,"energy, raw"')
    ('tempo', 'energy, raw')
    """
    try:
        names = next(csv.reader([text], skipinitialspace=True))
    except csv.Error:
        names = []
    if len(names) != 2 or not all(names):
        raise ArgumentError(
            f"{text!r} where two columns belong", "put a comma between their names, as tempo,energy"
        )
    return names[0], names[1]


def see_that_it_is_free(page: Path) -> None:
    """Raise if something lies there that is no page of ours."""
    from earmark.report.page import MARK  # noqa: PLC0415 - not needed to ask for help

    with keeping(page.parent):
        if page.exists() and MARK.encode() not in page.read_bytes()[:4096]:
            raise StoreError(
                f"'{shown(page)}' is there already and no page of Earmark", "name another file with -o"
            )


def see_that_it_is_new(path: AnyPath | None) -> None:
    """Raise if a file or a folder with something in it lies there: it could be somebody's table."""
    if path is None:
        return
    found = Path(path)
    with keeping(found.parent):
        if found.is_file() or (found.is_dir() and any(found.iterdir())):
            raise StoreError(f"'{shown(found)}' is there already", "name a new one, or delete it")


def _draw_all(made: "Overview", folder: Path, kind: str, progress: Progress | None) -> list[Path]:
    from earmark.explore.pictures import Pictures  # noqa: PLC0415 - matplotlib, which may be missing

    pictures, files = list(Pictures(made)), []
    names = _file_names([picture.name for picture in pictures])
    with keeping(folder):
        folder.mkdir(parents=True, exist_ok=True)
    for done, picture in enumerate(pictures):
        if progress is not None:
            progress("writing pictures", done, len(pictures))
        for dark in (False, True):
            files.append(folder / f"{names[done]}{'.dark' if dark else ''}.{kind}")
            with keeping(folder), replacing(files[-1]) as new:
                new.write_bytes(picture.draw(dark).file(kind))
    return files


def _file_names(names: list[str]) -> list[str]:
    """Return names that every file system takes and tells apart.

    Examples
    --------
    >>> _file_names(["column-a/b", "column-a?b", "column-A-b"])
    ['column-a-b', 'column-a-b-2', 'column-A-b-3']
    """
    seen: Counter[str] = Counter()
    made = []
    for name in names:
        plain = "".join(letter if letter.isalnum() or letter in "-_" else "-" for letter in name)
        plain = plain.encode()[:_LONGEST_NAME_BYTES].decode(errors="ignore")
        seen[plain.casefold()] += 1
        times = seen[plain.casefold()]
        made.append(plain if times == 1 else f"{plain}-{times}")
    return made


def see_that_it_can() -> None:
    """Raise if a library is missing."""
    if missing := [name for name in _NEEDED if find_spec(name) is None]:
        raise EarmarkError(
            f"exploring tables needs {' and '.join(missing)}", "pip install 'earmark[lab,pictures]'"
        )
