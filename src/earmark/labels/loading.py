"""From TOML to a :class:`Taxonomy`; whatever is wrong is told with its place and how to mend it."""

import difflib
import os
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NoReturn

from earmark.errors import TaxonomyError
from earmark.labels.patterns import KINDS, Pattern, fault_of, plain, words_of
from earmark.labels.taxonomy import VOTES, Rule, Taxonomy, Untaken
from earmark.registry import shipped

MOST_BYTES = 1 << 24
_TOP = ("name", "about", "source", "vote", "genre", "rule", "untaken", "aliases")
_GENRE = ("name", "parent")
_RULE = ("genre", *KINDS, "except", "weight", "note")
_UNTAKEN = (*KINDS, "reason")


def taxonomy(name: str | os.PathLike[str]) -> Taxonomy:
    """Return a taxonomy that ships with Earmark, or one from a file.

    Parameters
    ----------
    name : str or os.PathLike
        ``broad12``, ``broad12-fixed``, ``club9``, ``gtzan10`` or ``spotify15``; or the path of a file that
        ends in ``.toml``.

    Raises
    ------
    TaxonomyError
        If the file is missing, or says what cannot be meant.
    UnknownNameError
        If there is none of that name, and it is no path.

    Examples
    --------
    >>> taxonomy("gtzan10").genres[:3]
    ('blues', 'classical', 'country')
    """
    text = os.fspath(name)
    if os.path.dirname(text) or text.endswith(".toml") or isinstance(name, os.PathLike):
        return _from_file(Path(text))
    return parse(SHIPPED[text].read_text(encoding="utf-8"), SHIPPED[text].name)


SHIPPED = shipped("taxonomy", "earmark.labels", "taxonomies")
"""The files of the taxonomies that come with Earmark, by name."""


def _from_file(path: Path) -> Taxonomy:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise TaxonomyError(
                f"'{path}' has more than {MOST_BYTES >> 20} MB",
                "a taxonomy is a short text: name another file",
            )
        data = path.read_bytes()
    except FileNotFoundError:
        raise TaxonomyError(
            f"there is no file '{path}'",
            f"name a .toml file, or one of {', '.join(SHIPPED)}",
        ) from None
    except OSError as error:
        raise TaxonomyError(
            f"'{path}' cannot be read: {error.strerror or error}", "name a .toml file that you may read"
        ) from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise TaxonomyError(
            f"'{path}' is not UTF-8: byte {data[error.start]:#04x} in line {line}",
            "save it as UTF-8 in your editor",
        ) from None
    return parse(text, str(path))


def parse(text: str, where: str = "taxonomy") -> Taxonomy:
    r"""Return the taxonomy that a TOML text describes.

    Parameters
    ----------
    text : str
        See ``docs/taxonomies.md``.
    where : str
        What errors call it.

    Raises
    ------
    TaxonomyError
        If it is no TOML, has unknown keys, a pattern that cannot be used, two genres of one name, a circle of
        parents or no rule.

    Examples
    --------
    >>> parse('name = "mine"\n[[rule]]\ngenre = "rock"\nwords = ["rock"]').genres
    ('rock',)
    """
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise TaxonomyError(
            f"'{where}' is no TOML: {_lower(str(error))}",
            "texts stand in quotes, lists in [ ], and each key once in its block",
        ) from None
    except RecursionError:
        raise TaxonomyError(f"'{where}' nests too deeply", "rules hold lists of texts and no more") from None
    return _Reader(where).taxonomy(told)


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


class _Reader:
    """Reads one taxonomy, and knows where in it it is."""

    def __init__(self, where: str) -> None:
        self._file = where

    def _fail(self, where: str, what: str, hint: str) -> NoReturn:
        raise TaxonomyError(f"'{self._file}', {where}: {what}", hint)

    def taxonomy(self, told: Mapping[str, Any]) -> Taxonomy:
        self._check_keys(told, _TOP, "at the top")
        name = self._text(told, "name", "at the top", needed=True)
        if not name.replace("-", "").replace("_", "").replace(".", "").isalnum() or name.startswith("."):
            self._fail("at the top", f"the name {name!r}", "use letters, digits, '-', '_' and '.'")
        vote = self._text(told, "vote", "at the top") or "first"
        if vote not in VOTES:
            self._fail("at the top", f"the vote {vote!r}", f"use one of {', '.join(VOTES)}")
        rules = tuple(
            self._rule(one, f"rule {number}") for number, one in enumerate(self._blocks(told, "rule"), 1)
        )
        if not rules:
            self._fail("at the top", "no rule", 'add a block: [[rule]], genre = "rock", words = ["rock"]')
        genres, parents = self._genres(self._blocks(told, "genre"), rules)
        return Taxonomy(
            name=name,
            genres=genres,
            rules=rules,
            parents=parents,
            untaken=tuple(
                self._untaken(one, f"untaken {number}")
                for number, one in enumerate(self._blocks(told, "untaken"), 1)
            ),
            aliases=self._aliases(told.get("aliases", {})),
            vote=vote,
            about=self._text(told, "about", "at the top"),
            source=self._text(told, "source", "at the top"),
        )

    def _blocks(self, told: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
        blocks = told.get(key, [])
        if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
            self._fail("at the top", f"'{key}' is no list of blocks", f"begin each with [[{key}]]")
        return blocks

    def _check_keys(self, told: Mapping[str, Any], known: Iterable[str], where: str) -> None:
        known = list(known)
        for key in told:
            if key not in known:
                near = difflib.get_close_matches(key, known, n=1)
                guess = f"did you mean '{near[0]}'? " if near else ""
                self._fail(where, f"an unknown key '{key}'", f"{guess}known: {', '.join(known)}")

    def _text(self, told: Mapping[str, Any], key: str, where: str, *, needed: bool = False) -> str:
        value = told.get(key, "")
        if not isinstance(value, str):
            self._fail(where, f"'{key}' is {_kind(value)}", "give a text in quotes")
        value = " ".join(value.split())
        if needed and not value:
            self._fail(where, f"no '{key}'", f'add a line: {key} = "..."')
        return value

    def _rule(self, told: Mapping[str, Any], where: str) -> Rule:
        self._check_keys(told, _RULE, where)
        genre = self._text(told, "genre", where, needed=True)
        where = f"{where} ({genre})"
        weight = told.get("weight", 1.0)
        if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 < weight <= 1e6:
            self._fail(where, f"the weight {weight!r}", "give a number above 0, 1 if left out")
        exceptions = tuple(
            self._pattern(Pattern("words", text), where)
            for text in self._texts(told.get("except", []), "except", where)
        )
        return Rule(genre, self._patterns(told, where), exceptions, float(weight))

    def _untaken(self, told: Mapping[str, Any], where: str) -> Untaken:
        self._check_keys(told, _UNTAKEN, where)
        reason = self._text(told, "reason", where, needed=True)
        return Untaken(self._patterns(told, where), reason)

    def _patterns(self, told: Mapping[str, Any], where: str) -> tuple[Pattern, ...]:
        found = tuple(
            self._pattern(Pattern(kind, text), where)
            for kind in KINDS
            for text in self._texts(told.get(kind, []), kind, where)
        )
        if not found:
            self._fail(where, "nothing to look for", f"add a line with one of {', '.join(KINDS)}")
        return found

    def _texts(self, value: Any, key: str, where: str) -> list[str]:
        if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
            self._fail(where, f"'{key}' is {_kind(value)}", 'give a list of texts: ["rock", "hard rock"]')
        return value

    def _pattern(self, pattern: Pattern, where: str) -> Pattern:
        fault = fault_of(pattern)
        if fault is not None:
            self._fail(where, f"{pattern.text!r} among its {pattern.kind}: {fault[0]}", fault[1])
        return pattern

    def _genres(
        self, told: list[dict[str, Any]], rules: tuple[Rule, ...]
    ) -> tuple[tuple[str, ...], dict[str, str]]:
        declared: dict[str, str] = {}
        parents: dict[str, str] = {}
        for number, one in enumerate(told, 1):
            self._check_keys(one, _GENRE, f"genre {number}")
            name = self._text(one, "name", f"genre {number}", needed=True)
            if plain(name) in declared:
                self._fail(
                    f"genre {number}",
                    f"{name!r} is there twice"
                    + ("" if declared[plain(name)] == name else ", spelled otherwise"),
                    "keep one of the two",
                )
            declared[plain(name)] = name
            if parent := self._text(one, "parent", f"genre {number}"):
                parents[name] = parent
        for number, rule in enumerate(rules, 1):
            if declared.setdefault(plain(rule.genre), rule.genre) != rule.genre:
                self._fail(
                    f"rule {number} ({rule.genre})",
                    f"the genre is spelled {declared[plain(rule.genre)]!r} elsewhere",
                    "spell it one way",
                )
        for genre, parent in parents.items():
            if parent not in declared.values():
                near = difflib.get_close_matches(parent, declared.values(), n=1)
                guess = f"did you mean {near[0]!r}? " if near else ""
                self._fail(
                    f"genre {genre}", f"no parent {parent!r}", f"{guess}add it as a [[genre]] of its own"
                )
        self._check_circles(parents)
        return tuple(declared.values()), parents

    def _check_circles(self, parents: Mapping[str, str]) -> None:
        done: set[str] = set()
        for genre in parents:
            line = [genre]
            while (above := parents.get(line[-1])) is not None and above not in done:
                if above in line:
                    circle = " > ".join([*line[line.index(above) :], above])
                    self._fail(f"genre {above}", f"a circle of parents: {circle}", "leave one of them out")
                line.append(above)
            done.update(line)

    def _aliases(self, told: Any) -> dict[str, str]:
        if not isinstance(told, dict):
            self._fail("at the top", f"'aliases' is {_kind(told)}", "begin the block with [aliases]")
        seen: dict[tuple[str, ...], str] = {}
        for alias, word in told.items():
            where = f"alias {alias!r}"
            if not isinstance(word, str) or not words_of(word) or not words_of(alias):
                self._fail(where, f"stands for {word!r}", 'write both as words: "рок" = "rock"')
            twin = seen.setdefault(words_of(alias), alias)
            if twin != alias:
                self._fail(where, f"is the same as {twin!r} once both are plain", "keep one of the two")
        return dict(told)


def _kind(value: Any) -> str:
    names = {bool: "true or false", int: "a number", float: "a number", str: "a text", dict: "a block"}
    if isinstance(value, list):
        return "a list" if all(isinstance(one, str) for one in value) else "a list with more than texts"
    return names.get(type(value), "a date")
