"""Running median of 31 by a network of minima and maxima over whole arrays.

Sixteen neighbouring windows of 31 share 16 samples, their core. Walking down a binary tree from the core to
the single windows, a node adds the block that all windows below it share, and forgets what can no longer be
the median: of ``n`` samples with ``m`` to come, only the ``m + 1`` in the middle can. So a node keeps 8 of
16 + 8, 4 of 8 + 4, 2 of 4 + 2 and at last 1 of 2 + 1. Blocks of 8, 4 and 2 are sorted once and serve the
windows on their left and on their right. Sorting is K. E. Batcher's bitonic merge ("Sorting networks and
their applications", AFIPS 1968). That takes 30 minima or maxima per median, each on long contiguous arrays.

Samples lie in 16 planes: plane ``k`` holds the samples ``k``, ``k + 16``, ``k + 32``, ... of every line.
"""

import numpy as np
from numpy.typing import NDArray

from earmark._dsp.memory import working_memory
from earmark._dsp.spectrum import FloatArray

WIDTH = 31
_CORE = 16
_TILE_GROUPS = 96  # long recordings are filtered in stretches of 1536 frames
_PLANE_SAMPLES = 8000  # long enough for calls to cost little, short enough for a core's share of the cache
_BUFFERS = 6  # blocks of 2, 4 and 8, and three that take turns


def _sort_bitonic(x: FloatArray, spare: FloatArray, n: int) -> tuple[FloatArray, FloatArray]:
    """Sort bitonic sequences of `n` planes each; return the buffer with the answer and the free one."""
    samples = x.shape[1]
    while n > 1:
        n //= 2
        source, target = (a.reshape(-1, 2, n, samples) for a in (x, spare))
        np.minimum(source[:, 0], source[:, 1], out=target[:, 0])
        np.maximum(source[:, 0], source[:, 1], out=target[:, 1])
        x, spare = spare, x
    return x, spare


def _merge_pairs(
    x: FloatArray, n: int, target: FloatArray, spare: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Merge neighbouring sorted blocks of `n` planes; return the buffer with the answer and the free one."""
    samples = x.shape[1]
    source, merged = (a.reshape(-1, 2, n, samples) for a in (x, target))
    np.minimum(source[:, 0], source[:, 1, ::-1], out=merged[:, 0])
    np.maximum(source[:, 0], source[:, 1, ::-1], out=merged[:, 1])
    return _sort_bitonic(target, spare, n)


def _medians(planes: FloatArray, step: int, work: FloatArray) -> FloatArray:
    """Return running medians, in planes as well.

    Parameters
    ----------
    planes : ndarray of float32, shape (16, n)
        Samples; those 16 apart on one line lie `step` apart in a plane.
    step : int
        Distance within a plane.
    work : ndarray of float32, shape (6, 16 * n)
        Scratch memory that the answer is part of.

    Returns
    -------
    ndarray of float32, shape (16, n - 2 * step)
        At ``[k, i]`` the median of the 31 samples around the sample that lies at ``[k, i + step]``.
    """
    length = planes.shape[1]
    inner = length - 2 * step
    free = [buffer.reshape(_CORE, length) for buffer in work]
    blocks = [planes]
    for n in (1, 2, 4):
        block, spare = _merge_pairs(blocks[-1], n, free.pop(), free.pop())
        blocks.append(block)
        free.append(spare)
    joined, spare, kept = (buffer.ravel()[: _CORE * inner].reshape(_CORE, inner) for buffer in free)
    kept, spare = _merge_pairs(blocks[-1][:, step:-step], 8, kept, spare)
    for n, block in zip((8, 4, 2, 1), reversed(blocks), strict=True):
        nodes = _CORE // (2 * n)
        family = (nodes, 2, n, inner)
        halves = kept.reshape(family)
        low, high = halves[:, 0], halves[:, 1]
        left, right = block[:, :inner], block[:, 2 * step :]
        fork = joined.reshape(family)
        np.maximum(low, left.reshape(nodes, 2, n, inner)[:, 1, ::-1], out=fork[:, 0])
        np.maximum(low, right.reshape(nodes, 2, n, inner)[:, 0, ::-1], out=fork[:, 1])
        upper, target = _sort_bitonic(joined, spare, n)
        np.minimum(upper.reshape(family), high[:, None, ::-1], out=target.reshape(family))
        joined, spare = kept, upper
        kept, spare = _sort_bitonic(target, spare, n)
    return kept


def _mirrored(n: int) -> NDArray[np.intp]:
    """Return indices into `n` samples, in whole groups of 16 and one more at either end, mirrored there."""
    groups = -(-n // _CORE) + 2
    period = np.arange(-_CORE, (groups - 1) * _CORE) % (2 * n)
    return np.minimum(period, 2 * n - 1 - period)


def median_over_rows(x: FloatArray, role: str | None = None) -> FloatArray:
    """Return the running median of 31 along axis 0, mirrored at the ends (the end sample is repeated).

    Parameters
    ----------
    x : ndarray of float32, shape (n, m)
        At least one row.
    role : str, optional
        Working memory to give the answer in, overwritten by the next call; new memory by default.

    Returns
    -------
    ndarray of float32, shape (n, m)

    Examples
    --------
    >>> import numpy as np
    >>> median_over_rows(np.arange(5, dtype=np.float32)[:, None]).T
    array([[2., 2., 2., 2., 2.]], dtype=float32)
    """
    source = _mirrored(len(x))
    filtered = working_memory(role, (len(source) - 2 * _CORE) * x.shape[1]).reshape(-1, x.shape[1])
    groups = min(len(source) // _CORE, _TILE_GROUPS + 2)
    columns = max(1, _PLANE_SAMPLES // groups)
    planes = working_memory("planes", _CORE * groups * columns)
    work = working_memory("work", _BUFFERS * planes.size).reshape(_BUFFERS, -1)
    for top in range(0, len(filtered), _TILE_GROUPS * _CORE):
        rows = source[top : top + (_TILE_GROUPS + 2) * _CORE]
        answer = filtered[top : top + len(rows) - 2 * _CORE]
        for start in range(0, x.shape[1], columns):
            part = x[rows, start : start + columns]
            width = part.shape[1]
            tile = planes[: part.size].reshape(_CORE, -1)
            tile.reshape(_CORE, -1, width)[:] = part.reshape(-1, _CORE, width).swapaxes(0, 1)
            medians = _medians(tile, width, work[:, : part.size]).reshape(_CORE, -1, width)
            answer[:, start : start + columns].reshape(-1, _CORE, width)[:] = medians.swapaxes(0, 1)
    return filtered[: len(x)]


def median_over_columns(x: FloatArray, role: str | None = None) -> FloatArray:
    """Return the running median of 31 along axis 1, mirrored at the ends (the end sample is repeated).

    Parameters
    ----------
    x : ndarray of float32, shape (n, m)
        At least one column.
    role : str, optional
        As for :func:`median_over_rows`.

    Returns
    -------
    ndarray of float32, shape (n, m)
    """
    m = x.shape[1]
    source = _mirrored(m)
    groups = len(source) // _CORE
    filtered = working_memory(role, len(x) * (groups - 2) * _CORE).reshape(len(x), -1)
    step = max(1, _PLANE_SAMPLES // groups)
    lines = working_memory("lines", step * groups * _CORE).reshape(step, -1)
    planes = working_memory("planes", lines.size)
    work = working_memory("work", _BUFFERS * planes.size).reshape(_BUFFERS, -1)
    for start in range(0, len(x), step):
        part = lines[: len(x) - start]
        part[:, _CORE : _CORE + m] = x[start : start + step]
        part[:, :_CORE] = x[start : start + step, source[:_CORE]]
        part[:, _CORE + m :] = x[start : start + step, source[_CORE + m :]]
        tile = planes[: part.size].reshape(_CORE, -1)
        tile[:] = part.reshape(-1, _CORE).T
        # Lines lie end to end: the two medians between one line and the next mean nothing and are dropped.
        medians = part.reshape(-1, _CORE)
        medians[:-2] = _medians(tile, 1, work[:, : part.size]).T
        filtered[start : start + step] = part[:, : -2 * _CORE]
    return filtered[:, :m]
