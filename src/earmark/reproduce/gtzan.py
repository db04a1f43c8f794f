"""GTZAN as the reproductions take it: tables with the artist of every clip beside its columns."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from earmark.dataset.published import PUBLISHED, clip_name
from earmark.dataset.reading import read
from earmark.dataset.schema import ColumnSpec, Schema
from earmark.dataset.table import Dataset
from earmark.models.lesson import Lesson, lesson
from earmark.models.probabilities import Codes
from earmark.reproduce.bench import Bench

ARTISTS = "gtzan/splits/artists.txt"
UNKNOWN = "unknown artist of"


def artists(path: Path) -> dict[str, str]:
    """Return the artist of every clip by Sturm's index, in lower case; clips without one are missing."""
    found = {}
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        parts = [part.strip() for part in line.split(":::")]
        if len(parts) > 1 and parts[1]:
            found[clip_name(parts[0])] = " ".join(parts[1].lower().split())
    return found


def with_artists(bench: Bench, dataset: Dataset, clips: list[str], *, pieces: bool = False) -> Dataset:
    """Return a table with two more columns: ``artist``, and ``track_id`` where rows are pieces of clips.

    Clips of a genre whose artist nobody knows count as one artist's: some follow each other in the index.
    """
    known = artists(bench.path(ARTISTS))
    told = [known.get(clip, f"{UNKNOWN} {clip.split('.')[0]}") for clip in clips]
    more = {"artist": (told, ColumnSpec("artist", "category", "group"))}
    if pieces:
        more["track_id"] = (clips, ColumnSpec("track_id", "id", "id"))
    frame = dataset.frame.assign(**{name: values for name, (values, _) in more.items()})
    columns = (*dataset.schema, *(column for _, column in more.values()))
    return replace(dataset, frame=frame, schema=Schema(columns, dataset.schema.source))


def table(bench: Bench, name: str, *, pieces: bool = False) -> Lesson:
    """Return a table of GTZAN's columns to learn from, groups made of artists and copies."""
    dataset = read(bench.path(name))
    clips = dataset.frame["filename"].map(clip_name).tolist()
    return lesson(with_artists(bench, dataset, clips, pieces=pieces), ["artist"])


def listed(clips: list[str]) -> Callable[[str], Codes]:
    """Return what gives the rows of a part of the fault-filtered list: ``train``, ``valid``, ``test``."""
    parts = PUBLISHED["gtzan-fault-filtered"]().parts
    return lambda part: np.flatnonzero([clip in parts[part] for clip in clips])
