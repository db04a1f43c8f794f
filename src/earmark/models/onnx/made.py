"""Steps that make columns of columns, and those that leave some out."""

from typing import Any

import numpy as np

from earmark.models.onnx.graph import CONVERTERS, Graph, Name, convert
from earmark.models.steps.generate import STEEPEST


@CONVERTERS.register("Guard")
def guard(_: Graph, __: Any, x: Name) -> Name:
    """Return the columns as they are: a guard refuses while it learns."""
    return x


@CONVERTERS.register("SelectByTest")
@CONVERTERS.register("SelectByImportance")
def select(g: Graph, part: Any, x: Name) -> Name:
    """Return the chosen columns."""
    return g.take(x, np.flatnonzero(part.get_support()))


@CONVERTERS.register("Fractions")
def fractions(g: Graph, part: Any, x: Name) -> Name:
    """Return the columns, and how far some lie from whole numbers."""
    taken = g.take(x, part.taken_)
    return g.join([x, g("Abs", g("Sub", taken, g("Round", taken)))])


@CONVERTERS.register("Polynomials")
def polynomials(g: Graph, part: Any, x: Name) -> Name:
    """Return products of roots, and their sines and exponentials."""
    if part.root != "as-is":
        exponents = np.where(part.square_, 0.5, 0.2)
        x = g("Mul", g("Sign", x), g("Pow", g("Abs", x), exponents[None]))
    first, power, second, other, function = part.terms_.T
    made = _powered(g, g.take(x, first), power)
    if other.any():
        made = g("Mul", made, _powered(g, g.take(x, second), other))
    if (function == 1).any():
        made = g("Where", (function == 1)[None], g("Sin", made), made)
    if (function == 2).any():
        steep = g("Exp", g("Clip", made, -STEEPEST, STEEPEST))
        made = g("Where", (function == 2)[None], steep, made)
    return made


def _powered(g: Graph, x: Name, powers: Any) -> Name:
    return g("Pow", x, powers.astype(np.float64)[None])


@CONVERTERS.register("ClusterCode")
def clusters(g: Graph, part: Any, x: Name) -> Name:
    """Return the columns with a cluster code to their right."""
    centres = part.kmeans_.cluster_centers_[part.order_]
    distances = g("Sqrt", g.squared_distances(convert(g, part.scaler_, x), centres))
    if part.code == "distances":
        code = distances
    else:
        nearest = g("ArgMin", distances, axis=1, keepdims=0)
        codes = (
            np.arange(len(centres), dtype=np.float64)[:, None]
            if part.code == "ordinal"
            else np.eye(len(centres))
        )
        code = g("Gather", codes, nearest, axis=0)
    return g.join([x, code]) if part.beside else code
