"""Boosting by other libraries, from what they say of their trees."""

import json
import tempfile
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from earmark.errors import ExportError
from earmark.models.onnx.graph import CONVERTERS, Graph, Name
from earmark.models.onnx.trees import BELOW, Tree, by_scores, trees

_ZERO = float(np.float32(1e-35))  # LightGBM takes what is nearer to 0 for 0


@CONVERTERS.register("XGBClassifier")
def xgboost(g: Graph, part: Any, x: Name) -> Name:
    """Return the softmax of what all trees add to the start; XGBoost compares in single precision."""
    said = json.loads(part.get_booster().save_raw("json"))["learner"]
    model = said["gradient_booster"]["model"]
    start = np.atleast_1d(np.asarray(json.loads(said["learner_model_param"]["base_score"]), np.float64))
    targets = max(1, int(said["learner_model_param"]["num_class"]))
    if targets == 1:
        start = np.log(start / (1.0 - start))
    given = [
        (_of_xgboost(one), target) for one, target in zip(model["trees"], model["tree_info"], strict=True)
    ]
    found = trees(g, x, given, targets, mode=BELOW, single=True)
    return by_scores(g, g("Add", found, start[None]), targets)


def _of_xgboost(said: Mapping[str, Any]) -> Tree:
    conditions = np.asarray(said["split_conditions"], np.float32).astype(np.float64)
    return Tree(
        np.asarray(said["left_children"]),
        np.asarray(said["right_children"]),
        np.asarray(said["split_indices"]),
        conditions,
        np.asarray(said["default_left"], bool),
        conditions,
        {},
    )


@CONVERTERS.register("LGBMClassifier")
def lightgbm(g: Graph, part: Any, x: Name) -> Name:
    """Return the softmax of what all trees add up to."""
    said = part.booster_.dump_model()
    targets = int(said["num_tree_per_iteration"])
    given = [(_of_lightgbm(one["tree_structure"]), at % targets) for at, one in enumerate(said["tree_info"])]
    found = trees(g, x, given, targets, nothing=_ZERO)
    return by_scores(g, found, targets)


def _of_lightgbm(root: Mapping[str, Any]) -> Tree:
    nodes = list(_nodes(root))
    number = {id(node): at for at, node in enumerate(nodes)}
    inner = [node for node in nodes if "split_feature" in node]
    if any(node["decision_type"] != "<=" or node["missing_type"] == "Zero" for node in inner):
        raise ExportError(
            "LightGBM's trees of categories, or with zero as missing, cannot be written as ONNX",
            "leave its parameters as they are",
        )

    def each(of_inner: Any, of_leaf: Any) -> list[Any]:
        return [of_inner(node) if "split_feature" in node else of_leaf(node) for node in nodes]

    return Tree(
        np.asarray(each(lambda node: number[id(node["left_child"])], lambda _: -1)),
        np.asarray(each(lambda node: number[id(node["right_child"])], lambda _: -1)),
        np.asarray(each(lambda node: node["split_feature"], lambda _: 0)),
        np.asarray(each(lambda node: node["threshold"], lambda _: 0.0), np.float64),
        np.asarray(each(_missing_left, lambda _: False), bool),
        np.asarray(each(lambda _: 0.0, lambda node: node["leaf_value"]), np.float64),
        {},
    )


def _nodes(root: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        if "split_feature" in node:
            waiting += [node["right_child"], node["left_child"]]


def _missing_left(node: Mapping[str, Any]) -> bool:
    # Where nothing was missing in training, LightGBM takes what is missing for 0.
    if node["missing_type"] == "None":
        return bool(node["threshold"] >= 0.0)
    return bool(node["default_left"])


@CONVERTERS.register("CatBoostClassifier")
def catboost(g: Graph, part: Any, x: Name) -> Name:
    """Return the softmax of what all trees add to the start; CatBoost compares in single precision."""
    with tempfile.TemporaryDirectory() as folder:  # it tells of its trees in a file only
        path = Path(folder) / "model.json"
        part.save_model(str(path), format="json")
        said = json.loads(path.read_text(encoding="utf-8"))
    factor, start = said["scale_and_bias"]
    right = {
        one["feature_index"]
        for one in said["features_info"]["float_features"]
        if one["nan_value_treatment"] == "AsTrue"
    }
    targets = len(start)
    given = [
        (_of_catboost(one, target, targets, right), target)
        for one in said["oblivious_trees"]
        for target in range(targets)
    ]
    found = g("Mul", trees(g, x, given, targets, single=True), float(factor))
    return by_scores(g, g("Add", found, np.asarray(start, np.float64)[None]), targets)


def _of_catboost(said: Mapping[str, Any], target: int, targets: int, right: Collection[int]) -> Tree:
    """Return a tree that asks the same of all rows: what is greater than a border sets a bit of the leaf."""
    splits = said["splits"] or []
    depth = len(splits)
    inner = np.arange(2**depth - 1)
    level = np.floor(np.log2(inner + 1)).astype(np.int64)
    asked = [splits[depth - 1 - one] for one in level]  # the last split is the highest bit
    leaves = 2**depth
    nothing = np.zeros(leaves)
    columns = np.asarray([one["float_feature_index"] for one in asked], np.int64)
    return Tree(
        np.concatenate([2 * inner + 1, np.full(leaves, -1)]).astype(np.int64),
        np.concatenate([2 * inner + 2, np.full(leaves, -1)]).astype(np.int64),
        np.concatenate([columns, nothing]).astype(np.int64),
        np.concatenate([[one["border"] for one in asked], nothing]).astype(np.float32).astype(np.float64),
        np.concatenate([~np.isin(columns, list(right)), nothing]).astype(bool),
        np.concatenate([np.zeros(len(inner)), np.asarray(said["leaf_values"], np.float64)[target::targets]]),
        {},
    )
