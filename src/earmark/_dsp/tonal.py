"""What the constant-Q transform says of pitch: chroma, CENS, tonal centroids and the key.

References
----------
M. Müller, S. Ewert, "Chroma Toolbox", ISMIR 2011 (CENS).
C. Harte, M. Sandler, M. Gasser, "Detecting harmonic change in musical audio", AMCMM 2006 (tonal centroids).
C. L. Krumhansl, "Cognitive Foundations of Musical Pitch", Oxford 1990, chapter 4 (key finding, with M. A.
Schmuckler; the profiles measured with E. J. Kessler).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from earmark._dsp import native
from earmark._dsp.chroma import N_CHROMA
from earmark._dsp.cqt import (
    BINS_PER_OCTAVE,
    HOP,
    N_OCTAVES,
    cqt_magnitude,
    kernel_filters,
    octaves,
    tuning_bins,
)
from earmark._dsp.numpy_core import mean_and_variance
from earmark._dsp.spectrum import FloatArray

_BINS_PER_CLASS = BINS_PER_OCTAVE // N_CHROMA
_CENS_STEPS = np.array([0.05, 0.1, 0.2, 0.4], dtype=np.float32)
_CENS_FRAMES = 41
# Radius and semitones per half turn of the circles of fifths, minor thirds and major thirds.
_CIRCLES = ((1.0, 7 / 6), (1.0, 3 / 2), (0.5, 2 / 3))
_MAJOR = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
_MINOR = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)
_MAJOR_NAMES = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
_MINOR_NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "G#", "A", "Bb", "B")


class Tonal(NamedTuple):
    """The pitch features of a sound, one row per 512 samples; rows of zeros in silence.

    Attributes
    ----------
    chroma_cqt : ndarray of float32, shape (frames, 12)
        Energy per pitch class, C first, 1 for the strongest.
    chroma_cens : ndarray of float32, shape (frames, 12)
        The same in five steps, smoothed over 41 frames, rows of unit length.
    tonnetz : ndarray of float64, shape (frames, 6)
        Tonal centroid: x and y on the circles of fifths, minor thirds and major thirds.
    """

    chroma_cqt: FloatArray
    chroma_cens: FloatArray
    tonnetz: NDArray[np.float64]


class Key(NamedTuple):
    """A key and how sure it is.

    Attributes
    ----------
    tonic : int
        Pitch class of the tonic, 0 (C) to 11 (B).
    minor : bool
        Whether the key is minor.
    correlation : float
        Pearson's correlation of the pitch classes with the key's profile, -1 to 1; 0 if they are all alike.
    confidence : float
        By how much the next best of the 24 keys correlates less, 0 to 1. The profiles resemble each other: a
        piece that equals its key's profile gets 0.35, 0.05 says that it might well be a neighbouring key,
        and silence gives 0.
    """

    tonic: int
    minor: bool
    correlation: float
    confidence: float

    @property
    def name(self) -> str:
        """The key's usual name, such as ``A minor`` or ``Eb major``."""
        return f"{_MINOR_NAMES[self.tonic]} minor" if self.minor else f"{_MAJOR_NAMES[self.tonic]} major"


def tonal(y: FloatArray, rate_hz: int, deviation_bins: float | None = None) -> Tonal:
    """Return all pitch features from one constant-Q transform.

    Parameters
    ----------
    y : ndarray of float32, shape (n,)
        Finite samples, as few as none.
    rate_hz : int
        Sampling rate.
    deviation_bins : float, optional
        The tuning in thirds of a semitone, if it is known (see `earmark._dsp.cqt.tuning_bins`).

    Examples
    --------
    >>> import numpy as np
    >>> a4 = np.sin(2 * np.pi * 440 * np.arange(22050) / 22050).astype(np.float32)
    >>> int(tonal(a4, 22050).chroma_cqt.mean(axis=0).argmax())  # A
    9
    """
    energy = pitch_class_energy(y, rate_hz, deviation_bins)
    return Tonal(_strongest_is_one(energy), _cens(energy), _centroids(energy))


def chroma_cqt(y: FloatArray, rate_hz: int, deviation_bins: float | None = None) -> FloatArray:
    """Return energy per pitch class as librosa's `chroma_cqt` does, shape (1 + n // 512, 12); see `tonal`."""
    return _strongest_is_one(pitch_class_energy(y, rate_hz, deviation_bins))


def chroma_cens(y: FloatArray, rate_hz: int, deviation_bins: float | None = None) -> FloatArray:
    """Return coarse, smooth chroma as librosa's `chroma_cens`, shape (1 + n // 512, 12); see `tonal`."""
    return _cens(pitch_class_energy(y, rate_hz, deviation_bins))


def tonnetz(y: FloatArray, rate_hz: int, deviation_bins: float | None = None) -> NDArray[np.float64]:
    """Return tonal centroids as librosa's `tonnetz` does, shape (1 + n // 512, 6); see `tonal`."""
    return _centroids(pitch_class_energy(y, rate_hz, deviation_bins))


def pitch_class_energy(y: FloatArray, rate_hz: int, deviation_bins: float | None = None) -> FloatArray:
    """Return the sum of constant-Q magnitudes per pitch class, C first, shape (1 + n // 512, 12)."""
    isa = native.kernel()
    planes = _planes(isa, y, rate_hz, deviation_bins) if isa else None
    if planes is not None:
        return np.ascontiguousarray(planes[:, : 1 + len(y) // HOP].T)
    magnitude = cqt_magnitude(y, rate_hz, deviation_bins)
    octave = magnitude.reshape(len(magnitude), N_OCTAVES, BINS_PER_OCTAVE).sum(axis=1)
    centred = np.roll(octave, _BINS_PER_CLASS // 2, axis=1)
    energy: FloatArray = centred.reshape(len(magnitude), N_CHROMA, _BINS_PER_CLASS).sum(axis=2)
    return energy


def tonal_moments(
    y: FloatArray, rate_hz: int, deviation_bins: float | None = None
) -> dict[str, NDArray[np.float64]]:
    """Return mean and population variance of the fields of `Tonal`, by name, shapes (12, 2) and (6, 2)."""
    isa = native.kernel()
    planes = _planes(isa, y, rate_hz, deviation_bins) if isa else None
    if isa is None or planes is None:
        heard = tonal(y, rate_hz, deviation_bins)
        return {name: mean_and_variance(rows) for name, rows in heard._asdict().items()}
    told_by = (_CENS_STEPS, _CENS_WINDOW.astype(np.float32), _CORNERS)
    found = native.tonality(isa, planes, 1 + len(y) // HOP, told_by)
    return dict(zip(Tonal._fields, np.split(found, (N_CHROMA, 2 * N_CHROMA)), strict=True))


def _planes(isa: str, y: FloatArray, rate_hz: int, deviation_bins: float | None) -> FloatArray | None:
    """Return energy per pitch class by a kernel, frames rounded up to 16; None if it cannot."""
    planes = np.zeros((N_CHROMA, (1 + len(y) // HOP + 15) // 16 * 16), dtype=np.float32)
    if not y.any():
        return planes
    if deviation_bins is None:
        deviation_bins = tuning_bins(y, rate_hz)
    filters = kernel_filters(rate_hz, deviation_bins)
    if filters is None:
        return None
    for octave, signal in enumerate(octaves(y)):
        native.add_octave(isa, signal, HOP >> octave, filters, planes)
    return planes


def key(mean_chroma: NDArray[np.floating]) -> Key:
    """Return the key whose profile correlates best with how much of each pitch class there is.

    Parameters
    ----------
    mean_chroma : ndarray, shape (12,)
        Weight of every pitch class, C first, such as chroma averaged over a song.

    Examples
    --------
    >>> import numpy as np
    >>> key(np.float32([5, 0, 3, 0, 4, 2, 0, 5, 0, 3, 0, 1])).name
    'C major'
    """
    weights = np.asarray(mean_chroma, dtype=np.float64)
    weights = weights - weights.mean()
    length = np.linalg.norm(weights)
    if length <= np.finfo(np.float32).eps * np.abs(mean_chroma).max():
        return Key(tonic=0, minor=False, correlation=0.0, confidence=0.0)
    correlations = _PROFILES @ (weights / length)
    best = int(np.argmax(correlations))
    margin = correlations[best] - np.delete(correlations, best).max()
    return Key(
        tonic=best % N_CHROMA,
        minor=best >= N_CHROMA,
        correlation=float(correlations[best]),
        confidence=float(min(max(margin, 0.0), 1.0)),
    )


def _profiles() -> NDArray[np.float64]:
    """Return the profiles of the 24 keys, centred and of unit length, major first, shape (24, 12)."""
    rotated = np.array([np.roll(mode, tonic) for mode in (_MAJOR, _MINOR) for tonic in range(N_CHROMA)])
    rotated -= rotated.mean(axis=1, keepdims=True)
    profiles: NDArray[np.float64] = rotated / np.linalg.norm(rotated, axis=1, keepdims=True)
    return profiles


def _corners() -> NDArray[np.float64]:
    """Return the tonal centroids of the pitch classes, shape (6, 12)."""
    angles = np.pi * np.arange(N_CHROMA) * np.array([turn for _, turn in _CIRCLES])[:, None]
    radii = np.array([radius for radius, _ in _CIRCLES])[:, None]
    return np.stack([radii * np.sin(angles), radii * np.cos(angles)], axis=1).reshape(-1, N_CHROMA)


_PROFILES = _profiles()
_CORNERS = _corners()
_CENS_WINDOW = np.hanning(_CENS_FRAMES + 2) / np.hanning(_CENS_FRAMES + 2).sum()


def _divided(rows: NDArray[np.floating], lengths: NDArray[np.float64]) -> FloatArray:
    """Return the rows divided by their lengths; rows too short to have a direction as they are."""
    divisor = np.where(lengths < np.finfo(np.float32).tiny, 1.0, lengths)
    quotient: FloatArray = (rows / divisor[:, None]).astype(np.float32)
    return quotient


def _strongest_is_one(energy: FloatArray) -> FloatArray:
    return _divided(energy, energy.max(axis=1).astype(np.float64))


def _sum_is_one(energy: FloatArray) -> FloatArray:
    return _divided(energy, energy.sum(axis=1, dtype=np.float64))


def _cens(energy: FloatArray) -> FloatArray:
    """Return chroma whose shares are cut to 0, 1/4 ... 1, smoothed by a Hann window, in unit length.

    A share that lies on a step but for rounding may fall on the other side than in librosa. In 592 clips and
    pieces of GTZAN that happened once, and moved the mean of one pitch class by 6e-4 of itself.
    """
    steps = np.searchsorted(_CENS_STEPS, _sum_is_one(energy)) / len(_CENS_STEPS)
    middle = slice(len(_CENS_WINDOW) // 2, len(_CENS_WINDOW) // 2 + len(energy))
    smooth = np.stack([np.convolve(column, _CENS_WINDOW)[middle] for column in steps.T], axis=1)
    return _divided(smooth, np.linalg.norm(smooth, axis=1))


def _centroids(energy: FloatArray) -> NDArray[np.float64]:
    shares = _sum_is_one(_strongest_is_one(energy)).astype(np.float64)
    centroids: NDArray[np.float64] = shares @ _CORNERS.T
    return centroids
