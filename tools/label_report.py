"""Label a published catalogue with both broad taxonomies, and write the figures into ``docs/labels.md``.

Run ``python -m tools.label_report`` where the data is; with ``--check`` it only compares. Every number
between the two marks on the page comes from here.
"""

import sys
from pathlib import Path

from benchmarks.sounds import data_folder

from earmark.labels import taxonomy
from earmark.labels.audit import audit
from earmark.labels.comparing import Comparison, compare
from earmark.labels.tables import Songs, read_songs
from earmark.labels.voting import Binned, bin_songs

PAGE = Path(__file__).resolve().parents[1] / "docs" / "labels.md"
BEGIN, END = "<!-- figures: python -m tools.label_report -->\n", "<!-- end of figures -->\n"
_WAYS, _TAGS = 15, 30


def report(songs: Songs) -> str:
    """Return the figures as Markdown."""
    faithful, fixed = (bin_songs(taxonomy(name), songs.tags) for name in ("broad12", "broad12-fixed"))
    majority = bin_songs(taxonomy("broad12-fixed"), songs.tags, vote="majority")
    lines = [
        f"Rows read: {_n(songs.read)}; without exact duplicates: {_n(len(songs))}; "
        f"with a genre: {_n(_labelled(faithful))} by `broad12`, {_n(_labelled(fixed))} by `broad12-fixed`.",
        "",
        "| genre | `broad12` | `broad12-fixed` | the same, `--vote majority` |",
        "|---|---:|---:|---:|",
        *(
            f"| {genre} | {_n(count)} | {_n(fixed.counts[genre])} | {_n(majority.counts[genre])} |"
            for genre, count in faithful.counts.items()
        ),
        "",
        *_audit_lines("broad12", faithful),
        *_audit_lines("broad12-fixed", fixed),
        "",
        "Why songs have no genre by `broad12-fixed`:",
        "",
        *(f"- {why}: {_n(count)}" for why, count in fixed.without.items()),
        "",
        *_changes(compare(faithful, fixed)),
        "",
        "With the same rules, majority instead of first changes "
        f"{_n(compare(fixed, majority).changed)} songs.",
    ]
    return "\n".join(lines) + "\n"


def _audit_lines(name: str, binned: Binned) -> list[str]:
    found = audit(binned)
    fates = found.tags.column("fate").to_pylist()
    several = sum(len(verdict.genres) > 1 for verdict in binned.verdicts)
    outvoted = sum(bool(verdict.outvoted) for verdict in binned.verdicts)
    known = fates.count("taken") + fates.count("left out")
    return [
        f"- `{name}`: of {_n(len(fates))} distinct tags {_n(fates.count('taken'))} are taken and "
        f"{_n(fates.count('left out'))} left out with a reason ({known / len(fates):.1%} in all); "
        f"{_n(several)} songs ({several / _labelled(binned):.0%}) speak of several genres, and in "
        f"{_n(outvoted)} the order decided against most of their tags."
    ]


def _changes(found: Comparison) -> list[str]:
    ways = found.changes[:_WAYS]
    rest = sum(change.songs for change in found.changes[_WAYS:])
    moved = [one for one in found.tags if one[1] is not None]
    return [
        f"From `broad12` to `broad12-fixed` {_n(found.changed)} songs change "
        f"({found.changed / found.songs:.1%}): {_n(found.gained)} gain a genre, "
        f"{_n(found.lost)} lose theirs, {_n(found.changed - found.gained - found.lost)} go from one to "
        f"another. {_n(len(found.tags))} tags go elsewhere, {_n(len(moved))} of them had a genre before.",
        "",
        "| from | to | songs | by tags (songs) |",
        "|---|---|---:|---|",
        *(
            f"| {change.before or 'none'} | {change.after or 'none'} | {_n(change.songs)} | "
            + ", ".join(f"{tag} ({songs})" for tag, songs in change.tags[:4])
            + " |"
            for change in ways
        ),
        f"| | {len(found.changes) - _WAYS} other ways | {_n(rest)} | |",
        "",
        f"The {_TAGS} commonest tags that had a genre and go to another:",
        "",
        "| tag | songs | `broad12` | `broad12-fixed` |",
        "|---|---:|---|---|",
        *(f"| {tag} | {_n(songs)} | {old} | {new or 'none'} |" for tag, old, new, songs in moved[:_TAGS]),
    ]


def _labelled(binned: Binned) -> int:
    return sum(binned.counts.values())


def _n(count: int) -> str:
    return f"{count:,}".replace(",", " ")


def main() -> int:
    """Write or check the page; return the exit code."""
    folder = data_folder()
    if folder is None:
        print("the data is not here: set EARMARK_DATA", file=sys.stderr)
        return 1
    songs = read_songs(folder / "spotify12", tags_column="genre", distinct=True)
    page = PAGE.read_text(encoding="utf-8")
    before, rest = page.split(BEGIN)
    text = f"{before}{BEGIN}\n{report(songs)}\n{END}{rest.split(END)[1]}"
    if "--check" in sys.argv[1:]:
        if text != page:
            print(f"{PAGE.name} is out of date: run python -m tools.label_report", file=sys.stderr)
        return int(text != page)
    PAGE.write_text(text, encoding="utf-8")
    print(f"wrote {PAGE.name}: {len(songs)} songs")
    return 0


if __name__ == "__main__":
    sys.exit(main())
