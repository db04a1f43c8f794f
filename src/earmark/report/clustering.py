"""The page about clusters: how many, where they lie, against genres, what makes each."""

from collections.abc import Sequence
from pathlib import PurePath

import numpy as np

from earmark.explore.grouping import Grouping
from earmark.explore.number import Choice
from earmark.explore.pictures import ends
from earmark.figures import bars, lines, matrix, rows
from earmark.figures.colours import genre_colours
from earmark.figures.lines import Chart, Line
from earmark.report.maps import song_map, trust
from earmark.report.page import Block, Cell, Drawn, Head, Page, Rows, Section, Words, written
from earmark.stats.shape import mean_interval, normal_quantiles
from earmark.stats.units import Array

_PLAIN = "#2f6db3"
_TRAITS = 6
_COLUMNS_DRAWN = 4
_MOST_CLUSTERS_DRAWN = 30
_CLEAR = 0.25


def clustering(found: Grouping, files: Sequence[str], made_by: str = "") -> Page:
    """Return the page of songs in clusters.

    Parameters
    ----------
    found : Grouping
        What was found.
    files : sequence of str
        The address of each song's sound, empty where it is not known.
    made_by : str
        The command that makes the page.
    """
    agreed = found.agreement
    facts = [
        ("songs", written(len(found.clusters.codes), "d")),
        ("clusters", written(found.clusters.number, "d")),
        ("adjusted Rand index", f"{agreed.ari:.2f}"),
        ("normalised mutual information", f"{agreed.nmi:.2f}"),
        ("purity", f"{agreed.purity:.2f}"),
        ("by chance", f"{agreed.purity_by_chance:.2f}"),
    ]
    sections = [Section("Map", [song_map(found, files), *trust(found.maps), *_scree(found)])]
    if found.choice is not None:
        sections.append(Section("How many clusters", _choice(found.choice, found.clusters.number)))
    sections += [
        Section("Clusters and genres", [_table(found), _agreement(found)]),
        Section("What makes a cluster", [_telling(found), _traits(found), *_histograms(found)]),
    ]
    lead = " ".join(f"{note}." for note in found.notes)
    return Page(f"Clusters of {PurePath(found.name).name}", lead, facts, sections, made_by)


def _scree(found: Grouping) -> list[Block]:
    made = found.components
    number = min(10, len(made.explained))
    needed = int(np.searchsorted(np.cumsum(made.explained), 0.9) + 1)
    x = np.arange(1, number + 1, dtype=np.float64)
    each = Line("each", _PLAIN, x, made.explained[:number])
    together = Line("together", "#7d7d7d", x, np.cumsum(made.explained)[:number])
    chart = Chart("each and together", "component", "share of the variance", [each, together])
    title = f"{needed} of {len(made.explained)} components hold 90 % of the variance"
    drawing = lines.draw(lines.Lines(title, "principal components of the scaled columns", [chart]))
    heads = [
        Head("column", "text"),
        *(Head(f"component {at + 1}", form="+.2f") for at in range(min(3, number))),
    ]
    order = np.argsort(-np.abs(made.loadings[0]), kind="stable")
    cells: list[list[Cell]] = [
        [found.songs.columns[at], *map(float, made.loadings[: min(3, number), at])] for at in order
    ]
    return [Drawn.of(drawing, "scree"), Rows("Loadings: what each column adds to a component", heads, cells)]


def _choice(made: Choice, chosen: int) -> list[Block]:
    points = made.points
    charts = [
        _curve(made, "elbow", "share of variance left", [one.inertia for one in points], chosen),
        _curve(made, "silhouette", "silhouette", [one.silhouette for one in points], made.by_silhouette),
        _curve(made, "gap", "gap", [one.gap for one in points], made.by_gap),
        _curve(
            made, "stability", "adjusted Rand index", [one.stability for one in points], made.by_stability
        ),
    ]
    best = max(np.nan_to_num(one.silhouette, nan=-1.0) for one in points)
    title = f"{made.by_silhouette} clusters have the best silhouette, {best:.2f}"
    title += ": hardly any clusters" if best < _CLEAR else ""
    subtitle = f"k-means on {made.songs} songs; dashed: what each curve chooses, at the elbow what was made"
    drawn = Drawn.of(lines.draw(lines.Lines(title, subtitle, charts)), "choice")
    told = (
        f"The silhouette is best at {made.by_silhouette}, the gap chooses {made.by_gap}, and "
        f"{made.by_stability} are as stable as any: where they disagree, the songs have no clear number of "
        f"clusters. A silhouette below {_CLEAR} means that songs lie nearly as near to the next cluster as "
        "to their own."
    )
    return [drawn, Words(told)]


def _curve(made: Choice, title: str, what: str, values: list[float], marked: int) -> Chart:
    y = np.array(values)
    known = np.isfinite(y)
    x = np.array([one.number for one in made.points], np.float64)[known]
    error = np.array([one.gap_error for one in made.points])[known] if title == "gap" else None
    low, high = (None, None) if error is None else (y[known] - error, y[known] + error)
    line = Line("", _PLAIN, x, y[known], low, high)
    return Chart(title, "clusters", what, [line], marked=float(marked))


def _table(found: Grouping) -> Drawn:
    counts, names, classes = found.agreement.counts, found.cluster_names, found.songs.classes
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    said = [[str(int(one)) if one else "" for one in line] for line in counts]
    purest = int(shares.max(axis=1).argmax())
    genre = classes[int(shares[purest].argmax())]
    title = f"{names[purest]} is {100 * shares[purest].max():.0f} % {genre}, the purest there is"
    chart = matrix.Matrix(
        title,
        "songs of each genre; colour: share of the cluster",
        names,
        classes,
        shares,
        said,
        across="genre",
    )
    return Drawn.of(matrix.draw(chart), "clusters-genres")


def _agreement(found: Grouping) -> Rows:
    made = found.agreement
    heads = [
        Head("measure", "text"),
        Head("value", form=".3f"),
        Head("by chance", form=".3f"),
        Head("what it says", "text"),
    ]
    cells: list[list[Cell]] = [
        ["adjusted Rand index", made.ari, 0.0, "pairs of songs together in both, beyond chance"],
        ["adjusted mutual information", made.ami, 0.0, "what a cluster tells of the genre, beyond chance"],
        ["normalised mutual information", made.nmi, None, "the same, above 0 by chance"],
        ["V-measure", made.v_measure, None, "whether clusters hold one genre, and genres one cluster"],
        ["purity", made.purity, made.purity_by_chance, "songs of their cluster's commonest genre"],
    ]  # fmt: skip
    return Rows("How far clusters and genres agree", heads, cells)


def _telling(found: Grouping) -> Block:
    if not found.telling:
        return Words("There is one cluster: nothing tells it from others.")
    shown = found.telling[:15]
    title = f"{shown[0].column} tells clusters apart best"
    drawn = [bars.Bar(one.column, _PLAIN, one.importance, f"{one.importance:.2f}") for one in shown]
    subtitle = "a forest that predicts the cluster; clusters were made from these very columns"
    return Drawn.of(bars.draw(bars.Bars(title, subtitle, "importance, all sum to 1", drawn)), "telling")


def _traits(found: Grouping) -> Rows:
    names = found.cluster_names
    heads = [Head("cluster", "text"), Head("songs", form="d"), Head("what its songs have in common", "prose")]
    cells: list[list[Cell]] = [
        [
            names[at],
            one.songs,
            ", ".join(
                f"{trait.column} {written(trait.deviations, '+.1f')}" for trait in one.traits[:_TRAITS]
            ),
        ]
        for at, one in enumerate(found.profiles)
    ]
    return Rows("Means of each cluster, in standard deviations from the mean of all songs", heads, cells)


def _histograms(found: Grouping) -> list[Block]:
    """Return the columns that tell clusters apart best, cluster by cluster."""
    names = found.cluster_names[:_MOST_CLUSTERS_DRAWN]
    colours = genre_colours(found.cluster_names)
    which = f"the {len(names)} largest clusters" if len(names) < len(found.cluster_names) else "all clusters"
    drawn: list[Block] = []
    for told in found.telling[:_COLUMNS_DRAWN]:
        at = found.songs.columns.index(told.column)
        values = found.songs.values[:, at]
        shown = [
            _in_cluster(name, colours[name], values[(found.clusters.codes == code) & np.isfinite(values)])
            for code, name in enumerate(names)
        ]
        shown.sort(key=lambda one: float(np.median(one.values)) if len(one.values) else np.inf)
        known = [one.name for one in shown if len(one.values)]
        if not known:  # it is told of songs in none of them only
            continue
        low, high = ends(values[np.isfinite(values)])
        unit = found.songs.units_of_columns[at]
        chart = rows.FeatureRows(
            f"{told.column}: highest in {known[-1]}, lowest in {known[0]}",
            which,
            unit if unit not in ("", "1") else told.column,
            low,
            high,
            shown,
        )
        drawn.append(Drawn.of(rows.draw(chart), f"in-clusters-{told.column}"))
    return drawn


def _in_cluster(name: str, colour: str, values: Array) -> rows.GenreValues:
    enough = len(values) > 1 and np.ptp(values) > 0
    expected, quantiles = normal_quantiles(values) if enough else (np.empty(0), np.empty(0))
    return rows.GenreValues(name, colour, values, *mean_interval(values), expected, quantiles)
