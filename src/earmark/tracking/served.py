"""What a registered model takes and gives, as a registry and whoever asks it are told."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from typing import TYPE_CHECKING, Any

from earmark.pipeline.artifacts import Artifact

if TYPE_CHECKING:
    import pandas as pd

LOADER = "earmark.service.serving"
"""The module that gives a registered model back; it comes with Earmark, and none of it with the model."""

TAG = "earmark.artifact"
"""Under which a registered model says what it was made from."""

PATH = "path"
"""The column of a model that hears songs."""

_EXAMPLE_ROWS = 2


@dataclass(frozen=True, eq=False)
class Told:
    """What a model takes and gives.

    Attributes
    ----------
    inputs, outputs : mapping of str to str
        Columns and their types: ``"double"`` or ``"string"``.
    example : pandas.DataFrame
        Rows that it can be asked about.
    requirements : list of str
        What has to be installed where it is asked.
    """

    inputs: Mapping[str, str]
    outputs: Mapping[str, str]
    example: "pd.DataFrame"
    requirements: list[str]


def told(artifact: Artifact, model: str) -> Told:
    """Return what the model of an artifact takes and gives.

    Parameters
    ----------
    artifact : Artifact
        What a step made.
    model : str
        The model's folder, below the artifact's.
    """
    import pandas as pd  # noqa: PLC0415 - heavy, and only for a run with a model

    folder = artifact.folder / model
    said = json.loads((folder / "bundle.json").read_text(encoding="utf-8"))
    outputs = outputs_of(said["genres"])
    ours = metadata.version("earmark")
    if not isinstance(said["columns"], dict):  # a model that hears songs: these are what its head takes
        example = pd.DataFrame({PATH: ["song.mp3"]})
        return Told({PATH: "string"}, outputs, example, [f"earmark=={ours}", "pandas"])
    numbers = said["columns"]["numbers"]
    inputs = dict.fromkeys(numbers, "double") | {
        name: "string" for kind in ("categories", "words") for name in said["columns"][kind]
    }
    return Told(inputs, outputs, _example(artifact, inputs), [f"earmark[lab]=={ours}"])


def outputs_of(genres: "list[str] | tuple[str, ...]") -> dict[str, str]:
    """Return the columns of an answer and their types."""
    fixed = {"verdict": "string", "genre": "string", "confidence": "double", "genre_set": "string"}
    return fixed | {f"p.{genre}": "double" for genre in genres}


def _example(artifact: Artifact, inputs: Mapping[str, str]) -> "pd.DataFrame":
    """Return rows of the table that the model learnt from; made-up ones where that is no Parquet file."""
    import pandas as pd  # noqa: PLC0415 - as above

    parent = artifact.folder.parent / str(artifact.manifest["parents"].get("table", ""))
    tables = sorted(parent.glob("*.parquet"))
    made: dict[str, Any] = {
        name: [0.0 if kind == "double" else ""] * _EXAMPLE_ROWS for name, kind in inputs.items()
    }
    if not tables or not os.path.isfile(tables[0]):
        return pd.DataFrame(made)
    rows = pd.read_parquet(tables[0]).head(_EXAMPLE_ROWS)
    if not set(inputs) <= set(rows.columns):
        return pd.DataFrame(made)
    return pd.DataFrame(
        {
            name: rows[name].astype(float) if kind == "double" else rows[name].astype(object).astype(str)
            for name, kind in inputs.items()
        }
    ).reset_index(drop=True)
