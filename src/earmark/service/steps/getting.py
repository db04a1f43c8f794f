"""Steps that get what there is to learn from: a file, a catalogue, the features of songs."""

import shutil
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from earmark.errors import ArgumentError, PipelineError
from earmark.pipeline.artifacts import Facts, sha256
from earmark.pipeline.remote import fetch
from earmark.pipeline.sources import expanded
from earmark.service import collection
from earmark.service.library import Library
from earmark.service.steps.job import TABLE, Job


def download(job: Job) -> Facts:
    """Fetch a file: a copy of one here, or what lies at an address."""
    source, said = job.the("url"), job.parameters
    name = said["file"] or (
        source.name if isinstance(source, Path) else PurePosixPath(unquote(urlsplit(source).path)).name
    )
    if not name or name != Path(name).name:
        raise ArgumentError(f"a file called {name!r}", 'give file = "songs.csv"')
    file = job.folder / name
    if isinstance(source, Path):
        shutil.copyfile(source, file)
    else:
        fetch(
            expanded(source, "url"), source, file,
            lambda done, total: job.progress("MB fetched", done >> 20, total >> 20),
        )  # fmt: skip
    found = sha256(file)
    if said["sha256"] and said["sha256"].lower() != found:
        file.unlink()
        raise PipelineError(
            f"what lies at '{source}' hashes to {found}, not to {said['sha256']}",
            "it has changed: look at it, and give its new hash",
        )
    return Facts(name)


def collect(job: Job) -> Facts:
    """Ask a provider for songs."""
    said = job.parameters
    options = {key: str(value) for key, value in said["options"].items()}
    found = collection.collect(
        said["provider"], said["queries"], job.folder / "catalog", options=options,
        progress=None,
    )  # fmt: skip
    if found.stopped is not None:
        raise found.stopped
    if not found.tracks:
        raise PipelineError(
            f"{said['provider']} tells of no song: {found.failed} questions failed", "look at the queries"
        )
    failed = {"failed": {"value": float(len(found.failures)), "low": None, "high": None}}
    return Facts("catalog", metrics=failed)


def extract(job: Job) -> Facts:
    """Measure songs; what was measured before is not measured again."""
    library, said = Library(job.shared), job.parameters
    done = library.extract(
        job.inputs["songs"], said["features"], said["window"], workers=job.workers,
        progress=lambda done, total: job.progress("songs", done, total),
    )  # fmt: skip
    if not done.paths or done.failed == done.songs:
        raise PipelineError(f"no song could be measured, and {done.failed} failed", "look at the songs")
    library.save(job.folder / TABLE, said["features"], said["window"], only=done)
    from earmark.dataset.versions import told_of  # noqa: PLC0415 - pandas, which may be missing

    frame = library.read(said["features"], said["window"], only=done).to_pandas()
    notes = (f"{done.failed} songs could not be heard",) if done.failed else ()
    return Facts(TABLE, {TABLE: told_of(frame)}, notes=notes)
