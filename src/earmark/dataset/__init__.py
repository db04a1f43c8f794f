"""Features, labels and groups in one table; how it is checked and split."""

from earmark.dataset.reading import read

__all__ = ["read"]
