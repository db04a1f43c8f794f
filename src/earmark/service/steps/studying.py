"""The step that runs a published study again."""

import shutil
from collections.abc import Mapping, Sequence
from typing import Any

from earmark.pipeline.artifacts import Facts
from earmark.service import reproducing
from earmark.service.steps.job import Job


def files(parameters: Mapping[str, Any]) -> Sequence[str]:
    """Return what a study reads below the folder of data."""
    from earmark.reproduce import REPRODUCTIONS  # noqa: PLC0415 - asked only by pipelines with a study

    return [file.path for file in REPRODUCTIONS[parameters["study"]].files]


def reproduce(job: Job) -> Facts:
    """Run a study again; what was fitted once is not fitted again."""
    said = job.parameters
    found = reproducing.reproduce(
        said["study"], job.the("data"), job.shared, quick=said["quick"], workers=job.workers,
        progress=job.progress,
    )  # fmt: skip
    shutil.copyfile(job.shared / said["study"] / "result.json", job.folder / "result.json")
    metrics = {
        one.what: {"value": one.honest.value, "low": one.honest.low, "high": one.honest.high}
        for one in found.figures
        if one.honest is not None
    }
    return Facts("result.json", metrics=metrics, notes=(found.honest, *found.notes))
