"""Whether a model written as ONNX answers as the pipeline does."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from earmark.errors import ExportError
from earmark.models.onnx.graph import Name
from earmark.models.pipeline import Columns, inputs
from earmark.models.steps._base import Array, Codes
from earmark.models.train import Model

TOLERANCE = 1e-5
"""How far two probabilities may be apart."""

ROWS = 256
"""How many rows are made up for the comparison."""

_GAPS = 0.05
_ODD = "\u2047"  # a category that no table has


@dataclass(frozen=True, eq=False)
class Hints:
    """What a graph tells of the columns that were learnt from.

    Attributes
    ----------
    spreads : array of float, shape (columns,), or None
        How far each spreads.
    cuts : list of (columns, thresholds)
        Where trees cut them.
    """

    spreads: Array | None
    cuts: list[tuple[Codes, Array]]

    def of(self, column: int) -> tuple[float, Array]:
        """Return the spread of a column, 0 if it is not known, and the different cuts of it."""
        cuts = [thresholds[columns == column] for columns, thresholds in self.cuts]
        found = np.unique(np.concatenate(cuts)) if cuts else np.empty(0)
        return 0.0 if self.spreads is None else float(self.spreads[column]), found


def compared(
    data: bytes, model: Model, hints: Hints, table: "pd.DataFrame | None" = None
) -> tuple[int, float]:
    """Return how many rows were compared, and the largest difference between two probabilities.

    Parameters
    ----------
    data : bytes
        The model as ONNX.
    model : Model
        What it was made from.
    hints : Hints
        Of the columns, for the rows that are made up.
    table : pandas.DataFrame, optional
        Rows to compare on, beside made-up ones.

    Raises
    ------
    ExportError
        If the difference is more than :data:`TOLERANCE`, or the ONNX model cannot be run.
    TableError
        If the table lacks columns of the model.
    """
    frames = [made_up(model, hints)]
    if table is not None:
        frames.append(inputs(table, model.columns))
    session = _session(data)
    largest, rows = 0.0, 0
    for frame in frames:
        found = _asked(session, frame, model.columns)
        apart = np.abs(found - model.answer(frame).p)
        # A number that is none is as far off as can be.
        largest = max(largest, float(np.where(np.isnan(apart), 1.0, apart).max(initial=0.0)))
        rows += len(frame)
    if largest > TOLERANCE:
        raise ExportError(
            f"the model as ONNX answers differently: two probabilities are {largest:.2g} apart, and "
            f"{TOLERANCE:g} would be allowed",
            "train with another step or classifier",
        )
    return rows, largest


def feed(frame: "pd.DataFrame", columns: Columns) -> dict[Name, Any]:
    """Return a table as the inputs of an exported model: missing numbers as NaN, missing categories as ""."""
    rows = inputs(frame, columns)
    given: dict[Name, Any] = {}
    if columns.numbers:
        given["numbers"] = rows[list(columns.numbers)].to_numpy(np.float64)
    if columns.categories:
        cells = rows[list(columns.categories)].astype(object)
        given["categories"] = cells.where(cells.notna(), "").to_numpy(object)
    return given


def _session(data: bytes) -> Any:
    import onnxruntime  # noqa: PLC0415 - 0.1 s that only exporting should pay

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # whatever ONNX Runtime finds amiss
        raise ExportError(f"the model as ONNX cannot be run: {error}", "train with another recipe") from error


def _asked(session: Any, frame: "pd.DataFrame", columns: Columns) -> Array:
    try:
        found = session.run(["probabilities"], feed(frame, columns))[0]
    except Exception as error:  # as above
        raise ExportError(f"the model as ONNX cannot be run: {error}", "train with another recipe") from error
    return np.asarray(found, np.float64)


def made_up(model: Model, hints: "Hints", rows: int = ROWS, seed: int = 0) -> "pd.DataFrame":
    """Return rows like those of training as far as the model tells, some with gaps and unknown categories.

    A bundle holds no row of its training. The middle of each column is what is put in the place of a missing
    number; how far the column spreads is asked of the scales and of the cuts of trees behind it. Half of the
    rows have numbers that trees cut at, or their neighbours in double or in single precision.
    """
    rng = np.random.default_rng(seed)
    made: dict[str, Any] = {}
    for name, part, taken in model.fitted.pipeline[0].transformers_:
        if name == "numbers":
            gaps = pd.DataFrame([[np.nan] * len(taken)], columns=taken)
            for place, column in enumerate(taken):
                middle = float(part.transform(gaps)[0, place])
                numbers = _numbers(middle, *hints.of(place), rows, rng)
                made[column] = np.where(rng.random(rows) < _GAPS, np.nan, numbers)
        elif name != "remainder":
            for column, kinds in zip(taken, part.categories_, strict=True):
                known = [*kinds, None, _ODD]
                made[column] = [known[one] for one in rng.integers(len(known), size=rows)]
    return pd.DataFrame({column: made[column] for column in model.columns.names})


def _numbers(middle: float, spread: float, cuts: Array, rows: int, rng: np.random.Generator) -> Array:
    if not (np.isfinite(spread) and spread > 0):
        spread = float(cuts.std()) if len(cuts) > 1 else 0.0
    numbers = middle + (spread or abs(middle) or 1.0) * rng.normal(0.0, 1.0, rows)
    if not len(cuts):
        return np.asarray(numbers, np.float64)
    chosen = rng.choice(cuts, rows)
    single = chosen.astype(np.float32)
    near = [
        chosen,
        np.nextafter(chosen, np.inf),
        np.nextafter(single, np.float32(np.inf)).astype(np.float64),
    ]
    at_cuts = np.choose(rng.integers(len(near), size=rows), near)
    return np.where(rng.random(rows) < 0.5, at_cuts, numbers)
