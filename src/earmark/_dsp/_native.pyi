from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

def isas() -> list[str]: ...
def open(isa: str, /) -> object: ...  # noqa: A001 - it is the name in the module
def measure(
    ear: object,
    samples: NDArray[np.float32],
    parts: int,
    rate: tuple[Any, ...],
    filters_of: Callable[[float], tuple[NDArray[np.float32], NDArray[np.int32]]],
    moments: NDArray[np.float64],
    onsets: NDArray[np.float32],
    onsets_mean: NDArray[np.float32],
    /,
) -> tuple[int, int, float]: ...
def correlate(ear: object, onsets: NDArray[np.float32], sums: NDArray[np.float64], /) -> None: ...
def constant_q(
    ear: object,
    samples: NDArray[np.float32],
    hop: int,
    weights: NDArray[np.float32],
    runs: NDArray[np.int32],
    energy: NDArray[np.float32],
    /,
) -> None: ...
def tonality(
    ear: object,
    energy: NDArray[np.float32],
    frames: int,
    steps: NDArray[np.float32],
    window: NDArray[np.float32],
    corners: NDArray[np.float64],
    moments: NDArray[np.float64],
    /,
) -> None: ...
def energy(ear: object, samples: NDArray[np.float32], /) -> float: ...
def extremes(
    ear: object, samples: NDArray[np.float32], box: int, first: int, end: int, /
) -> tuple[float, float]: ...
def floor(ear: object, samples: NDArray[np.float32], /) -> None: ...
