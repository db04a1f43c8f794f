"""The entries of trees, forests and boosting."""

from earmark.models.classifiers.entry import HISTOGRAM, HOME, WEIGHTS, add
from earmark.models.space import Choices, Range

_EXTRA = "boosting"
_TREE = ("sklearn.tree._tree.Tree",)
_TREES = {
    "max_depth": Choices((None, 5, 10, 20)),
    "min_samples_leaf": Range(1, 20, log=True, whole=True),
    "max_features": Choices(("sqrt", 0.1, 0.3)),
}
_FOREST = {"n_estimators": Choices((300,)), **_TREES}
add(
    "tree",
    "sklearn.tree:DecisionTreeClassifier",
    "one decision tree, that can be drawn",
    preset={"max_depth": 5},
    space={
        "max_depth": Choices((3, 5, 10, None)),
        "min_samples_leaf": Range(1, 50, log=True, whole=True),
        "class_weight": WEIGHTS,
    },
    trusted=_TREE,
    seeded=True,
    seconds=0.025,
    grows=1.1,
)
add(
    "forest",
    "sklearn.ensemble:RandomForestClassifier",
    "a random forest",
    preset={"n_estimators": 300},
    space=_FOREST,
    trusted=_TREE,
    seeded=True,
    seconds=1.2,
    grows=1.1,
)
add(
    "forest-balanced",
    "sklearn.ensemble:RandomForestClassifier",
    "a random forest in which rare genres count more, by how often they occur",
    preset={"n_estimators": 300, "class_weight": "balanced"},
    space={**_FOREST, "class_weight": Choices(("balanced", "balanced_subsample"))},
    trusted=_TREE,
    seeded=True,
    seconds=1.2,
    grows=1.1,
)
add(
    "forest-by-prediction",
    f"{HOME}.forest:ForestByPrediction",
    "a random forest in which genres count more the more seldom a plain forest names them",
    space=_FOREST,
    trusted=_TREE,
    seeded=True,
    seconds=3.3,
    grows=1.1,
)
add(
    "extra-trees",
    "sklearn.ensemble:ExtraTreesClassifier",
    "a forest of trees that are cut at random places",
    preset={"n_estimators": 300},
    space={**_FOREST, "class_weight": WEIGHTS},
    trusted=_TREE,
    seeded=True,
    seconds=0.6,
    grows=1.1,
)
_BOOSTING = {"learning_rate": Range(0.02, 0.3, log=True)}
_ROUNDS = Range(50, 800, log=True, whole=True)
add(
    "gradient-boosting",
    "sklearn.ensemble:GradientBoostingClassifier",
    "trees that mend each other's errors, exactly cut",
    preset={"max_features": "sqrt", "subsample": 0.5, "min_samples_leaf": 5, "n_estimators": 200},
    space={**_BOOSTING, "n_estimators": _ROUNDS, "max_depth": Choices((2, 3, 5))},
    trusted=_TREE,
    seeded=True,
    seconds=2.1,
)
add(
    "histogram-boosting",
    f"{HOME}.histogram:HistogramBoosting",
    "trees that mend each other's errors, cut between bins; for large tables",
    preset={"early_stopping": False, "max_leaf_nodes": 15, "max_features": 0.5},
    space={
        **_BOOSTING,
        "max_iter": _ROUNDS,
        "max_leaf_nodes": Choices((7, 15, 31)),
        "l2_regularization": Range(0.01, 10, log=True),
        "class_weight": WEIGHTS,
    },
    trusted=HISTOGRAM,
    seeded=True,
    missing=True,
    seconds=1.0,
)
add(
    "xgboost",
    f"{HOME}.by_xgboost:xgboost",
    "boosting by XGBoost",
    space={
        **_BOOSTING,
        "n_estimators": _ROUNDS,
        "max_depth": Choices((3, 4, 6)),
        "colsample_bytree": Choices((0.3, 0.5, 0.8)),
        "reg_lambda": Range(0.1, 10, log=True),
    },
    trusted=(f"{HOME}.coded.Coded", "xgboost.core.Booster", "xgboost.sklearn.XGBClassifier"),
    extra=_EXTRA,
    seeded=True,
    missing=True,
    seconds=0.95,
)
add(
    "lightgbm",
    f"{HOME}.by_lightgbm:lightgbm",
    "boosting by LightGBM; for large tables",
    space={
        **_BOOSTING,
        "n_estimators": _ROUNDS,
        "num_leaves": Choices((7, 15, 31)),
        "colsample_bytree": Choices((0.3, 0.5, 0.8)),
        "reg_lambda": Range(0.1, 10, log=True),
        "class_weight": WEIGHTS,
    },
    trusted=(
        f"{HOME}.coded.Coded",
        "collections.OrderedDict",
        "lightgbm.basic.Booster",
        "lightgbm.sklearn.LGBMClassifier",
    ),
    extra=_EXTRA,
    seeded=True,
    missing=True,
    seconds=1.3,
)
add(
    "catboost",
    f"{HOME}.by_catboost:catboost",
    "boosting by CatBoost",
    space={
        **_BOOSTING,
        "iterations": _ROUNDS,
        "depth": Choices((3, 5, 7)),
        "l2_leaf_reg": Range(1, 10, log=True),
    },
    trusted=(f"{HOME}.coded.Coded", "catboost.core.CatBoostClassifier"),
    extra="catboost",
    seeded=True,
    missing=True,
    seconds=7,
)
