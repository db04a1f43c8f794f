"""Checks of columns on their own: missing values, columns that say nothing, rare classes."""

from collections.abc import Iterator

from earmark.dataset.checks import CHECKS, Options
from earmark.dataset.findings import Finding
from earmark.dataset.table import Dataset


@CHECKS.register("missing-values")
def missing_values(dataset: Dataset, options: Options) -> Iterator[Finding]:
    """Yield the columns in which values are missing."""
    rows = len(dataset.frame)
    for name, missing in dataset.frame.isna().sum().items():
        if missing:
            share = missing / rows
            yield Finding(
                "missing-values",
                "warning",
                f"'{name}' has no value in {missing} of {rows} rows ({100 * share:.1f} %)",
                {"column": str(name), "rows": int(missing), "share": round(share, 4)},
                "fill them within the training data only, or drop these rows or the column",
            )
