"""Small tables of made songs to learn from."""

from pathlib import Path

import numpy as np
import pandas as pd

from earmark.models.recipe import Recipe, parse

GENRES = ("джаз", "hip hop", "k-pop")


def frame(songs: int = 60, *, artists: int = 5, seed: int = 0, noise: float = 1.0) -> pd.DataFrame:
    """Return songs of three genres by `artists` artists each; columns ``x0`` to ``x3`` tell them apart."""
    rng = np.random.default_rng(seed)
    genre = np.arange(songs) % len(GENRES)
    artist = [f"{GENRES[g]} {i // len(GENRES) % artists}" for i, g in enumerate(genre)]
    x = rng.normal(0, noise, (songs, 4)) + 2 * np.eye(4)[genre]
    columns = {f"x{i}": x[:, i] for i in range(4)}
    songs_of = {"track_id": [f"t{i:016x}" for i in range(songs)], "artist": artist}
    return pd.DataFrame({**songs_of, **columns, "genre": [GENRES[g] for g in genre]})


def table(folder: Path, made: pd.DataFrame | None = None, name: str = "songs.csv") -> Path:
    """Return a file with such songs."""
    path = folder / name
    (frame() if made is None else made).to_csv(path, index=False)
    return path


def recipe(text: str = "") -> Recipe:
    """Return a recipe that takes no time."""
    return parse(text or '[[step]]\nname = "scale"\n[classifier]\nname = "lda"\n')
