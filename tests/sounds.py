"""Sound files for tests, made on the spot with PyAV: every format, always the same bytes.

``write(tmp_path / "a.mp3", tone(440.0, seconds=2.0), 44100)``
"""

import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import av
import numpy as np
import pytest

from earmark import audio
from earmark.errors import AudioError


class Format(NamedTuple):
    """How a file of one ending is made."""

    container: str
    codec: str
    lossless: bool = False
    options: Mapping[str, str] = MappingProxyType({})
    sample_format: str = ""
    rate_hz: int = 44100
    channels: tuple[int, ...] = (1, 2)


# aac_pns=0: with it the decoder plays noise of its own making, different each time.
FORMATS: dict[str, Format] = {
    "wav": Format("wav", "pcm_s16le", lossless=True),
    "flac": Format("flac", "flac", lossless=True),
    "aiff": Format("aiff", "pcm_s16be", lossless=True),
    "mp3": Format("mp3", "libmp3lame"),
    "m4a": Format("ipod", "aac", options={"aac_pns": "0"}),
    "aac": Format("adts", "aac", options={"aac_pns": "0"}),
    "ogg": Format("ogg", "vorbis", options={"strict": "-2"}, channels=(2,)),
    "opus": Format("ogg", "libopus", rate_hz=48000),
    "wma": Format("asf", "wmav2", options={"b": "128000"}),
    "mka": Format("matroska", "flac", lossless=True),
    "webm": Format("webm", "libopus", rate_hz=48000),
    "caf": Format("caf", "pcm_s24le", lossless=True),
    "w64": Format("w64", "pcm_f32le", lossless=True),
    "au": Format("au", "pcm_s16be", lossless=True),
    "wv": Format("wv", "wavpack", lossless=True, sample_format="s16p"),
    "tta": Format("tta", "tta", lossless=True, sample_format="s16"),
    "mp2": Format("mp2", "mp2"),
    "ac3": Format("ac3", "ac3"),
}
_LAYOUTS = {1: "mono", 2: "stereo", 6: "5.1", 8: "7.1"}


def tone(
    hz: float = 440.0, level: float = 0.5, seconds: float = 2.0, rate_hz: int = 44100, channels: int = 2
) -> np.ndarray:
    """Return a sine of shape (n, channels), the same in each channel."""
    t = np.arange(round(seconds * rate_hz)) / rate_hz
    return np.repeat((level * np.sin(2 * np.pi * hz * t))[:, None], channels, axis=1).astype(np.float32)


def music(seconds: float = 2.0, rate_hz: int = 44100, channels: int = 2, seed: int = 0) -> np.ndarray:
    """Return sweeps with a little noise, shape (n, channels): no two moments or channels are alike."""
    rng = np.random.default_rng(seed)
    t = np.arange(round(seconds * rate_hz)) / rate_hz
    sweeps = [0.3 * np.sin(2 * np.pi * (200 + 150 * c) * t * (1 + t / 60)) for c in range(channels)]
    return (np.stack(sweeps, axis=1) + 0.02 * rng.standard_normal((len(t), channels))).astype(np.float32)


def write(path: Path, samples: np.ndarray, rate_hz: int, kind: str = "", **how: Any) -> Path:
    """Write samples of shape (n, channels) to a file of the kind that its ending names.

    ``kind`` names another one; ``codec``, ``sample_format``, ``options`` (of the codec) and
    ``container_options`` replace or extend what the kind says.
    """
    made = FORMATS[kind or path.suffix[1:]]
    layout = _LAYOUTS[samples.shape[1]]
    options = {"fflags": "+bitexact", **how.get("container_options", {})}
    with path.open("wb") as file, av.open(file, "w", format=made.container, options=options) as container:
        stream = container.add_stream(
            how.get("codec", made.codec),
            rate=rate_hz,
            layout=layout,
            options={**made.options, **how.get("options", {}), "flags": "+bitexact"},
        )
        context = stream.codec_context
        if sample_format := how.get("sample_format", made.sample_format):
            context.format = sample_format
        context.open()
        container.start_encoding()
        fit = av.AudioResampler(context.format, context.layout, rate_hz, context.frame_size or 4096)
        if len(samples):
            planar = np.ascontiguousarray(samples.T, np.float32)
            frame = av.AudioFrame.from_ndarray(planar, format="fltp", layout=layout)
            frame.sample_rate, frame.pts = rate_hz, 0
            for piece in [*fit.resample(frame), *fit.resample(None)]:
                container.mux(stream.encode(piece))
        container.mux(stream.encode(None))
    return path


def repeat(source: Path, path: Path, seconds: float) -> Path:
    """Write a long file of the same kind by repeating the packets of a short one: hours in a second."""
    made = FORMATS[path.suffix[1:]]
    with av.open(str(source)) as short, path.open("wb") as file:
        stream = short.streams.audio[0]
        packets = [(bytes(p), p.duration) for p in short.demux(stream) if p.size]
        with av.open(file, "w", format=made.container, options={"fflags": "+bitexact"}) as container:
            copy = container.add_stream_from_template(stream)
            at = 0
            while at * stream.time_base < seconds:
                for data, duration in packets:
                    packet = av.Packet(data)
                    packet.stream, packet.time_base = copy, stream.time_base
                    packet.pts = packet.dts = at
                    packet.duration = duration
                    at += duration
                    container.mux(packet)
    return path


def id3(picture_bytes: int) -> bytes:
    """Return an ID3v2 tag with a picture of that many bytes."""
    body = b"\0image/jpeg\0\3\0" + np.random.default_rng(0).bytes(picture_bytes)
    frame = b"APIC" + len(body).to_bytes(4, "big") + b"\0\0" + body
    size = len(frame)
    return b"ID3\3\0\0" + bytes((size >> shift) & 127 for shift in (21, 14, 7, 0)) + frame


def put(path: Path, *parts: bytes) -> Path:
    """Write bytes to a file and return its path."""
    path.write_bytes(b"".join(parts))
    return path


def refused(path: Path, error: type[AudioError] | tuple[type[AudioError], ...]) -> tuple[str, str]:
    """Return the message, with FILE for the path, and the hint with which a file is refused."""
    with pytest.raises(error) as caught:
        audio.load(path)
    return caught.value.message.replace(os.fspath(path), "FILE"), caught.value.hint
