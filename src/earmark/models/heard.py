"""Marks of what a model has learnt from, by which a test of songs that it knows is found out."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from earmark.dataset.kinship import kin
from earmark.dataset.published import clip_name
from earmark.dataset.table import Dataset

if TYPE_CHECKING:
    import pandas as pd

_DIGITS = 12  # 48 bits: among a million songs not one is taken for another


def row_marks(x: "pd.DataFrame") -> list[str]:
    """Return a mark for each row's values, as :func:`earmark.models.pipeline.inputs` gives them.

    Numbers count to six digits, so that a table written with fewer decimals is known again.

    Examples
    --------
    >>> import pandas as pd
    >>> one, other = row_marks(pd.DataFrame({"tempo": [120.0, 120.00000001]}))
    >>> one == other
    True
    """
    columns = [
        [f"{value:.6g}" for value in x[name]]
        if x[name].dtype == np.float64
        else [str(value) for value in x[name]]
        for name in sorted(x.columns)
    ]
    return [_mark("\x1f".join(row)) for row in zip(*columns, strict=True)]


def group_marks(dataset: Dataset) -> dict[str, list[str]]:
    """Return a mark for each row's artist and track, by kind; empty where it is not told."""
    found = {}
    for kind, one in kin(dataset).items():
        if kind in ("artist", "track"):
            # A song is known again in another folder, format or piece.
            called = clip_name if kind == "track" else _plain
            values = dataset.frame[one.column]
            found[kind] = [
                "" if code < 0 else _mark(f"{kind}\x1f{called(str(value))}")
                for value, code in zip(values, one.codes, strict=True)
            ]
    return found


def marks(dataset: Dataset, x: "pd.DataFrame", rows: NDArray[np.int64]) -> dict[str, list[str]]:
    """Return the marks of some rows, each once, sorted, by kind."""
    every = {"row": row_marks(x), **group_marks(dataset)}
    return {kind: sorted({ones[row] for row in rows} - {""}) for kind, ones in every.items()}


def known(
    dataset: Dataset, x: "pd.DataFrame", heard: Mapping[str, Sequence[str]]
) -> dict[str, NDArray[np.bool_]]:
    """Return for each kind of mark which rows have one that was learnt from."""
    every = {"row": row_marks(x), **group_marks(dataset)}
    return {
        kind: np.array([one in told for one in ones], bool)
        for kind, ones in every.items()
        if (told := set(heard.get(kind, ())))
    }


def _plain(text: str) -> str:
    return text.strip().casefold()


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]
