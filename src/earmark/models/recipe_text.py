"""Plain types as the text of a TOML file: what recipes are written with."""

import re
from collections.abc import Mapping
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def as_text(plain: Mapping[str, Any]) -> str:
    """Return a mapping as TOML: simple values first, then tables, then lists of tables.

    Parameters
    ----------
    plain : mapping
        Texts, numbers, booleans, lists of them; tables; lists of tables. Inner tables stand in one line. None
        is the text "none", for TOML has no word for it.

    Examples
    --------
    >>> print(as_text({"seed": 1, "step": [{"name": "scale"}], "classifier": {"name": "lda"}}), end="")
    seed = 1
    <BLANKLINE>
    [[step]]
    name = "scale"
    <BLANKLINE>
    [classifier]
    name = "lda"
    """
    simple = [f"{_key(name)} = {_value(value)}" for name, value in plain.items() if not _is_table(value)]
    tables = [
        (f"[[{_key(name)}]]" if isinstance(value, list) else f"[{_key(name)}]", one)
        for name, value in plain.items()
        if _is_table(value)
        for one in (value if isinstance(value, list) else [value])
    ]
    for head, table in tables:
        simple += ["", head, *(f"{_key(name)} = {_value(value)}" for name, value in table.items())]
    return "\n".join(simple) + "\n"


def _is_table(value: Any) -> bool:
    if isinstance(value, list):
        return bool(value) and all(isinstance(one, Mapping) for one in value)
    return isinstance(value, Mapping)


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _text(name)


def _value(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: '"none"', True: "true", False: "false"}[value]
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(name)} = {_value(one)}" for name, one in value.items()) + "}"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return repr(value)
    return _text(str(value))


def _text(text: str) -> str:
    """Return a basic string of TOML, which holds no control characters and no half surrogates."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    whole = re.sub("[\ud800-\udfff]", "\ufffd", escaped)
    return '"' + re.sub(r"[\x00-\x1f\x7f]", lambda found: f"\\u{ord(found[0]):04x}", whole) + '"'
