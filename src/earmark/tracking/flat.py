"""A run as names and values, which is all that services keep."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from earmark.pipeline.artifacts import Artifact
from earmark.tracking.records import Done, Start

_ODD = re.compile(r"[^\w.\- ]")
_CONTEXTS = {"train": "training", "valid": "validation", "test": "test"}


def parameters(run: Start) -> dict[str, str]:
    """Return ``STEP.KEY`` and its value as text, for all that is said of the steps.

    Examples
    --------
    >>> parameters(run)["train.seed"]
    '1'
    """
    return {
        named(f"{step}.{key}"): value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for step, said in run.parameters.items()
        for key, value in said.items()
        if value is not None
    }


def facts(run: Start) -> dict[str, str]:
    """Return what is known of code, environment, machine and seed, ``earmark.KIND.NAME`` and its value."""
    told: dict[str, Mapping[str, Any]] = {
        "code": run.code, "environment": run.environment, "machine": run.machine, "set": run.settings,
        "run": {"id": run.id, "pipeline": run.pipeline, "seed": run.seed, "started": run.started},
    }  # fmt: skip
    return {
        named(f"earmark.{kind}.{name}"): str(value)
        for kind, all_ in told.items()
        for name, value in all_.items()
    }


def metrics(done: Done) -> Iterator[tuple[str, float]]:
    """Yield ``STEP.METRIC`` and its value, then ``STEP.METRIC.low`` and ``.high`` if it has an interval."""
    for name, told in done.artifact.manifest["metrics"].items():
        for key, suffix in (("value", ""), ("low", ".low"), ("high", ".high")):
            if told.get(key) is not None:
                yield named(f"{done.step}.{name}{suffix}"), float(told[key])


def tables(artifact: Artifact) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the tables of an artifact: path, and rows, columns and hash."""
    yield from artifact.manifest["tables"].items()


def context(path: str) -> str:
    """Return what a table is for, by its name.

    Examples
    --------
    >>> context("test.parquet"), context("table.parquet")
    ('test', 'data')
    """
    return _CONTEXTS.get(path.partition(".")[0], "data")


def named(text: str) -> str:
    """Return a name that every service takes.

    Examples
    --------
    >>> named("train.log loss (mean)")
    'train.log loss _mean_'
    """
    return _ODD.sub("_", text)


def lineage(done: Done) -> dict[str, Any]:
    """Return where what a step made comes from."""
    return {
        "artifact": done.artifact.id, "digest": done.artifact.digest, "inputs": dict(done.inputs),
        "parents": dict(done.artifact.manifest["parents"]), "state": done.state, "why": done.why,
        "seconds": round(done.seconds, 3),
    }  # fmt: skip
