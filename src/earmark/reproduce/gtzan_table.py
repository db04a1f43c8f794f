"""Ten models on the table of GTZAN's columns, as a data science notebook of 2022 tried them.

Its way: 58 columns, the length of the clip among them, scaled to 0..1 over **all** rows; one split into 80
and 20 %, drawn anew at every run. Here that is done 3 x 5 times. The honest test leaves the length out,
scales within the training rows, and keeps all of an artist on one side.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from earmark.dataset.published import clip_name
from earmark.dataset.split import folds as shared_out
from earmark.evaluate import Evaluation
from earmark.models.lesson import honest_folds
from earmark.models.probabilities import Array
from earmark.models.recipe import Choice
from earmark.reproduce import gtzan, gtzan_grids
from earmark.reproduce.bench import Bench, Folds
from earmark.reproduce.reproduction import Figure, Reproduced, Sheet
from earmark.reproduce.scoring import by_fold, confusion_sheet, decimal, judged
from earmark.reproduce.tabled import PERCEPTRON, Tabled

TABLE = "gtzan/features_30_sec.csv"


class Model(NamedTuple):
    """A model as the study sets it.

    Attributes
    ----------
    choice : Choice
        The classifier and its parameters; :data:`~earmark.reproduce.tabled.PERCEPTRON` is no recipe's.
    claimed : float or None
        Accuracy that the study claims, on one split.
    rerun : float
        Mean accuracy of a re-run outside Earmark, 3 x 5 random folds.
    """

    choice: Choice
    claimed: float | None
    rerun: float


Models = Mapping[str, Model]

_MLP = {"hidden_layer_sizes": [80, 40], "batch_size": 100, "alpha": 0.04, "max_iter": 2000}
_BOOSTING = {"n_estimators": 700, "subsample": 0.5, "min_samples_leaf": 20}
_AS_IT_COMES = {"n_estimators": 100, "subsample": 1.0, "min_samples_leaf": 1, "max_features": None}

MODELS: Models = {
    "nearest neighbours (20)": Model(Choice("knn", {"n_neighbors": 20}), 0.63, 0.632),
    "linear SVM": Model(Choice("linear-svm", {"C": 0.025}), 0.44, 0.448),
    "RBF SVM": Model(Choice("rbf-svm", {"C": 1.0, "gamma": 0.1}), 0.575, 0.604),
    "polynomial SVM": Model(Choice("poly-svm", {"C": 0.005, "degree": 5, "coef0": 0.0}), 0.635, 0.672),
    "decision tree (5)": Model(Choice("tree", {"max_depth": 5, "max_features": "sqrt"}), 0.415, 0.441),
    "random forest (500)": Model(
        Choice("forest", {"n_estimators": 500, "max_depth": 10, "min_samples_leaf": 20}), 0.72, 0.704
    ),
    "naive Bayes": Model(Choice("naive-bayes"), 0.525, 0.538),
    "logistic regression": Model(Choice("logistic", {"C": 0.1}), 0.51, 0.528),
    "MLP (80, 40)": Model(Choice(PERCEPTRON, _MLP), 0.755, 0.735),
    "gradient boosting (700)": Model(Choice("gradient-boosting", _BOOSTING), 0.84, 0.79),
    "gradient boosting (100)": Model(Choice("gradient-boosting", _AS_IT_COMES), None, 0.79),
    "random forest (100)": Model(Choice("forest", {"n_estimators": 100}), None, 0.791),
}
"""The ten models, and two that are left as scikit-learn has them: the re-run's boosting was one of those."""


def run(bench: Bench) -> Reproduced:
    """Run the notebook again."""
    tabled = Tabled(bench, gtzan.table(bench, TABLE), without=("length",))
    given = tabled.lesson
    part = gtzan.listed(given.dataset.frame["filename"].map(clip_name).tolist())
    at_random = shared_out(given.dataset, 5, 3, naive=True).folds
    drawn = faithful(tabled, MODELS, at_random)
    looked = honest(tabled, "ten models, the published list", MODELS, [(part("train"), part("test"))])
    figures = tuple(
        Figure(
            f"{name}, accuracy", claimed, rerun, float(drawn[name].mean()),
            looked[name].tracks.metrics["accuracy"],
        )
        for name, (_, claimed, rerun) in MODELS.items()
    )  # fmt: skip
    main = Reproduced(figures, (_luck(drawn, looked),), FAITHFUL, HONEST, NOTES)
    if bench.quick:
        return main
    apart = [fold for fold in honest_folds(given, 5, 0)[0].folds if len(fold[1])]
    by_artist = honest(tabled, "ten models, folds by artist", MODELS, apart)
    searched = gtzan_grids.search(tabled, (part("train"), part("valid"), part("test")))
    choices = {name: one.choice for name, one in MODELS.items()}
    return Reproduced(
        (*figures, *searched.figures()),
        (
            *main.sheets,
            _artists_sheet(by_artist),
            searched.sheet(),
            *searched.by_genre(),
            confusion_sheet(
                "Best gradient boosting on the 290 clips: rows are true genres",
                searched.honest["gradient boosting"],
            ),
            gtzan_grids.curves(tabled, choices, at_random[:5], apart),
        ),
        f"{FAITHFUL}; of the grids: one random split into 80 and 20 % of the 710 clips outside the test list",
        f"{HONEST}; grids are decided on its 197 validation clips",
        (
            *NOTES,
            "its grids have 1600, 2187 and 90 points; a few, drawn with a seed, are tried, on 3 inner folds",
        ),
    )


FAITHFUL = "3 x 5 random folds of 1000 clips, 58 columns with the clip's length, scaled over all rows"
HONEST = "learnt from the 443 training clips of the fault-filtered list, asked once about its 290 test clips"

NOTES = (
    "the study's precision and recall are swapped (its own code hands labels and answers over the wrong way "
    "round), and its micro averages all equal accuracy: only accuracy is set beside ours",
    "boosting re-run at 0.790 is what scikit-learn's own parameters (100 trees) give, not the study's (700)",
    "its drawn trees and importances (of which it plots the least as the greatest) are left out",
)


def faithful(tabled: Tabled, models: Models, folds: Folds) -> dict[str, Array]:
    """Return the accuracy of each fold, learnt from columns scaled over all rows."""
    choices = {name: one.choice for name, one in models.items()}
    found = tabled.naive("ten models, random folds", choices, folds)
    return {name: by_fold(tabled.lesson.y, folds, answers) for name, answers in found.items()}


def honest(tabled: Tabled, stage: str, models: Models, folds: Folds) -> dict[str, Evaluation]:
    """Return how good the models are, learnt and scaled within the training rows."""
    choices = {name: one.choice for name, one in models.items()}
    found = tabled.honest(stage, choices, folds)
    return {name: judged(tabled.lesson, folds, answers) for name, answers in found.items()}


def _luck(at_random: Mapping[str, Array], looked: Mapping[str, Evaluation]) -> Sheet:
    rows = tuple(
        (
            name,
            decimal(float(np.min(found))),
            decimal(float(np.max(found))),
            str(looked[name].tracks.metrics["f1_macro"]),
        )
        for name, found in at_random.items()
    )
    return Sheet(
        "Accuracy of the worst and the best of the 15 random splits",
        ("model", "worst split", "best split", "macro F1, 290 clips"),
        rows,
        "the claims are single splits: such luck is worth several points",
    )


def _artists_sheet(found: Mapping[str, Evaluation]) -> Sheet:
    return Sheet(
        "The same models, 5 folds by artist",
        ("model", "accuracy", "macro F1"),
        tuple(
            (name, *(str(one.tracks.metrics[metric]) for metric in ("accuracy", "f1_macro")))
            for name, one in found.items()
        ),
    )
