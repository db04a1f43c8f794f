"""Songs put in clusters: a page with a map in which songs can be played, and the clusters as a table."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from earmark.service.exploring import see_that_it_can, see_that_it_is_free, see_that_it_is_new
from earmark.workspace import keeping, write_text

if TYPE_CHECKING:
    from earmark.dataset.table import Dataset

AnyPath = str | os.PathLike[str]

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is."""


@dataclass(frozen=True)
class Clustered:
    """What was found and written.

    Attributes
    ----------
    page : Path
        The page.
    songs, clusters : int
        How many there are.
    sizes : tuple of int
        Songs in each cluster, the largest first.
    maps : tuple of (str, float, float)
        The kind of each map, its trustworthiness and the share of nearest songs that it keeps, see
        :class:`earmark.explore.maps.Map`.
    ari, ami, nmi, v_measure, purity, purity_by_chance : float
        How far clusters and genres agree, see :class:`earmark.explore.against.Agreement`.
    table : Path or None
        The clusters of the songs, where asked for.
    notes : tuple of str
        What was left out or assumed.
    """

    page: Path
    songs: int
    clusters: int
    sizes: tuple[int, ...]
    maps: tuple[tuple[str, float, float], ...]
    ari: float
    ami: float
    nmi: float
    v_measure: float
    purity: float
    purity_by_chance: float
    table: Path | None
    notes: tuple[str, ...]


def cluster(
    dataset: "Dataset",
    output: AnyPath,
    *,
    method: str = "k-means",
    number: int | None = None,
    without: Sequence[str] = (),
    unscaled: bool = False,
    map_by: Literal["pca", "umap"] = "pca",
    seed: int = 0,
    table: AnyPath | None = None,
    sounds: AnyPath | None = None,
    made_by: str = "",
    progress: Progress | None = None,
) -> Clustered:
    """Put the songs of a table in clusters, and write a page about them.

    Parameters
    ----------
    dataset : Dataset
        What :func:`earmark.service.checking.read` gave.
    output : path
        The HTML file to write; a page of ours that lies there is replaced.
    method, number, without, unscaled, map_by, seed
        See :func:`earmark.explore.grouping.grouping`.
    table : path, optional
        A CSV file to write: each song with its genre and cluster.
    sounds : path, optional
        The folder of the songs, by which the map plays them.
    made_by : str
        The command, for the page's foot.
    progress : callable, optional
        Told what is being done.

    Raises
    ------
    ArgumentError, UnknownNameError
        If it cannot be done so.
    EarmarkError
        If a library is missing.
    StoreError
        If a file cannot be written.
    """
    see_that_it_can()
    if map_by == "umap":
        # Whether it is there is told before the work, not after it.
        import earmark.explore.by_umap  # noqa: F401, PLC0415 - umap-learn, which may be missing
    from earmark.explore.grouping import as_table, grouping  # noqa: PLC0415 - scikit-learn, which may be missing
    from earmark.report.clustering import clustering  # noqa: PLC0415 - as above
    from earmark.report.page import html  # noqa: PLC0415 - as above

    page = Path(output)
    see_that_it_is_free(page)
    see_that_it_is_new(table)
    found = grouping(
        dataset,
        method,
        number,
        without=without,
        unscaled=unscaled,
        map_by=map_by,
        seed=seed,
        progress=progress,
    )
    addresses = [_address(name, sounds) for name in found.songs.names]
    with keeping(page.parent):
        page.parent.mkdir(parents=True, exist_ok=True)
        write_text(page, html(clustering(found, addresses, made_by)))
    if table is not None:
        with keeping(Path(table).parent):
            write_text(Path(table), as_table(found).to_csv(index=False, lineterminator="\n"))
    agreed = found.agreement
    return Clustered(
        page, len(found.clusters.codes), found.clusters.number, tuple(map(int, found.clusters.sizes)),
        tuple((one.kind, one.trustworthiness, one.kept) for one in found.maps.each),
        agreed.ari, agreed.ami, agreed.nmi, agreed.v_measure, agreed.purity, agreed.purity_by_chance,
        None if table is None else Path(table), found.notes,
    )  # fmt: skip


def _address(name: str, sounds: AnyPath | None) -> str:
    """Return where a song's sound lies, empty if there is no such file."""
    path = Path(name) if sounds is None else Path(sounds) / name
    try:
        return path.resolve().as_uri() if path.is_file() else ""
    except (OSError, ValueError):  # no name of a file: too long, a character that none may have
        return ""
