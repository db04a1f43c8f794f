"""Bundles of every format there ever was answer what they answered when they were made.

A folder ``bundles_kept/vN`` is never made anew: a bundle as it was then, rows, and the answers to them.
"""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from earmark.models.lab_bundle import FORMAT_VERSION, load

KEPT = Path(__file__).parent / "bundles_kept"


def test_there_is_one_of_every_format():
    assert sorted(path.name for path in KEPT.iterdir()) == [f"v{one + 1}" for one in range(FORMAT_VERSION)]


@pytest.mark.parametrize("version", range(1, FORMAT_VERSION + 1))
def test_a_bundle_that_was_kept_answers_as_then(version):
    then = json.loads((KEPT / f"v{version}" / "answers.json").read_text(encoding="utf-8"))
    bundle = load(KEPT / f"v{version}" / "model")
    assert list(bundle.model.classes) == then["genres"]
    # Whatever the labels of the rows: a table may be a part of another.
    for rows in (pd.DataFrame(then["rows"]), pd.DataFrame(then["rows"], index=list("fedcba"))):
        found = bundle.model.answer(rows)
        assert found.p == pytest.approx(np.array(then["probabilities"]), abs=1e-9)
        assert found.sets.tolist() == then["sets"]
        assert found.sure.tolist() == then["sure"]
