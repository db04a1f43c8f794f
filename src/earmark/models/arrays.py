"""Arrays in a zip as :func:`numpy.savez` writes it, read so that no header is believed."""

import io
import math
import zipfile
from collections.abc import Mapping
from typing import Any

import numpy as np

from earmark.errors import BundleError

_LARGEST = 1e9  # of made heads 1e2; sums of such inputs stay far from overflow
_NPY_MAGIC = b"\x93NUMPY\x01\x00"
_NPY_HEAD = len(_NPY_MAGIC) + 2  # and two bytes for the length of the header


def read(
    data: bytes, wanted: Mapping[str, tuple[str, tuple[int, ...]]], file: str, what: str, again: str
) -> dict[str, Any]:
    """Return arrays, all of them finite, of the kinds and shapes wanted.

    Read here and not by :func:`numpy.load`, which reserves whatever size a header claims and can be told to
    unpickle: an array is as :func:`numpy.savez` wrote it, or it is refused.

    Parameters
    ----------
    data : bytes
        Of the zip.
    wanted : mapping of str to (str, tuple of int)
        Kind (``"<f8"``, ``"<f4"``) and shape of each array.
    file, what, again : str
        What errors call the file and what it holds, and how they say that it is mended.

    Raises
    ------
    BundleError
        If one is missing, packed, or not as wanted.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return {name: _array(archive, name, *one, again) for name, one in wanted.items()}
    except (zipfile.BadZipFile, ValueError, KeyError, EOFError, OSError, RuntimeError) as error:
        # A RuntimeError for what is encrypted or of a newer zip.
        raise BundleError(f"{file} does not hold the {what}: {error}", again) from error


def _array(archive: zipfile.ZipFile, name: str, kind: str, shape: tuple[int, ...], again: str) -> Any:
    """Return one array, which lies there unpacked (numpy.lib.format, version 1.0)."""
    member = archive.getinfo(f"{name}.npy")
    if member.compress_type != zipfile.ZIP_STORED:
        raise BundleError(f"the bundle's {name} are packed", again)
    stored = archive.read(member)
    begin = _NPY_HEAD + int.from_bytes(stored[len(_NPY_MAGIC) : _NPY_HEAD], "little")
    header, numbers = stored[_NPY_HEAD:begin].rstrip(), stored[begin:]
    expected = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}".encode()
    size = np.dtype(kind).itemsize * math.prod(shape)
    if not stored.startswith(_NPY_MAGIC) or header != expected or len(numbers) != size:
        words = {"<f8": "float64", "<f4": "float32"}[kind]
        raise BundleError(f"the bundle's {name} are no {words} of shape {shape}", again)
    array = np.frombuffer(numbers, kind).reshape(shape)
    if not np.isfinite(array).all():
        raise BundleError(f"the bundle's {name} are not all finite numbers", again)
    if np.abs(array).max() > _LARGEST:
        raise BundleError(f"the bundle's {name} reach beyond ±{_LARGEST:g}", again)
    return array
