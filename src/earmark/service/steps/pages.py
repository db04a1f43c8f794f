"""Steps that write pages: what a table holds, what a model leans on, models side by side."""

import json

from earmark.pipeline.artifacts import Facts
from earmark.service import checking, explaining, exploring, reporting
from earmark.service.steps.job import Job
from earmark.workspace import write_text

_PAGE = "page.html"


def explore(job: Job) -> Facts:
    """Draw a table and its statistics."""
    dataset = checking.read(
        job.the("table"), label=job.parameters["label"], labels=job.one("labels"), catalog=job.one("catalog")
    )
    exploring.explore(
        dataset, job.folder / _PAGE, unit=job.parameters["unit"],
        pairs=[exploring.pair(one) for one in job.parameters["pairs"]], tables=job.folder / "tables",
        progress=job.progress,
    )  # fmt: skip
    return Facts(_PAGE, figures=(_PAGE,))


def explain(job: Job) -> Facts:
    """Tell what a model leans on."""
    said = job.parameters
    told = explaining.explain(
        job.the("model"), job.table, job.folder / _PAGE, heard=said["heard"], repeats=said["repeats"],
        progress=None,
    )  # fmt: skip
    text = json.dumps(told.plain, indent=1, ensure_ascii=False, default=float)
    write_text(job.folder / "explanation.json", text + "\n")
    return Facts(_PAGE, figures=(_PAGE,), notes=(told.finding, *told.notes))


def report(job: Job) -> Facts:
    """Put models side by side."""
    made = reporting.report(job.inputs["models"], job.folder / _PAGE)
    best = {f"accuracy.{name}": {"value": value, "low": None, "high": None} for name, value in made.models}
    return Facts(_PAGE, metrics=best, figures=(_PAGE,))
