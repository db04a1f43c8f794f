"""A graph of ONNX that grows node by node, in double precision."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import ArrayLike, NDArray
from onnx import TensorProto, helper, numpy_helper

from earmark.errors import ExportError
from earmark.registry import Registry

OPSET = 18
TREES_OPSET = 5
"""Of ``ai.onnx.ml``: the first in which trees have thresholds and answers in double precision."""

_IR_VERSION = 10
_TYPES = {"double": TensorProto.DOUBLE, "string": TensorProto.STRING, "bool": TensorProto.BOOL}

Name = str
"""The name of a value in a graph."""


class Graph:
    """Nodes in the order in which they are computed.

    Attributes
    ----------
    spreads : dict of str to array of float, shape (columns,)
        How far the columns of a value spread, as far as whatever takes it tells.
    cuts : dict of str to list of (columns, thresholds)
        Where trees cut the columns of a value.

    Examples
    --------
    >>> g = Graph()
    >>> g("Add", g.input("x", "double", 2), 1.0)
    'v0'
    """

    def __init__(self) -> None:
        self._nodes: list[Any] = []
        self._constants: dict[tuple[Any, ...], tuple[Name, Any]] = {}
        self._inputs: list[Any] = []
        self.spreads: dict[Name, NDArray[np.float64]] = {}
        self.cuts: dict[Name, list[tuple[NDArray[np.int64], NDArray[np.float64]]]] = {}

    def input(self, name: Name, kind: str, columns: int) -> Name:
        """Add an input of shape (rows, columns)."""
        self._inputs.append(helper.make_tensor_value_info(name, _TYPES[kind], ["rows", columns]))
        return name

    def __call__(self, operator: str, *inputs: Any, domain: str = "", **attributes: Any) -> Name:
        """Add a node, and return the name of what it gives; inputs that are no names are constants."""
        name = f"v{len(self._nodes)}"
        given = [one if isinstance(one, str) else self.constant(one) for one in inputs]
        self._nodes.append(helper.make_node(operator, given, [name], domain=domain, **attributes))
        return name

    def constant(self, value: Any) -> Name:
        """Return the name of a constant: numbers with a point are in double precision, objects are texts."""
        array = np.asarray(value)
        if array.dtype.kind == "f":
            array = array.astype(np.float64)
        elif array.dtype.kind in "iu":
            array = array.astype(np.int64)
        data = tuple(array.tolist()) if array.dtype == object else array.tobytes()
        key = (array.dtype.str, array.shape, data)
        if key not in self._constants:
            name = f"c{len(self._constants)}"
            self._constants[key] = name, numpy_helper.from_array(array.copy(order="C"), name)
        return self._constants[key][0]

    def nearest(self, distances: Name, number: int) -> tuple[Name, Name]:
        """Return the smallest distances along the last axis, and where they are."""
        names = [f"v{len(self._nodes)}", f"w{len(self._nodes)}"]
        given = [distances, self.constant(np.array([number]))]
        self._nodes.append(helper.make_node("TopK", given, names, axis=-1, largest=0))
        return names[0], names[1]

    def model(self, outputs: Sequence[tuple[Name, Name, str, list[Any]]], said: dict[str, str]) -> Any:
        """Return the finished model.

        Parameters
        ----------
        outputs : sequence of (value, name, kind, shape)
            What it gives.
        said : dict of str to str
            Its metadata.
        """
        for value, name, _, _ in outputs:
            self._nodes.append(helper.make_node("Identity", [value], [name]))
        graph = helper.make_graph(
            self._nodes,
            "earmark",
            self._inputs,
            [helper.make_tensor_value_info(name, _TYPES[kind], shape) for _, name, kind, shape in outputs],
            initializer=[tensor for _, tensor in self._constants.values()],
        )
        made = helper.make_model(
            graph,
            producer_name="earmark",
            ir_version=_IR_VERSION,
            opset_imports=[
                helper.make_opsetid("", OPSET),
                helper.make_opsetid("ai.onnx.ml", TREES_OPSET),
            ],
        )
        helper.set_model_props(made, said)
        onnx.checker.check_model(made)
        return made

    # -- what several converters need

    def take(self, x: Name, columns: ArrayLike) -> Name:
        """Return some columns."""
        return self("Gather", x, np.asarray(columns, np.int64), axis=1)

    def join(self, parts: Sequence[Name]) -> Name:
        """Return columns side by side."""
        return parts[0] if len(parts) == 1 else self("Concat", *parts, axis=1)

    def total(self, x: Name, axis: int = 1) -> Name:
        """Return sums along an axis, which stays with length 1."""
        return self("ReduceSum", x, np.array([axis]), keepdims=1)

    def shares(self, x: Name) -> Name:
        """Return each row divided by its sum."""
        return self("Div", x, self.total(x))

    def softmax(self, scores: Name) -> Name:
        """Return probabilities."""
        return self("Softmax", scores, axis=1)

    def linear(self, x: Name, weights: ArrayLike, bias: ArrayLike) -> Name:
        """Return ``x @ weights + bias``."""
        return self("Add", self("MatMul", x, np.asarray(weights, np.float64)), np.asarray(bias, np.float64))

    def expand(self, x: Name, axis: int) -> Name:
        """Return it with one more axis of length 1."""
        return self("Unsqueeze", x, np.array([axis]))

    def constant_rows(self, x: Name, row: NDArray[np.float64]) -> Name:
        """Return the same row for each row of `x`."""
        rows = self("Gather", self("Shape", x), np.array([0]), axis=0)
        shape = self("Concat", rows, np.array([len(row)]), axis=0)
        return self("Expand", np.asarray(row, np.float64)[None], shape)

    def both(self, second: Name) -> Name:
        """Return the probabilities of two genres from that of the second, shape (rows, 1)."""
        return self.join([self("Sub", 1.0, second), second])

    def squared_distances(self, x: Name, points: NDArray[np.float64]) -> Name:
        """Return the squared Euclidean distance of each row to each point, shape (rows, points)."""
        self.spreads.setdefault(x, points.std(axis=0))
        own = self.total(self("Mul", x, x))
        cross = self("MatMul", x, -2.0 * points.T)
        found = self("Add", self("Add", cross, own), (points**2).sum(axis=1)[None])
        return self("Max", found, 0.0)


Convert = Callable[[Graph, Any, Name], Name]
"""Adds what something fitted does with `x`: columns to columns, or columns to probabilities."""

CONVERTERS: Registry[Convert] = Registry("converter")
"""By the name of the class."""


def convert(g: Graph, part: Any, x: Name) -> Name:
    """Add what a fitted part of a pipeline does.

    Raises
    ------
    ExportError
        If there is no converter for it.
    """
    name = type(part).__name__
    if name not in CONVERTERS:
        raise ExportError(f"{name} cannot be written as ONNX", "train with another step or classifier")
    return CONVERTERS[name](g, part, x)
