"""Small tables to learn from, and a spy that sees which rows are learnt from."""

import functools
import io
import json
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

GENRES = ("джаз", "rock", "ポップ")
WORDS = ("dark", "night", "love", "river", "звезда")


@dataclass(frozen=True, eq=False)
class Table:
    """Columns, genres, tracks of three rows each and artists of two tracks each; every row is different."""

    x: np.ndarray
    y: np.ndarray
    track: np.ndarray
    artist: np.ndarray


def made(tracks: int = 20, columns: int = 5, *, words: bool = False, apart: float = 2.0, seed: int = 0):
    """Return a table of three genres that differ in their first columns, or of words."""
    rng = np.random.default_rng(seed)
    track = np.repeat(np.arange(tracks), 3)
    artist = track // 2
    genre = artist % len(GENRES)
    y = np.array(GENRES)[genre]
    if words:
        texts = [" ".join(rng.choice(WORDS, 2)) + f" {row}" for row in range(len(y))]
        return Table(np.array(texts, object)[:, None], y, track, artist)
    x = rng.normal(size=(len(y), columns)) + rng.normal(size=(tracks, columns))[track] / 2
    x[:, :2] += apart * np.array([[0, 0], [1, 0], [0, 1]])[genre]
    return Table(x, y, track, artist)


def output(pipeline, x) -> np.ndarray:
    """Return what a pipeline makes of rows: probabilities, or columns."""
    ask = pipeline.predict_proba if hasattr(pipeline, "predict_proba") else pipeline.transform
    return np.asarray(ask(x))


def rows_of(x) -> set:
    """Return each row as something that can be in a set."""
    return {tuple(row) for row in np.asarray(x).tolist()}


@contextmanager
def spied(kind: type):
    """Yield the set of the rows that any `fit` of a class sees from now on."""
    seen: set = set()
    names = ("fit", "fit_transform", "fit_resample")
    patched = {name: getattr(kind, name) for name in names if hasattr(kind, name)}
    own = {name: vars(kind)[name] for name in patched if name in vars(kind)}

    def spy(method):
        @functools.wraps(method)  # keeps the signature, which scikit-learn reads
        def wrapped(self, X, *args, **kwargs):  # noqa: N803
            seen.update(rows_of(X))
            return method(self, X, *args, **kwargs)

        return wrapped

    for name, method in patched.items():
        setattr(kind, name, spy(method))
    try:
        yield seen
    finally:
        for name in patched:
            if name in own:
                setattr(kind, name, own[name])
            else:
                delattr(kind, name)


def content(saved: bytes) -> dict:
    """Return what a file of skops says, without the names of its parts, which are drawn."""
    with zipfile.ZipFile(io.BytesIO(saved)) as parts:
        numbers = sorted(parts.read(name) for name in parts.namelist() if name != "schema.json")
        told = json.loads(parts.read("schema.json"))
    return {"numbers": numbers, "told": _without_ids(told)}


def _without_ids(told):
    if isinstance(told, dict):
        return {key: _without_ids(value) for key, value in told.items() if key not in ("__id__", "file")}
    return [_without_ids(value) for value in told] if isinstance(told, list) else told


def alike(one: np.ndarray, other: np.ndarray) -> bool:
    """Say whether two outputs are the same, numbers but for rounding (sums over blocks differ)."""
    if one.dtype == object:
        return bool((one == other).all())
    return bool(np.allclose(one, other, rtol=1e-6, atol=1e-9))
