"""A folder of genre folders: its songs, what is heard of them, and a linear head for ``earmark classify``."""

import base64
import json
import os
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from earmark import audio
from earmark.catalog._tags import every, read_tags
from earmark.dataset.describe import described
from earmark.dataset.table import Dataset
from earmark.errors import EarmarkError, TrainingError
from earmark.executors import Executor, as_finished
from earmark.features import musicnn
from earmark.features.listen import listen
from earmark.models import bundle as bundles
from earmark.models.calibrate import Temperature
from earmark.models.head import Array, Head, Thresholds, input_names, softmax, statistics
from earmark.models.learning import Answers, Rows, fit
from earmark.models.lesson import inner_folds
from earmark.models.train import Model
from earmark.workspace import Journal, content_hash, orphans

INPUTS = input_names(musicnn.TAGS)
"""The columns that a head takes: statistics of musiCNN's tags, means over a song."""

_TASK = "earmark.models.genre_folders:hear"
_FOLDS = 5
_LONGEST_GENRE = 200

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many songs are done, and how many there are."""


@dataclass(frozen=True)
class Song:
    """A song in a genre's folder.

    Attributes
    ----------
    path : str
        Its file.
    genre : str
        The name of the folder.
    artist : str or None
        What its tags say.
    """

    path: str
    genre: str
    artist: str | None


def songs_in(root: Path) -> tuple[list[Song], list[str]]:
    """Return the songs of a folder of genre folders, and notes on what is no such.

    A song's genre is the folder right below `root` that it lies in, however deep.

    Raises
    ------
    TrainingError
        If a folder's name is no genre.
    """
    songs, notes = [], []
    folders = sorted(one for one in root.iterdir() if one.is_dir() and not one.name.startswith("."))
    for folder in folders:
        genre = unicodedata.normalize("NFC", audio.spelled(folder.name)).strip()
        if not (genre.isprintable() and 0 < len(genre) <= _LONGEST_GENRE):
            raise TrainingError(
                f"the folder {audio.shown(folder)!r} has a name that is no genre", "give it a plain name"
            )
        found = audio.find_audio([folder])
        if not found.files:
            notes.append(f"no music in the folder '{audio.shown(folder.name)}'")
        songs += [Song(os.fspath(file), genre, _artist(Path(file))) for file in found.files]
    return songs, notes


def song(path: Path) -> Song:
    """Return a song of which no genre is known."""
    return Song(os.fspath(path), "", _artist(path))


def _artist(path: Path) -> str | None:
    try:
        tags = read_tags(path)
    except (EarmarkError, ImportError):  # a song without tags is a song, and tinytag is of an extra
        return None
    named = every(tags, "artist") or every(tags, "albumartist")
    return named[0] if named else None


def hear(path: str) -> Array:
    """Return the tags of a song's patches that are not silent, shape (patches, 50), as a task."""
    heard = listen(path)
    loud = heard.level_db >= bundles.load(bundles.BUILT_IN).thresholds.silence_db
    return np.asarray(heard.tags[loud], np.float64)


def heard(
    songs: Sequence[Song], work: Executor, journals: Path, progress: Progress | None = None
) -> tuple[dict[str, Array], dict[str, str]]:
    """Return what was heard of songs by path, and why others could not be; each song is heard once for ever.

    Parameters
    ----------
    songs : sequence of Song
        What to hear.
    work : Executor
        Who hears.
    journals : Path
        A folder for what was heard.
    progress : callable, optional
        Told how many are done.
    """
    marks = {song.path: _mark(song.path) for song in songs}
    found: dict[str, Array] = {}
    failed: dict[str, str] = {}
    journal = Journal(journals)
    try:
        known: dict[str, Array] = {}
        for records in orphans(journals):
            for record in records:
                plain = json.loads(record)
                if plain["mark"] not in known:
                    journal.append(record)
                    tags = np.frombuffer(base64.b64decode(plain["tags"]), "<f8")
                    known[plain["mark"]] = tags.reshape(-1, len(musicnn.TAGS))
        found = {path: known[mark] for path, mark in marks.items() if mark in known}
        jobs = [(song.path,) for song in songs if song.path not in found]
        for (path,), future in as_finished(work, _TASK, jobs):
            try:
                found[path] = future.result()
                journal.append(_written(marks[path], found[path]))
            except EarmarkError as error:
                failed[path] = error.message
            if progress is not None:
                progress("hearing", len(found) + len(failed), len(songs))
    finally:
        journal.close()
    return found, failed


def _written(mark: str, tags: Array) -> bytes:
    text = base64.b64encode(tags.astype("<f8").tobytes()).decode()
    return json.dumps({"mark": mark, "tags": text}).encode()


def _mark(path: str) -> str:
    there = os.stat(path)
    facts = [audio.spelled(os.path.abspath(path)), there.st_size, there.st_mtime_ns, musicnn.checksum()]
    return content_hash({"heard": facts, "version": 1})


def dataset(songs: Sequence[Song], tags: Mapping[str, Array], name: str) -> Dataset:
    """Return a table of songs: ``path``, ``artist`` if any is known, :data:`INPUTS` and ``genre``."""
    values = np.array([inputs_of(tags[song.path]) for song in songs])
    known: dict[str, Any] = {"path": [song.path for song in songs]}
    if any(song.artist for song in songs):
        known["artist"] = [song.artist for song in songs]
    frame = pd.DataFrame({**known, **dict(zip(INPUTS, values.T, strict=True))})
    if not any(song.genre for song in songs):
        return described(frame, name)
    frame["genre"] = [song.genre or None for song in songs]
    return described(frame, name, label="genre")


def inputs_of(tags: Array) -> Array:
    """Return the head's inputs of a song, shape (100,)."""
    return np.asarray(statistics(tags.astype(np.float32)).mean(axis=0), np.float64)


def head_of(pipeline: Any, genres: int) -> tuple[Array, Array]:
    """Return weights, shape (inputs, genres), and bias of a pipeline that whitens and is linear.

    Two genres have one column of weights in scikit-learn: it is the second's, and the first's is 0.
    """
    white, classifier = pipeline[-2], pipeline[-1]
    weights, bias = classifier.coef_.T, classifier.intercept_
    if genres == 2:
        weights, bias = np.hstack([np.zeros_like(weights), weights]), np.concatenate([[0.0], bias])
    weights = white.turn_ @ weights
    return np.asarray(weights), np.asarray(bias - white.mean_ @ weights)


def light_bundle(
    name: str, model: Model, rows: Rows, patches: Sequence[Array], made_from: Mapping[str, Any]
) -> bundles.Bundle:
    """Return a model as ``earmark classify --model`` takes it.

    Whether a sound is music at all is judged by the built-in model's weights.

    Parameters
    ----------
    name : str
        What it is called.
    model : Model
        Trained on :data:`INPUTS`, by a recipe of whitening and a linear classifier.
    rows : Rows
        What it learnt from.
    patches : sequence of array, shape (patches, 50)
        The tags of each row's patches.
    made_from : mapping
        What to keep of its making.
    """
    built_in = bundles.load(bundles.BUILT_IN)
    weights, bias = head_of(model.fitted.pipeline, len(model.classes))
    calibrated = model.calibration
    temperature = getattr(calibrated.calibration, "temperature", 1.0) if calibrated else 1.0
    head = Head(
        weights, bias, built_in.head.music_weights, built_in.head.music_bias,
        float(temperature), _patch_temperature(model, rows, patches),
    )  # fmt: skip
    limits = Thresholds(
        # Nothing is left out, and nothing is sure, of what could not be calibrated.
        set_p=min(calibrated.conformal.least) if calibrated else 0.0,
        sure_p=min(calibrated.sureness.threshold, 1.0) if calibrated else 1.0,
        music_p=built_in.thresholds.music_p,
        sure_music_p=built_in.thresholds.sure_music_p,
        silence_db=built_in.thresholds.silence_db,
        sure_s=built_in.thresholds.sure_s,
    )
    version = content_hash({"made_from": dict(made_from)})
    features = dict(built_in.features)
    return bundles.Bundle(name, version, model.classes, INPUTS, head, limits, features, dict(made_from))


def _patch_temperature(model: Model, rows: Rows, patches: Sequence[Array]) -> float:
    """Return the temperature of single patches, learnt on songs of groups that a head has not heard."""
    p, y = [], []
    for train, held in inner_folds(rows.groups, rows.y, _FOLDS, model.recipe.seed):
        if len(np.unique(rows.y[train])) < len(model.classes):
            continue
        made = fit(model.recipe, model.columns, rows.only(train)).pipeline
        weights, bias = head_of(made, len(model.classes))
        for row in held:
            p.append(softmax(statistics(patches[row].astype(np.float32)) @ weights + bias))
            y += [int(rows.y[row])] * len(patches[row])
    return Temperature.fit(np.asarray(y), np.concatenate(p)).temperature if p else 1.0


def judged(bundle: bundles.Bundle, patches: Sequence[Array]) -> Answers:
    """Return what a model that hears songs answers to some, by the rules of ``earmark classify``.

    Parameters
    ----------
    bundle : Bundle
        The model.
    patches : sequence of array, shape (patches, 50)
        The tags of each song's patches that are not silent, as :func:`heard` gives them.
    """
    limits = bundle.thresholds
    p, sets, sure, refused = [], [], [], []
    for tags in patches:
        inputs = statistics(tags.astype(np.float32))
        song_p, music_p = bundle.head.genres(inputs)[0], bundle.head.music_p(inputs)
        members = song_p >= limits.set_p
        members[song_p.argmax()] = True
        p.append(song_p)
        sets.append(members)
        long = len(tags) * musicnn.PATCH_S >= limits.sure_s
        sure.append(bool(long and song_p.max() >= limits.sure_p and music_p >= limits.sure_music_p))
        refused.append(music_p < limits.music_p)
    return Answers(np.array(p), np.array(sets, bool), np.array(sure, bool), np.array(refused, bool))
