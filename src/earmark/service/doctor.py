"""What is installed here, and whether it works: the facts that ``earmark doctor`` prints."""

import os
import platform
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib import metadata
from typing import Any

from earmark import __version__
from earmark._dsp import native
from earmark.errors import EarmarkError

# What each optional distribution is for, in the user's words.
_OPTIONAL = {
    "scikit-learn": "making models",
    "pandas": "feature tables as data frames",
}
_NEEDED = {"numpy": "NumPy", "soxr": "soxr", "onnxruntime": "ONNX Runtime"}


@dataclass(frozen=True)
class Finding:
    """One thing the doctor looked at.

    Attributes
    ----------
    part : {"installed", "formats", "paths", "model"}
        The chapter it belongs to.
    name : str
        What was looked at.
    ok : bool
        Whether it works.
    detail : str
        Its version, or what is wrong with it.
    essential : bool
        Whether Earmark cannot do without it.
    """

    part: str
    name: str
    ok: bool
    detail: str
    essential: bool = True

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON types."""
        return asdict(self)


def examine() -> Iterator[Finding]:
    """Look at everything, one finding after the other."""
    yield from _installed()
    yield from _formats()
    yield _signal_path()
    yield from _model()


def _installed() -> Iterator[Finding]:
    yield Finding("installed", "Earmark", True, __version__)
    yield Finding("installed", "Python", True, f"{platform.python_version()} ({platform.machine()})")
    for distribution, name in _NEEDED.items():
        version = _version(distribution)
        yield Finding("installed", name, version is not None, version or "absent")
    yield _decoder()
    for distribution, purpose in _OPTIONAL.items():
        version = _version(distribution)
        detail = f"{version or 'absent'} (optional: {purpose})"
        yield Finding("installed", distribution, version is not None, detail, essential=False)


def _version(distribution: str) -> str | None:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


def _decoder() -> Finding:
    try:
        from earmark.audio.formats import ffmpeg_version  # noqa: PLC0415  (a broken PyAV is a finding, not a crash)

        return Finding("installed", "PyAV", True, f"{_version('av')} with FFmpeg {ffmpeg_version()}")
    except ImportError as error:
        return Finding("installed", "PyAV", False, str(error))


def _formats() -> Iterator[Finding]:
    try:
        from earmark.audio.formats import FORMATS, why_unreadable  # noqa: PLC0415  (as in _decoder)
    except ImportError:
        return
    for kind in FORMATS:
        wrong = why_unreadable(kind)
        yield Finding("formats", kind.name, wrong is None, wrong or "decodes")


def _signal_path() -> Finding:
    try:
        kernel = native.kernel()
    except EarmarkError as error:
        return Finding("paths", "sound features", False, str(error))
    able = ", ".join((*native.isas(), "numpy"))
    asked = os.environ.get(native.VARIABLE)
    if asked:
        detail = f"{kernel or 'NumPy'}, as {native.VARIABLE} says; possible here: {able}"
    elif kernel:
        detail = f"compiled kernel {kernel}, the fastest that runs here; possible: {able}"
    else:
        detail = (
            "NumPy, several times slower: this installation has no compiled kernel; "
            "install a wheel, or a C compiler and then Earmark anew"
        )
    return Finding("paths", "sound features", True, detail)


def _model() -> Iterator[Finding]:
    try:
        from earmark.features import musicnn  # noqa: PLC0415  (a broken ONNX Runtime is a finding)

        musicnn.session()
        yield Finding("model", "musiCNN", True, "weights load, their checksum holds")
    except (EarmarkError, ImportError) as error:
        yield Finding("model", "musiCNN", False, str(error))
    try:
        from earmark.service.predictor import Predictor  # noqa: PLC0415  (it needs ONNX Runtime and PyAV)

        predictor = Predictor()
        detail = f"version {predictor.version}, checksums hold; {', '.join(predictor.genres)}"
        yield Finding("model", predictor.name, True, detail)
    except (EarmarkError, ImportError) as error:
        yield Finding("model", "built-in model", False, str(error))
