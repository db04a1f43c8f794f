"""Options of ``earmark cluster``."""

from typing import Annotated, Literal

import typer

from earmark.cli.options._paths import named_file
from earmark.cli.options._shared import Catalog, Label, Labels, Tables, Without


def cluster(
    *,
    paths: Tables,
    output: Annotated[
        str,
        typer.Option("-o", "--output", metavar="FILE", help="The page to write.", callback=named_file),
    ] = "clusters.html",
    method: Annotated[
        Literal["k-means", "gaussian-mixture", "hdbscan"], typer.Option("--method", help="How to find them.")
    ] = "k-means",
    number: Annotated[
        int | None,
        typer.Option(
            "--clusters",
            min=1,
            metavar="N",
            help="How many; if left out, 1 to 15 are tried and the best silhouette is taken.",
        ),
    ] = None,
    without: Without = None,
    unscaled: Annotated[
        bool, typer.Option("--unscaled", help="Take columns in their own units, as some papers do.")
    ] = False,
    map_by: Annotated[
        Literal["pca", "umap"],
        typer.Option("--map", help="With umap: a map by UMAP beside that of the principal components."),
    ] = "pca",
    sounds: Annotated[
        str | None,
        typer.Option(
            "--sounds",
            metavar="DIR",
            help="The folder of the songs: the map plays them.",
            callback=named_file,
        ),
    ] = None,
    table: Annotated[
        str | None,
        typer.Option(
            "--table", metavar="FILE", help="Write each song's cluster as CSV.", callback=named_file
        ),
    ] = None,
    label: Label = None,
    labels: Labels = None,
    catalog: Catalog = None,
    seed: Annotated[int, typer.Option("--seed", min=0, max=2**32 - 1, help="What is drawn with.")] = 0,
) -> None:
    """Put songs in clusters by their sound, and hold them against genres.

    How many there are, a map in which songs can be played, what makes each cluster, and how far clusters and
    genres agree beyond chance. Genres are looked at only afterwards.
    Exit code: 0 done, 1 if the table cannot be read or the page not be written, 2 wrong usage.
    """
    from earmark.cli.cluster import cluster_and_print

    cluster_and_print(
        paths,
        output,
        label=label,
        labels=labels,
        catalog=catalog,
        method=method,
        number=number,
        without=without or (),
        unscaled=unscaled,
        map_by=map_by,
        sounds=sounds,
        table=table,
        seed=seed,
    )
