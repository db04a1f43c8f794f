"""Classifiers by name: how to make each, where to search for its parameters, what it costs.

Listing them loads none of them.
"""

from dataclasses import dataclass
from typing import Any

from earmark.models.parts import Part
from earmark.models.space import Choices, Range
from earmark.registry import Registry

_OURS = "earmark.models.classifiers"
_WEIGHTS = Choices((None, "balanced"))
_EXTRA = "boosting"


@dataclass(frozen=True, eq=False)
class Classifier(Part):
    """A classifier that can be chosen by name; all run on one thread.

    Attributes
    ----------
    scaled : bool
        Whether it needs columns scaled alike.
    missing : bool
        Whether values may be missing.
    seconds : float
        Roughly how long a fit of 1000 rows of 50 columns in ten genres takes on one core.
    grows : float
        By which power of the number of rows that grows.
    """

    scaled: bool = False
    missing: bool = False
    seconds: float = 1.0
    grows: float = 1.0

    def estimate_s(self, rows: int, columns: int) -> float:
        """Return roughly how many seconds one fit takes on one core.

        Examples
        --------
        >>> CLASSIFIERS["dummy"].estimate_s(rows=4000, columns=50)
        0.004
        """
        return float(self.seconds * (rows / 1000) ** self.grows * (columns / 50))


CLASSIFIERS: Registry[Classifier] = Registry("classifier")
"""All classifiers by name, the default for small tables first."""


def _add(name: str, target: str, summary: str, *, trusted: tuple[str, ...] = (), **more: Any) -> None:
    home, _, member = target.partition(":")
    if home.startswith(_OURS) and member[0].isupper():
        trusted = (target.replace(":", "."), *trusted)
    CLASSIFIERS.add(name, Classifier(target, summary, trusted=trusted, name=name, **more))


_RIDGE = {"alpha": Range(0.01, 10, log=True), "width": Range(0.3, 3, log=True)}
_TREES = {
    "max_depth": Choices((None, 5, 10, 20)),
    "min_samples_leaf": Range(1, 20, log=True, whole=True),
    "max_features": Choices(("sqrt", 0.1, 0.3)),
}
_FOREST = {"n_estimators": Choices((300,)), **_TREES}
_TOGETHER = {**_RIDGE, "C": Range(0.001, 10, log=True), "rounds": Range(30, 300, log=True, whole=True)}
_TREE = ("sklearn.tree._tree.Tree",)
_HISTOGRAM = ("sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",)
_TOGETHER_TRUSTED = (
    *_HISTOGRAM,
    f"{_OURS}.histogram.HistogramBoosting",
    f"{_OURS}.ridge.KernelRidge",
    "earmark.models.steps.power.SignedLog",
)

_add(
    "small-table",
    f"{_OURS}.together:small_table",
    "mean of kernel ridge, boosting and logistic regression; for some hundred songs",
    space=_TOGETHER,
    trusted=(f"{_OURS}.together.Vote", *_TOGETHER_TRUSTED),
    seeded=True,
)
_add(
    "stack",
    f"{_OURS}.together:stack",
    "the same three, weighed on grouped folds of the training rows",
    space=_TOGETHER,
    trusted=(f"{_OURS}.together.Stack", *_TOGETHER_TRUSTED),
    seeded=True,
)
_add(
    "kernel-ridge",
    f"{_OURS}.ridge:KernelRidge",
    "kernel ridge regression on the genres; probabilities by left-out groups",
    space=_RIDGE,
    scaled=True,
)
_add(
    "logistic",
    "sklearn.linear_model:LogisticRegression",
    "multinomial logistic regression",
    preset={"max_iter": 2000},
    space={"C": Range(0.001, 100, log=True), "class_weight": _WEIGHTS},
    seeded=True,
    scaled=True,
)
_add(
    "one-vs-rest",
    f"{_OURS}.linear:one_vs_rest",
    "one logistic regression per genre, that genre against the rest",
    space={"C": Range(0.001, 100, log=True), "class_weight": _WEIGHTS},
    seeded=True,
    scaled=True,
)
_add(
    "lda",
    "sklearn.discriminant_analysis:LinearDiscriminantAnalysis",
    "linear discriminant analysis with a shrunk covariance; for embeddings",
    preset={"solver": "lsqr", "shrinkage": "auto"},
    space={"shrinkage": Choices(("auto", 0.01, 0.1, 0.3, 0.6))},
    scaled=True,
)
_add(
    "sgd",
    "sklearn.linear_model:SGDClassifier",
    "a linear classifier by stochastic gradient descent, for very long tables",
    preset={"loss": "log_loss", "max_iter": 1000, "tol": 1e-4},
    space={
        "loss": Choices(("log_loss", "modified_huber")),
        "penalty": Choices(("l2", "l1", "elasticnet")),
        "alpha": Range(1e-6, 1e-1, log=True),
        "class_weight": _WEIGHTS,
    },
    seeded=True,
    scaled=True,
)
_add(
    "naive-bayes",
    "sklearn.naive_bayes:GaussianNB",
    "normal densities, columns taken as independent",
    space={"var_smoothing": Range(1e-9, 1.0, log=True)},
)
_add(
    "nearest-centroid",
    "sklearn.neighbors:NearestCentroid",
    "the genre whose mean is nearest",
    space={"shrink_threshold": Choices((None, 0.1, 0.5, 1.0))},
    scaled=True,
)
_add(
    "knn",
    "sklearn.neighbors:KNeighborsClassifier",
    "the genres of the nearest training rows",
    preset={"algorithm": "brute"},  # trees are no faster in fifty columns, and count how often they are asked
    space={"n_neighbors": Range(1, 50, log=True, whole=True), "weights": Choices(("uniform", "distance"))},
    scaled=True,
)
_SVM = {"C": Range(0.01, 100, log=True), "class_weight": _WEIGHTS}
_add(
    "linear-svm",
    f"{_OURS}.vectors:SupportVectors",
    "a support vector machine, linear",
    preset={"kernel": "linear", "C": 0.1},
    space=_SVM,
    seeded=True,
    scaled=True,
)
_add(
    "rbf-svm",
    f"{_OURS}.vectors:SupportVectors",
    "a support vector machine with a Gaussian kernel",
    preset={"kernel": "rbf"},
    space={**_SVM, "gamma": Choices(("scale", 0.001, 0.003, 0.01, 0.03, 0.1))},
    seeded=True,
    scaled=True,
)
_add(
    "poly-svm",
    f"{_OURS}.vectors:SupportVectors",
    "a support vector machine with a polynomial kernel",
    preset={"kernel": "poly", "coef0": 1.0},
    space={**_SVM, "degree": Choices((2, 3, 5))},
    seeded=True,
    scaled=True,
)
_add(
    "gaussian-process",
    f"{_OURS}.process:GaussianProcess",
    "a Gaussian process; for tables of less than a thousand rows",
    space={"width": Range(0.2, 3, log=True), "height": Range(1, 100, log=True)},
    trusted=(
        "sklearn.gaussian_process._gpc._BinaryGaussianProcessClassifierLaplace",
        "sklearn.gaussian_process.kernels.ConstantKernel",
        "sklearn.gaussian_process.kernels.Product",
        "sklearn.gaussian_process.kernels.RBF",
    ),
    scaled=True,
)
_add(
    "tree",
    "sklearn.tree:DecisionTreeClassifier",
    "one decision tree, that can be drawn",
    preset={"max_depth": 5},
    space={
        "max_depth": Choices((3, 5, 10, None)),
        "min_samples_leaf": Range(1, 50, log=True, whole=True),
        "class_weight": _WEIGHTS,
    },
    trusted=_TREE,
    seeded=True,
)
_add(
    "forest",
    "sklearn.ensemble:RandomForestClassifier",
    "a random forest",
    preset={"n_estimators": 300},
    space=_FOREST,
    trusted=_TREE,
    seeded=True,
)
_add(
    "forest-balanced",
    "sklearn.ensemble:RandomForestClassifier",
    "a random forest in which rare genres count more, by how often they occur",
    preset={"n_estimators": 300, "class_weight": "balanced"},
    space={**_FOREST, "class_weight": Choices(("balanced", "balanced_subsample"))},
    trusted=_TREE,
    seeded=True,
)
_add(
    "forest-by-prediction",
    f"{_OURS}.forest:ForestByPrediction",
    "a random forest in which genres count more the more seldom a plain forest names them",
    space=_FOREST,
    trusted=_TREE,
    seeded=True,
)
_add(
    "extra-trees",
    "sklearn.ensemble:ExtraTreesClassifier",
    "a forest of trees that are cut at random places",
    preset={"n_estimators": 300},
    space={**_FOREST, "class_weight": _WEIGHTS},
    trusted=_TREE,
    seeded=True,
)
_BOOSTING = {"learning_rate": Range(0.02, 0.3, log=True)}
_ROUNDS = Range(50, 800, log=True, whole=True)
_add(
    "gradient-boosting",
    "sklearn.ensemble:GradientBoostingClassifier",
    "trees that mend each other's errors, exactly cut",
    preset={"max_features": "sqrt", "subsample": 0.5, "min_samples_leaf": 5, "n_estimators": 200},
    space={**_BOOSTING, "n_estimators": _ROUNDS, "max_depth": Choices((2, 3, 5))},
    trusted=_TREE,
    seeded=True,
)
_add(
    "histogram-boosting",
    f"{_OURS}.histogram:HistogramBoosting",
    "trees that mend each other's errors, cut between bins; for large tables",
    preset={"early_stopping": False, "max_leaf_nodes": 15, "max_features": 0.5},
    space={
        **_BOOSTING,
        "max_iter": _ROUNDS,
        "max_leaf_nodes": Choices((7, 15, 31)),
        "l2_regularization": Range(0.01, 10, log=True),
        "class_weight": _WEIGHTS,
    },
    trusted=_HISTOGRAM,
    seeded=True,
    missing=True,
)
_add(
    "xgboost",
    f"{_OURS}.by_xgboost:xgboost",
    "boosting by XGBoost",
    space={
        **_BOOSTING,
        "n_estimators": _ROUNDS,
        "max_depth": Choices((3, 4, 6)),
        "colsample_bytree": Choices((0.3, 0.5, 0.8)),
        "reg_lambda": Range(0.1, 10, log=True),
    },
    trusted=(f"{_OURS}.coded.Coded", "xgboost.core.Booster", "xgboost.sklearn.XGBClassifier"),
    extra=_EXTRA,
    seeded=True,
    missing=True,
)
_add(
    "lightgbm",
    f"{_OURS}.by_lightgbm:lightgbm",
    "boosting by LightGBM; for large tables",
    space={
        **_BOOSTING,
        "n_estimators": _ROUNDS,
        "num_leaves": Choices((7, 15, 31)),
        "colsample_bytree": Choices((0.3, 0.5, 0.8)),
        "reg_lambda": Range(0.1, 10, log=True),
        "class_weight": _WEIGHTS,
    },
    trusted=(
        f"{_OURS}.coded.Coded",
        "collections.OrderedDict",
        "lightgbm.basic.Booster",
        "lightgbm.sklearn.LGBMClassifier",
    ),
    extra=_EXTRA,
    seeded=True,
    missing=True,
)
_add(
    "catboost",
    f"{_OURS}.by_catboost:catboost",
    "boosting by CatBoost",
    space={
        **_BOOSTING,
        "iterations": _ROUNDS,
        "depth": Choices((3, 5, 7)),
        "l2_leaf_reg": Range(1, 10, log=True),
    },
    trusted=(f"{_OURS}.coded.Coded", "catboost.core.CatBoostClassifier"),
    extra="catboost",
    seeded=True,
    missing=True,
)
_add(
    "net",
    f"{_OURS}.net:Net",
    "a neural network that stops early on a part of the training rows, group by group",
    space={
        "hidden": Choices(((100,), (80, 40), (200, 100, 50))),
        "alpha": Range(1e-5, 1, log=True),
        "learning_rate": Range(3e-4, 1e-2, log=True),
    },
    seeded=True,
    scaled=True,
)
_add(
    "dummy",
    "sklearn.dummy:DummyClassifier",
    "the most frequent genre, whatever the columns say",
    preset={"strategy": "prior"},
    seeded=True,
    missing=True,
    seconds=0.001,
)
