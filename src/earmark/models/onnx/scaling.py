"""Steps that change each column by itself, or put all on one scale."""

from typing import Any

import numpy as np

from earmark.models.onnx.graph import CONVERTERS, Graph, Name


@CONVERTERS.register("StandardScaler")
def scale(g: Graph, part: Any, x: Name) -> Name:
    """Subtract the mean, divide by the deviation."""
    return _evened(g, x, part.mean_ if part.with_mean else None, part.scale_)


@CONVERTERS.register("RobustScaler")
def robust(g: Graph, part: Any, x: Name) -> Name:
    """Subtract the median, divide by the distance of the quartiles."""
    return _evened(g, x, part.center_, part.scale_)


def _evened(g: Graph, x: Name, middle: Any, spread: Any) -> Name:
    if spread is not None:
        g.spreads.setdefault(x, spread)
    if middle is not None:
        x = g("Sub", x, middle[None])
    return x if spread is None else g("Div", x, spread[None])


@CONVERTERS.register("MinMaxScaler")
def min_max(g: Graph, part: Any, x: Name) -> Name:
    """Stretch to a range."""
    g.spreads.setdefault(x, part.data_range_)
    found = g("Add", g("Mul", x, part.scale_[None]), part.min_[None])
    if part.clip:
        low, high = part.feature_range
        found = g("Clip", found, float(low), float(high))
    return found


@CONVERTERS.register("SignedLog")
def signed_log(g: Graph, part: Any, x: Name) -> Name:
    """``sign(x) log(1 + |x| / scale)``."""
    g.spreads.setdefault(x, part.scale_)
    size = g("Log", g("Add", g("Div", g("Abs", x), part.scale_[None]), 1.0))
    return g("Mul", g("Sign", x), size)


@CONVERTERS.register("Log")
def log(g: Graph, part: Any, x: Name) -> Name:
    """Return the logarithm of columns that were positive in training."""
    positive = g("Where", g("Greater", x, 0.0), x, part.least_[None])
    return g("Where", part.positive_[None], g("Log", positive), x)


@CONVERTERS.register("Whiten")
def whiten(g: Graph, part: Any, x: Name) -> Name:
    """Subtract the mean, turn and scale."""
    return g("MatMul", g("Sub", x, part.mean_[None]), part.turn_)


@CONVERTERS.register("Ranks")
def ranks(g: Graph, part: Any, x: Name) -> Name:
    """Climb from knot to knot, each line as far as the number reaches into it."""
    lines = max(len(knots) for knots in part.knots_) - 1
    starts, widths, slopes = np.zeros((3, len(part.knots_), max(lines, 1)))
    for i, (knots, scores) in enumerate(zip(part.knots_, part.scores_, strict=True)):
        here = slice(len(knots) - 1)
        starts[i, here], widths[i, here] = knots[:-1], np.diff(knots)
        slopes[i, here] = np.diff(scores) / np.diff(knots)
    g.spreads.setdefault(x, np.array([knots[-1] - knots[0] for knots in part.knots_]))
    into = g("Min", g("Max", g("Sub", g.expand(x, 2), starts[None]), 0.0), widths[None])
    climbed = g("ReduceSum", g("Mul", into, slopes[None]), np.array([2]), keepdims=0)
    return g("Add", climbed, np.array([scores[0] for scores in part.scores_])[None])


@CONVERTERS.register("Power")
def power(g: Graph, part: Any, x: Name) -> Name:
    """Box and Cox's or Yeo and Johnson's power of each column."""
    x = g("Where", g("And", part.positive_[None], g("LessOrEqual", x, 0.0)), part.least_[None], x)
    parts, places = [], []
    for made, mine in zip(part.parts_, (part.positive_, ~part.positive_), strict=True):
        if made is not None:
            where = np.flatnonzero(mine)
            way = _box_cox if made.method == "box-cox" else _yeo_johnson
            powered = way(g, g.take(x, where), made.lambdas_)
            parts.append(_evened(g, powered, made._scaler.mean_, made._scaler.scale_))
            places.append(where)
    return g.take(g.join(parts), np.argsort(np.concatenate(places)))


def _box_cox(g: Graph, x: Name, powers: Any) -> Name:
    return _power_of_log(g, g("Log", x), powers)


def _yeo_johnson(g: Graph, x: Name, powers: Any) -> Name:
    log = g("Log", g("Add", g("Abs", x), 1.0))
    below = g("Neg", _power_of_log(g, log, 2.0 - powers))
    return g("Where", g("GreaterOrEqual", x, 0.0), _power_of_log(g, log, powers), below)


def _power_of_log(g: Graph, log: Name, powers: Any) -> Name:
    """Return ``(exp(log)^power - 1) / power``, and the logarithm where the power is 0."""
    none = np.abs(powers) < np.spacing(1.0)
    safe = np.where(none, 1.0, powers)
    powered = g("Div", g("Sub", g("Exp", g("Mul", log, safe[None])), 1.0), safe[None])
    return g("Where", none[None], log, powered) if none.any() else powered
