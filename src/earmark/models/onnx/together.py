"""What holds other parts: pipelines, classifiers that answer together."""

from typing import Any

import numpy as np

from earmark.models.classifiers.together import LEAST
from earmark.models.onnx.graph import CONVERTERS, Graph, Name, convert


@CONVERTERS.register("Pipeline")
def pipeline(g: Graph, part: Any, x: Name) -> Name:
    """Return what the parts do one after the other."""
    return chain(g, [one for _, one in part.steps], x)


def chain(g: Graph, parts: list[Any], x: Name) -> Name:
    """Add parts one after the other; what adds rows does so while learning only."""
    for one in parts:
        if not hasattr(one, "fit_resample"):
            x = convert(g, one, x)
    return x


@CONVERTERS.register("Coded")
def coded(g: Graph, part: Any, x: Name) -> Name:
    """Return what the classifier in it says."""
    return g.shares(convert(g, part.classifier_, x))


@CONVERTERS.register("Vote")
def vote(g: Graph, part: Any, x: Name) -> Name:
    """Return the weighed mean of the members' probabilities, tilted towards rare genres if asked."""
    mean = g("Sum", *(_weighed(g, convert(g, one, x), weight) for one, weight in _members(part)))
    return g.shares(g("Div", mean, part.shares_[None])) if part.tilt else mean


@CONVERTERS.register("Stack")
def stack(g: Graph, part: Any, x: Name) -> Name:
    """Return the softmax of the weighed logarithms of the members' probabilities."""
    logs = ((g("Log", g("Max", convert(g, one, x), LEAST)), weight) for one, weight in _members(part))
    return g.softmax(g("Sum", *(_weighed(g, log, weight) for log, weight in logs)))


def _weighed(g: Graph, x: Name, weight: float) -> Name:
    return g("Mul", x, np.float64(weight))


def _members(part: Any) -> list[tuple[Any, float]]:
    return list(zip(part.fitted_, part.weights_.tolist(), strict=True))
