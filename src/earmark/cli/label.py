"""``earmark label``: print which genres songs got, and what the rules did."""

import json
import sys
from collections.abc import Iterator
from typing import Any

from earmark.audio import shown
from earmark.cli.show import printable
from earmark.service.labelling import Labelling, label

_FEW, _SOME = 5, 10


def label_songs(source: str, by: str, *, as_json: bool, **how: Any) -> None:
    """Label a table; `how` is what :func:`earmark.service.labelling.label` takes."""
    done = label(source, by, **how)
    write_lines([json.dumps(done.to_dict(), ensure_ascii=False)] if as_json else _lines(done))


def _lines(done: Labelling) -> Iterator[str]:
    binned = done.binned
    labelled = sum(binned.counts.values())
    dropped = f"{number(done.read)} rows, " if done.read != done.songs else ""
    yield (
        f"{dropped}{_songs(done.songs)}, {number(labelled)} with a genre of '{binned.taxonomy.name}', "
        f"vote: {binned.vote}"
    )
    yield ""
    width = max((len(genre) for genre in binned.counts), default=0)
    for genre, songs in binned.counts.items():
        yield f"  {genre:<{width}}  {number(songs):>7}  {songs / done.songs:6.1%}"
    for why, songs in binned.without.items():
        yield f"  no genre: {_songs(songs)}: {printable(why)}"
    for genre, parent in binned.folded.items():
        yield f"  rare: {genre}, " + (f"folded into {parent}" if parent else "without a wider genre")
    yield ""
    yield from _audit_lines(done)
    if done.comparison is not None:
        yield from _comparison_lines(done)
    if done.folder is not None:
        yield f"kept: {shown(done.folder)}"


def _audit_lines(done: Labelling) -> Iterator[str]:
    audit = done.audit
    fates = done.tag_fates
    unknown = audit.unknown
    yield (
        f"tags: {number(sum(fates.values()))} distinct, {number(fates['taken'])} taken, "
        f"{number(fates['left out'])} left out on purpose, {number(fates['unknown'])} that no rule takes"
    )
    if unknown:
        yield "  not taken: " + _listed([f"{printable(tag)} ({number(songs)})" for tag, songs in unknown])
    for fate in ("never fires", "shadowed"):
        idle = [
            f"{rule} ({done.binned.taxonomy.rules[rule - 1].genre})"
            for rule, found in audit.idle_rules.items()
            if found == fate
        ]
        if idle:
            yield f"rules that {'never fire' if fate == 'never fires' else 'are shadowed'}: {_listed(idle)}"
    labelled, several = sum(done.binned.counts.values()), done.several
    share = f" ({several / labelled:.0%} of those with a genre)" if labelled else ""
    yield f"songs that speak of several genres: {number(several)}{share}"
    for row in audit.conflicts.slice(0, _FEW).to_pylist():
        against = f", in {number(row['outvoted'])} against most tags" if row["outvoted"] else ""
        yield f"  {row['genre']} over {row['over']}: {_songs(row['songs'])}{against}"


def _comparison_lines(done: Labelling) -> Iterator[str]:
    found = done.comparison
    if found is None:
        return
    yield ""
    share = found.changed / found.songs
    yield (
        f"against '{done.compared_with}': {_songs(found.changed)} of {number(found.songs)} change "
        f"({share:.1%}); {number(found.gained)} gain a genre, {number(found.lost)} lose it; "
        f"{number(len(found.tags))} tags go elsewhere"
    )
    for change in found.changes[:_SOME]:
        tags = _listed([f"{printable(tag)} ({number(songs)})" for tag, songs in change.tags], _FEW)
        yield f"  {change.before or 'none'} -> {change.after or 'none'}: {_songs(change.songs)}: {tags}"
    if len(found.changes) > _SOME:
        rest = sum(change.songs for change in found.changes[_SOME:])
        yield f"  and {_songs(rest)} in {len(found.changes) - _SOME} other ways"


def _listed(things: list[str], most: int = _SOME) -> str:
    more = f" and {number(len(things) - most)} more" if len(things) > most else ""
    return ", ".join(things[:most]) + more


def _songs(count: int) -> str:
    return "1 song" if count == 1 else f"{number(count)} songs"


def number(count: int) -> str:
    """Return a count with its thousands apart.

    Examples
    --------
    >>> number(46291)
    '46 291'
    """
    return f"{count:,}".replace(",", " ")


def write_lines(lines: Any) -> None:
    """Write lines on stdout, whatever characters a tag put in them."""
    encoding = sys.stdout.encoding or "utf-8"
    for line in lines:
        sys.stdout.write(line.encode(encoding, "backslashreplace").decode(encoding) + "\n")
