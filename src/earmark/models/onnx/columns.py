"""What comes first in a pipeline: numbers without gaps, categories as numbers."""

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from earmark.errors import ExportError
from earmark.models.onnx.graph import CONVERTERS, Graph, Name, convert
from earmark.models.pipeline import Columns
from earmark.models.probabilities import is_missing

_UNKNOWN = "\x00"  # no category of a table


def inputs_of(g: Graph, columns: Columns) -> dict[str, Name]:
    """Add the inputs: ``numbers`` and ``categories``, where the model takes any.

    Raises
    ------
    ExportError
        If it takes words.
    """
    if columns.words:
        raise ExportError(
            f"the recipe reads the words of {', '.join(map(repr, columns.words))}, and ONNX cannot cut texts "
            "into words as Python does",
            "train without the steps 'words', 'letters' and 'sentences'",
        )
    made = {}
    if columns.numbers:
        given = g.input("numbers", "double", len(columns.numbers))
        # As for the pipeline, an infinite number is a missing one.
        made["numbers"] = g("Where", g("IsInf", given), np.nan, given)
    if columns.categories:
        made["categories"] = g.input("categories", "string", len(columns.categories))
    return made


def first(g: Graph, transformer: Any, columns: Columns, given: Mapping[str, Name]) -> Name:
    """Add the first step of a pipeline, its ``ColumnTransformer``."""
    parts = []
    for name, part, taken in transformer.transformers_:
        if name == "remainder":
            continue
        if set(taken) <= set(columns.numbers):
            places = [columns.numbers.index(one) for one in taken]
            parts.append(convert(g, part, g.take(given["numbers"], places)))
        else:
            places = [columns.categories.index(one) for one in taken]
            parts.append(encoded(g, part, g.take(given["categories"], places)))
    return g.join(parts)


@CONVERTERS.register("SimpleImputer")
def impute(g: Graph, part: Any, x: Name) -> Name:
    """Put a column's own number where one is missing."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of columns that were empty in training
        fill = part.transform(pd.DataFrame([[np.nan] * part.n_features_in_], columns=_names(part)))[0]
    if len(fill) != part.n_features_in_:
        raise ExportError(
            "the step 'impute' drops or adds columns",
            "leave its keep_empty_features and add_indicator as they are",
        )
    return g("Where", g("IsNaN", x), np.asarray(fill, np.float64)[None], x)


def _names(part: Any) -> Any:
    return getattr(part, "feature_names_in_", None)


def encoded(g: Graph, part: Any, texts: Name) -> Name:
    """Add an encoder of categories: what it makes of each category is looked up.

    What it makes of a row is the sum of what each column adds, so one answer for each category tells all.
    """
    base = [kinds[0] for kinds in part.categories_]
    origin = _made(part, [base])[0]
    found = g.constant(origin[None])
    for place, kinds in enumerate(part.categories_):
        names = ["" if is_missing(kind) else str(kind) for kind in kinds]
        if len(set(names)) < len(names):
            raise ExportError(
                "a category is an empty text, and others are missing: ONNX cannot tell them apart",
                "fill the empty ones in the table",
            )
        rows = [[*base[:place], kind, *base[place + 1 :]] for kind in (*kinds, _UNKNOWN)]
        number = g(
            "LabelEncoder",
            g("Gather", texts, np.array(place), axis=1),
            domain="ai.onnx.ml",
            keys_strings=names,
            values_int64s=list(range(len(names))),
            default_int64=len(names),
        )
        found = g("Add", found, g("Gather", _made(part, rows) - origin, number, axis=0))
    return found


def _made(part: Any, rows: list[list[Any]]) -> Any:
    frame = pd.DataFrame(rows, columns=_names(part), dtype=object)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of categories that were not seen in training
            return np.asarray(part.transform(frame), np.float64)
    except ValueError as error:
        raise ExportError(
            "the encoder of categories refuses those it has not seen, which ONNX cannot",
            "leave its handle_unknown as it is",
        ) from error
