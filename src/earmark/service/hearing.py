"""What a worker does with one song: hash its sound, measure it, and send back plain numbers."""

from typing import NamedTuple

import numpy as np

from earmark import audio
from earmark.audio.windows import Window, parse_window
from earmark.errors import EarmarkError, UnreadableError
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


def hear(address: str, sets: tuple[str, ...], window: str, track_id: str = "", signature: str = "") -> Heard:
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
    signature : str
        What :func:`signature_of` gave before the song was hashed, then.

    Raises
    ------
    AudioError
        If the sound cannot be had, or is no longer the one that was hashed.
    """
    found = _found(address, sets, parse_window(window), track_id or audio.sound_hash(address))
    if signature and signature_of(address) != signature:
        raise UnreadableError(
            f"'{audio.shown(address)}' has changed while it was heard", "run again when nobody writes it"
        )
    return found


def _found(address: str, sets: tuple[str, ...], cut: Window, track_id: str) -> Heard:
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
    if isinstance(error, MemoryError):
        return Failure(name, "there is too little memory for it", "use fewer workers, or a shorter window")
    return Failure(
        name, f"{name}: {error}", "this is a fault of Earmark: please report it, with the song if you may"
    )


def signature_of(address: str) -> str:
    """Return what shows that a song is still the same without reading it; nothing if it is not there.

    For a file that is its size and the time of its last change: ``"1234567:1763658000123456789"``. Where a
    store has nothing but the size, it shows only what is no longer the same: see :func:`unchanged`.
    """
    try:
        size, version = audio.stamp(address)
    except EarmarkError:
        return ""  # whoever tries to hear it will say why
    return f"{size}:{version}"


def unchanged(then: str, now: str) -> bool:
    """Tell whether two signatures of a song show that it is the same.

    Examples
    --------
    >>> unchanged("1000:1", "1000:1"), unchanged("1000:1", "1000:2"), unchanged("1000:", "1000:")
    (True, False, False)
    """
    return then == now and not now.endswith(":")
