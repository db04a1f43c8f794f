"""The public face: which names there are, and that asking for none of them costs nothing."""

import json
import subprocess
import sys
from importlib import metadata, resources

import pytest

import earmark

NAMES = [
    "ArgumentError",
    "AudioError",
    "BundleError",
    "CatalogError",
    "Clip",
    "EarmarkError",
    "ExecutorError",
    "ExportError",
    "FeatureTable",
    "Lab",
    "Library",
    "Prediction",
    "Predictor",
    "RecipeError",
    "Segment",
    "SplitError",
    "StoreError",
    "TableError",
    "TaxonomyError",
    "Track",
    "TrainingError",
    "UnknownNameError",
    "__version__",
    "check",
    "classify",
    "collect",
    "duplicates",
    "extract",
    "label",
    "split_table",
]
# What each asks to be loaded, at most, of the libraries that take long.
HEAVY = ("numpy", "scipy", "av", "soxr", "onnxruntime", "pandas", "rich", "typer")


def loaded_by(code: str) -> set[str]:
    """Return the modules that a fresh Python has loaded after that code."""
    told = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys, json; print(json.dumps(sorted(sys.modules)))"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(json.loads(told.stdout))


def test_the_names():
    assert earmark.__all__ == NAMES
    assert dir(earmark) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_each_name_is_there_and_says_what_it_is(name):
    member = getattr(earmark, name)
    assert getattr(earmark, name) is member
    if name != "__version__":
        assert member.__name__ == name
        assert member.__module__.startswith("earmark.")
        assert member.__doc__


def test_star_import_gives_them_all():
    scope = {}
    exec("from earmark import *", scope)  # noqa: S102 - that is the test
    assert set(NAMES) <= set(scope)


def test_an_unknown_name():
    with pytest.raises(AttributeError) as caught:
        earmark.clasify  # noqa: B018 - looking it up is the test
    assert str(caught.value) == "module 'earmark' has no attribute 'clasify'"
    with pytest.raises(ImportError):
        exec("from earmark import clasify")  # noqa: S102 - a name that a checker would refuse


def test_the_version_is_that_of_the_distribution():
    assert earmark.__version__ == metadata.version("earmark")


def test_types_ship():
    assert resources.files("earmark").joinpath("py.typed").is_file()


def test_importing_earmark_loads_none_of_its_rooms():
    loaded = loaded_by("import earmark; earmark.__version__; dir(earmark)")
    assert not loaded & set(HEAVY)
    assert {name for name in loaded if name.startswith("earmark")} == {"earmark"}


def test_errors_load_nothing_heavy():
    assert not loaded_by("from earmark import EarmarkError, BundleError") & set(HEAVY)


def test_extract_does_not_load_the_network():
    assert "onnxruntime" not in loaded_by("from earmark import extract, FeatureTable, Clip")


def test_a_type_checker_sees_what_the_names_are():
    """What TYPE_CHECKING imports and what __getattr__ gives are the same names from the same rooms."""
    seen = {}
    for line in _type_checking_block():
        home, names = line.removeprefix("from ").split(" import ")
        seen |= dict.fromkeys(names.strip("() ,").split(", "), home)
    assert seen == earmark._HOMES
    assert set(seen) | {"__version__"} == set(NAMES)


def _type_checking_block() -> list[str]:
    import ast
    import inspect

    tree = ast.parse(inspect.getsource(earmark))
    (block,) = [node for node in tree.body if isinstance(node, ast.If)]
    assert ast.unparse(block.test) == "TYPE_CHECKING"
    return [ast.unparse(node) for node in block.body]
