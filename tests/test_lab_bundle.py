"""Bundles of trained models: damaged, hostile and newer ones are refused, whole ones answer as before."""

import functools
import hashlib
import io
import json
import os
import shutil
import zipfile

import numpy as np
import pytest
import skops.io
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.preprocessing import FunctionTransformer

from earmark.dataset.describe import described
from earmark.errors import BundleError, EarmarkError
from earmark.models import bundle, lab_bundle, sealed
from earmark.models.classifiers import CLASSIFIERS
from earmark.models.learning import fit
from earmark.models.lesson import lesson
from earmark.models.pipeline import columns_of, trusted
from earmark.models.recipe import parse
from earmark.models.steps import STEPS
from earmark.models.train import rows_of
from earmark.service.lab import Lab
from lessons import frame, table
from members import SCALED, SMALL


def fitted(text: str):
    """Return a recipe, the pipeline fitted by it, and the columns of some songs."""
    found = parse(text)
    learnt = lesson(described(frame().assign(mode=["major", "minor", None] * 20, title="a song"), "songs"))
    columns = columns_of(learnt.dataset.schema, found)
    rows = rows_of(learnt, columns)
    return found, fit(found, columns, rows).pipeline, rows.x


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("name", CLASSIFIERS)
def test_every_classifier_comes_back(name):
    found, pipeline, x = fitted(f'{SCALED}[classifier]\nname = "{name}"\n{SMALL.get(name, "")}\n')
    again = sealed.loads(sealed.dumps(pipeline), trusted(found))
    assert np.array_equal(again.predict_proba(x), pipeline.predict_proba(x))


@pytest.mark.parametrize("name", [name for name in STEPS if name != "guard"])
def test_every_step_comes_back(name):
    first = "" if STEPS[name].takes in ("category", "text") else SCALED
    found, pipeline, x = fitted(
        f'{first}[[step]]\nname = "{name}"\n{SMALL.get(name, "")}\n[classifier]\nname = "lda"\n'
    )
    again = sealed.loads(sealed.dumps(pipeline), trusted(found))
    assert np.array_equal(again.predict_proba(x), pipeline.predict_proba(x))


# -- folders that are not what they were


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lab")
    (folder / "r.toml").write_text(SCALED + '[classifier]\nname = "lda"\n', encoding="utf-8")
    return Lab(folder / "models").train(table(folder), folder / "r.toml").folder


@pytest.fixture
def folder(kept, tmp_path):
    """Return a copy that a test may spoil."""
    return shutil.copytree(kept, tmp_path / "model")


def change(folder, **facts) -> None:
    """Change what bundle.json says as a forger would, checksums and all."""
    path = folder / "bundle.json"
    plain = json.loads(path.read_text(encoding="utf-8")) | facts
    plain["files"] = {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in plain["files"]
    }
    plain["digest"] = lab_bundle._digest(plain)
    path.write_text(json.dumps(plain), encoding="utf-8")


def refused(folder) -> BundleError:
    with pytest.raises(BundleError) as caught:
        lab_bundle.load(folder)
    assert caught.value.hint
    return caught.value


@pytest.mark.parametrize("name", ["bundle.json", "model.skops", "evaluation.json"])
def test_missing_and_damaged_files(folder, name):
    path = folder / name
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    refused(folder)
    path.write_bytes(data.replace(b"a", b"b", 1))
    refused(folder)
    path.unlink()
    refused(folder)
    path.mkdir()
    refused(folder)


def test_a_newer_one(folder):
    change(folder, format_version=2)
    error = refused(folder)
    assert error.message.endswith("has format 2; this Earmark reads up to 1")
    assert error.hint == "upgrade Earmark"


def test_a_model_of_another_kind(folder):
    with pytest.raises(BundleError, match="is a model of a table's columns, not of songs"):
        bundle.load(folder)
    with pytest.raises(BundleError, match="is a model of songs, not of a table's columns") as error:
        lab_bundle.load(bundle.BUILT_IN)
    assert "earmark classify --model" in error.value.hint
    change(folder, format="another")
    assert "is not of a model that was trained on a table" in refused(folder).message


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"genres": ["a", "a", "b"]}, "the bundle's genres are not distinct names"),
        ({"genres": ["a"]}, "the bundle's genres are not distinct names"),
        ({"seen": [0, 1, 7]}, "list of genres seen is damaged"),
        ({"seen": [True, 1, 2]}, "list of genres seen is damaged"),
        ({"recipe": {"classifier": {"name": "forest"}}}, "holds another pipeline than the recipe says"),
        ({"recipe": {"classifier": {"name": "os.system"}}}, "recipe that cannot be had here"),
        ({"columns": {"numbers": ["x0"]}}, "holds another pipeline than the recipe says"),
        ({"columns": {"files": ["x0"]}}, "is damaged"),
        ({"columns": []}, "columns in"),
        ({"calibration": {"kind": "pickle"}}, "the thresholds of the verdicts are damaged"),
        ({"extra": 1}, "lacks or has too much: extra"),
    ],
)
def test_forged_facts(folder, facts, message):
    change(folder, **facts)
    assert message in refused(folder).message


def test_facts_changed_without_the_checksum(folder):
    path = folder / "bundle.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"rows": 60', '"rows": 61'), encoding="utf-8")
    assert "was changed after it was made" in refused(folder).message


# -- models that would do something


def hostile(folder, thing) -> BundleError:
    """Put something else in the place of the model, as a forger would."""
    (folder / "model.skops").write_bytes(skops.io.dumps(thing))
    change(folder)
    return refused(folder)


def test_functions_methods_and_calls_are_refused(folder, tmp_path):
    spoilt = tmp_path / "spoilt"
    for thing in (
        os.system,
        FunctionTransformer(np.cbrt),
        FunctionTransformer(functools.partial(os.mkdir, str(spoilt))),
        functools.partial(os.mkdir, str(spoilt)),
        spoilt.mkdir,
        {"a": [1, {"b": os.remove}]},
        type(spoilt),
    ):
        try:
            error = hostile(folder, thing)
        except (TypeError, skops.io.exceptions.UnsupportedTypeException):
            continue  # it cannot even be written
        assert "model.skops" in error.message
        assert not spoilt.exists()


def test_another_estimator_is_refused(folder):
    assert "holds no pipeline" in hostile(folder, [1, 2]).message
    other = fitted('[classifier]\nname = "naive-bayes"\n')[1]
    assert "holds another pipeline than the recipe says" in hostile(folder, other).message


def test_the_list_inside_the_file_counts_for_nothing(folder):
    forest = fitted('[classifier]\nname = "forest"\nn_estimators = 2\n')[1]
    assert skops.io.get_untrusted_types(data=skops.io.dumps(forest))
    message = hostile(folder, forest).message
    assert "wants to make what no recipe has" in message
    assert "sklearn.tree._tree.Tree" in message


def repacked(data: bytes, **members: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, members.get(name.rpartition(".")[2], old.read(name)))
    return packed.getvalue()


def test_arrays_that_claim_more_than_they_have(kept):
    head = b"{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,), }".ljust(117) + b"\n"
    array = b"\x93NUMPY\x01\x00" + len(head).to_bytes(2, "little") + head
    data = repacked((kept / "model.skops").read_bytes(), npy=array)
    with pytest.raises(BundleError, match="holds an array that is none"):
        sealed.loads(data, [])
    objects = array.replace(b"<f8'", b"|O' ")
    with pytest.raises(BundleError, match=r"model\.skops"):
        sealed.loads(repacked(data, npy=objects), [])


def test_what_unpacks_to_more_than_a_model(kept, monkeypatch):
    monkeypatch.setattr(sealed, "LARGEST_BYTES", 1000)
    with pytest.raises(BundleError, match="unpacks to more than"):
        sealed.loads((kept / "model.skops").read_bytes(), [])


@given(st.data())
@settings(max_examples=60)
def test_any_bytes_are_a_model_or_an_error(kept, data):
    whole = bytearray((kept / "model.skops").read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        sealed.loads(bytes(whole), ["imblearn.pipeline.Pipeline"])
    except EarmarkError as error:
        assert isinstance(error, BundleError)  # noqa: PT017 - either is fine
