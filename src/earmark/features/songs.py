"""Every feature set asked for, of one song that is decoded once and cut as asked."""

import math
import os
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from earmark import audio
from earmark._dsp.beats import beat_frames
from earmark._dsp.core import core
from earmark._dsp.passes import HOP
from earmark._dsp.summary import summarise
from earmark.audio import shown
from earmark.audio.windows import (
    Cutter,
    Last,
    Piece,
    Slices,
    Window,
    by_beats,
    by_tempo,
    count,
    parse_window,
    rounded,
    sliced,
)
from earmark.errors import ArgumentError, EmptyAudioError
from earmark.features.sources import Memory, Source, excerpt, part_of_file
from earmark.features.table import FEATURE_SETS, FeatureSet, FeatureTable, Rows
from earmark.records import FloatArray

LONGEST_CUT_S = 3600.0
"""Bars and beats need all of a song in memory, 5 MB a minute."""


class _Bench:
    """The feature sets of one rate, which measure a song piece by piece."""

    def __init__(self, members: list[FeatureSet], rate_hz: int, window: Window, offset_s: float) -> None:
        self.rate_hz = rate_hz
        self.cutter = Cutter(window, rate_hz)
        self.rows: dict[str, list[Rows]] = {member.name: [] for member in members}
        self._members = members
        self._offset_s = offset_s
        self._uncut = window.kind == "whole"
        self._parts = frozenset[str]().union(*(m.parts for m in members if m.row_of is not None))

    def measure(self, pieces: Iterable[Piece]) -> None:
        """Compute every set of each piece; those that are a selection from a summary share it."""
        for start, samples in pieces:
            if not (self._members and len(samples)):
                continue
            start_s = self._offset_s + start / self.rate_hz
            end_s = start_s + len(samples) / self.rate_hz
            summary = summarise(samples, self.rate_hz, self._parts) if self._parts else None
            for member in self._members:
                if summary is not None and member.row_of is not None:
                    rows = Rows(member.row_of(summary)[np.newaxis], [start_s], [end_s])
                else:
                    rows = member.compute(samples)
                    if not self._uncut:
                        rows = Rows(rows.values.mean(axis=0, keepdims=True), [start_s], [end_s])
                self.rows[member.name].append(rows)


class _Song:
    """One song on its way from blocks of samples to tables."""

    def __init__(self, members: list[FeatureSet], window: Window, offset_s: float = 0.0) -> None:
        self._members = members
        self._window = window
        # One set may draw a whole song of any length through itself; the others are handed it.
        whole = window.kind == "whole"
        self._drawing = next((m for m in members if whole and m.compute_pieces is not None), None)
        benched = [m for m in members if m is not self._drawing]
        self._benches = {
            rate_hz: _Bench([m for m in benched if m.rate_hz == rate_hz], rate_hz, window, offset_s)
            for rate_hz in _rates_hz(members, window)
        }

    def tables(self, source: Source, check: Callable[[float], None]) -> tuple[FeatureTable, ...]:
        """Hear the song once and return the table of every set; `check` raises where it gets too long."""
        found: dict[str, list[Rows]] = {}
        drawing = self._drawing
        if drawing is not None and drawing.compute_pieces is not None:
            found[drawing.name] = [drawing.compute_pieces(self._passing(source, check, drawing.rate_hz))]
        else:
            for _ in self._passing(source, check, self._members[0].rate_hz):
                pass
        notes = self._finish(source.decoded_s)
        for bench in self._benches.values():
            found.update(bench.rows)
        return tuple(_table(member, found[member.name], (*source.notes, *notes)) for member in self._members)

    def _passing(self, source: Source, check: Callable[[float], None], rate_hz: int) -> Iterator[FloatArray]:
        """Hand every block to the benches, and on those of one rate."""
        by_music = self._window.kind in ("bars", "beats")
        for blocks in source:
            for bench, block in zip(self._benches.values(), blocks, strict=True):
                if bench.rows or by_music:
                    bench.measure(bench.cutter.push(block))
                    check(bench.cutter.taken / bench.rate_hz)
                if bench.rate_hz == rate_hz:
                    yield block

    def _finish(self, duration_s: float) -> tuple[str, ...]:
        """Measure what is left when the song has ended, and return what there is to say of its end."""
        if self._window.kind in ("bars", "beats"):
            return self._by_music(duration_s)
        windows = count(self._window, duration_s)
        for bench in self._benches.values():
            bench.measure(bench.cutter.finish(windows))
        return windows.notes

    def _by_music(self, duration_s: float) -> tuple[str, ...]:
        """Measure a song by its bars or beats."""
        end = count(self._window, duration_s)
        songs = {rate_hz: next(bench.cutter.finish(end)).samples for rate_hz, bench in self._benches.items()}
        heard = songs[audio.RATE_HZ]
        if self._window.kind == "bars":
            slices = by_tempo(self._window, _tempo_bpm(heard), duration_s)
        else:
            slices = by_beats(self._window, _beats_s(heard), duration_s)
        _check_slices(slices, self._members)
        for rate_hz, bench in self._benches.items():
            bench.measure(sliced(songs[rate_hz], rate_hz, slices))
        return slices.notes


def _tempo_bpm(samples: FloatArray) -> float:
    """Return the tempo of Groover's extractor, which cuts into bars by it; the beat tracker's may differ."""
    return summarise(samples, audio.RATE_HZ, frozenset({"tempo_all_bands"})).numbers["tempo_all_bands_bpm"]


def _beats_s(samples: FloatArray) -> list[float]:
    onsets = core(samples, audio.RATE_HZ, frozenset({"onsets"})).onsets
    return [float(frame) * HOP / audio.RATE_HZ for frame in beat_frames(onsets, audio.RATE_HZ, HOP)]


def _check_slices(slices: Slices, members: list[FeatureSet]) -> None:
    """Raise where a piece is too long for a feature set, as a song without beats may be."""
    longest_s = max(end_s - start_s for start_s, end_s in slices.spans_s)
    for member in members:
        if member.longest_s is not None and longest_s > member.longest_s:
            raise ArgumentError(
                f"a piece of {rounded(longest_s)} without bars or beats, and '{member.name}' needs a whole "
                f"piece in memory: at most {member.longest_s:g} s",
                "take windows of fixed length, e.g. window='3s'",
            )


def _rates_hz(members: list[FeatureSet], window: Window) -> tuple[int, ...]:
    rates_hz = dict.fromkeys(member.rate_hz for member in members)
    if window.kind in ("bars", "beats"):
        rates_hz[audio.RATE_HZ] = None  # tempo and beats are found there
    return tuple(rates_hz)


def _table(member: FeatureSet, rows: list[Rows], notes: tuple[str, ...]) -> FeatureTable:
    if not rows:
        raise EmptyAudioError(
            f"too little sound for one sample at {member.rate_hz} Hz", "take a song that lasts longer"
        )
    values = np.concatenate([np.asarray(part.values, np.float64) for part in rows])
    values.flags.writeable = False
    starts_s = tuple(at_s for part in rows for at_s in part.starts_s)
    ends_s = tuple(at_s for part in rows for at_s in part.ends_s)
    return FeatureTable(member.name, member.version, member.columns, values, starts_s, ends_s, notes)


class _Limit:
    """How long a song may be where all of it, or of a piece, is needed in memory."""

    def __init__(self, members: list[FeatureSet], window: Window) -> None:
        self.longest_s, self._why = math.inf, ""
        what = "a whole song" if window.kind == "whole" else "a whole piece"
        for member in members:
            if member.longest_s is not None and member.longest_s < self.longest_s:
                self.longest_s = member.longest_s
                self._why = f"'{member.name}' needs {what} in memory"
        if window.kind in ("fixed", "excerpt"):
            if window.length_s > self.longest_s:
                raise self.error(f"a window of {window}", "give a shorter one")
            self.longest_s = math.inf
        elif window.kind != "whole":
            self.longest_s = LONGEST_CUT_S
            self._why = f"{window.kind} need a whole song in memory"

    def error(self, what: str, hint: str) -> ArgumentError:
        return ArgumentError(f"{what}, and {self._why}: at most {self.longest_s:g} s", hint)

    def of_file(self, name: str, stated_s: float | None) -> Callable[[float], None]:
        """Return what raises once more of a file is in memory than may be."""

        def check(duration_s: float) -> None:
            if duration_s <= self.longest_s:
                return
            known = stated_s is not None and stated_s > self.longest_s
            length = f"{stated_s:.0f} s" if known else f"more than {self.longest_s:g} s"
            raise self.error(
                f"'{name}' lasts {length}",
                "take a part of it, e.g. window='0s+60s', or windows of fixed length, e.g. window='3s'",
            )

        return check

    def of_samples(self, duration_s: float) -> None:
        """Raise if samples are too many."""
        if duration_s > self.longest_s:
            raise self.error(
                f"samples that last {duration_s:.0f} s",
                f"give a part of them, up to {self.longest_s:g} s long",
            )


def measure(address: audio.AnyPath, sets: tuple[str, ...], window: str | Window) -> tuple[FeatureTable, ...]:
    """Compute feature sets of a file, which is decoded once for all of them.

    Windows of fixed length need memory for one of them, however long the song; excerpts are found by seeking;
    a whole song, bars and beats need the samples of the song, 5 MB a minute, but for ``musicnn``, which hears
    a whole song piece by piece. A feature set that gives several rows for a piece, as ``musicnn`` does, gives
    their mean; only of a whole song it gives all of them.

    Parameters
    ----------
    address : str or os.PathLike or bytes
        A sound file.
    sets : tuple of str
        Names in :data:`~earmark.features.FEATURE_SETS`, at least one.
    window : str or Window
        How the song is cut: see :func:`earmark.audio.windows.parse_window`.

    Returns
    -------
    tuple of FeatureTable
        One for each name; but for the several rows of a whole song, row by row the same pieces of it.

    Raises
    ------
    UnknownNameError
        If no feature set has one of the names.
    ArgumentError
        If the song, or the window, is longer than what a feature set takes.
    AudioError
        If the sound cannot be had.

    Examples
    --------
    >>> [table] = measure(song, ("gtzan58",), "1s+3s")
    >>> table.starts_s, table.ends_s, table.notes
    ((1.0,), (4.0,), ())
    """
    if not sets:
        raise ArgumentError("no feature set was named", "give at least one")
    window = parse_window(window)
    members = [FEATURE_SETS[name] for name in dict.fromkeys(sets)]
    limit = _Limit(members, window)
    rates_hz = _rates_hz(members, window)
    with audio.AudioFile(address) as file:
        check = limit.of_file(shown(address), file.info.duration_s)
        if window.kind != "excerpt":
            return _Song(members, window).tables(file.decode(rates_hz), check)
        heard, start_s = excerpt(window, lambda at_s, length_s: part_of_file(file, rates_hz, at_s, length_s))
    return _Song(members, window, start_s).tables(heard, check)


def _of_samples(samples: Any, rate: Any, chosen: FeatureSet, window: Window) -> FeatureTable:
    """Compute a feature set of samples in memory."""
    members = [chosen]
    limit = _Limit(members, window)
    mono = audio.from_samples(samples, rate, rate_hz=rate)  # at their own rate: resampled they may be many
    limit.of_samples(mono.duration_s)
    rates_hz = _rates_hz(members, window)
    clips = [audio.from_samples(mono.samples, mono.rate_hz, rate_hz=rate_hz) for rate_hz in rates_hz]
    heard, start_s = Memory(tuple(clip.samples for clip in clips), rates_hz, mono.notes), 0.0
    heard.decoded_s = mono.duration_s
    if window.kind == "excerpt":
        heard, start_s = excerpt(window, heard.part)
    [table] = _Song(members, window, start_s).tables(heard, limit.of_samples)
    return table


def extract(
    song: Any,
    features: str = "gtzan58",
    rate: float | None = None,
    window: str | Window = "whole",
    last: Last | None = None,
) -> FeatureTable:
    """Compute a feature set of a song, or of the pieces that a window cuts it into.

    A file is never wholly in memory if it is cut into windows of fixed length; :func:`measure` says what the
    others need. Every piece gives the numbers that it would give on its own.

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
    window : str or Window
        How it is cut, e.g. ``"3s"``: see :func:`earmark.audio.windows.parse_window`.
    last : {"drop", "keep"}, optional
        What becomes of a last piece shorter than the window; it is dropped, and the notes say so.

    Returns
    -------
    FeatureTable

    Raises
    ------
    UnknownNameError
        If no feature set has that name.
    ArgumentError
        If samples come without a rate or a file with one, if the samples are none, if no window is called
        that, or if the song or the window is longer than what the feature set takes.
    AudioError
        If the sound cannot be had.

    Examples
    --------
    >>> tone = np.sin(2 * np.pi * 440 * np.arange(4 * 22050) / 22050)
    >>> table = extract(tone, rate=22050, window="1.5s")
    >>> len(table.columns), table.to_dict()["length"], table.notes
    (58, [33075.0, 33075.0], ('the last 1 s, less than a window of 1.5 s, dropped',))
    """
    if not isinstance(features, str):
        raise ArgumentError(
            f"features of type {type(features).__name__}", f"give one of {', '.join(FEATURE_SETS)}"
        )
    chosen = FEATURE_SETS[features]
    cut = parse_window(window, last)
    if isinstance(song, str | bytes | os.PathLike):
        if rate is not None:
            raise ArgumentError(f"a rate of {rate} Hz for a file", "leave out rate: a file knows its own")
        return measure(song, (features,), cut)[0]
    if rate is None:
        raise ArgumentError("samples without a sampling rate", "give rate, e.g. extract(samples, rate=44100)")
    return _of_samples(song, rate, chosen, cut)
