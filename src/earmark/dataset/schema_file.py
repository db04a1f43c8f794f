r"""Schemas as TOML files.

::

    format = 1

    [[column]]
    name = "tempo"
    type = "number"              # number, integer, category, text, boolean, id
    role = "feature"             # feature, label, group, id, text, ignored
    unit = "beats per minute"
    low = 50
    high = 250
    classes = []                 # of a category: the values it may have
    nullable = false

Only ``name`` and ``type`` are needed.
"""

import math
import os
import re
import tomllib
from pathlib import Path
from typing import Any, cast

from earmark.audio import shown
from earmark.dataset.known import KNOWN
from earmark.dataset.schema import ColumnSpec, Dtype, Role, Schema
from earmark.errors import SchemaError
from earmark.registry import Registry
from earmark.workspace import keeping, write_text

FORMAT = 1

_KEYS = {
    "name": str, "type": str, "role": str, "unit": str, "low": float, "high": float,
    "classes": list, "nullable": bool,
}  # fmt: skip
_WORDS = {str: "text", float: "a number", list: "a list of texts", bool: "true or false"}


def as_toml(schema: Schema) -> str:
    """Return a schema as the text of a TOML file.

    Examples
    --------
    >>> print(as_toml(Schema((ColumnSpec("key", "integer", low=0, high=11),))), end="")
    # What the columns of a table are; 'earmark check TABLE --schema FILE' holds a table to it.
    format = 1
    <BLANKLINE>
    [[column]]
    name = "key"
    type = "integer"
    role = "feature"
    low = 0
    high = 11
    nullable = false
    """
    lines = [
        "# What the columns of a table are; 'earmark check TABLE --schema FILE' holds a table to it.",
        f"format = {FORMAT}",
    ]
    for column in schema:
        lines += ["", "[[column]]", *(f"{key} = {_value(value)}" for key, value in column.to_dict().items())]
    return "\n".join(lines) + "\n"


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, int | float):
        return str(int(value)) if float(value).is_integer() and abs(value) < 2**53 else repr(float(value))
    return _text(str(value))


def _text(text: str) -> str:
    """Return a basic string of TOML, which holds no control characters and no half surrogates."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    whole = re.sub("[\ud800-\udfff]", "\ufffd", escaped)
    return '"' + re.sub(r"[\x00-\x1f\x7f]", lambda found: f"\\u{ord(found[0]):04x}", whole) + '"'


def save(schema: Schema, path: str | os.PathLike[str]) -> None:
    """Write a schema as a TOML file; a schema that lies there is replaced, any other file is not.

    Raises
    ------
    SchemaError
        If another file lies there.
    StoreError
        If it cannot be written.
    """
    if Path(path).is_file():
        try:
            load(path)
        except SchemaError as error:
            raise SchemaError(
                f"'{shown(Path(path))}' is there and is no schema; it stays as it is", "name another file"
            ) from error
    with keeping(Path(path).parent):
        write_text(Path(path), as_toml(schema))


def load(path_or_name: str | os.PathLike[str]) -> Schema:
    """Return the schema in a TOML file, or that of a known table by its name.

    Raises
    ------
    SchemaError
        If there is no such file, or it is no schema.
    UnknownNameError
        If there is no such file or name, and it looks like a name.

    Examples
    --------
    >>> load("spotify15")["tempo"].high
    250
    """
    path = Path(path_or_name)
    if not path.exists() and not path.suffix and len(path.parts) == 1:
        known: Registry[Any] = KNOWN
        return cast(Schema, known[str(path)].schema)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no UTF-8"
        raise SchemaError(
            f"the schema '{shown(path)}' cannot be read: {why}",
            f"name a TOML file, or one of {', '.join(KNOWN)}",
        ) from error
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SchemaError(f"the schema '{shown(path)}' is no TOML: {error}", "correct it there") from error
    try:
        return _schema(found, str(path))
    except SchemaError as error:
        raise SchemaError(f"the schema '{shown(path)}': {error.message}", error.hint) from error


def _schema(found: dict[str, Any], source: str) -> Schema:
    if found.get("format") != FORMAT:
        raise SchemaError(
            f"its format is {found.get('format')!r}", f"begin it with 'format = {FORMAT}', or update Earmark"
        )
    columns = found.get("column")
    if not isinstance(columns, list) or not columns or not all(isinstance(c, dict) for c in columns):
        raise SchemaError("it names no columns", "write a [[column]] with name and type for each")
    if unknown := found.keys() - {"format", "column"}:
        raise SchemaError(f"it says {sorted(unknown)[0]!r}, which means nothing", "take it out")
    return Schema(tuple(_column(column, at) for at, column in enumerate(columns, 1)), source)


def _column(said: dict[str, Any], at: int) -> ColumnSpec:
    name = said.get("name")
    if not isinstance(name, str):
        raise SchemaError(f"column {at} has no name", 'give it one: name = "tempo"')
    keys: Registry[type] = Registry(f"key of column {name!r}")
    for key, kind in _KEYS.items():
        keys.add(key, kind)
    for key, value in said.items():
        if not _is(value, keys[key]):
            raise SchemaError(f"column {name!r} has {key} = {value!r}", f"give {_WORDS[keys[key]]}")
    return ColumnSpec(
        name,
        cast(Dtype, said.get("type")),
        cast(Role, said.get("role", "feature")),
        said.get("unit", ""),
        said.get("low", -math.inf),
        said.get("high", math.inf),
        tuple(said.get("classes", ())),
        said.get("nullable", False),
    )


def _is(value: object, kind: type) -> bool:
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool) and not math.isnan(value)
    if kind is list:
        return isinstance(value, list) and all(isinstance(one, str) for one in value)
    return isinstance(value, kind)
