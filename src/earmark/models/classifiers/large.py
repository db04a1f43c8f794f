"""What answers for tables of thousands of songs."""

from typing import Any

from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import Pipeline

from earmark.models.classifiers.histogram import HistogramBoosting
from earmark.models.classifiers.net import Net
from earmark.models.classifiers.together import Vote
from earmark.models.steps.ranks import Ranks


def large_table(
    *,
    rounds: int = 400,
    learning_rate: float = 0.05,
    leaves: int = 15,
    nets: int = 5,
    units: int = 128,
    epochs: int = 20,
    alpha: float = 1e-3,
    trees: int = 60,
    evened: float = 0.5,
    tilt: float = 0.0,
    random_state: int = 0,
) -> Vote:
    """Return what suits tables of thousands of songs: boosted trees, some nets and a forest.

    The boosting has as much to say as all nets, and twice as much as the forest.

    The nets see each number's place among those of training, and differ in what they begin with. Nothing is
    held back: `rounds` and `epochs` are few enough not to learn songs by heart.

    Parameters
    ----------
    rounds, learning_rate, leaves : int, float, int
        Of the boosting.
    nets, units, epochs, alpha : int, int, int, float
        How many nets, how many units the first hidden layer of each has (the second half of it), how often it
        sees all rows, and how much large weights cost.
    trees : int
        How many the forest has; 0 for none.
    evened : float
        By which power of the size of its group a song counts less to all trees: an artist with hundreds
        of songs tells less than hundreds of artists.
    tilt : float
        How readily rare genres are named, see :class:`~earmark.models.classifiers.together.Vote`.
    random_state : int
        Of what is drawn.
    """
    boosting = HistogramBoosting(
        learning_rate=learning_rate,
        max_iter=rounds,
        max_leaf_nodes=leaves,
        min_samples_leaf=20,
        l2_regularization=5.0,
        max_features=0.4,
        early_stopping=False,
        random_state=random_state,
    )
    each = [(f"net {i}", _net(units, epochs, alpha, random_state + i), 1 / nets) for i in range(nets)]
    forest = RandomForestClassifier(trees, max_features=0.4, min_samples_leaf=5, random_state=random_state)
    members = [("boosting", boosting, 1.0), *each, *([("forest", forest, 0.5)] if trees else [])]
    return Vote([(name, one) for name, one, _ in members], [weight for *_, weight in members], evened, tilt)


def _net(units: int, epochs: int, alpha: float, seed: int) -> Any:
    hidden = (units, max(units // 2, 1))
    net = Net(hidden, alpha=alpha, learning_rate=2e-3, batch=256, epochs=epochs, folds=0, random_state=seed)
    return Pipeline([("ranks", Ranks()), ("net", net)])
