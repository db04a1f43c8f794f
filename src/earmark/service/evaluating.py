"""Models that were trained before, put to the test on another table."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from earmark.audio import shown
from earmark.errors import ArgumentError, TrainingError
from earmark.executors import executor as executor_named
from earmark.models.bundle import BUILT_IN
from earmark.models.bundle import load as load_songs
from earmark.service.asking import ask, unheard
from earmark.service.measuring import Songs, measured, songs_of
from earmark.service.own_genres import usable
from earmark.service.pairing import Pair, pair
from earmark.service.training import AnyPath, Progress, Table, evaluated
from earmark.workspace import keeping

if TYPE_CHECKING:
    from earmark.evaluate import Evaluation


@dataclass(frozen=True)
class Judged:
    """What a model is worth on a table.

    Attributes
    ----------
    model : str
        Its name.
    table : str
        The table's name.
    evaluation : Evaluation
        How good it is there.
    votes : str
        How segments answer for their track.
    stamp : str
        Whether the model had heard any of it.
    notes : tuple of str
        What was left out.
    against : Pair or None
        How another model fares on the same songs, if one was named.
    """

    model: str
    table: str
    evaluation: "Evaluation"
    votes: str
    stamp: str
    notes: tuple[str, ...]
    against: Pair | None = None


def evaluate(
    model: AnyPath,
    table: Table,
    folder: Path,
    *,
    heard: bool = False,
    against: AnyPath | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Judged:
    """Put a model to the test; see :meth:`earmark.service.lab.Lab.evaluate`."""
    from earmark.models.lab_bundle import load  # noqa: PLC0415 - scikit-learn, which may be missing

    songs = songs_of(table)
    if is_of_songs(model):
        if against is not None:
            raise ArgumentError(
                f"'{shown(model)}' hears songs, and is compared with none",
                "evaluate both on the same songs, and compare their intervals",
            )
        return _of_songs(model, songs, table, folder, heard=heard, workers=workers, progress=progress)
    bundle = load(Path(model))
    dataset, notes = (table.read(), ()) if songs is None else measured(
        songs, bundle.model.columns.names, bundle.made_from, folder / "features",
        workers=workers, progress=progress,
    )  # fmt: skip
    asked = ask(bundle, dataset, table.groups, heard=heard)
    evaluation = evaluated(asked.given, asked.found, bundle.model.recipe.seed, table.subsets)
    other = None if against is None else pair((model, against), dataset, table.groups, heard=heard)
    return Judged(
        bundle.name, dataset.name, evaluation, bundle.model.recipe.votes, asked.stamp,
        (*notes, *asked.notes), other,
    )  # fmt: skip


def is_of_songs(model: AnyPath) -> bool:
    """Return whether a model hears songs itself: the built-in one by name, or one of genre folders."""
    from earmark.models.lab_bundle import is_lab_bundle  # noqa: PLC0415 - scikit-learn, may be missing

    built_in = os.fspath(model) == BUILT_IN.name
    return built_in or ((Path(model) / "bundle.json").is_file() and not is_lab_bundle(model))


def _of_songs(
    model: AnyPath,
    songs: Songs | None,
    table: Table,
    folder: Path,
    *,
    heard: bool,
    workers: int | None,
    progress: Progress | None,
) -> Judged:
    """Put a model that hears songs to the test on songs, which it hears as ``earmark classify`` does."""
    import numpy as np  # noqa: PLC0415 - the command line loads this file

    from earmark.models import genre_folders  # noqa: PLC0415 - scikit-learn, which may be missing
    from earmark.models.heard import known  # noqa: PLC0415 - as above
    from earmark.models.lesson import lesson  # noqa: PLC0415 - as above
    from earmark.models.pipeline import Columns, inputs  # noqa: PLC0415 - as above
    from earmark.models.train import gathered  # noqa: PLC0415 - as above

    if songs is None:
        raise TrainingError(
            f"'{shown(model)}' hears songs, and a table of features is none",
            "name a folder of genre folders, or a list of songs: columns path and genre",
        )
    built_in = os.fspath(model) == BUILT_IN.name and not Path(model).exists()
    bundle = load_songs(BUILT_IN if built_in else Path(model))
    with keeping(folder), executor_named("processes" if workers != 1 else "inline", workers) as work:
        tags, failed = genre_folders.heard(songs.songs, work, folder / "heard", progress)
    found, notes = usable(list(songs.songs), tags, failed)
    given = lesson(genre_folders.dataset(found, tags, songs.name), table.groups, bundle.genres)
    x = inputs(given.dataset.frame, Columns(genre_folders.INPUTS))
    marks = bundle.made_from.get("heard", {})
    rows, stamp, more = unheard(given, known(given.dataset, x, marks), heard=heard)
    if not marks:
        stamp = "the model does not say what it has learnt from: see its card"
    asked = np.flatnonzero(rows)
    paths = given.dataset.frame["path"].iloc[asked]
    answers = genre_folders.judged(bundle, [tags[path] for path in paths])
    evaluation = evaluated(given, gathered([(asked, answers)], len(given.y)), 0, table.subsets)
    every = (*songs.notes, *notes, *given.notes, *more)
    return Judged(bundle.name, songs.name, evaluation, "mean", stamp, every)
