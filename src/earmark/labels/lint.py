"""What is wrong with a taxonomy that can be used: rules and patterns that can take no tag."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from earmark.labels.matching import Hit, Matcher
from earmark.labels.patterns import Pattern
from earmark.labels.taxonomy import Taxonomy

Severity = Literal["error", "warning"]
# Stands for the letters of a star: in no tag, so that only another star fits it.
_ANY = "\ua66e"


@dataclass(frozen=True)
class Complaint:
    """Something that a taxonomy says in vain.

    Attributes
    ----------
    severity : {"error", "warning"}
        ``error`` for a rule that can take no tag, ``warning`` for a single pattern, or a genre without songs.
    where : str
        The rule.
    what : str
        What is in vain, and why.
    hint : str
        How to mend it.
    """

    severity: Severity
    where: str
    what: str
    hint: str


@dataclass(frozen=True)
class _Vain:
    """A pattern that takes nothing, why, and whether no tag at all could change that."""

    why: str
    surely: bool


def lint(taxonomy: Taxonomy) -> tuple[Complaint, ...]:
    """Return what a taxonomy says in vain; unreachable rules first.

    A pattern is in vain if an earlier rule takes every tag that holds it, or if its own rule excepts them
    all. An earlier rule with exceptions leaves a way out, so that is a warning at most. Of regular
    expressions this cannot be told; the audit of a labelling shows which of them took nothing.

    Examples
    --------
    >>> from earmark.labels import parse
    >>> broken = parse('''
    ... name = "broken"
    ... [[rule]]
    ... genre = "reggae"
    ... substrings = ["reggae"]
    ... [[rule]]
    ... genre = "latin"
    ... words = ["reggaeton"]
    ... ''')
    >>> lint(broken)[0].what
    "can take no tag: 'reggaeton' goes to rule 1 (reggae) by 'reggae'"
    """
    matcher = Matcher(taxonomy)
    patterns = [rule.patterns for rule in taxonomy.rules] + [left.patterns for left in taxonomy.untaken]
    errors, warnings = [], list(_idle_genres(taxonomy))
    for taker, own in enumerate(patterns):
        vain = [found for number, p in enumerate(own) if (found := _in_vain(matcher, Hit(taker, number), p))]
        where = name_of(taxonomy, taker)
        if len(vain) == len(own) and all(one.surely for one in vain):
            shown = "; ".join(one.why for one in vain[:3])
            more = f"; and {len(vain) - 3} more" if len(vain) > 3 else ""
            hint = "move it before that rule, except its words there, or leave it out"
            errors.append(Complaint("error", where, f"can take no tag: {shown}{more}", hint))
        else:
            warnings += [
                Complaint("warning", where, f"in vain: {one.why}", "move it up, or leave it out")
                for one in vain
            ]
    return (*errors, *warnings)


def name_of(taxonomy: Taxonomy, taker: int) -> str:
    """Return what a rule is called, or what is untaken: ``rule 3 (jazz)``, ``untaken 1 (speech)``."""
    if taker < len(taxonomy.rules):
        return f"rule {taker + 1} ({taxonomy.rules[taker].genre})"
    at = taker - len(taxonomy.rules)
    return f"untaken {at + 1} ({taxonomy.untaken[at].reason})"


def pattern_of(taxonomy: Taxonomy, hit: Hit) -> Pattern:
    """Return the pattern that was hit."""
    if hit.taker < len(taxonomy.rules):
        return taxonomy.rules[hit.taker].patterns[hit.number]
    return taxonomy.untaken[hit.taker - len(taxonomy.rules)].patterns[hit.number]


def _in_vain(matcher: Matcher, own: Hit, pattern: Pattern) -> _Vain | None:
    if pattern.kind == "regexes":
        return None
    taxonomy, shown = matcher.taxonomy, repr(pattern.text)
    witness = _witness(pattern)
    if (renamed := matcher.renamed(witness)) is not None and pattern.kind != "substrings":
        return _Vain(f"{shown} is an alias, which the rules see as {renamed!r}", surely=True)
    hits = matcher.hits(witness)
    if not any(hit.taker == own.taker for hit in hits):
        return _Vain(f"{shown} is among its own exceptions", surely=pattern.kind != "substrings")
    for hit in hits:
        earlier = pattern_of(taxonomy, hit)
        if hit.taker < own.taker and _covers(earlier, pattern):
            is_rule = hit.taker < len(taxonomy.rules)
            exceptions = taxonomy.rules[hit.taker].exceptions if is_rule else ()
            why = f"{shown} goes to {name_of(taxonomy, hit.taker)} by {earlier.text!r}"
            return _Vain(why, surely=not exceptions or pattern.kind == "tags")
    return None


def _witness(pattern: Pattern) -> str:
    """Return a tag that holds a pattern and as little else as can be."""
    text = pattern.text
    if pattern.kind != "substrings":
        return text.replace("*", _ANY)
    before = f"{_ANY} " if text[:1].isspace() else ""
    after = f" {_ANY}" if text[-1:].isspace() else ""
    return f"{before}{text.strip()}{after}"


def _covers(earlier: Pattern, pattern: Pattern) -> bool:
    """Tell whether a pattern that the text of another holds is held by every tag that holds the other."""
    if pattern.kind == "tags":
        return True
    if earlier.kind == "substrings":
        # Words may be joined otherwise than in the text: hip-hop.
        return pattern.kind == "substrings" or earlier.text.isalnum()
    if earlier.kind == "endings":
        return pattern.kind == "endings"
    return earlier.kind == "words" and pattern.kind != "substrings"


def _idle_genres(taxonomy: Taxonomy) -> Iterator[Complaint]:
    busy = {rule.genre for rule in taxonomy.rules} | set(taxonomy.parents.values())
    for genre in taxonomy.genres:
        if genre not in busy:
            yield Complaint(
                "warning", f"genre {genre}", "has no rule and no narrower genre", "give it a rule"
            )
