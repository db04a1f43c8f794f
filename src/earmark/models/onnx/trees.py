"""Trees, forests and boosting by scikit-learn."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto, numpy_helper

from earmark.models.onnx.graph import CONVERTERS, Graph, Name
from earmark.models.steps._base import Array, Codes

AT_MOST, BELOW, MEMBER = 0, 1, 6
"""When a node leads to the left: ``x <= threshold``, ``x < threshold``, or x among some numbers."""

_SUM = 1


@dataclass(frozen=True, eq=False)
class Tree:
    """One tree, node by node, the root first.

    Attributes
    ----------
    left, right : array of int, shape (nodes,)
        The next nodes; below 0 for a leaf.
    column : array of int, shape (nodes,)
        Which column is asked for.
    threshold : array of float, shape (nodes,)
        Where it is cut.
    missing_left : array of bool, shape (nodes,)
        Whether a missing value leads to the left.
    value : array of float, shape (nodes,)
        What a leaf gives.
    members : dict of int to array of float
        Of nodes that ask for membership: what leads to the left.
    """

    left: Codes
    right: Codes
    column: Codes
    threshold: Array
    missing_left: NDArray[np.bool_]
    value: Array
    members: dict[int, Array]


def trees(
    g: Graph,
    x: Name,
    given: list[tuple[Tree, int]],
    targets: int,
    *,
    mode: int = AT_MOST,
    single: bool = False,
    nothing: float = 0.0,
) -> Name:
    """Return the sum of the trees' leaves for each target, shape (rows, targets).

    Parameters
    ----------
    given : list of (Tree, int)
        Each with the number of its target.
    mode : int
        :data:`AT_MOST` or :data:`BELOW`.
    single : bool
        Whether columns are rounded to single precision before they are compared, as some libraries do.
    nothing : float
        Numbers no farther from 0 than this count as 0.
    """
    asked = [(tree.column[tree.left >= 0], tree.threshold[tree.left >= 0]) for tree, _ in given]
    g.cuts.setdefault(x, []).extend(asked)
    if single:
        x = g("Cast", g("Cast", x, to=TensorProto.FLOAT), to=TensorProto.DOUBLE)
    if nothing:
        x = g("Where", g("LessOrEqual", g("Abs", x), nothing), 0.0, x)
    nodes: dict[str, list[Any]] = {name: [] for name in _PARTS}
    inner = leaves = 0
    for tree, target in given:
        is_leaf = tree.left < 0
        if is_leaf[0]:  # without any question: a node that leads to its leaf either way
            tree, is_leaf = _stump(tree), np.array([False, True])  # noqa: PLW2901 - the same tree
        place = np.where(is_leaf, leaves + np.cumsum(is_leaf) - 1, inner + np.cumsum(~is_leaf) - 1)
        asking = np.flatnonzero(~is_leaf)
        nodes["roots"].append([inner])
        nodes["column"].append(tree.column[asking])
        nodes["threshold"].append(np.where(np.isin(asking, list(tree.members)), 0.0, tree.threshold[asking]))
        nodes["mode"].append(np.where(np.isin(asking, list(tree.members)), MEMBER, mode))
        nodes["missing"].append(tree.missing_left[asking])
        for side, to in (("true", tree.left[asking]), ("false", tree.right[asking])):
            nodes[side].append(place[to])
            nodes[f"{side}_leaf"].append(is_leaf[to])
        for node in sorted(tree.members):  # each list ends with a number that is none
            nodes["members"].append(np.append(tree.members[node], np.nan))
        nodes["value"].append(tree.value[is_leaf])
        nodes["target"].append(np.full(is_leaf.sum(), target))
        inner, leaves = inner + len(asking), leaves + int(is_leaf.sum())
    made = {name: np.concatenate(parts) if parts else np.empty(0) for name, parts in nodes.items()}
    return _ensemble(g, x, made, targets)


_PARTS = (
    "roots", "column", "threshold", "mode", "missing", "true", "true_leaf", "false", "false_leaf", "members",
    "value", "target",
)  # fmt: skip


def _stump(tree: Tree) -> Tree:
    both = np.array([1, -1])
    return Tree(
        both, both, np.zeros(2, np.int64), np.zeros(2), np.zeros(2, bool), np.repeat(tree.value[:1], 2), {}
    )


def _ensemble(g: Graph, x: Name, made: dict[str, NDArray[Any]], targets: int) -> Name:
    whole = {
        name: made[name].astype(np.int64).tolist() for name in made if name not in ("threshold", "value")
    }
    members = {"membership_values": numpy_helper.from_array(made["members"])} if len(made["members"]) else {}
    return g(
        "TreeEnsemble",
        x,
        domain="ai.onnx.ml",
        n_targets=targets,
        aggregate_function=_SUM,
        post_transform=0,
        tree_roots=whole["roots"],
        nodes_featureids=whole["column"],
        nodes_splits=numpy_helper.from_array(made["threshold"].astype(np.float64)),
        nodes_modes=numpy_helper.from_array(made["mode"].astype(np.uint8)),
        nodes_missing_value_tracks_true=whole["missing"],
        nodes_truenodeids=whole["true"],
        nodes_trueleafs=whole["true_leaf"],
        nodes_falsenodeids=whole["false"],
        nodes_falseleafs=whole["false_leaf"],
        leaf_targetids=whole["target"],
        leaf_weights=numpy_helper.from_array(made["value"].astype(np.float64)),
        **members,
    )


def _sklearn(tree: Any, value: Array) -> Tree:
    return Tree(
        tree.children_left, tree.children_right, tree.feature, tree.threshold,
        tree.missing_go_to_left.astype(bool), value, {},
    )  # fmt: skip


@CONVERTERS.register("DecisionTreeClassifier")
def tree(g: Graph, part: Any, x: Name) -> Name:
    """Return the shares of genres in a leaf."""
    return _mean_of_leaves(g, [part], x)


@CONVERTERS.register("RandomForestClassifier")
@CONVERTERS.register("ExtraTreesClassifier")
def forest(g: Graph, part: Any, x: Name) -> Name:
    """Return the mean over all trees of the shares of genres in a leaf."""
    return _mean_of_leaves(g, part.estimators_, x)


@CONVERTERS.register("ForestByPrediction")
def forest_by_prediction(g: Graph, part: Any, x: Name) -> Name:
    """Return what its forest says."""
    return forest(g, part.forest_, x)


def _mean_of_leaves(g: Graph, estimators: list[Any], x: Name) -> Name:
    """Return the mean of leaves that hold a row of numbers: trees tell which leaf, a table what is in it."""
    given, table, start = [], [], 0
    for at, one in enumerate(estimators):
        made = one.tree_
        shares = made.value[:, 0, :] / made.value[:, 0, :].sum(axis=1, keepdims=True)
        given.append((_sklearn(made, start + np.arange(len(shares), dtype=np.float64)), at))
        table.append(shares)
        start += len(shares)
    leaves = g("Cast", trees(g, x, given, len(given), single=True), to=TensorProto.INT64)
    found = g("Gather", np.concatenate(table), leaves, axis=0)
    return g("Div", g("ReduceSum", found, np.array([1]), keepdims=0), float(len(given)))


@CONVERTERS.register("GradientBoostingClassifier")
def gradient_boosting(g: Graph, part: Any, x: Name) -> Name:
    """Return the softmax of what all trees add to the start."""
    start = part._raw_predict_init(np.zeros((1, part.n_features_in_), np.float32))
    given = [
        (_sklearn(one.tree_, part.learning_rate * one.tree_.value[:, 0, 0]), target)
        for row in part.estimators_
        for target, one in enumerate(row)
    ]
    return by_scores(g, g("Add", trees(g, x, given, start.shape[1], single=True), start), start.shape[1])


@CONVERTERS.register("HistogramBoosting")
def histogram_boosting(g: Graph, part: Any, x: Name) -> Name:
    """Return the softmax of what all trees add to the start; of categories those that lead to the left."""
    start = part._baseline_prediction
    given = [(_histogram(one), target) for row in part._predictors for target, one in enumerate(row)]
    return by_scores(
        g, g("Add", trees(g, _recoded(g, part, x), given, start.shape[1]), start), start.shape[1]
    )


def _histogram(predictor: Any) -> Tree:
    nodes = predictor.nodes
    leaf = nodes["is_leaf"].astype(bool)
    members = {
        int(node): np.flatnonzero(np.unpackbits(
            predictor.raw_left_cat_bitsets[nodes["bitset_idx"][node]].view(np.uint8), bitorder="little"
        )).astype(np.float64)
        for node in np.flatnonzero(nodes["is_categorical"].astype(bool) & ~leaf)
    }  # fmt: skip
    return Tree(
        np.where(leaf, -1, nodes["left"].astype(np.int64)),
        np.where(leaf, -1, nodes["right"].astype(np.int64)),
        nodes["feature_idx"].astype(np.int64),
        nodes["num_threshold"],
        nodes["missing_go_to_left"].astype(bool),
        nodes["value"],
        members,
    )


def _recoded(g: Graph, part: Any, x: Name) -> Name:
    """Return the columns as the trees know them: categories numbered and in front."""
    if part.is_categorical_ is None:
        return x
    encoder = part._preprocessor.named_transformers_["encoder"]
    parts = []
    for column, kinds in zip(np.flatnonzero(part.is_categorical_), encoder.categories_, strict=True):
        known = kinds[~np.isnan(kinds)]
        hits = g("Where", g("Equal", g.take(x, [column]), known[None]), 1.0, 0.0)
        number = g("MatMul", hits, np.arange(len(known), dtype=np.float64)[:, None])
        parts.append(g("Where", g("Greater", g.total(hits), 0.0), number, np.nan))
    rest = np.flatnonzero(~part.is_categorical_)
    return g.join([*parts, g.take(x, rest)] if len(rest) else parts)


def by_scores(g: Graph, scores: Name, targets: int) -> Name:
    """Return probabilities of the scores of genres; of two genres there is one score."""
    return g.both(g("Sigmoid", scores)) if targets == 1 else g.softmax(scores)
