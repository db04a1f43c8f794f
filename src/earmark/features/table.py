"""Feature sets by name, and the table that each of them gives."""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from earmark import audio
from earmark.audio import shown
from earmark.errors import ArgumentError, EarmarkError
from earmark.records import FloatArray
from earmark.registry import Registry

if TYPE_CHECKING:
    import pandas


class Rows(NamedTuple):
    """What a feature set computes: one row per segment.

    Attributes
    ----------
    values : ndarray, shape (segments, columns)
        The columns in their declared order.
    starts_s, ends_s : sequence of float
        Where each segment lies in the samples.
    """

    values: NDArray[Any]
    starts_s: list[float]
    ends_s: list[float]


@dataclass(frozen=True)
class FeatureSet:
    """Columns that are computed together, declared before any sound is read.

    Attributes
    ----------
    name : str
        Its name in :data:`FEATURE_SETS`; worker processes receive no more than that.
    version : int
        Rises whenever a number changes.
    rate_hz : int
        Sampling rate of the samples that `compute` takes.
    columns : tuple of str
        Names of the columns.
    description : str
        One sentence for people who choose.
    compute : callable
        From mono samples, float32 of shape (n,) with n at least 1, to :class:`Rows`.
    longest_s : float or None
        Length of the longest song that :func:`extract` takes, in seconds; None for no limit.
    compute_pieces : callable or None
        From an iterable of such samples, consecutive pieces of one song, to the same :class:`Rows` in memory
        that does not grow with the song; None where the whole is needed at once.
    """

    name: str
    version: int
    rate_hz: int
    columns: tuple[str, ...]
    description: str
    compute: Callable[[FloatArray], Rows]
    longest_s: float | None = None
    compute_pieces: Callable[[Iterable[FloatArray]], Rows] | None = None


FEATURE_SETS: Registry[FeatureSet] = Registry("feature set")
"""Every feature set by name."""


def feature_set(
    name: str,
    *,
    version: int,
    rate_hz: int,
    columns: tuple[str, ...],
    description: str,
    longest_s: float | None = None,
    compute_pieces: Callable[[Iterable[FloatArray]], Rows] | None = None,
) -> Callable[[Callable[[FloatArray], Rows]], Callable[[FloatArray], Rows]]:
    """Return a decorator that registers a function as a feature set; the parameters are its attributes."""

    def decorate(compute: Callable[[FloatArray], Rows]) -> Callable[[FloatArray], Rows]:
        member = FeatureSet(name, version, rate_hz, columns, description, compute, longest_s, compute_pieces)
        FEATURE_SETS.add(name, member)
        return compute

    return decorate


@dataclass(frozen=True)
class FeatureTable:
    """The columns of one song.

    Attributes
    ----------
    name, version : str, int
        The feature set.
    columns : tuple of str
        Names of the columns.
    values : ndarray of float64, shape (segments, columns)
        One row per segment, read-only.
    starts_s, ends_s : tuple of float
        Where each segment lies in the song.
    notes : tuple of str
        What had to be salvaged or assumed when the sound was read.

    Examples
    --------
    >>> FeatureTable("pair", 1, ("a", "b"), np.array([[1.0, 2.0]]), (0.0,), (3.0,)).to_dict()
    {'a': [1.0], 'b': [2.0]}
    """

    name: str
    version: int
    columns: tuple[str, ...]
    values: NDArray[np.float64]
    starts_s: tuple[float, ...]
    ends_s: tuple[float, ...]
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, list[float]]:
        """Return a list per column, one number per segment."""
        return {column: self.values[:, i].tolist() for i, column in enumerate(self.columns)}

    def to_frame(self) -> "pandas.DataFrame":
        """Return a data frame: ``start_s`` and ``end_s``, then the columns.

        Raises
        ------
        EarmarkError
            If pandas is not installed.
        """
        try:
            import pandas as pd  # noqa: PLC0415 - nothing else here needs it
        except ImportError as error:
            raise EarmarkError("pandas is not installed", "pip install 'earmark[frame]'") from error
        frame = pd.DataFrame(self.values, columns=list(self.columns))
        frame.insert(0, "start_s", self.starts_s)
        frame.insert(1, "end_s", self.ends_s)
        return frame


def _of_file(song: Any, chosen: FeatureSet) -> tuple[Rows, tuple[str, ...]]:
    """Compute a feature set of a file; return the rows and what there is to say of the file."""
    with audio.AudioFile(song) as file:
        if chosen.compute_pieces is not None:
            notes: list[str] = []
            return chosen.compute_pieces(_pieces(file, chosen.rate_hz, notes)), tuple(notes)
        limit_s = chosen.longest_s
        clip = file.read(0.0, None if limit_s is None else limit_s + 1.0, chosen.rate_hz)
        if limit_s is not None and clip.duration_s > limit_s:
            stated_s = file.info.duration_s or 0.0
            length = f"{stated_s:.0f} s" if stated_s > limit_s else f"more than {limit_s:g} s"
            raise _too_long(
                f"'{shown(song)}' lasts {length}",
                chosen,
                "take an excerpt: clip = audio.load(path, offset_s=0, duration_s=60), then "
                f"extract(clip.samples, '{chosen.name}', rate=clip.rate_hz)",
            )
    return chosen.compute(clip.samples), clip.notes


def _pieces(file: audio.AudioFile, rate_hz: int, notes: list[str]) -> Iterator[FloatArray]:
    """Yield the samples of a file a stretch at a time, and gather what there is to say of it."""
    for clip in file.stream(rate_hz=rate_hz):
        notes.extend(clip.notes)
        yield clip.samples


def _of_samples(samples: Any, rate: Any, chosen: FeatureSet) -> tuple[Rows, tuple[str, ...]]:
    """Compute a feature set of samples in memory; return the rows and what there is to say of them."""
    mono = audio.from_samples(samples, rate, rate_hz=rate)  # at their own rate: resampled they may be many
    if chosen.longest_s is not None and mono.duration_s > chosen.longest_s:
        raise _too_long(
            f"samples that last {mono.duration_s:.0f} s",
            chosen,
            f"give a part of them, up to {chosen.longest_s:g} s long",
        )
    clip = audio.from_samples(mono.samples, mono.rate_hz, rate_hz=chosen.rate_hz)
    return chosen.compute(clip.samples), mono.notes


def _too_long(what: str, chosen: FeatureSet, hint: str) -> ArgumentError:
    return ArgumentError(
        f"{what}, and '{chosen.name}' needs a whole song in memory: at most {chosen.longest_s:g} s", hint
    )


def extract(song: Any, features: str = "gtzan58", rate: float | None = None) -> FeatureTable:
    """Compute a feature set of a song.

    ``musicnn`` hears a file two patches at a time: an hour of mp3 takes 200 MB of memory. ``gtzan58`` needs
    the spectrum of the whole song at once, 60 MB a minute, and takes songs of up to 30 minutes (1.8 GB); of
    a longer one take an excerpt with ``earmark.audio.load(path, offset_s=..., duration_s=...)``.

    Parameters
    ----------
    song : str or os.PathLike or bytes or array_like
        A sound file, or samples: shape (n,) for mono, (channels, n) or (n, channels) otherwise; the shorter
        axis is the channels, and of two equal ones the second. Floats have full scale ±1, integers that of
        their type, which has at most 32 bits.
    features : str
        A name in :data:`FEATURE_SETS`.
    rate : float, optional
        Sampling rate of samples in hertz; not for a file.

    Returns
    -------
    FeatureTable

    Raises
    ------
    UnknownNameError
        If no feature set has that name.
    ArgumentError
        If samples come without a rate or a file with one, if the samples are none, or if the song is longer
        than the feature set's ``longest_s``.
    AudioError
        If the sound cannot be had.

    Examples
    --------
    >>> tone = np.sin(2 * np.pi * 440 * np.arange(22050) / 22050)
    >>> table = extract(tone, rate=22050)
    >>> len(table.columns), table.to_dict()["length"]
    (58, [22050.0])
    """
    if not isinstance(features, str):
        raise ArgumentError(
            f"features of type {type(features).__name__}", f"give a name: {' or '.join(FEATURE_SETS)}"
        )
    chosen = FEATURE_SETS[features]
    if isinstance(song, str | bytes | os.PathLike):
        if rate is not None:
            raise ArgumentError(f"a rate of {rate} Hz for a file", "leave out rate: a file knows its own")
        rows, notes = _of_file(song, chosen)
    elif rate is None:
        raise ArgumentError("samples without a sampling rate", "give rate, e.g. extract(samples, rate=44100)")
    else:
        rows, notes = _of_samples(song, rate, chosen)
    values = np.array(rows.values, dtype=np.float64)
    values.flags.writeable = False
    starts_s, ends_s = tuple(rows.starts_s), tuple(rows.ends_s)
    return FeatureTable(chosen.name, chosen.version, chosen.columns, values, starts_s, ends_s, notes)
