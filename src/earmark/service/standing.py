"""How classifiers stand while they are being compared."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from earmark.models.contest import Trial
    from earmark.models.contest import Watch as OfTrials
    from earmark.models.lesson import Lesson
    from earmark.models.probabilities import Codes


@dataclass(frozen=True)
class Place:
    """One classifier so far.

    Attributes
    ----------
    name : str
        Its name.
    folds : int
        How many folds are done.
    accuracy : float
        Share of the tracks tested so far that are right.
    learning_s : float
        How long a fit takes, in seconds, mean over the folds.
    latency_ms : float
        How long an answer takes, in milliseconds a row.
    model_bytes : int
        How large a model is on disk, mean over the folds.
    """

    name: str
    folds: int
    accuracy: float
    learning_s: float
    latency_ms: float
    model_bytes: int


@dataclass(frozen=True)
class Standings:
    """All classifiers so far, the best first.

    Attributes
    ----------
    places : tuple of Place
        Those of which a fold is done.
    folds : int
        How many folds each has.
    done, total : int
        Fits that are done, and all.
    """

    places: tuple[Place, ...]
    folds: int
    done: int
    total: int


Watch = Callable[[Standings], None]
"""Called with how classifiers stand, each time a fold is done."""


def watched(
    watch: Watch, given: "Lesson", folds: "Sequence[tuple[Codes, Codes]]", classifiers: int
) -> "OfTrials":
    """Return what makes standings of trials as they come.

    Parameters
    ----------
    watch : callable
        Who is shown them.
    given : Lesson
        The songs.
    folds : sequence of (rows, rows)
        Learnt from and tested.
    classifiers : int
        How many are compared.
    """
    known: dict[tuple[str, int], tuple[int, int]] = {}

    def see(trials: "Mapping[tuple[str, int], Trial]") -> None:
        by_name: dict[str, list[tuple[str, int]]] = {}
        for place, one in trials.items():
            if place not in known:
                known[place] = _right(given, folds[place[1]][1], one)
            by_name.setdefault(place[0], []).append(place)
        places = [
            _place(name, [trials[at] for at in mine], [known[at] for at in mine])
            for name, mine in by_name.items()
        ]
        places.sort(key=lambda one: (-one.accuracy, one.name))
        watch(Standings(tuple(places), len(folds), len(trials), classifiers * len(folds)))

    return see


def _right(given: "Lesson", asked: "Codes", one: "Trial") -> tuple[int, int]:
    """Return how many tracks of a fold are right, and how many there are."""
    from earmark.evaluate.answers import answers  # noqa: PLC0415 - scikit-learn, which may be missing

    found = answers(given.y[asked], one.p, given.classes, given.tracks[asked].tolist()).by_mean()
    return int(found.right.sum()), len(found)


def _place(name: str, trials: "Sequence[Trial]", tested: Sequence[tuple[int, int]]) -> Place:
    number = len(trials)
    return Place(
        name,
        number,
        sum(right for right, _ in tested) / sum(of for _, of in tested),
        sum(one.learning_s for one in trials) / number,
        1000 * sum(one.answering_s for one in trials) / sum(len(one.p) for one in trials),
        round(sum(one.model_bytes for one in trials) / number),
    )
