"""Who makes fingerprints: Earmark itself, or the program fpcalc of Chromaprint where it is installed."""

import json
import shutil
import struct
import subprocess
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache

import numpy as np

from earmark import audio
from earmark.audio import AnyPath, shown
from earmark.errors import EarmarkError, EmptyAudioError, StoreError
from earmark.features import fingerprint as own
from earmark.features.fingerprint import BoolArray, CodeArray
from earmark.records import FloatArray
from earmark.registry import Registry

_HEAD = struct.Struct("<16sIdI")
_MAGIC = b"earmark codes 1\n"


@dataclass(frozen=True)
class Fingerprint:
    """A recording in codes of 32 bits.

    Attributes
    ----------
    codes : ndarray of uint32, shape (n,)
        One at every step of the kind of fingerprint.
    heard : ndarray of bool, shape (n,)
        Which of them say anything: those of silence and of lasting tones do not.
    duration_s : float
        Length of the recording in seconds.
    """

    codes: CodeArray
    heard: BoolArray
    duration_s: float

    def pack(self) -> bytes:
        """Return it as bytes, with a checksum; :meth:`unpack` takes them."""
        body = self.codes.astype("<u4").tobytes() + np.packbits(self.heard).tobytes()
        return _HEAD.pack(_MAGIC, zlib.crc32(body), self.duration_s, len(self.codes)) + body

    @classmethod
    def unpack(cls, data: bytes) -> "Fingerprint":
        """Return what was packed.

        Raises
        ------
        StoreError
            If the bytes are others, or were cut off or spoilt.
        """
        count = -1
        if len(data) >= _HEAD.size:
            magic, checksum, duration_s, count = _HEAD.unpack_from(data)
        body = data[_HEAD.size :]
        if count < 0 or magic != _MAGIC or zlib.crc32(body) != checksum or len(body) != _length(count):
            raise StoreError(
                "what should be a fingerprint is damaged", "it is made again where it is asked for"
            )
        codes = np.frombuffer(body, "<u4", count).astype(np.uint32)
        heard = np.unpackbits(np.frombuffer(body, np.uint8, offset=4 * count), count=count).astype(np.bool_)
        return cls(codes, heard, duration_s)


def _length(count: int) -> int:
    return 4 * count + (count + 7) // 8


@dataclass(frozen=True)
class Kind:
    """One way to make fingerprints; those of two kinds are never compared.

    Attributes
    ----------
    name : str
        Its name in :data:`KINDS`.
    rate_hz : int
        Sampling rate of the sound that it hears.
    code_s : float
        Distance of two codes in seconds.
    context_s : float
        How much sound one code hears in seconds.
    codes_of : callable
        Takes pieces of sound, float32 samples, and returns codes and which of them say anything.
    version : callable
        Returns what the codes depend on beside the sound, or nothing where such are not to be had here.
    alike : float
        Share of differing bits up to which two codes speak for the same recording; 0.5 is chance.
    enough : float
        What the codes of a stretch must say together, see :mod:`earmark.features.fingerprint_match`.
    """

    name: str
    rate_hz: int
    code_s: float
    context_s: float
    codes_of: Callable[[Iterable[FloatArray]], tuple[CodeArray, BoolArray]]
    version: Callable[[], str]
    alike: float
    enough: float


KINDS: Registry[Kind] = Registry("kind of fingerprint")
"""Every kind by name."""

_CHROMAPRINT_HZ = 11025
_CHROMAPRINT_CODE_S = 1365 / _CHROMAPRINT_HZ  # frames of 4096 samples, two thirds of which overlap
_CHROMAPRINT_CONTEXT_S = (4096 + 19 * 1365) / _CHROMAPRINT_HZ
_AS_BEFORE = 8  # codes: a second
_PROGRAM = "fpcalc"


@cache
def _fpcalc() -> tuple[str, str]:
    """Return where fpcalc lies and which version it is; nothing where it does not run."""
    path = shutil.which(_PROGRAM)
    if path is None:
        return "", ""
    try:
        told = subprocess.run([path, "-version"], capture_output=True, text=True, check=True, timeout=60)  # noqa: S603 - the program found
    except (OSError, subprocess.SubprocessError):
        return "", ""
    return path, " ".join(told.stdout.split()[:3])


def _chromaprint_codes(blocks: Iterable[FloatArray]) -> tuple[CodeArray, BoolArray]:
    """Have fpcalc make the codes of a sound that we decode: damaged and distant songs too.

    On some systems it ends with exit code 3 when FFmpeg tells it that the sound has ended, though all codes
    are there; so what it prints is what counts.
    """
    path, _ = _fpcalc()
    how = ["-format", "s16le", "-rate", str(_CHROMAPRINT_HZ), "-channels", "1"]
    sent = 0
    with subprocess.Popen(  # noqa: S603 - the program found
        [path, *how, "-raw", "-json", "-length", "0", "-"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    ) as program:  # fmt: skip
        assert program.stdin is not None and program.stdout is not None  # noqa: S101, PT018 - Popen was asked
        with suppress(BrokenPipeError):  # it has gone: what it printed is looked at below
            for block in blocks:
                program.stdin.write(np.rint(np.clip(block, -1.0, 1.0) * 32767).astype("<i2").tobytes())
                sent += len(block)
            program.stdin.close()
        told = program.stdout.read()
    try:
        codes = np.asarray(json.loads(told)["fingerprint"], np.uint32)
    except (ValueError, KeyError) as error:
        if sent >= _CHROMAPRINT_CONTEXT_S * _CHROMAPRINT_HZ:
            raise EarmarkError(
                f"'{_PROGRAM}' heard {sent / _CHROMAPRINT_HZ:.0f} s and gave no fingerprint: it ended with "
                f"exit code {program.returncode}",
                "install it anew, or take the kind 'earmark'",
            ) from error
        codes = np.zeros(0, np.uint32)  # less sound than one code hears
    return codes, _changing(codes)


def _changing(codes: CodeArray) -> BoolArray:
    """Return where codes change: in silence and in a lasting tone they stay for a second and longer."""
    new = np.ones(len(codes), np.int64)
    new[1:] = np.bitwise_count(codes[1:] ^ codes[:-1]) > 0
    news = np.concatenate([[0], np.cumsum(new)])
    at = np.arange(len(codes))
    until = np.minimum(at + _AS_BEFORE, len(codes))
    changing: BoolArray = news[until] - news[np.maximum(until - _AS_BEFORE, 0)] >= 3
    return changing


KINDS.add(
    "earmark",
    Kind(
        "earmark", own.RATE_HZ, own.CODE_S, own.CONTEXT_S, own.codes_of, lambda: "1", alike=0.35, enough=4.0
    ),
)
KINDS.add(
    "chromaprint",
    Kind(
        "chromaprint",
        _CHROMAPRINT_HZ,
        _CHROMAPRINT_CODE_S,
        _CHROMAPRINT_CONTEXT_S,
        _chromaprint_codes,
        lambda: _fpcalc()[1],
        alike=0.32,
        enough=4.0,
    ),
)


def kind_named(name: str = "auto") -> Kind:
    """Return a kind of fingerprint; Chromaprint's where it is installed and none is named.

    Raises
    ------
    UnknownNameError
        If there is no such kind.
    EarmarkError
        If Chromaprint is asked for and not installed.

    Examples
    --------
    >>> kind_named("earmark").rate_hz
    5512
    """
    if name == "auto":
        name = "chromaprint" if KINDS["chromaprint"].version() else "earmark"
    kind = KINDS[name]
    if not kind.version():
        raise EarmarkError(
            f"the program '{_PROGRAM}' of Chromaprint is not installed",
            "apt install libchromaprint-tools, brew install chromaprint, or take the kind 'earmark'",
        )
    return kind


def fingerprint(path: AnyPath, kind: str = "earmark") -> Fingerprint:
    """Hear a song from begin to end and return its fingerprint.

    Parameters
    ----------
    path : str or os.PathLike or bytes
        A sound file or its address; of any length: it is never wholly in memory.
    kind : str
        One of :data:`KINDS`, or ``"auto"``.

    Raises
    ------
    UnknownNameError, EarmarkError
        As :func:`kind_named`.
    AudioError
        If the sound cannot be had.

    Examples
    --------
    >>> print_ = fingerprint(song)
    >>> len(print_.codes), round(print_.duration_s, 1)
    (40, 7.0)
    """
    made = kind_named(kind)
    with audio.AudioFile(path) as file:
        decoding = file.decode((made.rate_hz,))
        codes, heard = made.codes_of(block for (block,) in decoding)
    if not decoding.decoded_s:
        raise EmptyAudioError(f"'{shown(path)}' holds no sound", "it is empty or damaged: copy it again")
    return Fingerprint(codes, heard, decoding.decoded_s)


def fingerprint_of(samples: FloatArray, rate_hz: int, kind: str = "earmark") -> Fingerprint:
    """Return the fingerprint of samples in memory.

    Parameters
    ----------
    samples : array_like
        As :func:`earmark.audio.from_samples` takes them.
    rate_hz : int
        Their sampling rate.
    kind : str
        As :func:`fingerprint`.

    Examples
    --------
    >>> silence = fingerprint_of(np.zeros(10 * 22050, np.float32), 22050)
    >>> bool(silence.heard.any())
    False
    """
    made = kind_named(kind)
    clip = audio.from_samples(samples, rate_hz, rate_hz=made.rate_hz)
    codes, heard = made.codes_of(_one(clip.samples))
    return Fingerprint(codes, heard, clip.duration_s)


def _one(samples: FloatArray) -> Iterator[FloatArray]:
    yield samples
