"""What is made of a pipeline's probabilities: calibrated ones, sets, verdicts."""

from typing import Any

import numpy as np

from earmark.models.calibrate import FLOOR, Isotonic, Sigmoid, Temperature
from earmark.models.crossfit import Calibrated
from earmark.models.onnx.graph import Graph, Name

_ROUNDING = 1e-12  # as in earmark.models.conformal and crossfit


def of_all_genres(g: Graph, p: Name, seen: tuple[int, ...], genres: int) -> Name:
    """Return probabilities with columns of zeros for genres that were not seen in training."""
    if len(seen) == genres:
        return p
    return g("MatMul", p, np.eye(genres)[list(seen)])


def calibrated(g: Graph, p: Name, calibration: Any) -> Name:
    """Return calibrated probabilities."""
    p = g.shares(p)
    if isinstance(calibration, Temperature):
        scores = g("Log", g("Max", p, FLOOR))
        return g.softmax(g("Div", scores, float(calibration.temperature)))
    if isinstance(calibration, Sigmoid):
        inside = g("Clip", p, FLOOR, 1.0 - FLOOR)
        odds = g("Log", g("Div", inside, g("Sub", 1.0, inside)))
        slopes, offsets = (np.asarray(one)[None] for one in (calibration.slopes, calibration.offsets))
        return _shared(g, g("Sigmoid", g("Add", g("Mul", odds, slopes), offsets)), p)
    if isinstance(calibration, Isotonic):
        return _shared(g, _curves(g, p, calibration), p)
    return p


def _curves(g: Graph, p: Name, calibration: Isotonic) -> Name:
    """Return each genre's curve: its first height, and what each straight piece adds to it."""
    pieces = max(len(at) for at in calibration.at) - 1
    begin, width, rise = (np.zeros((len(calibration.at), max(pieces, 1))) for _ in range(3))
    for row, (at, to) in enumerate(zip(calibration.at, calibration.to, strict=True)):
        number = len(at) - 1
        begin[row, :number], width[row, :number] = at[:-1], np.diff(at)
        rise[row, :number] = np.diff(to)
    width[width <= 0] = 1.0  # no piece: it rises by nothing
    along = g("Clip", g("Div", g("Sub", g.expand(p, 2), begin[None]), width[None]), 0.0, 1.0)
    rises = g("ReduceSum", g("Mul", along, rise[None]), np.array([2]), keepdims=0)
    return g("Add", rises, np.asarray([to[0] for to in calibration.to])[None])


def _shared(g: Graph, p: Name, otherwise: Name) -> Name:
    total = g.total(p)
    none = g("LessOrEqual", total, 0.0)
    return g("Where", none, otherwise, g("Div", p, g("Where", none, 1.0, total)))


def verdicts(g: Graph, p: Name, calibration: Calibrated | None, genres: int) -> tuple[Name, Name, Name]:
    """Return the number of the most probable genre, the prediction set, and whether the answer is sure."""
    best = g("ArgMax", p, axis=1, keepdims=0)
    named = g("Gather", np.eye(genres, dtype=bool), best, axis=0)
    highest = g("ReduceMax", p, np.array([1]), keepdims=0)
    if calibration is None:
        return best, named, g("Less", highest, 0.0)
    least = np.asarray(calibration.conformal.least) - _ROUNDING
    members = g("Or", g("GreaterOrEqual", p, least[None]), named)
    sure = g("GreaterOrEqual", highest, float(calibration.sureness.threshold) - _ROUNDING)
    return best, members, sure
