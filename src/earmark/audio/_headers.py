"""What a file's bytes state and FFmpeg does not pass on: true lengths, joined streams, what it really is."""

import struct
from itertools import pairwise
from typing import NamedTuple

from earmark.audio._remote import Readable

_STREAMED = 0x7FF00000  # programs that write to a pipe leave about 2 GiB, or all ones, where the size belongs
_SCAN_BYTES = 1 << 20
_TAIL_BYTES = 160  # an ID3v1 tag, and the footer of another tag before it
_LARGEST_PAGE = 27 + 255 + 255 * 255
_STREAM_START = b"OggS\0\x02"

_PICTURES_AND_OTHERS = (
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"#EXTM3U", "a playlist"),
    (b"[playlist]", "a playlist"),
    (b"ffconcat", "a playlist"),
)
_SOUND = (
    (0, b"RIFF", "WAV"),
    (0, b"fLaC", "FLAC"),
    (0, b"OggS", "Ogg"),
    (0, b"FORM", "AIFF"),
    (4, b"ftyp", "MP4 or M4A"),
    (0, b"\x30\x26\xb2\x75", "WMA"),
    (0, b"\x1a\x45\xdf\xa3", "Matroska"),
)


def advice(head: bytes) -> tuple[str, str]:
    """Say what a file that FFmpeg cannot open seems to be, and how to mend it, by its first bytes.

    Examples
    --------
    >>> advice(b"GIF89a")[0]
    'is a GIF picture, no sound file'
    """
    for magic, name in _PICTURES_AND_OTHERS:
        if head.startswith(magic):
            mend = "name the sound files that it lists" if name == "a playlist" else "name a sound file"
            return f"is {name}, no sound file", mend
    for at, magic, name in _SOUND:
        if head[at : at + len(magic)] == magic:
            return (
                f"begins like {name}, but is cut off or damaged beyond reading",
                "copy or download it again",
            )
    if head and not head.translate(None, bytes(range(32, 256)) + b"\t\n\r"):
        try:
            head.decode("utf-8")
        except UnicodeDecodeError as error:
            if error.start < len(head) - 4:  # a character cut in two at the very end is fine
                return _UNKNOWN
        return "is text, no sound file", "name a sound file"
    return _UNKNOWN


_UNKNOWN = ("is no sound file that Earmark can read", "if it plays elsewhere, convert it to wav, flac or mp3")


def mp3_length_s(head: bytes, rate_hz: int) -> float | None:
    """Return the length that an mp3's Xing or Info header states, in seconds; None without one.

    The decoder's delay and padding, up to 0.1 s, are part of it.
    """
    for name in (b"Xing", b"Info"):
        at = head.find(name)
        if at >= 0 and len(head) >= at + 12:
            flags, frames = struct.unpack_from(">II", head, at + 4)
            return frames * (1152 if rate_hz >= 32000 else 576) / rate_hz if flags & 1 else None
    return None


def wav_length_s(head: bytes) -> float | None:
    """Return the length that a wav states, in seconds; FFmpeg reports what the file has left of it."""
    at = 12
    bytes_per_s = 0
    while at + 8 <= len(head):
        name, size = struct.unpack_from("<4sI", head, at)
        if name == b"fmt " and at + 20 <= len(head):
            bytes_per_s = struct.unpack_from("<I", head, at + 16)[0]
        if name == b"data":
            return size / bytes_per_s if bytes_per_s and 0 < size < _STREAMED else None
        at += 8 + size + size % 2
    return None


def end_of_sound(file: Readable, start: int, size: int) -> int:
    """Return where the tags at a file's end begin: ID3v1, APE and Lyrics3, in whatever order.

    FFmpeg would take some of them for damaged sound.
    """
    end = size
    while end > start + _TAIL_BYTES:
        file.seek(end - _TAIL_BYTES)
        tail = file.read(_TAIL_BYTES)
        if tail[-128:-125] == b"TAG":
            length = 128
        elif tail[-32:-24] == b"APETAGEX":
            length, flags = struct.unpack("<I4xI", tail[-20:-8])
            length += 32 if flags >> 31 else 0
        elif tail[-9:] == b"LYRICS200" and tail[-15:-9].isdigit():
            length = int(tail[-15:-9]) + 15
        else:
            break
        if not 0 < length < end - start:  # it claims the whole file: it is broken
            break
        end -= length
    return end


class Link(NamedTuple):
    """One of the Ogg streams that a file joins: its bytes, its length if known, whether its end is there."""

    start: int
    end: int
    length_s: float | None
    complete: bool


def ogg_links(file: Readable, size: int) -> list[Link]:
    """Find the streams joined in an Ogg file: FFmpeg loses its way where one with other headers begins.

    The whole file is read once, a gigabyte per second or so, at most 1 MB at a time.
    """
    starts: list[int] = []
    expected = -1  # where a page directly after the last start would begin: several streams side by side
    at = 0
    tail = b""
    file.seek(0)
    while chunk := file.read(_SCAN_BYTES):
        data = tail + chunk
        begin = at - len(tail)
        found = data.find(_STREAM_START)
        while 0 <= found <= len(data) - 282:
            page = begin + found
            if page != expected:
                starts.append(page)
            segments = data[found + 26]
            expected = page + 27 + segments + sum(data[found + 27 : found + 27 + segments])
            found = data.find(_STREAM_START, found + 1)
        at += len(chunk)
        tail = data[-281:] if found < 0 else data[found:]
    if not starts:
        return []
    return [_link(file, start, end) for start, end in pairwise([*starts, size])]


def _link(file: Readable, start: int, end: int) -> Link:
    file.seek(start)
    head = file.read(512)
    file.seek(max(start, end - 2 * _LARGEST_PAGE))
    tail = file.read(min(end - start, 2 * _LARGEST_PAGE))
    last = tail.rfind(b"OggS\0")
    if last < 0 or len(tail) < last + 14:
        return Link(start, end, None, complete=False)
    flags, granule = struct.unpack_from("<Bq", tail, last + 5)
    length_s = None
    vorbis, opus = head.find(b"\x01vorbis"), head.find(b"OpusHead")
    if 0 <= vorbis < 300 and granule > 0:
        rate_hz = struct.unpack_from("<I", head, vorbis + 12)[0]
        length_s = granule / rate_hz if rate_hz else None
    elif 0 <= opus < 300 and granule > 0:
        length_s = max(0.0, (granule - struct.unpack_from("<H", head, opus + 10)[0]) / 48000)
    return Link(start, end, length_s, complete=bool(flags & 4))
