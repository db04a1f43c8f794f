"""Classifiers that add, multiply and measure columns."""

from typing import Any

import numpy as np

from earmark.errors import ExportError
from earmark.models.onnx.graph import CONVERTERS, Graph, Name, convert


@CONVERTERS.register("LogisticRegression")
@CONVERTERS.register("BalancedLogistic")
@CONVERTERS.register("LinearDiscriminantAnalysis")
def logistic(g: Graph, part: Any, x: Name) -> Name:
    """Return the softmax of linear scores; of two genres there is one score."""
    scores = g.linear(x, part.coef_.T, part.intercept_[None])
    return g.both(g("Sigmoid", scores)) if len(part.coef_) == 1 else g.softmax(scores)


@CONVERTERS.register("OneVsRestClassifier")
def one_vs_rest(g: Graph, part: Any, x: Name) -> Name:
    """Return the probability of each genre against the rest, by their sum."""
    if len(part.estimators_) == 1:
        return convert(g, part.estimators_[0], x)
    each = [g.take(convert(g, one, x), [1]) for one in part.estimators_]
    return g.shares(g.join(each))


@CONVERTERS.register("SGDClassifier")
def sgd(g: Graph, part: Any, x: Name) -> Name:
    """Return each genre's curve of a linear score, by their sum."""
    scores = g.linear(x, part.coef_.T, part.intercept_[None])
    if part.loss == "modified_huber":
        each = g("Div", g("Add", g("Clip", scores, -1.0, 1.0), 1.0), 2.0)
    else:
        each = g("Sigmoid", scores)
    if len(part.coef_) == 1:
        return g.both(each)
    none = g("Equal", g.total(each), 0.0)
    return g.shares(g("Where", none, 1.0, each))


@CONVERTERS.register("GaussianNB")
def naive_bayes(g: Graph, part: Any, x: Name) -> Name:
    """Return the product of normal densities."""
    off = g("Sub", g.expand(x, 1), part.theta_[None])
    squares = g("ReduceSum", g("Div", g("Mul", off, off), part.var_[None]), np.array([2]), keepdims=0)
    level = np.log(part.class_prior_) - 0.5 * np.log(2.0 * np.pi * part.var_).sum(axis=1)
    return g.softmax(g("Sub", level[None], g("Mul", squares, 0.5)))


@CONVERTERS.register("NearestCentroid")
def nearest_centroid(g: Graph, part: Any, x: Name) -> Name:
    """Return the softmax of squared distances to the genres' means."""
    spread = np.where(part.within_class_std_dev_ != 0, part.within_class_std_dev_, 1.0)
    off = g("Div", g("Sub", g.expand(x, 1), part.centroids_[None]), spread[None, None])
    squares = g("ReduceSum", g("Mul", off, off), np.array([2]), keepdims=0)
    return g.softmax(g("Sub", 2.0 * np.log(part.class_prior_)[None], squares))


@CONVERTERS.register("Net")
def net(g: Graph, part: Any, x: Name) -> Name:
    """Return the softmax of what the last layer says."""
    for weights, biases in zip(part.coefs_[:-1], part.intercepts_[:-1], strict=True):
        x = g("Relu", g.linear(x, weights, biases[None]))
    scores = g.linear(x, part.coefs_[-1], part.intercepts_[-1][None])
    return g.both(g("Sigmoid", scores)) if len(part.intercepts_[-1]) == 1 else g.softmax(scores)


@CONVERTERS.register("DummyClassifier")
def dummy(g: Graph, part: Any, x: Name) -> Name:
    """Return the same for every row."""
    if part.strategy not in ("prior", "most_frequent"):
        raise ExportError(
            f"the strategy {part.strategy!r} cannot be written as ONNX", "take 'prior' or 'most_frequent'"
        )
    most = np.eye(len(part.classes_))[part.class_prior_.argmax()]
    return g.constant_rows(x, part.class_prior_ if part.strategy == "prior" else most)
