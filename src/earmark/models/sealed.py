"""Fitted pipelines as bytes from which nothing is ever executed: skops, with an allow-list of our own.

What is read is looked at before anything is made of it: sizes, the arrays' heads, every type and every way in
which a value is to be made. What a recipe of this program cannot have is refused, whatever a file says.
"""

import io
import json
import math
import zipfile
from collections.abc import Collection, Iterator
from typing import Any

import numpy as np
import skops.io
from skops.io.exceptions import UntrustedTypesFoundException

from earmark.errors import BundleError

LARGEST_BYTES = 1 << 30
_LARGEST_SCHEMA = 256 << 20
_SCHEMA = "schema.json"
_AGAIN = "get the bundle again, or train the model anew"

# Ways to make a value that only set data. Functions, methods, partial calls and types from a file are not
# among them, but for the types of numbers that arrays and dictionaries have.
_LOADERS = frozenset(
    [
        "BytearrayNode",
        "BytesNode",
        "CachedNode",
        "ConstructorFromReduceNode",
        "DTypeNode",
        "DefaultDictNode",
        "DictNode",
        "JsonNode",
        "ListNode",
        "LossNode",
        "MaskedArrayNode",
        "NdArrayNode",
        "ObjectNode",
        "RandomGeneratorNode",
        "RandomStateNode",
        "SetNode",
        "SliceNode",
        "SparseMatrixNode",
        "TreeNode",
        "TupleNode",
        "TypeNode",
    ]
)
_PLAIN_TYPES = frozenset(
    {"collections.OrderedDict"}
    | {f"builtins.{name}" for name in ("str", "int", "float", "bool", "NoneType", "list", "tuple", "dict")}
)


def dumps(pipeline: Any) -> bytes:
    """Return a fitted pipeline as bytes, the same for the same pipeline."""
    data = _settled(skops.io.dumps(pipeline))
    if len(data) > LARGEST_BYTES:
        raise BundleError(
            f"the model has {len(data) >> 20} MB, more than {LARGEST_BYTES >> 20}",
            "take a recipe of fewer or smaller trees",
        )
    return data


def _settled(data: bytes) -> bytes:
    """Return what skops wrote without addresses in memory, which name its parts, and without the time."""
    numbers: dict[str, str] = {}

    def settled(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {inner: settled(one, inner) for inner, one in value.items()}
        if isinstance(value, list):
            return [settled(one) for one in value]
        if key == "__id__":
            return int(numbers.setdefault(str(value), str(len(numbers) + 1)))
        if key == "file":
            stem, dot, ending = value.partition(".")
            return numbers.setdefault(stem, str(len(numbers) + 1)) + dot + ending
        return value

    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(written, "w") as after:
        schema = settled(json.loads(before.read(_SCHEMA)))
        files = {settled(name, "file"): before.read(name) for name in before.namelist() if name != _SCHEMA}
        files = dict(sorted(files.items())) | {_SCHEMA: json.dumps(schema).encode()}
        for name, content in files.items():
            after.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED, compresslevel=1)
    return written.getvalue()


def loads(data: bytes, trusted: Collection[str]) -> Any:
    """Return the pipeline in some bytes.

    Parameters
    ----------
    data : bytes
        What :func:`dumps` gave, or what somebody would have one believe it gave.
    trusted : collection of str
        Types, beside scikit-learn's estimators and NumPy's arrays, that may be made: this program's list.

    Raises
    ------
    BundleError
        If they are damaged, too large, or would make what is not allowed.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _see_members(archive)
            _see_nodes(json.loads(archive.read(_SCHEMA)))
        return skops.io.loads(data, trusted=sorted(trusted))
    except UntrustedTypesFoundException as error:
        raise BundleError(f"model.skops wants to make what no recipe has: {error}", _AGAIN) from error
    except BundleError:
        raise
    except Exception as error:  # what damaged bytes make of scikit-learn's loading is anything
        raise BundleError(f"model.skops cannot be read: {type(error).__name__}: {error}", _AGAIN) from error


def _see_members(archive: zipfile.ZipFile) -> None:
    members = archive.infolist()
    if sum(member.file_size for member in members) > LARGEST_BYTES:
        raise BundleError(f"model.skops unpacks to more than {LARGEST_BYTES >> 20} MB", _AGAIN)
    if archive.getinfo(_SCHEMA).file_size > _LARGEST_SCHEMA:
        raise BundleError("model.skops describes more than a model can have", _AGAIN)
    for member in members:
        if member.filename.endswith(".npy"):
            _see_array(archive, member)


def _see_array(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """Raise unless an array has the size that its head says: a false one would reserve any memory."""
    with archive.open(member) as file:
        version = np.lib.format.read_magic(file)
        reading = np.lib.format.read_array_header_1_0 if version == (1, 0) else None
        if reading is None and version == (2, 0):
            reading = np.lib.format.read_array_header_2_0
        if reading is None:
            raise BundleError(f"model.skops holds an array of format {version}", _AGAIN)
        shape, _, dtype = reading(file)
        rest = member.file_size - file.tell()
    if dtype.hasobject or math.prod(shape) * dtype.itemsize != rest:
        raise BundleError(f"model.skops holds an array that is none: {member.filename[:80]!r}", _AGAIN)


def _see_nodes(tree: Any) -> None:
    for node in _nodes(tree):
        loader = node["__loader__"]
        if loader not in _LOADERS:
            raise BundleError(
                f"model.skops wants to make a value by {str(loader)[:80]!r}, which no recipe needs", _AGAIN
            )
        if loader == "TypeNode" and not _is_plain_type(node):
            raise BundleError(
                f"model.skops names the type {str(node.get('__class__'))[:80]!r}, which no recipe needs",
                _AGAIN,
            )


def _is_plain_type(node: dict[str, Any]) -> bool:
    home, name = str(node.get("__module__")), str(node.get("__class__"))
    return f"{home}.{name}" in _PLAIN_TYPES or home == "numpy"


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """Yield everything in a schema that is to be made into a value."""
    waiting = [tree]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            if "__loader__" in one:
                yield one
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)
