"""Records as JSON that tell their kind, their version and their own checksum: damage is seen before use.

The checksum guards against damage and careless edits; it is no signature.
"""

import json
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from earmark.errors import EarmarkError
from earmark.workspace import content_hash, write_text

_LARGEST_BYTES = 1 << 28
_OWN = {"format": str, "format_version": int, "digest": str}


@dataclass(frozen=True)
class Kind:
    """A kind of record.

    Attributes
    ----------
    format : str
        What it calls itself.
    what : str
        What a person calls it, with its article.
    version : int
        The newest that this Earmark reads, and the one that it writes.
    keys : mapping of str to type
        What it says, beside format, version and checksum.
    error : type
        What is raised if one is missing, foreign, newer or damaged.
    mend : str
        The hint.
    """

    format: str
    what: str
    version: int
    keys: Mapping[str, type]
    error: type[EarmarkError]
    mend: str

    def write(self, path: Path, said: Mapping[str, Any]) -> dict[str, Any]:
        """Write a record whole or not at all, and return it as :meth:`read` does."""
        whole = {"format": self.format, "format_version": self.version, **said}
        whole["digest"] = _digest(whole)
        write_text(path, json.dumps(whole, indent=1, ensure_ascii=False) + "\n")
        return whole

    def read(self, path: Path) -> dict[str, Any]:
        """Return a record once all of it is seen to be as it was written."""
        try:
            if not stat.S_ISREG(path.stat().st_mode) or path.stat().st_size > _LARGEST_BYTES:
                raise self.error(f"'{path}' is no file of at most {_LARGEST_BYTES >> 20} MB", self.mend)
            said = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError) as error:
            raise self.error(f"'{path}' cannot be read: {error}", self.mend) from error
        if not isinstance(said, dict) or said.get("format") != self.format:
            raise self.error(f"'{path}' is not of {self.what}", self.mend)
        version, keys = said.get("format_version"), {**_OWN, **self.keys}
        if type(version) is int and version > self.version:
            raise self.error(
                f"'{path}' has format {version}; this Earmark reads up to {self.version}", "upgrade Earmark"
            )
        if set(said) != set(keys) or any(type(said[key]) is not kind for key, kind in keys.items()):
            raise self.error(f"'{path}' is damaged: a key is missing or of another type", self.mend)
        if said["digest"] != _digest(said):
            raise self.error(f"'{path}' was changed after it was written: its checksum differs", self.mend)
        return said


def _digest(said: Mapping[str, Any]) -> str:
    return content_hash({key: value for key, value in said.items() if key != "digest"})
