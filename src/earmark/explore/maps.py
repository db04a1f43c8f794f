"""Songs on a plane, and how far the plane can be trusted."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from sklearn.manifold import trustworthiness

from earmark.explore.components import Components
from earmark.explore.neighbours import nearest
from earmark.stats.units import Array, Codes

NEIGHBOURS = 15
"""So many near songs hold on to each by UMAP, and so many are looked for on every map."""

MOST_SONGS = 20_000
"""Of more songs, so many are drawn by chance for the maps."""

MOST_MEASURED = 3000
"""Of more songs on a map, so many are drawn by chance to measure it."""

Kind = Literal["pca", "umap"]


@dataclass(frozen=True, eq=False)
class Map:
    """Songs on a plane.

    Attributes
    ----------
    kind : {"pca", "umap"}
        How they came there.
    places : array of float, shape (songs, 2)
        Where they lie.
    trustworthiness : float
        Whether songs that are near on the map are near by their columns, 1 if all are, about 0.5 by chance
        (J. Venna and S. Kaski, 2001).
    kept : float
        The share of each song's nearest songs by its columns that are its nearest on the map.
    settings : str
        What it was made with; empty for principal components, which need nothing.
    """

    kind: Kind
    places: Array
    trustworthiness: float
    kept: float
    settings: str = ""


@dataclass(frozen=True, eq=False)
class Maps:
    """The same songs on one plane or several.

    Attributes
    ----------
    shown : array of int
        Which songs are on the maps, rising.
    neighbours : int
        How many nearest songs are looked for.
    measured : int
        On how many songs.
    each : tuple of Map
        The maps, principal components first.
    """

    shown: Codes
    neighbours: int
    measured: int
    each: tuple[Map, ...]

    @property
    def kept_by_chance(self) -> float:
        """The share of the nearest songs that a map without any sense would keep."""
        return self.neighbours / (self.measured - 1)


def maps(
    x: Array,
    found: Components,
    kind: Kind = "pca",
    seed: int = 0,
    progress: Callable[[str, int, int], None] | None = None,
) -> Maps:
    """Put songs on a plane by their principal components, and by UMAP beside them if asked for.

    Parameters
    ----------
    x : array of float, shape (songs, columns)
        Scaled, without gaps; four songs at least.
    found : Components
        Their principal components.
    kind : {"pca", "umap"}
        With "umap" there are two maps.
    seed : int
        Of all that is drawn.
    progress : callable, optional
        Told that UMAP is at work.

    Raises
    ------
    EarmarkError
        If umap-learn is missing.
    """
    rng = np.random.default_rng(seed)
    shown = _some(np.arange(len(x)), MOST_SONGS, rng)
    measured = _some(np.arange(len(shown)), MOST_MEASURED, rng)
    # As many on either side of each: trustworthiness is defined below half of the songs.
    neighbours = min(NEIGHBOURS, (len(measured) - 1) // 2)
    x, flat = x[shown], found.places[shown][:, :2]
    each = [Map("pca", flat, *_fidelity(x[measured], flat[measured], neighbours))]
    if kind == "umap":
        if progress is not None:
            progress("maps", 1, 2)
        from earmark.explore import by_umap  # noqa: PLC0415 - umap-learn, which may be missing

        held = min(NEIGHBOURS, len(shown) - 1)
        laid = by_umap.places(x, flat, held, seed)
        settings = (
            f"{held} neighbours, a least distance of {by_umap.LEAST_DISTANCE}, "
            f"begun at the principal components, seed {seed}"
        )
        each.append(Map("umap", laid, *_fidelity(x[measured], laid[measured], neighbours), settings))
    return Maps(shown, neighbours, len(measured), tuple(each))


def _some(of: Codes, most: int, rng: np.random.Generator) -> Codes:
    return of if len(of) <= most else np.sort(rng.choice(of, most, replace=False))


def _fidelity(x: Array, places: Array, neighbours: int) -> tuple[float, float]:
    """Return the trustworthiness of a map, and the share of nearest songs that it keeps."""
    near, on_map = (nearest(one, neighbours, itself=False)[0] for one in (x, places))
    kept = np.mean([len(np.intersect1d(*pair)) for pair in zip(near, on_map, strict=True)]) / neighbours
    # Songs that are equally far trade places with the number of threads; no more is said than holds on any.
    return round(float(trustworthiness(x, places, n_neighbors=neighbours)), 4), round(float(kept), 4)
