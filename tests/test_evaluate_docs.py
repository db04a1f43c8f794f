"""The examples in docs/evaluation.md, calibration.md and statistics.md run, and name what there is."""

import doctest
from pathlib import Path

import pytest

from earmark.evaluate.metrics import MOST_GENRES
from earmark.evaluate.scoring import MOST_SUBSETS
from earmark.models.calibrate import CALIBRATIONS

DOCS = Path(__file__).parents[1] / "docs"


@pytest.mark.parametrize("page", ["evaluation.md", "calibration.md", "statistics.md"])
def test_examples(page):
    found = doctest.testfile(str(DOCS / page), module_relative=False)
    assert found.attempted > 5
    assert found.failed == 0


def test_what_is_named_is_there():
    page = (DOCS / "calibration.md").read_text(encoding="utf-8")
    for kind in CALIBRATIONS:
        assert f"| `{kind}` |" in page
    page = (DOCS / "evaluation.md").read_text(encoding="utf-8")
    assert f"Above {MOST_GENRES} genres" in page
    assert f"largest {MOST_SUBSETS} of each kind" in page
