"""What musiCNN hears: 50 tags and a 200-number embedding per three-second patch.

musiCNN (MSD) is Pons & Serra's convolutional tagger, trained on the Million Song Dataset: J. Pons and
X. Serra, "musicnn: pre-trained convolutional neural networks for music audio tagging", ISMIR 2019
late-breaking demo. The weights are ISC-licensed; ``tools/convert_musicnn.py`` made the ONNX file.
"""

import functools
import hashlib
import math
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earmark._dsp import mel_spectrogram
from earmark._dsp.mel import hz_to_mel, mel_to_hz
from earmark.errors import ArgumentError, BundleError
from earmark.features.columns import ColumnInfo
from earmark.features.table import Rows, feature_set
from earmark.records import FloatArray

RATE_HZ = 16_000
N_FFT = 512
HOP = 256
MEL_BANDS = 96
PATCH_FRAMES = 187
# The sound that the frames of one patch touch: 187 windows of 512 samples, 256 apart.
PATCH_SAMPLES = (PATCH_FRAMES - 1) * HOP + N_FFT
PATCH_S = PATCH_FRAMES * HOP / RATE_HZ
EMBEDDING_SIZE = 200

TAGS = (
    "rock", "pop", "alternative", "indie", "electronic", "female vocalists", "dance", "00s",
    "alternative rock", "jazz", "beautiful", "metal", "chillout", "male vocalists", "classic rock",
    "soul", "indie rock", "mellow", "electronica", "80s", "folk", "90s", "chill", "instrumental",
    "punk", "oldies", "blues", "hard rock", "ambient", "acoustic", "experimental",
    "female vocalist", "guitar", "hip-hop", "70s", "party", "country", "easy listening", "sexy",
    "catchy", "funk", "electro", "heavy metal", "progressive rock", "60s", "rnb", "indie pop",
    "sad", "house", "happy",
)  # fmt: skip

WEIGHTS = Path(__file__).parent / "weights" / "musicnn-msd.onnx"
_AGAIN = "reinstall earmark"
_PIECE = 10 * PATCH_FRAMES * HOP
BATCH = 2  # larger batches leave the cache: 25 ms a patch becomes 70 ms


def patch_starts(n_samples: int, hop_frames: int = PATCH_FRAMES) -> list[int]:
    """Return the first frame of every whole patch of a song.

    Parameters
    ----------
    n_samples : int
        Length of the song at 16 kHz.
    hop_frames : int
        Distance of two patches in frames of 256 samples (16 ms).

    Examples
    --------
    >>> patch_starts(16_000 * 10)
    [0, 187, 374]
    """
    n_frames = 1 + n_samples // HOP if n_samples else 0
    return list(range(0, n_frames - PATCH_FRAMES + 1, hop_frames))


def patch_span(frame: int) -> tuple[int, int]:
    """Return the samples, begin and end, that the patch starting at that frame is computed from."""
    begin = frame * HOP - N_FFT // 2
    return begin, begin + PATCH_SAMPLES


def log_mel(samples: FloatArray) -> FloatArray:
    """Return one patch of log10(1 + 10⁴ · mel power).

    Parameters
    ----------
    samples : ndarray of float32, shape (48128,)
        The stretch named by :func:`patch_span`, zeros where it reaches beyond the song.

    Returns
    -------
    ndarray of float32, shape (187, 96)

    Raises
    ------
    ArgumentError
        If the stretch has another length.

    Examples
    --------
    >>> float(log_mel(np.zeros(PATCH_SAMPLES, np.float32)).max())
    0.0
    """
    if samples.shape != (PATCH_SAMPLES,):
        raise ArgumentError(f"a patch of shape {samples.shape}", f"give {PATCH_SAMPLES} samples at 16 kHz")
    # Centring adds a frame of padding at either end; the 187 between them hold the stretch alone.
    power = mel_spectrogram(samples, RATE_HZ, N_FFT, HOP, MEL_BANDS)[1 : 1 + PATCH_FRAMES]
    decades: FloatArray = np.log10(1 + np.float32(10_000) * power)
    return decades


def centres_hz() -> NDArray[np.float64]:
    """Return where the 96 mel bands have their middle, in hertz, rising.

    Examples
    --------
    >>> centres_hz()[[0, -1]].round().tolist()
    [31.0, 7744.0]
    """
    return mel_to_hz(np.linspace(0.0, hz_to_mel(RATE_HZ / 2), MEL_BANDS + 2)[1:-1])


def checksum() -> str:
    """Return the SHA-256 that the weights must have.

    Raises
    ------
    BundleError
        If it cannot be read.
    """
    try:
        return WEIGHTS.with_suffix(".onnx.sha256").read_text(encoding="ascii").split()[0]
    except (OSError, ValueError, IndexError) as error:
        raise BundleError(f"the checksum of the musiCNN weights cannot be read: {error}", _AGAIN) from error


@functools.cache
def session() -> Any:
    """Return the network, loaded once per process, its checksum verified.

    Raises
    ------
    BundleError
        If the weights are missing or are not those that were shipped.
    """
    import onnxruntime  # noqa: PLC0415 - 0.1 s that only classifying should pay

    try:
        data = WEIGHTS.read_bytes()
    except OSError as error:
        raise BundleError(f"the musiCNN weights cannot be read: {error}", _AGAIN) from error
    if hashlib.sha256(data).hexdigest() != checksum():
        raise BundleError("the musiCNN weights are damaged: their checksum differs", _AGAIN)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # songs run side by side better than one song's patches
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])


def hear(patches: Iterable[FloatArray]) -> tuple[FloatArray, FloatArray]:
    """Return the tag activations and the embedding of patches.

    Parameters
    ----------
    patches : iterable of ndarray of float32, each of shape (187, 96)
        What :func:`log_mel` returns; no more than two are held at a time.

    Returns
    -------
    tags : ndarray of float32, shape (n, 50)
        Activation of each of :data:`TAGS`, 0 to 1.
    embedding : ndarray of float32, shape (n, 200)
        The penultimate layer.
    """
    network = session()
    tags = [np.zeros((0, len(TAGS)), np.float32)]
    embedding = [np.zeros((0, EMBEDDING_SIZE), np.float32)]
    waiting = iter(patches)
    while batch := list(islice(waiting, BATCH)):
        some_tags, some_embedding = network.run(["tags", "penultimate"], {"log_mel": np.stack(batch)})
        tags.append(some_tags)
        embedding.append(some_embedding)
    return np.concatenate(tags), np.concatenate(embedding)


def cut(samples: FloatArray, frames: list[int]) -> Iterator[FloatArray]:
    """Yield the stretch of each patch of a song that is in memory, zeros beyond its ends.

    Parameters
    ----------
    samples : ndarray of float32, shape (n,)
        The whole song at 16 kHz.
    frames : list of int
        First frame of each patch.
    """
    for frame in frames:
        begin, end = patch_span(frame)
        stretch = samples[max(begin, 0) : max(end, 0)]
        before = max(-begin, 0)
        yield np.pad(stretch, (before, PATCH_SAMPLES - before - len(stretch)))


COLUMNS = (
    *("tag_" + tag.replace(" ", "_").replace("-", "_") for tag in TAGS),
    *(f"embedding_{number:03d}" for number in range(EMBEDDING_SIZE)),
)

_SOURCE = "J. Pons, X. Serra, musicnn, ISMIR 2019"
_INFO = (
    *(ColumnInfo(name, "probability", 0.0, 1.0, _SOURCE) for name in COLUMNS[: len(TAGS)]),
    *(ColumnInfo(name, "activation", -math.inf, math.inf, _SOURCE) for name in COLUMNS[len(TAGS) :]),
)


def stretches(pieces: Iterable[FloatArray]) -> Iterator[FloatArray]:
    """Yield what :func:`cut` gives for :func:`patch_starts`, of a song that comes in pieces.

    Parameters
    ----------
    pieces : iterable of ndarray of float32, shape (n,)
        A song at 16 kHz, piece after piece; one shorter than a patch is looped.
    """
    step = PATCH_FRAMES * HOP
    coming = iter(pieces)
    kept = np.zeros(0, np.float32)
    for piece in coming:
        kept = np.concatenate([kept, piece])
        if len(kept) >= step:
            break
    beyond = np.zeros(N_FFT // 2, np.float32)  # what lies before the song and behind it
    kept = np.concatenate([beyond, looped(kept)])
    for piece in chain(coming, [beyond]):
        kept = np.concatenate([kept, piece])
        while len(kept) >= PATCH_SAMPLES:
            yield kept[:PATCH_SAMPLES]
            kept = kept[step:]


def of_pieces(pieces: Iterable[FloatArray]) -> Rows:
    """Return what :func:`musicnn` does, of a song that comes in pieces: the whole is never in memory."""
    n_samples = 0

    def counted() -> Iterator[FloatArray]:
        nonlocal n_samples
        for piece in pieces:
            n_samples += len(piece)
            yield piece

    tags, embedding = hear(log_mel(stretch) for stretch in stretches(counted()))
    starts_s = [number * PATCH_FRAMES * HOP / RATE_HZ for number in range(len(tags))]
    return Rows(
        np.hstack([tags, embedding]),
        starts_s,
        [min(start_s + PATCH_S, n_samples / RATE_HZ) for start_s in starts_s],
    )


@feature_set(
    "musicnn",
    version=1,
    rate_hz=RATE_HZ,
    columns=_INFO,
    description="50 tag activations (0 to 1) and 200 numbers of embedding, one row per 2.992-s patch.",
    compute_pieces=of_pieces,
)
def musicnn(samples: FloatArray) -> Rows:
    """Return one row for every whole patch of a song; a song shorter than that is heard in a loop.

    Parameters
    ----------
    samples : ndarray of float32, shape (n,)
        Mono at 16 kHz, at least one sample, full scale ±1.

    Returns
    -------
    Rows
        Shape (patches, 250).

    Examples
    --------
    >>> musicnn(np.zeros(16_000 * 7, np.float32)).values.shape
    (2, 250)
    """
    return of_pieces(samples[at : at + _PIECE] for at in range(0, len(samples), _PIECE))


def looped(samples: FloatArray) -> FloatArray:
    """Return the samples, repeated until they fill one patch if they are fewer."""
    shortest = PATCH_FRAMES * HOP
    return samples if len(samples) >= shortest else np.resize(samples, shortest)
