"""Programs that measure Earmark against the libraries it replaces."""
