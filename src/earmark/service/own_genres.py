"""A folder of genre folders in, a model for ``earmark classify --model`` out."""

from collections.abc import Mapping
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from earmark import audio
from earmark.audio import shown
from earmark.errors import EarmarkError, TrainingError
from earmark.executors import executor as executor_named
from earmark.service import training
from earmark.service.training import AnyPath, Progress, Trained
from earmark.workspace import keeping

if TYPE_CHECKING:
    from earmark.models.genre_folders import Song
    from earmark.models.learning import Rows
    from earmark.models.probabilities import Array, Codes
    from earmark.models.training_songs import TrainingSongs

RECIPE = "own-genres"
_FAILURES_SHOWN = 5
_MEASURED = ("songs.parquet", "manifest.json")
_LAB = ("pandas", "sklearn", "imblearn", "skops")


def is_genre_folders(path: AnyPath) -> bool:
    """Return whether a path is a folder of folders with music in them, and not one of measured features."""
    root = Path(path)
    if not root.is_dir() or any((root / name).exists() for name in _MEASURED):
        return False
    return any(audio.find_audio([one]).files for one in root.iterdir() if _is_genre(one))


def _is_genre(path: Path) -> bool:
    return path.is_dir() and not path.name.startswith(".")


def train(
    root: Path, models: Path, *, seed: int | None = None, workers: int | None = None,
    progress: Progress | None = None,
) -> Trained:  # fmt: skip
    """Train a model on folders of songs; see :meth:`earmark.service.lab.Lab.train`."""
    if missing := [name for name in _LAB if find_spec(name) is None]:
        raise EarmarkError(f"training needs {' and '.join(missing)}", "pip install 'earmark[lab]'")
    from earmark.models import bundle as light  # noqa: PLC0415 - scikit-learn, which may be missing
    from earmark.models import genre_folders, lab_bundle  # noqa: PLC0415 - as above
    from earmark.models import train as learning  # noqa: PLC0415 - as above
    from earmark.models.lesson import lesson  # noqa: PLC0415 - as above
    from earmark.models.pipeline import Columns  # noqa: PLC0415 - as above

    chosen = training.recipe_of(RECIPE, seed=seed)
    with keeping(models):
        songs, notes = genre_folders.songs_in(root)
        with executor_named("processes" if workers != 1 else "inline", workers) as work:
            tags, failed = genre_folders.heard(songs, work, models / "heard", progress)
    songs, more = usable(songs, tags, failed)
    given = lesson(genre_folders.dataset(songs, tags, shown(root)))
    planned = learning.plan(given, chosen)
    certificate = planned.split.certificate
    rows = learning.rows_of(given, columns := Columns(genre_folders.INPUTS))
    with executor_named("inline") as work:
        found = learning.answers(
            chosen, columns, rows, planned.folds, work=work, progress=training.said(progress, "testing")
        )
    evaluation = training.evaluated(given, found, chosen.seed, refusing=False)
    every = (*notes, *more, *given.notes, *planned.notes, *training.never_tested(certificate))
    facts = training.made_from(chosen, given.dataset, given, planned, every, naive=False)
    folder = models / lab_bundle.folder_of(root.resolve().name, facts)
    made = Trained(
        folder, chosen.name, evaluation, certificate.stamp, every, len(planned.train), chosen.votes
    )
    if (folder / "bundle.json").exists():
        return Trained(**{**vars(made), "unchanged": True})
    facts |= training.beside(training.Table(root), given.dataset)
    model = learning.learnt(chosen, given, columns, rows, planned.train)
    bundle = genre_folders.light_bundle(
        folder.name, model, rows, [tags[song.path] for song in songs],
        {
            **facts,
            "environment": lab_bundle.environment(),
            "heard": _marks(learning.heard(given, rows, planned.train)),
        },
    )  # fmt: skip
    bundle = replace(bundle, songs=_remembered(root, songs, rows, planned.train, chosen.seed))
    files = training.files_of(
        chosen,
        given=given,
        split=planned.split,
        found=found,
        evaluation=evaluation,
        facts=facts,
        hears=True,
    )
    card = files.pop("card.md")
    with keeping(folder):
        light.save(bundle, card, folder, {**files, "evaluation.json": evaluation.to_json()})
    return made


def _remembered(root: Path, songs: "list[Song]", rows: "Rows", train: "Codes", seed: int) -> "TrainingSongs":
    """Return the songs that were learnt from, called by their files below `root`."""
    from earmark.models.training_songs import drawn, training_songs  # noqa: PLC0415 - beside the others

    kept = train[drawn(len(train), seed)]
    names = [Path(songs[row].path).relative_to(root).as_posix() for row in kept]
    return training_songs(names, rows.y[kept].tolist(), rows.x.iloc[kept].to_numpy(), len(train))


def _marks(heard: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Return marks by which songs are known again; not those of names, for many are called ``01.mp3``."""
    return {kind: marks for kind, marks in heard.items() if kind != "track"}


def unheard(failed: Mapping[str, str]) -> list[str]:
    """Return notes on songs that cannot be heard, from the reasons by path."""
    notes = [
        f"left out, for it cannot be heard: {shown(path)}: {why}"
        for path, why in list(failed.items())[:_FAILURES_SHOWN]
    ]
    if len(failed) > _FAILURES_SHOWN:
        notes.append(f"and {len(failed) - _FAILURES_SHOWN} more that cannot be heard")
    return notes


def usable(
    songs: "list[Song]", tags: "dict[str, Array]", failed: dict[str, str]
) -> tuple["list[Song]", list[str]]:
    """Return the songs of which something was heard, and notes on the others."""
    notes = unheard(failed)
    silent = [song for song in songs if song.path in tags and not len(tags[song.path])]
    if silent:
        some = ", ".join(shown(song.path) for song in silent[:_FAILURES_SHOWN])
        notes.append(f"{len(silent)} silent songs left out: {some}")
    kept = [song for song in songs if song.path in tags and len(tags[song.path])]
    if not kept:
        raise TrainingError("no song can be heard", notes[0] if notes else "name a folder of genre folders")
    told = sum(song.artist is not None for song in kept)
    if find_spec("tinytag") is None:
        notes.append("tags are not read without tinytag: pip install 'earmark[catalog]'")
    if told < len(kept):
        notes.append(
            f"{len(kept) - told} of {len(kept)} songs have no artist in their tags: each counts as an artist "
            "of its own, and the score may flatter"
        )
    return kept, notes
