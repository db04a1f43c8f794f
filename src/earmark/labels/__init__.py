"""What songs are called: taxonomies as data, the binning of raw tags, and its audit."""

from earmark.labels.loading import SHIPPED, parse, taxonomy
from earmark.labels.taxonomy import VOTES, Rule, Taxonomy, Untaken, Vote

__all__ = ["SHIPPED", "VOTES", "Rule", "Taxonomy", "Untaken", "Vote", "parse", "taxonomy"]
