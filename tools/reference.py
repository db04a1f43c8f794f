"""Write ``docs/reference.md`` from the docstrings, the feature sets and the command line's own help.

python -m tools.reference            # writes
python -m tools.reference --check    # exits with 1 if the page is out of date
"""

import argparse
import inspect
import math
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import earmark
from earmark.audio.windows import parse_window
from earmark.features import FEATURE_SETS
from earmark.features.columns import ColumnInfo

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference.md"
HEAD = """# Reference

Written by `python -m tools.reference` from the code itself.
"""


def fenced(text: str) -> str:
    """Return text as a block that Markdown leaves alone."""
    return f"```text\n{text.strip()}\n```"


def documented(member: Any) -> str:
    """Return a member's docstring, its indentation removed."""
    return inspect.cleandoc(member.__doc__ or "")


def public_names() -> Iterator[str]:
    """Yield a section for every public name, with the methods of classes."""
    for name in earmark.__all__:
        member = getattr(earmark, name)
        if isinstance(member, str):
            continue
        signature = f"{name}{inspect.signature(member)}" if inspect.isfunction(member) else f"class {name}"
        text = f"{signature}\n\n{documented(member)}"
        yield f"### `earmark.{name}`\n\n{fenced(text)}\n"
        if not inspect.isclass(member) or issubclass(member, Exception):
            continue
        for method_name, method in vars(member).items():
            if inspect.isfunction(method) and not method_name.startswith("_"):
                text = f"{method_name}{inspect.signature(method)}\n\n{documented(method)}"
                yield f"#### `{name}.{method_name}`\n\n{fenced(text)}\n"


def windows() -> Iterator[str]:
    """Yield what ``--window`` and ``window=`` take."""
    yield f"What `--window` and `window=` take:\n\n{fenced(documented(parse_window))}\n"


def feature_sets() -> Iterator[str]:
    """Yield a section for every feature set, with a table of its columns."""
    yield (
        "Ranges are those of sound within full scale ±1. Columns of one kind, unit, range and source share "
        "a row; where they are numbered, only the first and the last are named.\n"
    )
    for name in FEATURE_SETS:
        one = FEATURE_SETS[name]
        head = "| columns | unit | range | source |\n|---|---|---|---|"
        yield (
            f"### `{name}`, version {one.version}\n\n{one.description} Sound at {one.rate_hz} Hz, "
            f"{len(one.columns)} columns.\n\n{fenced(documented(one.compute))}\n\n{head}\n"
            + "\n".join(column_rows(one.info))
            + "\n"
        )


def column_rows(info: tuple[ColumnInfo, ...]) -> Iterator[str]:
    """Yield a row for the columns of every kind, in the order of the first of them."""
    kinds: dict[tuple[str, str, float, float, str], list[str]] = {}
    for column in info:
        numbered = re.sub(r"\d+", "", column.name)
        plain = numbered if numbered != column.name else column.name.split("_")[0]
        kinds.setdefault((plain, *column[1:]), []).append(column.name)
    for (_, unit, low, high, source), names in kinds.items():
        several = len(names) > 2 and re.search(r"\d", names[0])
        listed = [f"`{name}`" for name in names]
        said = f"{listed[0]} … {listed[-1]} ({len(names)})" if several else ", ".join(listed)
        yield f"| {said} | {unit} | {ranged(low, high)} | {source} |"


def ranged(low: float, high: float) -> str:
    """Return a range in words."""
    if math.isinf(low):
        return "any"
    return f"{low:g} and more" if math.isinf(high) else f"{low:g} to {high:g}"


def commands() -> Iterator[str]:
    """Yield a section for every command."""
    environment = {**os.environ, "COLUMNS": "88", "NO_COLOR": "1", "TERM": "dumb"}
    for arguments in ([], ["classify"], ["extract"], ["picture"], ["doctor"]):
        command = [sys.executable, "-m", "earmark", *arguments, "--help"]
        said = subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout
        title = " ".join(["earmark", *arguments])
        said = re.sub(r"Usage: .*? \[OPTIONS\]", f"Usage: {title} [OPTIONS]", said, count=1)
        yield f"### `{title}`\n\n{fenced(said)}\n"


def page() -> str:
    """Return the whole page."""
    chapters = {
        "Commands": commands(),
        "Python": public_names(),
        "Windows": windows(),
        "Feature sets": feature_sets(),
    }
    parts = [HEAD]
    for title, sections in chapters.items():
        parts += [f"## {title}\n", *sections]
    return "\n".join(parts)


def main() -> None:
    """Write or check."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing")
    wanted = page()
    if parser.parse_args().check:
        known = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
        sys.exit(known != wanted and "docs/reference.md is out of date: run python -m tools.reference")
    PAGE.write_text(wanted, encoding="utf-8")


if __name__ == "__main__":
    main()
