"""The median network against the definition of a median, and against scipy's filter."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.lib.stride_tricks import sliding_window_view
from scipy.ndimage import median_filter

from earmark._dsp import median
from earmark._dsp.median import median_over_columns, median_over_rows


def by_definition(x):
    """Mirror the ends (the end sample is repeated), sort 31 samples, take the middle one."""
    n = x.shape[1]
    at = np.arange(-15, n + 15) % (2 * n)
    windows = sliding_window_view(x[:, np.minimum(at, 2 * n - 1 - at)], 31, axis=1)
    return np.sort(windows, axis=-1)[..., 15]


def test_known_answers():
    ramp = np.arange(100, dtype=np.float32)[None]
    assert np.array_equal(median_over_columns(ramp)[0, 15:85], np.arange(15, 85))
    spike = np.zeros((1, 64), np.float32)
    spike[0, 20] = 1.0
    assert not median_over_columns(spike).any()
    step = np.repeat(np.float32([[0.0, 1.0]]), 50, axis=1)
    assert np.array_equal(median_over_columns(step), step)


@settings(max_examples=60, deadline=None)
@given(
    lines=st.integers(1, 5),
    n=st.integers(1, 150),
    levels=st.sampled_from([2, 5, 1_000_000]),  # few levels make many ties
    seed=st.integers(0, 2**32 - 1),
)
def test_is_the_median_at_every_length(lines, n, levels, seed):
    x = np.random.default_rng(seed).integers(0, levels, (lines, n)).astype(np.float32) / levels
    expected = by_definition(x)
    assert np.array_equal(median_over_columns(x), expected)
    assert np.array_equal(median_over_rows(np.ascontiguousarray(x.T)).T, expected)


@pytest.mark.parametrize("shape", [(1293, 300), (200, 1025), (1, 1), (4, 7), (15, 16), (31, 33)])
def test_equals_scipy(shape):
    # Not for two or three samples: there scipy 1.17 can read memory beyond the line.
    x = np.random.default_rng(0).standard_normal(shape).astype(np.float32)
    assert np.array_equal(median_over_rows(x), median_filter(x, (31, 1), mode="reflect"))
    assert np.array_equal(median_over_columns(x), median_filter(x, (1, 31), mode="reflect"))


def test_tiles_leave_no_seams(monkeypatch):
    x = np.random.default_rng(1).standard_normal((700, 70)).astype(np.float32)
    rows, columns = median_over_rows(x), median_over_columns(x)
    monkeypatch.setattr(median, "_TILE_GROUPS", 5)
    monkeypatch.setattr(median, "_PLANE_SAMPLES", 90)
    assert np.array_equal(median_over_rows(x), rows)
    assert np.array_equal(median_over_columns(x), columns)
