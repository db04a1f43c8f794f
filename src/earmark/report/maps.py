"""Maps of songs in clusters, and how far they can be trusted."""

from collections.abc import Sequence

from earmark.explore.grouping import Grouping
from earmark.explore.maps import Map, Maps
from earmark.figures.colours import genre_colours
from earmark.report.page import Block, Cell, Head, Rows, Words, written
from earmark.report.songmap import Plane, SongMap

_NAMES = {"pca": "Principal components", "umap": "UMAP"}


def song_map(found: Grouping, files: Sequence[str]) -> SongMap:
    """Return the maps as one linked picture; `files` are the addresses of all songs' sounds."""
    names, songs, shown = found.cluster_names, found.songs, found.maps.shown
    colours, by_cluster = genre_colours(songs.classes), genre_colours(names)
    return SongMap(
        [Plane(_NAMES[one.kind], _caption(found, one), one.places) for one in found.maps.each],
        songs.genres[shown], found.clusters.codes[shown], songs.classes, names,
        [colours[one] for one in songs.classes], [by_cluster[one] for one in names],
        [songs.names[at] for at in shown.tolist()], [files[at] for at in shown.tolist()],
    )  # fmt: skip


def _caption(found: Grouping, made: Map) -> str:
    shown, songs = len(found.maps.shown), len(found.songs.genres)
    told = (
        f"{written(shown, 'd')} of {written(songs, 'd')} songs, drawn by chance"
        if shown < songs
        else "all songs"
    )
    if made.kind == "umap":
        return f"UMAP: {made.settings}; {told}"
    first, second = found.components.explained[:2]
    return f"The first two principal components, {100 * (first + second):.0f} % of the variance; {told}"


def trust(made: Maps) -> list[Block]:
    """Return how far maps can be trusted: the figures, and what they mean."""
    heads = [
        Head("map", "text"),
        Head("trustworthiness", form=".3f"),
        Head("by chance", form=".1f"),
        Head(f"of the {made.neighbours} nearest songs kept", form="%"),
        Head("by chance ", form="%"),
    ]
    rows: list[list[Cell]] = [
        [_NAMES[one.kind], one.trustworthiness, 0.5, one.kept, made.kept_by_chance] for one in made.each
    ]
    told = (
        f"Measured on {written(made.measured, 'd')} of the songs shown. Trustworthiness falls where "
        "songs are near on the map that are not near by their columns; what is not kept was torn apart. The "
        "farthest songs are drawn at the edge."
    )
    if len(made.each) > 1:
        told += (
            " By UMAP, distances between clumps, their sizes and the gaps between them mean little, and "
            "other settings draw other clumps: a clump is no evidence of a cluster."
        )
    return [Rows("How far the maps can be trusted", heads, rows), Words(told)]
