"""From a recipe to something that can be fitted: the columns that go in, the steps, the classifier."""

import difflib
import fnmatch
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from imblearn.pipeline import Pipeline
from sklearn.compose import ColumnTransformer

from earmark.dataset.schema import Schema
from earmark.errors import RecipeError, TableError
from earmark.models.classifiers import CLASSIFIERS
from earmark.models.recipe import Choice, Recipe
from earmark.models.steps import PIPELINE_TRUSTED, STEPS

if TYPE_CHECKING:
    import pandas as pd

_WILD = "*?["


@dataclass(frozen=True)
class Columns:
    """The columns that a model takes.

    Attributes
    ----------
    numbers, categories, words : tuple of str
        Their names, by kind.
    """

    numbers: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    words: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.numbers, *self.categories, *self.words)

    def to_dict(self) -> dict[str, list[str]]:
        """Return it as plain types."""
        return {
            "numbers": list(self.numbers),
            "categories": list(self.categories),
            "words": list(self.words),
        }

    @classmethod
    def from_dict(cls, plain: Mapping[str, Sequence[str]]) -> "Columns":
        """Return the columns that :meth:`to_dict` made plain."""
        return cls(**{kind: tuple(names) for kind, names in plain.items()})


def columns_of(schema: Schema, recipe: Recipe) -> Columns:
    r"""Return the columns of a table that a recipe takes.

    Features are taken by the recipe's patterns; words only where a step reads words, and then those that the
    step names, or all columns of words.

    Raises
    ------
    RecipeError
        If a column that the recipe names is not there, or nothing is left.

    Examples
    --------
    >>> from earmark.dataset.schema import ColumnSpec
    >>> from earmark.models.recipe import parse
    >>> schema = Schema((ColumnSpec("tempo", "number"), ColumnSpec("length", "number")))
    >>> columns_of(schema, parse('without = ["len*"]\n[classifier]\nname = "lda"')).numbers
    ('tempo',)
    """
    inputs = {column.name: column for column in schema if column.role in ("feature", "text")}
    _see_that_they_are_there(recipe, schema, inputs)
    taken = [
        column
        for name, column in inputs.items()
        if _matches(name, recipe.columns) and not _matches(name, recipe.without)
    ]
    by_numbers = [one for one in taken if one.role == "feature" and (one.numeric or one.dtype == "boolean")]
    encoded = {name for step in recipe.steps for name in _named(step, "category", inputs)}
    numbers = [one.name for one in by_numbers if one.name not in encoded]
    categories = [
        one.name
        for one in taken
        if one.role == "feature" and (one.name in encoded or one.dtype in ("category", "text", "id"))
        and one.name not in numbers
    ]  # fmt: skip
    words: list[str] = []
    for step in recipe.steps:
        if STEPS[step.name].takes == "text":
            named = _named(step, "text", inputs) or [one.name for one in taken if one.role == "text"]
            if not named:
                raise RecipeError(
                    f"the step '{step.name}' finds no column of words", "take it out, or name columns for it"
                )
            words += [name for name in named if name not in words]
    found = Columns(tuple(numbers), tuple(name for name in categories if name not in words), tuple(words))
    if not found.names:
        raise RecipeError(
            "the recipe takes no column of the table",
            f"features are {', '.join(list(inputs)[:10]) or 'missing from it'}",
        )
    return found


def _named(step: Choice, kind: str, inputs: Mapping[str, Any]) -> list[str]:
    return [name for name in inputs if STEPS[step.name].takes == kind and _matches(name, step.columns)]


def _matches(name: str, patterns: Sequence[str]) -> bool:
    return any(name == pattern or fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def _see_that_they_are_there(recipe: Recipe, schema: Schema, inputs: Mapping[str, Any]) -> None:
    for pattern in (*recipe.columns, *(name for step in recipe.steps for name in step.columns)):
        if pattern in inputs or any(letter in pattern for letter in _WILD):
            continue
        if pattern in schema:
            raise RecipeError(
                f"the recipe takes '{pattern}', which is {_what(schema[pattern].role)} of this table",
                "take it out of the recipe, or say what it is in a schema",
            )
        near = difflib.get_close_matches(pattern, inputs, n=1, cutoff=0.5)
        guess = f"did you mean {near[0]!r}? " if near else ""
        raise RecipeError(
            f"the recipe takes '{pattern}', and the table has no such column",
            f"{guess}features are {', '.join(list(inputs)[:10])}",
        )


def _what(role: str) -> str:
    return {"label": "the label", "ignored": "no input", "id": "an id", "group": "a group"}.get(role, role)


def inputs(frame: "pd.DataFrame", columns: Columns, name: str = "the table") -> "pd.DataFrame":
    """Return the columns that a model takes, numbers as ``float64``, everything else as text or None.

    Infinite numbers count as missing.

    Raises
    ------
    TableError
        If a column is missing, or holds words in place of numbers.
    """
    import pandas as pd  # noqa: PLC0415 - heavy, and only needed with a table

    if missing := [one for one in columns.names if one not in frame]:
        near = difflib.get_close_matches(missing[0], list(map(str, frame.columns)), n=1)
        guess = f"; did you rename '{near[0]}'?" if near else ""
        raise TableError(
            f"{name} lacks {len(missing)} of the {len(columns.names)} columns that the model takes: "
            f"{', '.join(missing[:5])}{', ...' if len(missing) > 5 else ''}",
            f"measure the same features as for training{guess}",
        )
    made: dict[str, Any] = {}
    for one in columns.numbers:
        try:
            numbers = frame[one].to_numpy(np.float64, na_value=np.nan)
        except (TypeError, ValueError) as error:
            raise TableError(f"'{one}' of {name} holds no numbers", "give the column of training") from error
        made[one] = np.where(np.isfinite(numbers), numbers, np.nan)
    for one in (*columns.categories, *columns.words):
        texts = frame[one].astype(object)
        # An array: a series would be matched by the labels of its rows.
        gaps = texts.isna()
        told = [None if gap else str(cell) for cell, gap in zip(texts, gaps, strict=True)]
        made[one] = np.asarray(told, object)
    return pd.DataFrame({one: made[one] for one in columns.names}, index=range(len(frame)))


def pipeline(recipe: Recipe, columns: Columns) -> Pipeline:
    """Return a pipeline that is not fitted yet.

    Words and categories become numbers first (categories one column per value, unless a step says otherwise);
    numbers that are missing become the median of training, unless a step imputes them; then come the steps in
    the recipe's order, and the classifier.
    """
    encoders, rest = [], []
    if columns.numbers:
        imputing = [step for step in recipe.steps if step.name.startswith("impute")]
        encoders.append(
            (
                "numbers",
                _made(imputing[0] if imputing else Choice("impute"), recipe.seed),
                list(columns.numbers),
            )
        )
    free = list(columns.categories)
    for at, step in enumerate(recipe.steps):
        takes = STEPS[step.name].takes
        if takes == "category":
            mine = [name for name in free if not step.columns or _matches(name, step.columns)]
            free = [name for name in free if name not in mine]
            if mine:
                encoders.append((f"{step.name}-{at}", _made(step, recipe.seed), mine))
        elif takes == "text":
            mine = [name for name in columns.words if not step.columns or _matches(name, step.columns)]
            encoders.append((f"{step.name}-{at}", _made(step, recipe.seed), mine))
        elif not step.name.startswith("impute"):
            rest.append((f"{step.name}-{at}", _made(step, recipe.seed)))
    if free:
        encoders.append(("categories", _made(Choice("one-hot"), recipe.seed), free))
    first = ColumnTransformer(encoders, sparse_threshold=0.0, verbose_feature_names_out=False)
    classifier = CLASSIFIERS[recipe.classifier.name].make(recipe.seed, **recipe.classifier.parameters)
    return Pipeline([("columns", first), *rest, ("classifier", classifier)])


def _made(choice: Choice, seed: int) -> Any:
    return STEPS[choice.name].make(seed, **choice.parameters)


def handed_over(pipeline: Any, x: "pd.DataFrame") -> Any:
    """Return the columns as the classifier gets them, shape (rows, columns)."""
    made: Any = x
    for _, step in pipeline.steps[:-1]:
        if hasattr(step, "transform"):  # oversampling is for training only
            made = step.transform(made)
    return made


def trusted(recipe: Recipe) -> list[str]:
    """Return the types that a bundle of this recipe may name, beside those of scikit-learn and NumPy.

    They come from the registries of this program, never from a file.
    """
    parts = [*(STEPS[step.name] for step in recipe.steps), STEPS["impute"], STEPS["one-hot"]]
    named = [name for part in (*parts, CLASSIFIERS[recipe.classifier.name]) for name in part.trusted]
    return sorted({*PIPELINE_TRUSTED, *named})
