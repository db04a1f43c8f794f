"""What a rule looks for in a tag: words, endings, whole tags, substrings, restricted regular expressions.

Tags come as people wrote them. Before anything is compared, both sides are made plain: one case, no accents
(é is e, and Russian letters lose their dots likewise), single spaces. Words are runs of letters and digits;
*and* and *n* between words count for nothing, so that "R&B", "r n b" and "R'n'B" are the same two words.
"""

import functools
import re
import unicodedata
import warnings
from dataclasses import dataclass
from typing import Literal

Kind = Literal["words", "endings", "tags", "substrings", "regexes"]
KINDS: tuple[Kind, ...] = ("words", "endings", "tags", "substrings", "regexes")

LONGEST_TAG = 100
"""Characters of a tag that are looked at; what is longer is no tag."""
MOST_STEPS = 20_000
"""Attempts that a regular expression may need for one place in a tag of that length."""

_ACCENTS = re.compile("[\u0300-\u036f]")
_WORD = re.compile(r"[^\W_]+")
_STARRED = re.compile(r"\*?[^\W_]+\*?")
_LOST_STAR = re.compile(r"[^\W_]\*[^\W_]")
_CLASS = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]")
_REPEAT = re.compile(r"[*+?]|\{\d*,?\d*\}")
_JOINERS = frozenset({"and", "n"})


@functools.lru_cache(maxsize=1 << 16)
def plain(text: str) -> str:
    """Return a text in one case, without accents and with single spaces.

    Examples
    --------
    >>> plain("  Norteño  ")
    'norteno'
    """
    bare = _ACCENTS.sub("", unicodedata.normalize("NFKD", text[:LONGEST_TAG]).casefold())
    return " ".join(unicodedata.normalize("NFKC", bare).split())


def words_of(text: str, *, starred: bool = False) -> tuple[str, ...]:
    """Return the words of a text.

    Parameters
    ----------
    text : str
        A tag, or a pattern.
    starred : bool
        Keep a star at either end of a word, where any letters may stand.

    Examples
    --------
    >>> words_of("Drum & Bass"), words_of("drum-n-bass"), words_of("*step", starred=True)
    (('drum', 'bass'), ('drum', 'bass'), ('*step',))
    """
    found = (_STARRED if starred else _WORD).findall(plain(text))
    return tuple(word for word in found if word not in _JOINERS) or tuple(found)


@dataclass(frozen=True)
class Pattern:
    """One thing that a rule looks for.

    Attributes
    ----------
    kind : {"words", "endings", "tags", "substrings", "regexes"}
        Whole words anywhere in a tag; the last words of a tag; a whole tag; any letters in a row; a regular
        expression that is found somewhere in the plain tag.
    text : str
        As it was written. A star at an end of a word stands for any letters: ``*step`` is in "dubstep".
    """

    kind: Kind
    text: str

    @property
    def words(self) -> tuple[str, ...]:
        """The words it looks for, with their stars; none for substrings and regular expressions."""
        return () if self.kind in ("substrings", "regexes") else words_of(self.text, starred=True)

    @property
    def is_open(self) -> bool:
        """Whether a tag that holds it may have any words before and after."""
        return self.kind in ("words", "substrings")


def fault_of(pattern: Pattern) -> tuple[str, str] | None:
    """Return what is wrong with a pattern and what would do, or None.

    Examples
    --------
    >>> fault_of(Pattern("regexes", "(a+)+b"))[0]
    'a repeat of a group, at character 5'
    >>> fault_of(Pattern("words", "hip hop"))
    """
    if pattern.kind == "regexes":
        return _fault_of_regex(pattern.text)
    if pattern.kind == "substrings":
        return None if plain(pattern.text) else ("an empty text, which is in every tag", "give some letters")
    if not pattern.words:
        return "no word in it", "give at least one word of letters or digits; for others use substrings"
    bare = plain(pattern.text)
    if _LOST_STAR.search(bare) or bare.count("*") != sum(word.count("*") for word in pattern.words):
        return (
            "a star that is at no end of a word",
            "write it before or after letters, as in *step or electro*",
        )
    return None


def _fault_of_regex(text: str) -> tuple[str, str] | None:
    fault = _fault_by_python(text)
    if fault is not None:
        return fault
    try:
        steps = _Regex(text).steps()
    except _ForbiddenError as error:
        return str(error), _ALLOWED
    if steps > MOST_STEPS:
        return "so many ways to match that a long tag would take too long", _ALLOWED
    if re.search(text, "") is not None:
        return "it finds nothing at all, which is in every tag", "take the star or the question mark away"
    return None


def _fault_by_python(text: str) -> tuple[str, str] | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            re.compile(text)
    except Warning as error:
        return _lower(str(error)), "put a backslash before signs that are meant as such, or use substrings"
    except re.error as error:
        where = "" if error.pos is None else f", at character {error.pos + 1}"
        return f"{error.msg}{where}", "mend it, or list plain texts as substrings"
    except (OverflowError, RecursionError):
        return "numbers or nesting beyond all bounds", "list plain texts as substrings"
    return None


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


_ALLOWED = (
    "use letters, classes, anchors, |, groups, and up to two of *, +, {} after single characters; "
    "or list plain texts as substrings"
)


class _ForbiddenError(Exception):
    """A construct that could take forever, or that no tag needs."""


class _Regex:
    """Reads a regular expression that Python has accepted, and counts in how many ways it can go.

    What may repeat is one character: each such repeat can stop at any of LONGEST_TAG places. Ways of things
    in a row multiply, ways of alternatives add up.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def steps(self) -> int:
        """Return the number of ways, or raise."""
        return self._alternatives()

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _alternatives(self) -> int:
        steps = self._row()
        while self._peek() == "|":
            self._at += 1
            steps += self._row()
        return steps

    def _row(self) -> int:
        steps = 1
        while self._peek() not in ("", "|", ")"):
            steps = min(steps * self._repeated(), MOST_STEPS + 1)
        return steps

    def _repeated(self) -> int:
        is_group = self._peek() == "("
        steps = self._atom()
        while match := _REPEAT.match(self._text, self._at):
            if match[0] == "?":
                steps += 1  # also after another repeat, where it only turns the order
            elif is_group:
                raise _ForbiddenError(f"a repeat of a group, at character {self._at + 1}")
            elif not re.fullmatch(r"\{\d\}", match[0]):
                steps *= LONGEST_TAG
            self._at = match.end()
        return steps

    def _atom(self) -> int:
        at, letter = self._at, self._peek()
        if letter == "(":
            if self._text.startswith("(?", at) and not self._text.startswith("(?:", at):
                raise _ForbiddenError(f"a special group '{self._text[at : at + 3]}', at character {at + 1}")
            self._at += 3 if self._text.startswith("(?:", at) else 1
            steps = self._alternatives()
            self._at += 1
            return steps
        if letter == "[":
            self._at = _CLASS.match(self._text, at).end()  # type: ignore[union-attr] # Python has accepted it
            return 1
        if letter == "\\" and self._text[at + 1].isdigit():
            raise _ForbiddenError(f"a reference to a group, at character {at + 1}")
        self._at += 2 if letter == "\\" else 1
        return 1
