"""Boosting by LightGBM: an extra, on one thread, the same for the same seed."""

from lightgbm import LGBMClassifier

from earmark.models.classifiers.coded import Coded


def lightgbm(
    *,
    n_estimators: int = 200,
    learning_rate: float = 0.1,
    num_leaves: int = 15,
    min_child_samples: int = 10,
    subsample: float = 0.8,
    colsample_bytree: float = 0.5,
    reg_lambda: float = 1.0,
    class_weight: str | None = None,
    random_state: int = 0,
) -> Coded:
    """Return LightGBM's classifier; the parameters are its own."""
    return Coded(
        LGBMClassifier(
            n_estimators=n_estimators,
            learning_rate=learning_rate,
            num_leaves=num_leaves,
            min_child_samples=min_child_samples,
            subsample=subsample,
            subsample_freq=1,
            colsample_bytree=colsample_bytree,
            reg_lambda=reg_lambda,
            class_weight=class_weight,
            random_state=random_state,
            deterministic=True,
            force_row_wise=True,
            n_jobs=1,
            verbose=-1,
        )
    )
