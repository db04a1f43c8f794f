"""A pipeline: steps in order, what each reads, and what is said of it. Pure data, from TOML."""

import copy
import difflib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from earmark.errors import PipelineError
from earmark.pipeline.kinds import KINDS, TYPES, Kind
from earmark.workspace import content_hash

_TOP = ("name", "about", "seed", "step")
_OWN = ("name", "do", "after")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_SEEDS = 2**32


@dataclass(frozen=True)
class Step:
    """One step.

    Attributes
    ----------
    name : str
        What it is called, and what it makes.
    kind : Kind
        What it does.
    inputs : mapping of str to tuple of str
        What it reads, as it was said.
    parameters : mapping
        All of them, defaults included; None where there is none.
    after : tuple of str
        Steps that must be done before, though nothing of them is read.
    """

    name: str
    kind: Kind
    inputs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    after: tuple[str, ...] = ()


@dataclass(frozen=True)
class Pipeline:
    """Steps in the order in which they are done.

    Attributes
    ----------
    name : str
        What it is called.
    seed : int
        Of every step that draws and has none of its own.
    steps : tuple of Step
        Each reads only what stands before it.
    text : str
        What it was read from.
    """

    name: str
    seed: int
    steps: tuple[Step, ...]
    text: str = ""

    def source(self, said: str) -> Step | None:
        """Return the step that an input means by its first part, None for a path."""
        first = said.partition("/")[0]
        return next((step for step in self.steps if step.name == first), None)

    def reads(self, step: Step) -> tuple[str, ...]:
        """Return the steps whose artifacts a step reads."""
        found = [self.source(said) for all_ in step.inputs.values() for said in all_]
        return tuple(dict.fromkeys(one.name for one in found if one is not None))


def parse(text: str, settings: Mapping[str, str] | None = None, name: str = "pipeline") -> Pipeline:
    """Return a pipeline.

    Parameters
    ----------
    text : str
        TOML: ``name``, ``seed``, and a ``[[step]]`` for each step with ``name``, ``do`` and what its kind
        takes.
    settings : mapping of str to str, optional
        What is to be other than the text says: ``{"train.seed": "3", "seed": "1"}``. Values are TOML; what
        is none is a text.
    name : str
        What it is called where it does not say.

    Raises
    ------
    PipelineError
        If it is no TOML, or says what cannot be meant.
    UnknownNameError
        If there is no such kind of step.

    Examples
    --------
    >>> made = parse('''
    ... [[step]]
    ... do = "split"
    ... table = "./songs.csv"
    ... parts = {train = 0.8, test = 0.2}
    ...
    ... [[step]]
    ... do = "train"
    ... table = "./songs.csv"
    ... split = "split"
    ... ''', {"train.seed": "3"})
    >>> [step.name for step in made.steps], made.reads(made.steps[1]), made.steps[1].parameters["seed"]
    (['split', 'train'], ('split',), 3)
    """
    try:
        plain = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PipelineError(f"the pipeline is no TOML: {error}", "mend that line") from error
    _see_keys(plain, _TOP, "the pipeline")
    steps = plain.get("step", [])
    if not (isinstance(steps, list) and steps and all(isinstance(one, dict) for one in steps)):
        raise PipelineError("the pipeline has no steps", 'give each as [[step]] with do = "..."')
    plain = _with(plain, settings or {})
    seed = _seed(plain.get("seed", 0), "the pipeline")
    called = plain.get("name", name)
    if not (isinstance(called, str) and _NAME.fullmatch(called)):
        raise PipelineError(f"the pipeline's name is {called!r}", "give letters, digits and -_.")
    made: list[Step] = []
    for said in plain["step"]:
        made.append(_step(said, made, seed))
    return Pipeline(called, seed, tuple(made), text)


def _with(plain: Mapping[str, Any], settings: Mapping[str, str]) -> dict[str, Any]:
    """Return what is said with what is set in its place."""
    changed = copy.deepcopy(dict(plain))
    steps = {one.get("name", one.get("do")): one for one in changed["step"]}
    for key, text in settings.items():
        first, _, rest = key.partition(".")
        if not rest:
            if key not in ("seed", "name"):
                raise PipelineError(
                    f"there is no '{key}' to set", "set STEP.PARAMETER, or seed of the whole pipeline"
                )
            changed[key] = value_of(text)
            continue
        if first not in steps:
            raise PipelineError(f"'{key}' is set of a step that is not there", _guess(first, steps))
        place, parts = steps[first], rest.split(".")
        for part in parts[:-1]:
            place = place.setdefault(part, {})
            if not isinstance(place, dict):
                raise PipelineError(f"'{key}' is set in what is no table", f"set {first}.{parts[0]} itself")
        place[parts[-1]] = value_of(text)
    return changed


def value_of(text: str) -> Any:
    """Return what a person typed as a value: TOML, or the text itself.

    Examples
    --------
    >>> value_of("3"), value_of("[1, 2]"), value_of("quick"), value_of('"3"')
    (3, [1, 2], 'quick', '3')
    """
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _step(said: Mapping[str, Any], before: Sequence[Step], seed: int) -> Step:
    """Return one step once all of it is seen to be meant."""
    do = said.get("do")
    if not isinstance(do, str):
        known = ", ".join(KINDS)
        raise PipelineError("a step does not say what to do", f'give do = "...": {known}')
    kind, name = KINDS[do], said.get("name", do)
    if not (isinstance(name, str) and _NAME.fullmatch(name)):
        raise PipelineError(f"a step is called {name!r}", "give letters, digits and -_.")
    if name in (one.name for one in before):
        raise PipelineError(f"two steps are called '{name}'", 'give one of them another name = "..."')
    _see_keys(said, (*_OWN, *kind.inputs, *kind.parameters), f"step '{name}'")
    after = _texts(said.get("after", []), f"step '{name}': after")
    for one in after:
        if one not in (other.name for other in before):
            raise PipelineError(
                f"step '{name}' comes after '{one}', which does not stand above it",
                _guess(one, [other.name for other in before]),
            )
    return Step(name, kind, _inputs(said, kind, name), _parameters(said, kind, name, seed), after)


def _inputs(said: Mapping[str, Any], kind: Kind, name: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for key, one in kind.inputs.items():
        where = f"step '{name}': {key}"
        if key not in said:
            if one.required:
                raise PipelineError(f"{where} is missing", f"it is {one.what}: name a step or a path")
            continue
        value = said[key]
        if one.inline and isinstance(value, dict):
            continue
        if one.several and isinstance(value, list):
            found[key] = _texts(value, where)
        elif isinstance(value, str):
            found[key] = (value,)
        else:
            raise PipelineError(f"{where} = {value!r}", "name a step or a path")
    return found


def _parameters(said: Mapping[str, Any], kind: Kind, name: str, seed: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, one in kind.parameters.items():
        where = f"step '{name}': {key}"
        if key not in said:
            if one.required:
                raise PipelineError(f"{where} is missing", f"it is {one.what}")
            found[key] = seed if key == "seed" else copy.deepcopy(one.default)
            continue
        value, (type_, words) = said[key], TYPES[one.type]
        # To Python true is a number.
        if not isinstance(value, type_) or (isinstance(value, bool) and type_ is not bool):
            raise PipelineError(f"{where} = {value!r}", f"give {words}")
        if one.type == "texts":
            _texts(value, where)
        found[key] = value
    found |= {key: said[key] for key, one in kind.inputs.items() if isinstance(said.get(key), dict)}
    if "seed" in found:
        _seed(found["seed"], f"step '{name}'")
    try:
        content_hash(found)
    except (TypeError, ValueError) as error:  # TOML knows dates, nan and inf
        raise PipelineError(
            f"step '{name}' says what is neither text nor a finite number: {error}", "write it as a text"
        ) from error
    return found


def _texts(value: Any, where: str) -> tuple[str, ...]:
    if not (isinstance(value, list) and all(isinstance(one, str) for one in value)):
        raise PipelineError(f"{where} = {value!r}", f"give {TYPES['texts'][1]}")
    return tuple(value)


def _seed(value: Any, where: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < _SEEDS:
        raise PipelineError(f"{where}: seed = {value!r}", "give a number from 0 to 4294967295")
    return value


def _see_keys(found: Mapping[str, Any], known: Sequence[str], what: str) -> None:
    for key in found:
        if key not in known:
            raise PipelineError(f"{what} says {key!r}, which means nothing", _guess(key, known))


def _guess(word: str, known: Any) -> str:
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    guess = f"did you mean {near[0]!r}? " if near else ""
    return f"{guess}known: {', '.join(known) or 'none'}"


def select(pipeline: Pipeline, only: Sequence[str] = (), since: str | None = None) -> tuple[Step, ...]:
    """Return the steps that are to be looked at: all, those named, or one and all that stand below it.

    Raises
    ------
    PipelineError
        If a step is named that is not there.
    """
    names = [step.name for step in pipeline.steps]
    for one in (*only, *([since] if since is not None else [])):
        if one not in names:
            raise PipelineError(f"there is no step '{one}'", _guess(one, names))
    first = 0 if since is None else names.index(since)
    return tuple(
        step for at, step in enumerate(pipeline.steps) if at >= first and (not only or step.name in only)
    )
