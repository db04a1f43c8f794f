"""How the songs of a table were cut, told from where its rows begin and end."""

import numpy as np
import pandas as pd

UNKNOWN = "unknown"
"""What is said of pieces that were cut in no way that can be told."""

_CLOSE_S = 0.011
"""Pieces begin and end on samples of the sound, and tables round."""


def window_in(frame: pd.DataFrame) -> str:
    """Return how the songs of a table were cut, as ``earmark extract --window`` says it.

    Parameters
    ----------
    frame : pandas.DataFrame
        With ``track_id``, ``start_s`` and ``end_s`` perhaps, as ``earmark extract --table`` writes them.

    Returns
    -------
    str
        ``"whole"``, ``"3s"``, ``"3s/1.5s"``, ``"45s+40s"``, with ``" keep"`` where shorter pieces end songs;
        :data:`UNKNOWN` for pieces of another kind (bars and beats), or of which nothing is told; nothing for
        a table that does not tell songs from pieces.

    Examples
    --------
    >>> pieces = {"track_id": ["a", "a", "b"], "start_s": [0, 3, 0], "end_s": [3, 6, 3]}
    >>> window_in(pd.DataFrame(pieces))
    '3s'
    """
    if "track_id" not in frame.columns:
        return ""
    several = bool(frame["track_id"].duplicated().any())
    if not {"start_s", "end_s"} <= set(frame.columns):
        return UNKNOWN if several else ""
    start, end = (
        pd.to_numeric(frame[name], errors="coerce").to_numpy(float) for name in ("start_s", "end_s")
    )
    if not np.isfinite([start, end]).all() or not len(frame):
        return UNKNOWN if several else ""
    if not several:
        return _single(start, end)
    return _pieces(frame["track_id"], start, end)


def _single(start: np.ndarray, end: np.ndarray) -> str:
    """Return the window of one piece a song: all of it, or the excerpt that all have in common."""
    skipped, length = np.median(start), np.median(end - start)
    if skipped < _CLOSE_S:
        return "whole"
    same = np.abs(start - skipped) < _CLOSE_S
    return f"{skipped:g}s+{_plain(length)}" if same.mean() > 0.5 else UNKNOWN  # short songs are cut elsewhere


def _pieces(tracks: pd.Series, start: np.ndarray, end: np.ndarray) -> str:
    """Return the window of several pieces a song."""
    length = float(np.median(end - start))
    last = (~tracks.duplicated(keep="last")).to_numpy()
    regular = np.abs(end - start - length) < _CLOSE_S
    order = np.arange(len(start))
    place = pd.Series(order).groupby(tracks.to_numpy()).cumcount().to_numpy()
    next_ = place > 0
    every = float(np.median(np.diff(start)[next_[1:]]))
    first = start - place * every
    if not regular[~last].all() or np.abs(first).max() > _CLOSE_S * (1 + place.max()):
        return UNKNOWN
    alone = place == 0  # a song shorter than a piece is one piece
    keep = " keep" if (~regular & last & ~alone).any() else ""
    step = "" if abs(every - length) < _CLOSE_S else f"/{_plain(every)}"
    return f"{_plain(length)}{step}{keep}"


def _plain(seconds: float) -> str:
    return f"{round(float(seconds), 2):g}s"
