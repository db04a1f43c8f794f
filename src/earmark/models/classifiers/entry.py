"""What is said of every classifier that can be chosen by name."""

from dataclasses import dataclass
from typing import Any

from earmark.models.parts import Part
from earmark.models.space import Choices
from earmark.registry import Registry

HOME = "earmark.models.classifiers"


@dataclass(frozen=True, eq=False)
class Classifier(Part):
    """A classifier that can be chosen by name; all run on one thread.

    Attributes
    ----------
    scaled : bool
        Whether it needs columns scaled alike.
    missing : bool
        Whether values may be missing.
    seconds : float
        Roughly how long a fit of 1000 rows of 50 columns in ten genres takes on one core.
    grows : float
        By which power of the number of rows that grows.
    """

    scaled: bool = False
    missing: bool = False
    seconds: float = 1.0
    grows: float = 1.0

    def estimate_s(self, rows: int, columns: int) -> float:
        """Return roughly how many seconds one fit takes on one core.

        Examples
        --------
        >>> Classifier("", "", seconds=2.0, grows=2.0).estimate_s(rows=2000, columns=50)
        8.0
        """
        return float(self.seconds * (rows / 1000) ** self.grows * (columns / 50))


HISTOGRAM = ("sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",)
"""The types in a histogram boosting, beside the public ones."""

WEIGHTS = Choices((None, "balanced"))
"""Whether rare genres count more."""

CLASSIFIERS: Registry[Classifier] = Registry("classifier")
"""All classifiers by name, the default for small tables first."""


def add(name: str, target: str, summary: str, *, trusted: tuple[str, ...] = (), **more: Any) -> None:
    """Add a classifier; one of this room's own classes may be named by a bundle."""
    home, _, member = target.partition(":")
    if home.startswith(HOME) and member[0].isupper():
        trusted = (target.replace(":", "."), *trusted)
    CLASSIFIERS.add(name, Classifier(target, summary, trusted=trusted, name=name, **more))
