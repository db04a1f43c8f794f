"""How SHAP values of each kind of trees are had: boosters tell their own, shap those of scikit-learn.

All are exact, by TreeSHAP along the paths of the training rows (S. Lundberg et al., Nature Machine
Intelligence 2 (2020), algorithm 2).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from earmark.models.probabilities import Array

_EXACT, _SINGLE = 1e-6, 1e-4  # in double precision, and where the library computes in single
_DEEP = 10  # how deep LightGBM's trees usually are, at most


@dataclass(frozen=True, eq=False)
class Teller:
    """How SHAP values of a fitted classifier are had.

    Attributes
    ----------
    tell : callable
        Takes rows as the classifier gets them, shape (rows, columns); returns what each column adds to each
        score and last what there is without any, shape (rows, scores, columns + 1). Two genres may share a
        score: the second's against the first.
    raw : callable
        Takes the same; returns the scores as the classifier itself tells them, shape (rows, scores).
    work : float
        What a row costs, see :func:`steps`.
    against : str
        Log-odds against the ``mean`` or the ``rest`` of the genres; empty for probabilities.
    within : float
        How far the sum and the score may differ, where scores are large by their share.
    """

    tell: Callable[[Array], Array]
    raw: Callable[[Array], Array]
    work: float
    against: str
    within: float = _EXACT


def steps(leaves: int, depth: int, scores: int = 0) -> float:
    """Return roughly what a tree costs a row, in steps of a few nanoseconds."""
    return float(leaves * (depth + 2) * (depth + 2 + scores))


def of_trees(classifier: Any) -> Teller | None:
    """Return how SHAP values of a fitted classifier of trees are had; None for any other.

    Raises
    ------
    EarmarkError
        If it takes shap, which is not installed.
    """
    if (made := _TELLERS.get(type(classifier).__name__)) is None:
        return None
    return made(classifier)


def _coded(part: Any) -> Teller | None:
    return of_trees(part.classifier_)


def _tree(part: Any) -> Teller:
    return _leaves([part], part)


def _forest(part: Any) -> Teller:
    return _leaves(part.estimators_, part)


def _forest_by_prediction(part: Any) -> Teller:
    return _forest(part.forest_)


def _leaves(estimators: Sequence[Any], part: Any) -> Teller:
    """Return how those of a mean of leaves are had, which hold the shares of genres."""
    from earmark.evaluate.by_shap import Trees  # noqa: PLC0415 - shap, which may be missing

    @cache  # shap's copy of a large forest takes gigabytes: it is made when it is asked
    def told() -> Trees:
        return Trees([_sklearn(one.tree_, _shares(one.tree_) / len(estimators)) for one in estimators])

    scores = len(part.classes_)
    work = sum(steps(one.tree_.n_leaves, one.tree_.max_depth, scores) for one in estimators)
    return Teller(lambda x: told()(_single(x)), lambda x: np.asarray(part.predict_proba(x)), work, "")


def _shares(tree: Any) -> Array:
    """Return the shares of genres in each node, shape (nodes, genres)."""
    return np.asarray(tree.value[:, 0, :] / tree.value[:, 0, :].sum(axis=1, keepdims=True))


def _gradient_boosting(part: Any) -> Teller:
    start = part._raw_predict_init(np.zeros((1, part.n_features_in_), np.float32))[0]
    grown = [[one.tree_ for one in line] for line in part.estimators_.T]
    trees = [[_sklearn(one, part.learning_rate * one.value[:, 0, :]) for one in line] for line in grown]
    work = sum(steps(one.n_leaves, one.max_depth) for line in grown for one in line)
    return _boosted(trees, start, part, work, _single)


def _histogram(part: Any) -> Teller | None:
    if part.is_categorical_ is not None:  # shap cannot ask for categories
        return None
    grown = list(zip(*part._predictors, strict=True))
    trees = [[_binned(one.nodes) for one in line] for line in grown]
    work = sum(steps(one.get_n_leaf_nodes(), one.get_max_depth()) for line in grown for one in line)
    return _boosted(trees, part._baseline_prediction[0], part, work, lambda x: x)


def _boosted(
    trees: Iterable[Sequence[dict[str, Any]]],
    start: Array,
    part: Any,
    work: float,
    cast: Callable[[Array], Array],
) -> Teller:
    """Return how those of scores are had, each of which is a start and a sum of trees."""
    from earmark.evaluate.by_shap import Trees  # noqa: PLC0415 - shap, which may be missing

    each = [Trees(line) for line in trees]

    def tell(x: Array) -> Array:
        found = np.concatenate([one(cast(x)) for one in each], axis=1)
        found[:, :, -1] += start
        return found

    return Teller(tell, lambda x: part.decision_function(x).reshape(len(x), -1), work, "mean")


def _sklearn(tree: Any, values: Array) -> dict[str, Any]:
    return {
        "children_left": tree.children_left,
        "children_right": tree.children_right,
        "children_default": np.where(tree.missing_go_to_left, tree.children_left, tree.children_right),
        "features": tree.feature,
        "thresholds": tree.threshold,
        "values": values,
        "node_sample_weight": tree.weighted_n_node_samples,
    }


def _binned(nodes: Any) -> dict[str, Any]:
    leaf = nodes["is_leaf"].astype(bool)
    left, right = (np.where(leaf, -1, nodes[way].astype(np.int64)) for way in ("left", "right"))
    return {
        "children_left": left,
        "children_right": right,
        "children_default": np.where(nodes["missing_go_to_left"].astype(bool), left, right),
        "features": np.where(leaf, -2, nodes["feature_idx"].astype(np.int64)),
        "thresholds": nodes["num_threshold"].astype(np.float64),
        "values": nodes["value"].astype(np.float64)[:, None],
        "node_sample_weight": nodes["count"].astype(np.float64),
    }


def _single(x: Array) -> Array:
    """Return values as scikit-learn's trees compare them."""
    return x.astype(np.float32).astype(np.float64)


def _lightgbm(part: Any) -> Teller:
    booster, leaves = part.booster_, part.get_params()["num_leaves"]

    def asked(x: Array, **what: bool) -> Array:
        found = np.asarray(booster.predict(x, num_threads=1, **what), np.float64)
        return found.reshape(len(x), booster.num_model_per_iteration(), -1)

    work = booster.num_trees() * steps(leaves, min(leaves, _DEEP))
    return Teller(
        lambda x: asked(x, pred_contrib=True), lambda x: asked(x, raw_score=True)[:, :, 0], work, "mean"
    )


def _xgboost(part: Any) -> Teller:
    from xgboost import DMatrix  # noqa: PLC0415 - the model is one of its own, so that it is there

    booster, depth = part.get_booster(), part.get_params()["max_depth"] or 6
    scores = len(part.classes_) if len(part.classes_) > 2 else 1

    def asked(x: Array, **what: bool) -> Array:
        found = np.asarray(booster.predict(DMatrix(x, nthread=1), **what), np.float64)
        return found.reshape(len(x), scores, -1)

    work = booster.num_boosted_rounds() * scores * steps(2**depth, depth)
    return Teller(
        lambda x: asked(x, pred_contribs=True),
        lambda x: asked(x, output_margin=True)[:, :, 0],
        work,
        "mean",
        _SINGLE,
    )


def _catboost(part: Any) -> Teller:
    from catboost import Pool  # noqa: PLC0415 - as above

    scores, depth = (len(part.classes_) if len(part.classes_) > 2 else 1), part.get_params().get("depth", 6)

    def tell(x: Array) -> Array:
        found = part.get_feature_importance(Pool(x), type="ShapValues", thread_count=1)
        return np.asarray(found, np.float64).reshape(len(x), scores, -1)

    def raw(x: Array) -> Array:
        found = part.predict(x, prediction_type="RawFormulaVal", thread_count=1)
        return np.asarray(found, np.float64).reshape(len(x), scores)

    return Teller(tell, raw, part.tree_count_ * steps(2**depth, depth, scores), "mean", _SINGLE)


_TELLERS: dict[str, Callable[[Any], Teller | None]] = {
    "Coded": _coded,
    "DecisionTreeClassifier": _tree,
    "RandomForestClassifier": _forest,
    "ExtraTreesClassifier": _forest,
    "ForestByPrediction": _forest_by_prediction,
    "GradientBoostingClassifier": _gradient_boosting,
    "HistogramBoosting": _histogram,
    "LGBMClassifier": _lightgbm,
    "XGBClassifier": _xgboost,
    "CatBoostClassifier": _catboost,
}
