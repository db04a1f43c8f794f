"""The multilayer perceptron of a study as it stands there: it learns until its training loss stands still.

The classifier ``net`` of recipes stops early on training rows held back, so it is another model.
"""

import functools
import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # it has no types

from earmark.models.learning import Rows
from earmark.models.probabilities import Array
from earmark.reproduce.bench import Bench, Folds, Job, digest, packed, unpacked

if TYPE_CHECKING:
    import pandas as pd

_TASK = "earmark.reproduce.perceptron:answer"


def answers(
    bench: Bench,
    stage: str,
    settings: Mapping[str, Mapping[str, Any]],
    rows: Rows,
    folds: Folds,
    *,
    scaled: bool,
) -> dict[str, list[Array]]:
    """Return what perceptrons answer to each fold: probabilities, shape (rows asked, genres).

    Parameters
    ----------
    bench : Bench
        Where it is done and kept.
    stage : str
        What is being done, for whoever waits.
    settings : mapping
        By name, what differs from scikit-learn's defaults.
    rows : Rows
        Numbers without gaps.
    folds : sequence of (rows, rows)
        To learn from and to answer.
    scaled : bool
        Whether columns are scaled to 0..1 over the training rows; the others are cut there.
    """
    table = rows.digest
    jobs: list[Job] = [
        (
            {
                "setting": dict(setting),
                "table": table,
                "learnt": digest(train),
                "asked": digest(asked),
                "scaled": scaled,
            },
            functools.partial(_arguments, setting, rows, train, asked, scaled),
        )
        for setting in settings.values()
        for train, asked in folds
    ]
    found = iter(bench.each(stage, _TASK, jobs, packed))
    return {name: [unpacked(next(found), rows.genres) for _ in folds] for name in settings}


def _arguments(
    setting: Mapping[str, Any], rows: Rows, train: Any, asked: Any, scaled: bool
) -> tuple[dict[str, Any], Rows, "pd.DataFrame", bool]:
    return dict(setting), rows.only(train), rows.x.iloc[asked].reset_index(drop=True), scaled


def answer(_number: int, setting: Mapping[str, Any], train: Rows, x: "pd.DataFrame", scaled: bool) -> Array:
    """Learn from some rows and answer others, as a task for any worker; every genre is among the rows."""
    from sklearn.neural_network import MLPClassifier  # noqa: PLC0415 - heavy, and only needed by workers
    from sklearn.pipeline import make_pipeline  # noqa: PLC0415 - as above
    from sklearn.preprocessing import MinMaxScaler  # noqa: PLC0415 - as above

    net = MLPClassifier(**{"random_state": 0, **setting})
    made = make_pipeline(MinMaxScaler(clip=True), net) if scaled else net
    # On one thread, as every fit: sums of other orders would differ in their last bits.
    with warnings.catch_warnings(), threadpool_limits(1):
        # A loss that does not stand still in time shows in the score.
        warnings.simplefilter("ignore")
        made.fit(train.x.to_numpy(), train.y)
        found: Array = made.predict_proba(x.to_numpy())
    return found
