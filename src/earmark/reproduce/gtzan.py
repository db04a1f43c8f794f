"""GTZAN as the reproductions take it: tables with the artist of every clip beside its columns."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from earmark.dataset.published import PUBLISHED, clip_name
from earmark.dataset.reading import read
from earmark.dataset.schema import ColumnSpec, Schema
from earmark.dataset.table import Dataset
from earmark.features import FEATURE_SETS
from earmark.models.lesson import Lesson, lesson
from earmark.models.probabilities import Codes
from earmark.reproduce.bench import Bench
from earmark.reproduce.listening import heard

if TYPE_CHECKING:
    import pandas as pd

ARTISTS = "gtzan/splits/artists.txt"
AUDIO = "gtzan/audio"
CLIPS = "gtzan/labels.csv"
LOW_RATE_HZ = 16_000
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


def clips_with_sound(bench: Bench) -> "pd.DataFrame":
    """Return the clips whose sound is at hand: ``clip``, ``genre``, ``artist``, ``path``, ``duration_s``.

    Those whose source had 16 kHz are left out: they hold nothing above 8 kHz and are all of six genres, so
    their sound tells how they were collected.
    """
    import pandas as pd  # noqa: PLC0415 - heavy, and only needed with a table

    table = pd.read_csv(bench.path(CLIPS))
    table = table[table["native_rate_hz"] != LOW_RATE_HZ].reset_index(drop=True)
    folder = bench.path(AUDIO)
    paths = [
        folder / genre / f"{clip}.ogg" for clip, genre in zip(table["clip"], table["genre"], strict=True)
    ]
    known = artists(bench.path(ARTISTS))
    told = [known.get(clip, f"{UNKNOWN} {clip.split('.')[0]}") for clip in table["clip"]]
    return table.assign(path=paths, artist=told)


def measured(bench: Bench, clips: "pd.DataFrame", feature_set: str) -> Lesson:
    """Return the pieces of clips to learn from, measured by a feature set, groups made of artists.

    Parameters
    ----------
    bench : Bench
        Where it is done and kept.
    clips : pandas.DataFrame
        Of those that :func:`clips_with_sound` gave, with the column ``window``: which pieces are measured.
    feature_set : str
        What is measured.
    """
    import pandas as pd  # noqa: PLC0415 - heavy, and only needed with a table

    found = heard(bench, f"hearing {len(clips)} clips", clips, feature_set)
    pieces = [len(found[clip]) for clip in clips["clip"]]
    names = FEATURE_SETS[feature_set].columns
    told = {
        "track_id": clips["clip"],
        "artist": clips["artist"],
        "genre": clips["genre"],
    }
    beside = pd.DataFrame(
        {name: np.repeat(np.asarray(values, object), pieces) for name, values in told.items()}
    )
    numbers = pd.DataFrame(np.concatenate([found[clip] for clip in clips["clip"]]), columns=list(names))
    schema = Schema(
        (
            ColumnSpec("track_id", "id", "id"),
            ColumnSpec("artist", "category", "group"),
            ColumnSpec("genre", "category", "label"),
            *(ColumnSpec(name, "number") for name in names),
        ),
        feature_set,
    )
    return lesson(Dataset(pd.concat([beside, numbers], axis=1), schema, "the clips at hand"), ["artist"])


def listed(clips: list[str]) -> Callable[[str], Codes]:
    """Return what gives the rows of a part of the fault-filtered list: ``train``, ``valid``, ``test``."""
    parts = PUBLISHED["gtzan-fault-filtered"]().parts
    return lambda part: np.flatnonzero([clip in parts[part] for clip in clips])
