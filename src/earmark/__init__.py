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
        EarmarkError,
        ExecutorError,
        StoreError,
        UnknownNameError,
    )
    from earmark.features import FeatureTable, extract
    from earmark.records import Clip, Prediction, Segment
    from earmark.service.library import Library
    from earmark.service.predictor import Predictor, classify

__version__ = "0.1.0"

__all__ = [
    "ArgumentError",
    "AudioError",
    "BundleError",
    "Clip",
    "EarmarkError",
    "ExecutorError",
    "FeatureTable",
    "Library",
    "Prediction",
    "Predictor",
    "Segment",
    "StoreError",
    "UnknownNameError",
    "__version__",
    "classify",
    "extract",
]

# Where each public name lives; nothing is imported before it is asked for.
_HOMES = {
    "ArgumentError": "earmark.errors",
    "AudioError": "earmark.errors",
    "BundleError": "earmark.errors",
    "Clip": "earmark.records",
    "EarmarkError": "earmark.errors",
    "ExecutorError": "earmark.errors",
    "FeatureTable": "earmark.features",
    "Library": "earmark.service.library",
    "Prediction": "earmark.records",
    "Predictor": "earmark.service.predictor",
    "Segment": "earmark.records",
    "StoreError": "earmark.errors",
    "UnknownNameError": "earmark.errors",
    "classify": "earmark.service.predictor",
    "extract": "earmark.features",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'earmark' has no attribute {name!r}")
    member = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = member
    return member


def __dir__() -> list[str]:
    return sorted(__all__)
