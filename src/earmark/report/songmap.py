"""Maps of songs on a page: linked views, by genre and by cluster, in which a song can be played."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from earmark.stats.units import Array, Codes


@dataclass(frozen=True, eq=False)
class Plane:
    """One map.

    Attributes
    ----------
    name, caption : str
        What it is called, and what it shows.
    places : array of float, shape (songs, 2)
        In any numbers.
    """

    name: str
    caption: str
    places: Array


@dataclass(frozen=True, eq=False)
class SongMap:
    """Where songs lie.

    Attributes
    ----------
    planes : sequence of Plane
        The maps, all of the same songs.
    genres, clusters : array of int, shape (songs,)
        Their numbers; cluster -1 for none.
    genre_names, cluster_names : sequence of str
        What these numbers are called.
    genre_colours, cluster_colours : sequence of str
        Their colours.
    songs, files : sequence of str
        Each song's name, and the address of its sound, empty if it is not known.
    """

    planes: Sequence[Plane]
    genres: Codes
    clusters: Codes
    genre_names: Sequence[str]
    cluster_names: Sequence[str]
    genre_colours: Sequence[str]
    cluster_colours: Sequence[str]
    songs: Sequence[str]
    files: Sequence[str]


def program() -> str:
    """Return the program that draws maps."""
    return (resources.files("earmark.report") / "map.js").read_text(encoding="utf-8")


def style() -> str:
    """Return the style of maps."""
    return (resources.files("earmark.report") / "map.css").read_text(encoding="utf-8")


def as_html(block: SongMap) -> str:
    """Return a map as HTML; its numbers are data, which no browser runs."""
    fitted = [_fitted(one.places) for one in block.planes]
    data = {
        "x": [_short(one[:, 0]) for one in fitted], "y": [_short(one[:, 1]) for one in fitted],
        "genre": block.genres.tolist(), "cluster": block.clusters.tolist(),
        "names": {"genre": list(block.genre_names), "cluster": list(block.cluster_names)},
        "colours": {"genre": list(block.genre_colours), "cluster": list(block.cluster_colours)},
        "song": list(block.songs), "file": list(block.files),
    }  # fmt: skip
    # A name could end the data early: no "<" stands in it as it is.
    plain = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return (
        f'<div class="map">{"".join(_plane(block, at) for at in range(len(fitted)))}'
        '<output aria-live="polite"></output><audio controls hidden></audio>'
        f'<script type="application/json">{plain}</script></div>\n'
    )


def _fitted(places: Array) -> Array:
    """Return places from 0 to 1; the farthest few, which would press all others together, at the edge."""
    low, high = np.percentile(places, [0.5, 99.5], axis=0)
    return np.asarray(np.clip((places - low) / np.where(high > low, high - low, 1.0), 0.0, 1.0), np.float64)


def _short(values: NDArray[np.float64]) -> list[float]:
    return [round(float(value), 4) for value in values]


def _plane(block: SongMap, at: int) -> str:
    """Return the views of one map; what hides songs stands once, below the first."""
    plane = block.planes[at]
    legends = ["", ""] if at else [
        _legend("genre", block.genre_names, block.genre_colours),
        _legend("cluster", block.cluster_names, block.cluster_colours),
    ]  # fmt: skip
    views = "".join(
        _view(plane.name, at, by) + legend + "</div>"
        for by, legend in zip(("genre", "cluster"), legends, strict=True)
    )
    return f'<p>{escape(plane.caption)}</p><div class="views">{views}</div>'


def _view(name: str, at: int, by: str) -> str:
    return (
        f"<div><h3>{escape(name)}, by {by}</h3>"
        f'<canvas data-map="{at}" data-by="{by}" tabindex="0" role="img" '
        f'aria-label="{escape(name, quote=True)}, songs by {by}; arrow keys go from song to song"></canvas>'
    )


def _legend(by: str, names: Sequence[str], colours: Sequence[str]) -> str:
    buttons = "".join(
        f'<button type="button" data-by="{by}" data-code="{at}" aria-pressed="true">'
        f'<i style="background:{colour}"></i>{escape(name)}</button>'
        for at, (name, colour) in enumerate(zip(names, colours, strict=True))
    )
    return f'<div class="legend" role="group" aria-label="{by}s to show">{buttons}</div>'
