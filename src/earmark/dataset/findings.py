"""What a check says of a table."""

import math
from dataclasses import dataclass, field
from typing import Any, Literal

Severity = Literal["error", "warning", "note"]

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
"""From the gravest down: an error must be mended, a warning should be looked at, a note is good to know."""


def spaced(number: float) -> str:
    """Return a number with a space between the thousands.

    Examples
    --------
    >>> spaced(46291)
    '46 291'
    """
    return f"{number:,}".replace(",", " ")


def counted(number: int, noun: str) -> str:
    """Return a number of things in words.

    Examples
    --------
    >>> counted(1, "row"), counted(46291, "row"), counted(2, "class")
    ('1 row', '46 291 rows', '2 classes')
    """
    ending = "" if number == 1 else "es" if noun.endswith("s") else "s"
    return f"{spaced(number)} {noun}{ending}"


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with a table, or good to know of it.

    Attributes
    ----------
    code : str
        What kind of thing, always the same word: ``"missing-values"``.
    severity : {"error", "warning", "note"}
        How grave it is. ``earmark check --strict`` fails on errors and warnings.
    finding : str
        One sentence: what was found, and where.
    evidence : dict
        What shows it: plain JSON types by name, counts and a few examples.
    mend : str
        One sentence: what to do about it.

    Examples
    --------
    >>> finding = Finding("missing-values", "warning", "'loudness' has no value in 2 rows", {"rows": 2})
    >>> finding.to_dict()["evidence"]
    {'rows': 2}
    """

    code: str
    severity: Severity
    finding: str
    evidence: dict[str, Any] = field(default_factory=dict)
    mend: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain JSON types."""
        return {
            "code": self.code,
            "severity": self.severity,
            "finding": self.finding,
            "evidence": _plain(self.evidence),
            "mend": self.mend,
        }


def _plain(value: Any) -> Any:
    """Return a value as JSON has it: NumPy's numbers as Python's, and none that are not finite."""
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if isinstance(value, str | int | float | None) else str(value)
