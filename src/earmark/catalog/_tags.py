"""What a music file's own tags say: by tinytag, and by mutagen where tinytag does not know the format."""

import importlib.util
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from earmark.errors import AudioError, NotAudioError, UnreadableError

Tags = dict[str, list[str]]
"""Texts by the names that tinytag gives to fields: ``title``, ``genre``, ..., and ``duration`` in seconds."""

_MISREAD = re.compile(r"[\xc0-\xff\xa8\xb8]+")
_LETTERS = re.compile(r"[^\W\d_]+")


def read_tags(path: Path) -> Tags:
    """Return what a file's tags say.

    Raises
    ------
    UnreadableError, NotAudioError
        If the file cannot be read, or its tags cannot.
    """
    from tinytag import TinyTag, UnsupportedFormatError  # noqa: PLC0415 - of an extra
    from tinytag.tinytag import TinyTagException  # noqa: PLC0415

    try:
        found = TinyTag.get(path).as_dict()
    except OSError as error:
        raise UnreadableError(
            f"the file cannot be read: {error.strerror}", "check its permissions"
        ) from error
    except UnsupportedFormatError:
        return _by_mutagen(path)
    except TinyTagException as error:
        raise NotAudioError("its tags are damaged", "mend them with a tag editor") from error
    tags = {name: [str(one) for one in (v if isinstance(v, list) else [v])] for name, v in found.items()}
    tags.pop("filename", None)
    return tags


def _by_mutagen(path: Path) -> Tags:
    if importlib.util.find_spec("mutagen") is None:
        raise _no_tags(f"tinytag knows no {path.suffix or 'such'} files", "pip install 'earmark[mutagen]'")
    import mutagen  # noqa: PLC0415 - of another extra, for its licence

    try:
        found = mutagen.File(path, easy=True)
    except (mutagen.MutagenError, ValueError, IndexError) as error:
        raise NotAudioError("its tags are damaged", "mend them with a tag editor") from error
    if found is None:
        raise _no_tags("neither tinytag nor mutagen knows this kind of file", "convert it")
    given: Mapping[str, Any] = found.tags or {}
    tags = {name.casefold(): [str(one) for one in _several(given[name])] for name in list(given.keys())}
    tags.setdefault("year", tags.get("date", []))
    length_s = getattr(found.info, "length", 0.0)
    return {**tags, **({"duration": [str(length_s)]} if length_s else {})}


def _several(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _no_tags(why: str, how: str) -> AudioError:
    return NotAudioError(f"its tags cannot be read: {why}", how)


def mended(text: str) -> str:
    """Return a text as it was meant whose Windows-1251 bytes were taken for Latin-1, as in old Russian tags.

    Only texts of 4 letters or more are touched that have no letter but those.

    Examples
    --------
    >>> mended("Êèíî - Ãðóïïà êðîâè"), mended("Été"), mended("Björk")
    ('Кино - Группа крови', 'Été', 'Björk')
    """
    words = _LETTERS.findall(text.replace("\xa8", "Ё").replace("\xb8", "ё"))
    raw = "".join(words).replace("Ё", "\xa8").replace("ё", "\xb8")
    if len(raw) < 4 or not _MISREAD.fullmatch(raw):
        return text
    try:
        return text.encode("latin-1").decode("cp1251")
    except UnicodeError:
        return text


def first(tags: Tags, *names: str) -> str | None:
    """Return the first text of the first field that has one."""
    for name in names:
        for text in tags.get(name, ()):
            if text.strip("\0 \t\r\n"):
                return mended(text.strip("\0 \t\r\n"))
    return None


def every(tags: Tags, name: str) -> tuple[str, ...]:
    """Return all texts of a field, those that stand in one parted at semicolons and zero bytes."""
    parts = (part.strip() for text in tags.get(name, ()) for part in re.split(r"[;\0]", text))
    return tuple(dict.fromkeys(mended(part) for part in parts if part))


def number(tags: Tags, name: str) -> float | None:
    """Return a number, or None for what is none."""
    try:
        found = float((tags.get(name) or [""])[0])
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def year(tags: Tags) -> int | None:
    """Return the year of a date as files spell it: ``"1977"``, ``"1977-10-28"``, ``"28.10.1977"``."""
    found = re.search(r"(?<!\d)(1[5-9]\d\d|20\d\d)(?!\d)", first(tags, "year", "date", "originaldate") or "")
    return int(found[1]) if found else None
