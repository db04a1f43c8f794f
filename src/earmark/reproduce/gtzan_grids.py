"""The grids and the learning curves of the notebook on GTZAN's table, in its way and honestly."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from earmark.evaluate import Evaluation
from earmark.models.lesson import inner_folds
from earmark.models.probabilities import Array, Codes
from earmark.models.recipe import Choice
from earmark.reproduce.bench import Folds
from earmark.reproduce.reproduction import Figure, Sheet
from earmark.reproduce.scoring import by_fold, decimal, judged
from earmark.reproduce.tabled import PERCEPTRON, Tabled

# What scikit-learn no longer takes is left out: one row as the least to split, and a rate that it misspells.
GRIDS: Mapping[str, tuple[str, Mapping[str, Sequence[Any]], int, float]] = {
    "random forest": (
        "forest",
        {
            "n_estimators": (10, 50, 100, 500),
            "max_depth": (5, 10, 50, 100),
            "min_samples_split": (2, 5, 10, 50, 100),
            "min_samples_leaf": (2, 5, 10, 50, 100),
            "max_features": (3, 10, 20, "sqrt"),
        },
        8,
        0.805,
    ),
    "gradient boosting": (
        "gradient-boosting",
        {
            "learning_rate": (0.001, 0.01, 0.1),
            "n_estimators": (10, 100, 500),
            "subsample": (0.1, 0.5, 1.0),
            "min_samples_split": (10, 100),
            "min_samples_leaf": (1, 10, 40),
            "max_depth": (5, 10, 50),
            "max_features": (10, 20, "sqrt"),
        },
        3,
        0.84,
    ),
    "MLP": (
        PERCEPTRON,
        {
            "hidden_layer_sizes": (
                [128], [64], [32], [64, 64], [128, 64], [256, 64], [64, 128, 64], [32, 64, 32], [16, 32, 16],
            ),
            "alpha": (0.0001, 0.001, 0.01, 0.1, 1.0),
            "max_iter": (1000,),
        },
        5,
        0.755,
    ),
}  # fmt: skip
"""Classifier, grid, how many points of it are tried, and the accuracy that is claimed for the best."""

SHARES = (0.5, 1.0)

Parts = tuple[Codes, Codes, Codes]
"""Rows to learn from, to decide on, and to look at once."""


@dataclass(frozen=True, eq=False)
class Searched:
    """What the grids gave.

    Attributes
    ----------
    chosen : mapping
        By model, the point that the study's way takes, and the point that the honest way takes.
    inside, held : mapping of str to float
        Accuracy by which each was taken: on inner folds of a random split, and on the validation list.
    naive, honest : mapping of str to Evaluation
        How good they are on the other rows of the split, and on the test list.
    """

    chosen: Mapping[str, tuple[Choice, Choice]]
    inside: Mapping[str, float]
    held: Mapping[str, float]
    naive: Mapping[str, Evaluation]
    honest: Mapping[str, Evaluation]

    def figures(self) -> tuple[Figure, ...]:
        """Return claim, faithful and honest accuracy of the best of each grid."""
        return tuple(
            Figure(
                f"best {name}, accuracy", claimed, None,
                self.naive[name].tracks.value("accuracy"), self.honest[name].tracks.metrics["accuracy"],
                "faithful: a fifth of the 710 clips outside the test list, drawn once",
            )
            for name, (_, _, _, claimed) in GRIDS.items()
        )  # fmt: skip

    def sheet(self) -> Sheet:
        """Return which points were taken, and by what."""
        rows = [
            (
                name, str(GRIDS[name][2]),
                _words(self.chosen[name][0]), decimal(self.inside[name]),
                _words(self.chosen[name][1]), decimal(self.held[name]),
            )
            for name in GRIDS
        ]  # fmt: skip
        return Sheet(
            "What the grids choose",
            ("model", "points", "faithful", "inner folds", "honest", "197 clips"),
            tuple(rows),
            "inner folds are random rows of the split's 80 %; the honest choice is by the validation list",
        )

    def by_genre(self) -> tuple[Sheet, ...]:
        """Return precision, recall and F1 of every genre, of each model, in both ways."""
        head = ("genre", *(f"{name} {way}" for way in ("naive", "honest") for name in ("P", "R", "F1")))
        return tuple(
            Sheet(
                f"Best {name}, per genre: precision, recall, F1",
                head,
                _genres(self.naive[name], self.honest[name]),
            )
            for name in GRIDS
        )


def _genres(*found: Evaluation) -> tuple[tuple[str, ...], ...]:
    return tuple(
        (
            genre,
            *(
                decimal(one.tracks.genres[at].metrics[name].value, 2)
                for one in found
                for name in ("precision", "recall", "f1")
            ),
        )
        for at, genre in enumerate(found[0].classes)
    )


def _words(choice: Choice) -> str:
    return ", ".join(f"{name} {value}" for name, value in choice.parameters.items())


def points(name: str, seed: int = 0) -> dict[str, Choice]:
    """Return some points of a grid, drawn without replacement."""
    classifier, grid, number, _ = GRIDS[name]
    every = list(product(*grid.values()))
    drawn = np.random.default_rng(seed).choice(len(every), number, replace=False)
    made = [dict(zip(grid, every[at], strict=True)) for at in sorted(drawn.tolist())]
    return {f"{name} {at}": Choice(classifier, point) for at, point in enumerate(made)}


def search(tabled: Tabled, parts: Parts) -> Searched:
    """Search the grids in both ways; no answer about the test list decides, not even in the study's way.

    What that way keeps of the study is the scale, which is taken over all rows.
    """
    chosen, inside, held, naive, honest = {}, {}, {}, {}, {}
    given, (train, valid, test) = tabled.lesson, parts
    others = np.setdiff1d(np.arange(len(given.y)), test)
    split = inner_folds(np.arange(len(others)), given.y[others], 5, 0)[0]
    kept, tested = others[split[0]], others[split[1]]
    inner = [
        (kept[one], kept[other]) for one, other in inner_folds(np.arange(len(kept)), given.y[kept], 3, 0)
    ]
    for name in GRIDS:
        tried = points(name)
        found = tabled.naive(f"grid of {name}, random folds", tried, inner)
        first, inside[name] = _best(given.y, inner, found)
        found = tabled.honest(f"grid of {name}, validation list", tried, [(train, valid)])
        second, held[name] = _best(given.y, [(train, valid)], found)
        chosen[name] = tried[first], tried[second]
        answers = tabled.naive(f"best {name}, random split", {name: tried[first]}, [(kept, tested)])[name]
        naive[name] = judged(given, [(kept, tested)], answers)
        look = [(train, test)]
        honest[name] = judged(
            given, look, tabled.honest(f"best {name}, test list", {name: tried[second]}, look)[name]
        )
    return Searched(chosen, inside, held, naive, honest)


def _best(y: Codes, folds: Folds, found: Mapping[str, list[Array]]) -> tuple[str, float]:
    means = {name: float(by_fold(y, folds, answers).mean()) for name, answers in found.items()}
    best = max(means, key=lambda name: means[name])
    return best, means[best]


def curves(tabled: Tabled, choices: Mapping[str, Choice], at_random: Folds, apart: Folds) -> Sheet:
    """Return accuracy with more and more to learn from: random rows, and artists."""
    given = tabled.lesson
    alone = np.arange(len(given.y))
    shown: dict[str, list[str]] = {name: [] for name in choices}
    for ask, folds, groups, what in (
        (tabled.naive, at_random, alone, "random rows"),
        (tabled.honest, apart, given.groups, "artists"),
    ):
        for share in SHARES:
            grown = [
                (some(train, given.y, groups, share, at), test) for at, (train, test) in enumerate(folds)
            ]
            found = ask(f"learning curves, {share:.0%} of {what}", choices, grown)
            for name, answers in found.items():
                shown[name].append(decimal(float(by_fold(given.y, grown, answers).mean())))
    return Sheet(
        "Learning curves: accuracy of 5 folds, learnt from a share of the rows, and of the artists",
        ("model", *(f"{share:.0%} {what}" for what in ("random", "artists") for share in SHARES)),
        tuple((name, *cells) for name, cells in shown.items()),
        "more rows of the same artists help in random folds; on new artists more artists help",
    )  # fmt: skip


def some(train: Codes, y: Codes, groups: Codes, share: float, seed: int) -> Codes:
    """Return rows of so many groups as hold a share of the rows, one group of each genre among them.

    Examples
    --------
    >>> some(np.arange(4), np.array([0, 0, 1, 1]), np.arange(4), 0.5, 0).size
    2
    """
    if share >= 1:
        return train
    order = np.random.default_rng(seed).permutation(np.unique(groups[train]))
    position = dict(zip(order.tolist(), range(len(order)), strict=True))
    first = {
        min((position[g], g) for g in set(groups[train[y[train] == k]].tolist()))[1]
        for k in np.unique(y[train])
    }
    ranked = [*(g for g in order.tolist() if g in first), *(g for g in order.tolist() if g not in first)]
    sizes = np.cumsum([int((groups[train] == g).sum()) for g in ranked])
    enough = max(len(first), int(np.searchsorted(sizes, share * len(train))) + 1)
    return train[np.isin(groups[train], ranked[:enough])]
