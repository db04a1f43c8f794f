"""A trained model as a folder that explains itself. Nothing in it is ever executed.

::

    NAME@HASH/
        bundle.json       recipe, genres, columns, calibration, what it was made from; checksums of all files
        model.skops       the fitted pipeline, see earmark.models.sealed
        evaluation.json   how good it is on songs of groups it has not heard
        split.json        what was tested, and the certificate of what that keeps apart
        answers.csv       what was answered to each row of the tests
        songs.npz         the songs that were learnt from, see earmark.models.training_songs
        card.md           all that for people

A checksum guards against damage and careless edits; it is no signature.
"""

import hashlib
import json
import os
import platform
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from earmark.audio import shown
from earmark.errors import BundleError, EarmarkError
from earmark.models import sealed, training_songs
from earmark.models.bundle import FORMAT as OF_SONGS
from earmark.models.bundle import OF_TABLES
from earmark.models.crossfit import Calibrated
from earmark.models.learning import Fitted
from earmark.models.pipeline import Columns, pipeline, trusted
from earmark.models.recipe import from_dict
from earmark.models.train import Model
from earmark.models.training_songs import TrainingSongs
from earmark.workspace import content_hash, keeping, replacing

FORMAT = OF_TABLES
FORMAT_VERSION = 1

_LARGEST_BYTES = {
    "bundle.json": 64 << 20,
    "model.skops": sealed.LARGEST_BYTES,
    "evaluation.json": 64 << 20,
    "split.json": 1 << 30,
    "answers.csv": 1 << 30,
    training_songs.FILE: training_songs.LARGEST_BYTES,
    "card.md": 1 << 20,
}
_READ = ("model.skops", "evaluation.json")
_KEYS = {
    "format": str, "format_version": int, "name": str, "genres": list, "recipe": dict, "columns": dict,
    "seen": list, "calibration": dict, "made_from": dict, "environment": dict, "heard": dict, "files": dict,
    "digest": str,
}  # fmt: skip
_LONGEST_NAME = 1000
_MOST_GENRES = 100_000
_AGAIN = "get the bundle again, or train the model anew"
_NAMED = ("earmark", "scikit-learn", "imbalanced-learn", "numpy", "pandas", "scipy", "skops")


@dataclass(frozen=True, eq=False)
class LabBundle:
    """A trained model that was loaded and found sound.

    Attributes
    ----------
    name : str
        What it is called: its recipe.
    model : Model
        What answers.
    evaluation : str
        The text of ``evaluation.json``.
    made_from : mapping
        Table, split, what was left out or allowed.
    environment : mapping of str to str
        Versions it was made with.
    heard : mapping of str to list of str
        Marks of the rows and groups that were learnt from, see :mod:`earmark.models.heard`.
    songs : TrainingSongs or None
        What was learnt from; None where it was made before songs were kept.
    """

    name: str
    model: Model
    evaluation: str
    made_from: Mapping[str, Any]
    environment: Mapping[str, str]
    heard: Mapping[str, list[str]]
    songs: TrainingSongs | None = None


def environment() -> dict[str, str]:
    """Return the versions of all that a model depends on."""
    return {"python": platform.python_version(), **{name: metadata.version(name) for name in _NAMED}}


def folder_of(name: str, made_from: Mapping[str, Any]) -> str:
    """Return the name of a bundle's folder: everything that it is made from is in the hash.

    Examples
    --------
    >>> folder_of("quick", {"table_hash": "0123"}).partition("@")[0]
    'quick'
    """
    plain = "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in name).strip(".-")
    # What the table holds counts, not where it lies.
    facts = {key: value for key, value in made_from.items() if key != "table"}
    return f"{plain or 'recipe'}@{content_hash({'made_from': facts, 'environment': environment()})}"


def save(bundle: LabBundle, files: Mapping[str, str], folder: Path) -> None:
    """Write a bundle; the folder is made.

    Parameters
    ----------
    bundle : LabBundle
        The model.
    files : mapping of str to str
        Text of ``split.json``, ``answers.csv`` and ``card.md``.
    folder : Path
        A folder that holds no bundle yet.

    Raises
    ------
    BundleError
        If the folder already holds one.
    StoreError
        If it cannot be written.
    """
    if (folder / "bundle.json").exists():
        raise BundleError(f"'{shown(folder)}' already holds a bundle", "name a new folder")
    model = bundle.model
    data = {name: text.encode("utf-8", "surrogatepass") for name, text in files.items()}
    data |= {
        "evaluation.json": bundle.evaluation.encode(),
        "model.skops": sealed.dumps(model.fitted.pipeline),
    }
    if bundle.songs is not None:
        data[training_songs.FILE] = bundle.songs.dumps()
    facts: dict[str, Any] = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "name": bundle.name,
        "genres": list(model.classes),
        "recipe": model.recipe.to_dict(),
        "columns": model.columns.to_dict(),
        "seen": list(model.fitted.seen),
        "calibration": {} if model.calibration is None else model.calibration.plain(),
        "made_from": dict(bundle.made_from),
        "environment": dict(bundle.environment),
        "heard": dict(bundle.heard),
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in data.items()},
    }
    facts["digest"] = _digest(facts)
    data["bundle.json"] = (json.dumps(facts, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode(
        "utf-8", "surrogatepass"
    )
    with keeping(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in data.items():  # bundle.json last: a folder without it is no bundle
            with replacing(folder / name) as new:
                new.write_bytes(content)


def load(folder: str | os.PathLike[str]) -> LabBundle:
    """Read a bundle and check all of it.

    Raises
    ------
    BundleError
        If it is missing, foreign, newer than this program, damaged or tampered with.
    EarmarkError
        If the recipe needs what is not installed.
    """
    folder = Path(folder)
    facts = _facts(folder)
    also = [training_songs.FILE] if training_songs.FILE in facts["files"] else []
    data = {name: _checked(folder, name, facts) for name in (*_READ, *also)}
    genres = _genres(facts["genres"])
    try:
        recipe, columns = from_dict(facts["recipe"]), Columns.from_dict(facts["columns"])
        fresh, allowed = pipeline(recipe, columns), trusted(recipe)
    except (TypeError, ValueError, KeyError) as error:
        raise BundleError(f"the recipe in '{shown(folder)}' is damaged: {error}", _AGAIN) from error
    except EarmarkError as error:
        raise BundleError(
            f"'{shown(folder)}' was made by a recipe that cannot be had here: {error.message}", error.hint
        ) from error
    made = sealed.loads(data["model.skops"], allowed)
    _see_that_it_is_of(made, fresh)
    fitted = Fitted(made, _seen(facts["seen"], len(genres)), len(genres))
    return LabBundle(
        facts["name"],
        Model(recipe, genres, columns, fitted, _calibrated(facts["calibration"], len(genres))),
        data["evaluation.json"].decode(),
        facts["made_from"],
        facts["environment"],
        facts["heard"],
        training_songs.loads(data[training_songs.FILE], len(genres)) if also else None,
    )


def beside(folder: str | os.PathLike[str], name: str) -> bytes:
    """Return a file that lies beside a model once its checksum holds; bundles of all versions keep one.

    Parameters
    ----------
    folder : path
        A bundle.
    name : {"split.json", "answers.csv", "card.md"}
        Which file.

    Raises
    ------
    BundleError
        If it is missing or damaged.
    """
    return _checked(Path(folder), name, _facts(Path(folder)))


def _checked(folder: Path, name: str, facts: Mapping[str, Any]) -> bytes:
    content = _bytes(folder, name)
    if hashlib.sha256(content).hexdigest() != facts["files"].get(name):
        raise BundleError(f"'{shown(folder / name)}' is damaged: its checksum differs", _AGAIN)
    return content


def is_lab_bundle(folder: str | os.PathLike[str]) -> bool:
    """Return whether a folder says that it holds such a bundle."""
    try:
        facts = json.loads(_bytes(Path(folder), "bundle.json"))
    except (BundleError, ValueError, RecursionError):
        return False
    return isinstance(facts, dict) and facts.get("format") == FORMAT


def _digest(facts: Mapping[str, Any]) -> str:
    """Return the checksum of everything that bundle.json says but the checksum itself."""
    rest = {key: value for key, value in facts.items() if key != "digest"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()


def _bytes(folder: Path, name: str) -> bytes:
    """Return a file of the bundle, of which no more is read than it may hold."""
    path, most = folder / name, _LARGEST_BYTES[name]
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe would be waited for, a device never ends
            raise BundleError(f"'{shown(path)}' is no file", _AGAIN)
        with path.open("rb") as file:
            data = file.read(most + 1)
    except (OSError, ValueError) as error:  # a ValueError for a NUL in the name
        if name == "bundle.json":
            raise BundleError(
                f"there is no model folder '{shown(folder)}'",
                "name a folder that holds a bundle.json: 'earmark train' writes one",
            ) from error
        raise BundleError(f"'{shown(path)}' cannot be read: {error}", _AGAIN) from error
    if len(data) > most:
        raise BundleError(f"'{shown(path)}' is larger than {most} bytes", _AGAIN)
    return data


def _facts(folder: Path) -> dict[str, Any]:
    """Return what bundle.json says once every key has its type and the checksum holds."""
    path, data = shown(folder / "bundle.json"), _bytes(folder, "bundle.json")
    try:
        facts = json.loads(data.decode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError) as error:
        raise BundleError(f"'{path}' is no JSON: {error}", _AGAIN) from error
    if isinstance(facts, dict) and facts.get("format") == OF_SONGS:
        raise BundleError(
            f"'{shown(folder)}' is a model of songs, not of a table's columns",
            "ask it with 'earmark classify --model'; its honest score is in its evaluation.json",
        )
    if not isinstance(facts, dict) or facts.get("format") != FORMAT:
        raise BundleError(
            f"'{path}' is not of a model that was trained on a table", "name a folder of 'earmark train'"
        )
    version = facts.get("format_version")
    if type(version) is int and version > FORMAT_VERSION:
        raise BundleError(
            f"'{shown(folder)}' has format {version}; this Earmark reads up to {FORMAT_VERSION}",
            "upgrade Earmark",
        )
    if set(facts) != set(_KEYS):
        odd = ", ".join(sorted(set(facts) ^ set(_KEYS)))[:200]
        raise BundleError(f"'{path}' lacks or has too much: {odd}", _AGAIN)
    for key, kind in _KEYS.items():
        if type(facts[key]) is not kind:  # not isinstance, to which true is an int
            raise BundleError(f"{key} in '{path}' is no {kind.__name__}", _AGAIN)
    if version != FORMAT_VERSION:
        raise BundleError(f"'{path}' has format {version}, which never was", _AGAIN)
    if facts["digest"] != _digest(facts):
        raise BundleError(f"'{path}' was changed after it was made: its checksum differs", _AGAIN)
    return facts


def _genres(names: list[Any]) -> tuple[str, ...]:
    if (
        not 2 <= len(names) <= _MOST_GENRES
        or not all(isinstance(name, str) and 0 < len(name) <= _LONGEST_NAME for name in names)
        or len(set(names)) < len(names)
    ):
        raise BundleError("the bundle's genres are not distinct names", _AGAIN)
    return tuple(names)


def _seen(numbers: list[Any], genres: int) -> tuple[int, ...]:
    if (
        not numbers
        or not all(type(one) is int and 0 <= one < genres for one in numbers)
        or numbers != sorted(set(numbers))
    ):
        raise BundleError("the bundle's list of genres seen is damaged", _AGAIN)
    return tuple(numbers)


def _calibrated(plain: dict[str, Any], genres: int) -> Calibrated | None:
    if not plain:
        return None
    made = Calibrated.from_plain(plain)
    try:
        made(np.full((1, genres), 1 / genres))
    except (EarmarkError, ValueError, IndexError) as error:
        raise BundleError(f"the calibration is not of {genres} genres", _AGAIN) from error
    return made


def _see_that_it_is_of(made: Any, fresh: Any) -> None:
    """Raise unless a pipeline is the one that the recipe makes, part by part, parameter by parameter."""
    try:
        said, due = _told(made), _told(fresh)
    except Exception as error:  # what was loaded may be anything
        raise BundleError(f"model.skops holds no pipeline: {type(error).__name__}", _AGAIN) from error
    if said != due:
        odd = sorted(name for name in said.keys() | due.keys() if said.get(name) != due.get(name))
        raise BundleError(
            f"model.skops holds another pipeline than the recipe says: {', '.join(odd[:3])} differs", _AGAIN
        )


def _told(pipeline: Any) -> dict[str, str]:
    """Return every parameter of a pipeline and of its parts as text."""
    return {name: _text(value) for name, value in {"": pipeline, **pipeline.get_params(deep=True)}.items()}


def _text(value: Any) -> str:
    """Return a parameter as text, a part as its type: what is in that has names of its own."""
    if hasattr(value, "get_params"):
        return f"{type(value).__module__}.{type(value).__qualname__}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_text, value))}]"
    return repr(value)
