"""Servers of MLflow for real, on SQLite and on PostgreSQL: told of runs, and killed in the middle of one."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

import tracked
from earmark.tracking.runs import Runs
from earmark.tracking.trackers import trackers_of
from pipelines import PIPELINE, command, lay_out

ROOT = Path(__file__).parents[1]

CHECK = '[[step]]\ndo = "check"'
DOWNLOAD = '[[step]]\nname = "more"\ndo = "download"\nurl = "{}"\n\n'

pytestmark = tracked.BY_MLFLOW


def see_that_mlflow_runs_the_repository(address, folder, monkeypatch):
    """See that ``mlflow run`` on the repository runs a pipeline, which is kept where MLflow keeps its own."""
    from click.testing import CliRunner
    from mlflow.cli import cli

    from earmark.tracking.by_mlflow import speaking_to
    from mlflows import client, the_run

    path = lay_out(folder, PIPELINE.replace("small", "project"))
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    with speaking_to(address):
        said = ["run", str(ROOT), "--env-manager", "local", "-P", f"pipeline={path}", "-P"]
        done = CliRunner().invoke(cli, [*said, f"workspace={folder}"])
    assert done.exit_code == 0, done.output
    (ran,) = Runs(folder / "runs")
    assert (ran.state, ran.said["notes"]) == ("finished", [])
    speaks = client(address)
    kept, _ = the_run(speaks, "project")
    assert (kept.info.run_name, kept.info.status) == (ran.id, "FINISHED")
    assert kept.data.metrics["evaluate.accuracy"] == ran.metrics["evaluate.accuracy"]["value"]
    assert kept.data.tags["earmark.model.train"] == "models:/project.train/1"
    (version,) = speaks.search_model_versions("name='project.train'")
    assert version.tags["earmark.artifact"] == ran.steps[4]["artifact"]
    found = Path(speaks.download_artifacts(kept.info.run_id, "lineage.json", str(folder)))
    assert json.loads(found.read_text())["train"]["artifact"] == ran.steps[4]["artifact"]


@contextmanager
def asked_for(happens):
    """Yield the address of a file, and do something when it is asked for."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self):
            happens()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"more\n")

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Answers) as served:
        threading.Thread(target=served.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{served.server_port}/more"
        served.shutdown()


@pytest.fixture(scope="module")
def postgres():
    """Return the address of a cluster of PostgreSQL that is made here, or skip."""
    from mlflows import free_port

    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        pytest.skip("no PostgreSQL here: apt-get install postgresql")
    pytest.importorskip("psycopg2", reason="psycopg2 is not installed")
    if os.getuid() == 0 and shutil.which("runuser") is None:
        pytest.skip("PostgreSQL does not run as root, and there is no runuser")
    # Not among pytest's folders, which nobody else may enter.
    place = Path(tempfile.mkdtemp(prefix="earmark-postgres-"))
    bins, data, port = found[-1].parent, place / "data", free_port()
    someone = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    password = place / "password"
    password.write_text(tracked.TOKEN)
    if someone:
        for one in (place, password):
            shutil.chown(one, "postgres")

    def do(*command):
        done = subprocess.run(
            [*someone, *map(str, command)], capture_output=True, text=True, check=False, cwd="/"
        )
        assert done.returncode == 0, done.stdout + done.stderr

    do(bins / "initdb", "-D", data, "-U", "earmark", "-A", "scram-sha-256", f"--pwfile={password}", "-N")
    do(
        bins / "pg_ctl",
        "-D",
        data,
        "-w",
        "-l",
        place / "log",
        "-o",
        f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={place} -c fsync=off",
        "start",
    )
    yield f"postgresql+psycopg2://earmark:{tracked.TOKEN}@127.0.0.1:{port}/postgres"
    do(bins / "pg_ctl", "-D", data, "-m", "immediate", "stop")
    shutil.rmtree(place)


def test_a_server_that_is_killed_in_the_middle(in_mlflow, tmp_path, monkeypatch):
    """The repository as a project first, which is kept whole; then a run whose server dies."""
    from mlflows import running

    shutil.copy(in_mlflow / "mlflow.db", tmp_path / "server.db")  # its tables are made already
    with running(f"sqlite:///{tmp_path / 'server.db'}", tmp_path) as (address, process):
        see_that_mlflow_runs_the_repository(address, tmp_path, monkeypatch)
        folder = tmp_path / "killed"
        folder.mkdir()
        with asked_for(lambda: (process.kill(), process.wait())) as file:
            lay_out(folder, PIPELINE.replace(CHECK, DOWNLOAD.format(file) + CHECK))
            done = command("run", "pipeline.toml", "--track", f"mlflow={address}", folder=folder)
    assert done.exit_code == 0, done.output
    note = "mlflow left out from step 'more' on: MlflowException: "
    assert f"note: {note}" in done.output
    (ran,) = Runs(folder / "runs")
    assert ran.state == "finished"
    assert [one["state"] for one in ran.steps] == ["made"] * 7
    assert ran.said["notes"][0].startswith(note)


def test_a_server_on_postgresql(told, postgres, tmp_path):
    from mlflows import client, running, see_all_of_it, see_that_it_answers

    with running(postgres, tmp_path) as (address, _):
        watchers = trackers_of([f"mlflow={address}"], tmp_path)
        tracked.watch(watchers, told)
        assert watchers.notes == []
        see_all_of_it(client(address), told, tmp_path / "found")
        see_that_it_answers(address, told)


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("http", "MlflowException: API request to http://…@127.0.0.1:"),
        ("postgresql+psycopg2", "the database of MLflow does not answer: connection to server at"),
    ],
)
def test_an_address_that_cannot_be_reached_tells_no_password(told, tmp_path, kind, says):
    from mlflows import free_port

    watchers = trackers_of([f"mlflow={kind}://me:{tracked.TOKEN}@127.0.0.1:{free_port()}"], tmp_path)
    tracked.watch(watchers, told)
    (note,) = watchers.notes
    assert note.startswith(f"mlflow left out from the start on: {says}")
    assert tracked.TOKEN not in note
