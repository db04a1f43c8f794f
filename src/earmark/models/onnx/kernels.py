"""Classifiers that compare each row with training rows by a kernel."""

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np
from scipy.special import erfcx
from sklearn.gaussian_process._gpc import COEFS, LAMBDAS  # the numbers that its answers are made of

from earmark.models.onnx.graph import CONVERTERS, Graph, Name
from earmark.models.steps._base import Array

_DEGREE = 24  # of the polynomial for erf: right to 1e-12


@CONVERTERS.register("KernelRidge")
def kernel_ridge(g: Graph, part: Any, x: Name) -> Name:
    """Return the softmax of weighed kernels."""
    like = _matern if part.kernel == "matern" else _gaussian
    kernel = like(g, x, part.rows_, part.gamma_)
    scores = g.linear(kernel, part.weights_, part.mean_[None])
    return g.softmax(g("Mul", scores, part.steepness_))


def _gaussian(g: Graph, x: Name, rows: Array, gamma: float) -> Name:
    return g("Exp", g("Mul", g.squared_distances(x, rows), -float(gamma)))


def _matern(g: Graph, x: Name, rows: Array, gamma: float) -> Name:
    r = g("Sqrt", g("Mul", g.squared_distances(x, rows), 3.0 * float(gamma)))
    return g("Mul", g("Add", r, 1.0), g("Exp", g("Neg", r)))


@CONVERTERS.register("SupportVectors")
def support_vectors(g: Graph, part: Any, x: Name) -> Name:
    """Return the softmax of a machine's decisions."""
    machine = part.machine_
    kernel = _kernel(g, machine, x)
    if len(machine.classes_) == 2:
        decided = g.linear(kernel, machine.dual_coef_.T, machine.intercept_[None])
        scores = g.join([g("Neg", decided), decided])
    else:
        scores = _decided_by_pairs(g, machine, kernel)
    return g.softmax(g("Mul", scores, float(part.steepness_)))


def _kernel(g: Graph, machine: Any, x: Name) -> Name:
    rows = machine.support_vectors_
    if machine.kernel == "rbf":
        return _gaussian(g, x, rows, machine._gamma)
    products = g("MatMul", x, rows.T)
    if machine.kernel == "linear":
        return products
    inside = g("Add", g("Mul", products, float(machine._gamma)), float(machine.coef0))
    return g("Pow", inside, float(machine.degree))


def _decided_by_pairs(g: Graph, machine: Any, kernel: Name) -> Name:
    """Return votes of the machines for two genres each, and between them how clearly these decide."""
    genres = len(machine.classes_)
    pairs = list(combinations(range(genres), 2))
    ends = np.cumsum(machine.n_support_)
    weights = np.zeros((ends[-1], len(pairs)))
    signs = np.zeros((len(pairs), genres))
    for at, (one, other) in enumerate(pairs):
        for mine, row in ((one, other - 1), (other, one)):
            rows = slice(ends[mine] - machine.n_support_[mine], ends[mine])
            weights[rows, at] = machine.dual_coef_[row, rows]
        signs[at, one], signs[at, other] = 1.0, -1.0
    decided = g.linear(kernel, weights, machine.intercept_[None])
    clear = g("MatMul", decided, signs)
    votes = g("MatMul", g("Where", g("Less", decided, 0.0), 0.0, 1.0), np.maximum(signs, 0.0))
    others = g("MatMul", g("Where", g("Less", decided, 0.0), 1.0, 0.0), np.maximum(-signs, 0.0))
    bent = g("Div", clear, g("Mul", g("Add", g("Abs", clear), 1.0), 3.0))
    return g("Add", g("Add", votes, others), bent)


@CONVERTERS.register("GaussianProcess")
def gaussian_process(g: Graph, part: Any, x: Name) -> Name:
    """Return what Gaussian processes, one for each genre, make of their mean and variance."""
    process = part.process_.base_estimator_
    each = getattr(process, "estimators_", [process])
    found = _squashed(g, *_latent(g, each, x))
    return g.both(found) if len(each) == 1 else g.shares(found)


def _latent(g: Graph, each: Sequence[Any], x: Name) -> tuple[Name, Name]:
    """Return the mean and the variance of each process, shape (rows, processes)."""
    height = float(each[0].kernel_.k1.constant_value)
    gamma = 0.5 / float(each[0].kernel_.k2.length_scale) ** 2
    kernel = g("Mul", _gaussian(g, x, each[0].X_train_, gamma), height)
    means = g("MatMul", kernel, np.stack([one.y_train_ - one.pi_ for one in each], axis=1))
    variances = []
    for one in each:
        half = np.linalg.solve(one.L_, np.diag(one.W_sr_))
        told = g("MatMul", kernel, half.T)
        variances.append(g("Sub", height, g.total(g("Mul", told, told))))
    return means, g.join(variances)


def _squashed(g: Graph, mean: Name, variance: Name) -> Name:
    """Return the probability by a normal score's mean and variance, as a sum of five error functions."""
    lambdas, weights = LAMBDAS.ravel(), COEFS.ravel()
    wide = g("Add", g("Mul", g.expand(variance, 2), 2.0 * lambdas[None, None] ** 2), 1.0)
    z = g("Div", g("Mul", g.expand(mean, 2), lambdas[None, None]), g("Sqrt", wide))
    halves = g("Mul", g("Add", _erf(g, z), 1.0), 0.5 * weights[None, None])
    return g("ReduceSum", halves, np.array([2]), keepdims=0)


def _erf(g: Graph, z: Name) -> Name:
    """Return the error function; ONNX Runtime has it in single precision only.

    ``1 - exp(-z^2) f(t)`` with ``t = 2 / (2 + |z|)``, f being smooth: a polynomial of Chebyshev.
    """
    f = np.polynomial.chebyshev.Chebyshev.interpolate(
        lambda t: erfcx(2.0 / np.maximum(t, 1e-300) - 2.0), _DEGREE, domain=[0.0, 1.0]
    ).coef
    size = g("Abs", z)
    t = g("Sub", g("Div", 4.0, g("Add", size, 2.0)), 1.0)
    twice = g("Mul", t, 2.0)
    last, before = g.constant(0.0), g.constant(0.0)
    for weight in f[:0:-1]:  # Clenshaw's sum
        last, before = g("Sub", g("Add", g("Mul", twice, last), float(weight)), before), last
    smooth = g("Sub", g("Add", g("Mul", t, last), float(f[0])), before)
    rest = g("Mul", g("Exp", g("Neg", g("Mul", z, z))), smooth)
    return g("Mul", g("Sign", z), g("Sub", 1.0, rest))
