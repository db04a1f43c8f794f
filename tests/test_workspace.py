"""Files that are whole or not there, and journals that outlive whoever writes them."""

import errno
import os
import resource
import shutil
import signal
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.errors import StoreError
from earmark.workspace import Journal, content_hash, keeping, locked, orphans, replacing, sweep, write_text

# Appends records of its own without end, and says so on stdout.
WRITER = """
import sys
from pathlib import Path
from earmark.workspace import Journal
journal = Journal(Path(sys.argv[1]))
number = 0
while True:
    journal.append(b"%d" % number * 1000)
    print(number, flush=True)
    number += 1
"""


def test_a_known_hash():
    assert content_hash({"window": "3s", "version": 1}) == "874f85cd32eb8037"
    assert content_hash({"version": 1, "window": "3s"}) == "874f85cd32eb8037"
    assert content_hash({"version": 2, "window": "3s"}) != "874f85cd32eb8037"


def test_a_file_is_replaced_whole(tmp_path):
    path = tmp_path / "a.txt"
    write_text(path, "old")
    write_text(path, "new")
    assert path.read_text() == "new"
    assert os.listdir(tmp_path) == ["a.txt"]


def test_a_file_that_fails_half_way_is_not_replaced(tmp_path):
    path = tmp_path / "a.txt"
    write_text(path, "old")

    def fail():
        with replacing(path) as new:
            new.write_text("new")
            raise RuntimeError("half-way")

    with pytest.raises(RuntimeError, match="half-way"):
        fail()
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["a.txt"]


def test_two_writers_of_one_file(tmp_path):
    path = tmp_path / "a.txt"
    with replacing(path) as first:
        first.write_text("first")
        with replacing(path) as second:
            second.write_text("second, longer")
        assert path.read_text() == "second, longer"
    assert path.read_text() == "first"
    assert os.listdir(tmp_path) == ["a.txt"]


def test_what_a_killed_writer_left_is_swept(tmp_path):
    path = tmp_path / "a.txt"
    program = f"""
import os
from pathlib import Path
from earmark.workspace import replacing
with replacing(Path({str(path)!r})) as new:
    new.write_text("half")
    os.kill(os.getpid(), 9)
"""
    write_text(path, "old")
    subprocess.run([sys.executable, "-c", program], check=False)
    assert len(os.listdir(tmp_path)) == 2
    sweep(tmp_path)
    assert os.listdir(tmp_path) == ["a.txt"]
    assert path.read_text() == "old"


def test_the_disks_refusals_have_a_hint(tmp_path):
    with pytest.raises(StoreError) as caught, keeping("features"):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert caught.value.message == "'features' cannot be kept: No space left on device"
    assert caught.value.hint == (
        "make room on its disk, give yourself the right to write there, or name another folder; "
        "what was kept so far stays"
    )


# Journals.


def test_what_is_appended_is_there(tmp_path):
    journal = Journal(tmp_path)
    for record in (b"one", b"", b"three" * 1000):
        journal.append(record)
    assert journal.records() == [b"one", b"", b"three" * 1000]
    journal.discard()
    assert os.listdir(tmp_path) == []


@given(
    records=st.lists(st.binary(max_size=40), max_size=5),
    cut=st.integers(min_value=0, max_value=300),
    flip=st.one_of(st.none(), st.integers(min_value=18, max_value=300)),
)
def test_a_torn_or_spoilt_journal_gives_the_records_before(records, cut, flip, tmp_path_factory):
    folder = tmp_path_factory.mktemp("journals")
    journal = Journal(folder)
    ends = [18]
    for record in records:
        journal.append(record)
        ends.append(ends[-1] + 8 + len(record))
    journal.close()
    data = bytearray(journal.path.read_bytes()[:cut])
    assert journal.path.stat().st_size == ends[-1]
    if flip is not None and flip < len(data):
        data[flip] ^= 0x10
    whole = [r for r, end in zip(records, ends[1:], strict=True) if end <= len(data)]
    if flip is not None:
        whole = [r for r, end in zip(whole, ends[1:], strict=False) if end <= flip or flip >= len(data)]
    journal.path.write_bytes(data)
    assert list(orphans(folder)) == [whole]
    assert os.listdir(folder) == []


def test_a_journal_in_use_is_no_orphan(tmp_path):
    mine, other = Journal(tmp_path), Journal(tmp_path)
    mine.append(b"mine")
    assert list(orphans(tmp_path)) == []
    other.append(b"other")
    other.close()
    assert list(orphans(tmp_path)) == [[b"other"]]
    assert mine.records() == [b"mine"]
    mine.discard()


def test_a_journal_of_a_killed_process_is_an_orphan(tmp_path):
    with subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE) as process:
        while process.stdout.readline() != b"100\n":
            pass
        assert list(orphans(tmp_path)) == []
        process.send_signal(signal.SIGKILL)
        last = int((b"100 " + process.stdout.read()).split()[-1])
    ((*records,),) = orphans(tmp_path)
    assert len(records) in (last + 1, last + 2)
    assert records == [b"%d" % number * 1000 for number in range(len(records))]


@pytest.mark.parametrize(
    ("magic", "left"),
    [(b"earmark journal 2\nwhat comes", 1), (b"earmark journ", 0), (b"\0" * 100, 0), (b"", 0)],
    ids=["of another version", "cut off", "never reached the disk", "empty"],
)
def test_what_begins_otherwise(tmp_path, magic, left):
    (tmp_path / "0-1.journal").write_bytes(magic)
    assert [records for records in orphans(tmp_path) if records] == []
    assert len(os.listdir(tmp_path)) == left


def test_an_orphan_whose_reader_fails_is_kept(tmp_path):
    journal = Journal(tmp_path)
    journal.append(b"one")
    journal.close()
    left = orphans(tmp_path)
    assert next(left) == [b"one"]
    left.close()
    assert list(orphans(tmp_path)) == [[b"one"]]


def test_a_record_that_does_not_fit_leaves_no_trace(tmp_path):
    journal = Journal(tmp_path)
    journal.append(b"one")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            journal.append(b"x" * 5000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    journal.append(b"two")
    assert journal.records() == [b"one", b"two"]
    journal.discard()


def test_one_at_a_time_though_the_folder_is_deleted(tmp_path):
    folder = tmp_path / "one"
    program = f"""
from pathlib import Path
from earmark.workspace import locked
print("waits", flush=True)
with locked(Path({str(folder)!r})):
    print("is in", flush=True)
"""
    with locked(folder):
        other = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
        assert other.stdout.readline() == b"waits\n"
        with pytest.raises(subprocess.TimeoutExpired):
            other.wait(0.3)
        with pytest.raises(OSError), locked(folder, wait=False):  # noqa: PT011 - each system has its own
            pass
        shutil.rmtree(folder)
    assert other.communicate(timeout=30)[0] == b"is in\n"
    assert folder.is_dir()
