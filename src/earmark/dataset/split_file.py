"""Splits as files: one JSON document with the rows of each part and the certificate."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from earmark.dataset.certificate import Certificate
from earmark.dataset.split import Split
from earmark.errors import SplitError
from earmark.workspace import keeping, write_text

VERSION = 1


def write(made: Split, path: Path) -> None:
    """Write a split, whole or not at all; a file of that name is replaced.

    Raises
    ------
    StoreError
        If the file cannot be written.
    """
    with keeping(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(path, text_of(made))


def text_of(made: Split) -> str:
    """Return a split as the text of its file."""
    certificate = made.certificate.to_dict()
    plain = {
        "earmark_split": VERSION,
        "stamp": made.certificate.stamp,
        "kind": made.kind,
        "names": list(made.names),
        "certificate": certificate,
        "part_of_each_row": [parts.tolist() for parts in made.assignments],
    }
    return _text(plain)


def _text(plain: dict[str, Any]) -> str:
    """Return JSON to be read by people, but for the long lists, which take a line each."""
    rows = plain.pop("part_of_each_row")
    head = json.dumps(plain, indent=1, ensure_ascii=False)[:-2]
    lists = ",\n".join(f"  {json.dumps(one, separators=(',', ':'))}" for one in rows)
    return f'{head},\n "part_of_each_row": [\n{lists}\n ]\n}}\n'


def read(path: Path, content: bytes | None = None) -> Split:
    """Read a split.

    Parameters
    ----------
    path : Path
        A file.
    content : bytes, optional
        What it holds, if that was read already.

    Raises
    ------
    SplitError
        If there is none at that path, if it is damaged, or if a newer Earmark wrote it.
    """
    plain = _plain(path, content)
    try:
        names = tuple(str(name) for name in plain["names"])
        rows = tuple(np.asarray(one, np.int64) for one in plain["part_of_each_row"])
        made = Split(plain["kind"], names, rows, Certificate.from_dict(plain["certificate"]))
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise _damaged(path) from error
    sizes = {len(one) for one in rows}
    if (
        made.kind not in ("parts", "folds")
        or sizes != {made.certificate.rows}
        or any(one.ndim != 1 or not ((one >= -1) & (one < len(names))).all() for one in rows)
    ):
        raise _damaged(path)
    return made


def _plain(path: Path, content: bytes | None) -> dict[str, Any]:
    try:
        plain = json.loads((path.read_bytes() if content is None else content).decode("utf-8"))
    except OSError as error:
        raise SplitError(
            f"the split '{path}' cannot be read: {error.strerror}",
            "make one with earmark split TABLE -o FILE",
        ) from error
    except ValueError as error:
        raise _damaged(path) from error
    version = plain.get("earmark_split") if isinstance(plain, dict) else None
    if isinstance(version, int) and version > VERSION:
        raise SplitError(f"the split '{path}' was made by a newer Earmark", "update Earmark")
    if version != VERSION:
        raise _damaged(path)
    return dict(plain)


def _damaged(path: Path) -> SplitError:
    return SplitError(f"'{path}' is no split, or a damaged one", "make it anew with earmark split")
