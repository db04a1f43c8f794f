"""A model as a folder: ``bundle.json``, ``weights.npz``, ``card.md``, ``songs.npz`` where it keeps songs.

Beside them lie, of models of one's own, ``evaluation.json``, ``split.json`` and ``answers.csv``, which are
not needed to answer; the last is for people alone and has no checksum. Nothing in it is ever executed.

What is read is checked before it is used: sizes before bytes, checksums before parsing, names and types and
ranges before arithmetic. A checksum guards against damage and careless edits; it is no signature.
"""

import hashlib
import json
import math
import stat
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from earmark.audio import shown
from earmark.errors import BundleError
from earmark.models import arrays, training_songs
from earmark.models.head import Head, Thresholds
from earmark.models.training_songs import TrainingSongs

FORMAT = "earmark-bundle"
FORMAT_VERSION = 1
OF_TABLES = "earmark-lab-bundle"
"""The format of models of tables, which need scikit-learn: :mod:`earmark.models.lab_bundle`."""
BUILT_IN = Path(__file__).parent / "gtzan10"

_LARGEST_BYTES = {"bundle.json": 1 << 20, "weights.npz": 64 << 20, "card.md": 1 << 20,
                  training_songs.FILE: training_songs.LARGEST_BYTES,
                  "evaluation.json": 64 << 20, "split.json": 1 << 30}  # fmt: skip
_FEATURES = ("name", "version", "sha256")
_LONGEST_NAME = 200
_AGAIN = "get the bundle again, or leave out --model to use the built-in one"
_KEYS = {
    "format": str,
    "format_version": int,
    "name": str,
    "version": str,
    "genres": list,
    "features": dict,
    "columns": list,
    "temperature": float,
    "patch_temperature": float,
    "thresholds": dict,
    "files": dict,
    "made_from": dict,
    "digest": str,
}


@dataclass(frozen=True)
class Bundle:
    """A model that was loaded and found sound.

    Attributes
    ----------
    name, version : str
        What the model calls itself.
    genres : tuple of str
        Its genres, in the order of the head's columns.
    columns : tuple of str
        The head's inputs.
    head : Head
    thresholds : Thresholds
    features : dict of str to str
        ``name``, ``version`` and ``sha256`` of the feature set that it needs.
    made_from : dict
        Data, split, counts and versions.
    songs : TrainingSongs or None
        What it has learnt from; None of models that keep no songs.
    """

    name: str
    version: str
    genres: tuple[str, ...]
    columns: tuple[str, ...]
    head: Head
    thresholds: Thresholds
    features: dict[str, str]
    made_from: dict[str, Any]
    songs: TrainingSongs | None = None


def save(bundle: Bundle, card: str, folder: Path, beside: Mapping[str, str] = MappingProxyType({})) -> None:
    """Write a bundle; the folder is made.

    Parameters
    ----------
    bundle : Bundle
        The model.
    card : str
        What people read of it.
    folder : Path
        A folder that holds no bundle yet.
    beside : mapping of str to str
        Texts of files that lie beside it, by their names; those that :func:`beside` reads get a checksum.

    Raises
    ------
    BundleError
        If the folder already holds another bundle.
    """
    if (folder / "bundle.json").exists():
        raise BundleError(f"'{shown(folder)}' already holds a bundle", "name a new folder")
    folder.mkdir(parents=True, exist_ok=True)
    buffer = BytesIO()
    head = bundle.head
    np.savez(
        buffer,
        genre_weights=np.ascontiguousarray(head.genre_weights, "<f8"),
        genre_bias=np.ascontiguousarray(head.genre_bias, "<f8"),
        music_weights=np.ascontiguousarray(head.music_weights, "<f8"),
        music_bias=np.array([head.music_bias], "<f8"),
    )
    files = {name: text.encode("utf-8", "surrogatepass") for name, text in beside.items()}
    files |= {"weights.npz": buffer.getvalue(), "card.md": card.encode()}
    if bundle.songs is not None:
        files[training_songs.FILE] = bundle.songs.dumps()
    facts: dict[str, Any] = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "name": bundle.name,
        "version": bundle.version,
        "genres": list(bundle.genres),
        "features": bundle.features,
        "columns": list(bundle.columns),
        "temperature": float(head.temperature),
        "patch_temperature": float(head.patch_temperature),
        "thresholds": {name: float(value) for name, value in asdict(bundle.thresholds).items()},
        # Of files that are read again, for a checksum that nobody looks at holds nothing.
        "files": {
            name: hashlib.sha256(data).hexdigest() for name, data in files.items() if name in _LARGEST_BYTES
        },
        "made_from": bundle.made_from,
    }
    facts["digest"] = _digest(facts)
    files["bundle.json"] = _written(facts)
    for name, data in files.items():  # bundle.json last: a folder without it is no bundle
        (folder / f".{name}.part").write_bytes(data)
        (folder / f".{name}.part").replace(folder / name)


def load(folder: str | Path) -> Bundle:
    """Read a bundle and check all of it.

    Raises
    ------
    BundleError
        If it is missing, foreign, newer than this program, damaged or tampered with.

    Examples
    --------
    >>> load(BUILT_IN).genres[:3]
    ('blues', 'classical', 'country')
    """
    folder = Path(folder)
    _look(folder)
    facts = _facts(folder)
    also = [training_songs.FILE] if training_songs.FILE in facts["files"] else []
    data = {name: _bytes(folder, name) for name in ("weights.npz", "card.md", *also)}
    for name, content in data.items():
        if hashlib.sha256(content).hexdigest() != facts["files"].get(name):
            raise BundleError(f"'{shown(folder / name)}' is damaged: its checksum differs", _AGAIN)
    genres, columns = _names(facts["genres"], "genres"), _names(facts["columns"], "columns")
    _names([facts["name"]], "name"), _names([facts["version"]], "version")
    weights = arrays.read(
        data["weights.npz"],
        {
            "genre_weights": ("<f8", (len(columns), len(genres))),
            "genre_bias": ("<f8", (len(genres),)),
            "music_weights": ("<f8", (len(columns),)),
            "music_bias": ("<f8", (1,)),
        },
        "weights.npz", "weights", _AGAIN,
    )  # fmt: skip
    head = Head(
        weights["genre_weights"],
        weights["genre_bias"],
        weights["music_weights"],
        float(weights["music_bias"][0]),
        _positive(facts["temperature"], "temperature"),
        _positive(facts["patch_temperature"], "patch_temperature"),
    )
    return Bundle(
        facts["name"],
        facts["version"],
        genres,
        columns,
        head,
        _thresholds(facts["thresholds"]),
        _features(facts["features"]),
        facts["made_from"],
        training_songs.loads(data[training_songs.FILE], len(genres), len(columns)) if also else None,
    )


def beside(folder: str | Path, name: str) -> bytes:
    """Return a file that lies beside a bundle once its checksum holds; earlier bundles keep none of it.

    Parameters
    ----------
    folder : path
        A bundle.
    name : {"evaluation.json", "split.json"}
        Which file.

    Raises
    ------
    BundleError
        If it is missing or damaged.
    """
    data, wanted = _bytes(Path(folder), name), _facts(Path(folder))["files"].get(name)
    if wanted is not None and hashlib.sha256(data).hexdigest() != wanted:
        raise BundleError(f"'{shown(Path(folder) / name)}' is damaged: its checksum differs", _AGAIN)
    return data


def _digest(facts: dict[str, Any]) -> str:
    """Return the checksum of everything that bundle.json says but the checksum itself."""
    rest = {key: value for key, value in facts.items() if key != "digest"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()


def _written(facts: dict[str, Any]) -> bytes:
    """Return the bytes of bundle.json, the only ones that say these facts."""
    return (json.dumps(facts, indent=1, ensure_ascii=False) + "\n").encode(errors="surrogatepass")


def _look(folder: Path) -> None:
    """Make sure that there is a folder."""
    try:
        there = stat.S_ISDIR(folder.stat().st_mode)
    except PermissionError as error:
        raise BundleError(f"'{shown(folder)}' cannot be read: {error.strerror}", _AGAIN) from error
    except (OSError, ValueError):  # a ValueError for a NUL in the name
        there = False
    if not there:
        raise BundleError(
            f"there is no model folder '{shown(folder)}'", "name a folder that holds a bundle.json"
        )


def _bytes(folder: Path, name: str) -> bytes:
    """Return a file of the bundle, of which no more is read than it may hold."""
    path, most = folder / name, _LARGEST_BYTES[name]
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe would be waited for, a device never ends
            raise BundleError(f"'{shown(path)}' is no file", _AGAIN)
        with path.open("rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        raise BundleError(f"'{shown(path)}' cannot be read: {error.strerror}", _AGAIN) from error
    if len(data) > most:
        raise BundleError(f"'{shown(path)}' is larger than {most} bytes", _AGAIN)
    return data


def _facts(folder: Path) -> dict[str, Any]:
    """Return what bundle.json says once every key has its type and the checksum holds."""
    path, data = shown(folder / "bundle.json"), _bytes(folder, "bundle.json")
    try:
        facts = json.loads(data.decode(), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:  # UnicodeDecodeError and JSONDecodeError are ValueErrors
        raise BundleError(f"'{path}' is no JSON: {error}", _AGAIN) from error
    if isinstance(facts, dict) and facts.get("format") == OF_TABLES:
        raise BundleError(
            f"'{shown(folder)}' is a model of a table's columns, not of songs",
            "ask it with 'earmark predict MODEL TABLE|SONGS'; 'earmark train FOLDER' makes models of songs",
        )
    if not isinstance(facts, dict) or facts.get("format") != FORMAT:
        raise BundleError(f"'{path}' is not of an Earmark model", "name a folder made by Earmark")
    version = facts.get("format_version")
    if type(version) is int and version > FORMAT_VERSION:
        raise BundleError(
            f"'{shown(folder)}' has format {version}; this Earmark reads up to {FORMAT_VERSION}",
            "upgrade Earmark",
        )
    if set(facts) != set(_KEYS):
        odd = ", ".join(sorted(set(facts) ^ set(_KEYS)))
        raise BundleError(f"'{path}' lacks or has too much: {odd}", _AGAIN)
    for key, kind in _KEYS.items():
        if type(facts[key]) is not kind:  # not isinstance, to which true is an int
            raise BundleError(f"{key} in '{path}' is no {kind.__name__}", _AGAIN)
    if version != FORMAT_VERSION:
        raise BundleError(f"'{path}' has format {version}, which never was", _AGAIN)
    if facts["digest"] != _digest(facts) or data != _written(facts):
        raise BundleError(f"'{path}' was changed after it was made: its checksum differs", _AGAIN)
    return facts


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not allowed")


def _names(names: list[Any], what: str) -> tuple[str, ...]:
    """Return names that are distinct and safe to print."""
    if not names or not all(isinstance(name, str) for name in names) or len(set(names)) < len(names):
        raise BundleError(f"the bundle's {what} are not distinct names", _AGAIN)
    for name in names:
        if not (name.isprintable() and 0 < len(name) <= _LONGEST_NAME):
            raise BundleError(f"{name[:_LONGEST_NAME]!a} in the bundle's {what} is no name", _AGAIN)
    return tuple(names)


def _features(values: dict[str, Any]) -> dict[str, str]:
    if sorted(values) != sorted(_FEATURES) or not all(isinstance(value, str) for value in values.values()):
        raise BundleError(f"the bundle's features are not the texts {', '.join(_FEATURES)}", _AGAIN)
    return values


def _positive(value: float, what: str) -> float:
    if not (math.isfinite(value) and value > 0):
        raise BundleError(f"the bundle's {what} is {value}, not a positive number", _AGAIN)
    return value


def _thresholds(values: dict[str, Any]) -> Thresholds:
    names = [field.name for field in fields(Thresholds)]
    if sorted(values) != sorted(names) or not all(
        isinstance(value, float) and math.isfinite(value) for value in values.values()
    ):
        raise BundleError(f"the bundle's thresholds are not the numbers {', '.join(names)}", _AGAIN)
    for name, value in values.items():
        if name.endswith("_p") and not 0 <= value <= 1:
            raise BundleError(f"the bundle's {name} is {value}, no probability", _AGAIN)
    return Thresholds(**values)
