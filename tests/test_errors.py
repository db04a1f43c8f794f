"""The tree of errors, and how each reads."""

import pickle
import re

import pytest

from earmark import errors

TREE = """\
EarmarkError
├── AudioError
│   ├── MissingFileError
│   ├── UnreadableError
│   ├── NotAudioError
│   └── EmptyAudioError
├── BundleError
├── ExecutorError
│   └── WorkerDiedError
├── CatalogError
│   ├── CredentialsError
│   ├── ProviderUnavailableError
│   ├── NotFoundError
│   ├── LimitError
│   ├── NetworkError
│   └── AnswerError
├── StoreError
│   ├── ArtifactError
│   └── RunError
├── PipelineError
├── TrackerError
├── TableError
│   └── SchemaError
├── TaxonomyError
├── SplitError
├── RecipeError
├── TrainingError
├── ExportError
├── UnknownNameError
└── ArgumentError
"""


def drawn(kind: type, before: str = "") -> str:
    below = kind.__subclasses__()
    lines = [
        before + ("└── " if child is below[-1] else "├── ") + child.__name__ + "\n"
        + drawn(child, before + ("    " if child is below[-1] else "│   "))
        for child in below
    ]  # fmt: skip
    return "".join(lines)


def all_errors(kind: type = errors.EarmarkError) -> list[type]:
    return [kind, *(one for child in kind.__subclasses__() for one in all_errors(child))]


def test_the_tree():
    assert "EarmarkError\n" + drawn(errors.EarmarkError) == TREE
    assert errors.EarmarkError.__bases__ == (Exception,)


def test_the_tree_in_the_docstring_is_this_one():
    shown = errors.__doc__.split("::\n\n", maxsplit=1)[1]
    assert re.sub(r"^ {4}([│├└─ ]*\w+).*$", r"\1", shown, flags=re.MULTILINE) == TREE


@pytest.mark.parametrize("kind", all_errors(), ids=lambda kind: kind.__name__)
def test_each_reads_message_then_hint(kind):
    error = kind("no song", "name one")
    assert (error.message, error.hint) == ("no song", "name one")
    assert str(error) == "no song (name one)"
    assert str(kind("no song")) == "no song"
    assert kind.__doc__.strip().endswith(".") or kind is errors.EarmarkError


@pytest.mark.parametrize("kind", all_errors(), ids=lambda kind: kind.__name__)
def test_each_travels_between_processes(kind):
    back = pickle.loads(pickle.dumps(kind("no song", "name one")))  # noqa: S301 - our own bytes
    assert type(back) is kind
    assert (back.message, back.hint) == ("no song", "name one")
