"""The GTZAN data that the built-in model is made from: stored taggrams, artists, published lists, audio.

Found through ``EARMARK_DATA``, else in ``../shared/data`` beside the project. The 290 clips of the published
test list are refused here, once for all tools.
"""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from earmark.features.listen import listen
from earmark.models.head import Array, statistics
from earmark.records import FloatArray

UNKNOWN = "unknown artist"
GENRES = ("blues", "classical", "country", "disco", "hiphop", "jazz", "metal", "pop", "reggae", "rock")


@dataclass(frozen=True)
class Song:
    """One clip as the head sees it.

    Attributes
    ----------
    clip, genre, artist : str
        ``blues.00000``, ``blues``, ``john lee hooker``; a clip of unknown artist is an artist of its own.
    tags : ndarray of float32, shape (patches, 50)
        Tag activations.
    """

    clip: str
    genre: str
    artist: str
    tags: FloatArray

    @property
    def side(self) -> str:
        """What must not be parted by a split: the artist, or all clips of a genre whose artist is unknown.

        Some of those follow each other in the index and are likely to be one artist's.
        """
        return f"{UNKNOWN} of {self.genre}" if self.artist.startswith(UNKNOWN) else self.artist

    @property
    def patches(self) -> Array:
        """The head's inputs, shape (patches, 100)."""
        return statistics(self.tags)


def data() -> Path:
    """Return the GTZAN folder or end the program with what is missing."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("EARMARK_DATA", beside)) / "gtzan"
    if not folder.is_dir():
        sys.exit(f"there is no GTZAN data at '{folder}'; set EARMARK_DATA to the folder that holds gtzan/")
    return folder


def listed(name: str) -> list[str]:
    """Return the clips of a published list: ``train``, ``valid`` or ``test``."""
    lines = (data() / "splits" / f"{name}_filtered.txt").read_text().split()
    return [Path(line).stem for line in lines]


def artists() -> dict[str, str]:
    """Return the artist of every clip by Sturm's index, in lower case."""
    found: dict[str, str] = {}
    text = (data() / "splits" / "artists.txt").read_text(encoding="utf-8", errors="replace")
    for line in text.splitlines():
        parts = [part.strip() for part in line.split(":::")]
        if len(parts) > 1:
            clip = parts[0].removesuffix(".wav")
            found[clip] = " ".join(parts[1].lower().split()) or f"{UNKNOWN} of {clip}"
    return found


def _song(clip: str, tags: FloatArray, artist_of: dict[str, str]) -> Song:
    return Song(clip, clip.split(".", maxsplit=1)[0], artist_of.get(clip, f"{UNKNOWN} of {clip}"), tags)


def stored_songs() -> list[Song]:
    """Return the clips of the train list from their stored taggrams."""
    with np.load(data() / "musicnn_taggram_train.npz") as stored:
        ids = np.array([Path(name).stem for name in stored["IDS"]])
        tags = stored["X"]
    allowed, artist_of = set(listed("train")), artists()
    clips = [clip for clip in dict.fromkeys(ids.tolist()) if clip in allowed]
    return [_song(clip, tags[ids == clip], artist_of) for clip in clips]


def audio_files(name: str) -> dict[str, Path]:
    """Return the audio that is present of the clips of a list."""
    if name == "test":
        sys.exit("the published test list is never heard by these tools")
    paths = {clip: data() / "audio" / clip.split(".")[0] / f"{clip}.ogg" for clip in listed(name)}
    return {clip: path for clip, path in paths.items() if path.exists()}


def heard_songs(name: str) -> list[Song]:
    """Return the clips of a list whose audio is present, heard as `earmark classify` hears them."""
    artist_of = artists()
    return [_song(clip, listen(path).tags, artist_of) for clip, path in audio_files(name).items()]
