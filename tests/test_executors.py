"""Executors: the same answers from each, and no way for a worker to take a batch with it."""

import doctest
import os
import pickle
import signal
import subprocess
import sys
import time
from concurrent.futures import CancelledError, Future
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import errands
import sounds
from earmark import __version__, executors
from earmark._dsp.native import built
from earmark.errors import ArgumentError, ExecutorError, MissingFileError, UnknownNameError, WorkerDiedError
from earmark.executors import EXECUTORS, _tasks, as_finished, executor
from earmark.executors._tasks import answer, checked, resolve, settle
from earmark.executors.processes import processors

SHOWN = "earmark.audio:shown"


@pytest.fixture(scope="session")
def installed(tmp_path_factory) -> Path:
    return errands.install(tmp_path_factory.mktemp("site"))


@pytest.fixture(autouse=True)
def _errands(installed, monkeypatch):
    monkeypatch.syspath_prepend(str(installed))


@pytest.fixture(params=["inline", "processes"])
def anyone(request):
    with executor(request.param, 1) as made:
        yield made


@pytest.fixture
def two():
    with executor("processes", 2) as made:
        yield made


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


# --- answers


def test_a_task_is_done(anyone):
    assert anyone.submit(SHOWN, "two\nlines").result() == "two\\nlines"
    assert anyone.submit("add", 1, 2).result() == 3


def test_an_error_comes_back_as_it_was(anyone):
    with pytest.raises(MissingFileError) as caught:
        anyone.submit("earmark.audio:probe", "nowhere.mp3").result()
    assert caught.value.message == "there is no file 'nowhere.mp3'"
    assert caught.value.hint == "check the path and the spelling"


def test_a_fault_of_the_program_says_where_it_lies(two):
    error = two.submit(SHOWN).exception()
    assert isinstance(error, TypeError)
    assert "missing 1 required positional argument" in str(error)
    assert "_tasks.py" in error.__notes__[0]


def test_an_answer_that_does_not_pickle_is_an_error(two):
    assert "pickle" in str(two.submit("answer").exception())
    assert two.submit("add", 1, 2).result() == 3


def test_an_error_that_does_not_pickle_is_told(two):
    error = two.submit("raise_oddly").exception()
    assert (type(error), str(error)) == (RuntimeError, "OddError: one and two")
    assert "raise_oddly" in error.__notes__[0]


def test_arguments_that_do_not_pickle_are_refused(two):
    with pytest.raises(ArgumentError) as caught:
        two.submit(SHOWN, lambda: None)
    assert caught.value.message.startswith("the arguments of 'earmark.audio:shown' cannot travel: ")
    assert caught.value.hint == "give plain data"


def test_what_a_task_prints_spoils_nothing(two, capfd):
    assert two.submit("talk").result() == ""
    assert two.submit("add", 1, 2).result() == 3
    out, err = capfd.readouterr()
    assert out == ""
    assert "straight to file 1" in err


@given(st.integers() | st.text() | st.binary() | st.lists(st.floats(allow_nan=False)))
def test_plain_data_passes_unchanged(echo, value):
    assert echo.submit("add", (value,), ()).result() == (value,)


@pytest.fixture(scope="module")
def echo(installed):
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(installed))
        with executor("processes", 1) as made:
            made.submit("add", 1, 2).result()
            yield made


def test_a_worker_with_another_earmark_does_nothing():
    job = pickle.dumps(("0.0", SHOWN, ("a.mp3",)))
    future = Future()
    settle(future, answer(job))
    with pytest.raises(ExecutorError) as caught:
        future.result()
    assert caught.value.message == f"a worker has Earmark {__version__}, not 0.0"
    assert (
        caught.value.hint
        == "install the same version of earmark on every machine, and start the workers anew"
    )


# --- names


@pytest.mark.parametrize(
    "name",
    [
        "os:remove",
        "earmark:classify",
        "earmark.audio.shown",
        "earmark.audio:__import__",
        "earmark.audio:AudioFile",
        "a b",
        ":",
        "",
    ],
)
def test_what_can_be_no_task(anyone, name):
    if name == "earmark.audio.shown":  # it might be an entry point's name
        assert isinstance(anyone.submit(name).exception(), ArgumentError)
        return
    with pytest.raises(ArgumentError) as caught:
        anyone.submit(name)
    assert caught.value.message == f"{name!r} is no task"
    assert caught.value.hint == (
        "name a function as 'earmark.room.file:function', or an entry point in the group 'earmark.tasks'"
    )


@pytest.mark.parametrize(
    "name",
    [
        "earmark.audio:nothing",
        "earmark.nowhere:nothing",
        "earmark.audio._files:os",  # a module
        "earmark.records:dataclass",  # from elsewhere
    ],
)
def test_what_is_no_task(name):
    with pytest.raises(ArgumentError) as caught:
        resolve(name)
    assert caught.value.message == f"there is no task '{name}'"
    assert caught.value.hint == "check the name, and that this worker's Earmark is the same version"


def test_an_entry_point_that_nobody_declares(anyone):
    error = anyone.submit("subtract").exception()
    assert isinstance(error, ArgumentError)
    assert (
        str(error) == "there is no task 'subtract' (no entry point in the group 'earmark.tasks' has the name)"
    )


@given(st.text())
def test_no_name_leads_out_of_the_house(name):
    try:
        task = checked(name)
    except ArgumentError:
        return
    assert task.startswith("earmark.") or ":" not in task


# --- executors by name


def test_executors_by_name():
    assert {"inline", "processes", "dask"} <= set(EXECUTORS)
    with pytest.raises(UnknownNameError) as caught:
        executor("proceses")
    assert caught.value.message == "unknown executor 'proceses'"
    assert caught.value.hint.startswith("did you mean 'processes'?")


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (("processes", 0), "0 workers", "give at least 1"),
        (("inline", 2), "2 workers inline", "choose the executor 'processes' for more than one"),
        (("inline", 1, "tcp://x:1"), "the address 'tcp://x:1' for work done here", "leave the address out"),
        (
            ("processes", 1, "tcp://x:1"),
            "the address 'tcp://x:1' for processes on this machine",
            "leave the address out",
        ),
    ],
)
def test_what_does_not_go_together(arguments, message, hint):
    with pytest.raises(ArgumentError) as caught:
        executor(*arguments)
    assert (caught.value.message, caught.value.hint) == (message, hint)


def test_all_processors_by_default():
    assert executor("processes").workers == processors() == len(os.sched_getaffinity(0))


# --- one after another, as they finish


def test_every_job_once(anyone):
    jobs = [(number, 1) for number in range(50)]
    done = {job: future.result() for job, future in as_finished(anyone, "add", jobs)}
    assert done == {(number, 1): number + 1 for number in range(50)}


def test_equal_jobs_are_each_done(two):
    assert [future.result() for _, future in as_finished(two, "add", [(1, 2)] * 20)] == [3] * 20


def test_the_quick_do_not_wait_for_the_slow(two):
    jobs = [(1.5,), *((0.0,) for _ in range(20))]
    finished = [job for job, _ in as_finished(two, "nap", jobs)]
    assert finished[-1] == (1.5,)


@pytest.mark.parametrize(("in_flight", "ahead"), [(None, 4), (1, 1), (7, 7)])
def test_jobs_are_taken_only_when_there_is_room(two, in_flight, ahead):
    taken = []
    jobs = ((taken.append(number) or number, 1) for number in range(10**9))
    finished = as_finished(two, "add", jobs, in_flight)
    for number in range(20):
        next(finished)
        assert len(taken) <= number + ahead
    finished.close()


def test_inline_takes_one_at_a_time():
    taken = []
    jobs = ((taken.append(number) or number, 1) for number in range(10**9))
    with executor("inline") as work:
        finished = as_finished(work, "add", jobs)
        next(finished)
    assert taken == [0]


def test_what_was_not_begun_is_never_begun(two, tmp_path):
    jobs = [(0.3, str(tmp_path / str(number))) for number in range(40)]
    finished = as_finished(two, "nap", jobs, in_flight=40)
    next(finished)
    finished.close()
    two.close()
    assert len(list(tmp_path.iterdir())) <= 5


def test_no_jobs_at_all(anyone):
    assert list(as_finished(anyone, "add", [])) == []


def test_too_little_in_flight(anyone):
    with pytest.raises(ArgumentError, match="0 jobs in flight") as caught:
        list(as_finished(anyone, "add", [], 0))
    assert caught.value.hint == "give at least 1"


# --- death


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
    assert isinstance(error, WorkerDiedError)
    assert error.message == "no worker process could be started: could not start, exit code 1"
    assert error.hint == "what it printed says why"
    assert "ModuleNotFoundError: No module named 'earmark'" in capfd.readouterr().err


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
from earmark.executors import as_finished, executor
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


def test_the_examples():
    for module in (executors, _tasks):
        assert doctest.testmod(module).failed == 0
