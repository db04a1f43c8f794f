"""What makes a cluster: the columns that tell it from the others."""

from dataclasses import dataclass

import numpy as np
from sklearn.ensemble import RandomForestClassifier

from earmark.stats.units import Array, Codes

TREES = 200
MOST_SONGS = 10_000


@dataclass(frozen=True)
class Trait:
    """One column of a cluster: its mean there, in standard deviations of all songs from the mean of all."""

    column: str
    deviations: float


@dataclass(frozen=True)
class Profile:
    """One cluster.

    Attributes
    ----------
    songs : int
        How many it holds.
    traits : tuple of Trait
        Columns, the farthest from the mean of all songs first.
    """

    songs: int
    traits: tuple[Trait, ...]


@dataclass(frozen=True)
class Telling:
    """How much a column helps a forest to tell clusters apart: mean fall of impurity, all sum to 1."""

    column: str
    importance: float


def profiles(x: Array, clusters: Codes, columns: tuple[str, ...]) -> tuple[Profile, ...]:
    """Return what the songs of each cluster have in common.

    Parameters
    ----------
    x : array of float, shape (songs, columns)
        Scaled: mean 0, variance 1.
    clusters : array of int, shape (songs,)
        Numbers from 0 on; -1 for none.
    columns : tuple of str
        Names.
    """
    found = []
    for code in range(int(clusters.max(initial=-1)) + 1):
        means = x[clusters == code].mean(axis=0)
        order = np.argsort(-np.abs(means), kind="stable")
        traits = tuple(Trait(columns[at], float(means[at])) for at in order)
        found.append(Profile(int((clusters == code).sum()), traits))
    return tuple(found)


def telling(x: Array, clusters: Codes, columns: tuple[str, ...], seed: int = 0) -> tuple[Telling, ...]:
    """Return which columns a forest uses to tell clusters apart (L. Breiman, 2001), most first.

    Clusters were made from these very columns, so this says what k-means went by and not that they are true.
    """
    inside = np.flatnonzero(clusters >= 0)
    if len(np.unique(clusters[inside])) < 2:
        return ()
    if len(inside) > MOST_SONGS:
        inside = np.random.default_rng(seed).choice(inside, MOST_SONGS, replace=False)
    forest = RandomForestClassifier(TREES, min_samples_leaf=5, random_state=seed, n_jobs=1)
    found = forest.fit(x[inside], clusters[inside]).feature_importances_
    order = np.argsort(-found, kind="stable")
    return tuple(Telling(columns[at], float(found[at])) for at in order)
