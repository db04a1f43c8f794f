"""Checks by name: each a function from a table to what is wrong with it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from earmark.dataset.findings import Finding
from earmark.dataset.table import Dataset
from earmark.registry import Registry


@dataclass(frozen=True)
class Options:
    """What checks are told beside the table.

    Attributes
    ----------
    reference : Dataset or None
        A table that this one should resemble.
    split : Path or None
        A split whose sides should have nothing in common.
    alpha : float
        How often, 0 to 1, a whole family of tests may alarm where nothing is wrong.
    """

    reference: Dataset | None = None
    split: Path | None = None
    alpha: float = 0.01


Check = Callable[[Dataset, Options], Iterable[Finding]]

CHECKS: Registry[Check] = Registry("check")
"""Every check by name, in the order in which they run; :mod:`earmark.dataset.audit` fills it."""
