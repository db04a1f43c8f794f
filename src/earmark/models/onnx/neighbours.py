"""What looks for the nearest training rows."""

from typing import Any

import numpy as np

from earmark.errors import ExportError
from earmark.models.onnx.graph import CONVERTERS, Graph, Name


@CONVERTERS.register("KNeighborsClassifier")
def knn(g: Graph, part: Any, x: Name) -> Name:
    """Return which genres the nearest rows have."""
    if part.effective_metric_ != "euclidean":
        raise ExportError(
            f"neighbours by the distance {part.effective_metric_!r} cannot be written as ONNX",
            "leave the metric as it is",
        )
    near, rows = g.nearest(g("Sqrt", g.squared_distances(x, part._fit_X)), part.n_neighbors)
    genres = g("Gather", np.eye(len(part.classes_))[part._y], rows, axis=0)
    weighed = g("Mul", genres, g.expand(_weights(g, near, part.weights), 2))
    return g.shares(g("ReduceSum", weighed, np.array([1]), keepdims=0))


def _weights(g: Graph, distances: Name, kind: Any) -> Name:
    """Return what each neighbour counts: nothing where it is infinitely far."""
    far = g("IsInf", distances)
    if kind != "distance":
        return g("Where", far, 0.0, 1.0)
    met = g("Equal", distances, 0.0)
    hits = g("Where", met, 1.0, 0.0)
    apart = g("Where", far, 0.0, g("Div", 1.0, g("Where", met, 1.0, distances)))
    return g("Where", g("Greater", g.total(hits, -1), 0.0), hits, apart)


@CONVERTERS.register("KNNImputer")
def impute(g: Graph, part: Any, x: Name) -> Name:
    """Put the mean of the nearest rows that have one where a number is missing."""
    if part.add_indicator or not part.keep_empty_features or part.metric != "nan_euclidean":
        raise ExportError(
            "the step 'impute-by-neighbours' drops or adds columns, or has a distance of its own",
            "leave its keep_empty_features, add_indicator and metric as they are",
        )
    gaps = part._mask_fit_X
    rows, columns = gaps.shape
    known_rows, filled = (~gaps).astype(np.float64), np.where(gaps, 0.0, part._fit_X)
    missing = g("IsNaN", x)
    known, own = g("Where", missing, 0.0, 1.0), g("Where", missing, 0.0, x)
    shared = g("MatMul", known, known_rows.T)
    squares = g("Add", g("MatMul", g("Mul", own, own), known_rows.T), g("MatMul", known, (filled**2).T))
    squares = g("Max", g("Add", squares, g("MatMul", own, -2.0 * filled.T)), 0.0)
    distances = g("Sqrt", g("Div", g("Mul", squares, float(columns)), g("Max", shared, 1.0)))
    distances = g("Where", g("Equal", shared, 0.0), np.inf, distances)
    # Of each column the nearest rows that know it: shape (rows, columns, training rows).
    each = g("Add", g.expand(distances, 1), np.where(gaps.T, np.inf, 0.0)[None])
    near, places = g.nearest(each, min(part.n_neighbors, rows))
    values = g("GatherElements", g("Expand", filled.T[None], g("Shape", each)), places, axis=2)
    weights = _weights(g, near, part.weights)
    sums, total = (
        g("ReduceSum", one, np.array([2]), keepdims=0) for one in (g("Mul", values, weights), weights)
    )
    found = known_rows.sum(axis=0)
    means = np.where(found > 0, filled.sum(axis=0) / np.maximum(found, 1), 0.0)
    alone = g("Equal", total, 0.0)
    fill = g("Where", alone, means[None], g("Div", sums, g("Where", alone, 1.0, total)))
    return g("Where", missing, fill, x)
