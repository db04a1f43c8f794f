"""``earmark taxonomy``: print taxonomies, what is wrong with them, and what they could grow by."""

from collections.abc import Iterator

from earmark.cli.label import number, write_lines
from earmark.cli.show import printable
from earmark.service import labelling
from earmark.service.labelling import Complaint, Suggestion, Taxonomy

_PATTERNS_SHOWN = 12


def list_taxonomies() -> None:
    """Print a line per taxonomy that comes with Earmark."""
    found = labelling.shipped()
    width = max(len(one.name) for one in found)
    write_lines(f"{one.name:<{width}}  {len(one.genres):>2} genres: {one.about}" for one in found)


def show_taxonomy(name: str) -> None:
    """Print the genres as a tree, with the patterns of each."""
    write_lines(_shown(labelling.named(name)))


def _shown(taxonomy: Taxonomy) -> Iterator[str]:
    yield f"{taxonomy.name}, hash {taxonomy.hash}, vote: {taxonomy.vote}"
    for text in (taxonomy.about, taxonomy.source):
        if text:
            yield printable(text)
    yield (
        f"{len(taxonomy.genres)} genres in the order that decides between them, {len(taxonomy.rules)} rules, "
        f"{len(taxonomy.aliases)} aliases"
    )
    for genre in taxonomy.genres:
        line = " > ".join(taxonomy.lineage(genre))
        patterns = [
            pattern.text for rule in taxonomy.rules if rule.genre == genre for pattern in rule.patterns
        ]
        more = f", and {len(patterns) - _PATTERNS_SHOWN} more" if len(patterns) > _PATTERNS_SHOWN else ""
        yield f"  {printable(line)}: {printable(', '.join(patterns[:_PATTERNS_SHOWN])) or 'no rule'}{more}"
    for left in taxonomy.untaken:
        yield f"  left out: {printable(left.reason)}: {len(left.patterns)} patterns"


def lint_taxonomy(name: str, *, strict: bool) -> bool:
    """Print what a taxonomy says in vain; return whether it passes."""
    taxonomy, found = labelling.lint(name)
    write_lines(_complaints(taxonomy, found))
    return not any(strict or one.severity == "error" for one in found)


def _complaints(taxonomy: Taxonomy, found: tuple[Complaint, ...]) -> Iterator[str]:
    for one in found:
        yield f"{one.severity}: {printable(one.where)}: {printable(one.what)}"
        yield f"  {one.hint}"
    errors = sum(one.severity == "error" for one in found)
    yield (
        f"{taxonomy.name}: {number(len(taxonomy.rules))} rules, {_counted(errors, 'error')}, "
        f"{_counted(len(found) - errors, 'warning')}"
    )


def _counted(count: int, what: str) -> str:
    return f"{number(count)} {what}{'' if count == 1 else 's'}"


def suggest_rules(
    source: str, name: str, *, top: int, tags_column: str | None, separator: str | None, as_toml: bool
) -> None:
    """Print a genre for each of the commonest tags that no rule takes."""
    found = labelling.suggest(source, name, most=top, tags_column=tags_column, separator=separator)
    if as_toml:
        write_lines(_toml(found))
    elif not found:
        write_lines(["every tag is taken, or left out on purpose"])
    else:
        write_lines(map(_line, found))


def _toml(found: tuple[Suggestion, ...]) -> Iterator[str]:
    for one in found:
        if one.genre is not None:
            yield f"# {_line(one)}\n{one.to_toml()}\n"


def _line(one: Suggestion) -> str:
    tag = printable(one.tag)
    if one.genre is None:
        return f"{tag} ({number(one.songs)}): neither name nor company tells"
    reasons = []
    if one.company:
        reasons.append(f"{number(one.company)} of {number(one.accompanied)} songs with it are of that genre")
    if one.alike is not None:
        reasons.append(f"'{printable(one.alike)}' is of that genre")
    return f"{tag} ({number(one.songs)}): {one.genre}, score {one.score:.2f}: {'; '.join(reasons)}"
