"""Songs in clusters, with all that a page tells of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from earmark.dataset.table import Dataset
from earmark.errors import ArgumentError
from earmark.explore.against import Agreement, agreement
from earmark.explore.clusters import Clustering, cluster, scaled
from earmark.explore.components import Components, components
from earmark.explore.maps import Kind, Maps, maps
from earmark.explore.number import Choice, choice
from earmark.explore.profiles import Profile, Telling, profiles, telling
from earmark.explore.songs import Songs, known_medians, songs

Progress = Callable[[str, int, int], None]

FEWEST = 4
MOST = 15
"""Numbers of clusters that are tried: 1 to so many."""


@dataclass(frozen=True, eq=False)
class Grouping:
    """Songs in clusters.

    Attributes
    ----------
    name : str
        Of the table.
    songs : Songs
        What was put in clusters.
    clusters : Clustering
        The cluster of each.
    choice : Choice or None
        What each number of clusters gives; None if the number was given, or the method finds its own.
    components : Components
        What the songs differ in most.
    maps : Maps
        Where they lie on a plane.
    agreement : Agreement
        Against genres.
    profiles : tuple of Profile
        What the songs of each cluster have in common.
    telling : tuple of Telling
        Which columns tell clusters apart.
    notes : tuple of str
        What was left out or assumed.
    """

    name: str
    songs: Songs
    clusters: Clustering
    choice: Choice | None
    components: Components
    maps: Maps
    agreement: Agreement
    profiles: tuple[Profile, ...]
    telling: tuple[Telling, ...]
    notes: tuple[str, ...]

    @property
    def cluster_names(self) -> list[str]:
        """What clusters are called on pictures."""
        return [f"cluster {at + 1}" for at in range(self.clusters.number)]


def grouping(
    dataset: Dataset,
    method: str = "k-means",
    number: int | None = None,
    *,
    without: Sequence[str] = (),
    unscaled: bool = False,
    map_by: Kind = "pca",
    seed: int = 0,
    progress: Progress | None = None,
) -> Grouping:
    """Put the songs of a table in clusters.

    Parameters
    ----------
    dataset : Dataset
        Any table of features; genres are looked at only afterwards.
    method : str
        One of :data:`earmark.explore.clusters.METHODS`.
    number : int, optional
        How many clusters; that of the best silhouette if left out.
    without : sequence of str
        Columns to leave out.
    unscaled : bool
        Take the columns in their own units, as some papers do: the one with the largest numbers decides then.
    map_by : {"pca", "umap"}
        The map beside that of the principal components.
    seed : int
        Of all that is drawn.
    progress : callable, optional
        Told how much is done.

    Raises
    ------
    EarmarkError
        If umap-learn is needed and missing.
    ArgumentError
        If a column is not there, or there are fewer songs than clusters.
    UnknownNameError
        If there is no such method.
    """
    if unknown := [name for name in without if name not in dataset.features]:
        raise ArgumentError(
            f"'{dataset.name}' has no feature '{unknown[0]}'",
            f"features are {', '.join(dataset.features[:10])}",
        )
    kept = [name for name in dataset.features if name not in without]
    if not kept:
        raise ArgumentError(f"'{dataset.name}' has no feature but those left out", "leave fewer out")
    found = songs(dataset, "row", kept)
    plain = scaled(found.values)
    varies = int((np.ptp(plain, axis=0) > 0).sum())
    if len(found.values) < FEWEST or varies < 2:
        raise ArgumentError(
            f"'{dataset.name}' has {len(found.values)} songs and {varies} columns that vary",
            f"clusters need {FEWEST} songs and two such columns at least",
        )
    x = plain
    notes = [*found.notes]
    if gaps := int((~np.isfinite(found.values)).any(axis=1).sum()):
        notes.append(f"gaps of {gaps} songs filled by the median of their column")
    if unscaled:
        x = np.nan_to_num(np.where(np.isfinite(found.values), found.values, known_medians(found.values)))
        notes.append("columns were not scaled: those with the largest numbers decide")
    chosen = None
    if number is None and method != "hdbscan":
        chosen = choice(x, range(1, min(MOST, len(x) - 1) + 1), seed, progress)
        number = chosen.by_silhouette
    made = cluster(x, method, number or 1, seed)
    if outside := int((made.codes < 0).sum()):
        notes.append(f"{outside} songs are in no cluster")
    flat = components(plain)
    return Grouping(
        dataset.name, found, made, chosen, flat, maps(plain, flat, map_by, seed, progress),
        agreement(made.codes, found.genres, seed),
        profiles(plain, made.codes, found.columns), telling(plain, made.codes, found.columns, seed),
        tuple(notes),
    )  # fmt: skip


def as_table(found: Grouping) -> pd.DataFrame:
    """Return each song with its genre and the number of its cluster, from 1 on; missing for none."""
    codes = pd.array([int(code) + 1 if code >= 0 else None for code in found.clusters.codes], dtype="Int64")
    genres = [found.songs.classes[code] for code in found.songs.genres]
    return pd.DataFrame({"song": found.songs.names, "genre": genres, "cluster": codes})
