"""The model folder: what is saved comes back, and whatever was done to it is found out."""

import json
import os
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import bundles
from bundles import AGAIN, FILES, facts_of, refused
from earmark.errors import BundleError
from earmark.models import bundle as store

ARRAYS = ("genre_weights", "genre_bias", "music_weights")


def edit(folder: Path, **changes) -> None:
    """Write bundle.json anew with other facts and the old digest."""
    (folder / "bundle.json").write_text(json.dumps({**facts_of(folder), **changes}, indent=1) + "\n")


# What is saved comes back.


def test_a_round_trip_is_exact(tmp_path):
    saved = bundles.random(3)
    store.save(saved, "# card\n", tmp_path / "deep" / "model")
    loaded = store.load(tmp_path / "deep" / "model")
    for name in ARRAYS:
        assert (getattr(loaded.head, name) == getattr(saved.head, name)).all()
        assert getattr(loaded.head, name).dtype == np.float64
    assert loaded.head.music_bias == saved.head.music_bias
    assert (loaded.head.temperature, loaded.head.patch_temperature) == (1.25, 2.5)
    assert loaded.thresholds == saved.thresholds
    assert replace(loaded, head=saved.head) == saved
    assert (tmp_path / "deep" / "model" / "card.md").read_text() == "# card\n"


def test_the_folder_holds_three_files_and_no_leftovers(model):
    assert sorted(os.listdir(model)) == sorted(FILES)


def test_the_same_model_is_the_same_bytes(model, tmp_path):
    store.save(bundles.random(), "# made up\n", tmp_path / "again")
    assert all((tmp_path / "again" / name).read_bytes() == (model / name).read_bytes() for name in FILES)
    store.save(store.load(model), "# made up\n", tmp_path / "third")
    assert all((tmp_path / "third" / name).read_bytes() == (model / name).read_bytes() for name in FILES)


def test_any_layout_and_whole_numbers_are_saved_plainly(tmp_path):
    made = bundles.random()
    head = replace(made.head, genre_weights=np.asfortranarray(made.head.genre_weights), temperature=2)
    store.save(replace(made, head=head), "", tmp_path / "model")
    loaded = store.load(tmp_path / "model").head
    assert (loaded.genre_weights == made.head.genre_weights).all()
    assert isinstance(loaded.temperature, float)


def test_text_of_any_language(tmp_path):
    made = replace(bundles.random(), name="Gehör 🎧", genres=("шансон", "演歌", "fado", "joik"))
    store.save(made, "# карта\n", tmp_path / "model")
    loaded = store.load(tmp_path / "model")
    assert (loaded.name, loaded.genres) == (made.name, made.genres)
    assert "шансон" in (tmp_path / "model" / "bundle.json").read_text(encoding="utf-8")


def test_a_name_given_as_text(model):
    assert store.load(str(model)).name == "made-up"


def test_what_was_loaded_cannot_be_written_to(model):
    with pytest.raises(ValueError, match="read-only"):
        store.load(model).head.genre_weights[0, 0] = 1.0


def test_nothing_is_overwritten(model):
    before = {name: (model / name).read_bytes() for name in FILES}
    with pytest.raises(BundleError) as caught:
        store.save(bundles.random(1), "", model)
    assert caught.value.message == f"'{model}' already holds a bundle"
    assert caught.value.hint == "name a new folder"
    assert before == {name: (model / name).read_bytes() for name in FILES}


# Nothing there.

NO_FOLDER = ("there is no model folder 'MODEL'", "name a folder that holds a bundle.json")


def test_a_missing_folder(tmp_path):
    assert refused(tmp_path / "none") == NO_FOLDER


def test_a_file_instead_of_a_folder(model):
    assert refused(model / "card.md") == NO_FOLDER


def test_a_name_that_no_folder_can_have():
    assert refused("a\0b") == ("there is no model folder 'a\\x00b'", NO_FOLDER[1])
    assert refused("a" * 5000)[1] == NO_FOLDER[1]


def test_a_loop_of_links(tmp_path):
    (tmp_path / "loop").symlink_to("loop")
    assert refused(tmp_path / "loop") == NO_FOLDER


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file(folder, name):
    (folder / name).unlink()
    assert refused(folder) == (f"'MODEL/{name}' cannot be read: No such file or directory", AGAIN)


def test_an_empty_folder(tmp_path):
    assert refused(tmp_path) == ("'MODEL/bundle.json' cannot be read: No such file or directory", AGAIN)


@pytest.mark.parametrize("name", FILES)
def test_a_folder_instead_of_a_file(folder, name):
    (folder / name).unlink()
    (folder / name).mkdir()
    assert refused(folder) == (f"'MODEL/{name}' is no file", AGAIN)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("target", ["/dev/zero", "pipe"])
def test_what_never_ends_is_not_waited_for(folder, name, target):
    (folder / name).unlink()
    if target == "pipe":
        os.mkfifo(folder / name)
    else:
        (folder / name).symlink_to(target)
    assert refused(folder) == (f"'MODEL/{name}' is no file", AGAIN)


@pytest.mark.parametrize("name", FILES)
def test_a_link_to_itself(folder, name):
    (folder / name).unlink()
    (folder / name).symlink_to(name)
    message, hint = refused(folder)
    assert message.startswith(f"'MODEL/{name}' cannot be read: Too many levels of symbolic links")
    assert hint == AGAIN


def test_links_to_good_files_are_followed(model, tmp_path):
    for name in FILES:
        (tmp_path / name).symlink_to(model / name)
    assert store.load(tmp_path).name == "made-up"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
@pytest.mark.parametrize("name", FILES)
def test_no_permission(folder, name):
    (folder / name).chmod(0)
    assert refused(folder) == (f"'MODEL/{name}' cannot be read: Permission denied", AGAIN)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_no_permission_for_the_way_there(folder):
    folder.parent.chmod(0)
    try:
        assert refused(folder) == ("'MODEL' cannot be read: Permission denied", AGAIN)
    finally:
        folder.parent.chmod(0o700)


# Not what it should be.


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"", "'MODEL/bundle.json' is no JSON: Expecting value: line 1 column 1 (char 0)"),
        (b"rock", "'MODEL/bundle.json' is no JSON: Expecting value: line 1 column 1 (char 0)"),
        (b"\xff{}", "'MODEL/bundle.json' is no JSON: 'utf-8' codec can't decode byte 0xff in position 0"),
        (b"\xef\xbb\xbf{}", "'MODEL/bundle.json' is no JSON: Unexpected UTF-8 BOM"),
        (b'{"format": NaN}', "'MODEL/bundle.json' is no JSON: NaN is not allowed"),
        (b'{"format": -Infinity}', "'MODEL/bundle.json' is no JSON: -Infinity is not allowed"),
        (b"[" * 100_000, "'MODEL/bundle.json' is no JSON: maximum recursion depth exceeded"),
        (b'{"a":' * 100_000, "'MODEL/bundle.json' is no JSON: maximum recursion depth exceeded"),
        (b"1" * 5000, "'MODEL/bundle.json' is no JSON: Exceeds the limit (4300 digits)"),
        (b" " * ((1 << 20) + 1), "'MODEL/bundle.json' is larger than 1048576 bytes"),
        (b"null", "'MODEL/bundle.json' is not of an Earmark model"),
        (b"[]", "'MODEL/bundle.json' is not of an Earmark model"),
        (b'"earmark-bundle"', "'MODEL/bundle.json' is not of an Earmark model"),
        (b'{"name": "somebody-elses", "version": "1.0"}', "'MODEL/bundle.json' is not of an Earmark model"),
        (b'{"format": ["earmark-bundle"]}', "'MODEL/bundle.json' is not of an Earmark model"),
    ],
)
def test_a_bundle_json_that_is_none(folder, text, message):
    (folder / "bundle.json").write_bytes(text)
    found, hint = refused(folder)
    assert found.startswith(message)
    assert hint == ("name a folder made by Earmark" if "Earmark" in message else AGAIN)


def test_a_newer_format(folder):
    bundles.forge(folder, lambda facts: facts.update(format_version=2, novelty=[]))
    assert refused(folder) == ("'MODEL' has format 2; this Earmark reads up to 1", "upgrade Earmark")


@pytest.mark.parametrize("version", [0, -1])
def test_a_format_that_never_was(folder, version):
    bundles.forge(folder, lambda facts: facts.update(format_version=version))
    assert refused(folder) == (f"'MODEL/bundle.json' has format {version}, which never was", AGAIN)


@pytest.mark.parametrize("key", [key for key in store._KEYS if key not in {"format", "digest"}])
def test_a_missing_key(folder, key):
    bundles.forge(folder, lambda facts: facts.pop(key))
    assert refused(folder) == (f"'MODEL/bundle.json' lacks or has too much: {key}", AGAIN)


def test_keys_too_many(folder):
    bundles.forge(folder, lambda facts: facts.update(licence="", author=""))
    assert refused(folder) == ("'MODEL/bundle.json' lacks or has too much: author, licence", AGAIN)


def test_no_digest(folder):
    facts = facts_of(folder)
    del facts["digest"]
    (folder / "bundle.json").write_text(json.dumps(facts))
    assert refused(folder) == ("'MODEL/bundle.json' lacks or has too much: digest", AGAIN)


@pytest.mark.parametrize(
    ("key", "value", "kind"),
    [
        ("format_version", True, "int"),
        ("format_version", 1.0, "int"),
        ("format_version", "1", "int"),
        ("name", None, "str"),
        ("version", 1, "str"),
        ("genres", "blues", "list"),
        ("genres", {"blues": 1}, "list"),
        ("features", [], "dict"),
        ("columns", 100, "list"),
        ("temperature", 1, "float"),
        ("temperature", True, "float"),
        ("patch_temperature", "1.0", "float"),
        ("thresholds", [0.1], "dict"),
        ("files", None, "dict"),
        ("made_from", "GTZAN", "dict"),
    ],
)
def test_a_value_of_another_type(folder, key, value, kind):
    bundles.forge(folder, lambda facts: facts.update({key: value}))
    assert refused(folder) == (f"{key} in 'MODEL/bundle.json' is no {kind}", AGAIN)


# Changed by hand.

CHANGED = ("'MODEL/bundle.json' was changed after it was made: its checksum differs", AGAIN)


@pytest.mark.parametrize("name", [*asdict(bundles.THRESHOLDS)])
def test_a_changed_threshold(folder, name):
    edit(folder, thresholds={**facts_of(folder)["thresholds"], name: 0.123})
    assert refused(folder) == CHANGED


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "mine"},
        {"genres": ["blues", "jazz", "metal", "rock"]},
        {"temperature": 9.0},
        {"made_from": {"songs": "all of them"}},
        {"digest": "0" * 64},
        {"digest": ""},
        {"features": {"name": "musicnn", "version": "1", "sha256": ""}},
    ],
)
def test_any_other_change(folder, changes):
    edit(folder, **changes)
    assert refused(folder) == CHANGED


@pytest.mark.parametrize(
    "rewritten",
    [
        lambda text: text + " ",
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("0.7,", "0.70,"),
        lambda text: text.replace('"name": "made-up"', '"name": "other",\n "name": "made-up"'),
        lambda text: json.dumps(json.loads(text)),
    ],
    ids=["space", "line ends", "digits", "a key twice", "one line"],
)
def test_other_bytes_of_the_same_facts(folder, rewritten):
    before = (folder / "bundle.json").read_bytes()
    after = rewritten(before.decode()).encode()
    assert after != before
    assert json.loads(after) == json.loads(before)
    (folder / "bundle.json").write_bytes(after)
    assert refused(folder) == CHANGED


@pytest.mark.parametrize("name", ["weights.npz", "card.md"])
@pytest.mark.parametrize(
    "spoil",
    [lambda data: data[:-1], lambda data: data + b"\n", lambda data: b"", lambda data: data[::-1]],
    ids=["truncated", "longer", "emptied", "reversed"],
)
def test_a_file_that_changed(folder, name, spoil):
    (folder / name).write_bytes(spoil((folder / name).read_bytes()))
    assert refused(folder) == (f"'MODEL/{name}' is damaged: its checksum differs", AGAIN)


@pytest.mark.parametrize(("name", "most"), [("weights.npz", 64 << 20), ("card.md", 1 << 20)])
def test_a_huge_file(folder, name, most):
    with (folder / name).open("r+b") as file:
        file.truncate(most + 1)
    assert refused(folder) == (f"'MODEL/{name}' is larger than {most} bytes", AGAIN)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(FILES), st.integers(0, 1 << 20), st.integers(1, 255))
def test_any_byte_flipped_is_found_out(model, scratch, name, at, flip):
    folder = scratch
    data = bytearray((model / name).read_bytes())
    data[at % len(data)] ^= flip
    (folder / name).write_bytes(data)
    try:
        with pytest.raises(BundleError) as caught:
            store.load(folder)
    finally:
        (folder / name).write_bytes((model / name).read_bytes())
    assert caught.value.hint
    assert store.load(folder).name == "made-up"
