"""The examples in the rooms of training, and the recipe in its page."""

import doctest
from pathlib import Path

import pytest

from earmark.models import heard, lab_bundle, lesson, pipeline, recipe, recipe_text
from earmark.service import lab

MODULES = (heard, lab, lab_bundle, lesson, pipeline, recipe, recipe_text)
PAGE = (Path(__file__).parents[1] / "docs" / "training.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__.rpartition(".")[2])
def test_the_examples_run(module):
    assert doctest.testmod(module).failed == 0


def test_the_recipe_in_the_page_is_one():
    text = PAGE.split("```toml\n")[1].split("```")[0]
    found = recipe.parse(text)
    assert found.name == "mine"
    assert [step.name for step in found.steps] == ["words", "signed-log", "scale"]


def test_the_page_names_every_recipe():
    for name in recipe.RECIPES:
        assert f"`{name}`" in PAGE


def test_the_head_of_the_file_is_a_recipe():
    lines = recipe.__doc__.split("::\n\n")[1].split("Only ``classifier``")[0]
    text = "\n".join(line.removeprefix("    ") for line in lines.splitlines())
    assert recipe.parse(text).classifier.name == "histogram-boosting"
