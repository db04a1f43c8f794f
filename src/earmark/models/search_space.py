"""Where a recipe's search looks: the axes of its space, and the recipe at any point of it."""

import difflib
import math
from collections.abc import Mapping, Sequence
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
    from earmark.models.recipe import Recipe

CLASSIFIER = "classifier"
MOST_POINTS = 10_000

Point = Mapping[str, Any]
"""A value for each axis, by ``"classifier.PARAMETER"``, ``"STEP.PARAMETER"`` or, where a recipe has several
steps of one name, ``"STEP.NUMBER.PARAMETER"``, from 1."""


def axes(recipe: "Recipe") -> dict[str, Axis]:
    """Return where to search, by name.

    Raises
    ------
    RecipeError
        If the recipe has no search, or one of a parameter that is not there or named twice; if its
        classifier has none.
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
    _see_that_none_is_named_twice(recipe, list(named))
    return {name: _whole_where_due(recipe, name, one) for name, one in named.items()}


def _see_that_none_is_named_twice(recipe: "Recipe", names: Sequence[str]) -> None:
    """Raise if two names, with a number and without, mean the same parameter of the same step."""
    known: dict[tuple[int, str], str] = {}
    for name in names:
        place, _, parameter = _part(recipe, name)
        first = known.setdefault((place, parameter), name)
        if first != name:
            raise RecipeError(
                f"search.space names one parameter twice, {first!r} and {name!r}", "leave one of them out"
            )


def _whole_where_due(recipe: "Recipe", name: str, one: Axis) -> Axis:
    """Return a range of whole numbers where the parameter is one."""
    _, part, parameter = _part(recipe, name)
    if isinstance(one, Choices):
        return one
    known, default = part.space.get(parameter), part.parameters[parameter]
    counts = isinstance(default, int) and not isinstance(default, bool)
    return replace(one, whole=one.whole or counts or (isinstance(known, Range) and known.whole))


def _part(recipe: "Recipe", name: str) -> tuple[int, Part, str]:
    """Return whose parameter an axis is: its place among steps and classifier; its part; the parameter."""
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
    place = len(recipe.steps)
    if owner != CLASSIFIER:
        place, parameter = _step(recipe, name, owner, parameter)
    part = parts[owner]
    if parameter not in part.parameters:
        near = difflib.get_close_matches(parameter, part.parameters, n=1, cutoff=0.5)
        guess = f"did you mean '{name.removesuffix(parameter)}{near[0]}'? " if near else ""
        raise RecipeError(
            f"search.space names {name!r}, and {part.name} has no parameter {parameter!r}",
            f"{guess}known: {', '.join(part.parameters) or 'none'}",
        )
    return place, part, parameter


def _step(recipe: "Recipe", name: str, owner: str, rest: str) -> tuple[int, str]:
    """Return the place of the step that an axis names, by number where there are several, and the rest."""
    steps = [place for place, step in enumerate(recipe.steps) if step.name == owner]
    number, dot, parameter = rest.partition(".")
    if not dot and len(steps) == 1:
        return steps[0], rest
    which = [f"'{owner}.{one}.{parameter or rest}'" for one in range(1, len(steps) + 1)]
    if not (dot and number in map(str, range(1, len(steps) + 1))):
        many = "one step" if len(steps) == 1 else f"{len(steps)} steps"
        raise RecipeError(
            f"search.space names {name!r}, and the recipe has {many} {owner!r}",
            f"say which: {', '.join(which)}",
        )
    return steps[int(number) - 1], parameter


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
    parts = (*recipe.steps, recipe.classifier)
    own: list[dict[str, Any]] = [{} for _ in parts]
    for name, value in point.items():
        place, _, parameter = _part(recipe, name)
        own[place][parameter] = list(value) if isinstance(value, tuple) else value
    *steps, classifier = (
        replace(one, parameters=MappingProxyType({**one.parameters, **new})) if new else one
        for one, new in zip(parts, own, strict=True)
    )
    return replace(recipe, steps=tuple(steps), classifier=classifier, search=None)


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
        place, part, parameter = _part(recipe, name)
        found[name] = (*recipe.steps, recipe.classifier)[place].parameters.get(
            parameter, part.parameters[parameter]
        )
    return found
