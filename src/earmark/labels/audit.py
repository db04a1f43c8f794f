"""What a labelling did, and what it did not: tags, patterns, and songs between two genres, as tables."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pyarrow as pa

from earmark.labels.lint import name_of, pattern_of
from earmark.labels.matching import Hit, Matcher
from earmark.labels.patterns import plain
from earmark.labels.voting import Binned, Taken

_EXAMPLES = 3

TAGS = pa.schema(
    [
        ("tag", pa.string()),
        ("songs", pa.int64()),
        ("fate", pa.string()),
        ("genre", pa.string()),
        ("rule", pa.int32()),
        ("pattern", pa.string()),
        ("also", pa.list_(pa.string())),
        ("reason", pa.string()),
    ]
)
RULES = pa.schema(
    [
        ("rule", pa.int32()),
        ("genre", pa.string()),
        ("kind", pa.string()),
        ("pattern", pa.string()),
        ("fate", pa.string()),
        ("tags", pa.int64()),
        ("songs", pa.int64()),
        ("songs_decided", pa.int64()),
        ("tags_lost", pa.int64()),
        ("lost_to", pa.string()),
        ("reason", pa.string()),
    ]
)
CONFLICTS = pa.schema(
    [
        ("genre", pa.string()),
        ("over", pa.string()),
        ("songs", pa.int64()),
        ("outvoted", pa.int64()),
        ("by_one_tag", pa.int64()),
        ("examples", pa.list_(pa.string())),
    ]
)


@dataclass(frozen=True)
class Audit:
    """Three tables about one labelling.

    Attributes
    ----------
    tags : pyarrow.Table
        A row per distinct tag, the commonest first: ``tag``, ``songs`` (that have it), ``fate`` (``taken``,
        ``left out`` on purpose or ``unknown``), ``genre``, ``rule`` (its number, from 1), ``pattern``,
        ``also`` (other genres with a rule that holds it), ``reason`` (of what is left out).
    rules : pyarrow.Table
        A row per pattern, in the order in which they are tried: ``rule``, ``genre``, ``kind``, ``pattern``,
        ``fate`` (``takes``; ``shadowed`` if an earlier rule has all its tags; ``never fires`` if no tag holds
        it), ``tags`` and ``songs`` (that it takes), ``songs_decided`` (songs whose genre is due to it),
        ``tags_lost`` (that hold it, but go to an earlier rule or pattern), ``lost_to`` (who has most of
        them), ``reason`` (of what leaves tags out on purpose: there ``rule`` and ``genre`` are null).
    conflicts : pyarrow.Table
        A row per pair of genres that one song speaks of: ``genre`` (that it got), ``over`` (that it did not
        get), ``songs``, ``outvoted`` (songs in which more tags speak for ``over``: there the order decided
        against the majority), ``by_one_tag`` (songs in which only a tag of another genre speaks for ``over``,
        by a later rule), ``examples`` (tags that speak for ``genre`` in most of these songs).
    """

    tags: pa.Table
    rules: pa.Table
    conflicts: pa.Table

    @property
    def unknown(self) -> list[tuple[str, int]]:
        """Tags that no rule took and nobody left out on purpose, with their songs, the commonest first."""
        return [(row["tag"], row["songs"]) for row in self.tags.to_pylist() if row["fate"] == "unknown"]

    @property
    def idle_rules(self) -> dict[int, str]:
        """Rules that took no tag by their number: ``never fires`` or ``shadowed``."""
        fates: dict[int, set[str]] = defaultdict(set)
        for row in self.rules.to_pylist():
            if row["rule"] is not None:
                fates[row["rule"]].add(row["fate"])
        return {
            rule: "shadowed" if "shadowed" in found else "never fires"
            for rule, found in fates.items()
            if "takes" not in found
        }


def audit(binned: Binned) -> Audit:
    """Return what became of every tag, of every pattern and of songs between genres.

    Examples
    --------
    >>> from earmark.labels import taxonomy
    >>> from earmark.labels.voting import bin_songs
    >>> found = audit(bin_songs(taxonomy("broad12"), [["trap soul", "polka"], ["pop"]]))
    >>> found.unknown
    [('polka', 1)]
    >>> found.conflicts.to_pylist()[0]["over"]
    'old school dance'
    """
    songs = Counter(binned.tags)
    with_tag: Counter[str] = Counter()
    for tags, count in songs.items():
        for tag in set(tags).intersection(binned.taken):  # all but empty ones
            with_tag[tag] += count
    return Audit(
        pa.Table.from_pylist(list(_tag_rows(binned, with_tag)), TAGS),
        pa.Table.from_pylist(list(_rule_rows(binned, with_tag)), RULES),
        pa.Table.from_pylist(_conflict_rows(binned), CONFLICTS),
    )


def _tag_rows(binned: Binned, with_tag: Counter[str]) -> Iterator[dict[str, object]]:
    for tag, count in sorted(with_tag.items(), key=lambda one: (-one[1], one[0])):
        taken = binned.taken[tag]
        yield {
            "tag": tag,
            "songs": count,
            "fate": "taken" if taken.genre else "left out" if taken.reason else "unknown",
            "genre": taken.genre,
            "rule": None if taken.rule is None else taken.rule + 1,
            "pattern": _pattern(binned, taken),
            "also": list(taken.also),
            "reason": taken.reason or None,
        }


def _pattern(binned: Binned, taken: Taken) -> str | None:
    if taken.rule is None:
        return None
    return pattern_of(binned.taxonomy, Hit(taken.rule, taken.number)).text


def _rule_rows(binned: Binned, with_tag: Counter[str]) -> Iterator[dict[str, object]]:
    taxonomy = binned.taxonomy
    matcher = Matcher(taxonomy)
    got: dict[Hit, set[str]] = defaultdict(set)
    lost: dict[Hit, Counter[Hit]] = defaultdict(Counter)
    for tag in with_tag:
        hits = matcher.hits(tag)
        for hit in hits[:1]:
            got[hit].add(tag)
        for hit in hits[1:]:
            lost[hit][hits[0]] += 1
    having = _songs_of(binned, {tag: hit for hit, tags in got.items() for tag in tags})
    decided = Counter(matcher.hits(v.tag)[0] for v in binned.verdicts if v.tag is not None)
    takers: list[tuple[object, ...]] = [rule.patterns for rule in taxonomy.rules]
    takers += [left.patterns for left in taxonomy.untaken]
    for taker, patterns in enumerate(takers):
        is_rule = taker < len(taxonomy.rules)
        for number in range(len(patterns)):
            hit = Hit(taker, number)
            pattern = pattern_of(taxonomy, hit)
            first = lost[hit].most_common(1)
            yield {
                "rule": taker + 1 if is_rule else None,
                "genre": taxonomy.rules[taker].genre if is_rule else None,
                "kind": pattern.kind,
                "pattern": pattern.text,
                "fate": "takes" if got[hit] else "shadowed" if first else "never fires",
                "tags": len(got[hit]),
                "songs": having[hit],
                "songs_decided": decided[hit],
                "tags_lost": lost[hit].total(),
                "lost_to": _name(binned, first[0][0]) if first else None,
                "reason": None if is_rule else taxonomy.untaken[taker - len(taxonomy.rules)].reason,
            }


def _name(binned: Binned, hit: Hit) -> str:
    pattern = pattern_of(binned.taxonomy, hit).text
    return f"{name_of(binned.taxonomy, hit.taker)} by {pattern!r}"


def _songs_of(binned: Binned, hit_of: dict[str, Hit]) -> Counter[Hit]:
    found: Counter[Hit] = Counter()
    for tags, count in Counter(binned.tags).items():
        for hit in {hit_of[tag] for tag in tags if tag in hit_of}:
            found[hit] += count
    return found


def _conflict_rows(binned: Binned) -> list[dict[str, object]]:
    songs: Counter[tuple[str, str]] = Counter()
    outvoted: Counter[tuple[str, str]] = Counter()
    by_one_tag: Counter[tuple[str, str]] = Counter()
    examples: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for (verdict, tags), count in Counter(zip(binned.verdicts, binned.tags, strict=True)).items():
        if len(verdict.genres) < 2 or verdict.tag is None:
            continue
        voted = {binned.taken[tag].genre for tag in _looked_at(binned, tags)}
        for other in verdict.genres[1:]:
            pair = (verdict.genres[0], other)
            songs[pair] += count
            outvoted[pair] += count * (other in verdict.outvoted)
            by_one_tag[pair] += count * (other not in voted)
            examples[pair][plain(verdict.tag)] += count
    order = sorted(songs, key=lambda pair: (-songs[pair], pair))
    return [
        {
            "genre": pair[0],
            "over": pair[1],
            "songs": songs[pair],
            "outvoted": outvoted[pair],
            "by_one_tag": by_one_tag[pair],
            "examples": [tag for tag, _ in examples[pair].most_common(_EXAMPLES)],
        }
        for pair in order
    ]


def _looked_at(binned: Binned, tags: Iterable[str]) -> list[str]:
    return [tag for tag in tags if tag in binned.taken]
