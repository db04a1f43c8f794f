"""Write into ``docs/pipelines.md`` what each kind of step takes, from the registry.

python -m tools.step_kinds            # writes
python -m tools.step_kinds --check    # exits with 1 if the page is out of date
"""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import earmark.pipeline.listed  # noqa: F401 - it fills the registry
from earmark.pipeline.kinds import KINDS

PAGE = Path(__file__).resolve().parents[1] / "docs" / "pipelines.md"
BEGIN, END = "<!-- kinds: written by `python -m tools.step_kinds` -->\n", "<!-- end of kinds -->"


def lines() -> Iterator[str]:
    """Yield a table for each kind."""
    for name in KINDS:
        kind = KINDS[name]
        yield f"### {name}\n\n{kind.what[0].upper()}{kind.what[1:]}.\n\n| | reads, or is | |\n|---|---|---|\n"
        for key, one in kind.inputs.items():
            yield f"| `{key}` | {'input' if one.required else 'input, may be left out'} | {one.what} |\n"
        for key, told in kind.parameters.items():
            left = (
                "must be said"
                if told.required
                else "none"
                if told.default is None
                else json.dumps(told.default)
            )
            yield f"| `{key}` | {told.type}, {left} | {told.what} |\n"
        yield "\n"


def page() -> str:
    """Return the page with what there is now."""
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    return before + BEGIN + "\n" + "".join(lines()) + END + rest.partition(END)[2]


def main() -> None:
    """Write the page, or see whether it is up to date."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    made = page()
    if not parser.parse_args().check:
        PAGE.write_text(made, encoding="utf-8")
    elif PAGE.read_text(encoding="utf-8") != made:
        sys.exit(f"{PAGE.name} is out of date: python -m tools.step_kinds")


if __name__ == "__main__":
    main()
