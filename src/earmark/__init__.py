"""Earmark hears a song and says its genre, with honest numbers.

Examples
--------
>>> import earmark
>>> earmark.classify("song.mp3").genre              # doctest: +SKIP
'jazz'
>>> earmark.extract("song.mp3").to_dict()["tempo"]  # doctest: +SKIP
[107.666015625]
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from earmark.errors import (
        ArgumentError,
        AudioError,
        BundleError,
        CatalogError,
        EarmarkError,
        ExecutorError,
        ExportError,
        RecipeError,
        SplitError,
        StoreError,
        TableError,
        TaxonomyError,
        TrainingError,
        UnknownNameError,
    )
    from earmark.features import FeatureTable, extract
    from earmark.records import Clip, Prediction, Segment, Track
    from earmark.service.checking import check
    from earmark.service.collection import collect
    from earmark.service.lab import Lab
    from earmark.service.labelling import label
    from earmark.service.library import Library
    from earmark.service.predictor import Predictor, classify
    from earmark.service.recordings import duplicates
    from earmark.service.splitting import split_table

__version__ = "0.1.0"

__all__ = [
    "ArgumentError",
    "AudioError",
    "BundleError",
    "CatalogError",
    "Clip",
    "EarmarkError",
    "ExecutorError",
    "ExportError",
    "FeatureTable",
    "Lab",
    "Library",
    "Prediction",
    "Predictor",
    "RecipeError",
    "Segment",
    "SplitError",
    "StoreError",
    "TableError",
    "TaxonomyError",
    "Track",
    "TrainingError",
    "UnknownNameError",
    "__version__",
    "check",
    "classify",
    "collect",
    "duplicates",
    "extract",
    "label",
    "split_table",
]

# Where each public name lives; nothing is imported before it is asked for.
_HOMES = {
    "ArgumentError": "earmark.errors",
    "AudioError": "earmark.errors",
    "BundleError": "earmark.errors",
    "CatalogError": "earmark.errors",
    "Clip": "earmark.records",
    "EarmarkError": "earmark.errors",
    "ExecutorError": "earmark.errors",
    "ExportError": "earmark.errors",
    "FeatureTable": "earmark.features",
    "Lab": "earmark.service.lab",
    "Library": "earmark.service.library",
    "Prediction": "earmark.records",
    "Predictor": "earmark.service.predictor",
    "RecipeError": "earmark.errors",
    "Segment": "earmark.records",
    "SplitError": "earmark.errors",
    "StoreError": "earmark.errors",
    "TableError": "earmark.errors",
    "TaxonomyError": "earmark.errors",
    "Track": "earmark.records",
    "TrainingError": "earmark.errors",
    "UnknownNameError": "earmark.errors",
    "check": "earmark.service.checking",
    "classify": "earmark.service.predictor",
    "collect": "earmark.service.collection",
    "duplicates": "earmark.service.recordings",
    "extract": "earmark.features",
    "label": "earmark.service.labelling",
    "split_table": "earmark.service.splitting",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'earmark' has no attribute {name!r}")
    member = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = member
    return member


def __dir__() -> list[str]:
    return sorted(__all__)
