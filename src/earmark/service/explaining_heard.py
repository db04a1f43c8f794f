"""Why a model that hears songs answers one as it does: a page to read."""

import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from earmark.audio import shown
from earmark.errors import ArgumentError
from earmark.features.listen import Heard, listen, log_mels
from earmark.models.bundle import BUILT_IN, load
from earmark.models.head import statistics
from earmark.service.explaining import Told
from earmark.service.exploring import AnyPath, see_that_it_can, see_that_it_is_free
from earmark.workspace import keeping, write_text


def explain_heard(
    model: AnyPath, song: AnyPath, others: Sequence[AnyPath], output: AnyPath, *, made_by: str = ""
) -> Told:
    """Write a page on which seconds, bands and tags of a song speak for its genre.

    Parameters
    ----------
    model : path
        ``"gtzan10"``, the built-in one, or the folder of a model of genre folders.
    song : path
        A sound file.
    others : sequence of path
        Sound files to compare it with; if none, it is compared with a song in which no tag is heard.
    output : path
        The HTML file to write; one that lies there is replaced.
    made_by : str
        The command, for the page's foot.

    Raises
    ------
    ArgumentError
        If a song is silent or no music, so that there is no genre.
    AudioError
        If the sound of a song cannot be had.
    BundleError
        If the model is missing or damaged.
    EarmarkError
        If a library is missing.
    StoreError
        If the page cannot be written.
    """
    see_that_it_can()
    from earmark.evaluate.listening import heard_answer  # noqa: PLC0415 - scikit-learn, which may be missing
    from earmark.report.heard_song import finding, heard_page  # noqa: PLC0415 - matplotlib, as above
    from earmark.report.page import html  # noqa: PLC0415 - as above

    page = Path(output)
    see_that_it_is_free(page)
    built_in = os.fspath(model) == BUILT_IN.name and not Path(model).exists()
    bundle = load(BUILT_IN if built_in else Path(model))
    least_db = bundle.thresholds.silence_db
    heard = listen(song)
    loud = _loud(heard, song, least_db)
    if bundle.head.music_p(statistics(heard.tags[loud])) < bundle.thresholds.music_p:
        raise ArgumentError(f"'{shown(song)}' is said to be no music: there is no genre", "name another song")
    compared = []
    for other in others:
        one = listen(other)
        compared.append(one.tags[_loud(one, other, least_db)])
    spans = [(heard.starts_s[at], heard.ends_s[at]) for at in loud]
    given = log_mels(os.fspath(song), heard)[loud]
    found = heard_answer(bundle, heard.tags[loud], spans, compared, given)
    with keeping(page.parent):
        page.parent.mkdir(parents=True, exist_ok=True)
        write_text(page, html(heard_page(Path(song).name, bundle.name, found, made_by)))
    return Told(page, finding(found), {"song": os.fspath(song), **asdict(found)}, heard.notes)


def _loud(heard: Heard, song: AnyPath, least_db: float) -> list[int]:
    """Return the patches that are not silent."""
    loud = np.flatnonzero(heard.level_db >= least_db).tolist()
    if not loud:
        raise ArgumentError(f"'{shown(song)}' is silent: there is no genre", "name a song that sounds")
    return list(loud)
