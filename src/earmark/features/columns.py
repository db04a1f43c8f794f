"""What a column holds."""

from typing import NamedTuple


class ColumnInfo(NamedTuple):
    """A column and what its numbers mean.

    Attributes
    ----------
    name : str
        Its name.
    unit : str
        Unit of its numbers.
    low, high : float
        Range that no sound within full scale leaves; infinite where there is no bound.
    source : str
        Where the formula stands.
    """

    name: str
    unit: str
    low: float
    high: float
    source: str
