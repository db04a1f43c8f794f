"""A model as a folder: ``bundle.json``, ``weights.npz``, ``card.md``. Nothing in it is ever executed.

What is read is checked before it is used: sizes before bytes, checksums before parsing, names and types and
ranges before arithmetic. A checksum guards against damage and careless edits; it is no signature.
"""

import hashlib
import json
import math
import zipfile
from dataclasses import asdict, dataclass, fields
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earmark.errors import BundleError
from earmark.models.head import Array, Head, Thresholds

FORMAT = "earmark-bundle"
FORMAT_VERSION = 1
BUILT_IN = Path(__file__).parent / "gtzan10"

_LARGEST_BYTES = {"bundle.json": 1 << 20, "weights.npz": 64 << 20, "card.md": 1 << 20}
_ARRAYS = ("genre_weights", "genre_bias", "music_weights", "music_bias")
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
    """

    name: str
    version: str
    genres: tuple[str, ...]
    columns: tuple[str, ...]
    head: Head
    thresholds: Thresholds
    features: dict[str, str]
    made_from: dict[str, Any]


def save(bundle: Bundle, card: str, folder: Path) -> None:
    """Write a bundle; the folder is made.

    Raises
    ------
    BundleError
        If the folder already holds another bundle.
    """
    if (folder / "bundle.json").exists():
        raise BundleError(f"'{folder}' already holds a bundle", "name a new folder")
    folder.mkdir(parents=True, exist_ok=True)
    buffer = BytesIO()
    head = bundle.head
    np.savez(
        buffer,
        genre_weights=head.genre_weights,
        genre_bias=head.genre_bias,
        music_weights=head.music_weights,
        music_bias=np.array([head.music_bias]),
    )
    files = {"weights.npz": buffer.getvalue(), "card.md": card.encode()}
    facts: dict[str, Any] = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "name": bundle.name,
        "version": bundle.version,
        "genres": list(bundle.genres),
        "features": bundle.features,
        "columns": list(bundle.columns),
        "temperature": head.temperature,
        "patch_temperature": head.patch_temperature,
        "thresholds": asdict(bundle.thresholds),
        "files": {name: hashlib.sha256(data).hexdigest() for name, data in files.items()},
        "made_from": bundle.made_from,
    }
    facts["digest"] = _digest(facts)
    files["bundle.json"] = (json.dumps(facts, indent=1, ensure_ascii=False) + "\n").encode()
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
    if not folder.is_dir():
        raise BundleError(f"there is no model folder '{folder}'", "name a folder that holds a bundle.json")
    facts = _facts(folder)
    for name in ("weights.npz", "card.md"):
        if hashlib.sha256(_bytes(folder, name)).hexdigest() != facts["files"].get(name):
            raise BundleError(f"'{folder / name}' is damaged: its checksum differs", _AGAIN)
    arrays = _arrays(folder)
    genres, columns = _names(facts["genres"], "genres"), _names(facts["columns"], "columns")
    wanted = {
        "genre_weights": (len(columns), len(genres)),
        "genre_bias": (len(genres),),
        "music_weights": (len(columns),),
        "music_bias": (1,),
    }
    for name, shape in wanted.items():
        if arrays[name].shape != shape:
            raise BundleError(f"the bundle's {name} have shape {arrays[name].shape}, not {shape}", _AGAIN)
    head = Head(
        arrays["genre_weights"],
        arrays["genre_bias"],
        arrays["music_weights"],
        float(arrays["music_bias"][0]),
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
        facts["features"],
        facts["made_from"],
    )


def _digest(facts: dict[str, Any]) -> str:
    """Return the checksum of everything that bundle.json says but the checksum itself."""
    rest = {key: value for key, value in facts.items() if key != "digest"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()


def _bytes(folder: Path, name: str) -> bytes:
    """Return a file of the bundle, its size looked at first."""
    path = folder / name
    try:
        if path.stat().st_size > _LARGEST_BYTES[name]:
            raise BundleError(f"'{path}' is larger than {_LARGEST_BYTES[name]} bytes", _AGAIN)
        return path.read_bytes()
    except OSError as error:
        raise BundleError(f"'{path}' cannot be read: {error.strerror}", _AGAIN) from error


def _facts(folder: Path) -> dict[str, Any]:
    """Return what bundle.json says once every key has its type and the checksum holds."""
    path = folder / "bundle.json"
    try:
        facts = json.loads(_bytes(folder, "bundle.json"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:  # UnicodeDecodeError and JSONDecodeError are ValueErrors
        raise BundleError(f"'{path}' is no JSON: {error}", _AGAIN) from error
    if not isinstance(facts, dict) or facts.get("format") != FORMAT:
        raise BundleError(f"'{path}' is not of an Earmark model", "name a folder made by Earmark")
    version = facts.get("format_version")
    if isinstance(version, int) and version > FORMAT_VERSION:
        raise BundleError(
            f"'{folder}' has format {version}; this Earmark reads up to {FORMAT_VERSION}", "upgrade Earmark"
        )
    if set(facts) != set(_KEYS):
        odd = ", ".join(sorted(set(facts) ^ set(_KEYS)))
        raise BundleError(f"'{path}' lacks or has too much: {odd}", _AGAIN)
    for key, kind in _KEYS.items():
        if not isinstance(facts[key], kind):
            raise BundleError(f"{key} in '{path}' is no {kind.__name__}", _AGAIN)
    if facts["digest"] != _digest(facts):
        raise BundleError(f"'{path}' was changed after it was made: its checksum differs", _AGAIN)
    return facts


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not allowed")


def _arrays(folder: Path) -> dict[str, Array]:
    """Return the arrays of weights.npz, in double precision, all of them finite."""
    path = folder / "weights.npz"
    data = _bytes(folder, "weights.npz")
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            if sum(member.file_size for member in archive.infolist()) > _LARGEST_BYTES["weights.npz"]:
                raise BundleError(f"'{path}' unpacks to too much", _AGAIN)
        with np.load(BytesIO(data), allow_pickle=False) as stored:
            arrays: dict[str, NDArray[Any]] = {name: stored[name] for name in _ARRAYS}
    except (zipfile.BadZipFile, ValueError, KeyError, EOFError, OSError) as error:
        raise BundleError(f"'{path}' does not hold the weights: {error}", _AGAIN) from error
    for name, array in arrays.items():
        if array.dtype != np.float64 or not np.isfinite(array).all():
            raise BundleError(f"{name} in '{path}' are not all finite numbers", _AGAIN)
    return arrays


def _names(names: list[Any], what: str) -> tuple[str, ...]:
    if not names or not all(isinstance(name, str) and name for name in names) or len(set(names)) < len(names):
        raise BundleError(f"the bundle's {what} are not distinct names", _AGAIN)
    return tuple(names)


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
    return Thresholds(**values)
