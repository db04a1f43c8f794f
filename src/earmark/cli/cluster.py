"""``earmark cluster``: write a page about clusters, and say how far they agree with genres."""

import shlex
import sys
from typing import Any

from earmark.audio import shown
from earmark.cli.fits import Status, print_notes, write
from earmark.service import checking, clustering


def cluster_and_print(
    paths: list[str], output: str, *, label: str | None, labels: str | None, catalog: str | None, **how: Any
) -> None:
    """Cluster a table; `how` is what :func:`earmark.service.clustering.cluster` takes."""
    dataset = checking.read(paths, label=label, labels=labels, catalog=catalog)
    command = f"earmark {shlex.join(sys.argv[1:])}"
    with Status() as status:
        found = clustering.cluster(dataset, output, made_by=command, progress=status, **how)
    sizes = ", ".join(map(str, found.sizes))
    write(f"{dataset.name}: {found.songs} songs in {found.clusters} clusters ({sizes})")
    write(
        f"against genres: adjusted Rand index {found.ari:.3f}, adjusted mutual information {found.ami:.3f}, "
        f"normalised {found.nmi:.3f}, V-measure {found.v_measure:.3f}"
    )
    write(f"purity {found.purity:.3f}, by chance {found.purity_by_chance:.3f}")
    for kind, trustworthiness, kept in found.maps:
        write(
            f"map by {kind}: trustworthiness {trustworthiness:.3f}, {100 * kept:.0f} % of nearest songs kept"
        )
    print_notes(found.notes)
    write(f"page: {shown(found.page)}")
    if found.table is not None:
        write(f"table: {shown(found.table)}")
