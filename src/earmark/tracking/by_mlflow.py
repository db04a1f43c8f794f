"""Runs in MLflow: a database in the workspace, or a server. The only file that knows MLflow.

::

    mlflow.db       runs, models and their versions, where no server is named
    mlartifacts/    their files
"""

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from earmark.errors import TrackerError
from earmark.tracking import flat, served
from earmark.tracking.records import Done, End, Start, Trial
from earmark.tracking.secrecy import plain, secrets_of_environment
from earmark.workspace import locked

# MLflow would tell its makers of every call, retry for minutes, print how it makes its tables, and draw bars.
for _name, _value in (
    ("MLFLOW_DISABLE_TELEMETRY", "true"),
    ("DO_NOT_TRACK", "true"),
    ("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1"),
    ("MLFLOW_HTTP_REQUEST_TIMEOUT", "20"),
    ("MLFLOW_LOGGING_LEVEL", "ERROR"),
    ("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false"),
    ("PGCONNECT_TIMEOUT", "10"),
    ("GIT_PYTHON_REFRESH", "quiet"),
):
    os.environ.setdefault(_name, _value)

try:
    import mlflow
    from mlflow.entities import (
        Dataset,
        DatasetInput,
        InputTag,
        Metric,
        Param,
        RunTag,
    )
    from mlflow.exceptions import MlflowException
    from sqlalchemy import NullPool, create_engine
    from sqlalchemy.exc import DBAPIError, SQLAlchemyError
except ImportError as _error:
    raise TrackerError(
        "this needs MLflow, which is not installed", "pip install 'earmark[mlflow]'"
    ) from _error

VARIABLE = "MLFLOW_TRACKING_URI"
DATABASE, FILES = "mlflow.db", "mlartifacts"
_DATABASES = ("postgresql", "mysql", "mssql")
_ENDS = {"finished": "FINISHED", "failed": "FAILED", "interrupted": "KILLED"}
_AT_ONCE = 100
_LONGEST_VALUE = 5000
_LONGEST_DIGEST = 36
_MOST_COLUMNS = 500


def address_in(workspace: Path) -> str:
    """Return where MLflow keeps runs: what ``MLFLOW_TRACKING_URI`` says, or a database in the workspace."""
    return os.environ.get(VARIABLE) or f"sqlite:///{(workspace / DATABASE).resolve().as_posix()}"


def client_of(workspace: Path, address: str) -> "mlflow.MlflowClient":
    """Return what speaks to it; one process at a time makes the tables of a database in the workspace."""
    if not address.startswith("sqlite:"):
        _see_that_it_answers(address)
        return mlflow.MlflowClient(tracking_uri=address, registry_uri=address)
    with locked(workspace / FILES):
        made = mlflow.MlflowClient(tracking_uri=address, registry_uri=address)
        made.search_experiments(max_results=1)
    return made


def _see_that_it_answers(address: str) -> None:
    """Try a database once, where MLflow would try for minutes; a server it asks once itself.

    Raises
    ------
    TrackerError
        If it does not answer, or lets nobody in.
    """
    if not address.startswith(_DATABASES):
        return
    try:
        create_engine(address, poolclass=NullPool).connect().close()
    except (SQLAlchemyError, ImportError, ValueError) as error:
        told = str(error.orig if isinstance(error, DBAPIError) else error)
        raise TrackerError(
            f"the database of MLflow does not answer: {plain(told, secrets_of_environment())}",
            "start it, or name another: --track mlflow=ADDRESS, or MLFLOW_TRACKING_URI",
        ) from error


@contextmanager
def speaking_to(address: str) -> Iterator[None]:
    """Let what MLflow does without a client go to an address; its settings are of the whole process."""
    before = mlflow.get_tracking_uri(), mlflow.get_registry_uri(), os.environ.get(VARIABLE)
    mlflow.set_tracking_uri(address)
    mlflow.set_registry_uri(address)
    try:
        yield
    finally:
        mlflow.set_tracking_uri(before[0])
        mlflow.set_registry_uri(before[1])
        if before[2] is None:
            os.environ.pop(VARIABLE, None)
        else:
            os.environ[VARIABLE] = before[2]


def downloaded(name: str, folder: Path, workspace: Path) -> Path:
    """Download a model by its name in the registry or of a run, and return where it lies.

    Parameters
    ----------
    name : str
        ``"models:/NAME/VERSION"``, ``"models:/NAME@ALIAS"`` or ``"runs:/ID/NAME"``.
    folder : Path
        Where to put it.
    workspace : Path
        Where the database lies if no server is named.

    Raises
    ------
    TrackerError
        If it cannot be had, or the database does not answer.
    """
    address = address_in(workspace)
    _see_that_it_answers(address)
    try:
        with speaking_to(address):
            return Path(mlflow.artifacts.download_artifacts(artifact_uri=name, dst_path=os.fspath(folder)))
    except (MlflowException, OSError, ValueError) as error:
        told = plain(str(error), secrets_of_environment())
        raise TrackerError(
            f"MLflow gives no model '{name}': {told}",
            f"name one as models:/NAME/VERSION, and say where it is kept: {VARIABLE} is now "
            f"{plain(address, secrets_of_environment())}",
        ) from error


class Mlflow:
    """Keeps one run in MLflow; a :class:`~earmark.tracking.records.Tracker`.

    Parameters
    ----------
    workspace : Path
        Where its database lies if no server is named.
    address : str
        Of a server or a database; empty for what ``MLFLOW_TRACKING_URI`` says, or the database.
    """

    def __init__(self, workspace: Path, address: str = "") -> None:
        self._workspace = workspace
        self._address = address or address_in(workspace)
        self._lineage: dict[str, Any] = {}
        self._pipeline = self._experiment = self._run = ""

    def start(self, run: Start) -> None:
        """Begin a run: parameters, and what is known of code, environment and machine."""
        self._client = client_of(self._workspace, self._address)
        self._pipeline = flat.named(run.pipeline)
        self._experiment = self._experiment_named(self._pipeline)
        tags = {name: value[:_LONGEST_VALUE] for name, value in flat.facts(run).items()}
        made = self._client.create_run(self._experiment, tags=tags, run_name=run.id)
        self._run = made.info.run_id
        said = [Param(name, value[:_LONGEST_VALUE]) for name, value in flat.parameters(run).items()]
        for at in range(0, len(said), _AT_ONCE):
            self._client.log_batch(self._run, params=said[at : at + _AT_ONCE])
        self._client.log_text(self._run, run.text, "pipeline.toml")

    def log(self, done: Done) -> None:
        """Keep what a step did: figures with intervals, pages, manifest, tables, trials, the model."""
        now = int(time.time() * 1000)
        told = [Metric(name, value, now, 0) for name, value in flat.metrics(done)]
        tags = [RunTag(f"earmark.artifact.{flat.named(done.step)}", done.artifact.id)]
        self._client.log_batch(self._run, metrics=told, tags=tags)
        place = f"steps/{done.step}"
        self._client.log_dict(self._run, dict(done.artifact.manifest), f"{place}/manifest.json")
        for path in done.figures:
            inner = Path(place, path).parent.as_posix()
            self._client.log_artifact(self._run, os.fspath(done.artifact.folder / path), inner)
        self._log_data(done)
        if done.state == "made":
            for number, trial in enumerate(done.trials, 1):
                self._log_trial(done.step, number, trial)
        if done.model:
            self._log_model(done)
        self._lineage[done.step] = flat.lineage(done)
        self._client.log_dict(self._run, self._lineage, "lineage.json")

    def finish(self, end: End) -> None:
        """End the run."""
        if end.error:
            self._client.set_tag(self._run, "earmark.error", end.error)
        self._client.set_terminated(self._run, _ENDS[end.state])

    def _experiment_named(self, name: str) -> str:
        found = self._client.get_experiment_by_name(name)
        if found is not None:
            return str(found.experiment_id)
        here = (self._workspace / FILES).resolve().as_uri() if self._address.startswith("sqlite:") else None
        try:
            return str(self._client.create_experiment(name, artifact_location=here))
        except MlflowException:
            # Another run may have made it meanwhile; if not, the failure is the one to tell.
            found = self._client.get_experiment_by_name(name)
            if found is None:
                raise
            return str(found.experiment_id)

    def _log_data(self, done: Done) -> None:
        """Keep which tables the run worked on: files from outside, and those that steps made."""
        found = []
        for key, said in done.inputs.items():
            if said.startswith("file:"):
                path, _, digest = said.removeprefix("file:").rpartition("#")
                source = json.dumps({"uri": path})
                name = f"{flat.named(Path(path).name)}"
                digest = digest.partition("=")[2][:_LONGEST_DIGEST]
                found.append((Dataset(name, digest, "local", source), f"{done.step}.{key}"))
        for path, table in flat.tables(done.artifact):
            columns = list(table["columns"].items())[:_MOST_COLUMNS]
            schema = {"mlflow_colspec": [{"name": name, "type": kind} for name, kind in columns]}
            source = json.dumps({"uri": os.fspath(done.artifact.folder / path)})
            one = Dataset(
                f"{done.step}/{path}", str(table["hash"])[:_LONGEST_DIGEST], "local", source,
                json.dumps(schema), json.dumps({"num_rows": table["rows"]}),
            )  # fmt: skip
            found.append((one, flat.context(path)))
        inputs = [DatasetInput(one, [InputTag("mlflow.data.context", what)]) for one, what in found]
        if inputs:
            self._client.log_inputs(self._run, datasets=inputs)

    def _log_trial(self, step: str, number: int, trial: Trial) -> None:
        """Keep a point that a search tried, as a run below this one."""
        tags = {"mlflow.parentRunId": self._run, "earmark.step": step}
        made = self._client.create_run(self._experiment, tags=tags, run_name=f"{step} trial {number}")
        now = int(time.time() * 1000)
        self._client.log_batch(
            made.info.run_id,
            [Metric(flat.named(name), float(value), now, 0) for name, value in trial.metrics.items()],
            [
                Param(flat.named(name), str(value)[:_LONGEST_VALUE])
                for name, value in trial.parameters.items()
            ],
        )
        self._client.set_terminated(made.info.run_id)

    def _log_model(self, done: Done) -> None:
        """Keep a model and register it, unless the very same is registered already."""
        name = f"{self._pipeline}.{flat.named(done.step)}"
        version = self._registered(name, done.artifact.id)
        if version is None:
            version = self._register(name, done)
        self._client.set_tag(self._run, f"earmark.model.{flat.named(done.step)}", f"models:/{name}/{version}")

    def _registered(self, name: str, artifact: str) -> str | None:
        found = self._client.search_model_versions(f"name='{name}'")
        return next((str(one.version) for one in found if one.tags.get(served.TAG) == artifact), None)

    def _register(self, name: str, done: Done) -> str:
        told = served.told(done.artifact, done.model)
        from mlflow.models import ModelSignature  # noqa: PLC0415 - slow, and only for a run with a model
        from mlflow.types import ColSpec, Schema  # noqa: PLC0415 - as above

        signature = ModelSignature(
            Schema([ColSpec(kind, column) for column, kind in told.inputs.items()]),
            Schema([ColSpec(kind, column) for column, kind in told.outputs.items()]),
        )
        with self._underway(), speaking_to(self._address), mlflow.start_run(run_id=self._run):
            made = mlflow.pyfunc.log_model(
                name=flat.named(done.step), loader_module=served.LOADER,
                data_path=os.fspath(done.artifact.folder / done.model), signature=signature,
                input_example=told.example, pip_requirements=told.requirements,
                metadata={served.TAG: done.artifact.id},
            )  # fmt: skip
            if name not in {one.name for one in self._client.search_registered_models(f"name='{name}'")}:
                self._client.create_registered_model(name)
            tags = {metric: f"{value:.6g}" for metric, value in flat.metrics(done)}
            version = self._client.create_model_version(
                name, made.model_uri, self._run, tags={served.TAG: done.artifact.id, **tags},
                model_id=made.model_id,
            )  # fmt: skip
        return str(version.version)

    @contextmanager
    def _underway(self) -> Iterator[None]:
        """Keep the run's state, which leaving MLflow's own context ends as if all had gone well."""
        try:
            yield
        except Exception:
            with suppress(MlflowException):  # the first failure is the one to tell
                self._client.set_terminated(self._run, "FAILED")
            raise
        self._client.update_run(self._run, "RUNNING")
