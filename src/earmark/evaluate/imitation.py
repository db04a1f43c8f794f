"""A small tree that answers as a model does: how the model decides, as far as a person can follow."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.tree import DecisionTreeClassifier

from earmark.evaluate.inside import columns_inside
from earmark.models.learning import Fitted
from earmark.models.probabilities import Array, Codes

if TYPE_CHECKING:
    import pandas as pd

DEPTH = 3
_FEWEST = 5  # songs in a leaf
_LEAST = 20  # songs to learn a tree from


@dataclass(frozen=True)
class Node:
    """A question of a tree, or an answer.

    Attributes
    ----------
    songs : int
        How many songs come here.
    shares : tuple of float
        The share of each genre among them.
    column : str
        What is asked; empty at an answer.
    threshold : float
        Songs with no more than this go to `low`.
    low, high : Node or None
        What comes next.
    """

    songs: int
    shares: tuple[float, ...]
    column: str = ""
    threshold: float = 0.0
    low: "Node | None" = None
    high: "Node | None" = None


@dataclass(frozen=True)
class Imitation:
    """A tree in place of a model.

    Attributes
    ----------
    root : Node
        Where it begins.
    genres : tuple of str
        What `shares` are of.
    itself : bool
        Whether it is the model, or its first questions.
    fidelity : float
        To how many songs that it has not seen it answers as the model does, 0 to 1; 1 for the model itself.
    by_chance : float
        How many the model's most frequent answer alone would get.
    songs : int
        On how many songs that was measured; 0 for the model itself.
    """

    root: Node
    genres: tuple[str, ...]
    itself: bool
    fidelity: float
    by_chance: float
    songs: int


def itself(fitted: Fitted, genres: tuple[str, ...], depth: int = DEPTH) -> Imitation | None:
    """Return the first questions of a model that is one tree; None for any other."""
    tree, names = fitted.pipeline[-1], columns_inside(fitted.pipeline)
    if not isinstance(tree, DecisionTreeClassifier) or names is None:
        return None
    seen = tuple(genres[code] for code in fitted.seen)
    return Imitation(_node(tree.tree_, names, depth), seen, True, 1.0, 1.0, 0)


def imitation(
    x: "pd.DataFrame", p: Array, groups: Codes, genres: tuple[str, ...], *, depth: int = DEPTH, seed: int = 0
) -> Imitation | None:
    """Return a tree that imitates a model, and how well.

    It learns what the model answers to half of the groups and is measured on the others; what the songs
    really are it is never told.

    Parameters
    ----------
    x : pandas.DataFrame
        Numbers of songs, one row each.
    p : array of float, shape (songs, genres)
        What the model answers.
    groups : array of int, shape (songs,)
        The number of each song's group.
    genres : tuple of str
        The genres.
    depth : int
        How many questions an answer takes at most.
    seed : int
        Of the drawing of groups.

    Returns
    -------
    Imitation or None
        None with fewer than 20 songs on either side, without numbers, or if the model gives one answer only.
    """
    said, number = p.argmax(axis=1), int(groups.max()) + 1
    half = np.random.default_rng(seed).permutation(number) < number // 2
    learnt = half[groups]
    if not x.shape[1] or min(learnt.sum(), (~learnt).sum()) < _LEAST or len(np.unique(said[learnt])) < 2:
        return None
    filled = x.fillna(x[learnt].median()).fillna(0.0).to_numpy(np.float64)
    tree = DecisionTreeClassifier(max_depth=depth, min_samples_leaf=_FEWEST, random_state=0)
    tree.fit(filled[learnt], said[learnt])
    agreed = tree.predict(filled[~learnt]) == said[~learnt]
    most = np.bincount(said[learnt]).argmax()
    return Imitation(
        _node(tree.tree_, tuple(map(str, x.columns)), depth),
        tuple(genres[code] for code in tree.classes_),
        False, float(agreed.mean()), float((said[~learnt] == most).mean()), int((~learnt).sum()),
    )  # fmt: skip


def _node(tree: Any, names: tuple[str, ...], depth: int, at: int = 0) -> Node:
    counts = np.asarray(tree.value[at, 0], np.float64)
    shares = tuple(map(float, counts / counts.sum()))
    songs, low = int(tree.n_node_samples[at]), int(tree.children_left[at])
    if depth == 0 or low < 0:
        return Node(songs, shares)
    high = int(tree.children_right[at])
    return Node(
        songs, shares, names[tree.feature[at]], float(tree.threshold[at]),
        _node(tree, names, depth - 1, low), _node(tree, names, depth - 1, high),
    )  # fmt: skip
