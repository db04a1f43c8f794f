"""What a worker does with one song: hash its sound, measure it, and send back plain numbers."""

from typing import NamedTuple

import numpy as np

from earmark import audio
from earmark.audio.windows import Window, parse_window
from earmark.errors import EarmarkError
from earmark.features import FeatureTable
from earmark.features.shelf import Cuts, Failure
from earmark.features.songs import measure

TASK = "earmark.service.hearing:hear"


class Heard(NamedTuple):
    """What a worker found.

    Attributes
    ----------
    track_id : str
        Hash of the sound.
    cuts : dict of str to Cuts
        The rows by feature set.
    failures : dict of str to Failure
        Why there are none, likewise.
    """

    track_id: str
    cuts: dict[str, Cuts]
    failures: dict[str, Failure]


def hear(address: str, sets: tuple[str, ...], window: str, track_id: str = "") -> Heard:
    """Hash a song's sound, unless the hash is known, and compute the feature sets asked for, if any.

    Parameters
    ----------
    address : str
        Where the song lies.
    sets : tuple of str
        Names of feature sets; none to learn the hash alone.
    window : str
        How the song is cut.
    track_id : str
        The hash, where it is known.

    Raises
    ------
    AudioError
        If the sound cannot be had.
    """
    track_id = track_id or audio.sound_hash(address)
    cut = parse_window(window)
    try:
        return Heard(track_id, _measured(address, sets, cut), {})
    except EarmarkError as error:
        if len(sets) == 1:
            return Heard(track_id, {}, {sets[0]: failure(error)})
    cuts: dict[str, Cuts] = {}
    failures: dict[str, Failure] = {}
    for name in sets:  # what one of them refuses, a song too long for it, the others may take
        try:
            cuts |= _measured(address, (name,), cut)
        except EarmarkError as error:
            failures[name] = failure(error)
    return Heard(track_id, cuts, failures)


def _measured(address: str, sets: tuple[str, ...], window: Window) -> dict[str, Cuts]:
    return {table.name: _cuts(table) for table in measure(address, sets, window)} if sets else {}


def _cuts(table: FeatureTable) -> Cuts:
    values = np.column_stack([table.starts_s, table.ends_s, table.values])
    return Cuts(values, "; ".join(table.notes))


def failure(error: BaseException) -> Failure:
    """Return an error as a row of the failures."""
    if isinstance(error, EarmarkError):
        return Failure(type(error).__name__, error.message, error.hint)
    name = type(error).__name__
    return Failure(
        name, f"{name}: {error}", "this is a fault of Earmark: please report it, with the song if you may"
    )
