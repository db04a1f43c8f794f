"""All checks, one after the other."""

from collections.abc import Callable, Iterator

from earmark.dataset import (  # noqa: F401 - importing them registers them
    classes,
    columns,
    drift,
    duplicates,
    enforce,
    gaps,
    giveaways,
    recordings,
    sides,
    values,
)
from earmark.dataset.checks import CHECKS, Options
from earmark.dataset.findings import Finding
from earmark.dataset.table import Dataset

Progress = Callable[[str, int, int], None]
"""Called before each check with its name, how many are done, and how many there are."""


def audit(
    dataset: Dataset, options: Options | None = None, progress: Progress | None = None
) -> Iterator[Finding]:
    """Yield what every check finds, after what was noticed while the table was read.

    Parameters
    ----------
    dataset : Dataset
        The table.
    options : Options, optional
        What the checks are told beside it.
    progress : callable, optional
        Told which check begins.
    """
    options = options or Options()
    yield from dataset.remarks
    for done, name in enumerate(CHECKS):
        if progress is not None:
            progress(name, done, len(CHECKS))
        yield from CHECKS[name](dataset, options)
