"""``earmark collect`` as a person meets it: what it says, its exit codes, Ctrl-C."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import shops
from earmark import catalog
from earmark.cli import collect as command
from earmark.cli.main import run
from earmark.errors import LimitError
from shops import shop
from webserver import WebServer

SHOPPING = """
import sys, shops
from earmark.cli.main import run
sys.argv[:1] = ["earmark", "collect"]
with shops.open_shop():
    run()
"""


@pytest.fixture
def earmark(tmp_path, monkeypatch):
    """Return how to run the command in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("FORCE_COLOR", raising=False)

    def ran(*arguments):
        return subprocess.run(
            [sys.executable, "-m", "earmark", "collect", *arguments],
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
        )

    return ran


def test_a_table_becomes_a_catalogue(earmark, tmp_path):
    (tmp_path / "songs.csv").write_text("Song;Band;genre\nA;B;rock\nC;D;jazz\n", encoding="utf-8")
    (tmp_path / "empty.csv").touch()
    done = earmark("table", "songs.csv", "--map", "title=Song", "--map", "artist=Band")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "1 query: 1 answered; 2 records",
        "catalogue: 2 songs in catalog",
        "terms: What may be done with a table is told by who made it.",
    ]
    assert catalog.read("catalog").tracks.column("tags").to_pylist() == [["rock"], ["jazz"]]
    done = earmark("table", "empty.csv", "songs.csv", "--map", "title=Song")
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.splitlines()[0] == "2 queries: 1 answered, 1 failed; 2 records"
    assert done.stdout.splitlines()[3:] == [
        f"failed: path:{tmp_path / 'empty.csv'}",
        f"  '{tmp_path / 'empty.csv'}' is empty (give a table with a row of names and rows of songs)",
    ]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["deezzer", "x"], 2, "did you mean 'deezer'?"),
        (["deezer", "artst:x"], 2, "did you mean 'artist:'?"),
        (["table", "x", "--map", "title"], 2, "give NAME=VALUE: --map title=Song"),
        (
            ["lastfm", "x"],
            1,
            "error: Last.fm wants LASTFM_API_KEY, not found in the environment\nhint: set it (",
        ),
        (["folder", "x", "--previews"], 2, "a music folder has no previews"),
        (["--providers"], 0, "  limit: 50 requests in 5 s\n"),
    ],
)
def test_what_it_says(tmp_path, monkeypatch, capsys, *, arguments, code, said):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LASTFM_API_KEY", raising=False)
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")  # which the program sets otherwise, for all later tests
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    monkeypatch.setattr(sys, "argv", ["earmark", "collect", *arguments])
    with pytest.raises(SystemExit) as ended:
        run()
    assert ended.value.code == code
    assert said in "".join(capsys.readouterr())
    assert not (tmp_path / "catalog").exists()


def test_ctrl_c_and_going_on(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
    with WebServer(shop(1000)) as server:
        for name, value in shops.environment(server.url).items():
            monkeypatch.setenv(name, value)
        with shops.open_shop():
            assert shops.buy(server.url, Path("whole"), ["genre:rock"]).asked == 1
        asked = len(server.log)
        running = subprocess.Popen(
            [sys.executable, "-c", SHOPPING, "shop", "genre:rock"], stderr=subprocess.PIPE, text=True
        )
        server._answer = lambda request: time.sleep(0.1) or shop(1000)(request)
        while len(server.log) < asked + 3:
            time.sleep(0.005)
        os.kill(running.pid, signal.SIGINT)
        _, told = running.communicate(timeout=30)
        assert running.returncode in {-signal.SIGINT, 130}
        assert told == "what came so far is kept: run the same command again to go on\ninterrupted\n"
        server._answer = shop(1000)
        with shops.open_shop():
            done = shops.buy(server.url, Path("catalog"), ["genre:rock"])
    assert (done.asked, done.known, done.failed) == (1, 0, 0)
    assert 0 < done.records < 1000
    ids = [catalog.read(place).tracks.column("track_id") for place in ("whole", "catalog")]
    assert ids[0].equals(ids[1])


def test_many_failures_and_a_stop_in_words(capsys):
    rows = tuple(
        command.collection.FailureRow("shop", f"search:{n}", "E", f"no {n}", "wait", "t") for n in range(11)
    )
    rows = (command.collection.FailureRow("shop", "search:0", "E", "no \x1b[2J\n", "wait", "t"), *rows)
    done = command.Collection(0, 1, 12, 0, 7, rows, LimitError("asks to wait 3600 s", "come \x07back"))
    command._print_summary(done, "c", {"terms": {"text": "None.", "url": "https://x"}}, previews=True)
    told = capsys.readouterr()
    lines = told.out.splitlines()
    assert lines[:4] == [
        "13 queries: 1 answered before, 12 failed; 0 records",
        "catalogue: 7 songs in c",
        "terms: None. https://x",
        "previews: none for what was answered before; --again asks anew and fetches them",
    ]
    assert lines[4:6] == ["failed: search:0", r"  no \x1b[2J\n (wait)"]
    assert lines[-1] == "and 2 more that failed: failures.parquet in c"
    assert told.err == "stopped: asks to wait 3600 s (come \\x07back)\n"
