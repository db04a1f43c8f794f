"""``earmark data``: versions of data as lines, and what differs between two."""

import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from earmark.audio import shown
from earmark.cli.classify import json_line
from earmark.cli.fits import write
from earmark.service import versions
from earmark.service.running import figure

_COLUMNS = 12


def print_artifacts(workspace: str, *, as_json: bool) -> None:
    """Print a line for each artifact, and one for each that cannot be read."""
    found, broken = versions.listed(workspace)
    if as_json:
        plain: dict[str, Any] = {
            "artifacts": [
                {"artifact": one.id, "do": one.manifest["made_from"].get("do"), "made": one.manifest["made"],
                 "bytes": _size(one), "tables": one.manifest["tables"], "parents": one.manifest["parents"]}
                for one in found
            ],
            "damaged": [error.message for error in broken],
        }  # fmt: skip
        write(json_line(plain, sys.stdout.encoding or "utf-8"))
        return
    if not found and not broken:
        write("nothing is kept yet: 'earmark run PIPELINE' makes artifacts")
    for one in found:
        rows = ", ".join(
            f"{path.partition('.')[0]} {told['rows']}" for path, told in one.manifest["tables"].items()
        )
        made = str(one.manifest["made"])[:19].replace("T", " ")
        do = one.manifest["made_from"].get("do", "")
        write(f"{one.id:<34}{do:<12}{made}  {_size(one) / 1e6:>8.2f} MB  {rows}".rstrip())
    for error in broken:
        write(f"damaged: {error.message}")


def _size(one: Any) -> int:
    return sum(int(file["bytes"]) for file in one.manifest["files"].values())


def print_artifact(name: str, workspace: str, *, as_json: bool) -> bool:
    """Print all of one artifact, and tell whether it is whole."""
    found, damage = versions.shown(name, workspace)
    if as_json:
        plain = {**found.manifest, "folder": str(found.folder), "content": found.digest, "damage": damage}
        write(json_line(plain, sys.stdout.encoding or "utf-8"))
        return not damage
    said = found.manifest
    write(f"{found.id}, made {said['made']} in {said['seconds']} s: {shown(found.folder)}")
    write(f"content   {found.digest}" + (f", damaged: {damage}" if damage else ", as it was written"))
    for key, parent in said["parents"].items():
        write(f"parent    {key}: {parent}")
    for key, value in said["made_from"].get("parameters", {}).items():
        write(f"told      {key} = {value}")
    for path, file in said["files"].items():
        write(f"file      {path}  {file['bytes']} bytes  {file['sha256'][:16]}")
    for path, table in said["tables"].items():
        names = [f"{column} {kind}" for column, kind in table["columns"].items()]
        more = f", and {len(names) - _COLUMNS} more" if len(names) > _COLUMNS else ""
        write(f"table     {path}: {table['rows']} rows, {', '.join(names[:_COLUMNS])}{more}")
    for key, told in said["metrics"].items():
        write(f"figure    {key}: {figure(told)}")
    for note in said["notes"]:
        write(f"note      {note}")
    return not damage


def print_changes(
    first: str, second: str, workspace: str, key: Sequence[str], label: str | None, *, as_json: bool
) -> None:
    """Print what has changed from one version of a table to another."""
    found = versions.difference(first, second, workspace, key=key, label=label)
    if as_json:
        write(json_line(asdict(found), sys.stdout.encoding or "utf-8"))
        return
    told = f"told apart by {', '.join(found.key)}" if found.key else "told apart by all that they hold"
    write(f"rows      {found.rows[0]} -> {found.rows[1]}, {told}")
    counts = {
        "added": found.added,
        "removed": found.removed,
        "changed": found.changed,
        "the same": found.same,
    }
    write(f"{'':<10}" + ", ".join(f"{count} {what}" for what, count in counts.items()))
    for what, rows in found.examples.items():
        if rows:
            write(f"{what:<10}{'; '.join(rows)}")
    for what, columns in (("new", found.columns_added), ("gone", found.columns_removed)):
        if columns:
            write(f"{what:<10}columns {', '.join(columns)}")
    for column, (before, after) in found.retyped.items():
        write(f"type      {column}: {before} -> {after}")
    if found.columns_changed:
        differ = ", ".join(f"{column} in {rows}" for column, rows in found.columns_changed.items())
        write(f"values    differ: {differ}")
    for one in found.shifted:
        write(f"shift     {one.column} lies elsewhere, by {one.distance:.2f} (p {one.p:.2g})")
    if not found.shifted:
        write("shift     none that matters")
