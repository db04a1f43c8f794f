"""All checks, one after the other."""

from collections.abc import Iterator

from earmark.dataset import (  # noqa: F401 - importing them registers them
    classes,
    columns,
    drift,
    duplicates,
    enforce,
    gaps,
    giveaways,
    values,
)
from earmark.dataset.checks import CHECKS, Options
from earmark.dataset.findings import Finding
from earmark.dataset.table import Dataset


def audit(dataset: Dataset, options: Options | None = None) -> Iterator[Finding]:
    """Yield what every check finds, after what was noticed while the table was read.

    Parameters
    ----------
    dataset : Dataset
        The table.
    options : Options, optional
        What the checks are told beside it.
    """
    options = options or Options()
    yield from dataset.remarks
    for name in CHECKS:
        yield from CHECKS[name](dataset, options)
