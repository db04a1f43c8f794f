"""A trained model as one file of ONNX."""

import json
from dataclasses import dataclass
from importlib import metadata
from typing import TYPE_CHECKING, Any

import numpy as np

from earmark.errors import ExportError
from earmark.models.lab_bundle import LabBundle
from earmark.models.onnx import (  # noqa: F401 - importing them registers their converters
    boosters,
    kernels,
    linear,
    made,
    neighbours,
    scaling,
    trees,
)
from earmark.models.onnx.check import Hints, compared
from earmark.models.onnx.columns import first, inputs_of
from earmark.models.onnx.graph import Graph
from earmark.models.onnx.together import chain
from earmark.models.onnx.verdict import calibrated, of_all_genres, verdicts
from earmark.models.train import Model

if TYPE_CHECKING:
    import pandas as pd

FORMAT = "earmark onnx 1"
LARGEST_BYTES = (2 << 30) - 1
"""Of one message of ONNX."""


@dataclass(frozen=True)
class Written:
    """A model as ONNX.

    Attributes
    ----------
    data : bytes
        The file.
    rows : int
        On how many rows it was compared with the pipeline.
    apart : float
        The largest difference between two probabilities there.
    """

    data: bytes
    rows: int
    apart: float


def write(bundle: LabBundle, table: "pd.DataFrame | None" = None) -> Written:
    """Return a trained model as ONNX, compared with the pipeline; the same bytes for the same model.

    Inputs are ``numbers`` (double, a column per number, NaN where one is missing) and ``categories`` (texts,
    empty where one is missing), as many of them as the model takes; outputs ``probabilities`` (double, a
    column per genre, calibrated), ``genre`` (text), ``set`` (which genres are in the prediction set) and
    ``sure``.

    Parameters
    ----------
    bundle : LabBundle
        The model.
    table : pandas.DataFrame, optional
        Rows to compare on, beside made-up ones.

    Raises
    ------
    ExportError
        If a part of it cannot be written, or the two differ by more than 1e-5.
    TableError
        If the table lacks columns of the model.
    """
    model = bundle.model
    graph, hints, outputs = _graph(model)
    made_of = graph.model(outputs, _said(bundle))
    if made_of.ByteSize() > LARGEST_BYTES:
        raise ExportError(
            f"the model as ONNX has more than {LARGEST_BYTES >> 20} MB",
            "take a recipe of fewer or smaller trees, or of fewer rows",
        )
    data = made_of.SerializeToString(deterministic=True)
    return Written(data, *compared(data, model, hints, table))


def _graph(model: Model) -> tuple[Graph, Hints, list[tuple[str, str, str, list[Any]]]]:
    genres = len(model.classes)
    if len(model.fitted.seen) < 2:
        raise ExportError("the model has learnt a single genre", "train with songs of two genres at least")
    g = Graph()
    parts = [one for _, one in model.fitted.pipeline.steps]
    begun = first(g, parts[0], model.columns, inputs_of(g, model.columns))
    p = of_all_genres(g, chain(g, parts[1:], begun), model.fitted.seen, genres)
    calibration = model.calibration
    p = calibrated(g, p, calibration.calibration) if calibration is not None else p
    best, members, sure = verdicts(g, p, calibration, genres)
    name = g("Gather", np.asarray(model.classes, object), best, axis=0)
    return g, Hints(g.spreads.get(begun), g.cuts.get(begun, [])), [
        (p, "probabilities", "double", ["rows", genres]),
        (name, "genre", "string", ["rows"]),
        (members, "set", "bool", ["rows", genres]),
        (sure, "sure", "bool", ["rows"]),
    ]  # fmt: skip


def _said(bundle: LabBundle) -> dict[str, str]:
    """Return the metadata: plain texts and JSON."""
    model = bundle.model
    return {
        "format": FORMAT,
        "name": bundle.name,
        "earmark": metadata.version("earmark"),
        "genres": _json(list(model.classes)),
        "numbers": _json(list(model.columns.numbers)),
        "categories": _json(list(model.columns.categories)),
        "calibration": _json({} if model.calibration is None else model.calibration.plain()),
        "recipe": _json(model.recipe.to_dict()),
    }


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
