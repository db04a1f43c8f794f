"""The formats Earmark promises to read, each proved by writing a tiny file of it and reading that back."""

import io
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import av
import numpy as np

from earmark.audio import load
from earmark.errors import EarmarkError

_RATE_HZ = 48_000
_LENGTH_S = 0.5


@dataclass(frozen=True)
class Format:
    """One promised format: its name, and the suffix, container and encoder that make a file of it."""

    name: str
    suffix: str
    container: str
    encoder: str


FORMATS = (
    Format("wav", ".wav", "wav", "pcm_s16le"),
    Format("flac", ".flac", "flac", "flac"),
    Format("mp3", ".mp3", "mp3", "libmp3lame"),
    Format("ogg vorbis", ".ogg", "ogg", "vorbis"),
    Format("ogg opus", ".opus", "ogg", "libopus"),
    Format("m4a (aac)", ".m4a", "ipod", "aac"),
    Format("aiff", ".aiff", "aiff", "pcm_s16be"),
    Format("wma", ".wma", "asf", "wmav2"),
)


def ffmpeg_version() -> str:
    """Return the version of the FFmpeg inside PyAV."""
    return av.ffmpeg_version_info


def why_unreadable(kind: Format) -> str | None:
    """Return why a tiny file of this format does not decode, or None if it does."""
    try:
        sound = tiny_file(kind)
    except Exception as error:  # noqa: BLE001  (a missing encoder is told in as many ways as FFmpeg has)
        return f"could not be tried: {error}"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"tiny{kind.suffix}")
        path.write_bytes(sound)
        try:
            clip = load(path)
        except EarmarkError as error:
            return str(error)
    if abs(clip.duration_s - _LENGTH_S) > 0.2 or float(np.max(np.abs(clip.samples))) < 0.1:
        return f"half a second of tone came back as {clip.duration_s:.2f} s that differ from it"
    return None


def tiny_file(kind: Format) -> bytes:
    """Return half a second of a 440-Hz tone as a stereo file of this format."""
    t = np.arange(int(_LENGTH_S * _RATE_HZ)) / _RATE_HZ
    tone = (0.5 * np.sin(2 * np.pi * 440 * t)).astype(np.float32)
    file = io.BytesIO()
    with av.open(file, "w", format=kind.container) as container:
        stream = cast(av.AudioStream, container.add_stream(kind.encoder, rate=_RATE_HZ))
        stream.codec_context.layout = "stereo"
        stream.bit_rate = 128_000
        # FFmpeg's own Vorbis encoder counts as an experiment.
        stream.options = {"strict": "experimental"}
        frame = av.AudioFrame.from_ndarray(np.stack([tone, tone]), format="fltp", layout="stereo")
        frame.sample_rate = _RATE_HZ
        for piece in (frame, None):
            container.mux(stream.encode(piece))
    return file.getvalue()
