"""Feature sets: named, versioned columns computed from sound."""

from earmark.features import gtzan58 as _gtzan58  # noqa: F401 - importing it registers it
from earmark.features import musicnn as _musicnn  # noqa: F401 - likewise
from earmark.features.songs import extract, measure
from earmark.features.table import FEATURE_SETS, FeatureSet, FeatureTable, Rows, feature_set

__all__ = ["FEATURE_SETS", "FeatureSet", "FeatureTable", "Rows", "extract", "feature_set", "measure"]
