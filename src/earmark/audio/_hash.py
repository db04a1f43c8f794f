"""What makes two files the same sound: the encoded packets, not the tags, the cover or the file's name."""

import hashlib
from contextlib import closing, suppress
from typing import Any

import av.error

from earmark.audio._files import AnyPath, SoundBytes, open_sound, shown
from earmark.audio._headers import end_of_sound, ogg_links
from earmark.audio._open import opened
from earmark.errors import EmptyAudioError, NotAudioError

_DIGEST_BYTES = 20
_MOST_FAILED_READS = 16


def sound_hash(path: AnyPath) -> str:
    """Return a hash of a file's encoded sound: the same for the same song under other tags or another name.

    What is hashed are the packets of the stream that is heard, its codec, rate and channels, and where it
    begins; nothing is decoded. Tags, cover pictures, other streams and the file's name are left out. The same
    packets in another container (Ogg Opus in WebM) may or may not hash alike. A damaged file has the hash of
    what can be read of it.

    Parameters
    ----------
    path : str or os.PathLike or bytes
        A sound file.

    Returns
    -------
    str
        40 hexadecimal digits: BLAKE2b of 160 bits.

    Raises
    ------
    MissingFileError, UnreadableError, NotAudioError, EmptyAudioError
        Nothing there; no right to read it or no file; no sound in it, or none at all.

    Examples
    --------
    >>> len(sound_hash(song)), sound_hash(song) == sound_hash(song)
    (40, True)
    """
    digest = hashlib.blake2b(digest_size=_DIGEST_BYTES)
    name = shown(path)
    source = open_sound(path)
    try:
        packed = 0
        for number, (start, end) in enumerate(_streams(source)):
            source.window(start, end)
            try:
                packed += _add(digest, source, name)
            except NotAudioError:
                if number == 0:
                    raise
    except OSError as error:
        source.failure = error.strerror or str(error)
    finally:
        source.release()
    if source.failure:  # the hash of a part would pass for that of another sound
        raise source.broken(name)
    if not packed:
        raise EmptyAudioError(f"'{name}' holds no sound", "it is empty or damaged: copy it again")
    return digest.hexdigest()


def _streams(source: SoundBytes) -> list[tuple[int, int]]:
    """Return where each of the streams that a file joins lies in it, tags before and behind left out."""
    if source.head[:4] == b"OggS":
        with suppress(OSError):  # a disk that fails is noticed again when FFmpeg reads
            links = ogg_links(source.raw, source.size)
            if len(links) > 1:
                return [(link.start, link.end) for link in links]
    return [(source.start, end_of_sound(source.raw, source.start, source.size))]


def _add(digest: Any, source: SoundBytes, name: str) -> int:
    """Add a stream to the digest; return how many bytes its packets have."""
    packed = failed = 0
    container, stream = opened(source, name)
    with closing(container):
        context = stream.codec_context
        base = stream.time_base or 0
        begins = "" if stream.start_time is None else stream.start_time * base
        kind = (context.codec.canonical_name, context.sample_rate, context.channels, begins)
        digest.update(f"{kind[0]} {kind[1]} {kind[2]} {kind[3]}\n".encode())
        digest.update(_setup(kind[0], context.extradata or b""))
        packets = container.demux(stream)
        while failed < _MOST_FAILED_READS:
            try:
                packet = next(packets)
            except (StopIteration, av.error.EOFError):
                break
            except av.error.FFmpegError:
                failed += 1
                packets = container.demux(stream)
                continue
            failed = 0
            if packet.size:
                digest.update(packet)
                packed += packet.size
    return packed


def _setup(codec: str, extradata: bytes) -> bytes:
    """Return what the decoder is told beforehand, less the tags that lie between Vorbis's headers."""
    if codec != "vorbis" or extradata[:1] != b"\2":
        return extradata
    at, sizes = 1, []
    for _ in range(2):
        size = 0
        while extradata[at : at + 1] == b"\xff":
            size, at = size + 255, at + 1
        if at >= len(extradata):
            return extradata
        sizes.append(size + extradata[at])
        at += 1
    return extradata[at : at + sizes[0]] + extradata[at + sum(sizes) :]
