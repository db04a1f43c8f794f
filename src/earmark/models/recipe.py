r"""Recipes: how to learn genres from a table, as plain data in TOML.

::

    name = "boosting"
    about = "Boosted trees."        # one line
    columns = ["*"]                 # which features; * and ? stand for any letters, any letter
    without = ["length"]            # which not
    allow = []                      # giveaways that are wanted all the same
    folds = 5                       # for the honest score
    votes = "mean"                  # how segments answer for their track: mean or majority
    seed = 0

    [[step]]                        # in order; earmark.models.steps.STEPS
    name = "words"
    columns = ["song_name"]         # of categories and words: which columns
    top = 10                        # anything else is a parameter of the step

    [classifier]                    # earmark.models.classifiers.CLASSIFIERS
    name = "histogram-boosting"
    learning_rate = 0.05

    [calibration]                   # on folds of the training rows; left out: none
    method = "temperature"
    folds = 3

Only ``classifier`` is needed.
"""

import difflib
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Any

from earmark.audio import shown
from earmark.errors import EarmarkError, RecipeError
from earmark.models.classifiers import CLASSIFIERS
from earmark.models.parts import Part
from earmark.models.recipe_text import as_text
from earmark.models.steps import STEPS
from earmark.registry import Registry

MOST_BYTES = 1 << 20
VOTES = ("mean", "majority")
METHODS = ("temperature", "sigmoid", "isotonic")

_SHIPPED = resources.files("earmark.models") / "recipes"
_TOP = {
    "name": str, "about": str, "columns": list, "without": list, "allow": list, "folds": int, "votes": str,
    "seed": int, "step": list, "classifier": dict, "calibration": dict,
}  # fmt: skip
_KINDS = {str: "a text", list: "a list of texts", int: "a whole number", dict: "a table"}
_SEEDS = 2**32

TRACK_STEPS = ("generate", "select-by-test", "whiten")
"""Steps that must know which track or group each row is of."""

Plain = Mapping[str, Any]


@dataclass(frozen=True)
class Choice:
    """A step or classifier by its name, and what differs from its defaults.

    Attributes
    ----------
    name : str
        Its name in its registry.
    parameters : mapping
        Plain TOML values.
    columns : tuple of str
        Of a step for categories or words: patterns of the columns that it takes, all of their kind if empty.
    """

    name: str
    parameters: Plain = field(default_factory=lambda: MappingProxyType({}))
    columns: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain types."""
        columns = {"columns": list(self.columns)} if self.columns else {}
        return {"name": self.name, **columns, **self.parameters}


@dataclass(frozen=True)
class Calibration:
    """How probabilities are made to mean what they say.

    Attributes
    ----------
    method : {"temperature", "sigmoid", "isotonic"}
        What is learnt.
    folds : int
        On how many folds of the training rows, which keep groups on one side.
    """

    method: str = "temperature"
    folds: int = 3


@dataclass(frozen=True)
class Recipe:
    """How to learn.

    Attributes
    ----------
    classifier : Choice
        What answers.
    steps : tuple of Choice
        What is done to the columns before, in order.
    calibration : Calibration or None
        What is done to the answers after.
    columns, without : tuple of str
        Patterns of the features to take, and of those to leave out.
    allow : tuple of str
        Columns that give the genre away and are wanted all the same.
    votes : {"mean", "majority"}
        How the segments of a track answer together.
    folds : int
        How many folds measure it.
    seed : int
        Of all that is drawn.
    name, about : str
        What it is called, and one line on it.
    """

    classifier: Choice
    steps: tuple[Choice, ...] = ()
    calibration: Calibration | None = None
    columns: tuple[str, ...] = ("*",)
    without: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()
    votes: str = "mean"
    folds: int = 5
    seed: int = 0
    name: str = "recipe"
    about: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain types, every key there; :func:`from_dict` takes it back."""
        plain: dict[str, Any] = {
            "name": self.name,
            "about": self.about,
            "columns": list(self.columns),
            "without": list(self.without),
            "allow": list(self.allow),
            "folds": self.folds,
            "votes": self.votes,
            "seed": self.seed,
            "step": [step.to_dict() for step in self.steps],
            "classifier": self.classifier.to_dict(),
        }
        if self.calibration is not None:
            plain["calibration"] = {"method": self.calibration.method, "folds": self.calibration.folds}
        return plain

    def to_toml(self) -> str:
        """Return it as the text of a TOML file.

        Examples
        --------
        >>> parse(recipe("quick").to_toml()) == recipe("quick")
        True
        """
        return as_text(self.to_dict())


def _shipped() -> Registry[Any]:
    found = Registry[Any]("recipe")
    for file in sorted(_SHIPPED.iterdir(), key=lambda file: file.name):
        if file.name.endswith(".toml"):
            found.add(file.name.removesuffix(".toml"), file)
    return found


RECIPES = _shipped()
"""The files of the recipes that come with Earmark, by name."""


def recipe(name: str | os.PathLike[str]) -> Recipe:
    """Return a recipe that comes with Earmark, or one from a file.

    Parameters
    ----------
    name : str or os.PathLike
        One of :data:`RECIPES`, or the path of a file that ends in ``.toml``.

    Raises
    ------
    RecipeError
        If the file is missing, or says what cannot be meant.
    UnknownNameError
        If there is none of that name, and it is no path.

    Examples
    --------
    >>> recipe("quick").classifier.name
    'lda'
    """
    text = os.fspath(name)
    if os.path.dirname(text) or text.endswith(".toml") or isinstance(name, os.PathLike):
        return parse(_read(Path(text)), f"'{shown(Path(text))}'")
    return parse(RECIPES[text].read_text(encoding="utf-8"), f"the recipe '{text}'")


def _read(path: Path) -> str:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise RecipeError(
                f"'{shown(path)}' has more than {MOST_BYTES >> 20} MB",
                "a recipe is a short text: name another file",
            )
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise RecipeError(
            f"'{shown(path)}' cannot be read: {error.strerror or error}",
            f"name a .toml file, or one of {', '.join(RECIPES)}",
        ) from error
    except UnicodeDecodeError as error:
        raise RecipeError(f"'{shown(path)}' is not UTF-8", "save it as UTF-8 in your editor") from error


def parse(text: str, where: str = "the recipe") -> Recipe:
    r"""Return the recipe that a TOML text describes.

    Parameters
    ----------
    text : str
        See the head of this file.
    where : str
        What errors call it.

    Raises
    ------
    RecipeError
        If it is no TOML, or says what cannot be meant.

    Examples
    --------
    >>> parse('[classifier]\nname = "lda"').folds
    5
    """
    try:
        found = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise RecipeError(f"{where} is no TOML: {error}", "correct it there") from error
    return from_dict(found, where)


def from_dict(found: Plain, where: str = "the recipe") -> Recipe:
    """Return the recipe that plain types describe, as :meth:`Recipe.to_dict` gives them.

    Raises
    ------
    RecipeError
        If they say what cannot be meant.
    """
    try:
        _see_keys(found, _TOP, "it")
        made = Recipe(
            classifier=_choice(found.get("classifier"), "classifier"),
            steps=tuple(
                _choice(one, f"step {at}", steps=True) for at, one in enumerate(found.get("step", []), 1)
            ),
            calibration=_calibration(found["calibration"]) if "calibration" in found else None,
            **_rest(found),
        )
        _see_values(made)
        _see_parts(made)
    except EarmarkError as error:
        raise RecipeError(f"{where}: {error.message}", error.hint) from error
    return made


def _rest(found: Plain) -> dict[str, Any]:
    """Return what needs no more than a look."""
    lists = {key: _texts(found[key], key) for key in ("columns", "without", "allow") if key in found}
    return {
        **lists,
        **{key: found[key] for key in ("votes", "folds", "seed", "name", "about") if key in found},
    }


def _see_keys(found: Plain, known: Mapping[str, type], what: str) -> None:
    for key, value in found.items():
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
            guess = f"did you mean {near[0]!r}? " if near else ""
            raise RecipeError(
                f"{what} says {key!r}, which means nothing", f"{guess}known: {', '.join(known)}"
            )
        if not isinstance(value, known[key]) or isinstance(value, bool):
            raise RecipeError(f"{what} has {key} = {value!r}", f"give {_KINDS[known[key]]}")


def _texts(values: Any, what: str) -> tuple[str, ...]:
    if not (isinstance(values, list) and all(isinstance(one, str) for one in values)):
        raise RecipeError(f"{what} = {values!r}", 'give a list of texts, as ["tempo", "mfcc*"]')
    return tuple(values)


def _choice(found: Any, what: str, *, steps: bool = False) -> Choice:
    if not isinstance(found, dict) or not isinstance(found.get("name"), str):
        place = "[[step]]" if steps else "[classifier]"
        raise RecipeError(f"{what} has no name", f'give it one below {place}: name = "..."')
    rest = {key: value for key, value in found.items() if key != "name"}
    columns = _texts(rest.pop("columns"), f"columns of {what}") if steps and "columns" in rest else ()
    return Choice(found["name"], MappingProxyType(rest), columns)


def _calibration(found: Plain) -> Calibration:
    _see_keys(found, {"method": str, "folds": int}, "calibration")
    return Calibration(**found)


def _see_values(made: Recipe) -> None:
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


def _see_parts(made: Recipe) -> None:
    """Raise unless every part is known, has the parameters that it is given, and stands where it can."""
    balanced = False
    for at, choice in enumerate(made.steps, 1):
        step = STEPS[choice.name]
        _make(step, choice)
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
    if not hasattr(_make(CLASSIFIERS[made.classifier.name], made.classifier), "predict_proba"):
        raise RecipeError(
            f"{made.classifier.name} with such parameters gives no probabilities",
            "choose others, or another classifier",
        )


def _make(part: Part, choice: Choice) -> Any:
    made = part.make(0, **choice.parameters)
    # scikit-learn looks at values only while fitting: too late for a recipe.
    if hasattr(made, "_parameter_constraints"):
        try:
            made._validate_params()
        except ValueError as error:
            raise RecipeError(f"{choice.name}: {error}", "correct the value") from error
    return made
