"""Pipelines as data: what they say, what they must not say, and which steps a change touches."""

import importlib

import pytest

import earmark.pipeline.listed  # noqa: F401 - it fills the registry
from earmark.errors import PipelineError, UnknownNameError
from earmark.pipeline import due as due_
from earmark.pipeline.artifacts import Artifacts, Facts
from earmark.pipeline.due import changes, due
from earmark.pipeline.examples import EXAMPLES, read
from earmark.pipeline.kinds import KINDS, TYPES
from earmark.pipeline.plan import parse, select
from earmark.pipeline.sources import see_no_secret
from pipelines import PIPELINE, lay_out

BELOW = {
    "raw": {"raw", "clean", "check", "split", "train", "evaluate"},
    "clean": {"clean", "check", "split", "train", "evaluate"},
    "check": {"check"},
    "split": {"split", "train", "evaluate"},
    "train": {"train", "evaluate"},
    "evaluate": {"evaluate"},
}
CHANGES = {
    "raw": "file=other.csv",
    "clean": "drop=['noise']",
    "check": "known=['giveaway-lookup']",
    "split": "parts={train=0.6, test=0.4}",
    "train": "recipe.classifier.name=logistic",
    "evaluate": "heard=true",
}


def make_all(pipeline, folder):
    """Keep an artifact for every step, without doing any of them."""
    kept = Artifacts(folder / "artifacts")
    for one in due(pipeline, kept, folder):
        if one.artifact is None:
            with kept.making(one.step.name, one.made_from) as work:
                work.keep(Facts())
    return kept


@pytest.mark.parametrize("step", BELOW)
def test_a_change_touches_its_step_and_what_reads_it_and_nothing_else(tmp_path, step):
    lay_out(tmp_path)
    kept = make_all(parse(PIPELINE), tmp_path)
    assert all(one.artifact is not None for one in due(parse(PIPELINE), kept, tmp_path))
    key, _, value = CHANGES[step].partition("=")
    found = list(due(parse(PIPELINE, {f"{step}.{key}": value}), kept, tmp_path))
    assert {one.step.name for one in found if one.artifact is None} == BELOW[step]
    (changed,) = [one for one in found if one.step.name == step]
    assert key.rpartition(".")[2] in changed.why


def test_what_a_file_holds_counts_and_not_its_date(tmp_path):
    lay_out(tmp_path)
    kept = make_all(parse(PIPELINE), tmp_path)
    text = (tmp_path / "songs.csv").read_text()
    (tmp_path / "songs.csv").write_text(text)
    assert all(one.artifact is not None for one in due(parse(PIPELINE), kept, tmp_path))
    (tmp_path / "songs.csv").write_text(text + text.splitlines()[-1] + "\n")
    assert {one.step.name for one in due(parse(PIPELINE), kept, tmp_path) if one.artifact is None} == BELOW[
        "raw"
    ]


def test_other_code_or_other_libraries_make_all_anew_but_what_lies_elsewhere(tmp_path, monkeypatch):
    lay_out(tmp_path)
    kept = make_all(parse(PIPELINE), tmp_path)
    monkeypatch.setattr(due_, "code_digest", lambda: "another")
    found = list(due(parse(PIPELINE), kept, tmp_path))
    assert {one.step.name for one in found if one.artifact is None} == BELOW["clean"]
    assert "Earmark's code" in found[1].why
    monkeypatch.undo()
    older = {**due_.environment(), "numpy": "0.1"}
    monkeypatch.setattr(due_, "environment", lambda: older)
    found = list(due(parse(PIPELINE), kept, tmp_path))
    assert {one.step.name for one in found if one.artifact is None} == BELOW["clean"]
    assert "-> 0.1" in found[1].why


def test_the_seed_of_the_pipeline_reaches_what_draws(tmp_path):
    lay_out(tmp_path)
    kept = make_all(parse(PIPELINE), tmp_path)
    found = due(parse(PIPELINE, {"seed": "2"}), kept, tmp_path)
    assert {one.step.name for one in found if one.artifact is None} == BELOW["split"]


def test_what_lies_elsewhere_is_asked_once_and_again_when_said_so(tmp_path):
    text = '[[step]]\ndo = "download"\nurl = "https://example.org/songs.csv"\n'
    kept = make_all(parse(text), tmp_path)
    (one,) = due(parse(text), kept, tmp_path)
    assert one.artifact is not None
    (anew,) = due(parse(text), kept, tmp_path, ["download"])
    assert (anew.artifact, anew.why) == (None, "asked: 1 -> 2")
    with kept.making("download", anew.made_from) as work:
        work.keep(Facts())
    (one,) = due(parse(text), kept, tmp_path)
    assert one.artifact is not None
    assert one.made_from["asked"] == 2
    with pytest.raises(PipelineError, match="'train' asks nothing that lies elsewhere"):
        list(due(parse(PIPELINE), kept, tmp_path, ["train"]))


def test_damage_makes_a_step_due(tmp_path):
    lay_out(tmp_path)
    kept = make_all(parse(PIPELINE), tmp_path)
    folder = next(one.folder for one in kept if one.name == "split")
    (folder / "more.txt").write_text("")
    (one,) = [one for one in due(parse(PIPELINE), kept, tmp_path) if one.artifact is None]
    assert (one.step.name, one.why) == ("split", "what lay there is damaged: more.txt is new")


def test_steps_are_chosen_by_name_or_from_one_on():
    made = parse(PIPELINE)
    assert [step.name for step in select(made, ["train", "split"])] == ["split", "train"]
    assert [step.name for step in select(made, since="train")] == ["train", "evaluate"]
    with pytest.raises(PipelineError, match=r"no step 'trian' \(did you mean 'train'"):
        select(made, ["trian"])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[step]", "the pipeline is no TOML"),
        ("name = 'a'", "the pipeline has no steps"),
        ("nme = 'a'", "says 'nme', which means nothing (did you mean 'name'?"),
        ("name = 'a b'\n[[step]]\ndo='split'\ntable='t'", "the pipeline's name is 'a b'"),
        ("seed = -1\n[[step]]\ndo='split'\ntable='t'", "the pipeline: seed = -1"),
        ("[[step]]\nname = 'a'", "a step does not say what to do"),
        ("[[step]]\ndo = 'split'", "step 'split': table is missing"),
        ("[[step]]\ndo = 'split'\ntable = 3", "step 'split': table = 3 (name a step or a path)"),
        ("[[step]]\ndo = 'split'\ntable = 't'\nfold = 5", "'fold', which means nothing (did you mean"),
        ("[[step]]\ndo = 'split'\ntable = 't'\nfolds = '5'", "folds = '5' (give a whole number)"),
        ("[[step]]\ndo = 'split'\ntable = 't'\nfolds = true", "folds = True (give a whole number)"),
        ("[[step]]\ndo = 'split'\ntable = 't'\nparts = {train = nan}", "neither text nor a finite number"),
        ("[[step]]\ndo = 'split'\ntable = 't'\nafter = ['check']", "after 'check', which does not stand"),
        ("[[step]]\ndo='split'\ntable='t'\n[[step]]\ndo='split'\ntable='t'", "two steps are called 'split'"),
        ("[[step]]\ndo='split'\nname='../up'\ntable='t'", "a step is called '../up'"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_told(text, told):
    with pytest.raises(PipelineError) as caught:
        parse(text)
    assert told in str(caught.value)


def test_a_kind_that_is_none():
    with pytest.raises(UnknownNameError, match="did you mean 'train'"):
        parse("[[step]]\ndo = 'trian'\ntable = 't'")


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"seeed": "1"}, "there is no 'seeed' to set"),
        ({"trian.seed": "1"}, "set of a step that is not there (did you mean 'train'?"),
        ({"train.seeed": "1"}, "did you mean 'seed'?"),
        ({"split.by.artist": "1"}, ""),
    ],
)
def test_what_cannot_be_set_is_told(settings, told):
    with pytest.raises(PipelineError) as caught:
        parse(PIPELINE, settings)
    assert told in str(caught.value)


def test_inputs_that_are_not_there(tmp_path, monkeypatch):
    lay_out(tmp_path)
    for settings, told in (
        ({"raw.url": "song.csv"}, "step 'raw': url = 'song.csv' is neither a step above it nor a path"),
        ({"clean.table": "train"}, "step 'clean' reads 'train', which is made below it"),
        ({"raw.url": "$NOWHERE/songs.csv"}, "needs the variable NOWHERE, which is not set"),
        ({"evaluate.table": "split/../../x"}, "leads out of what 'split' makes"),
    ):
        with pytest.raises(PipelineError) as caught:
            list(due(parse(PIPELINE, settings), Artifacts(tmp_path), tmp_path))
        assert told in str(caught.value)
    monkeypatch.setenv("SOMEWHERE", str(tmp_path))
    list(due(parse(PIPELINE, {"raw.url": "$SOMEWHERE/songs.csv"}), Artifacts(tmp_path), tmp_path))


def test_addresses_that_hold_a_secret_are_refused_and_not_repeated():
    for address in (
        "https://me:hunter2@host/songs.csv",
        "https://host/songs.csv?token=hunter2",
        "s3://host/songs.csv?X-Amz-Signature=hunter2",
    ):
        with pytest.raises(PipelineError) as caught:
            see_no_secret(address, "url")
        assert "hunter2" not in str(caught.value)
        assert "put it into a variable" in caught.value.hint
    see_no_secret("https://$USER:$PASSWORD@host/songs.csv?token=$TOKEN&page=2", "url")


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_is_whole(name):
    kind = KINDS[name]
    assert kind.what
    home, _, function = kind.target.partition(":")
    assert callable(getattr(importlib.import_module(home), function))
    for one in kind.parameters.values():
        assert one.what
        assert one.default is None or isinstance(one.default, TYPES[one.type][0])
        assert not (one.required and one.default is not None)
    assert not set(kind.inputs) & set(kind.parameters)
    assert not {"name", "do", "after"} & {*kind.inputs, *kind.parameters}


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_says_what_can_be_meant(name):
    text, called, _ = read(name)
    made = parse(text, {}, called)
    assert made.steps


def test_changes_are_told_briefly():
    before = {"parameters": {"a": 1, "b": 2, "c": 3, "d": 4}, "code": "x"}
    now = {"parameters": {"a": 2, "b": 3, "c": 4, "e": 5}, "code": "y"}
    assert changes(before, now) == "a: 1 -> 2, b: 2 -> 3, c: 3 -> 4, and 3 more"
    assert changes(now, now) == "it is made again"
