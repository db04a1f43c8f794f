"""Boosting by XGBoost: an extra, on one thread, the same for the same seed."""

from xgboost import XGBClassifier

from earmark.models.classifiers.coded import Coded


def xgboost(
    *,
    n_estimators: int = 200,
    learning_rate: float = 0.1,
    max_depth: int = 4,
    min_child_weight: float = 1.0,
    subsample: float = 0.8,
    colsample_bytree: float = 0.5,
    reg_lambda: float = 1.0,
    random_state: int = 0,
) -> Coded:
    """Return XGBoost's classifier by histograms; the parameters are its own."""
    return Coded(
        XGBClassifier(
            n_estimators=n_estimators,
            learning_rate=learning_rate,
            max_depth=max_depth,
            min_child_weight=min_child_weight,
            subsample=subsample,
            colsample_bytree=colsample_bytree,
            reg_lambda=reg_lambda,
            random_state=random_state,
            tree_method="hist",
            n_jobs=1,
            verbosity=0,
        )
    )
