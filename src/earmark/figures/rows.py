"""One column of a table, genre by genre: histograms with densities, boxes in violins, means, quantiles."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from numpy.typing import NDArray

from earmark.figures.scatter import dots
from earmark.figures.sheet import Drawing, Sheet

Array = NDArray[np.float64]
Line = list[tuple[float, float]]

_ROW, _HEADS, _AXIS = 0.34, 0.3, 0.5
_NAMES, _GAP, _RIGHT = 1.35, 0.28, 0.15
_LETTERS = 18  # of a name
_PARTS = (
    ("histogram and density", 2.9),
    ("violin and box", 2.3),
    ("mean, 95 %", 1.75),
    ("quantiles", 0.95),
)
_BINS, _GRID, _DOTS = 30, 48, 40
_FEWEST = 5


@dataclass(frozen=True, eq=False)
class GenreValues:
    """One genre's values of a column.

    Attributes
    ----------
    name, colour : str
        Its name and its colour.
    values : array of float, shape (units,)
        Without gaps.
    mean, low, high : float
        Mean and its 95 % interval; NaN where there is none.
    expected, found : array of float, shape (units,)
        Quantiles of a normal distribution and of the values, both in standard deviations; empty if there are
        too few.
    """

    name: str
    colour: str
    values: Array
    mean: float
    low: float
    high: float
    expected: Array
    found: Array


@dataclass(frozen=True, eq=False)
class FeatureRows:
    """One column over genres.

    Attributes
    ----------
    title, subtitle, unit : str
        What it shows, on how many songs, what the values are.
    low, high : float
        Ends of the axis; values beyond count at its ends.
    genres : sequence of GenreValues
        From the top down.
    """

    title: str
    subtitle: str
    unit: str
    low: float
    high: float
    genres: Sequence[GenreValues]

    @property
    def colours(self) -> list[str]:
        """The colour of each genre."""
        return [genre.colour for genre in self.genres]


def draw(chart: FeatureRows, dark: bool = False) -> Drawing:
    """Draw histograms with densities, violins with boxes, means with intervals and quantiles, row by row."""
    names = [genre.name for genre in chart.genres]
    tall = _ROW * max(len(names), 3)
    width = _NAMES + sum(wide + _GAP for _, wide in _PARTS) - _GAP + _RIGHT
    drawing = Drawing(Sheet(chart.title, chart.subtitle, width, _HEADS + tall + _AXIS), dark)
    made: list[Axes] = []
    left = _NAMES
    for title, wide in _PARTS:
        made.append(_rows(drawing, (left, wide, tall), names, title, named=not made))
        left += wide + _GAP
    grid = np.linspace(chart.low, chart.high, _GRID)
    shapes = [density(genre.values, grid) for genre in chart.genres]
    _histograms(made[0], chart, grid, shapes)
    _violins(made[1], chart, grid, shapes)
    _boxes(made[1], chart, drawing.theme.ink)
    _means(made[2], chart, drawing.theme.ink)
    _quantiles(made[3], chart, drawing.theme.faint)
    for axes, most in zip(made[:3], (4, 4, 3), strict=True):
        drawing.numbers(axes, most)
        drawing.label(axes, x=chart.unit)
    return drawing


def _rows(
    drawing: Drawing, box: tuple[float, float, float], names: list[str], title: str, *, named: bool
) -> Axes:
    left, width, height = box
    axes = drawing.axes(left, _HEADS, width, height)
    drawing.ticks(axes, names, _LETTERS)
    axes.tick_params(axis="y", labelleft=named)
    axes.spines["left"].set_visible(False)
    between = np.arange(len(names)) + 0.5
    axes.hlines(between, 0, 1, transform=axes.get_yaxis_transform(), color=drawing.theme.rule, linewidth=0.4)
    drawing.label(axes, title=title)
    return axes


def density(values: Array, grid: Array) -> Array:
    """Return the density of values on an even grid, by Gaussian kernels as wide as Silverman's rule says.

    B. Silverman, Density Estimation for Statistics and Data Analysis, 1986, equation 3.31. All 0 for fewer
    than five values, or if most are equal. Values are binned first, so that many cost no more.

    Examples
    --------
    >>> found = density(np.linspace(-1, 1, 1000), np.linspace(-3, 3, 61))
    >>> round(float(found.sum() * 0.1), 2), bool(found[30] > found[22])
    (1.0, True)
    """
    quarter, three_quarters = np.percentile(values, [25, 75]) if len(values) else (0.0, 0.0)
    spread = min(float(values.std()), float(three_quarters - quarter) / 1.349) if len(values) else 0.0
    if len(values) < _FEWEST or not spread > 0:
        return np.zeros(len(grid))
    step = float(grid[1] - grid[0])
    width = max(0.9 * spread * len(values) ** -0.2, step)
    edges = np.linspace(grid[0], grid[-1], 8 * len(grid) + 1)
    counts = np.histogram(np.clip(values, grid[0], grid[-1]), edges)[0]
    kernel = np.exp(-0.5 * ((grid[:, None] - (edges[:-1] + edges[1:]) / 2) / width) ** 2)
    return np.asarray(kernel @ counts / (len(values) * width * np.sqrt(2 * np.pi)), np.float64)


def _histograms(axes: Axes, chart: FeatureRows, grid: Array, shapes: Sequence[Array]) -> None:
    edges = np.linspace(chart.low, chart.high, _BINS + 1)
    corners = np.repeat(edges, 2)
    bars, curves = [], []
    for row, (genre, shape) in enumerate(zip(chart.genres, shapes, strict=True)):
        inside = np.clip(genre.values, chart.low, chart.high)
        counts = np.histogram(inside, edges)[0] / (max(len(inside), 1) * (edges[1] - edges[0]))
        scale = 0.86 / (max(counts.max(), shape.max()) or 1.0)
        floor = row + 0.47
        bars.append(np.column_stack([corners, floor - scale * np.pad(np.repeat(counts, 2), 1)]))
        curves.append(np.column_stack([grid, floor - scale * shape]))
    axes.add_collection(PolyCollection(bars, facecolors=chart.colours, alpha=0.4, linewidths=0))
    axes.add_collection(LineCollection(curves, colors=chart.colours, linewidths=1.2))
    axes.set_xlim(chart.low, chart.high)


def _violins(axes: Axes, chart: FeatureRows, grid: Array, shapes: Sequence[Array]) -> None:
    bodies = []
    for row, shape in enumerate(shapes):
        half = 0.42 * shape / (shape.max() or 1.0)
        edge = np.concatenate([row - half, (row + half)[::-1]])
        bodies.append(np.column_stack([np.concatenate([grid, grid[::-1]]), edge]))
    axes.add_collection(PolyCollection(bodies, facecolors=chart.colours, alpha=0.4, linewidths=0))
    axes.set_xlim(chart.low, chart.high)


def _boxes(axes: Axes, chart: FeatureRows, ink: str) -> None:
    """Draw quartiles and medians; whiskers reach to the last value within 1.5 boxes (J. Tukey, 1977)."""
    whiskers: list[Line] = []
    boxes: list[Line] = []
    medians: list[Line] = []
    for row, genre in enumerate(chart.genres):
        if not len(genre.values):
            continue
        low, middle, high = map(float, np.percentile(genre.values, [25, 50, 75]))
        reach = 1.5 * (high - low)
        inside = genre.values[(genre.values >= low - reach) & (genre.values <= high + reach)]
        whiskers.append([(float(inside.min()), row), (float(inside.max()), row)])
        boxes.append([(low, row - 0.13), (high, row - 0.13), (high, row + 0.13), (low, row + 0.13)])
        medians.append([(middle, row - 0.2), (middle, row + 0.2)])
    axes.add_collection(LineCollection(whiskers, colors=ink, linewidths=0.7))
    axes.add_collection(PolyCollection(boxes, facecolors="none", edgecolors=ink, linewidths=0.7))
    axes.add_collection(LineCollection(medians, colors=ink, linewidths=1.6))


def _means(axes: Axes, chart: FeatureRows, ink: str) -> None:
    known = [(row, genre) for row, genre in enumerate(chart.genres) if np.isfinite(genre.mean)]
    bars = [[(one.low, row), (one.high, row)] for row, one in known if np.isfinite(one.low)]
    axes.add_collection(LineCollection(bars, colors=ink, linewidths=1.3))
    means, rows = [one.mean for _, one in known], [row for row, _ in known]
    axes.scatter(
        means, rows, c=[one.colour for _, one in known], s=26, edgecolors=ink, linewidths=0.6, zorder=3
    )
    ends = [end for _, one in known for end in (one.low, one.high, one.mean) if np.isfinite(end)]
    if ends and max(ends) > min(ends):
        room = 0.08 * (max(ends) - min(ends))
        axes.set_xlim(min(ends) - room, max(ends) + room)


def _quantiles(axes: Axes, chart: FeatureRows, faint: str) -> None:
    """Draw each genre's quantiles in a box of its row; a normal column lies on the line."""
    lines: list[Line] = [[(0.08, row + 0.42), (0.92, row - 0.42)] for row in range(len(chart.genres))]
    axes.add_collection(LineCollection(lines, colors=faint, linewidths=0.5))
    for row, genre in enumerate(chart.genres):
        if len(genre.expected) < _FEWEST:
            continue
        even = np.linspace(genre.expected[0], genre.expected[-1], _DOTS)
        some = np.unique(np.searchsorted(genre.expected, even).clip(max=len(genre.expected) - 1))
        reach = float(abs(genre.expected[0]))
        x, y = (np.clip(part[some] / reach, -1.1, 1.1) for part in (genre.expected, genre.found))
        dots(axes, np.column_stack([0.5 + 0.42 * x, row - 0.42 * y]), genre.colour, 2.4)
    axes.set_xlim(0, 1)
    axes.set_xticks([0.5], ["normal"])
