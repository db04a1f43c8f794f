"""Texts cut into the pieces of words that BERT's networks know, uncased.

After Y. Wu et al., "Google's neural machine translation system", 2016 (the longest known piece first), and
J. Devlin et al., "BERT", NAACL 2019 (what is a word).
"""

import functools
import unicodedata
from collections.abc import Iterator, Mapping
from itertools import chain

UNKNOWN, BEGIN, END = "[UNK]", "[CLS]", "[SEP]"
_LONGEST_WORD = 100
_MARKS = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
_NO_TEXT = frozenset({"Cc", "Cf", "Co", "Cs"})
# Blocks of signs that are words of their own, as the tokenizer has them that the network was made with.
_SIGNS = (
    (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F),
    (0x2B740, 0x2B81F), (0x2B920, 0x2CEAF), (0x2F800, 0x2FA1F),
)  # fmt: skip


def words(text: str) -> Iterator[str]:
    """Yield the words and punctuation marks of a text, small letters without accents.

    No more of the text is read than is asked for.

    Examples
    --------
    >>> list(words("Für Élise (Don't!)"))
    ['fur', 'elise', '(', 'don', "'", 't', '!', ')']
    """
    word = ""
    for letter in chain.from_iterable(map(_small, text)):
        if not letter.isspace():
            word += letter
        elif word:
            yield word
            word = ""
    if word:
        yield word


@functools.lru_cache(1 << 12)
def _small(sign: str) -> str:
    """Return a sign's small letters without accents; between spaces where it is a word of its own."""
    if not _is_text(sign):
        return ""
    bare = (one for one in unicodedata.normalize("NFD", sign) if unicodedata.category(one) != "Mn")
    # Letter by letter: Greek has a small letter of its own for the end of a word, which the network lacks.
    small = "".join(letter.lower() for letter in bare)
    apart = "".join(f" {one} " if _is_mark(one) else one for one in small)
    return f" {apart} " if _is_sign(sign) else apart


def _is_text(sign: str) -> bool:
    return sign in "\t\n\r" or not (sign == "\ufffd" or unicodedata.category(sign) in _NO_TEXT)


def _is_sign(sign: str) -> bool:
    return any(low <= ord(sign) <= high for low, high in _SIGNS)


def _is_mark(sign: str) -> bool:
    return sign in _MARKS or unicodedata.category(sign).startswith("P")


def pieces(text: str, known: Mapping[str, int]) -> Iterator[str]:
    """Yield the longest known pieces of each word; those that go on a word begin with ``##``.

    Examples
    --------
    >>> list(pieces("Night trains", {"night": 1, "train": 2, "##s": 3, "[UNK]": 0}))
    ['night', 'train', '##s']
    """
    return (piece for word in words(text) for piece in _of_word(word, known))


def _of_word(word: str, known: Mapping[str, int]) -> list[str]:
    found: list[str] = []
    begin = 0
    while begin < len(word) <= _LONGEST_WORD:
        before = "##" if begin else ""
        ends = (end for end in range(len(word), begin, -1) if before + word[begin:end] in known)
        if (end := next(ends, 0)) == 0:
            return [UNKNOWN]
        found.append(before + word[begin:end])
        begin = end
    return found or [UNKNOWN]
