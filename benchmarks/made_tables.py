"""Tables as songs make them, without leaks, and the leaks that can be planted in them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from earmark.dataset.infer import inferred
from earmark.dataset.table import Dataset
from earmark.registry import Registry

Rng = np.random.Generator

_WORDS = (
    *("love", "night", "blue", "heart", "dance", "fire", "rain", "dream", "road", "city", "sun", "wild"),
    *("moon", "baby", "home", "river", "gold", "time", "light", "summer", "train", "king", "angel", "ghost"),
)
_GENRES = (
    *("blues", "classical", "country", "disco", "hiphop", "jazz", "metal", "pop", "reggae", "rock"),
    *("techno", "soul"),
)


@dataclass(frozen=True)
class Made:
    """A table and what was done to it.

    Attributes
    ----------
    frame : pandas.DataFrame
        Numbers, codes, words, an artist and a track per row, and ``genre``.
    codes : tuple of str
        The codes of findings of which one at least must be there; none for a clean table.
    column : str
        The column that must be named in it; empty for leaks of rows.
    """

    frame: pd.DataFrame
    codes: tuple[str, ...] = ()
    column: str = ""

    def dataset(self) -> Dataset:
        """Return it as ``earmark check`` sees it."""
        frame = self.frame.reset_index(drop=True)
        return Dataset(frame, inferred(frame, "genre"), "made.csv")


def clean(rng: Rng, most: int = 2500) -> Made:
    """Return a table of 300 rows to `most` in which nothing but music tells the genre, more or less."""
    rows, genres = int(rng.integers(300, most)), int(rng.integers(2, len(_GENRES) + 1))
    shares = rng.dirichlet(np.full(genres, 5.0))
    per_artist = int(rng.choice([1, 1, 3, 8]))
    artist = np.arange(rows) // per_artist
    genre = rng.choice(genres, int(artist[-1]) + 1, p=shares)[artist]
    # Every artist sounds a little like itself; a song is a point near its artist, near its genre.
    hidden = int(rng.integers(3, 10))
    centres = rng.normal(0, rng.uniform(0.3, 2.0), (genres, hidden))
    own = rng.normal(0, rng.uniform(0, 0.7), (int(artist[-1]) + 1, hidden))
    points = centres[genre] + own[artist] + rng.normal(0, 1, (rows, hidden))
    columns: dict[str, NDArray[Any]] = {
        f"sound_{i}": _measured(rng, points) for i in range(int(rng.integers(6, 30)))
    }
    columns["tempo"] = _tempo(rng, points)
    columns["key"] = _code(rng, genre, 12, 8.0)
    columns["mode"] = _code(rng, genre, 2, 8.0)
    columns["time_signature"] = rng.choice([3, 4, 5], rows, p=[0.08, 0.9, 0.02])
    columns["onsets"] = rng.poisson(np.exp(2 + 0.4 * points[:, -1]).clip(0, 500))
    columns["popularity"] = np.clip(rng.normal(rng.normal(45, 8, genres)[genre], 18), 0, 100).round()
    frame = pd.DataFrame(columns)
    for name in rng.choice(list(columns), int(rng.integers(0, 3)), replace=False):
        frame[name] = frame[name].astype(float).mask(rng.random(rows) < rng.uniform(0.01, 0.3))
    frame["decade"] = np.array(["1970s", "1980s", "1990s", "2000s"])[_code(rng, genre, 4, 6.0)]
    frame["title"] = [" ".join(rng.choice(_WORDS, int(rng.integers(1, 5)))) for _ in range(rows)]
    if rng.random() < 0.3:
        frame["title"] = frame["title"].mask(rng.random(rows) < rng.uniform(0.02, 0.5))
    frame["artist"] = [f"artist {a}" for a in artist]
    frame["track_id"] = [f"t{i:05d}" for i in rng.permutation(rows)]
    frame["genre"] = np.array(rng.permutation(_GENRES))[genre]
    return Made(frame.sample(frac=1, random_state=int(rng.integers(2**31))).reset_index(drop=True))


def _measured(rng: Rng, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a number that depends on where songs lie, on a scale of its own, rounded or not."""
    way = rng.normal(0, 1, points.shape[1])
    values = points @ (way / np.linalg.norm(way)) + rng.normal(0, rng.uniform(0.05, 2), len(points))
    shapes: tuple[Callable[[NDArray[np.float64]], NDArray[np.float64]], ...] = (
        lambda x: x,
        np.exp,
        np.tanh,
        lambda x: 1 / (1 + np.exp(-2 * x)),
        lambda x: np.maximum(x, 0.0),
    )
    shaped = shapes[rng.integers(len(shapes))](values) * 10 ** rng.uniform(-3, 3)
    digits = rng.integers(3, 12)
    return np.array([float(f"{value:.{digits}g}") for value in shaped])


def _tempo(rng: Rng, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return tempi as a frame grid allows them: some forty values."""
    lags = np.round(2584 / np.clip(120 + 20 * points[:, 0] + rng.normal(0, 15, len(points)), 50, 240))
    return np.round(2584 / lags, 6)


def _code(rng: Rng, genre: NDArray[np.int64], values: int, evenness: float) -> NDArray[np.int64]:
    """Return one of a few codes, more or less often in each genre."""
    base = rng.dirichlet(np.full(values, 4.0))
    chances = np.stack([rng.dirichlet(base * values * evenness + 0.5) for _ in range(int(genre.max()) + 1)])
    return (rng.random(len(genre))[:, None] > chances.cumsum(axis=1)[genre]).sum(axis=1).clip(0, values - 1)


LEAKS: Registry[Callable[[Rng, Made], Made]] = Registry("leak")
"""What can be planted in a clean table, by name."""


def _copied(rng: Rng, frame: pd.DataFrame, least: int = 1) -> pd.DataFrame:
    number = int(rng.integers(least, max(least + 1, len(frame) // 20)))
    return frame.sample(number, random_state=int(rng.integers(2**31)))


@LEAKS.register("rows that are there twice")
def _exact(rng: Rng, made: Made) -> Made:
    return replace(made, frame=pd.concat([made.frame, _copied(rng, made.frame)]), codes=("duplicate-rows",))


@LEAKS.register("one sound under two genres")
def _relabelled(rng: Rng, made: Made) -> Made:
    copies = _copied(rng, made.frame.dropna())
    names = sorted(made.frame["genre"].unique())
    copies["genre"] = [names[(names.index(genre) + 1) % len(names)] for genre in copies["genre"]]
    copies["track_id"] = [f"c{i:05d}" for i in range(len(copies))]
    return replace(made, frame=pd.concat([made.frame, copies]), codes=("equal-sound",))


@LEAKS.register("nearly equal rows")
def _near(rng: Rng, made: Made) -> Made:
    sounds = [name for name in made.frame if str(name).startswith("sound_")]
    frame = made.frame.copy()
    frame[sounds] = frame[sounds].fillna(0.0)
    copies = _copied(rng, frame)
    noise = rng.normal(0, 10 ** rng.uniform(-6, -2.5), (len(copies), len(sounds)))
    copies[sounds] = copies[sounds] * (1 + noise)
    copies["track_id"] = [f"c{i:05d}" for i in range(len(copies))]
    return replace(made, frame=pd.concat([frame, copies]), codes=("near-duplicates",))


@LEAKS.register("values of a text that each stand in one genre")
def _playlists(rng: Rng, made: Made) -> Made:
    per_genre = int(rng.integers(1, 12))
    lists = rng.integers(0, per_genre, len(made.frame))
    wrong = rng.random(len(made.frame)) < rng.uniform(0, 0.1)
    genre = made.frame["genre"].where(~wrong, rng.permutation(made.frame["genre"]))
    numbers = pd.factorize(genre)[0] * per_genre + lists
    frame = made.frame.assign(mix=[f"mix {n}" for n in numbers])
    return replace(made, frame=frame, codes=("giveaway-words",), column="mix")


@LEAKS.register("a column that only some genres have")
def _half(rng: Rng, made: Made) -> Made:
    names = rng.permutation(made.frame["genre"].unique())
    without = names[: int(rng.integers(1, len(names)))]
    missing = made.frame["genre"].isin(without) & (rng.random(len(made.frame)) < rng.uniform(0.5, 1))
    column = str(rng.choice(["sound_0", "title"]))
    frame = made.frame.assign(**{column: made.frame[column].mask(missing)})
    return replace(made, frame=frame, codes=("giveaway-missing",), column=column)


@LEAKS.register("a technical number of a few values")
def _source(rng: Rng, made: Made) -> Made:
    names = rng.permutation(made.frame["genre"].unique())
    # Some genres come from one source, the others from another, one of them perhaps from both.
    cut = int(rng.integers(1, max(len(names) - 1, 2)))
    chances = {name: float(i < cut) for i, name in enumerate(names)}
    if len(names) > 3:
        chances[names[-1]] = float(rng.uniform(0.0, 0.8))
    second = rng.random(len(made.frame)) < made.frame["genre"].map(chances)
    base = float(rng.choice([661_794, 30.0, 44_100, 320]))
    values = np.where(second, base, np.round(base * rng.uniform(0.9, 0.9999), 4))
    odd = rng.random(len(values)) < rng.uniform(0, 0.06)
    frame = made.frame.assign(length=np.where(odd, base * (1 + rng.normal(0, 0.01, len(values))), values))
    return replace(made, frame=frame, codes=("giveaway-values",), column="length")


@LEAKS.register("a number that is the genre in disguise")
def _disguised(rng: Rng, made: Made) -> Made:
    codes = pd.factorize(rng.permutation(made.frame["genre"].unique()))[0]
    place = dict(zip(made.frame["genre"].unique(), rng.permutation(codes), strict=True))
    values = made.frame["genre"].map(place).to_numpy(float) + rng.normal(
        0, rng.uniform(0, 0.15), len(made.frame)
    )
    frame = made.frame.assign(level=values * rng.uniform(0.1, 10))
    return replace(made, frame=frame, codes=("giveaway-values",), column="level")


@LEAKS.register("file names that spell out the genre")
def _spelled(rng: Rng, made: Made) -> Made:
    names = [f"{genre}/{i:05d}.wav" for i, genre in enumerate(made.frame["genre"])]
    return replace(made, frame=made.frame.assign(folder=names), codes=("giveaway-name",), column="folder")


@LEAKS.register("one track under several artists")
def _artists(rng: Rng, made: Made) -> Made:
    copies = _copied(rng, made.frame)
    copies["artist"] = [f"guest {i}" for i in range(len(copies))]
    return replace(made, frame=pd.concat([made.frame, copies]), codes=("track-under-several-artists",))


@LEAKS.register("one track under several genres")
def _labels(rng: Rng, made: Made) -> Made:
    copies = _copied(rng, made.frame)
    names = sorted(made.frame["genre"].unique())
    copies["genre"] = [names[(names.index(genre) + 1) % len(names)] for genre in copies["genre"]]
    return replace(made, frame=pd.concat([made.frame, copies]), codes=("track-under-several-labels",))
