"""Tables split into parts or folds that keep artists, tracks and copies on one side."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from earmark.audio import shown
from earmark.errors import ArgumentError, SplitError
from earmark.service import checking

if TYPE_CHECKING:
    from earmark.dataset.split import Split
    from earmark.dataset.table import Dataset

AnyPath = str | os.PathLike[str]


@dataclass(frozen=True)
class Folds:
    """How many folds, and how often they are drawn anew."""

    number: int
    repeats: int = 1


def split_table(
    paths: AnyPath | Sequence[AnyPath],
    output: AnyPath | None = None,
    *,
    label: str | None = None,
    labels: AnyPath | None = None,
    catalog: AnyPath | None = None,
    parts: Mapping[str, float] | None = None,
    folds: Folds | None = None,
    published: str | None = None,
    files: Mapping[str, AnyPath] | None = None,
    by: str | None = None,
    seed: int = 0,
    naive: bool = False,
) -> "Split":
    """Split a table, and write the split and its certificate to a file.

    Parameters
    ----------
    paths : path or sequence of paths
        As :func:`earmark.service.checking.read` takes them; `label`, `labels` and `catalog` likewise.
    output : path, optional
        The JSON file; none is written if left out. A split that lies there is replaced, another file never.
    parts : mapping, optional
        How much of the rows, 0 to 1, each part gets; train 0.7, valid 0.15 and test 0.15 if left out.
    folds : Folds, optional
        Folds in place of parts.
    published : str, optional
        A published list of clips in place of both: ``"gtzan-fault-filtered"``.
    files : mapping, optional
        A file for each part that lists its clips, in place of all these.
    by : {"artist", "album", "track", "duplicates"}, optional
        What groups are made of; the first of these that the table tells if left out.
    seed : int
        Of what is drawn.
    naive : bool
        Draw rows one by one, and stamp the split with it.

    Raises
    ------
    ArgumentError, UnknownNameError
        If arguments contradict each other or name what there is not.
    SplitError
        If the table cannot be split so.
    TableError, StoreError
        If the table cannot be read, or the file not be written.

    Examples
    --------
    >>> made = split_table(table, parts={"train": 0.5, "test": 0.5})
    >>> made.certificate.stamp
    'made by duplicates; disjoint in duplicates; not known of artist, album, track, playlist'
    """
    _see_that_they_agree(
        parts=parts, folds=folds, published=published, files=files, drawn=naive or by is not None
    )
    if output is not None:
        _see_that_it_is_free(Path(output))
    dataset = checking.read(paths, label=label, labels=labels, catalog=catalog)
    made = _made(dataset, parts, folds, published, files, by=by, seed=seed, naive=naive)
    if output is not None:
        from earmark.dataset.split_file import write  # noqa: PLC0415 - pandas, which may be missing

        write(made, Path(output))
    return made


def _see_that_it_is_free(output: Path) -> None:
    if not output.is_file():
        return
    from earmark.dataset.split_file import read  # noqa: PLC0415 - pandas, which may be missing

    try:
        read(output)
    except SplitError as error:
        raise SplitError(
            f"'{shown(output)}' is there and is no split; it stays as it is", "name another file with -o"
        ) from error


def _see_that_they_agree(**given: object) -> None:
    drawn = given.pop("drawn")
    ways = [name for name, value in given.items() if value]
    if len(ways) > 1:
        raise ArgumentError(f"a split by {' and '.join(ways)} at once", "keep one of them")
    if drawn and (given["published"] or given["files"]):
        raise ArgumentError("a list that is split by groups or row by row", "leave out either")


def _made(
    dataset: "Dataset",
    parts: Mapping[str, float] | None,
    folds: Folds | None,
    published: str | None,
    files: Mapping[str, AnyPath] | None,
    *,
    by: str | None,
    seed: int,
    naive: bool,
) -> "Split":
    from earmark.dataset import published as lists  # noqa: PLC0415 - pandas, which may be missing
    from earmark.dataset import split as splits  # noqa: PLC0415 - as above

    if published is not None:
        return lists.split_by_list(dataset, lists.PUBLISHED[published]())
    if files:
        return lists.split_by_list(dataset, lists.clip_list({part: Path(f) for part, f in files.items()}))
    if folds is not None:
        return splits.folds(dataset, folds.number, folds.repeats, by=by, seed=seed, naive=naive)
    return splits.split(dataset, parts or splits.PARTS, by=by, seed=seed, naive=naive)
