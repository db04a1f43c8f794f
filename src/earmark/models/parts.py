"""What a pipeline is made of, by name: where the class is, what can be set, what may be loaded with it."""

import difflib
import importlib
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from earmark.errors import ArgumentError, EarmarkError
from earmark.models.space import Axis

# Where a module's name is not that of its distribution.
_DISTRIBUTIONS = {"sklearn": "scikit-learn", "imblearn": "imbalanced-learn", "xgboost": "xgboost-cpu"}


@dataclass(frozen=True, eq=False)
class Part:
    """One thing that can be chosen by name for a pipeline.

    Attributes
    ----------
    target : str
        ``"module:name"`` of the class, or of the function that makes it: imported when it is asked for.
    summary : str
        What it does, one line.
    space : mapping of str to Choices or Range
        Where to search for the best parameters.
    preset : mapping of str to object
        Parameters that differ from the class's own defaults.
    trusted : tuple of str
        The types, beside scikit-learn's and NumPy's, that a bundle may name when this part is loaded.
    extra : str
        Which extra of Earmark it needs.
    seeded : bool
        Whether anything in it is drawn.
    """

    target: str
    summary: str
    space: Mapping[str, Axis] = field(default_factory=dict)
    preset: Mapping[str, Any] = field(default_factory=dict)
    trusted: tuple[str, ...] = ()
    extra: str = "lab"
    seeded: bool = False
    name: str = field(default="", kw_only=True)

    @property
    def parameters(self) -> dict[str, Any]:
        """Every parameter that can be set, with the value it has unless set.

        Raises
        ------
        EarmarkError
            If what it needs is not installed.
        """
        known = inspect.signature(self._made_by()).parameters.values()
        return {
            one.name: self.preset.get(one.name, one.default) for one in known if one.name != "random_state"
        }

    @property
    def types(self) -> dict[str, type]:
        """The parameters that take a value of one plain type, and which; of Earmark's own parts only."""
        if not self.target.startswith("earmark."):
            return {}
        known = inspect.signature(self._made_by(), eval_str=True).parameters.values()
        return {one.name: one.annotation for one in known if one.annotation in (bool, int, float, str)}

    @property
    def installed(self) -> bool:
        """Whether what it needs is there."""
        try:
            self._made_by()
        except EarmarkError:
            return False
        return True

    def make(self, seed: int = 0, **parameters: Any) -> Any:
        """Return a new, unfitted one.

        Parameters
        ----------
        seed : int
            Of all that is drawn.
        **parameters
            What is to differ from the defaults.

        Raises
        ------
        ArgumentError
            If there is no such parameter.
        EarmarkError
            If what it needs is not installed.
        """
        made_by = self._made_by()
        known = self.parameters
        for name in parameters:
            if name not in known:
                near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
                guess = f"did you mean {near[0]!r}? " if near else ""
                raise ArgumentError(
                    f"{self.name} has no parameter {name!r}", f"{guess}known: {', '.join(known) or 'none'}"
                )
        seeds = {"random_state": seed} if self.seeded else {}
        return made_by(**{**self.preset, **parameters, **seeds})

    def _made_by(self) -> Callable[..., Any]:
        home, _, name = self.target.partition(":")
        try:
            made_by = getattr(importlib.import_module(home), name)
        except ImportError as error:
            missing = (error.name or home).partition(".")[0]
            if missing == "earmark":
                raise
            library = _DISTRIBUTIONS.get(missing, missing)
            raise EarmarkError(
                f"{self.name} needs the library {library}, which is not installed",
                f"pip install 'earmark[{self.extra}]'",
            ) from error
        return made_by  # type: ignore[no-any-return]  # modules are not typed by name
