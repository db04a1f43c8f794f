"""The entries of classifiers that measure, multiply or add columns; and of those that answer together."""

from earmark.models.classifiers.entry import HISTOGRAM, HOME, WEIGHTS, add
from earmark.models.space import Choices, Range

_RIDGE = {"alpha": Range(0.01, 10, log=True), "width": Range(0.5, 8, log=True)}
_TOGETHER = {**_RIDGE, "C": Range(0.001, 10, log=True), "rounds": Range(30, 300, log=True, whole=True)}
_TOGETHER_TRUSTED = (
    *HISTOGRAM,
    f"{HOME}.histogram.HistogramBoosting",
    f"{HOME}.ridge.KernelRidge",
    "earmark.models.steps.power.SignedLog",
)

add(
    "small-table",
    f"{HOME}.together:small_table",
    "mean of kernel ridge, boosting and logistic regression; for some hundred songs",
    space=_TOGETHER,
    trusted=(f"{HOME}.together.Vote", *_TOGETHER_TRUSTED),
    seeded=True,
    seconds=0.6,
    grows=1.3,
)
_LARGE = (
    *HISTOGRAM,
    f"{HOME}.histogram.HistogramBoosting",
    f"{HOME}.net.Net",
    f"{HOME}.together.Vote",
    "earmark.models.steps.ranks.Ranks",
    "sklearn.tree._tree.Tree",
)
_LARGE_SPACE = {
    "rounds": Range(100, 800, log=True, whole=True),
    "units": Choices((64, 128)),
    "epochs": Range(5, 60, log=True, whole=True),
    "alpha": Range(1e-4, 0.1, log=True),
    "evened": Choices((0.0, 0.5, 1.0)),
    "tilt": Range(0.0, 0.5),
}
add(
    "large-table",
    f"{HOME}.large:large_table",
    "boosted trees, five nets and a forest together; for thousands of songs",
    space=_LARGE_SPACE,
    trusted=_LARGE,
    seeded=True,
    seconds=3.0,
)
add(
    "large-table-catboost",
    f"{HOME}.by_catboost:large_table_catboost",
    "the same and CatBoost together",
    space={
        "iterations": Range(300, 2000, log=True, whole=True),
        "share": Choices((0.3, 0.5, 0.7)),
        **_LARGE_SPACE,
    },
    trusted=(*_LARGE, f"{HOME}.coded.Coded", "catboost.core.CatBoostClassifier"),
    extra="catboost",
    seeded=True,
    seconds=20.0,
)
add(
    "stack",
    f"{HOME}.together:stack",
    "the same three, weighed on grouped folds of the training rows",
    space=_TOGETHER,
    trusted=(f"{HOME}.together.Stack", *_TOGETHER_TRUSTED),
    seeded=True,
    seconds=3.5,
    grows=1.3,
)
add(
    "kernel-ridge",
    f"{HOME}.ridge:KernelRidge",
    "kernel ridge regression on the genres; probabilities by left-out groups",
    space={
        **_RIDGE,
        "kernel": Choices(("gaussian", "matern")),
        "balance": Choices((0.0, 0.5, 1.0)),
    },
    scaled=True,
    seconds=0.1,
    grows=2.5,
)
add(
    "logistic",
    "sklearn.linear_model:LogisticRegression",
    "multinomial logistic regression",
    preset={"max_iter": 2000},
    space={"C": Range(0.001, 100, log=True), "class_weight": WEIGHTS},
    seeded=True,
    scaled=True,
    seconds=0.015,
)
add(
    "logistic-balanced",
    f"{HOME}.linear:BalancedLogistic",
    "the same, in which large artists count less and all genres alike",
    space={"C": Range(0.001, 100, log=True), "balance": Choices((0.0, 0.5, 1.0))},
    scaled=True,
    seconds=0.015,
)
add(
    "one-vs-rest",
    f"{HOME}.linear:one_vs_rest",
    "one logistic regression per genre, that genre against the rest",
    space={"C": Range(0.001, 100, log=True), "class_weight": WEIGHTS},
    seeded=True,
    scaled=True,
    seconds=0.03,
)
add(
    "lda",
    "sklearn.discriminant_analysis:LinearDiscriminantAnalysis",
    "linear discriminant analysis with a shrunk covariance",
    preset={"solver": "lsqr", "shrinkage": "auto"},
    space={"shrinkage": Choices(("auto", 0.01, 0.1, 0.3, 0.6))},
    scaled=True,
    seconds=0.015,
)
add(
    "sgd",
    "sklearn.linear_model:SGDClassifier",
    "a linear classifier by stochastic gradient descent, for very long tables",
    preset={"loss": "log_loss", "alpha": 1e-3, "max_iter": 2000},
    space={
        "loss": Choices(("log_loss", "modified_huber")),
        "penalty": Choices(("l2", "l1", "elasticnet")),
        "alpha": Range(1e-6, 1e-1, log=True),
        "class_weight": WEIGHTS,
    },
    seeded=True,
    scaled=True,
    seconds=0.08,
)
add(
    "naive-bayes",
    "sklearn.naive_bayes:GaussianNB",
    "normal densities, columns taken as independent",
    space={"var_smoothing": Range(1e-9, 1.0, log=True)},
    seconds=0.006,
)
add(
    "nearest-centroid",
    "sklearn.neighbors:NearestCentroid",
    "the genre whose mean is nearest",
    space={"shrink_threshold": Choices((None, 0.1, 0.5, 1.0))},
    scaled=True,
    seconds=0.006,
)
add(
    "knn",
    "sklearn.neighbors:KNeighborsClassifier",
    "the genres of the nearest training rows",
    preset={"algorithm": "brute"},  # trees are no faster in fifty columns, and count how often they are asked
    space={"n_neighbors": Range(1, 50, log=True, whole=True), "weights": Choices(("uniform", "distance"))},
    scaled=True,
    seconds=0.005,
)
_SVM = {"C": Range(0.01, 100, log=True), "class_weight": WEIGHTS}
add(
    "linear-svm",
    f"{HOME}.vectors:SupportVectors",
    "a support vector machine, linear",
    preset={"kernel": "linear", "C": 0.1},
    space=_SVM,
    seeded=True,
    scaled=True,
    seconds=0.1,
    grows=1.6,
)
add(
    "rbf-svm",
    f"{HOME}.vectors:SupportVectors",
    "a support vector machine with a Gaussian kernel",
    preset={"kernel": "rbf"},
    space={**_SVM, "gamma": Choices(("scale", 0.001, 0.003, 0.01, 0.03, 0.1))},
    seeded=True,
    scaled=True,
    seconds=0.12,
    grows=1.7,
)
add(
    "poly-svm",
    f"{HOME}.vectors:SupportVectors",
    "a support vector machine with a polynomial kernel",
    preset={"kernel": "poly", "coef0": 1.0},
    space={**_SVM, "degree": Choices((2, 3, 5))},
    seeded=True,
    scaled=True,
    seconds=0.1,
    grows=1.7,
)
add(
    "gaussian-process",
    f"{HOME}.process:GaussianProcess",
    "a Gaussian process; for tables of less than a thousand rows",
    space={"width": Range(0.2, 3, log=True), "height": Range(1, 100, log=True)},
    trusted=(
        "sklearn.gaussian_process._gpc._BinaryGaussianProcessClassifierLaplace",
        "sklearn.gaussian_process.kernels.ConstantKernel",
        "sklearn.gaussian_process.kernels.Product",
        "sklearn.gaussian_process.kernels.RBF",
    ),
    scaled=True,
    seconds=2.5,
    grows=2.7,
)
add(
    "net",
    f"{HOME}.net:Net",
    "a neural network that stops early on a part of the training rows, group by group",
    space={
        "hidden": Choices(((100,), (80, 40), (200, 100, 50))),
        "alpha": Range(1e-5, 1, log=True),
        "learning_rate": Range(3e-4, 1e-2, log=True),
    },
    seeded=True,
    scaled=True,
    seconds=0.5,
)
add(
    "dummy",
    "sklearn.dummy:DummyClassifier",
    "the most frequent genre, whatever the columns say",
    preset={"strategy": "prior"},
    seeded=True,
    missing=True,
    seconds=0.001,
)
