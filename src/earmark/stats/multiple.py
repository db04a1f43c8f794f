"""Many tests at once: p-values that count for all of them."""

from collections.abc import Sequence


def holm(p: Sequence[float]) -> list[float]:
    """Return p-values such that the chance of any false alarm among them is held.

    S. Holm, Scandinavian Journal of Statistics 6 (1979).

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    order = sorted(range(len(p)), key=lambda i: p[i])
    found, highest = [0.0] * len(p), 0.0
    for rank, i in enumerate(order):
        highest = max(highest, min(1.0, (len(p) - rank) * p[i]))
        found[i] = highest
    return found


def benjamini_hochberg(p: Sequence[float]) -> list[float]:
    """Return p-values such that the share of false alarms among the alarms is held.

    Y. Benjamini and Y. Hochberg, Journal of the Royal Statistical Society B 57 (1995).

    Examples
    --------
    >>> benjamini_hochberg([0.01, 0.04, 0.03])
    [0.03, 0.04, 0.04]
    """
    order = sorted(range(len(p)), key=lambda i: -p[i])
    found, lowest = [0.0] * len(p), 1.0
    for rank, i in enumerate(order):
        lowest = min(lowest, p[i] * len(p) / (len(p) - rank))
        found[i] = lowest
    return found
