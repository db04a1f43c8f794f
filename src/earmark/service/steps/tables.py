"""Steps from table to table: cleaned, labelled, checked, split."""

import json
import os
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from earmark.errors import ArgumentError, PipelineError, TableError
from earmark.pipeline.artifacts import Facts
from earmark.service import checking, labelling, splitting
from earmark.service.steps.job import TABLE, Job
from earmark.workspace import write_text

if TYPE_CHECKING:
    import pandas as pd

_STOPS = {"error": ("error",), "warning": ("error", "warning"), "never": ()}
_SHOWN = 5


def preprocess(job: Job) -> Facts:
    """Clean a table: equal rows, columns, names, gaps, texts, in this order."""
    from earmark.dataset.versions import told_of  # noqa: PLC0415 - pandas, which may be missing

    said = job.parameters
    frame = checking.read(job.the("table")).frame
    before = len(frame)
    if said["drop_duplicates"]:
        frame = frame.drop_duplicates(ignore_index=True)
    _see_columns(frame, [*said["drop"], *said["rename"]])
    frame = frame.drop(columns=said["drop"]).rename(columns=said["rename"])
    _see_columns(frame, said["fill"])
    frame = frame.fillna(said["fill"]) if said["fill"] else frame
    for name, parts in said["join"].items():
        if not (isinstance(parts, list) and parts and all(isinstance(one, str) for one in parts)):
            raise ArgumentError(f"join.{name} = {parts!r}", 'give columns, as ["title", "song_name"]')
        _see_columns(frame, parts)
        texts = frame[parts].astype("object").fillna("").astype(str)
        frame[name] = [" ".join(row).strip() for row in zip(*(texts[part] for part in parts), strict=True)]
    frame.to_parquet(job.folder / TABLE, index=False)
    return Facts(TABLE, {TABLE: told_of(frame)}, notes=(f"{before - len(frame)} equal rows left out",))


def _see_columns(frame: "pd.DataFrame", names: Sequence[str]) -> None:
    if missing := [name for name in names if name not in frame.columns]:
        raise TableError(
            f"the table has no column '{missing[0]}'", f"it has {', '.join(map(str, frame.columns[:20]))}"
        )


def label(job: Job) -> Facts:
    """Give songs a genre by their tags."""
    said = job.parameters
    done = labelling.label(
        os.fspath(job.the("catalog")), os.fspath(job.the("taxonomy")), output=job.folder, vote=said["vote"],
        min_count=said["min_count"], tags_column=said["tags_column"], id_column=said["id_column"],
        separator=said["separator"], distinct=said["distinct"],
    )  # fmt: skip
    if done.folder is None:
        raise TableError("no song got a genre", "look at the audit of 'earmark label'")
    return Facts(done.folder.name)


def check(job: Job) -> Facts:
    """Look for faults, and stop the run at those that nobody knows of."""
    said = job.parameters
    if said["stop_at"] not in _STOPS:
        raise ArgumentError(f"stop_at = {said['stop_at']!r}", f"give one of {', '.join(_STOPS)}")
    beside = {"labels": job.one("labels"), "catalog": job.one("catalog"), "label": said["label"]}
    table = checking.read(job.the("table"), schema=job.one("schema"), **beside)
    reference = job.one("reference")
    report = checking.check(
        table,
        reference=None if reference is None else checking.read(reference, **beside),
        split=job.one("split"),
        progress=job.progress,
    )
    text = json.dumps(report.to_dict(), indent=1, ensure_ascii=False, default=str)
    write_text(job.folder / "report.json", text + "\n")
    stops = [
        one for one in report.findings
        if one.severity in _STOPS[said["stop_at"]] and one.code not in said["known"]
    ]  # fmt: skip
    if stops:
        told = "; ".join(f"{one.code}: {one.finding}" for one in stops[:_SHOWN])
        more = f"; and {len(stops) - _SHOWN} more" if len(stops) > _SHOWN else ""
        raise TableError(
            f"the table has {len(stops)} faults that stop the run: {told}{more}",
            f"all are told in '{job.folder / 'report.json'}'; mend them, or name them in known = [...]",
        )
    counts = {f"{kind}s": _figure(count) for kind, count in report.counts.items()}
    notes = tuple(f"{one.code}: {one.finding}" for one in report.findings if one.severity != "note")
    return Facts("report.json", metrics=counts, notes=notes)


def _figure(value: float) -> dict[str, float | None]:
    return {"value": float(value), "low": None, "high": None}


def split(job: Job) -> Facts:
    """Share rows out; parts are written as tables as well."""
    said = job.parameters
    if said["parts"] and not all(
        isinstance(one, int | float) and not isinstance(one, bool) for one in said["parts"].values()
    ):
        raise ArgumentError(f"parts = {said['parts']!r}", "give shares, as {train = 0.8, test = 0.2}")
    place = job.folder / "split.json"
    if said["folds"] is None and said["repeats"] != 1:
        raise PipelineError("repeats of a split into parts", "give folds = 5, or leave out repeats")
    folds = None if said["folds"] is None else splitting.Folds(said["folds"], said["repeats"])
    made = splitting.split_table(
        job.the("table"), place, label=said["label"], labels=job.one("labels"), catalog=job.one("catalog"),
        parts=said["parts"] or None, folds=folds, published=said["published"], by=said["by"],
        seed=said["seed"], naive=said["naive"],
    )  # fmt: skip
    tables: dict[str, Any] = {}
    if made.parts:
        from earmark.dataset.versions import told_of  # noqa: PLC0415 - pandas, which may be missing

        whole = replace(job, parameters={"label": said["label"]}).table.read().frame
        for name, rows in made.parts.items():
            part = whole.iloc[rows].reset_index(drop=True)
            part.to_parquet(job.folder / f"{name}.parquet", index=False)
            tables[f"{name}.parquet"] = told_of(part)
    return Facts(place.name, tables, notes=(made.certificate.stamp,))
