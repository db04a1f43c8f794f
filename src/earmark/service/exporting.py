"""Models that were trained before, written for programs without Python."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from earmark.audio import shown
from earmark.errors import ArgumentError, EarmarkError
from earmark.service import checking
from earmark.service.training import AnyPath
from earmark.workspace import keeping, replacing


@dataclass(frozen=True)
class Exported:
    """A model that was written as ONNX.

    Attributes
    ----------
    path : Path
        The file.
    model : str
        The model's name.
    rows : int
        On how many rows its answers were compared with the model's.
    apart : float
        The largest difference between two probabilities there.
    """

    path: Path
    model: str
    rows: int
    apart: float


def export(model: AnyPath, output: AnyPath, paths: AnyPath | Sequence[AnyPath] | None = None) -> Exported:
    """Write a model as ONNX; see :meth:`earmark.service.lab.Lab.export`."""
    from earmark.models.lab_bundle import load  # noqa: PLC0415 - scikit-learn, which may be missing

    path = Path(output)
    if path.suffix != ".onnx":
        raise ArgumentError(f"'{shown(path)}' does not end in .onnx", "name a file such as model.onnx")
    if os.path.lexists(path):
        raise ArgumentError(f"'{shown(path)}' is there already", "name a new file, or take that one away")
    bundle = load(Path(model))
    try:
        from earmark.models.onnx.write import write  # noqa: PLC0415 - onnx, which may be missing
    except ImportError as error:
        if error.name is None or error.name.partition(".")[0] != "onnx":
            raise
        raise EarmarkError(
            "exporting needs the library onnx, which is not installed", "pip install 'earmark[onnx]'"
        ) from error
    table = None if paths is None else checking.read(paths).frame
    made = write(bundle, table)
    with keeping(path.parent), replacing(path) as new:
        new.write_bytes(made.data)
    return Exported(path, bundle.name, made.rows, made.apart)
