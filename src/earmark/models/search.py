"""How the parameters of a recipe are searched for: the table ``[search]``, as plain data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from earmark.errors import ArgumentError, RecipeError
from earmark.models.space import Axis, Choices, axis

METHODS = ("grid", "random", "tpe")

METRICS: Mapping[str, bool] = MappingProxyType(
    {
        "accuracy": True,
        "balanced_accuracy": True,
        "f1_macro": True,
        "f1_weighted": True,
        "auc_ovr": True,
        "auc_ovo": True,
        "log_loss": False,
        "brier": False,
    }
)
"""What a search may choose on, and whether more is better."""

OF_PROBABILITIES = ("log_loss", "brier")
"""Those that votes do not have."""

TRIALS = 30
"""How many trials a search has that is no grid, unless it is said."""

MOST_TRIALS = 10_000


@dataclass(frozen=True)
class Search:
    """How parameters are searched for.

    Attributes
    ----------
    method : {"grid", "random", "tpe"}
        All points of a grid; points drawn at random; or points drawn where earlier ones did well (tree of
        Parzen estimators, J. Bergstra et al., NeurIPS 2011), which needs Optuna.
    trials : int or None
        How many points are tried, the recipe as it stands among them; None for :data:`TRIALS`, and for all of
        a grid.
    budget_s : float or None
        After how many seconds nothing new is tried; None for no limit.
    folds : int
        On how many folds of the training rows, which keep groups on one side.
    metric : str
        One of :data:`METRICS`.
    prune : bool
        Whether a point is given up that does worse on its first folds than half of the points before it.
    steps : int
        How many values of a range a grid has.
    space : mapping of str to Choices or Range
        Where to search, by ``"classifier.PARAMETER"``, ``"STEP.PARAMETER"`` or ``"STEP.NUMBER.PARAMETER"``;
        the space of the classifier's entry if empty.
    """

    method: str = "random"
    trials: int | None = None
    budget_s: float | None = None
    folds: int = 3
    metric: str = "accuracy"
    prune: bool = False
    steps: int = 5
    space: Mapping[str, Axis] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def more_is_better(self) -> bool:
        """Whether more of its metric is better."""
        return METRICS[self.metric]

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain types; :func:`search_of` takes it back."""
        numbers = {"trials": self.trials, "budget_s": self.budget_s}
        return {
            "method": self.method,
            **{name: value for name, value in numbers.items() if value is not None},
            "folds": self.folds,
            "metric": self.metric,
            "prune": self.prune,
            "steps": self.steps,
            **({"space": {name: _plain(one) for name, one in self.space.items()}} if self.space else {}),
        }


@dataclass(frozen=True)
class Origin:
    """Where parameters come from that a search has chosen: on those rows, a score by them flatters.

    Attributes
    ----------
    table : str
        The table's name.
    rows : str
        A hash of the table and of the rows of it that were chosen on.
    metric : str
        What was chosen on.
    score : float
        How good the best was, on folds of those rows: the best of many, and so no score.
    trials : int
        How many were tried.
    """

    table: str
    rows: str
    metric: str
    score: float
    trials: int


ORIGIN: Mapping[str, type | tuple[type, ...]] = {
    "table": str, "rows": str, "metric": str, "score": (int, float), "trials": int,
}  # fmt: skip
"""What ``[chosen]`` says, all of it, and of which type."""

KEYS: Mapping[str, type | tuple[type, ...]] = {
    "method": str, "trials": int, "budget_s": (int, float), "folds": int, "metric": str, "prune": bool,
    "steps": int, "space": dict,
}  # fmt: skip
"""What ``[search]`` may say, and of which type."""


def search_of(found: Mapping[str, Any]) -> Search:
    """Return the search that plain types describe, its keys already seen to be known.

    Raises
    ------
    RecipeError
        If it says what cannot be meant.

    Examples
    --------
    >>> search_of({"method": "grid", "space": {"classifier.C": [0.1, 1.0]}}).space["classifier.C"]
    Choices(values=(0.1, 1.0))
    """
    space = {name: _axis(name, one) for name, one in found.get("space", {}).items()}
    made = Search(**{**found, "space": MappingProxyType(space)})
    _see(made)
    return made


def _axis(name: str, found: Any) -> Axis:
    """Return a list as choices, a table as a range."""
    what = f"search.space has {name!r} = {found!r}"
    hint = "give a list of values, or {low = 0.01, high = 100, log = true}"
    if isinstance(found, list):
        found = {"values": [none_for(value) for value in found]}
    if not isinstance(found, Mapping) or not all(
        isinstance(found.get(key, False), bool) for key in ("log", "whole")
    ):
        raise RecipeError(what, hint)
    try:
        made = axis(found)
    except ArgumentError as error:
        raise RecipeError(f"{what}: {error.message}", error.hint or hint) from error
    except TypeError as error:  # a text where a number is due
        raise RecipeError(what, hint) from error
    kinds = (str, int, float, bool, tuple, type(None))
    if isinstance(made, Choices) and not all(isinstance(value, kinds) for value in made.values):
        raise RecipeError(what, hint)
    return made


def _plain(one: Axis) -> Any:
    plain = one.to_dict()
    return plain.get("values", plain)


def none_for(value: Any) -> Any:
    """Return None for the text "none", which stands for it in TOML; anything else as it is."""
    return None if isinstance(value, str) and value == "none" else value


def _see(made: Search) -> None:
    if made.method not in METHODS:
        raise RecipeError(f"search by {made.method!r}", f"give one of {', '.join(METHODS)}")
    if made.metric not in METRICS:
        raise RecipeError(f"search for the best {made.metric!r}", f"give one of {', '.join(METRICS)}")
    if made.trials is not None and not 1 <= made.trials <= MOST_TRIALS:
        raise RecipeError(f"search with trials = {made.trials}", f"give 1 to {MOST_TRIALS}")
    if made.budget_s is not None and not 0 < made.budget_s < float("inf"):
        raise RecipeError(f"search with budget_s = {made.budget_s}", "give seconds, more than 0")
    if not 2 <= made.folds <= 100:
        raise RecipeError(f"search on {made.folds} folds", "give 2 to 100")
    if not 2 <= made.steps <= 100:
        raise RecipeError(f"search with steps = {made.steps}", "give 2 to 100")
