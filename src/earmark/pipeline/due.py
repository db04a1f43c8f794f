"""Which steps are due, and why: everything that a step would be made from, against what is kept."""

import importlib
import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from hashlib import sha256
from importlib import metadata
from pathlib import Path
from typing import Any

import earmark
from earmark.errors import ArtifactError, PipelineError
from earmark.pipeline.artifacts import Artifact, Artifacts
from earmark.pipeline.kinds import Input
from earmark.pipeline.plan import Pipeline, Step
from earmark.pipeline.sources import Source, made_by, outside
from earmark.workspace import content_hash

PACKAGES = (
    "numpy", "scipy", "pandas", "pyarrow", "scikit-learn", "imbalanced-learn", "skops", "lightgbm",
    "xgboost-cpu", "catboost", "optuna", "av", "soxr", "onnxruntime", "matplotlib",
)  # fmt: skip
"""Libraries whose versions are among what a step is made from, those that are installed."""

_CODE = (".py", ".toml", ".json", ".css", ".js", ".md")
_MOST_CHANGES = 3


@dataclass(frozen=True)
class Due:
    """What is to become of a step.

    Attributes
    ----------
    step : Step
        The step.
    made_from : mapping
        Everything that what it makes depends on.
    sources : mapping of str to tuple of Source
        What it reads.
    artifact : Artifact or None
        What lies there already, whole.
    damage : str
        What is wrong with what lies there.
    why : str
        Why it is due, or not, one line.
    """

    step: Step
    made_from: Mapping[str, Any]
    sources: Mapping[str, tuple[Source, ...]]
    artifact: Artifact | None
    damage: str
    why: str

    @property
    def version(self) -> str:
        """Return the version of what it makes."""
        return content_hash(self.made_from)

    @property
    def id(self) -> str:
        """Return the name of what it makes, ``NAME@VERSION``."""
        return f"{self.step.name}@{self.version}"


def due(pipeline: Pipeline, kept: Artifacts, base: Path, again: Sequence[str] = ()) -> Iterator[Due]:
    """Yield for each step what it is made from and whether that lies there, in order.

    Parameters
    ----------
    pipeline : Pipeline
        The steps.
    kept : Artifacts
        What was made before.
    base : Path
        The folder that paths in the pipeline start from.
    again : sequence of str
        Steps that ask anew what lies elsewhere.

    Raises
    ------
    PipelineError
        If a step reads what is not there, or `again` names one that only works on what lies here.
    """
    _see_that_they_ask(pipeline, again)
    before = list(kept)
    versions: dict[str, str] = {}
    known: dict[tuple[str, Input, str], Source] = {}
    for step in pipeline.steps:
        sources = _sources(step, pipeline, versions, base, known)
        mine = [one for one in before if one.name == step.name]
        made_from = _made_from(step, sources, mine, anew=step.name in again)
        versions[step.name] = content_hash(made_from)
        artifact, damage = _there(kept, step.name, versions[step.name])
        why = _why(made_from, artifact, damage, mine)
        yield Due(step, made_from, sources, artifact, damage, why)


def code_digest() -> str:
    """Return 16 hexadecimal digits that stand for Earmark's Python code and the texts that ship with it.

    They are the same wherever the same Earmark is installed; the compiled kernel is not among them, which
    differs from compiler to compiler and gives the same numbers.
    """
    return _digest_of(Path(earmark.__file__).parent)


@cache
def _digest_of(package: Path) -> str:
    digest = sha256()
    for path in sorted(package.rglob("*")):
        if path.suffix in _CODE and path.is_file():
            digest.update(f"{path.relative_to(package).as_posix()}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


@cache
def environment() -> Mapping[str, str]:
    """Return the versions of Python and of the libraries that what is made may depend on."""
    found = {"python": platform.python_version(), "earmark": earmark.__version__}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def _see_that_they_ask(pipeline: Pipeline, again: Sequence[str]) -> None:
    asking = [step.name for step in pipeline.steps if step.kind.elsewhere]
    for one in again:
        if one not in asking:
            raise PipelineError(
                f"'{one}' asks nothing that lies elsewhere, so it would come out the same",
                f"steps that may be done again: {', '.join(asking) or 'none'}; "
                "others run by themselves when what they are made from changes",
            )


def _sources(
    step: Step,
    pipeline: Pipeline,
    versions: Mapping[str, str],
    base: Path,
    known: dict[tuple[str, Input, str], Source],
) -> dict[str, tuple[Source, ...]]:
    """Return what a step reads; what several steps read from outside is looked at once."""
    found: dict[str, tuple[Source, ...]] = {}
    for key, all_ in step.inputs.items():
        what, one = step.kind.inputs[key], []
        only = partial(_called, what.only, step.parameters) if what.only else None
        for said in all_:
            source = pipeline.source(said)
            if source is None:
                same = (said, what, step.name if only is not None else "")
                if same not in known:
                    known[same] = outside(said, what, base, f"step '{step.name}': {key}", only)
                one.append(known[same])
            elif source.name in versions:
                one.append(made_by(said, source.name, versions[source.name]))
            else:
                raise PipelineError(
                    f"step '{step.name}' reads '{said}', which is made below it", "put that step above"
                )
        found[key] = tuple(one)
    return found


def _called(target: str, parameters: Mapping[str, Any]) -> Sequence[str]:
    home, _, name = target.partition(":")
    files: Sequence[str] = getattr(importlib.import_module(home), name)(parameters)
    return files


def _made_from(
    step: Step, sources: Mapping[str, tuple[Source, ...]], mine: Sequence[Artifact], *, anew: bool
) -> dict[str, Any]:
    said: dict[str, Any] = {
        "do": step.kind.name,
        "parameters": dict(step.parameters),
        "inputs": {key: [one.id for one in all_] for key, all_ in sources.items()},
    }
    if not step.kind.elsewhere:
        return said | {"code": code_digest(), "environment": dict(environment())}
    asked = [
        one.manifest["made_from"]["asked"]
        for one in mine
        if {**one.manifest["made_from"], "asked": None} == {**said, "asked": None}
    ]
    return said | {"asked": max(asked, default=0 if anew else 1) + anew}


def _there(kept: Artifacts, name: str, version: str) -> tuple[Artifact | None, str]:
    """Return what is kept, or what is wrong with it."""
    try:
        found = kept.find(name, version)
    except ArtifactError as error:
        return None, error.message
    damage = "" if found is None else found.damage()
    return (None, damage) if damage else (found, "")


def _why(
    made_from: Mapping[str, Any], artifact: Artifact | None, damage: str, mine: Sequence[Artifact]
) -> str:
    if artifact is not None:
        return "nothing that it is made from has changed"
    if damage:
        return f"what lay there is damaged: {damage}"
    if not mine:
        return "it was never made"
    return changes(mine[-1].manifest["made_from"], made_from)


def changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """Return what differs in what two things were made from, one line.

    Examples
    --------
    >>> changes({"parameters": {"seed": 1}, "code": "a"}, {"parameters": {"seed": 2}, "code": "a"})
    'seed: 1 -> 2'
    """
    old, new = _flat(before), _flat(now)
    found = [
        f"{_plain(key)}: {old.get(key, 'none')} -> {new.get(key, 'none')}"
        for key in dict.fromkeys([*new, *old])
        if old.get(key) != new.get(key)
    ]
    more = f", and {len(found) - _MOST_CHANGES} more" if len(found) > _MOST_CHANGES else ""
    return ", ".join(found[:_MOST_CHANGES]) + more if found else "it is made again"


def _plain(key: str) -> str:
    first, _, rest = key.partition(".")
    return "Earmark's code" if first == "code" else rest or first


def _flat(plain: Mapping[str, Any], before: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in plain.items():
        if isinstance(value, Mapping) and value:
            found |= _flat(value, f"{before}{key}.")
        else:
            found[f"{before}{key}"] = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return found
