"""Worker processes: none takes a batch with it, none outlives its caller, each is small."""

import errno
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import CancelledError, Future
from pathlib import Path

import pytest

import sounds
from earmark._dsp.native import built
from earmark.errors import ArgumentError, ExecutorError, WorkerDiedError
from earmark.executors import as_finished, executor, processes

pytestmark = pytest.mark.usefixtures("errands_found")


def gone(pid: int, within_s: float = 10.0) -> bool:
    """Tell whether a process has ended, or does so soon."""
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.02)
    return False


def waited_for(path: Path) -> str:
    until = time.monotonic() + 30
    while not (path.exists() and path.read_text()) and time.monotonic() < until:
        time.sleep(0.01)
    return path.read_text()


def test_a_job_whose_worker_is_killed_is_done_again(two, tmp_path):
    jobs = [("die_once", str(tmp_path / "killed")), *(("add", number, 1) for number in range(20))]
    futures = [two.submit(*job) for job in jobs]
    assert [future.result() for future in futures] == ["done by another", *range(1, 21)]


def test_a_job_that_kills_is_given_up_and_no_other(two):
    futures = [two.submit("add", number, 1) for number in range(20)]
    killer = two.submit("die")
    futures += [two.submit("add", number, 1) for number in range(20, 40)]
    assert [future.result() for future in futures] == list(range(1, 41))
    with pytest.raises(WorkerDiedError) as caught:
        killer.result()
    assert caught.value.message == "2 worker processes died at this job of 'die': killed by SIGKILL"
    assert caught.value.hint == (
        "if the system ran out of memory, use fewer workers; else what the job works on may be to blame"
    )


def test_a_worker_that_leaves(two):
    error = two.submit("leave", 7).exception()
    assert error.message == "2 worker processes died at this job of 'leave': ended with exit code 7"


def test_a_worker_killed_between_two_jobs_costs_neither(two):
    for _ in range(4):
        pid = two.submit("nap", 0).result()
        os.kill(pid, signal.SIGKILL)
        assert gone(pid)
    assert two.submit("add", 1, 2).result() == 3


def test_every_worker_killed_in_turn(two, tmp_path):
    """Half-way, from outside, as the system does when memory runs out."""
    jobs = [(0.05, str(tmp_path / str(number))) for number in range(20)]
    killed = 0
    for number, (_, future) in enumerate(as_finished(two, "nap", jobs)):
        pid = future.result()
        if number in (3, 9):
            os.kill(pid, signal.SIGKILL)
            killed += 1
    assert killed == 2
    assert len(list(tmp_path.iterdir())) == 20


def test_workers_that_cannot_start(two, monkeypatch, capfd):
    monkeypatch.setattr(sys, "path", [])
    error = two.submit("add", 1, 2).exception()
    assert type(error) is ExecutorError  # no job's fault
    assert error.message == "no worker process can be started: ended with exit code 1"
    assert error.hint == "what it printed says why"
    assert "ModuleNotFoundError: No module named 'earmark'" in capfd.readouterr().err


def test_more_workers_than_the_system_allows(two, monkeypatch):
    def refused(*_, **__):
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr(subprocess, "Popen", refused)
    error = two.submit("add", 1, 2).exception()
    assert type(error) is ExecutorError
    assert error.message == "no worker process can be started: Resource temporarily unavailable"
    assert error.hint == "use fewer workers"


def test_more_threads_than_the_system_allows(monkeypatch):
    def refused(_):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refused)
    with executor("processes", 2) as work, pytest.raises(ExecutorError) as caught:
        work.submit("earmark.audio:shown", "a.mp3")
    assert caught.value.message == "no worker process can be started: can't start new thread"
    assert caught.value.hint == "use fewer workers"


def test_a_start_that_fails_costs_no_job(two, monkeypatch, tmp_path):
    """One worker is gone before it is ready, another dies at the job: together that is not too often."""
    once = f"""
import os, pathlib
try:
    pathlib.Path({str(tmp_path / "started")!r}).touch(exist_ok=False)
except FileExistsError:
    pass
else:
    os._exit(3)
"""
    monkeypatch.setattr(processes, "_START", once + processes._START)
    assert two.submit("die_once", str(tmp_path / "killed")).result() == "done by another"
    assert (tmp_path / "started").exists()


def test_closing_now_does_not_wait(tmp_path):
    work = executor("processes", 1)
    under_way, queued = work.submit("nap", 60, str(tmp_path / "pid")), work.submit("nap", 60)
    pid = int(waited_for(tmp_path / "pid"))
    since = time.monotonic()
    work.close(now=True)
    assert time.monotonic() - since < 5
    assert gone(pid)
    assert isinstance(under_way, Future)
    for future in (under_way, queued):
        with pytest.raises(CancelledError):
            future.result(timeout=5)
    work.close()


def test_closing_finishes_what_is_under_way():
    with executor("processes", 2) as work:
        futures = [work.submit("nap", 0.1) for _ in range(6)]
    assert all(future.done() for future in futures)
    assert all(gone(pid) for pid in {future.result() for future in futures})


def test_an_error_in_the_block_drops_the_work(tmp_path):
    since = time.monotonic()

    def interrupted():
        with executor("processes", 1) as work:
            work.submit("nap", 60, str(tmp_path / "pid"))
            waited_for(tmp_path / "pid")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert time.monotonic() - since < 20


def test_no_work_after_closing(two):
    two.close()
    with pytest.raises(ArgumentError, match="work for an executor that is closed"):
        two.submit("add", 1, 2)


# --- the workers themselves


def test_one_thread_each(two):
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        assert two.submit("environment", name).result() == "1"


BARE = "from pathlib import Path; print(Path('/proc/self/status').read_text())"


@pytest.mark.skipif(built is None, reason="without the kernel NumPy holds more")
@pytest.mark.parametrize("window", ["3s", "whole"])
def test_a_worker_needs_little_memory(tmp_path, window):
    """Beyond the bare interpreter: Earmark, NumPy, FFmpeg and the songs that it hears, 64 MB at most."""
    status = subprocess.run([sys.executable, "-c", BARE], capture_output=True, text=True, check=True).stdout
    bare_kb = int(status.partition("VmHWM:")[2].split()[0])
    songs = [
        str(sounds.write(tmp_path / f"{number}.mp3", (0.5 + number / 10) * sounds.music(30.0), 44100))
        for number in range(3)
    ]
    with executor("processes", 1) as work:
        for _, future in as_finished(
            work, "earmark.service.hearing:hear", [(s, ("gtzan58",), window) for s in songs]
        ):
            assert set(future.result().cuts) == {"gtzan58"}
        assert work.submit("peak_kb").result() - bare_kb < 64 * 1024


# No guard against being imported by workers: none imports it.
CALLER = """
import sys
from earmark.executors import as_finished, executor, processes
print("once", flush=True)
with executor("processes", 2) as work:
    try:
        for job, future in as_finished(work, "nap", [({seconds}, sys.argv[1] + str(n)) for n in range(4)]):
            print(future.result(), flush=True)
    except KeyboardInterrupt:
        print("interrupted", flush=True)
        for job, future in as_finished(work, "nap", [(0.0,)]):
            print("and goes on", flush=True)
"""


def started(seconds: float, installed: Path, folder: Path) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-c", CALLER.format(seconds=seconds), f"{folder}/"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, process_group=0,
        env={**os.environ, "PYTHONPATH": str(installed)},
    )  # fmt: skip


def test_a_program_without_a_main_guard(installed, tmp_path):
    with started(0.0, installed, tmp_path) as caller:
        out, err = caller.communicate(timeout=60)
    assert (out.splitlines()[0], len(out.splitlines()), err) == ("once", 5, "")


def test_no_orphan_survives_a_killed_caller(installed, tmp_path):
    with started(60.0, installed, tmp_path) as caller:
        pids = [int(waited_for(tmp_path / name)) for name in "01"]
        caller.kill()
        caller.communicate(timeout=60)
    assert all(gone(pid) for pid in pids)


def test_ctrl_c_is_the_callers(installed, tmp_path):
    """The signal goes to the whole group, as from a terminal; the workers live to do the next job."""
    with started(2.0, installed, tmp_path) as caller:
        for name in "01":
            waited_for(tmp_path / name)
        os.killpg(caller.pid, signal.SIGINT)
        out, err = caller.communicate(timeout=60)
    assert out.splitlines() == ["once", "interrupted", "and goes on"]
    assert err == ""
