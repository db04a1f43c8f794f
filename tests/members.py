"""One small model of every classifier and of every step, as bundles."""

from functools import cache
from pathlib import Path

import numpy as np
import onnxruntime
import pandas as pd

import readers
from earmark.dataset.describe import described
from earmark.models import lab_bundle
from earmark.models.classifiers import CLASSIFIERS
from earmark.models.lab_bundle import LabBundle
from earmark.models.learning import learn
from earmark.models.lesson import Lesson, lesson
from earmark.models.onnx import check
from earmark.models.pipeline import Columns, columns_of
from earmark.models.recipe import Recipe, parse
from earmark.models.steps import STEPS
from earmark.models.train import Model, rows_of
from lessons import frame

# As small as will do: what is tested is that they come back, not what they are worth.
SMALL = {
    "forest": "n_estimators = 3", "forest-balanced": "n_estimators = 3", "extra-trees": "n_estimators = 3",
    "forest-by-prediction": "n_estimators = 3", "gradient-boosting": "n_estimators = 3",
    "histogram-boosting": "max_iter = 3", "xgboost": "n_estimators = 3", "lightgbm": "n_estimators = 3",
    "catboost": "iterations = 3", "small-table": "rounds = 3", "stack": "rounds = 3\nfolds = 2",
    "net": "epochs = 3", "generate": "keep = 30", "select-by-test": "top = 3", "clusters": "clusters = 3",
    "large-table": "rounds = 3\nepochs = 2\nnets = 1\ntrees = 3\ntilt = 0.2",
    "large-table-catboost": "iterations = 3\nrounds = 3\nepochs = 2\nnets = 1\ntrees = 3\ntilt = 0.2",
    "words": "top = 10", "letters": "top = 10", "sentences": f'weights = "{readers.TINY}"',
}  # fmt: skip
NOT_WRITTEN = {
    "words": "ONNX cannot cut texts into words as Python does",
    "letters": "ONNX cannot cut texts into words as Python does",
    "sentences": "ONNX cannot cut texts into words as Python does",
}
"""What cannot be written as ONNX, and why."""

SCALED = '[[step]]\nname = "scale"\n'
LDA = '[classifier]\nname = "lda"\n'


def songs() -> pd.DataFrame:
    """Return songs with gaps, a category of which some are missing, and titles."""
    made = frame().assign(mode=[("major", "minor", None, "дор")[i * 7 % 11 % 4] for i in range(60)])
    made["title"] = [f"song {i % 5} {'love' if i % 3 else 'ночь'}" for i in range(60)]
    made.loc[::9, "x1"] = np.nan
    return made


def text_of(name: str, calibration: str = "") -> str:
    """Return a recipe in which a classifier or step of that name is."""
    few = SMALL.get(name, "")
    after = f'[calibration]\nmethod = "{calibration}"\nfolds = 2\n' if calibration else ""
    if name in CLASSIFIERS:
        return f'{SCALED}[classifier]\nname = "{name}"\n{few}\n{after}'
    first = SCALED if STEPS[name].takes in ("number", "any") and name != "generate" else ""
    # It draws, and asks for tracks, in front of everything else.
    return f'{first}[[step]]\nname = "{name}"\n{few}\n{LDA}{after}'


def learnt(text: str, table: pd.DataFrame | None = None) -> tuple[LabBundle, Lesson]:
    """Return a model of some songs, and what it was learnt from."""
    found: Recipe = parse(text)
    given = lesson(described(songs() if table is None else table, "songs"))
    columns = columns_of(given.dataset.schema, found)
    made = Model(found, given.classes, columns, *learn(found, columns, rows_of(given, columns)))
    return LabBundle(found.name, made, "{}", {}, lab_bundle.environment(), {}), given


@cache
def member(name: str) -> LabBundle:
    """Return the model of a classifier or step; only to be read."""
    return learnt(text_of(name))[0]


def kept(bundle: LabBundle, folder: Path) -> Path:
    """Return the folder in which a bundle was saved."""
    lab_bundle.save(bundle, {"split.json": "{}", "answers.csv": "", "card.md": "# made up\n"}, folder)
    return folder


def asked(data: bytes, table: pd.DataFrame, columns: Columns) -> dict[str, np.ndarray]:
    """Return what a model as ONNX gives for a table, by name."""
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    names = [one.name for one in session.get_outputs()]
    return dict(zip(names, session.run(None, check.feed(table, columns)), strict=True))
