"""The constant-Q transform: 36 bins per octave, seven octaves up from C1.

Octave by octave from the top, each on the signal at half the rate of the one above, so that one small set of
filters serves them all. The filters are librosa's, which cuts a hundredth of each one's spectrum away; the
products are not: librosa transforms every frame of every octave and multiplies spectra, here the filters are
brought into time, where their symmetry halves the work and one matrix product takes many frames. The compiled
kernel takes the spectra (`kernel_filters`), and shares between frames what they have in common.

References
----------
C. Schörkhuber, A. Klapuri, "Constant-Q transform toolbox for music processing", SMC 2010.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import soxr
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from earmark._dsp.chroma import pitch_peaks, tuning
from earmark._dsp.memory import working_memory
from earmark._dsp.spectrum import BLOCK_FRAMES, FloatArray, hann, spectra
from earmark.errors import ArgumentError

BINS_PER_OCTAVE = 36
N_OCTAVES = 7
HOP = 512
_C1_HZ = 440.0 * 2.0 ** (-45 / 12)
_TUNING_FFT = 2048
_KERNEL_FFT = 1024
_RATIO = 2.0 ** (2 / BINS_PER_OCTAVE)
_QUALITY = (_RATIO + 1) / (_RATIO - 1)
_HANN_BANDWIDTH = 1.50018310546875  # in bins, of a window of 1000 samples
_CUT_AWAY = np.float32(0.01)
_GEMM_ROWS = 12  # 12 frames, 512 pairs, 36 filters: products this small start no threads
_OCTAVE_FRAMES = 21 * _GEMM_ROWS  # both halves of 252 frames take 1 MiB: one core's L2 cache


class _Filters(NamedTuple):
    """One octave's filters, ``even + 1j * odd`` about the middle of a frame.

    Attributes
    ----------
    even, odd : ndarray of float32, shape (frame // 2, 36)
    """

    even: FloatArray
    odd: FloatArray


def tuning_bins(y: FloatArray, rate_hz: int) -> float:
    """Return the deviation from A = 440 Hz in bins of a third of a semitone, -0.5 to 0.5 in steps of 0.01.

    Unlike the tuning of `chroma` it is taken from peaks of magnitude, not of power, as in librosa. It is the
    fullest of a hundred bins of a histogram: of two that are all but equally full rounding may choose another
    than librosa's, though it never did in 1192 clips and pieces of GTZAN.
    """
    magnitude = np.empty((BLOCK_FRAMES, 1 + _TUNING_FFT // 2), dtype=np.float32)
    spectrum = np.empty_like(magnitude, dtype=np.complex64)
    peaks = []
    for _, block in spectra(y, _TUNING_FFT, HOP):
        spectrum[: len(block)] = block
        peaks.append(pitch_peaks(np.abs(spectrum[: len(block)], out=magnitude[: len(block)]), rate_hz))
    frequency_hz, height = (np.concatenate(parts) for parts in zip(*peaks, strict=True))
    return tuning(frequency_hz, height, BINS_PER_OCTAVE)


def _sparse_spectra(top_hz: NDArray[np.float64], rate_hz: float) -> NDArray[np.complex64]:
    """Return the filters' spectra, shape (36, 1 + frame // 2), less the weakest hundredth of each one."""
    lengths = _QUALITY * rate_hz / top_hz
    n_fft = 1 << int(np.ceil(np.log2(lengths.max())))
    padded = np.zeros((len(top_hz), n_fft), dtype=np.complex64)
    for row, length, frequency_hz in zip(padded, lengths, top_hz, strict=True):
        half = int(length // 2)
        window = hann(2 * half + 1)
        phase = 2j * np.pi * frequency_hz / rate_hz * np.arange(-half - 1, half)
        start = (n_fft - len(window)) // 2
        row[start : start + len(window)] = window * np.exp(phase) / window.sum()
    padded *= (lengths / n_fft)[:, None]
    spectrum = np.fft.fft(padded, axis=1)[:, : 1 + n_fft // 2].astype(np.complex64)
    magnitude = np.abs(spectrum)
    ascending = np.sort(magnitude, axis=1)
    share = np.cumsum(ascending / magnitude.sum(axis=1, keepdims=True), axis=1)
    least = np.take_along_axis(ascending, np.argmin(share < _CUT_AWAY, axis=1)[:, None], axis=1)
    spectrum[magnitude < least] = 0
    return spectrum


def _top_hz(deviation_bins: float) -> NDArray[np.float64]:
    """Return the frequencies of the top octave's filters, shape (36,)."""
    octaves = N_OCTAVES - 1 + (np.arange(BINS_PER_OCTAVE) + deviation_bins) / BINS_PER_OCTAVE
    top_hz: NDArray[np.float64] = _C1_HZ * 2.0**octaves
    return top_hz


@lru_cache(maxsize=101)
def _filters(rate_hz: float, deviation_bins: float) -> _Filters:
    """Return the filters of the top octave, in time.

    Each has an odd number of samples in the middle of a frame of even length, so that its samples n and
    frame + 1 - n, counted round the frame, are conjugate but for one phase, which no magnitude shows.
    """
    top_hz = _top_hz(deviation_bins)
    spectrum = _sparse_spectra(top_hz, rate_hz)
    n_fft = 2 * (spectrum.shape[1] - 1)
    response = np.fft.fft(spectrum.astype(np.complex128), n=n_fft, axis=1)
    middle = n_fft // 2
    phase = np.sqrt(response[:, middle] * response[:, middle + 1])
    later = np.roll(response, -middle - 1, axis=1)[:, :middle] * (phase.conj() / np.abs(phase))[:, None]
    later /= np.sqrt(_QUALITY * rate_hz / top_hz)[:, None]
    filters = _Filters(*(np.ascontiguousarray(part.T, dtype=np.float32) for part in (later.real, later.imag)))
    for part in filters:
        part.flags.writeable = False
    return filters


@lru_cache(maxsize=101)
def kernel_filters(rate_hz: int, deviation_bins: float) -> tuple[FloatArray, NDArray[np.int32]] | None:
    """Return the filters of every octave as the compiled kernel takes them; None where it does not.

    Returns
    -------
    weights : ndarray of float32, shape (36, 513)
        Of the coefficients of a frame of 1024 samples, about the filters' middle, where they are real.
    runs : ndarray of int32, shape (36, 2)
        First bin and end of each filter.
    """
    if _early_halvings(rate_hz, deviation_bins):
        return None
    top_hz = _top_hz(deviation_bins)
    spectrum = _sparse_spectra(top_hz, rate_hz)
    n_fft = 2 * (spectrum.shape[1] - 1)
    if n_fft != _KERNEL_FFT:
        return None
    # Between samples 511 and 512, where the wave of each filter is half a sample late.
    turns = (n_fft - 1) * np.arange(n_fft // 2 + 1) / n_fft + (top_hz / rate_hz)[:, None]
    weights = (spectrum * np.exp(1j * np.pi * turns)).real / np.sqrt(_QUALITY * rate_hz / top_hz)[:, None]
    inside = [np.flatnonzero(row) for row in spectrum]
    runs = np.array([(bins[0], bins[-1] + 1) for bins in inside], dtype=np.int32)
    weights = np.ascontiguousarray(weights, dtype=np.float32)
    weights.flags.writeable = runs.flags.writeable = False
    return weights, runs


def _halve(y: FloatArray, role: str, times: int = 1) -> FloatArray:
    """Return the signal at half the rate, `times` over, with its energy kept; it lives until the role's next.

    To the last bit as librosa does: where the sound ends, what rings on is the resampler's rounding, and
    chroma show it as they show any sound.
    """
    length = -(-len(y) >> times)
    halved = working_memory(role, length)
    resampled = soxr.resample(y, 1 << times, 1, quality="soxr_hq")[:length]
    louder = 1.0 / np.sqrt(0.5**times)  # librosa divides: slower, and the same float32 to the last bit
    np.multiply(resampled, louder, out=halved[: len(resampled)], casting="same_kind")
    halved[len(resampled) :] = 0
    return halved


def octaves(y: FloatArray) -> Iterator[FloatArray]:
    """Yield the signal of each octave, highest first; each lives until the second after it."""
    for octave in range(N_OCTAVES):
        if octave:
            y = _halve(y, "cqt odd octave" if octave % 2 else "cqt even octave")
        yield y


def _early_halvings(rate_hz: int, deviation_bins: float) -> int:
    """Return how often the rate can be halved before the top octave: librosa leaves one octave of room."""
    highest_hz = _C1_HZ * 2.0 ** (N_OCTAVES + (deviation_bins - 1) / BINS_PER_OCTAVE)
    room = rate_hz / 2 / (highest_hz * (1 + _HANN_BANDWIDTH / 2 / _QUALITY))
    if room < 1:
        raise ArgumentError(
            f"a sampling rate of {rate_hz} Hz is too low for a constant-Q transform up to 4186 Hz",
            "resample to 8500 Hz or more; Earmark's own clips have 22050",
        )
    most = int(np.log2(HOP)) - N_OCTAVES + 1
    return int(np.clip(np.ceil(np.log2(room)) - 2, 0, most))


def _segment(y: FloatArray, begin: int, length: int) -> FloatArray:
    """Return `length` samples from `begin` on, zeros beyond the signal; it lives until the next call."""
    segment = working_memory("cqt segment", length)
    first, last = max(begin, 0), min(begin + length, len(y))
    segment[: first - begin] = 0
    segment[first - begin : last - begin] = y[first:last]
    segment[last - begin :] = 0
    return segment


def _pairs(segment: FloatArray, hop: int, out: FloatArray) -> None:
    """Write the sums and differences of each frame's pairs of samples, shape (2, frames, frame // 2)."""
    _, frames, half = out.shape
    shape, item = (frames, half - 1), segment.itemsize
    backwards = working_memory("cqt segment, backwards", len(segment))
    backwards[:] = segment[::-1]
    later = as_strided(segment[half + 1 :], shape, (hop * item, item), writeable=False)
    earlier = as_strided(backwards[len(segment) - 1 - half :], shape, (-hop * item, item), writeable=False)
    # Counted round the frame, the last sample's successor is the first.
    first, second = (segment[start:][: frames * hop : hop] for start in (0, 1))
    for pairs, combine in zip(out, (np.add, np.subtract), strict=True):
        combine(later, earlier, out=pairs[:, :-1])
        combine(first, second, out=pairs[:, -1])


def _octave(y: FloatArray, hop: int, filters: _Filters, out: FloatArray) -> None:
    """Write the magnitudes of one octave's responses at every `hop` samples, shape (frames, 36)."""
    half = len(filters.even)
    pairs = working_memory("cqt pairs", 2 * _OCTAVE_FRAMES * half).reshape(2, _OCTAVE_FRAMES, half)
    response = np.empty((_OCTAVE_FRAMES, BINS_PER_OCTAVE), dtype=np.complex64)
    for start in range(0, len(out), _OCTAVE_FRAMES):
        here = min(_OCTAVE_FRAMES, len(out) - start)
        groups = -(-here // _GEMM_ROWS)
        _pairs(_segment(y, start * hop - half, (here - 1) * hop + 2 * half), hop, out=pairs[:, :here])
        pairs[:, here : groups * _GEMM_ROWS] = 0
        real, imaginary = (
            np.matmul(part.reshape(-1, _GEMM_ROWS, half)[:groups], weights).reshape(-1, BINS_PER_OCTAVE)[
                :here
            ]
            for part, weights in zip(pairs, filters, strict=True)
        )
        response.real[:here], response.imag[:here] = real, imaginary
        np.abs(response[:here], out=out[start : start + here])  # squares of the faintest sounds would vanish


def cqt_magnitude(y: FloatArray, rate_hz: int, deviation_bins: float | None = None) -> FloatArray:
    """Return the magnitudes of the constant-Q transform at every 512 samples.

    Parameters
    ----------
    y : ndarray of float32, shape (n,)
        Finite samples. Of a sound shorter than a filter the filter hears what there is, between zeros.
    rate_hz : int
        Sampling rate, at least 8500.
    deviation_bins : float, optional
        The tuning in bins, if it is known (see `tuning_bins`, which is half of the work).

    Returns
    -------
    ndarray of float32, shape (1 + n // 512, 252)
        Lowest bin first; bin k is k / 36 octaves above C1, 32.7 Hz, and `deviation_bins` more.

    Raises
    ------
    ArgumentError
        If the rate is too low for the top octave.

    Notes
    -----
    The numbers are those of ``abs(librosa.cqt(y, sr=rate_hz, n_bins=252, bins_per_octave=36, tuning=None))``.

    Examples
    --------
    >>> import numpy as np
    >>> a4 = np.sin(2 * np.pi * 440 * np.arange(22050) / 22050).astype(np.float32)
    >>> int(cqt_magnitude(a4, 22050)[20].argmax())  # three octaves and nine semitones above C1
    135
    """
    magnitude = np.zeros((1 + len(y) // HOP, N_OCTAVES * BINS_PER_OCTAVE), dtype=np.float32)
    if not y.any():
        return magnitude
    if deviation_bins is None:
        deviation_bins = tuning_bins(y, rate_hz)
    early = _early_halvings(rate_hz, deviation_bins)
    filters = _filters(rate_hz / (1 << early), deviation_bins)
    hop = HOP >> early
    if early:
        y = _halve(y, "cqt early halvings", early)
    for below, signal in enumerate(octaves(y), start=1):
        first = (N_OCTAVES - below) * BINS_PER_OCTAVE
        _octave(signal, hop, filters, magnitude[:, first : first + BINS_PER_OCTAVE])
        hop //= 2
    return magnitude
