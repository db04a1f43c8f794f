"""Points by Optuna's tree of Parzen estimators; the only file that knows Optuna."""

from collections.abc import Mapping, Sequence
from typing import Any

from earmark.errors import EarmarkError
from earmark.models.search_space import Point
from earmark.models.space import Axis, Choices
from earmark.models.tuning.points import WAVE, short
from earmark.models.tuning.trial import Trial

try:
    import optuna
except ImportError as _error:
    raise EarmarkError(
        "a search by 'tpe' needs the library optuna, which is not installed",
        "pip install 'earmark[tuning]', or search by 'random'",
    ) from _error


class Tpe:
    """Points where earlier ones did well.

    Optuna is asked for a wave of points and told how all of them did, in their order, before it is asked for
    the next: what it says does not depend on which fit ended first. Its study lies in memory; a search that
    goes on asks and tells again what it asked and told before.

    Parameters
    ----------
    first : Point
        The recipe as it stands, of which Optuna is not told: it may lie outside the space.
    space : mapping of str to Choices or Range
        Where to search.
    trials : int
        How many points there are, `first` among them.
    seed : int
        Of what is drawn.
    more_is_better : bool
        Whether scores should be high.
    """

    def __init__(
        self, first: Point, space: Mapping[str, Axis], *, trials: int, seed: int, more_is_better: bool
    ) -> None:
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self._study = optuna.create_study(
            direction="maximize" if more_is_better else "minimize",
            sampler=optuna.samplers.TPESampler(seed=seed),
        )
        self._space, self._left, self.number = space, trials - 1, trials
        self._distributions = {name: _distribution(one) for name, one in space.items()}
        self._first: Point | None = first
        self._asked: list[Any] = []

    def wave(self) -> list[Point]:
        """Return the next points, none at the end."""
        number = min(WAVE - (self._first is not None), self._left)
        self._left -= number
        self._asked = [self._study.ask(self._distributions) for _ in range(number)]
        points = [self._point(one.params) for one in self._asked]
        if self._first is not None:
            points.insert(0, self._first)
        return points

    def tell(self, trials: Sequence[Trial]) -> None:
        """Take note of how the points of the last wave did, in their order."""
        told = trials[1:] if self._first is not None else trials
        self._first = None
        states = optuna.trial.TrialState
        for asked, one in zip(self._asked, told, strict=True):
            if one.state == "pruned" and one.score is not None:
                asked.report(one.score, len(one.scores))
                self._study.tell(asked, state=states.PRUNED)
            elif one.state == "done" and one.score is not None:
                self._study.tell(asked, one.score)
            else:
                self._study.tell(asked, state=states.FAIL)

    def _point(self, values: Mapping[str, Any]) -> Point:
        found = {}
        for name, one in self._space.items():
            value = values[name]
            found[name] = one.values[value] if isinstance(one, Choices) else short(one, value)
        return found


def _distribution(one: Axis) -> Any:
    if isinstance(one, Choices):
        return optuna.distributions.CategoricalDistribution(range(len(one.values)))
    if one.whole:
        return optuna.distributions.IntDistribution(int(one.low), int(one.high), log=one.log)
    return optuna.distributions.FloatDistribution(one.low, one.high, log=one.log)
