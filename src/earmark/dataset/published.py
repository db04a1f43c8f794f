"""Splits that others have published, as lists of clips."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from earmark.dataset.duplicates import duplicates
from earmark.dataset.kinship import kin
from earmark.dataset.lists import gtzan_fault_filtered
from earmark.dataset.split import Split, certified
from earmark.dataset.table import Dataset
from earmark.errors import ArgumentError, SplitError
from earmark.registry import Registry

# The end of a file's name, and before it the number of a piece of a song.
_SUFFIX = re.compile(r"\.(wav|au|mp3|ogg|flac|m4a|opus|aiff?)$", re.IGNORECASE)
_PIECE = re.compile(r"(\.\d{5})\.\d{1,4}$")


@dataclass(frozen=True)
class ClipList:
    """Which clip is in which part.

    Attributes
    ----------
    parts : mapping
        The clips of each part, as :func:`clip_name` names them.
    source : str
        Who made it and where it stands.
    """

    parts: Mapping[str, frozenset[str]]
    source: str


PUBLISHED: Registry[Callable[[], ClipList]] = Registry("published list")
"""Published splits by name."""


@PUBLISHED.register("gtzan-fault-filtered")
def gtzan() -> ClipList:
    """Return the split of GTZAN by Kereliuk, Sturm and Larsen: 443, 197 and 290 of its 1000 clips."""
    parts = {
        part: frozenset(
            f"{genre}.{number:05d}"
            for genre, spans in genres.items()
            for span in spans.split()
            for number in _numbers(span)
        )
        for part, genres in gtzan_fault_filtered.PARTS.items()
    }
    return ClipList(parts, gtzan_fault_filtered.SOURCE)


def _numbers(span: str) -> range:
    low, _, high = span.partition("-")
    return range(int(low), int(high or low) + 1)


def clip_name(name: str) -> str:
    """Return what a clip is called whatever folder it lies in, however it is coded or cut.

    Examples
    --------
    >>> clip_name("blues/blues.00012.wav"), clip_name("blues.00012.3.wav"), clip_name("blues.00012")
    ('blues.00012', 'blues.00012', 'blues.00012')
    """
    last = re.split(r"[/\\]", name.strip())[-1]
    return _PIECE.sub(r"\1", _SUFFIX.sub("", last)).casefold()


def clip_list(files: Mapping[str, Path]) -> ClipList:
    """Return the split that files list, one per part, one clip per line; a published one is known for it.

    Raises
    ------
    SplitError
        If a file cannot be read or lists nothing, or if a clip is in two of them.
    """
    parts = {part: _listed(file) for part, file in files.items()}
    times = Counter(clip for clips in parts.values() for clip in clips)
    if twice := sorted(clip for clip, count in times.items() if count > 1):
        raise SplitError(
            f"'{twice[0]}' and {len(twice) - 1} more clips are listed in two parts", "list each clip once"
        )
    for name in PUBLISHED:
        known = PUBLISHED[name]()
        if dict(known.parts) == parts:
            return known
    return ClipList(parts, ", ".join(f"{part}: {file.name}" for part, file in files.items()))


def _listed(file: Path) -> frozenset[str]:
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise SplitError(f"the list '{file}' cannot be read: {error.strerror}", "check its path") from error
    except UnicodeDecodeError as error:
        raise SplitError(f"the list '{file}' is no text", "give one clip per line, in UTF-8") from error
    clips = frozenset(clip_name(line) for line in lines if line.strip() and not line.startswith("#"))
    if not clips:
        raise SplitError(f"the list '{file}' names no clip", "give one clip per line")
    return clips


def split_by_list(dataset: Dataset, clips: ClipList) -> Split:
    """Split a table as a list says; rows that it does not name are in no part.

    Raises
    ------
    ArgumentError
        If no part is called ``train``.
    SplitError
        If no column names the clips, or if the list names none of them.
    """
    if "train" not in clips.parts:
        raise ArgumentError(
            f"a list of the parts {', '.join(clips.parts)}", "name train and at least one other"
        )
    names = tuple(clips.parts)
    places = {clip: i for i, name in enumerate(names) for clip in clips.parts[name]}
    called = _called(dataset, places)
    parts = np.asarray(called.map(places).fillna(-1), np.int64)
    if missing := [name for i, name in enumerate(names) if not (parts == i).any()]:
        raise SplitError(
            f"the part '{missing[0]}' of the list names no clip of '{dataset.name}': "
            f"it says '{min(clips.parts[missing[0]])}', the table '{called.iloc[0]}'",
            "give the table that the list was made for",
        )
    sizes = called.value_counts()
    certificate = certified(
        dataset, names, (parts,), duplicates(dataset),
        kind="parts", made_by="list", source=clips.source, seed=0,
        groups=len(sizes), largest_group=int(sizes.max()),
    )  # fmt: skip
    return Split("parts", names, (parts,), certificate)


def _called(dataset: Dataset, places: Collection[str]) -> pd.Series:
    """Return the clip of each row, by the column of names or ids in which most of the listed ones are found.

    A folder of features names its songs by a hash, and by a path.
    """
    track = kin(dataset).get("track")
    names = dict.fromkeys([*([track.column] if track else []), *dataset.schema.with_role("id")])
    columns = [dataset.frame[name].astype(str).map(clip_name) for name in names]
    if not columns:
        raise SplitError(
            f"'{dataset.name}' has no column that names its clips", "name one 'filename' or 'clip'"
        )
    return max(columns, key=lambda called: int(called.isin(places).sum()))
