"""Every feature set asked for, of one song that is decoded once."""

import numpy as np

from earmark import audio
from earmark.audio.windows import Window
from earmark.features.table import FEATURE_SETS, FeatureTable


def measure(address: audio.AnyPath, sets: tuple[str, ...], window: Window) -> tuple[FeatureTable, ...]:
    """Compute feature sets of a file, each of its windows a row.

    Parameters
    ----------
    address : str or os.PathLike or bytes
        A sound file.
    sets : tuple of str
        Names in :data:`~earmark.features.FEATURE_SETS`.
    window : Window
        How the song is cut.

    Returns
    -------
    tuple of FeatureTable
        One for each name.
    """
    tables = []
    for name in sets:
        chosen = FEATURE_SETS[name]
        clip = audio.load(address, rate_hz=chosen.rate_hz)
        size = round(window.length_s * chosen.rate_hz) or len(clip.samples)
        starts = range(0, len(clip.samples) - size + 1, size)
        values = [chosen.compute(clip.samples[at : at + size]).values.mean(axis=0) for at in starts]
        tables.append(
            FeatureTable(
                chosen.name,
                chosen.version,
                chosen.columns,
                np.array(values, np.float64),
                tuple(at / chosen.rate_hz for at in starts),
                tuple((at + size) / chosen.rate_hz for at in starts),
                clip.notes,
            )
        )
    return tuple(tables)
