"""The nouns that cross rooms: a track, a clip of sound, a segment's verdict, a song's prediction."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]

Verdict = Literal["sure", "unsure", "not music", "silent", "failed"]


@dataclass(frozen=True)
class Track:
    """One song of a catalogue, whoever tells of it; what nobody tells is None or empty.

    Attributes
    ----------
    track_id : str
        ``"t"`` and 16 hexadecimal digits, made from what identifies the song.
    title, artist, album : str or None
        As the first provider spells them; `artist` is the first of `artists`.
    artists : tuple of str
        All its artists.
    duration_s : float or None
        Length of the song in seconds.
    isrc, musicbrainz_id : str or None
        Names of the recording that hold everywhere.
    tags : tuple of str
        Raw genre tags of all providers.
    playlists : tuple of str
        The playlists in which it was found.
    year : int or None
        When it was released.
    preview_url : str or None
        Where an excerpt can be heard.
    path : str or None
        The file, if it lies on this machine.
    providers : tuple of str
        Who told of it.
    merged_by : str
        Why several records are this one song, by the weakest reason: ``"isrc"``, ``"musicbrainz"``,
        ``"artist+title+duration"`` or ``"artist+title"``; ``""`` if one record is all.
    fetched_at : datetime
        When the last of these records was got, UTC.
    """

    track_id: str
    title: str | None
    artist: str | None
    artists: tuple[str, ...]
    album: str | None
    duration_s: float | None
    isrc: str | None
    musicbrainz_id: str | None
    tags: tuple[str, ...]
    playlists: tuple[str, ...]
    year: int | None
    preview_url: str | None
    path: str | None
    providers: tuple[str, ...]
    merged_by: str
    fetched_at: datetime


@dataclass(frozen=True)
class Clip:
    """Mono sound at one rate.

    Attributes
    ----------
    samples : ndarray of float32, shape (n,)
        Finite samples, full scale ±1.
    rate_hz : int
        Sampling rate.
    start_s : float
        Where the clip begins in the song.
    notes : tuple of str
        What had to be salvaged or assumed, in the user's words; empty for a sound file.
    """

    samples: FloatArray
    rate_hz: int
    start_s: float = 0.0
    notes: tuple[str, ...] = ()

    @property
    def duration_s(self) -> float:
        """Length of the clip in seconds."""
        return len(self.samples) / self.rate_hz


@dataclass(frozen=True)
class Segment:
    """What was heard in one stretch of a song.

    Attributes
    ----------
    start_s, end_s : float
        Where the stretch lies in the song.
    genre : str
        Its most probable genre.
    p : float
        Probability of that genre, 0 to 1.
    """

    start_s: float
    end_s: float
    genre: str
    p: float


@dataclass(frozen=True)
class Prediction:
    """What Earmark says about one song.

    Attributes
    ----------
    path : str
        The file, or ``""`` for samples from memory.
    verdict : {"sure", "unsure", "not music", "silent", "failed"}
        How far the genre can be trusted; ``failed`` if the sound could not be had.
    genre : str or None
        The most probable genre; None unless the verdict is ``sure`` or ``unsure``.
    confidence : float
        Calibrated probability of `genre`, 0 to 1.
    genres : dict of str to float
        Calibrated probability of every genre, most probable first; sums to 1.
    genre_set : tuple of str
        The prediction set: it holds the right genre for 90 % of songs of new artists.
    tags : dict of str to float
        Strongest musiCNN tags with their activations, 0 to 1.
    segments : tuple of Segment
        The stretches heard, in order.
    model : dict of str to str
        ``name`` and ``version`` of the bundle.
    duration_s : float
        Length of the song.
    notes : tuple of str
        What had to be salvaged or assumed, and a doubt that shows nowhere else.
    error : str or None
        Why there is no answer.
    """

    path: str
    verdict: Verdict
    genre: str | None = None
    confidence: float = 0.0
    genres: dict[str, float] = field(default_factory=dict)
    genre_set: tuple[str, ...] = ()
    tags: dict[str, float] = field(default_factory=dict)
    segments: tuple[Segment, ...] = ()
    model: dict[str, str] = field(default_factory=dict)
    duration_s: float = 0.0
    notes: tuple[str, ...] = ()
    error: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return what ``earmark classify --json`` prints: plain JSON types, probabilities to 4 places."""
        return {
            "path": self.path,
            "verdict": self.verdict,
            "genre": self.genre,
            "confidence": round(self.confidence, 4),
            "genres": {genre: round(p, 4) for genre, p in self.genres.items()},
            "set": list(self.genre_set),
            "tags": {tag: round(p, 4) for tag, p in self.tags.items()},
            "segments": [
                {
                    "start_s": round(s.start_s, 3),
                    "end_s": round(s.end_s, 3),
                    "genre": s.genre,
                    "p": round(s.p, 4),
                }
                for s in self.segments
            ],
            "model": dict(self.model),
            "duration_s": round(self.duration_s, 3),
            "notes": list(self.notes),
            "error": self.error,
        }
