"""``earmark explore``: write a page about a table, and say where it lies and what it tells first."""

import shlex
import sys
from typing import Any

from earmark.audio import shown
from earmark.cli.fits import Status, print_notes, write
from earmark.service import checking, exploring


def explore_and_print(
    paths: list[str], output: str, *, label: str | None, labels: str | None, catalog: str | None, **how: Any
) -> None:
    """Explore a table; `how` is what :func:`earmark.service.exploring.explore` takes."""
    dataset = checking.read(paths, label=label, labels=labels, catalog=catalog)
    command = f"earmark {shlex.join(sys.argv[1:])}"
    with Status() as status:
        found = exploring.explore(dataset, output, made_by=command, progress=status, **how)
    write(
        f"{dataset.name}: {found.songs} songs, {found.genres} genres, {found.columns} columns; "
        f"independent: each {found.unit}"
    )
    for name, effect in found.telling:
        write(f"  {name:<32} genres explain {100 * effect:.0f} %")
    print_notes(found.notes)
    write(f"page: {shown(found.page)}")
    if found.files:
        folders = sorted({shown(one.parent) for one in found.files})
        write(f"beside it: {len(found.files)} files in {', '.join(folders)}")
