"""Boosting by CatBoost: an extra, on one thread, the same for the same seed."""

from catboost import CatBoostClassifier

from earmark.errors import ArgumentError
from earmark.models.classifiers.coded import Coded
from earmark.models.classifiers.large import large_table
from earmark.models.classifiers.together import Vote


def catboost(
    *,
    iterations: int = 300,
    learning_rate: float = 0.1,
    depth: int = 5,
    l2_leaf_reg: float = 3.0,
    rsm: float = 1.0,
    subsample: float | None = None,
    random_state: int = 0,
) -> Coded:
    """Return CatBoost's classifier; the parameters are its own.

    Each tree asks the same of all rows at each depth, and answers for all genres at once.

    Parameters
    ----------
    subsample : float, optional
        The share of the rows that each tree learns from; all of them, weighed at random, unless told.
    """
    drawn = {} if subsample is None else {"bootstrap_type": "Bernoulli", "subsample": subsample}
    return Coded(
        CatBoostClassifier(
            iterations=iterations,
            learning_rate=learning_rate,
            depth=depth,
            l2_leaf_reg=l2_leaf_reg,
            rsm=rsm,
            random_seed=random_state,
            thread_count=1,
            verbose=False,
            allow_writing_files=False,
            **drawn,
        )
    )


def large_table_catboost(
    *,
    iterations: int = 1000,
    learning_rate: float = 0.05,
    depth: int = 6,
    l2_leaf_reg: float = 5.0,
    rsm: float = 0.5,
    subsample: float = 0.8,
    share: float = 0.5,
    rounds: int = 400,
    nets: int = 5,
    units: int = 128,
    epochs: int = 20,
    alpha: float = 1e-3,
    trees: int = 60,
    evened: float = 0.5,
    tilt: float = 0.0,
    random_state: int = 0,
) -> Vote:
    """Return ``large-table`` and CatBoost together.

    Parameters
    ----------
    iterations, learning_rate, depth, l2_leaf_reg, rsm, subsample
        Of CatBoost, see :func:`catboost`.
    share : float
        How much CatBoost has to say, above 0 and below 1.
    rounds, nets, units, epochs, alpha, trees, evened, tilt
        Of the others, see :func:`~earmark.models.classifiers.large.large_table`. To CatBoost rows are
        alike.
    random_state : int
        Of what is drawn.
    """
    if not 0 < share < 1:
        raise ArgumentError(f"a share of {share}", "give a number above 0 and below 1")
    others = large_table(
        rounds=rounds, nets=nets, units=units, epochs=epochs, alpha=alpha, trees=trees, evened=evened,
        tilt=tilt, random_state=random_state,
    )  # fmt: skip
    one = catboost(
        iterations=iterations, learning_rate=learning_rate, depth=depth, l2_leaf_reg=l2_leaf_reg, rsm=rsm,
        subsample=subsample, random_state=random_state,
    )  # fmt: skip
    weights = others.weights or []
    given = [weight * (1 - share) / sum(weights) for weight in weights]
    return Vote([*others.members, ("catboost", one)], [*given, share], evened, tilt)
