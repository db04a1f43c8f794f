"""Tables that say little or say it oddly: a clear error, or a rule that is kept."""

import json

import numpy as np
import pandas as pd
import pytest

from earmark.errors import TrainingError
from earmark.models.lab_bundle import load
from earmark.models.onnx.write import write
from earmark.service.lab import Lab
from lessons import frame, table

QUICK = '[[step]]\nname = "scale"\n[classifier]\nname = "lda"\n'
ODD = ('🎷 & "quotes"', "a|b\tc", "رَيّ", "../../etc", "x" * 300)


def train(folder, made: pd.DataFrame, text: str = QUICK):
    (folder / "r.toml").write_text(text, encoding="utf-8")
    return Lab(folder / "models").train(table(folder, made), folder / "r.toml", label="genre")


def test_genres_of_any_letters_come_back_as_they_were(tmp_path):
    made = frame(100)
    made["genre"] = [ODD[i % len(ODD)] for i in range(100)]
    made["artist"] = [f"artist {i % 25}" for i in range(100)]
    found = train(tmp_path, made)
    bundle = load(found.folder)
    assert set(bundle.model.classes) == set(ODD)
    assert set(json.loads(found.evaluation.to_json())["classes"]) == set(ODD)
    assert set(pd.read_csv(found.folder / "answers.csv")["genre"]) == set(ODD)
    assert write(bundle).apart < 1e-9
    assert found.folder.parent == tmp_path / "models"


@pytest.mark.parametrize("value", [1.0, np.nan])
def test_columns_that_tell_nothing_score_like_chance_or_are_refused(tmp_path, value):
    made = frame().assign(x0=value, x1=value, x2=value, x3=value)
    assert train(tmp_path, made).evaluation.tracks.value("accuracy") == pytest.approx(1 / 3, abs=0.1)
    with pytest.raises(TrainingError) as caught:
        train(tmp_path, made, '[classifier]\nname = "naive-bayes"\n')
    assert caught.value.message.endswith("it answers a row that it has learnt from with no numbers")
    assert caught.value.hint == "give more songs, or another recipe"
