"""Work on a real cluster: same numbers, a killed worker costs nothing, and what is wrong with it is said."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import s3fs

import clusters
import sounds
import stores
from earmark.errors import ArgumentError, ExecutorError, MissingFileError, WorkerDiedError
from earmark.executors import as_finished, cluster, executor
from earmark.service.library import Library

pytestmark = pytest.mark.slow

SONGS = 24


@pytest.fixture(scope="module")
def music(tmp_path_factory) -> Path:
    """Return a folder of songs, no two alike."""
    folder = tmp_path_factory.mktemp("music")
    for number in range(SONGS):
        song = sounds.music(7.0, 22050, 1) * (0.2 + number / 40)
        sounds.write(folder / f"{number:02}.{'flac' if number % 2 else 'mp3'}", song, 22050)
    return folder


@pytest.fixture(scope="module")
def store(music):
    """Return a real object store that holds the same songs in the bucket ``music``."""
    with stores.object_store() as address, pytest.MonkeyPatch.context() as patch:
        for name, value in {**stores.KEYS, "AWS_ENDPOINT_URL": address}.items():
            patch.setenv(name, value)
        s3fs.S3FileSystem.clear_instance_cache()
        system = s3fs.S3FileSystem()
        system.mkdir("music")
        system.put([str(path) for path in sorted(music.iterdir())], "music/")
        yield system
    s3fs.S3FileSystem.clear_instance_cache()


@pytest.fixture(scope="module")
def scheduler():
    with clusters.scheduler() as (_, address):
        yield address


def plain(library: Library) -> dict[str, list]:
    """Return the table of a library, its paths without the folder that they lie in."""
    table = library.read("gtzan58", window="3s").to_pydict()
    return {**table, "path": [path.rpartition("/")[2] for path in table["path"]]}


# --- the whole of it


def test_songs_elsewhere_on_two_machines_one_of_them_killed(store, music, scheduler, tmp_path):
    here = Library(tmp_path / "here")
    assert here.extract(music, "gtzan58", executor="inline").measured == SONGS
    there = Library(tmp_path / "there")
    with clusters.workers(scheduler, 2) as (victim, _):

        def progress(done: int, total: int) -> None:
            if done == total // 2:
                victim.kill()

        done = there.extract("s3://music", "gtzan58", executor="dask", address=scheduler, progress=progress)
        assert victim.wait(10) == -9
        assert (done.measured, done.failed, dict(done.failures)) == (SONGS, 0, {})
        assert plain(there) == plain(here)
        assert {path.rpartition("/")[0] for path in done.paths.values()} == {"s3://music"}
        again = there.extract("s3://music", "gtzan58", executor="dask", address=scheduler)
        assert (again.measured, again.unchanged) == (0, SONGS)
        _the_same_by_command(scheduler, tmp_path / "command", here)


def _the_same_by_command(address: str, folder: Path, here: Library) -> None:
    options = ["--features", "gtzan58", "--window", "3s", "--executor", "dask", "--address", address]
    done = subprocess.run(
        [sys.executable, "-m", "earmark", "extract", "s3://music", *options, "-o", str(folder)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert f"{SONGS} songs: {SONGS} measured" in done.stdout
    assert plain(Library(folder)) == plain(here)


# --- jobs


@pytest.fixture(scope="module")
def work(installed):
    """Return an executor with a cluster of its own: two processes on this machine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(installed))
        with executor("dask", 2) as made:
            yield made


def test_the_cluster_on_this_machine(work):
    assert work.workers == 2
    jobs = [(number, 1) for number in range(50)]
    assert {job: future.result() for job, future in as_finished(work, "add", jobs)} == {
        job: job[0] + 1 for job in jobs
    }


def test_errors_come_back_as_they_were(work):
    with pytest.raises(MissingFileError) as caught:
        work.submit("earmark.audio:probe", "/nowhere.mp3").result()
    assert caught.value.message == "there is no file '/nowhere.mp3'"
    fault = work.submit("earmark.audio:shown").exception()
    assert isinstance(fault, TypeError)
    assert "_tasks.py" in fault.__notes__[0]
    assert str(work.submit("raise_oddly").exception()) == "OddError: one and two"


def test_names_and_plain_data_alone(work):
    with pytest.raises(ArgumentError, match="'os:remove' is no task"):
        work.submit("os:remove", "/tmp/x")  # noqa: S108 - it is refused
    with pytest.raises(ArgumentError, match="cannot travel"):
        work.submit("add", lambda: None, 1)


def test_one_thread_each(work):
    assert work.submit("environment", "OMP_NUM_THREADS").result() == "1"


def test_arrays_come_back_unchanged(work):
    there = work.submit("add", np.arange(5.0), 0.5).result()
    assert np.array_equal(there, np.arange(5.0) + 0.5)


def test_a_job_whose_worker_is_killed_is_done_again(work, tmp_path):
    """So is one whose answer was still with the worker."""
    jobs = [work.submit("add", number, 1) for number in range(20)]
    once = work.submit("die_once", str(tmp_path / "killed"))
    assert once.result(60) == "done by another"
    assert [job.result(60) for job in jobs] == list(range(1, 21))


def test_a_job_that_kills_is_given_up_and_no_other(work):
    killer = work.submit("die")
    error = killer.exception(120)
    assert isinstance(error, WorkerDiedError)
    assert error.message == "4 workers of the cluster died at this job of 'die'"
    assert error.hint == "their logs say how; if they ran out of memory, give each fewer jobs at a time"
    assert work.submit("add", 1, 2).result(60) == 3


def test_closing_now_drops_the_work(installed, monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(str(installed))
    work = executor("dask", 1)
    under_way = work.submit("nap", 60.0, str(tmp_path / "pid"))
    until = time.monotonic() + 30
    while not (tmp_path / "pid").exists() and time.monotonic() < until:
        time.sleep(0.02)
    since = time.monotonic()
    work.close(now=True)
    assert time.monotonic() - since < 20
    assert under_way.cancelled()
    work.close()
    with pytest.raises(ArgumentError, match="an executor that is closed"):
        work.submit("add", 1, 2)


INTERRUPTED = """
from earmark.executors import executor
if __name__ == "__main__":
    try:
        with executor("dask", 1) as work:
            work.submit("nap", 60.0, {marker!r}).result()
    except KeyboardInterrupt:
        print("interrupted")
"""


def test_ctrl_c_is_the_callers(installed, tmp_path):
    """The signal goes to the whole group, as from a terminal."""
    (tmp_path / "caller.py").write_text(INTERRUPTED.format(marker=str(tmp_path / "pid")))
    with subprocess.Popen(
        [sys.executable, str(tmp_path / "caller.py")],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, process_group=0,
        env={**os.environ, "PYTHONPATH": str(installed)},
    ) as caller:  # fmt: skip
        until = time.monotonic() + 60
        while not (tmp_path / "pid").exists() and time.monotonic() < until:
            time.sleep(0.05)
        os.killpg(caller.pid, signal.SIGINT)
        out, err = caller.communicate(timeout=60)
    assert (out, caller.returncode) == ("interrupted\n", 0)
    assert "Traceback" not in err


# --- what is wrong with a cluster


def refused(address: str | None, workers: int | None = None) -> ExecutorError:
    with pytest.raises(ExecutorError) as caught:
        executor("dask", workers, address)
    return caught.value


@pytest.mark.parametrize(
    "address", ["tcp://127.0.0.1:9", "nonsense", "foo://127.0.0.1:9", "tcp://127.0.0.1:x"]
)
def test_no_scheduler(address):
    error = refused(address)
    assert error.message == f"there is no Dask scheduler at '{address}'"
    assert error.hint == "start one with `dask scheduler`, and give the address that it prints"


def test_something_else_listens_there(monkeypatch):
    monkeypatch.setattr(cluster, "_CONNECT_S", 1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        assert refused(address).message == f"there is no Dask scheduler at '{address}'"


def test_a_number_of_workers_for_a_cluster_that_has_its_own():
    with pytest.raises(ArgumentError) as caught:
        executor("dask", 3, "tcp://127.0.0.1:9")
    assert caught.value.message == "3 workers for the cluster at 'tcp://127.0.0.1:9'"
    assert caught.value.hint == "it has its own: leave the number out"


def test_no_workers():
    with clusters.scheduler() as (_, address):
        error = refused(address)
    assert error.message == f"the cluster at '{address}' has no workers"
    assert error.hint == "start some with `dask worker ADDRESS`"


def test_workers_with_another_earmark(scheduler, tmp_path):
    meta = tmp_path / "earmark-9.9.dist-info"
    meta.mkdir()
    (meta / "METADATA").write_text("Metadata-Version: 2.1\nName: earmark\nVersion: 9.9\n")
    with clusters.workers(scheduler, PYTHONPATH=str(tmp_path)):
        error = refused(scheduler)
    assert error.message.startswith("the worker tcp://127.0.0.1:")
    assert error.message.endswith(" has Earmark 9.9, not 0.1.0")
    assert error.hint == "install the same version of earmark on every machine, and start the workers anew"


def test_workers_without_earmark(scheduler, tmp_path):
    (tmp_path / "sitecustomize.py").write_text(
        "import importlib.metadata as m\n"
        "def version(name, real=m.version):\n"
        "    if name == 'earmark': raise m.PackageNotFoundError(name)\n"
        "    return real(name)\n"
        "m.version = version\n"
    )
    with clusters.workers(scheduler, PYTHONPATH=str(tmp_path)):
        error = refused(scheduler)
    assert error.message.startswith("Earmark is not installed for the worker tcp://127.0.0.1:")


def test_a_worker_that_comes_later_is_put_to_use(scheduler, installed, monkeypatch):
    monkeypatch.setattr(cluster, "_COUNTED_S", 0.0)
    place = {"PYTHONPATH": str(installed)}
    with clusters.workers(scheduler, **place), executor("dask", address=scheduler) as work:
        assert work.workers == 1
        with clusters.workers(scheduler, **place):
            assert work.workers == 2
            pids = {future.result() for _, future in as_finished(work, "nap", [(0.2,)] * 8)}
    assert len(pids) == 2


def test_a_scheduler_that_dies(installed, tmp_path):
    with (
        clusters.scheduler() as (program, address),
        clusters.workers(address, PYTHONPATH=str(installed)),
        executor("dask", address=address) as work,
    ):
        job = work.submit("nap", 60.0, str(tmp_path / "pid"))
        while not (tmp_path / "pid").exists():
            time.sleep(0.02)
        program.kill()
        error = job.exception(60)
    assert isinstance(error, ExecutorError)
    assert error.message == "the connection to the Dask scheduler was lost"
    assert error.hint == "start it again, and then the work: what was stored is not done twice"


WITHOUT = """
import sys
sys.modules["distributed"] = None
from earmark.errors import EarmarkError
from earmark.executors import executor
try:
    executor("dask")
except EarmarkError as error:
    print(error)
"""


def test_the_extra_is_named_where_it_is_missing():
    done = subprocess.run([sys.executable, "-c", WITHOUT], capture_output=True, text=True, check=True)
    assert done.stdout == "Dask is not installed (pip install 'earmark[cluster]')\n"
