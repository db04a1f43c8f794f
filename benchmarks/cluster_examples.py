"""Clusters of published tables, as two studies made them.

Run ``python -m benchmarks.cluster_examples``; with ``--write`` the tables go into ``docs/clustering.md``.
A study's twelve clusters of three sets of columns, against its twelve bins, on its 35 049 rows, and what else
was tried to come to its clusters; how many clusters there are, on the published table of GTZAN; and how far
maps of three tables can be trusted.
"""

import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

from benchmarks.between import put
from earmark.dataset.reading import read
from earmark.explore.against import Agreement, agreement
from earmark.explore.clusters import cluster, scaled
from earmark.explore.components import components
from earmark.explore.grouping import MOST
from earmark.explore.maps import maps
from earmark.explore.number import choice
from earmark.explore.songs import songs
from earmark.labels import taxonomy
from earmark.labels.tables import tags_of
from earmark.labels.voting import bin_songs
from earmark.service import checking, labelling
from earmark.stats.units import Array, Codes

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("EARMARK_DATA", ROOT.parent / "shared" / "data"))
PAGE = ROOT / "docs" / "clustering.md"
CLUSTERS, STARTS = 12, 200
_SCORES = ("acousticness", "danceability", "energy", "instrumentalness", "liveness", "speechiness", "valence")
_OTHERS = ("loudness", "mode", "time_signature")
SETS = {
    "all eleven": (*_SCORES, *_OTHERS, "tempo"),
    "without tempo": (*_SCORES, *_OTHERS),
    "the seven from 0 to 1": _SCORES,
}
TEMPO_BPM, SAME_BPM = (146.496, 163.168), 0.0005
"""Where one of the study's clusters of all columns begins and ends, to three digits."""

TOLD = {
    "pop": 2519, "rock": 821, "rap/hip hop": 493, "dance": 468, "mexicano/latino": 438, "jazz/blues": 325,
    "country/folk": 280, "old school dance": 276, "hardcore": 175, "classical": 53, "gospel/worship": 36,
    "focus/sleep": 18,
}  # fmt: skip
"""Songs of one of its clusters of seven columns: it tells shares to six digits, which only these have."""


def pulls(named: str = "broad12", *, again: bool = False) -> pd.DataFrame:
    """Return the study's rows: exact duplicates once unless `again`, each with its genre by a taxonomy."""
    frame = read(DATA / "spotify12").frame
    frame = frame.drop(columns=[name for name in frame.columns if name.startswith("Unnamed") or not name])
    frame = frame if again else frame.drop_duplicates()
    binned = bin_songs(taxonomy(named), [tags_of(cell) for cell in frame["genre"]])
    frame = frame.assign(genre=[verdict.genre for verdict in binned.verdicts])
    return frame[frame["genre"].notna()].reset_index(drop=True)


def numbers(frame: pd.DataFrame, columns: Sequence[str]) -> Array:
    """Return columns of a table as they stand."""
    return frame[list(columns)].to_numpy(np.float64)


def against(codes: Codes, frame: pd.DataFrame) -> Agreement:
    """Return how far clusters and genres agree."""
    return agreement(codes, np.unique(frame["genre"], return_inverse=True)[1])


def of_sets() -> list[str]:
    """Return how far clusters and bins agree, a row per set of columns, unscaled and scaled."""
    frame = pulls()
    lines = [
        "| columns | scaled | ARI | AMI | NMI | purity | by chance |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    for name, columns in SETS.items():
        for how in ("no", "yes"):
            x = numbers(frame, columns)
            found = against(cluster(scaled(x) if how == "yes" else x, "k-means", CLUSTERS).codes, frame)
            figures = [found.ari, found.ami, found.nmi, found.purity, found.purity_by_chance]
            lines.append(f"| {name} | {how} | {' | '.join(f'{one:.3f}' for one in figures)} |")
            print(lines[-1], flush=True)
    return lines


def of_tried() -> list[str]:
    """Return ARI and NMI of other rows, genres and columns, each unscaled, best of ten starts."""
    frame = pulls()
    tracks = frame.groupby("track_id", sort=False)
    once = tracks[list(SETS["all eleven"])].mean().assign(genre=tracks["genre"].first())
    tried = {
        "rows pulled twice counted twice": (pulls(again=True), ()),
        "each track once, its pulls' mean": (once, ()),
        "genres by `broad12-fixed`": (pulls("broad12-fixed"), ()),
        "`key` as well": (frame, ("key",)),
        "`key` and `popularity` as well": (frame, ("key", "popularity")),
    }
    lines = [
        f"| what is otherwise | rows | {' | '.join(SETS)} |",
        f"|---|---:|{'---:|' * len(SETS)}",
    ]
    for name, (rows, more) in tried.items():
        found = [
            against(cluster(numbers(rows, (*columns, *more)), "k-means", CLUSTERS).codes, rows)
            for columns in SETS.values()
        ]
        cells = " | ".join(f"{one.ari:.3f} / {one.nmi:.3f}" for one in found)
        lines.append(f"| {name} | {len(rows)} | {cells} |")
        print(lines[-1], flush=True)
    return lines


class Start(NamedTuple):
    """One start of k-means: its clusters, variance left in them, and how far they agree with genres."""

    codes: Codes
    inertia: float
    ari: float
    nmi: float


def starts(frame: pd.DataFrame, columns: Sequence[str], seeds: Iterable[int] = range(STARTS)) -> list[Start]:
    """Return what each single start of k-means ends in."""
    x, found = numbers(frame, columns), []
    for seed in seeds:
        made = KMeans(CLUSTERS, n_init=1, random_state=seed).fit(x)
        scores = (
            score(frame["genre"], made.labels_)
            for score in (adjusted_rand_score, normalized_mutual_info_score)
        )
        found.append(Start(made.labels_, float(made.inertia_), *map(float, scores)))
    return found


def tempo_misses(frame: pd.DataFrame, codes: Codes) -> float:
    """Return by how many BPM the ends of the nearest cluster miss those that the study tells of one."""
    tempo = frame["tempo"].to_numpy(np.float64)
    parts = [tempo[codes == code] for code in range(CLUSTERS)]
    return min(max(abs(one.min() - TEMPO_BPM[0]), abs(one.max() - TEMPO_BPM[1])) for one in parts)


def nearest_to_told(frame: pd.DataFrame, codes: Codes) -> Counter[str]:
    """Return the genres of the cluster that is nearest to the one that the study tells all of."""
    told = Counter(TOLD)
    parts = [Counter(frame["genre"][codes == code]) for code in range(CLUSTERS)]
    return min(parts, key=lambda one: sum(abs(one[name] - told[name]) for name in told | one))


def _row(name: str, which: str, some: Sequence[Start]) -> str:
    scores = [("ari", ".3f"), ("nmi", ".3f"), ("inertia", ".0f")]
    ends = [
        {format(end([getattr(one, what) for one in some]), form): None for end in (min, max)}
        for what, form in scores
    ]
    return f"| {name} | {which} | {' | '.join(' to '.join(one) for one in ends)} |"


def of_starts() -> list[str]:
    """Return what single starts reach, and those of them that end in what the study tells of its clusters."""
    frame = pulls()
    lines = ["| columns | starts | ARI | NMI | squares within clusters |", "|---|---|---:|---:|---:|"]

    own = ["| taken for the study's own clusters | ARI | NMI |", "|---|---:|---:|"]
    for name, columns in SETS.items():
        every = starts(frame, columns)
        lines.append(_row(name, f"all {len(every)}", every))
        tightest = min(every, key=lambda one: one.inertia)
        lines.append(_row(name, "the tightest", [tightest]))
        if name == "all eleven":
            near = [one for one in every if tempo_misses(frame, one.codes) < SAME_BPM]
            told = f"the {len(near)} with a cluster from {TEMPO_BPM[0]} to {TEMPO_BPM[1]} BPM"
            lines.append(_row(name, told, near))
            tightest = min(near, key=lambda one: one.inertia)
            lines.append(_row(name, "the tightest of those", [tightest]))
        own.append(f"| {name} | {tightest.ari:.2f} | {tightest.nmi:.2f} |")
        print("\n".join(lines), flush=True)
    lines += ["", *own]
    ours, theirs = nearest_to_told(frame, tightest.codes), Counter(TOLD)
    lines += ["", "| genre | the study's cluster 11 | ours |", "|---|---:|---:|"]
    lines += [f"| {name} | {count} | {ours[name]} |" for name, count in TOLD.items()]
    lines.append(f"| all | {theirs.total()} | {ours.total()} |")
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


def of_maps(folder: Path) -> list[str]:
    """Return how far maps can be trusted, a row per table and map; `folder` is for the genres."""
    genres = labelling.label(DATA / "spotify12", "broad12", output=folder, distinct=True).folder
    tables = {
        "GTZAN": checking.read(DATA / "gtzan" / "features_30_sec.csv"),
        "Spotify, 15 genres": checking.read(DATA / "spotify15" / "genres_mod.parquet"),
        "Spotify, 12 genres": checking.read(DATA / "spotify12", labels=genres),
    }
    lines = [
        "| table | songs on the map | map | trustworthiness | of the 15 nearest songs kept | by chance |",
        "|---|---:|---|---:|---:|---:|",
    ]
    for table, dataset in tables.items():
        names = [name for name in dataset.features if name not in ("length", "key", "popularity")]
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
    with tempfile.TemporaryDirectory() as folder:
        made = {
            "maps": of_maps(Path(folder)), "sets": of_sets(), "starts": of_starts(), "tried": of_tried(),
            "numbers": of_numbers(),
        }  # fmt: skip
    for mark, lines in made.items():
        print("\n".join(lines))
        if "--write" in sys.argv:
            put(PAGE, f"<!-- {mark}: begin -->", f"<!-- {mark}: end -->", "\n".join(lines))


if __name__ == "__main__":
    main()
