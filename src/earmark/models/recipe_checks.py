"""What a recipe must be: known keys of the right types, values in their ranges, parts that can be made."""

import difflib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from earmark.errors import RecipeError
from earmark.models.classifiers import CLASSIFIERS
from earmark.models.parts import Part
from earmark.models.search import OF_PROBABILITIES
from earmark.models.steps import STEPS

if TYPE_CHECKING:
    from earmark.models.recipe import Choice, Recipe

VOTES = ("mean", "majority")
METHODS = ("temperature", "sigmoid", "isotonic")

TRACK_STEPS = ("generate", "select-by-test", "whiten")
"""Steps that must know which track or group each row is of."""

_KINDS = {
    str: "a text", list: "a list of texts", int: "a whole number", dict: "a table", bool: "true or false",
    (int, float): "a number",
}  # fmt: skip
_SEEDS = 2**32


def see_keys(found: Mapping[str, Any], known: Mapping[str, type | tuple[type, ...]], what: str) -> None:
    """Raise unless every key is known and its value of the right type.

    Raises
    ------
    RecipeError
        If one is not, with what was meant perhaps.
    """
    for key, value in found.items():
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
            guess = f"did you mean {near[0]!r}? " if near else ""
            raise RecipeError(
                f"{what} says {key!r}, which means nothing", f"{guess}known: {', '.join(known)}"
            )
        # To Python true is a number.
        if not isinstance(value, known[key]) or (isinstance(value, bool) and known[key] is not bool):
            raise RecipeError(f"{what} has {key} = {value!r}", f"give {_KINDS[known[key]]}")


def texts(values: Any, what: str) -> tuple[str, ...]:
    """Return a list of texts; raise if it is none.

    Raises
    ------
    RecipeError
        If it is not.
    """
    if not (isinstance(values, list) and all(isinstance(one, str) for one in values)):
        raise RecipeError(f"{what} = {values!r}", 'give a list of texts, as ["tempo", "mfcc*"]')
    return tuple(values)


def see_values(made: "Recipe") -> None:
    """Raise unless every value is in its range.

    Raises
    ------
    RecipeError
        If one is not.
    """
    if made.votes not in VOTES:
        raise RecipeError(f"votes = {made.votes!r}", f"give one of {', '.join(VOTES)}")
    if not 2 <= made.folds <= 100:
        raise RecipeError(f"folds = {made.folds}", "give 2 to 100")
    if not 0 <= made.seed < _SEEDS:
        raise RecipeError(f"seed = {made.seed}", "give a number from 0 to 4294967295")
    if not made.columns:
        raise RecipeError("columns = []", 'name some, as ["tempo", "mfcc*"]; ["*"] takes all')
    if not (made.name.isprintable() and 0 < len(made.name) <= 100):
        raise RecipeError(f"name = {made.name!r}", "give a short name")
    calibration = made.calibration
    if calibration is not None and calibration.method not in METHODS:
        raise RecipeError(f"calibration by {calibration.method!r}", f"give one of {', '.join(METHODS)}")
    if calibration is not None and not 2 <= calibration.folds <= 100:
        raise RecipeError(f"calibration on {calibration.folds} folds", "give 2 to 100")
    search = made.search
    if search is not None and made.votes == "majority" and search.metric in OF_PROBABILITIES:
        raise RecipeError(
            f"search for the best {search.metric} of votes, which have none",
            'choose on accuracy or f1_macro, or let segments answer by votes = "mean"',
        )


def see_parts(made: "Recipe") -> None:
    """Raise unless every part is known, has the parameters that it is given, and stands where it can.

    Raises
    ------
    RecipeError, UnknownNameError, ArgumentError
        If one is not so.
    EarmarkError
        If what it needs is not installed.
    """
    balanced = False
    for at, choice in enumerate(made.steps, 1):
        step = STEPS[choice.name]
        made_part(step, choice)
        if choice.columns and step.takes not in ("category", "text"):
            raise RecipeError(
                f"step {at}, {choice.name}, names columns", "only steps for categories or words choose theirs"
            )
        if balanced and step.name in TRACK_STEPS:
            raise RecipeError(
                f"step {at}, {choice.name}, comes after rows were added that are of no track",
                f"put {choice.name} before the step that adds rows",
            )
        balanced = balanced or step.resamples
    if not hasattr(made_part(CLASSIFIERS[made.classifier.name], made.classifier), "predict_proba"):
        raise RecipeError(
            f"{made.classifier.name} with such parameters gives no probabilities",
            "choose others, or another classifier",
        )


def made_part(part: Part, choice: "Choice") -> Any:
    """Return a part with its parameters; raise if it cannot be made with them.

    Raises
    ------
    RecipeError, ArgumentError
        If a parameter is unknown or has a value that it cannot have.
    EarmarkError
        If what it needs is not installed.
    """
    _see_types(part, choice)
    made = part.make(0, **choice.parameters)
    # scikit-learn looks at values only while fitting: too late for a recipe.
    if hasattr(made, "_parameter_constraints"):
        try:
            made._validate_params()
        except ValueError as error:
            raise RecipeError(f"{choice.name}: {error}", "correct the value") from error
    return made


def _see_types(part: Part, choice: "Choice") -> None:
    """Raise unless numbers are numbers and texts are texts, where a part takes nothing else."""
    for name, wanted in part.types.items():
        value = choice.parameters.get(name)
        accepted = (int, float) if wanted is float else wanted
        if name in choice.parameters and (
            not isinstance(value, accepted) or (isinstance(value, bool) and wanted is not bool)
        ):
            raise RecipeError(f"{choice.name} has {name} = {value!r}", f"give {_KINDS[accepted]}")
