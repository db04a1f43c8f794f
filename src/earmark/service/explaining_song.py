"""Why a model answers one song of a table as it does: a page to read."""

import difflib
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from earmark.errors import TableError, UnknownNameError
from earmark.service.explaining import Told, answering
from earmark.service.exploring import AnyPath, see_that_it_can, see_that_it_is_free
from earmark.service.training import Table
from earmark.workspace import keeping, write_text

if TYPE_CHECKING:
    from earmark.models.lab_bundle import LabBundle
    from earmark.report.song_answer import SongAnswer


def explain_song(model: AnyPath, table: Table, song: str, output: AnyPath, *, made_by: str = "") -> Told:
    """Write a page on why a model answers a song as it does.

    Parameters
    ----------
    model : path
        The folder of a model that ``earmark train`` made of a table.
    table : Table
        The song, and others that it is compared with; genres are not needed.
    song : str
        The name of its track, or ``row N`` where the table names no tracks.
    output : path
        The HTML file to write; one that lies there is replaced.
    made_by : str
        The command, for the page's foot.

    Raises
    ------
    UnknownNameError
        If the table has no such song.
    BundleError
        If the model is missing or damaged, or hears songs itself.
    EarmarkError
        If a library is missing.
    TableError, StoreError
        If the table cannot be read, lacks columns or has one song only, or the page cannot be written.
    """
    see_that_it_can()
    from earmark.models.lab_bundle import load  # noqa: PLC0415 - scikit-learn, which may be missing
    from earmark.report.page import html  # noqa: PLC0415 - as above
    from earmark.report.song_answer import finding, song_page  # noqa: PLC0415 - as above

    page = Path(output)
    see_that_it_is_free(page)
    found = song_answer(load(Path(model)), table, song)
    with keeping(page.parent):
        page.parent.mkdir(parents=True, exist_ok=True)
        write_text(page, html(song_page(found, made_by)))
    return Told(page, finding(found), asdict(found), ())


def song_answer(bundle: "LabBundle", table: Table, song: str) -> "SongAnswer":
    """Return what is known of a model's answer to a song; see :func:`explain_song`."""
    import numpy as np  # noqa: PLC0415 - the command line loads this file

    from earmark.dataset.kinship import row_names  # noqa: PLC0415 - pandas, which may be missing
    from earmark.evaluate.families import families, family_of  # noqa: PLC0415 - scikit-learn, may be missing
    from earmark.evaluate.nearest import nearest  # noqa: PLC0415 - as above
    from earmark.evaluate.song import flips, spoke, terms  # noqa: PLC0415 - as above
    from earmark.models.pipeline import handed_over, inputs  # noqa: PLC0415 - as above
    from earmark.report.song_answer import SongAnswer  # noqa: PLC0415 - as above

    model, dataset = bundle.model, table.read()
    names = row_names(dataset)
    mine = np.array([name == song for name in names], bool)
    _see_song(song, names, dataset.name)
    x = inputs(dataset.frame, model.columns, f"'{dataset.name}'")
    rows, others = (x[which].reset_index(drop=True) for which in (mine, ~mine))
    answer, named = answering(bundle), families(model.columns)
    p = answer(rows).mean(axis=0)
    best = int(p.argmax())
    return SongAnswer(
        bundle.name, song, model.classes[best], len(rows), len(others),
        {model.classes[at]: float(p[at]) for at in np.argsort(-p, kind="stable").tolist()},
        tuple(spoke(answer, rows, others, named, best, seed=model.recipe.seed)),
        terms(model.fitted, rows, others, family_of(named), best),
        tuple(flips(answer, rows, others, model.columns.numbers, model.classes)),
        None if bundle.songs is None else nearest(
            bundle.songs, np.asarray(handed_over(model.fitted.pipeline, rows)).mean(axis=0), model.classes
        ),
    )  # fmt: skip


def _see_song(song: str, names: Sequence[str], table: str) -> None:
    known = list(dict.fromkeys(names))
    if song not in known:
        near = difflib.get_close_matches(song, known, n=1)
        guess = f"did you mean {near[0]!r}? " if near else ""
        raise UnknownNameError(
            f"'{table}' holds no song {song!r}", f"{guess}the first of its {len(known)} songs is {known[0]!r}"
        )
    if len(known) < 2:
        raise TableError(
            f"'{table}' holds no other song than {song!r}", "give a table with other songs to compare it with"
        )
