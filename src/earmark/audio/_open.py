"""From the bytes of a file to the sound in it: which containers are tried, and which stream is heard.

FFmpeg itself may open nothing: the list of protocols is empty and only formats that hold sound are tried, so
a playlist dressed up as a song reaches no other file.
"""

from typing import Any

import av
import av.error
from av.audio.stream import AudioStream
from av.container.input import InputContainer

from earmark.audio._files import SoundBytes
from earmark.audio._headers import advice
from earmark.errors import NotAudioError

# Containers of sound, no playlists, no subtitles, no pictures, no devices.
_FORMATS = """
    3dostr aac ac3 ac4 aea aiff amr amrnb amrwb ape apc asf asf_o au avi avr caf dsf dts dtshd eac3 ea flac
    flv gsm iamf iff ircam loas matroska matroska,webm mlp mmf mov mov,mp4,m4a,3gp,3g2,mj2 mp3 mpc mpc8 mpeg
    mpegts nistsphere nut ogg oma paf pvf qcp qoa rm rso sds shn smjpeg sol sox spdif svx tak tta truehd voc
    vqf w64 wav webm wsaud wtv wv wve xa xwma
"""
_OPEN_OPTIONS = {
    "protocol_whitelist": "none",
    "format_whitelist": ",".join(_FORMATS.split()),
    # In each wav FFmpeg looks for DTS in disguise, over 2500 packets at 30 ms CPU; four show it.
    "max_probe_packets": "4",
}
# PyAV 19 reads tags that are no UTF-8 by itself; before, they were an error unless one asked.
_ANY_METADATA: dict[str, Any] = (
    {} if int(av.__version__.partition(".")[0]) >= 19 else {"metadata_errors": "replace"}
)
_READ_BYTES = 1 << 16


def opened(source: SoundBytes, name: str) -> tuple[InputContainer, AudioStream]:
    """Return a file's container, which the caller closes, and its best stream of sound.

    Raises
    ------
    UnreadableError, NotAudioError
    """
    try:
        container = av.open(source, "r", options=_OPEN_OPTIONS, buffer_size=_READ_BYTES, **_ANY_METADATA)
    except (av.error.FFmpegError, ValueError) as error:
        if source.failure:
            raise source.broken(name) from error
        what, mend = advice(source.head)
        raise NotAudioError(f"'{name}' {what}", mend) from error
    stream = container.streams.best("audio")
    if isinstance(stream, AudioStream) and stream.codec_context is not None:
        return container, stream
    container.close()
    if stream is None:
        raise NotAudioError(f"'{name}' holds no sound, only pictures or data", "name a sound file")
    raise NotAudioError(
        f"the sound in '{name}' is coded in a way that Earmark cannot decode",
        "convert it to wav, flac or mp3",
    )
