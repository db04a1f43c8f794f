"""Every classifier and every step: elsewhere, and as ONNX, it answers what it answered when it was learnt."""

import subprocess
import sys

import numpy as np
import pytest

import members
from earmark.errors import ExportError
from earmark.models.onnx import check
from earmark.models.onnx.write import write
from earmark.models.steps import STEPS

NAMES = [*members.CLASSIFIERS, *STEPS]
LEARNING = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
FITTING = ("fit", "fit_transform", "fit_resample", "partial_fit")
ELSEWHERE = """
import sys
from pathlib import Path
import numpy as np
import earmark.dataset
from earmark.models.lab_bundle import load
table = earmark.dataset.read(sys.argv[1]).frame
folders = sorted(Path(sys.argv[2]).iterdir())
np.savez(sys.argv[3], **{folder.name: load(folder).model.answer(table).p for folder in folders})
"""


@LEARNING
def test_every_one_answers_the_same_to_the_bit_in_a_fresh_process(tmp_path):
    members.songs().to_csv(tmp_path / "songs.csv", index=False)
    for name in NAMES:
        members.kept(members.member(name), tmp_path / "models" / name)
    subprocess.run(
        [sys.executable, "-W", "error", "-c", ELSEWHERE,
         tmp_path / "songs.csv", tmp_path / "models", tmp_path / "p.npz"],
        check=True,
    )  # fmt: skip
    found = np.load(tmp_path / "p.npz")
    assert sorted(found) == sorted(NAMES)
    for name in NAMES:
        here = members.member(name).model.answer(members.songs()).p
        assert np.array_equal(found[name], here), name


@LEARNING
@pytest.mark.parametrize("name", NAMES)
def test_every_classifier_and_step_answers_the_same(name):
    bundle = members.member(name)
    if name in members.NOT_WRITTEN:
        with pytest.raises(ExportError, match=members.NOT_WRITTEN[name]):
            write(bundle)
        return
    table = members.songs()
    made = write(bundle, table)
    assert made.apart <= check.TOLERANCE
    assert made.rows == check.ROWS + len(table)
    found = members.asked(made.data, table, bundle.model.columns)
    answers = bundle.model.answer(table)
    # XGBoost's own answers are in single precision.
    assert np.abs(found["probabilities"] - answers.p).max() <= (1e-6 if name == "xgboost" else 1e-9)
    assert found["genre"].tolist() == [bundle.model.classes[one] for one in answers.p.argmax(axis=1)]


@LEARNING
@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_fitted_while_a_model_is_asked(name, monkeypatch):
    model = members.member(name).model
    fits = []
    for kind in {type(part) for part in parts_of(model.fitted.pipeline)}:
        for method in FITTING:
            if hasattr(kind, method):
                monkeypatch.setattr(kind, method, lambda *_, **__: fits.append(1))
    model.answer(members.songs())
    assert not fits


def parts_of(pipeline) -> list:
    """Return everything in a pipeline that could be fitted, what it has fitted included."""
    waiting, found = [pipeline], []
    while waiting:
        one = waiting.pop()
        if isinstance(one, list | tuple):
            waiting += one
        elif hasattr(one, "get_params") and hasattr(one, "__dict__"):
            found.append(one)
            waiting += list(vars(one).values())
    return found
