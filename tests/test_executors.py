"""Executors: the same answers from each, by name alone, and jobs that are taken one by one."""

import doctest
import os
import pickle
import signal
from concurrent.futures import Future

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark import __version__, executors
from earmark.errors import ArgumentError, ExecutorError, MissingFileError, UnknownNameError
from earmark.executors import EXECUTORS, _tasks, as_finished, executor
from earmark.executors._tasks import answer, checked, resolve, settle
from earmark.executors.processes import processors

pytestmark = pytest.mark.usefixtures("errands_found")
SHOWN = "earmark.audio:shown"


@pytest.fixture(params=["inline", "processes"])
def anyone(request):
    with executor(request.param, 1) as made:
        yield made


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
            "leave the address out, or choose the executor 'dask'",
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


def test_an_interrupt_that_a_task_loses_ends_it_all_the_same():
    before = signal.getsignal(signal.SIGINT)
    with executor("inline") as work:
        with pytest.raises(KeyboardInterrupt):
            work.submit("swallow")
        assert work.submit("add", 1, 2).result() == 3
    assert signal.getsignal(signal.SIGINT) is before


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


def test_the_examples():
    for module in (executors, _tasks):
        assert doctest.testmod(module).failed == 0
