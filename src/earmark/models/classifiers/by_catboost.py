"""Boosting by CatBoost: an extra, on one thread, the same for the same seed."""

from catboost import CatBoostClassifier

from earmark.models.classifiers.coded import Coded


def catboost(
    *,
    iterations: int = 300,
    learning_rate: float = 0.1,
    depth: int = 5,
    l2_leaf_reg: float = 3.0,
    random_state: int = 0,
) -> Coded:
    """Return CatBoost's classifier; the parameters are its own."""
    return Coded(
        CatBoostClassifier(
            iterations=iterations,
            learning_rate=learning_rate,
            depth=depth,
            l2_leaf_reg=l2_leaf_reg,
            random_seed=random_state,
            thread_count=1,
            verbose=False,
            allow_writing_files=False,
        )
    )
