"""A model folder whose checksums are all right, and yet: nothing of it is executed, all of it is checked."""

import io
import os
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import bundles
from bundles import AGAIN, FILES, facts_of, refused
from earmark.errors import BundleError
from earmark.models import bundle as store
from earmark.models.head import Thresholds

ARRAYS = ("genre_weights", "genre_bias", "music_weights")
CHANGED = ("'MODEL/bundle.json' was changed after it was made: its checksum differs", AGAIN)


def weights_of(folder: Path) -> dict[str, np.ndarray]:
    with np.load(folder / "weights.npz") as stored:
        return dict(stored)


def forge_weights(folder: Path, **changes) -> None:
    """Write other arrays, their checksums right."""
    np.savez(folder / "weights.npz", **{**weights_of(folder), **changes})
    bundles.forge(folder)


def test_forging_alone_changes_nothing(folder, model):
    bundles.forge(folder)
    assert (folder / "bundle.json").read_bytes() == (model / "bundle.json").read_bytes()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"genres": []}, "the bundle's genres are not distinct names"),
        ({"genres": ["blues", "jazz", "metal", "blues"]}, "the bundle's genres are not distinct names"),
        ({"genres": ["blues", "jazz", "metal", 4]}, "the bundle's genres are not distinct names"),
        ({"genres": ["blues", "jazz", "metal", None]}, "the bundle's genres are not distinct names"),
        ({"genres": ["blues", "jazz", "metal", ["pop"]]}, "the bundle's genres are not distinct names"),
        ({"genres": ["blues", "jazz", "metal", ""]}, "'' in the bundle's genres is no name"),
        ({"genres": ["blues", "jazz", "metal", "\x1b[2J"]}, "'\\x1b[2J' in the bundle's genres is no name"),
        ({"genres": ["blues", "jazz", "metal", "a\nb"]}, "'a\\nb' in the bundle's genres is no name"),
        (
            {"genres": ["blues", "jazz", "metal", "p" * 201]},
            f"'{'p' * 200}' in the bundle's genres is no name",
        ),
        ({"name": ""}, "'' in the bundle's name is no name"),
        ({"version": "1\t2"}, "'1\\t2' in the bundle's version is no name"),
        ({"columns": ["a", "a"]}, "the bundle's columns are not distinct names"),
        ({"temperature": 0.0}, "the bundle's temperature is 0.0, not a positive number"),
        ({"patch_temperature": -2.5}, "the bundle's patch_temperature is -2.5, not a positive number"),
    ],
)
def test_forged_facts(folder, change, message):
    bundles.forge(folder, lambda facts: facts.update(change))
    assert refused(folder) == (message, AGAIN)


NOT_NUMBERS = (
    "the bundle's thresholds are not the numbers set_p, sure_p, music_p, sure_music_p, silence_db, sure_s"
)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"set_p": 1}, NOT_NUMBERS),
        ({"set_p": True}, NOT_NUMBERS),
        ({"silence_db": "-60"}, NOT_NUMBERS),
        ({"sure_s": None}, NOT_NUMBERS),
        ({"rock_p": 0.5}, NOT_NUMBERS),
        ({"sure_p": 1.5}, "the bundle's sure_p is 1.5, no probability"),
        ({"music_p": -0.1}, "the bundle's music_p is -0.1, no probability"),
    ],
)
def test_forged_thresholds(folder, change, message):
    bundles.forge(folder, lambda facts: facts["thresholds"].update(change))
    assert refused(folder) == (message, AGAIN)


@pytest.mark.parametrize("name", [*Thresholds.__dataclass_fields__])
def test_a_threshold_that_lacks(folder, name):
    bundles.forge(folder, lambda facts: facts["thresholds"].pop(name))
    assert refused(folder) == (NOT_NUMBERS, AGAIN)


@pytest.mark.parametrize(
    "change",
    [
        lambda features: features.pop("sha256"),
        lambda features: features.update(extra="1"),
        lambda features: features.update(version=1),
        lambda features: features.update(sha256=None),
    ],
)
def test_forged_features(folder, change):
    bundles.forge(folder, lambda facts: change(facts["features"]))
    assert refused(folder) == ("the bundle's features are not the texts name, version, sha256", AGAIN)


@pytest.mark.parametrize("number", ["1e999", "-1e999"])
def test_numbers_beyond_floats(folder, number):
    bundles.forge(folder, lambda facts: facts["made_from"].update(share=12345.5))
    text = (folder / "bundle.json").read_text()
    (folder / "bundle.json").write_text(text.replace("12345.5", number))
    assert refused(folder) == CHANGED


def test_half_a_character(folder):
    """JSON can say a lone surrogate, which no terminal can."""
    bundles.forge(folder, lambda facts: facts.update(name="\ud800"))
    path = folder / "bundle.json"
    path.write_bytes(path.read_bytes().replace("\ud800".encode(errors="surrogatepass"), rb"\ud800"))
    assert facts_of(folder)["name"] == "\ud800"
    assert refused(folder) == CHANGED


def test_a_file_that_is_not_named(folder):
    bundles.forge(folder, lambda facts: facts["files"].pop("card.md"))
    assert refused(folder) == ("'MODEL/card.md' is damaged: its checksum differs", AGAIN)


class Evil:
    """When unpickled, makes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return (os.mkdir, (str(self.path),))


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickle_instead_of_weights_is_not_executed(folder, tmp_path, protocol):
    trap = tmp_path / "executed"
    data = pickle.dumps(Evil(trap), protocol)
    (folder / "weights.npz").write_bytes(data)
    bundles.forge(folder)
    assert refused(folder) == ("weights.npz does not hold the weights: File is not a zip file", AGAIN)
    assert not trap.exists()
    pickle.loads(data)  # noqa: S301 - the trap does work
    assert trap.exists()


@pytest.mark.parametrize("name", ARRAYS)
def test_an_array_of_objects_is_not_unpickled(folder, tmp_path, name):
    trap = tmp_path / "executed"
    shape = weights_of(folder)[name].shape
    objects = np.full(shape, Evil(trap), object)
    forge_weights(folder, **{name: objects})
    assert refused(folder) == (f"the bundle's {name} are no float64 of shape {shape}", AGAIN)
    assert not trap.exists()


@pytest.mark.parametrize(
    "change",
    [
        lambda array: array[..., :-1],
        lambda array: np.concatenate([array, array]),
        lambda array: array[..., None],
        lambda array: array.ravel()[:0],
        lambda array: array.astype(np.float32),
        lambda array: array.astype(np.int64),
        lambda array: array.astype(">f8"),
        lambda array: array.astype(np.complex128),
        lambda array: array.astype("S8"),
    ],
    ids=["less", "more", "deeper", "none", "float32", "int64", "big endian", "complex", "text"],
)
@pytest.mark.parametrize("name", [*ARRAYS, "music_bias"])
def test_weights_of_another_shape_or_type(folder, name, change):
    array = weights_of(folder)[name]
    forge_weights(folder, **{name: change(array)})
    assert refused(folder) == (f"the bundle's {name} are no float64 of shape {array.shape}", AGAIN)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("name", [*ARRAYS, "music_bias"])
def test_weights_that_are_no_numbers(folder, name, bad):
    array = weights_of(folder)[name]
    array.flat[-1] = bad
    forge_weights(folder, **{name: array})
    assert refused(folder) == (f"the bundle's {name} are not all finite numbers", AGAIN)


@pytest.mark.parametrize("name", [*ARRAYS, "music_bias"])
def test_weights_so_large_that_sums_of_them_overflow(folder, name):
    array = weights_of(folder)[name]
    array.flat[0] = -1.1e9
    forge_weights(folder, **{name: array})
    assert refused(folder) == (f"the bundle's {name} reach beyond ±1e+09", AGAIN)


def test_weights_that_lack(folder):
    with zipfile.ZipFile(folder / "weights.npz") as stored:
        kept = {name: stored.read(name) for name in stored.namelist() if name != "music_bias.npy"}
    with zipfile.ZipFile(folder / "weights.npz", "w") as archive:
        for name, data in kept.items():
            archive.writestr(name, data)
    bundles.forge(folder)
    message, hint = refused(folder)
    assert message == (
        "weights.npz does not hold the weights: \"There is no item named 'music_bias.npy' in the archive\""
    )
    assert hint == AGAIN


@pytest.mark.parametrize("kind", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_bomb_is_not_unpacked(folder, kind):
    zeros = bytes((200 if kind == zipfile.ZIP_DEFLATED else 20) << 20)
    with zipfile.ZipFile(folder / "weights.npz", "w", kind) as archive:
        archive.writestr("genre_weights.npy", zeros)
    assert (folder / "weights.npz").stat().st_size < 1 << 20
    bundles.forge(folder)
    assert refused(folder) == ("the bundle's genre_weights are packed", AGAIN)


def test_a_header_that_claims_a_terabyte(folder):
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"descr": "<f8", "fortran_order": False, "shape": (1 << 37,)}
    )
    with zipfile.ZipFile(folder / "weights.npz", "w") as archive:
        archive.writestr("genre_weights.npy", header.getvalue())
    bundles.forge(folder)
    assert refused(folder) == ("the bundle's genre_weights are no float64 of shape (100, 4)", AGAIN)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_forged_weights_are_refused_or_are_weights(model, scratch, data):
    """Whatever bytes the zip holds, with all checksums right: BundleError, or finite weights."""
    folder = scratch
    weights = bytearray((model / "weights.npz").read_bytes())
    # Where zip and npy keep what they say of themselves, and anywhere.
    head, tail = st.integers(0, 200), st.integers(len(weights) - 500, len(weights) - 1)
    for at in data.draw(st.lists(head | tail | st.integers(0, len(weights) - 1), min_size=1, max_size=4)):
        weights[at] = data.draw(st.integers(0, 255))
    (folder / "weights.npz").write_bytes(weights)
    bundles.forge(folder)
    try:
        loaded = store.load(folder).head
        assert all(np.isfinite(getattr(loaded, name)).all() for name in ARRAYS)
    except BundleError as error:
        assert error.hint == AGAIN  # noqa: PT017 - either is right
    finally:
        for name in FILES:
            (folder / name).write_bytes((model / name).read_bytes())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([key for key in store._KEYS if key not in {"digest", "made_from"}]), JSON)
def test_forged_facts_are_refused_or_are_facts(model, scratch, key, value):
    folder = scratch
    bundles.forge(folder, lambda facts: facts.update({key: value}))
    try:
        loaded = store.load(folder)
        assert key in {"name", "version", "temperature", "patch_temperature"}
        assert getattr(loaded, key, None) == value or getattr(loaded.head, key) == value
    except BundleError as error:
        assert error.hint  # noqa: PT017 - either is right
    finally:
        (folder / "bundle.json").write_bytes((model / "bundle.json").read_bytes())
