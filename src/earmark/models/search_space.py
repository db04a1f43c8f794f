"""Where a recipe's search looks: the axes of its space, and the recipe at any point of it."""

import difflib
import math
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from earmark.errors import RecipeError
from earmark.models.classifiers import CLASSIFIERS
from earmark.models.parts import Part
from earmark.models.recipe_checks import made_part
from earmark.models.space import Axis, Choices, Range
from earmark.models.steps import STEPS

if TYPE_CHECKING:
    from earmark.models.recipe import Choice, Recipe

CLASSIFIER = "classifier"
MOST_POINTS = 10_000

Point = Mapping[str, Any]
"""A value for each axis, by ``"classifier.PARAMETER"`` or ``"STEP.PARAMETER"``."""


def axes(recipe: "Recipe") -> dict[str, Axis]:
    """Return where to search, by name.

    Raises
    ------
    RecipeError
        If the recipe has no search, or one of a parameter that is not there; if its classifier has none.
    """
    if recipe.search is None:
        raise RecipeError("the recipe has no [search]", "add one, or give a method")
    named = recipe.search.space
    if not named:
        space = CLASSIFIERS[recipe.classifier.name].space
        if not space:
            raise RecipeError(
                f"{recipe.classifier.name} has nothing to search for",
                'name parameters of steps below [search.space], as "select-by-test.top" = [50, 100]',
            )
        return {f"{CLASSIFIER}.{name}": one for name, one in space.items()}
    return {name: _whole_where_due(recipe, name, one) for name, one in named.items()}


def _whole_where_due(recipe: "Recipe", name: str, one: Axis) -> Axis:
    """Return a range of whole numbers where the parameter is one."""
    part, parameter = _part(recipe, name)
    if isinstance(one, Choices):
        return one
    known, default = part.space.get(parameter), part.parameters[parameter]
    counts = isinstance(default, int) and not isinstance(default, bool)
    return replace(one, whole=one.whole or counts or (isinstance(known, Range) and known.whole))


def _part(recipe: "Recipe", name: str) -> tuple[Part, str]:
    """Return the part and the parameter of an axis's name."""
    owner, dot, parameter = name.partition(".")
    parts: dict[str, Part] = {step.name: STEPS[step.name] for step in recipe.steps}
    parts[CLASSIFIER] = CLASSIFIERS[recipe.classifier.name]
    if not dot or owner not in parts:
        near = difflib.get_close_matches(owner, parts, n=1, cutoff=0.5)
        guess = f"did you mean '{near[0]}.{parameter or 'PARAMETER'}'? " if near else ""
        raise RecipeError(
            f"search.space names {name!r}, which is no parameter of this recipe",
            f"{guess}a name is PART.PARAMETER, and the parts are {', '.join(parts)}",
        )
    if sum(step.name == owner for step in recipe.steps) > 1:
        raise RecipeError(
            f"search.space names {name!r}, and the recipe has several steps {owner!r}",
            "search for parameters of steps that it has once",
        )
    part = parts[owner]
    if parameter not in part.parameters:
        near = difflib.get_close_matches(parameter, part.parameters, n=1, cutoff=0.5)
        guess = f"did you mean '{owner}.{near[0]}'? " if near else ""
        raise RecipeError(
            f"search.space names {name!r}, and {part.name} has no parameter {parameter!r}",
            f"{guess}known: {', '.join(part.parameters) or 'none'}",
        )
    return part, parameter


def see_space(recipe: "Recipe") -> None:
    """Raise unless every value of every axis, of ranges both ends, is one that its part can have.

    Raises
    ------
    RecipeError, ArgumentError
        If one is not, or a grid has more points than are to be tried.
    """
    search = recipe.search
    if search is None:
        return
    found = axes(recipe)
    for name, one in found.items():
        for value in one.values if isinstance(one, Choices) else one.grid(2):
            changed = at(recipe, {name: value})
            for choice in (*changed.steps, changed.classifier):
                if choice not in (*recipe.steps, recipe.classifier):
                    registry = CLASSIFIERS if choice is changed.classifier else STEPS
                    made_part(registry[choice.name], choice)
    if search.method == "grid":
        points = math.prod(len(one.grid(search.steps)) for one in found.values())
        most = MOST_POINTS if search.trials is None else search.trials
        if points > most:
            raise RecipeError(
                f"the grid has {points} points, more than {most}",
                'give fewer values or steps, raise trials, or draw points: method = "random"',
            )


def at(recipe: "Recipe", point: Point) -> "Recipe":
    """Return the recipe with the values of a point, and without its search."""

    def changed(choice: "Choice", owner: str) -> "Choice":
        own = {
            name.partition(".")[2]: list(value) if isinstance(value, tuple) else value
            for name, value in point.items()
            if name.partition(".")[0] == owner
        }
        if not own:
            return choice
        return replace(choice, parameters=MappingProxyType({**choice.parameters, **own}))

    steps = tuple(changed(step, step.name) for step in recipe.steps)
    return replace(recipe, steps=steps, classifier=changed(recipe.classifier, CLASSIFIER), search=None)


def as_it_stands(recipe: "Recipe") -> dict[str, Any]:
    r"""Return the values that the recipe has on its axes unless anything is searched.

    Examples
    --------
    >>> from earmark.models.recipe import parse
    >>> as_it_stands(parse('[classifier]\nname = "lda"\n[search]\nmethod = "grid"'))
    {'classifier.shrinkage': 'auto'}
    """
    found = {}
    for name in axes(recipe):
        part, parameter = _part(recipe, name)
        owner = name.partition(".")[0]
        choices = [step for step in recipe.steps if step.name == owner] or [recipe.classifier]
        found[name] = choices[0].parameters.get(parameter, part.parameters[parameter])
    return found
