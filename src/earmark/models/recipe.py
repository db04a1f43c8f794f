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

    [search]                        # left out: nothing is searched; see earmark.models.search
    method = "random"               # grid, random or tpe
    trials = 30
    metric = "accuracy"

    [search.space]                  # left out: the space of the classifier's entry
    "classifier.learning_rate" = {low = 0.02, high = 0.3, log = true}
    "words.top" = [10, 100]

Only ``classifier`` is needed. The text "none" stands for no value.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from earmark.audio import shown
from earmark.errors import EarmarkError, RecipeError
from earmark.models.recipe_checks import see_keys, see_parts, see_values, texts
from earmark.models.recipe_text import as_text
from earmark.models.search import KEYS, ORIGIN, Origin, Search, none_for, search_of
from earmark.models.search_space import see_space
from earmark.registry import shipped

MOST_BYTES = 1 << 20

_TOP = {
    "name": str, "about": str, "columns": list, "without": list, "allow": list, "folds": int, "votes": str,
    "seed": int, "step": list, "classifier": dict, "calibration": dict,
    "search": dict, "chosen": dict,
}  # fmt: skip

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
    search : Search or None
        How parameters are searched for, on training rows, before anything else is learnt.
    chosen : Origin or None
        Where its parameters come from, if a search has chosen them.
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
    search: Search | None = None
    chosen: Origin | None = None
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
        if self.search is not None:
            plain["search"] = self.search.to_dict()
        if self.chosen is not None:
            plain["chosen"] = asdict(self.chosen)
        return plain

    def to_toml(self) -> str:
        """Return it as the text of a TOML file.

        Examples
        --------
        >>> parse(recipe("quick").to_toml()) == recipe("quick")
        True
        """
        return as_text(self.to_dict())


RECIPES = shipped("recipe", "earmark.models", "recipes")
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
        see_keys(found, _TOP, "it")
        made = Recipe(
            classifier=_choice(found.get("classifier"), "classifier"),
            steps=tuple(
                _choice(one, f"step {at}", steps=True) for at, one in enumerate(found.get("step", []), 1)
            ),
            calibration=_calibration(found["calibration"]) if "calibration" in found else None,
            search=_search(found["search"]) if "search" in found else None,
            chosen=_origin(found["chosen"]) if "chosen" in found else None,
            **_rest(found),
        )
        see_values(made)
        see_parts(made)
        see_space(made)
    except EarmarkError as error:
        raise RecipeError(f"{where}: {error.message}", error.hint) from error
    return made


def _rest(found: Plain) -> dict[str, Any]:
    """Return what needs no more than a look."""
    lists = {key: texts(found[key], key) for key in ("columns", "without", "allow") if key in found}
    return {
        **lists,
        **{key: found[key] for key in ("votes", "folds", "seed", "name", "about") if key in found},
    }


def _choice(found: Any, what: str, *, steps: bool = False) -> Choice:
    if not isinstance(found, dict) or not isinstance(found.get("name"), str):
        place = "[[step]]" if steps else "[classifier]"
        raise RecipeError(f"{what} has no name", f'give it one below {place}: name = "..."')
    rest = {key: none_for(value) for key, value in found.items() if key != "name"}
    columns = texts(rest.pop("columns"), f"columns of {what}") if steps and "columns" in rest else ()
    return Choice(found["name"], MappingProxyType(rest), columns)


def _calibration(found: Plain) -> Calibration:
    see_keys(found, {"method": str, "folds": int}, "calibration")
    return Calibration(**found)


def _search(found: Plain) -> Search:
    see_keys(found, KEYS, "search")
    return search_of(found)


def _origin(found: Plain) -> Origin:
    see_keys(found, ORIGIN, "chosen")
    if missing := [key for key in ORIGIN if key not in found]:
        raise RecipeError(
            f"chosen lacks {missing[0]!r}", "leave [chosen] as 'earmark tune' wrote it, or take all of it out"
        )
    return Origin(**found)
