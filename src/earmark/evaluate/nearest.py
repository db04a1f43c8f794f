"""Which of the songs that a model has learnt from are nearest to another, and of which genres they are."""

from collections.abc import Sequence
from dataclasses import dataclass

from earmark.models.head import Array
from earmark.models.training_songs import SAME, TrainingSongs

_MOST = 10
_COPIES = 10


@dataclass(frozen=True)
class Nearest:
    """The training songs nearest to a song.

    Attributes
    ----------
    songs : tuple of (str, str, float)
        Name, genre and distance, the nearest first, at most ten; copies of the song are not among them.
    same : tuple of (str, str)
        Name and genre of training songs that are one with this song to the model: itself, or copies.
    usual : float
        The median distance from a training song to the nearest other one.
    kept, learnt_from : int
        How many songs were looked through, and from how many the model has learnt.
    """

    songs: tuple[tuple[str, str, float], ...]
    same: tuple[tuple[str, str], ...]
    usual: float
    kept: int
    learnt_from: int

    def of(self, genre: str) -> int:
        """Return how many of :attr:`songs` are of a genre."""
        return sum(one == genre for _, one, _ in self.songs)


def nearest(songs: TrainingSongs | None, values: Array, genres: Sequence[str]) -> Nearest | None:
    """Return the training songs nearest to a song, None if the model keeps none.

    Parameters
    ----------
    songs : TrainingSongs or None
        What the model keeps.
    values : array of float, shape (columns,)
        What the classifier gets of the song, the mean over its rows.
    genres : sequence of str
        The genres' names.
    """
    if songs is None:
        return None
    found = songs.nearest(values, _MOST + _COPIES)
    return Nearest(
        tuple((one.name, genres[one.genre], one.distance) for one in found if one.distance >= SAME)[:_MOST],
        tuple((one.name, genres[one.genre]) for one in found if one.distance < SAME),
        songs.usual_distance(), len(songs.names), songs.learnt_from,
    )  # fmt: skip
