"""Classifiers by name: how to make each, where to search for its parameters, what it costs.

Listing them loads none of them.
"""

from earmark.models.classifiers import listed, listed_trees  # noqa: F401 - importing them registers them
from earmark.models.classifiers.entry import CLASSIFIERS, Classifier

__all__ = ["CLASSIFIERS", "Classifier"]
