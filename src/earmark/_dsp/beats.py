"""Where the beats are, and how sure their tempo is.

References
----------
D. P. W. Ellis, "Beat tracking by dynamic programming", J. New Music Research 36 (2007).
P. Grosche, M. Müller, F. Kurth, "Cyclic tempogram", ICASSP 2010.
"""

from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from earmark._dsp.spectrum import BLOCK_FRAMES, FloatArray, hann
from earmark._dsp.tempo import FASTEST_BPM, likeliest, resemblance, tempo

TEMPOGRAM_LAGS = 384
_TIGHTNESS = 100.0
_START_SHARE = 0.01
_TINY = float(np.finfo(np.float32).tiny)


class Candidate(NamedTuple):
    """A tempo and the share of the resemblance that speaks for it, 0 to 1."""

    tempo_bpm: float
    share: float


def tempogram(onsets: FloatArray, lags: int = TEMPOGRAM_LAGS) -> FloatArray:
    """Return how much the onsets around every frame resemble themselves some frames later.

    Parameters
    ----------
    onsets : ndarray of float32, shape (frames,)
        Onset strength.
    lags : int
        Frames in a stretch, Hann-windowed and centred.

    Returns
    -------
    ndarray of float32, shape (frames, lags)
        Each frame divided by its maximum: 1 at lag 0, or 0 all along where there are no onsets.

    Examples
    --------
    >>> tempogram(np.ones(500, dtype=np.float32)).shape
    (500, 384)
    """
    padded = np.pad(onsets, lags // 2, mode="linear_ramp")
    stretches = sliding_window_view(padded, lags)[: len(onsets)]
    found = np.empty((len(onsets), lags), dtype=np.float32)
    for start in range(0, len(onsets), BLOCK_FRAMES):
        spectrum = np.fft.rfft(stretches[start : start + BLOCK_FRAMES] * hann(lags), n=2 * lags, axis=1)
        correlation = np.fft.irfft(spectrum.real**2 + spectrum.imag**2, axis=1)[:, :lags]
        largest = np.abs(correlation).max(axis=1, keepdims=True)
        largest[largest < np.finfo(np.float64).tiny] = 1.0
        found[start : start + BLOCK_FRAMES] = correlation / largest
    return found


def tempo_candidates(onsets: FloatArray, rate_hz: int, hop: int) -> tuple[Candidate, Candidate, Candidate]:
    """Return the tempo, half of it and double it, with what speaks for each of them.

    Half and double a tempo are what listeners and programs confuse. The onsets' resemblance to themselves
    (:func:`earmark._dsp.tempo.resemblance`) is looked up at the tempo's lag, around twice it (one frame
    either way) and around half of it; the shares are those of the three in their sum. A tempo above 320 bpm
    or slower than the lags reach has share 0.

    Parameters
    ----------
    onsets : ndarray of float32, shape (frames,)
        Onset strength.
    rate_hz, hop : int
        Sampling rate and step of the frames in samples.

    Returns
    -------
    chosen, half, double : Candidate
        All 0 without onsets.
    """
    if not onsets.any():
        nothing = Candidate(0.0, 0.0)
        return nothing, nothing, nothing
    resembling = resemblance(onsets, rate_hz, hop)
    per_minute = 60.0 * rate_hz / hop
    chosen_bpm = likeliest(resembling, rate_hz, hop)
    chosen = round(per_minute / chosen_bpm)
    fastest = int(per_minute / FASTEST_BPM) + 1
    around = {
        chosen: range(chosen, chosen + 1),
        2 * chosen: range(2 * chosen - 1, 2 * chosen + 2),
        chosen / 2: range(chosen // 2, -(-chosen // 2) + 1),
    }
    best = []
    for lag, near in around.items():
        reachable = [k for k in near if fastest <= k < len(resembling)]
        found = max(reachable, key=lambda k: resembling[k], default=None)
        best.append((per_minute / (found or lag), float(resembling[found]) if found else 0.0))
    total = sum(height for _, height in best) or 1.0
    (_, height), half, double = ((tempo_bpm, height / total) for tempo_bpm, height in best)
    return Candidate(chosen_bpm, height), Candidate(*half), Candidate(*double)


def beat_frames(
    onsets: FloatArray, rate_hz: int, hop: int, tempo_bpm: float | None = None
) -> NDArray[np.intp]:
    """Return the frames of the beats: those that together fall on onsets and keep to the tempo.

    Parameters
    ----------
    onsets : ndarray of float32, shape (frames,)
        Onset strength, the median of the mel bands.
    rate_hz, hop : int
        Sampling rate and step of the frames in samples.
    tempo_bpm : float, optional
        The tempo; that of the onsets by default.

    Returns
    -------
    ndarray of int, shape (beats,)
        In ascending order; none without onsets.

    Examples
    --------
    >>> onsets = np.zeros(400, dtype=np.float32)
    >>> onsets[10::20] = 1.0
    >>> beat_frames(onsets, 22050, 512)[:4]
    array([10, 30, 50, 70])
    """
    if not onsets.any():
        return np.zeros(0, dtype=np.intp)
    if tempo_bpm is None:
        tempo_bpm = tempo(onsets, rate_hz, hop)
    period = int(np.round(60.0 * rate_hz / hop / tempo_bpm))
    score = _local_score(onsets, period)
    links, total = _best_paths(score, period)
    beats = [_last_beat(total)]
    while links[beats[-1]] >= 0:
        beats.append(int(links[beats[-1]]))
    return _trimmed(np.array(beats[::-1], dtype=np.intp), score)


def _local_score(onsets: FloatArray, period: int) -> NDArray[np.float64]:
    """Return onsets of unit deviation, all but the first, smoothed by a Gaussian of a 32nd of the period."""
    unit = (onsets / (onsets.std(ddof=1) + np.float32(_TINY))).astype(np.float64)
    unit[0] = 0.0
    window = np.exp(-0.5 * (np.arange(-period, period + 1) * 32.0 / period) ** 2)
    return np.convolve(unit, window)[period : period + len(onsets)]


def _best_paths(score: NDArray[np.float64], period: int) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Return for every frame the beat before it, -1 for none, and the score of the best path that ends there.

    The beat before lies half a period to two periods back: as many frames as half a period are worked out
    together, none of which depends on another.
    """
    nearest, farthest = int(np.round(period / 2)), 2 * period
    back = np.arange(nearest, farthest + 1)
    penalty = -_TIGHTNESS * (np.log(back) - np.log(period)) ** 2
    total = np.full(farthest + len(score), -np.inf)
    links = np.full(len(score), -1, dtype=np.intp)
    for start in range(0, len(score), nearest):
        here = np.arange(start, min(start + nearest, len(score)))
        reached = total[farthest + here[:, None] - back] + penalty
        best = np.argmax(reached, axis=1)
        gained = reached[np.arange(len(here)), best]
        linked = np.isfinite(gained)
        links[here[linked]] = here[linked] - back[best[linked]]
        total[farthest + here] = score[here] + np.where(linked, gained, 0.0)
    # Before the first frame that scores, nothing is a beat.
    started = int(np.argmax(score >= _START_SHARE * score.max()))
    links[:started] = -1
    return links, total[farthest:]


def _last_beat(total: NDArray[np.float64]) -> int:
    """Return the last local maximum of at least half the median of all of them."""
    peak = np.zeros(len(total), dtype=bool)
    peak[1:] = total[1:] > total[:-1]
    peak[1:-1] &= total[1:-1] >= total[2:]
    peaks = np.flatnonzero(peak)
    if not len(peaks):
        return len(total) - 1
    return int(peaks[total[peaks] >= 0.5 * np.median(total[peaks])][-1])


def _trimmed(beats: NDArray[np.intp], score: NDArray[np.float64]) -> NDArray[np.intp]:
    """Leave out beats before the first and after the last frame that scores half as much as beats do."""
    smooth = np.convolve(score[beats], np.hanning(5))[2 : len(score) + 2]
    strong = np.flatnonzero(score > 0.5 * np.sqrt(np.mean(smooth**2)))
    if not len(strong):
        return beats[:0]
    kept: NDArray[np.intp] = beats[(beats >= strong[0]) & (beats <= strong[-1])]
    return kept
