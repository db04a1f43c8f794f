"""Models as ONNX answer as the pipeline does, whatever they are made of, or are refused."""

import json
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

import members
from earmark.errors import ArgumentError, EarmarkError, ExportError
from earmark.models.onnx import check, graph
from earmark.models.onnx.write import write
from earmark.service.lab import Lab
from lessons import frame


@pytest.mark.parametrize("name", ["logistic", "sgd", "gaussian-process", "poly-svm", "xgboost", "lightgbm",
                                  "histogram-boosting", "gradient-boosting", "net"])  # fmt: skip
def test_two_genres(name):
    two = members.songs()
    bundle, _ = members.learnt(members.text_of(name), two[two["genre"] != "джаз"].reset_index(drop=True))
    assert write(bundle).apart <= 1e-6


@pytest.mark.parametrize("method", ["temperature", "sigmoid", "isotonic"])
def test_calibration_sets_and_verdicts_are_in_it(method):
    bundle, given = members.learnt(members.text_of("forest", method))
    table = given.dataset.frame
    found = members.asked(write(bundle, table).data, table, bundle.model.columns)
    answers = bundle.model.answer(table)
    assert np.abs(found["probabilities"] - answers.p).max() <= 1e-9
    assert np.array_equal(found["set"], answers.sets)
    assert np.array_equal(found["sure"], answers.sure)


@pytest.mark.parametrize(
    "text",
    [
        '[[step]]\nname = "impute"\n' + members.LDA,
        '[[step]]\nname = "impute-by-neighbours"\nweights = "distance"\n' + members.LDA,
        '[[step]]\nname = "power"\nmethod = "box-cox"\n' + members.LDA,
        '[[step]]\nname = "clusters"\nclusters = 3\ncode = "distances"\n' + members.LDA,
        '[[step]]\nname = "clusters"\nclusters = 3\ncode = "ordinal"\nbeside = false\n' + members.LDA,
        '[[step]]\nname = "generate"\nroot = "as-is"\ndegree = 2\nkeep = 9\n' + members.LDA,
        '[[step]]\nname = "one-hot"\nmin_frequency = 12\n' + members.LDA,
        '[[step]]\nname = "ordinal"\n[classifier]\nname = "histogram-boosting"\nmax_iter = 9\n'
        "categorical_features = [4]\nmin_samples_leaf = 4\n",
        '[[step]]\nname = "log"\n[[step]]\nname = "whiten"\n[classifier]\nname = "kernel-ridge"\n'
        'kernel = "matern"\nbalance = 0.5\n',
        '[classifier]\nname = "knn"\nweights = "distance"\n',
        '[classifier]\nname = "sgd"\nloss = "modified_huber"\n',
        '[classifier]\nname = "dummy"\nstrategy = "most_frequent"\n',
        '[classifier]\nname = "nearest-centroid"\nshrink_threshold = 0.5\n',
    ],
)
def test_other_parameters(text):
    bundle, _ = members.learnt(text)
    assert write(bundle, members.songs()).apart <= 1e-6


def test_fractions_of_numbers_set_by_machines():
    tempos = np.arange(60) * 37 % 100 + 80 + np.random.default_rng(0).normal(0, 0.03, 60)
    table = members.songs().assign(x0=tempos)
    bundle, _ = members.learnt('[[step]]\nname = "fractions"\n' + members.LDA, table)
    assert len(bundle.model.fitted.pipeline[1].taken_) == 1
    assert write(bundle, table).apart <= 1e-6


def test_thresholds_are_not_rounded():
    """Numbers that differ in double precision only are told apart where the pipeline tells them apart."""
    close = frame().assign(x0=np.where(frame()["genre"] == "джаз", 1e8, 1e8 + 1) + np.arange(60) % 3 / 8)
    for name in ("histogram-boosting", "lightgbm", "forest", "xgboost"):
        bundle, _ = members.learnt(members.text_of(name).removeprefix(members.SCALED), close)
        assert write(bundle, close).apart <= 1e-6


def test_what_is_missing_leads_where_the_pipeline_says():
    made = members.songs()
    for name in ("histogram-boosting", "xgboost", "lightgbm"):
        classifier = members.member(name).model.fitted.pipeline[-1]
        x = made[["x0", "x1", "x2", "x3"]].to_numpy(copy=True)
        x[::4, 0] = np.nan
        classifier = type(classifier)(**classifier.get_params(deep=False)).fit(x, made["genre"])
        g = graph.Graph()
        p = graph.convert(g, classifier, g.input("x", "double", 4))
        data = g.model([(p, "p", "double", ["rows", 3])], {}).SerializeToString()
        found = onnxruntime.InferenceSession(data).run(None, {"x": x})[0]
        assert found == pytest.approx(classifier.predict_proba(x), abs=1e-6)


def test_it_says_what_it_is_and_is_the_same_each_time():
    bundle, _ = members.learnt(members.text_of("lda", "temperature"))
    data = write(bundle).data
    assert write(bundle).data == data
    said = onnxruntime.InferenceSession(data).get_modelmeta().custom_metadata_map
    assert said["format"] == "earmark onnx 1"
    assert json.loads(said["genres"]) == list(bundle.model.classes)
    assert json.loads(said["numbers"]) == ["x0", "x1", "x2", "x3"]
    assert json.loads(said["categories"]) == ["mode"]
    assert json.loads(said["calibration"]) == bundle.model.calibration.plain()
    assert json.loads(said["recipe"]) == bundle.model.recipe.to_dict()


# -- what is refused


def test_what_differs_is_refused(monkeypatch):
    bundle = members.member("logistic")
    real = graph.CONVERTERS["LogisticRegression"]
    spoilt = {**graph.CONVERTERS._members, "LogisticRegression": lambda g, part, x: g.shares(
        g("Add", real(g, part, x), 1e-4)
    )}  # fmt: skip
    monkeypatch.setattr(graph.CONVERTERS, "_members", spoilt)
    with pytest.raises(ExportError, match=r"two probabilities are .* apart, and 1e-05 would be allowed"):
        write(bundle)


def test_what_has_no_converter_is_named(monkeypatch):
    monkeypatch.setattr(graph.CONVERTERS, "_members", {})
    with pytest.raises(ExportError) as caught:
        write(members.member("logistic"))
    assert str(caught.value) == (
        "SimpleImputer cannot be written as ONNX (train with another step or classifier)"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[[step]]\nname = "impute"\nadd_indicator = true\n' + members.LDA, "drops or adds columns"),
        ('[[step]]\nname = "impute-by-neighbours"\nadd_indicator = true\n' + members.LDA, "drops or adds"),
        ('[[step]]\nname = "one-hot"\nhandle_unknown = "error"\n' + members.LDA, "refuses those it has not"),
        ('[classifier]\nname = "dummy"\nstrategy = "uniform"\n', "the strategy 'uniform' cannot be written"),
        ('[classifier]\nname = "knn"\nmetric = "cosine"\n', "neighbours by the distance 'cosine'"),
    ],
)
def test_parameters_that_cannot_be_written(text, message):
    with pytest.raises(ExportError, match=message):
        write(members.learnt(text)[0])


# -- from outside


def test_a_model_is_exported(tmp_path, capsys):
    from earmark.cli.export import export_and_print

    folder = members.kept(members.member("lda"), tmp_path / "model")
    table = tmp_path / "songs.csv"
    members.songs().to_csv(table, index=False)
    export_and_print(str(folder), str(tmp_path / "a.onnx"), [str(table)], as_json=False)
    assert "on 316 rows no two probabilities are more than" in capsys.readouterr().out
    export_and_print(str(folder), str(tmp_path / "b.onnx"), [], as_json=True)
    assert json.loads(capsys.readouterr().out)["rows"] == check.ROWS
    assert (tmp_path / "a.onnx").read_bytes() == (tmp_path / "b.onnx").read_bytes()
    with pytest.raises(ArgumentError, match=r"a\.onnx' is there already"):
        Lab().export(folder, tmp_path / "a.onnx")
    with pytest.raises(ArgumentError, match=r"does not end in \.onnx"):
        Lab().export(folder, tmp_path / "model.bin")


def test_without_the_library(tmp_path, monkeypatch):
    import sys

    folder = members.kept(members.member("lda"), tmp_path / "model")
    for name in [name for name in sys.modules if name == "onnx" or name.startswith("earmark.models.onnx")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(EarmarkError) as caught:
        Lab().export(folder, tmp_path / "a.onnx")
    assert str(caught.value) == (
        "exporting needs the library onnx, which is not installed (pip install 'earmark[onnx]')"
    )


def test_the_example_in_the_page_runs(tmp_path, monkeypatch):
    page = (Path(__file__).parents[1] / "docs" / "onnx.md").read_text(encoding="utf-8")
    code = page.split("```python\n")[1].split("```")[0]
    monkeypatch.chdir(tmp_path)
    table = members.songs().drop(columns="mode")
    (tmp_path / "model.onnx").write_bytes(write(members.learnt(members.text_of("lda"), table)[0]).data)
    scope = {}
    exec(code, scope)  # noqa: S102 - that is the test
    assert scope["probabilities"].shape == (1, 3)
    assert set(scope["genre"]) <= set(scope["genres"])
    assert all(f"`{name}`" in page for name in (*members.NOT_WRITTEN, *scope["said"]))
