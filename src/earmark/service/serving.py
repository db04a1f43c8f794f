"""Registered models asked by MLflow: ``mlflow.pyfunc.load_model("models:/NAME/VERSION").predict(table)``.

A registered model is a bundle and the name of this module. Nothing that lies in the model is executed.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from earmark.service.evaluating import is_of_songs
from earmark.service.predictor import Predictor, Song

if TYPE_CHECKING:
    import pandas as pd

FOREIGN = "foreign"
_PATH = "path"


class Asked(Protocol):
    """What MLflow asks."""

    def predict(self, model_input: "pd.DataFrame", params: dict[str, Any] | None = None) -> "pd.DataFrame":
        """Return a row of answers for each row."""


def _load_pyfunc(folder: str) -> Asked:
    """Return the model of a bundle; MLflow looks for this name."""
    return OfSongs(Path(folder)) if is_of_songs(folder) else OfTables(Path(folder))


class OfTables:
    """A model of tables, row by row.

    Parameters
    ----------
    folder : Path
        Its bundle.
    """

    def __init__(self, folder: Path) -> None:
        from earmark.models.lab_bundle import load  # noqa: PLC0415 - scikit-learn, which may be missing

        self._model = load(folder).model

    def predict(self, model_input: "pd.DataFrame", params: dict[str, Any] | None = None) -> "pd.DataFrame":
        """Return verdict, genre, confidence, genre set and the probability of each genre."""
        import numpy as np  # noqa: PLC0415 - as above
        import pandas as pd  # noqa: PLC0415 - as above

        found, genres = self._model.answer(model_input), self._model.classes
        best = found.p.argmax(axis=1)
        order = np.argsort(-found.p, axis=1, kind="stable")
        sure = np.where(found.sure, "sure", "unsure")
        told = {
            "verdict": np.where(found.foreign, FOREIGN, sure),
            "genre": [None if no else genres[k] for k, no in zip(best, found.foreign, strict=True)],
            "confidence": np.where(found.foreign, np.nan, found.p.max(axis=1)),
            "genre_set": [
                "" if no else "; ".join(genres[k] for k in ranked if members[k])
                for ranked, members, no in zip(order, found.sets, found.foreign, strict=True)
            ],
        }
        return pd.DataFrame(told | {f"p.{name}": found.p[:, k] for k, name in enumerate(genres)})


class OfSongs:
    """A model that hears songs.

    Parameters
    ----------
    folder : Path
        Its bundle.
    """

    def __init__(self, folder: Path) -> None:
        self._predictor = Predictor(folder)

    def predict(self, model_input: "pd.DataFrame", params: dict[str, Any] | None = None) -> "pd.DataFrame":
        """Return the same for the songs of a column ``path``; one that cannot be heard has ``failed``."""
        import pandas as pd  # noqa: PLC0415 - as above

        songs = [Song(path if "://" in path else Path(path)) for path in map(str, model_input[_PATH])]
        rows = [
            {
                "verdict": one.verdict, "genre": one.genre, "confidence": one.confidence,
                "genre_set": "; ".join(one.genre_set),
                **{f"p.{name}": one.genres.get(name) for name in self._predictor.genres},
            }
            for one in self._predictor.predict_many(songs)
        ]  # fmt: skip
        return pd.DataFrame(rows)
