"""Which patterns a tag holds: one look into an index, however many rules there are."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from earmark.labels.patterns import Pattern, plain, words_of
from earmark.labels.taxonomy import Taxonomy


class Hit(NamedTuple):
    """A pattern that a tag holds: the number of its taker, and its own number there.

    Takers are the rules in their order, and then what is untaken on purpose.
    """

    taker: int
    number: int


class _Entry(NamedTuple):
    hit: Hit
    pattern: Pattern
    words: tuple[tuple[str, str], ...]
    is_exception: bool


class Matcher:
    """All patterns of a taxonomy, indexed by their first word or their letters.

    Examples
    --------
    >>> from earmark.labels import taxonomy
    >>> matcher = Matcher(taxonomy("broad12"))
    >>> [matcher.taxonomy.rules[hit.taker].genre for hit in matcher.hits("trap soul")]
    ['rap/hip hop', 'old school dance']
    """

    def __init__(self, taxonomy: Taxonomy) -> None:
        self.taxonomy = taxonomy
        self._by_word: dict[tuple[str, str], list[_Entry]] = defaultdict(list)
        self._by_letters: dict[str, list[_Entry]] = defaultdict(list)
        self._regexes: list[tuple[re.Pattern[str], _Entry]] = []
        self._known: dict[str, tuple[Hit, ...]] = {}
        for taker, rule in enumerate(taxonomy.rules):
            self._add(taker, rule.patterns, is_exception=False)
            self._add(taker, rule.exceptions, is_exception=True)
        for taker, left in enumerate(taxonomy.untaken, len(taxonomy.rules)):
            self._add(taker, left.patterns, is_exception=False)
        self._longest = max(map(len, self._by_letters), default=0)
        self._ways = {way for way, _ in self._by_word}
        self._aliases = {words_of(alias): words_of(word) for alias, word in taxonomy.aliases.items()}
        self._longest_alias = max(map(len, self._aliases), default=0)

    def _add(self, taker: int, patterns: Iterable[Pattern], *, is_exception: bool) -> None:
        for number, pattern in enumerate(patterns):
            words = tuple(_way(word) for word in pattern.words)
            entry = _Entry(Hit(taker, number), pattern, words, is_exception)
            if pattern.kind == "regexes":
                self._regexes.append((re.compile(pattern.text), entry))
            elif pattern.kind == "substrings":
                self._by_letters[_letters(pattern.text)].append(entry)
            else:
                self._by_word[words[0]].append(entry)

    def hits(self, tag: str) -> tuple[Hit, ...]:
        """Return the patterns that a tag holds, those of the first taker first; exceptions are seen to."""
        found = self._known.get(tag)
        if found is None:
            found = self._known[tag] = self._look(tag)
        return found

    def renamed(self, tag: str) -> str | None:
        """Return what the rules see for a tag that holds an alias, else None."""
        words = words_of(tag)
        renamed = self._renamed(words) if self._aliases else words
        return " ".join(renamed) if renamed != words else None

    def _look(self, tag: str) -> tuple[Hit, ...]:
        text = self.renamed(tag) or plain(tag)
        words = words_of(text)
        entries = [*self._with_words(words), *self._with_letters(text)]
        excepted = {entry.hit.taker for entry in entries if entry.is_exception}
        return tuple(sorted({e.hit for e in entries if not e.is_exception and e.hit.taker not in excepted}))

    def _renamed(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """Put the words that the rules know in the place of their aliases, the longest first."""
        out: list[str] = []
        at = 0
        while at < len(words):
            for length in range(min(self._longest_alias, len(words) - at), 0, -1):
                known = self._aliases.get(words[at : at + length])
                if known is not None:
                    out += known
                    at += length
                    break
            else:
                out.append(words[at])
                at += 1
        return tuple(out)

    def _with_words(self, words: tuple[str, ...]) -> Iterator[_Entry]:
        for at, word in enumerate(words):
            for key in self._keys(word):
                for entry in self._by_word.get(key, ()):
                    if _stands(entry, words, at):
                        yield entry

    def _keys(self, word: str) -> Iterator[tuple[str, str]]:
        yield "=", word
        n = len(word)
        if "<" in self._ways:
            yield from (("<", word[:end]) for end in range(1, n + 1))
        if ">" in self._ways:
            yield from ((">", word[start:]) for start in range(n))
        if "~" in self._ways:
            yield from {("~", word[a:b]) for a in range(n) for b in range(a + 1, n + 1)}

    def _with_letters(self, text: str) -> Iterator[_Entry]:
        for start in range(len(text)):
            for end in range(start + 1, min(start + self._longest, len(text)) + 1):
                yield from self._by_letters.get(text[start:end], ())
        for regex, entry in self._regexes:
            if regex.search(text):
                yield entry


def _letters(text: str) -> str:
    """Return a substring made plain, with the blanks at its ends, which say where a word begins or ends."""
    before = " " if text[:1].isspace() else ""
    after = " " if text[-1:].isspace() else ""
    return f"{before}{plain(text)}{after}"


def _way(word: str) -> tuple[str, str]:
    """Return how a word of a pattern is compared, and with what."""
    first, last = word.startswith("*"), word.endswith("*")
    return {(False, False): "=", (False, True): "<", (True, False): ">", (True, True): "~"}[
        first, last
    ], word.strip("*")


def _fits(way: tuple[str, str], word: str) -> bool:
    how, text = way
    if how == "=":
        return word == text
    if how == "<":
        return word.startswith(text)
    return word.endswith(text) if how == ">" else text in word


def _stands(entry: _Entry, words: tuple[str, ...], at: int) -> bool:
    """Tell whether the words of a pattern whose first fits at a place stand there."""
    end = at + len(entry.words)
    if end > len(words) or (entry.pattern.kind != "words" and end != len(words)):
        return False
    if entry.pattern.kind == "tags" and at != 0:
        return False
    return all(_fits(way, word) for way, word in zip(entry.words[1:], words[at + 1 : end], strict=True))
