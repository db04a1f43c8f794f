"""What is gained by keeping silent: accuracy against the share of songs answered."""

from dataclasses import dataclass

import numpy as np

from earmark.errors import ArgumentError
from earmark.evaluate.answers import Answers
from earmark.models.probabilities import Array


@dataclass(frozen=True, eq=False)
class RiskCoverage:
    """Accuracy among the surest songs, for every confidence that occurs.

    Attributes
    ----------
    confidence : array of float, shape (n,)
        Falling; songs at least this sure are answered.
    coverage : array of float, shape (n,)
        Share of songs answered, rising to 1.
    accuracy : array of float, shape (n,)
        Share of right answers among them.
    """

    confidence: Array
    coverage: Array
    accuracy: Array

    @property
    def area(self) -> float:
        """Mean risk over all coverages, 0 to 1, the lower the better (Geifman and El-Yaniv, NeurIPS 2017)."""
        steps = np.diff(self.coverage, prepend=0.0)
        risk = 1 - self.accuracy
        before = np.r_[risk[:1], risk[:-1]]
        return float((steps * (risk + before) / 2).sum())

    def at(self, coverage: float) -> float:
        """Return the accuracy of the surest share of songs; equally sure ones share theirs.

        Raises
        ------
        ArgumentError
            If `coverage` is not above 0 and up to 1.
        """
        if not 0 < coverage <= 1:
            raise ArgumentError(f"a coverage of {coverage:g}", "give a share of songs above 0 and up to 1")
        right = np.r_[0.0, self.coverage * self.accuracy]
        return float(np.interp(coverage, np.r_[0.0, self.coverage], right) / coverage)


def risk_coverage(answers: Answers) -> RiskCoverage:
    """Return the risk-coverage curve.

    Examples
    --------
    >>> from earmark.evaluate.answers import answers
    >>> p = [[0.9, 0.1], [0.8, 0.2], [0.7, 0.3], [0.6, 0.4]]
    >>> curve = risk_coverage(answers(["a", "a", "b", "a"], p, ["a", "b"]))
    >>> curve.at(0.5), curve.at(1.0)
    (1.0, 0.75)
    """
    levels, of_rows = np.unique(-answers.confidence, return_inverse=True)
    answered = np.cumsum(np.bincount(of_rows))
    right = np.cumsum(np.bincount(of_rows, answers.right))
    return RiskCoverage(-levels, answered / len(answers), right / answered)
