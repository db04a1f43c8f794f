"""What docs/check.md and the docstrings say is so."""

import doctest
import importlib
import re
from pathlib import Path

import pytest

from earmark.dataset.infer import LABELS
from earmark.dataset.known import KNOWN

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "check.md").read_text(encoding="utf-8")
MODULES = (
    "dataset.cells", "dataset.classes", "dataset.columns", "dataset.delimited", "dataset.describe",
    "dataset.drift", "dataset.enforce", "dataset.findings", "dataset.infer", "dataset.join", "dataset.known",
    "dataset.numbers", "dataset.reading", "dataset.schema", "dataset.schema_file", "dataset.structured",
    "dataset.table", "dataset.values", "service.checking", "cli.check",
)  # fmt: skip


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    path = tmp_path_factory.mktemp("tables") / "songs.csv"
    rows = [f"{'rock' if i < 6 else 'jazz'},{60 + 7 * i},0.{i}{i}" for i in range(10)]
    path.write_text("\n".join(["genre,tempo,energy", *rows]) + "\n")
    return path


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings(name, table):
    module = importlib.import_module(f"earmark.{name}")
    from earmark.dataset import read

    given = {"table": table} if hasattr(module, "read") else {"table": table, "read": read}
    assert doctest.testmod(module, extraglobs=given).failed == 0


@pytest.mark.parametrize("name", [name for name in MODULES if name.startswith("dataset.")])
def test_every_code_is_explained(name):
    source = (ROOT / "src" / "earmark" / f"{name.replace('.', '/')}.py").read_text(encoding="utf-8")
    for code in re.findall(r'Finding\(\s*"([a-z-]+)"', source):
        assert f"`{code}`" in PAGE, f"docs/check.md does not explain {code}"


def test_the_lists_are_whole():
    assert ", ".join(f"`{name}`" for name in LABELS) in PAGE.replace("\n", " ")
    for name in KNOWN:
        assert f"`{name}`" in PAGE
