"""A song in, its genre out."""

import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from earmark import audio
from earmark.errors import ArgumentError, BundleError, EarmarkError
from earmark.features import musicnn
from earmark.features.listen import Heard, listen
from earmark.models import bundle as bundles
from earmark.models.head import Array, input_names, statistics
from earmark.records import Prediction, Segment, Verdict

AnyPath = str | bytes | os.PathLike[str]
N_TAGS = 8
_MAKE_AGAIN = "make it again with this version of Earmark"


@dataclass(frozen=True)
class Song:
    """A file that was found, or a place that gave none.

    Attributes
    ----------
    path : Path or str
        Where it lies; text for an address elsewhere.
    error : EarmarkError or None
        Why it cannot be heard.
    """

    path: Path | str
    error: EarmarkError | None = None


class Predictor:
    """Says the genre of songs with one model.

    Parameters
    ----------
    bundle : str or os.PathLike, optional
        A model folder; the built-in ``gtzan10`` if left out.

    Raises
    ------
    BundleError
        If the model is missing, foreign, newer, damaged or tampered with.

    Examples
    --------
    >>> Predictor().predict(np.zeros(16_000 * 5, np.float32), rate=16_000).verdict
    'silent'
    """

    def __init__(self, bundle: str | os.PathLike[str] | None = None) -> None:
        self._bundle = bundles.load(bundles.BUILT_IN if bundle is None else Path(bundle))
        if self._bundle.features["sha256"] != musicnn.checksum():
            raise BundleError(
                f"the model '{self._bundle.name}' was made for other musiCNN weights", _MAKE_AGAIN
            )
        if self._bundle.columns != input_names(musicnn.TAGS):
            raise BundleError(f"the model '{self._bundle.name}' was made for other inputs", _MAKE_AGAIN)

    @property
    def name(self) -> str:
        """Name of the model."""
        return self._bundle.name

    @property
    def version(self) -> str:
        """Version of the model."""
        return self._bundle.version

    @property
    def genres(self) -> tuple[str, ...]:
        """The genres it knows."""
        return self._bundle.genres

    def predict(self, song: Any, rate: float | None = None, *, thorough: bool = False) -> Prediction:
        """Say the genre of one song.

        Parameters
        ----------
        song : str or os.PathLike or bytes or array_like
            A sound file, or samples: shape (n,) for mono, (channels, n) or (n, channels) otherwise.
        rate : float, optional
            Sampling rate of samples in hertz; not for a file.
        thorough : bool
            Hear the whole song instead of up to 20 patches of three seconds spread evenly over it.

        Raises
        ------
        AudioError
            If the sound cannot be had.
        ArgumentError
            If samples come without a rate or a file with one.
        """
        path = os.fsdecode(song) if isinstance(song, str | bytes | os.PathLike) else ""
        return self._judge(path, listen(song, rate, thorough=thorough))

    def find(self, paths: AnyPath | Iterable[AnyPath]) -> list[Song]:
        """Return the songs among files and folders, in the order given, each once.

        Two names of one file are one song, and the first name stays; a path that gives nothing is a
        :class:`Song` with its error.

        Parameters
        ----------
        paths : str or os.PathLike or bytes, or an iterable of them
            Files and folders.
        """
        songs: dict[str, Song] = {}
        for path in [paths] if isinstance(paths, str | bytes | os.PathLike) else paths:
            found = audio.find_audio([path])
            for file in found.files:
                songs.setdefault(_real(file), Song(file))
            for place, error in found.errors:
                songs.setdefault(_real(place), Song(place, error))
        return list(songs.values())

    def predict_many(
        self, songs: Iterable[Song], *, thorough: bool = False, workers: int | None = None
    ) -> Iterator[Prediction]:
        """Yield the prediction of each song in order; a song that fails has the verdict ``failed``.

        Parameters
        ----------
        songs : iterable of Song
            What :meth:`find` returns.
        thorough : bool
            Hear every song whole.
        workers : int, optional
            Songs heard at once, at least 1; as many as there are processors by default.
        """
        workers = workers if workers is not None else os.cpu_count() or 1
        if workers < 1:
            raise ArgumentError(f"{workers} workers", "give at least 1")
        pool = ThreadPoolExecutor(workers, thread_name_prefix="earmark")
        under_way: deque[Future[Prediction]] = deque()
        try:
            for song in songs:
                under_way.append(pool.submit(self._attempt, song, thorough=thorough))
                if len(under_way) > workers:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def _attempt(self, song: Song, *, thorough: bool) -> Prediction:
        """Predict one song; a song that fails is a row, never the end of a batch."""
        try:
            if song.error is not None:
                raise song.error
            return self.predict(song.path, thorough=thorough)
        except EarmarkError as error:
            model = {"name": self.name, "version": self.version}
            return Prediction(os.fspath(song.path), "failed", model=model, error=str(error))

    def _judge(self, path: str, heard: Heard) -> Prediction:
        """Turn what was heard into an answer; the rules are written in the bundle's card."""
        bundle, limits = self._bundle, self._bundle.thresholds
        blank = Prediction(
            path,
            "silent",
            model={"name": bundle.name, "version": bundle.version},
            duration_s=heard.duration_s,
            notes=heard.notes,
        )
        loud = np.flatnonzero(heard.level_db >= limits.silence_db)
        if not len(loud):
            return blank
        patches = statistics(heard.tags[loud])
        music_p = bundle.head.music_p(patches)
        blank = replace(blank, tags=_strongest(heard.tags[loud]))
        if music_p < limits.music_p:
            return replace(blank, verdict="not music")
        song_p, each_p = bundle.head.genres(patches)
        best = int(song_p.argmax())
        heard_s = sum(heard.ends_s[i] - heard.starts_s[i] for i in loud)
        sure = song_p[best] >= limits.sure_p and music_p >= limits.sure_music_p and heard_s >= limits.sure_s
        verdict: Verdict = "sure" if sure else "unsure"
        # The other reasons show in the confidence and the length; this one would show nowhere.
        doubt = ("unsure because it may be no music",) if music_p < limits.sure_music_p else ()
        order = np.argsort(-song_p, kind="stable")
        return replace(
            blank,
            verdict=verdict,
            notes=(*heard.notes, *doubt),
            genre=bundle.genres[best],
            confidence=float(song_p[best]),
            genres={bundle.genres[i]: float(song_p[i]) for i in order},
            genre_set=tuple(bundle.genres[i] for i in order if song_p[i] >= limits.set_p or i == best),
            segments=tuple(self._segments(heard, loud.tolist(), each_p)),
        )

    def _segments(self, heard: Heard, loud: list[int], each_p: Array) -> Iterator[Segment]:
        """Yield the best genre of every patch that is not silent."""
        for i, p in zip(loud, each_p, strict=True):
            best = int(p.argmax())
            yield Segment(heard.starts_s[i], heard.ends_s[i], self._bundle.genres[best], float(p[best]))


def _real(path: Path | str) -> str:
    """Return the one name that all names of a file share; an address is its own."""
    if isinstance(path, str):
        return path
    try:
        return os.path.realpath(path)
    except ValueError:  # a null byte: no file can have the name
        return os.fspath(path)


def _strongest(tags: Any) -> dict[str, float]:
    """Return the strongest tags of a song with their mean activation."""
    mean = tags.mean(axis=0)
    return {musicnn.TAGS[i]: float(mean[i]) for i in np.argsort(-mean, kind="stable")[:N_TAGS]}


def classify(
    song: Any,
    rate: float | None = None,
    *,
    thorough: bool = False,
    model: str | os.PathLike[str] | None = None,
) -> Prediction:
    """Say the genre of one song; for several, make one :class:`Predictor`.

    Parameters
    ----------
    song : str or os.PathLike or bytes or array_like
        A sound file, or samples.
    rate : float, optional
        Sampling rate of samples in hertz; not for a file.
    thorough : bool
        Hear the whole song instead of up to 20 patches of three seconds spread evenly over it.
    model : str or os.PathLike, optional
        A model folder; the built-in ``gtzan10`` if left out.

    Returns
    -------
    Prediction

    Raises
    ------
    AudioError, ArgumentError, BundleError
        As :meth:`Predictor.predict` and :class:`Predictor`.

    Examples
    --------
    >>> classify(np.zeros(16_000 * 5, np.float32), rate=16_000).genre is None
    True
    """
    return Predictor(model).predict(song, rate, thorough=thorough)
