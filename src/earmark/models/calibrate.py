"""Probabilities that mean what they say; :mod:`earmark.models.crossfit` fits them on unheard artists."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike

from earmark.errors import BundleError
from earmark.models.curves import expit, logistic, rising
from earmark.models.head import softmax
from earmark.models.probabilities import Array, Codes, checked, known, numbered
from earmark.registry import Registry

FLOOR = 1e-12
_HALVINGS = 60
_GOLDEN = (5**0.5 - 1) / 2


class Calibration(Protocol):
    """What turns a model's probabilities into calibrated ones."""

    def __call__(self, p: ArrayLike) -> Array:
        """Return calibrated probabilities, shape (rows, genres)."""
        ...

    def plain(self) -> dict[str, Any]:
        """Return what :func:`from_plain` takes: plain JSON types."""
        ...


CALIBRATIONS: Registry[type["Temperature"] | type["Sigmoid"] | type["Isotonic"] | type["Unchanged"]] = (
    Registry("calibration")
)
"""Ways to calibrate by name; each has ``fit(y, p)`` for numbers of genres and probabilities."""


@CALIBRATIONS.register("none")
@dataclass(frozen=True)
class Unchanged:
    """Probabilities as they come."""

    @classmethod
    def fit(cls, _y: Codes, _p: Array) -> "Unchanged":
        """Return what changes nothing."""
        return cls()

    def __call__(self, p: ArrayLike) -> Array:
        """Return them as they are."""
        return checked(p)

    def plain(self) -> dict[str, Any]:
        """Return plain JSON types."""
        return {"kind": "none"}


@CALIBRATIONS.register("temperature")
@dataclass(frozen=True)
class Temperature:
    """Logarithms of probabilities divided by one number (C. Guo et al., ICML 2017).

    It has one parameter, so few songs do; it never changes which genre is the most probable.

    Attributes
    ----------
    temperature : float
        Above 1 for a model that is too sure of itself.

    Examples
    --------
    >>> Temperature(2.0)([[0.8, 0.2]]).round(3).tolist()
    [[0.667, 0.333]]
    """

    temperature: float

    @classmethod
    def fit(cls, y: Codes, p: Array) -> "Temperature":
        """Return the temperature of the least log-loss, from 0.05 to 20."""
        scores, rows = _logarithms(p), np.arange(len(y))
        low, high = np.log(0.05), np.log(20.0)
        # The log-loss is convex in the inverse temperature: its slope falls to the minimum and rises after.
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            q = softmax(scores * np.exp(-middle))
            slope = ((q * scores).sum(axis=1) - scores[rows, y]).mean()
            low, high = (low, middle) if slope < 0 else (middle, high)
        return cls(float(np.exp((low + high) / 2)))

    @classmethod
    def of_means(cls, y: Codes, p: Array, tracks: Codes) -> "Temperature":
        """Return the temperature with which the mean over each track's rows has the least log-loss.

        Parameters
        ----------
        y, p : array
            Numbers of genres and probabilities, one row per segment.
        tracks : array of int, shape (segments,)
            The number of each row's track, from 0 on.
        """
        scores, first = _logarithms(p), np.unique(tracks, return_index=True)[1]
        rows = np.arange(len(y))

        def loss(logarithm: float) -> float:
            own = softmax(scores / np.exp(logarithm))[rows, y]
            means = np.bincount(tracks, own) / np.bincount(tracks)
            return float(-np.log(np.maximum(means, FLOOR)).mean())

        low, high = np.log(0.05), np.log(20.0)
        for _ in range(_HALVINGS if len(first) < len(y) else 0):  # golden section
            left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
            low, high = (low, right) if loss(left) < loss(right) else (left, high)
        return cls(float(np.exp((low + high) / 2))) if len(first) < len(y) else cls.fit(y, p)

    def __call__(self, p: ArrayLike) -> Array:
        """Return calibrated probabilities."""
        return softmax(_logarithms(checked(p)) / self.temperature)

    def plain(self) -> dict[str, Any]:
        """Return plain JSON types."""
        return {"kind": "temperature", "temperature": self.temperature}


@CALIBRATIONS.register("sigmoid")
@dataclass(frozen=True)
class Sigmoid:
    """A logistic curve on each genre's log-odds, all divided by their sum (J. Platt, 1999).

    Attributes
    ----------
    slopes, offsets : tuple of float
        Of each genre; slopes are not negative.
    """

    slopes: tuple[float, ...]
    offsets: tuple[float, ...]

    @classmethod
    def fit(cls, y: Codes, p: Array) -> "Sigmoid":
        """Return the curves of the least log-loss; a genre that does not occur keeps its own."""
        pairs = [
            logistic(_log_odds(p[:, k]), y == k) if 0 < (y == k).sum() < len(y) else (1.0, 0.0)
            for k in range(p.shape[1])
        ]
        return cls(tuple(slope for slope, _ in pairs), tuple(offset for _, offset in pairs))

    def __call__(self, p: ArrayLike) -> Array:
        """Return calibrated probabilities."""
        found = checked(p, len(self.slopes))
        return _shared(expit(_log_odds(found) * self.slopes + self.offsets), found)

    def plain(self) -> dict[str, Any]:
        """Return plain JSON types."""
        return {"kind": "sigmoid", "slopes": list(self.slopes), "offsets": list(self.offsets)}


@CALIBRATIONS.register("isotonic")
@dataclass(frozen=True)
class Isotonic:
    """A rising curve on each genre's probability, all divided by their sum.

    B. Zadrozny and C. Elkan, KDD 2002. It wants a hundred songs a genre and more.

    Attributes
    ----------
    at, to : tuple of tuple of float
        Corners of each genre's curve, straight between them.
    """

    at: tuple[tuple[float, ...], ...]
    to: tuple[tuple[float, ...], ...]

    @classmethod
    def fit(cls, y: Codes, p: Array) -> "Isotonic":
        """Return the rising curves of the least squared error; a genre that does not occur keeps its own."""
        curves = [
            rising(p[:, k], (y == k).astype(np.float64)) if (y == k).any() else ((0.0, 1.0), (0.0, 1.0))
            for k in range(p.shape[1])
        ]
        return cls(tuple(at for at, _ in curves), tuple(to for _, to in curves))

    def __call__(self, p: ArrayLike) -> Array:
        """Return calibrated probabilities; where every curve says 0 they stay as they are."""
        found = checked(p, len(self.at))
        curves = [np.interp(column, at, to) for column, at, to in zip(found.T, self.at, self.to, strict=True)]
        return _shared(np.stack(curves, axis=1), found)

    def plain(self) -> dict[str, Any]:
        """Return plain JSON types."""
        return {"kind": "isotonic", "at": [list(x) for x in self.at], "to": [list(x) for x in self.to]}


def fitted(
    kind: str, y: Sequence[Any], p: ArrayLike, classes: Sequence[str], tracks: Codes | None = None
) -> Calibration:
    """Return a calibration fitted on answers to songs of unheard artists, see :mod:`earmark.models.crossfit`.

    Parameters
    ----------
    kind : str
        One of :data:`CALIBRATIONS`.
    y : sequence of str or of int, length rows
        True genres.
    p : array-like, shape (rows, genres)
        The model's probabilities, one row per song.
    classes : sequence of str
        The genres.
    tracks : array of int, shape (rows,), optional
        Of segments the number of each one's song: a temperature is then fitted on means over songs, the other
        kinds on segments.

    Raises
    ------
    ArgumentError, UnknownNameError
        If the answers are none, or the kind.

    Examples
    --------
    >>> fitted("temperature", [0, 0, 0, 1], [[0.99, 0.01]] * 4, "ab")([[0.99, 0.01]]).round(2).tolist()
    [[0.75, 0.25]]
    """
    way = CALIBRATIONS[kind]
    codes, found, _ = known(y, p, classes)
    if tracks is not None and way is Temperature:
        return Temperature.of_means(codes, found, numbered(tracks.tolist())[1])
    return way.fit(codes, found)


def from_plain(plain: Mapping[str, Any]) -> Calibration:
    """Return the calibration that ``plain()`` wrote.

    Raises
    ------
    BundleError
        If it is damaged.

    Examples
    --------
    >>> from_plain(Temperature(1.5).plain())
    Temperature(temperature=1.5)
    """
    kind = plain.get("kind")
    try:
        if kind == "temperature" and 0 < plain["temperature"] < np.inf:
            return Temperature(float(plain["temperature"]))
        if kind == "sigmoid" and len(plain["slopes"]) == len(plain["offsets"]) > 0:
            pair = _finite(plain["slopes"]), _finite(plain["offsets"])
            return Sigmoid(*pair)
        if kind == "isotonic" and len(plain["at"]) == len(plain["to"]) > 0:
            return _isotonic(plain)
        if kind == "none":
            return Unchanged()
    except (KeyError, TypeError, ValueError):
        pass  # said below: what is wrong with it helps nobody
    raise BundleError(f"the calibration {kind!r} is damaged or unknown", "make the model again")


def _isotonic(plain: Mapping[str, Any]) -> Isotonic:
    at, to = (tuple(_finite(curve) for curve in plain[name]) for name in ("at", "to"))
    if any(len(x) != len(y) or not x or list(x) != sorted(x) for x, y in zip(at, to, strict=True)):
        raise ValueError(plain)
    return Isotonic(at, to)


def _finite(values: Sequence[Any]) -> tuple[float, ...]:
    found = tuple(float(value) for value in values)
    if not np.isfinite(found).all():
        raise ValueError(values)
    return found


def _logarithms(p: Array) -> Array:
    return np.asarray(np.log(np.maximum(p, FLOOR)), np.float64)


def _log_odds(p: Array) -> Array:
    inside = np.clip(p, FLOOR, 1 - FLOOR)
    return np.asarray(np.log(inside / (1 - inside)), np.float64)


def _shared(p: Array, otherwise: Array) -> Array:
    total = p.sum(axis=1, keepdims=True)
    return np.asarray(np.where(total > 0, p / np.where(total > 0, total, 1), otherwise), np.float64)
