"""The genres of songs in a table, by a model that was trained on one."""

import csv
import io
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from earmark.audio import shown
from earmark.errors import ArgumentError, BundleError
from earmark.service.evaluating import is_of_songs
from earmark.service.measuring import measured, songs_of
from earmark.service.training import AnyPath, Progress, Table
from earmark.workspace import keeping, write_text

if TYPE_CHECKING:
    from earmark.dataset.table import Dataset
    from earmark.models.train import Model

FOREIGN = "foreign"
_PLACES = 6


@dataclass(frozen=True)
class Answer:
    """What a model says of one song.

    Attributes
    ----------
    song : str
        Its name in the table, else ``row N``.
    rows : int
        How many rows it has.
    verdict : str
        ``sure``, ``unsure`` (mind the whole set), or ``foreign``: too far from all that was learnt from, so
        that there is no genre.
    genre : str or None
        The genre.
    confidence : float or None
        Its calibrated probability, the mean over the song's rows.
    vote : float or None
        How sure the vote of its rows is: ``n1 / (n1 + n2)``, the winner's rows by those of the first two.
    genre_set : tuple of str
        Genres among which the right one is in 90 % of songs, the most probable first.
    genres : dict of str to float
        The probability of each.
    """

    song: str
    rows: int
    verdict: str
    genre: str | None
    confidence: float | None
    vote: float | None
    genre_set: tuple[str, ...]
    genres: dict[str, float]

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON types."""
        return {**vars(self), "genre_set": list(self.genre_set)}


@dataclass(frozen=True)
class Answered:
    """What a model says of the songs of a table.

    Attributes
    ----------
    model, table : str
        Their names.
    answers : tuple of Answer
        One per song, in the order of the table.
    notes : tuple of str
        What was left out.
    """

    model: str
    table: str
    answers: tuple[Answer, ...]
    notes: tuple[str, ...] = ()


def predict(
    model: AnyPath,
    table: Table,
    folder: Path,
    *,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Answered:
    """Say the genres of the songs of a table; see :meth:`earmark.service.lab.Lab.predict`."""
    from earmark.models.lab_bundle import load  # noqa: PLC0415 - scikit-learn, which may be missing

    if is_of_songs(model):
        raise BundleError(
            f"'{shown(model)}' hears songs and reads no table", "ask it: earmark classify --model MODEL SONG"
        )
    bundle = load(Path(model))
    songs = songs_of(table)
    dataset, notes = (table.read(), ()) if songs is None else measured(
        songs, bundle.model.columns.names, bundle.made_from, folder / "features",
        workers=workers, progress=progress,
    )  # fmt: skip
    return Answered(bundle.name, dataset.name, tuple(_answers(bundle.model, dataset)), notes)


def _answers(model: "Model", dataset: "Dataset") -> list[Answer]:
    import numpy as np  # noqa: PLC0415 - the command line loads this file

    from earmark.dataset.kinship import row_names  # noqa: PLC0415 - pandas, which may be missing
    from earmark.models.crossfit import means  # noqa: PLC0415 - scikit-learn, which may be missing
    from earmark.models.probabilities import numbered  # noqa: PLC0415 - as above
    from earmark.models.votes import tally  # noqa: PLC0415 - as above

    if dataset.frame.empty:
        return []
    names, numbers = numbered(row_names(dataset))
    found = model.answer(dataset.frame, f"'{dataset.name}'", numbers)
    p, votes = means(found.p, numbers), tally(found.p, numbers.tolist())
    by_vote, segments = model.recipe.votes == "majority", np.bincount(numbers)
    answers = []
    for at, row in enumerate(np.unique(numbers, return_index=True)[1].tolist()):
        best = int(votes.winners[at] if by_vote else p[at].argmax())
        order = np.argsort(-p[at], kind="stable").tolist()
        refused = bool(found.foreign[row])
        answers.append(
            Answer(
                str(names[at]),
                int(segments[at]),
                FOREIGN if refused else "sure" if found.sure[row] else "unsure",
                None if refused else model.classes[best],
                None if refused else round(float(p[at, best]), _PLACES),
                None if refused or segments[at] == 1 else round(float(votes.confidence[at]), _PLACES),
                () if refused else tuple(model.classes[k] for k in order if found.sets[row, k]),
                {model.classes[k]: round(float(p[at, k]), _PLACES) for k in order},
            )
        )
    return answers


def text_of(answers: Sequence[Answer], *, as_json: bool) -> str:
    """Return answers as CSV, or as JSON, one object a line."""
    if as_json:
        return "".join(json.dumps(one.to_dict(), ensure_ascii=False) + "\n" for one in answers)
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    genres = sorted(answers[0].genres) if answers else []
    head = ("song", "rows", "verdict", "genre", "confidence", "vote", "genre_set")
    writer.writerow([*head, *(f"p.{genre}" for genre in genres)])
    for one in answers:
        values = (
            one.song,
            one.rows,
            one.verdict,
            one.genre,
            one.confidence,
            one.vote,
            "; ".join(one.genre_set),
        )
        writer.writerow([*values, *(one.genres[genre] for genre in genres)])
    return written.getvalue()


def see_ending(file: AnyPath) -> bool:
    """Return whether a file is to hold JSON lines; raise if its name says neither that nor CSV."""
    ending = Path(file).suffix.lower()
    if ending not in (".csv", ".jsonl"):
        raise ArgumentError(f"answers to '{shown(file)}'", "name a file that ends in .csv or .jsonl")
    return ending == ".jsonl"


def see_that_it_is_no_input(file: AnyPath, paths: AnyPath | Sequence[AnyPath]) -> None:
    """Raise if answers would be written over what is asked about."""
    for path in [paths] if isinstance(paths, str | os.PathLike) else paths:
        if os.path.abspath(path) == os.path.abspath(file):
            raise ArgumentError(f"answers to '{shown(file)}', which is asked about", "name another file")


def save(answers: Sequence[Answer], file: AnyPath) -> None:
    """Write answers to a ``.csv`` or ``.jsonl`` file, in the place of any that is there."""
    text = text_of(answers, as_json=see_ending(file))
    with keeping(Path(file).parent):
        write_text(Path(file), text)
