"""``kill -9`` at any moment: what was finished stays, what is there is whole, and the next run goes on."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

import sounds
from earmark.features.parts import rows_in
from earmark.features.shelf import SongRecord
from earmark.service.library import Library
from earmark.workspace import records_in

SONGS, KILLS = 250, 20
# Turns a journal into parts after every few songs, and joins few parts, so that kills hit that too.
PROGRAM = """
import sys
from earmark.features import parts, store
from earmark.service.library import Library
store.SONGS, parts._MANY = 4, 4
def say(done, total):
    print(done, total, flush=True)
done = Library(sys.argv[1]).extract(sys.argv[2], "gtzan58", "1s", workers=2, progress=say)
print("done", done.songs, done.failed, flush=True)
"""


def finished(features: Path) -> set[str]:
    """Return the sounds that are safe: in parts or, whole, in journals; every part must be readable."""
    safe: set[str] = set()
    for part in features.glob("*/*/part-*.parquet"):
        safe.update(pq.read_table(part, columns=["track_id"]).column("track_id").to_pylist())
    for path in (features / "journals").glob("*.journal"):
        safe.update(SongRecord.unpack(record).track_id for record in records_in(path)[1:])
    return safe


def start(features: Path, music: Path) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(features), str(music)],
        stdout=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip


@pytest.fixture
def music(tmp_path) -> Path:
    folder = tmp_path / "music"
    folder.mkdir()
    for seed in range(SONGS):
        sounds.write(folder / f"{seed:02d}.wav", sounds.music(1.1, 22050, 1, seed), 22050)
    return folder


@pytest.mark.slow
def test_twenty_kills_lose_only_the_songs_under_way(music, tmp_path):
    features, dice = tmp_path / "features", np.random.default_rng()
    safe: set[str] = set()
    for _ in range(KILLS):
        with start(features, music) as process:
            # Anywhere between its first breath and a few songs later.
            songs = dice.choice(6, p=[0.25, *[0.15] * 5])
            for _ in range(songs):
                process.stdout.readline()
            time.sleep(dice.uniform(0, 0.02 if songs else 1.0))
            os.killpg(process.pid, signal.SIGKILL)
        now = finished(features)
        assert safe <= now  # nothing that was finished is lost
        safe = now
    assert safe
    with start(features, music) as process:
        told = process.stdout.read().split("\n")
    assert told[0] == f"0 {SONGS - len(safe)}"  # only what was not safe is measured again
    assert told[-2] == f"done {SONGS} 0"

    undisturbed = tmp_path / "undisturbed"
    with start(undisturbed, music) as process:
        process.communicate()
    once, often = (Library(folder).read("gtzan58", "1s") for folder in (undisturbed, features))
    assert often.num_rows == SONGS
    assert often.equals(once)
    # Whoever reads the files as they are finds each row once as well.
    assert sum(rows_in(part) for part in features.glob("*/*/part-*.parquet")) == SONGS
    assert Library(features).songs().equals(Library(undisturbed).songs())
    assert not list((features / "journals").iterdir())
    assert not list(features.rglob("*.new"))


def test_two_runs_at_once(music, tmp_path):
    features = tmp_path / "features"
    for extra in list(music.iterdir())[20:]:
        extra.unlink()
    with start(features, music) as one, start(features, music) as other:
        ends = [process.stdout.read().split("\n")[-2] for process in (one, other)]
    assert ends == ["done 20 0", "done 20 0"]
    table = Library(features).read("gtzan58", "1s")
    assert table.num_rows == len(set(table.column("track_id").to_pylist())) == 20
    alone = Library(tmp_path / "alone")
    alone.extract(music, "gtzan58", "1s")
    assert table.equals(alone.read("gtzan58", "1s"))


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="Linux lists a process's children there")
def test_the_songs_of_a_killed_worker_are_heard_by_another(music, tmp_path):
    for extra in list(music.iterdir())[12:]:
        extra.unlink()
    killed = []

    def kill_one(done, total):
        if done == 2:
            threads = Path("/proc/self/task").iterdir()
            children = [child for thread in threads for child in (thread / "children").read_text().split()]
            # Servers that other tests have started are this process's children as well.
            workers = [c for c in children if b"_worker" in Path("/proc", c, "cmdline").read_bytes()]
            os.kill(int(workers[0]), signal.SIGKILL)
            killed.append(workers[0])

    done = Library(tmp_path / "features").extract(music, "gtzan58", "1s", workers=2, progress=kill_one)
    assert (done.measured, done.failed, len(killed)) == (12, 0, 1)
