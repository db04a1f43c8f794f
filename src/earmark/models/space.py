"""What a parameter may be while one searches for the best: a few values, or a range."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from earmark.errors import ArgumentError

Value = str | int | float | bool | None | tuple[int, ...]


@dataclass(frozen=True)
class Choices:
    """A few values.

    Examples
    --------
    >>> Choices((5, 10, None)).grid(2)
    [5, 10, None]
    """

    values: tuple[Value, ...]

    def __post_init__(self) -> None:
        if not self.values:
            raise ArgumentError("a parameter without values", "name at least one value")

    def grid(self, steps: int) -> list[Value]:
        """Return all values, however many steps a range would make."""
        return list(self.values)

    def draw(self, rng: np.random.Generator) -> Value:
        """Return one value, each as likely as the others."""
        return self.values[int(rng.integers(len(self.values)))]

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain JSON types."""
        return {"values": [list(value) if isinstance(value, tuple) else value for value in self.values]}


@dataclass(frozen=True)
class Range:
    """All numbers from `low` to `high`, both included.

    Attributes
    ----------
    low, high : float
        The ends.
    log : bool
        Whether it is the ratio of two values that counts, not their difference.
    whole : bool
        Whether only whole numbers will do.

    Examples
    --------
    >>> Range(0.01, 100, log=True).grid(5)
    [0.01, 0.1, 1.0, 10.0, 100.0]
    >>> Range(1, 4, whole=True).grid(10)
    [1, 2, 3, 4]
    """

    low: float
    high: float
    log: bool = False
    whole: bool = False

    def __post_init__(self) -> None:
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high):
            raise ArgumentError(f"a range from {self.low} to {self.high}", "put the lower end first")
        if self.log and self.low <= 0:
            raise ArgumentError(f"a range of ratios from {self.low}", "let it begin above 0")

    def grid(self, steps: int) -> list[Value]:
        """Return `steps` values at equal distances, fewer where whole numbers coincide."""
        return list(dict.fromkeys(self._at(share) for share in np.linspace(0, 1, steps)))

    def draw(self, rng: np.random.Generator) -> Value:
        """Return one value, all distances or ratios being equally likely."""
        return self._at(float(rng.random()))

    def _at(self, share: float) -> Value:
        if self.log:
            value = self.low * (self.high / self.low) ** share
        else:
            value = self.low + (self.high - self.low) * share
        value = min(max(value, self.low), self.high)
        # Twelve digits: the grid of a decade is 0.1 and not 0.10000000000000002.
        return round(value) if self.whole else float(f"{value:.12g}")

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain JSON types."""
        return {"low": self.low, "high": self.high, "log": self.log, "whole": self.whole}


Axis = Choices | Range


def axis(found: Mapping[str, Any]) -> Axis:
    """Return what :meth:`Choices.to_dict` or :meth:`Range.to_dict` wrote.

    Raises
    ------
    ArgumentError
        If it is neither.

    Examples
    --------
    >>> axis({"low": 1, "high": 10, "log": True})
    Range(low=1, high=10, log=True, whole=False)
    >>> axis({"values": ["gini", "entropy"]})
    Choices(values=('gini', 'entropy'))
    """
    keys = set(found)
    if keys == {"values"} and isinstance(found["values"], list):
        return Choices(tuple(tuple(value) if isinstance(value, list) else value for value in found["values"]))
    if not {"low", "high"} <= keys <= {"low", "high", "log", "whole"}:
        raise ArgumentError(
            f"{dict(found)!r} is no range of a parameter",
            "give values = [...], or low and high with log = true or whole = true where they apply",
        )
    return Range(**found)
