"""Labels on disk: a folder per taxonomy, way of voting and table, whole or not there.

::

    labels/
        broad12@0f3c5a7e9b1d2f46/
            manifest.json        what the labels are, all that they depend on, and the counts
            labels.parquet       a row per song: its genre, all its genres, and why
            tags.parquet         what became of each tag
            rules.parquet        what each pattern took, and what never fires
            conflicts.parquet    songs of several genres, and what the order decided
            taxonomy.json        the rules themselves

The hash stands for the taxonomy, the vote, the least count and every byte of the table: the same labelling
gives the same folder, which is then left as it is.
"""

import json
import os
import shutil
from importlib import metadata
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from earmark.errors import StoreError
from earmark.labels.audit import Audit
from earmark.labels.tables import Songs
from earmark.labels.voting import Binned
from earmark.workspace import content_hash, keeping, locked

FORMAT = 1
LABELS = pa.schema(
    [
        ("row", pa.int64()),
        ("track_id", pa.string()),
        ("genre", pa.string()),
        ("narrow", pa.string()),
        ("lineage", pa.list_(pa.string())),
        ("genres", pa.list_(pa.string())),
        ("rule", pa.int32()),
        ("tag", pa.string()),
        ("tags", pa.list_(pa.string())),
        ("why", pa.string()),
    ]
)
_WHAT = {
    "row": "number of the song among those labelled, from 0",
    "track_id": "its name in the table",
    "genre": "its one genre; null if it has none",
    "narrow": "the same before rare genres were folded into their parents",
    "lineage": "the genre with all that are wider, widest first",
    "genres": "all genres its tags speak of: its own, then by votes",
    "rule": "number of the rule that decided, from 1; see rules.parquet",
    "tag": "the tag that this rule took",
    "tags": "its raw tags",
    "why": "why it has no genre; null if it has one",
}


def labels_table(binned: Binned, songs: Songs) -> pa.Table:
    """Return a row per song, with the columns that the manifest explains."""
    verdicts = binned.verdicts
    lineages = {genre: list(binned.taxonomy.lineage(genre)) for genre in binned.taxonomy.genres}
    return pa.table(
        [
            pa.array(range(len(verdicts)), pa.int64()),
            pa.array(songs.track_ids, pa.string()),
            pa.array([v.genre for v in verdicts], pa.string()),
            pa.array([v.narrow for v in verdicts], pa.string()),
            pa.array([lineages[v.genre] if v.genre else [] for v in verdicts], pa.list_(pa.string())),
            pa.array([v.genres for v in verdicts], pa.list_(pa.string())),
            pa.array([None if v.rule is None else v.rule + 1 for v in verdicts], pa.int32()),
            pa.array([v.tag for v in verdicts], pa.string()),
            pa.array(songs.tags, pa.list_(pa.string())),
            pa.array([v.why or None for v in verdicts], pa.string()),
        ],
        schema=LABELS,
    )


def keep(output: str | os.PathLike[str], binned: Binned, found: Audit, songs: Songs) -> Path:
    """Write a labelling, and return its folder; one that is there is left as it is.

    Raises
    ------
    StoreError
        If the folder cannot be written.
    """
    made_from = {
        "format": FORMAT,
        "taxonomy": binned.taxonomy.to_dict(),
        "vote": binned.vote,
        "min_count": binned.min_count,
        "songs": _digest(songs),
    }
    root = Path(output)
    folder = root / f"{binned.taxonomy.name}@{content_hash(made_from)}"
    with keeping(root), locked(root):
        for left in root.glob(".*.new"):
            shutil.rmtree(left)
        if not folder.exists():
            new = root / f".{os.urandom(6).hex()}.new"
            new.mkdir()
            _write(new, binned, found, songs)
            new.rename(folder)
    return folder


def _digest(songs: Songs) -> dict[str, object]:
    return {
        "sha256": songs.digest,
        "columns": dict(songs.columns),
        "tags": content_hash({"tags": songs.tags, "track_ids": songs.track_ids}),
    }


def _write(folder: Path, binned: Binned, found: Audit, songs: Songs) -> None:
    tables = {
        "labels.parquet": labels_table(binned, songs),
        "tags.parquet": found.tags,
        "rules.parquet": found.rules,
        "conflicts.parquet": found.conflicts,
    }
    for name, table in tables.items():
        with (folder / name).open("wb") as file:
            pq.write_table(table, file, compression="zstd", write_page_checksum=True)
            file.flush()
            os.fsync(file.fileno())
    texts = {
        "taxonomy.json": binned.taxonomy.to_dict(),
        "manifest.json": _manifest(binned, found, songs),
    }
    for name, told in texts.items():
        with (folder / name).open("w", encoding="utf-8") as file:
            file.write(json.dumps(told, indent=2, ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())


def _manifest(binned: Binned, found: Audit, songs: Songs) -> dict[str, object]:
    fates = found.tags.column("fate").to_pylist()
    return {
        "what": f"genres of {len(songs)} songs by '{binned.taxonomy.name}', vote '{binned.vote}'",
        "files": "labels.parquet: a row per song; tags, rules, conflicts: what the rules did",
        "format": FORMAT,
        "made_from": {
            "taxonomy": binned.taxonomy.name,
            "taxonomy_hash": binned.taxonomy.hash,
            "vote": binned.vote,
            "min_count": binned.min_count,
            "songs": _digest(songs),
        },
        "columns": _WHAT,
        "rows_read": songs.read,
        "songs": len(songs),
        "labelled": sum(binned.counts.values()),
        "genres": binned.counts,
        "without": binned.without,
        "folded": dict(binned.folded),
        "tags": {fate: fates.count(fate) for fate in ("taken", "left out", "unknown")},
        "idle_rules": {str(rule): fate for rule, fate in found.idle_rules.items()},
        "written_with": {"earmark": metadata.version("earmark"), "pyarrow": pa.__version__},
    }


def read(folder: str | os.PathLike[str]) -> pa.Table:
    """Return the labels in a folder, a row per song.

    Returns
    -------
    pyarrow.Table
        ``row``, ``track_id``, ``genre``, ``narrow``, ``lineage``, ``genres``, ``rule``, ``tag``, ``tags`` and
        ``why``; ``manifest.json`` in the folder explains them.

    Raises
    ------
    StoreError
        If they are missing, damaged, or of another version.
    """
    path = Path(folder) / "labels.parquet"
    try:
        with path.open("rb") as file:
            table = pq.ParquetFile(file, page_checksum_verification=True).read()
    except FileNotFoundError:
        raise StoreError(
            f"'{folder}' holds no labels", "name a folder that earmark label made, such as labels/NAME@HASH"
        ) from None
    except (pa.ArrowException, OSError, ValueError) as error:
        raise StoreError(
            f"'{path}' is damaged: {str(error).splitlines()[0]}", "delete its folder, and label again"
        ) from error
    if not table.schema.equals(LABELS):
        raise StoreError(f"'{path}' has columns of another version", "label again with this Earmark")
    return table
