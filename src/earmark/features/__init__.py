"""Feature sets: named, versioned columns computed from sound."""

from earmark.features import (  # noqa: F401 - importing them registers them
    club,
    full,
    groover65,
    gtzan58,
    musicnn,
    segments311,
)
from earmark.features.songs import extract, measure
from earmark.features.table import FEATURE_SETS, FeatureSet, FeatureTable, Rows, feature_set

__all__ = ["FEATURE_SETS", "FeatureSet", "FeatureTable", "Rows", "extract", "feature_set", "measure"]
