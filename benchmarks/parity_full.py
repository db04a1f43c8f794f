"""The other columns of `full` that librosa has, by the slowest and the fastest path, against librosa."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.causes import Cause, moved
from benchmarks.full_recipe import rest_of_full, tunings
from benchmarks.parity import P999_RELATIVE
from benchmarks.sounds import synthetic
from benchmarks.truth import Piece, Truth, pieces
from benchmarks.ways import forced, paths
from earmark.features import FEATURE_SETS
from earmark.features.full import COLUMNS

_TUNED = ("chroma_cqt", "chroma_cens", "tonnetz")
_TIE_PEAKS = 1
_KINDS = {"clip": "30-s clips", "segment": "3-s segments"}


def relative(found: NDArray[Any], own: NDArray[Any]) -> NDArray[np.float64]:
    """Return relative differences, 0 where both are 0."""
    off = np.abs(found - own)
    return np.divide(off, np.abs(own), out=np.where(off > 0, np.inf, 0.0), where=own != 0)


def _exception(piece: Piece, name: str, own: float, found: dict[str, float]) -> tuple[str, bool]:
    """Return a line of the table of causes, and whether the cause is proven."""
    by_path = ", ".join(f"{path} {abs(ours - own) / abs(own):.1e}" for path, ours in found.items())
    worst = max(found.values(), key=lambda ours: abs(ours - own))
    why = moved(name, piece.samples, own, worst, rest_of_full)
    if not why.proven and name.startswith(_TUNED):
        why = _tie(name, piece, worst)
    text = why.text if why.proven else f"**not explained**: {why.text}"
    return f"| {piece.name} | {name} | {own:.4g} | {by_path} | {text} |", why.proven


def _tie(name: str, piece: Piece, ours: float) -> Cause:
    """Look whether ours is librosa's with the runner-up of its histogram of tunings."""
    (_, most), (rival, count) = tunings(piece.samples)
    number = rest_of_full(piece.samples, rival)[name]
    text = f"a tie of the tuning: {most} peaks against {count}; with the runner-up librosa says {number:.4g}"
    return Cause(most - count <= _TIE_PEAKS and bool(np.isclose(number, ours, rtol=P999_RELATIVE)), text)


def section(clips: list[Path]) -> tuple[str, bool]:
    """Return the comparison as Markdown, and whether it is good enough."""
    names, truth = list(rest_of_full(synthetic()["noise"])), Truth(rest_of_full)
    at = [COLUMNS.names.index(name) for name in names]
    shares: dict[tuple[str, str], list[NDArray[np.float64]]] = {}
    causes, good = [], True
    for piece in pieces(clips):
        own, found = truth.row(piece), {}
        for path in dict.fromkeys((paths()[0], paths()[-1])):
            with forced(path):
                found[path] = FEATURE_SETS["full"].compute(piece.samples).values[0, at]
            shares.setdefault((piece.kind, path), []).append(relative(found[path], own))
        far = {path: ~(relative(row, own) <= P999_RELATIVE) for path, row in found.items()}
        for column in np.flatnonzero(np.any(list(far.values()), axis=0)):
            beyond = {path: float(found[path][column]) for path in found if far[path][column]}
            line, proven = _exception(piece, names[column], float(own[column]), beyond)
            causes.append(line)
            good &= proven
    lines = [
        f"{len(names)} columns: contrast, flatness, every pitch class, constant-Q chroma, CENS, tonal",
        "centroids, mel bands, onset rate, the estimator's tempo.",
        "",
        "| pieces | path | largest relative difference | 99.9th percentile | exceptions |",
        "|---|---|---|---|---|",
    ]
    for (kind, path), each in shares.items():
        table = np.array(each)
        p999 = float(np.percentile(table, 99.9))
        good &= p999 <= P999_RELATIVE
        worst = f"{table.max():.1e} ({names[int(table.max(axis=0).argmax())]})"
        beyond_limit = int((~(table <= P999_RELATIVE)).sum())
        count = f"{beyond_limit} of {table.size} numbers"
        lines.append(f"| {len(each)} {_KINDS[kind]} | {path} | {worst} | {p999:.1e} | {count} |")
    if causes:
        lines += [
            "",
            "| piece | column | librosa | relative difference | cause |",
            "|---|---|---|---|---|",
            *causes,
        ]
    return "\n".join(lines) + "\n", good
