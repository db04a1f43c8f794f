"""Clusters of published tables, as two studies made them.

Run ``python -m benchmarks.cluster_examples``; with ``--write`` the tables go into ``docs/clustering.md``.
A study's twelve unscaled clusters of three sets of columns, against its twelve bins, on its 35 049 rows; how
many clusters there are, on the published table of GTZAN; and how far maps of three tables can be trusted.
"""

import os
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.between import put
from earmark.dataset.table import Dataset
from earmark.explore.clusters import scaled
from earmark.explore.components import components
from earmark.explore.grouping import MOST, grouping
from earmark.explore.maps import maps
from earmark.explore.number import choice
from earmark.explore.songs import songs
from earmark.service import checking, labelling

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("EARMARK_DATA", ROOT.parent / "shared" / "data"))
PAGE = ROOT / "docs" / "clustering.md"
LEFT_OUT = ((), ("tempo",), ("tempo", "loudness", "mode", "time_signature"))
NEVER = ("key", "popularity")


def twelve() -> Dataset:
    """Return Spotify's twelve binned genres, each row once."""
    source = DATA / "spotify12"
    with tempfile.TemporaryDirectory() as folder:
        labels = labelling.label(source, "broad12", output=folder, distinct=True).folder
        found = checking.read(source, labels=labels)
    known = found.frame[found.frame[str(found.label)].notna()]
    counted = [name for name in known.columns if not name.startswith("Unnamed")]
    return replace(found, frame=known.drop_duplicates(subset=counted).reset_index(drop=True))


def of_sets() -> list[str]:
    """Return how far clusters and bins agree, a row per set of columns, unscaled and scaled."""
    dataset = twelve()
    lines = [
        "| columns left out | scaled | ARI | AMI | NMI | purity | by chance |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    for without in LEFT_OUT:
        for unscaled in (True, False):
            found = grouping(dataset, number=12, without=(*NEVER, *without), unscaled=unscaled).agreement
            lines.append(
                f"| {', '.join(without) or 'none'} | {'no' if unscaled else 'yes'} | {found.ari:.3f} "
                f"| {found.ami:.3f} | {found.nmi:.3f} | {found.purity:.3f} | {found.purity_by_chance:.3f} |"
            )
            print(lines[-1], flush=True)
    return lines


def of_numbers() -> list[str]:
    """Return what each number of clusters gives on the table of GTZAN, without `length`."""
    dataset = checking.read(DATA / "gtzan" / "features_30_sec.csv")
    names = [name for name in dataset.features if name != "length"]
    found = choice(scaled(songs(dataset, "row", names).values), range(1, MOST + 1))
    chosen = {found.by_silhouette: "silhouette", found.by_gap: "gap", found.by_stability: "stability"}
    lines = [
        "| clusters | variance left | silhouette | gap | stability | chosen by |",
        "|---:|---:|---:|---:|---:|---|",
    ]
    for one in found.points:
        figures = [one.inertia, one.silhouette, one.gap, one.stability]
        cells = " | ".join("" if np.isnan(value) else f"{value:.3f}" for value in figures)
        lines.append(f"| {one.number} | {cells} | {chosen.get(one.number, '')} |")
    return lines


def of_maps() -> list[str]:
    """Return how far maps can be trusted, a row per table and map."""
    tables = {
        "GTZAN": checking.read(DATA / "gtzan" / "features_30_sec.csv"),
        "Spotify, 15 genres": checking.read(DATA / "spotify15" / "genres_mod.parquet"),
        "Spotify, 12 genres": twelve(),
    }
    lines = [
        "| table | songs on the map | map | trustworthiness | of the 15 nearest songs kept | by chance |",
        "|---|---:|---|---:|---:|---:|",
    ]
    for table, dataset in tables.items():
        names = [name for name in dataset.features if name not in ("length", *NEVER)]
        x = scaled(songs(dataset, "row", names).values)
        found = maps(x, components(x), "umap")
        for one in found.each:
            lines.append(
                f"| {table} | {len(found.shown)} | {one.kind} | {one.trustworthiness:.3f} "
                f"| {100 * one.kept:.0f} % | {100 * found.kept_by_chance:.1f} % |"
            )
            print(lines[-1], flush=True)
    return lines


def main() -> None:
    """Measure and print; write with ``--write``."""
    for mark, lines in (("maps", of_maps()), ("sets", of_sets()), ("numbers", of_numbers())):
        print("\n".join(lines))
        if "--write" in sys.argv:
            put(PAGE, f"<!-- {mark}: begin -->", f"<!-- {mark}: end -->", "\n".join(lines))


if __name__ == "__main__":
    main()
