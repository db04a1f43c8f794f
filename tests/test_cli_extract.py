"""``earmark extract`` as a person meets it: what it says, its exit codes, Ctrl-C, the bar."""

import os
import pty
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import sounds
from earmark.features import FEATURE_SETS
from earmark.service.library import Library
from tables import program

# Measures slowly enough to be interrupted, in one process.
SLOW = """
import sys, time
from earmark.service import hearing, library
real_measure, real_executor = hearing.measure, library.executor_named
def measure(*arguments):
    time.sleep(0.2)
    return real_measure(*arguments)
hearing.measure = measure
library.executor_named = lambda *_: real_executor("inline")
import earmark.cli.extract as command
command._EVERY_S = 0.0
from earmark.cli.main import run
run()
"""


@pytest.fixture(scope="module")
def music(tmp_path_factory) -> Path:
    """Return a folder with three songs and a text; only to be read."""
    folder = tmp_path_factory.mktemp("music")
    for seed, name in enumerate(("a.wav", "b.wav", "c.wav")):
        sounds.write(folder / name, sounds.music(1.1, 22050, 1, seed), 22050)
    return folder


def command(*arguments, program=("-m", "earmark")) -> list[str]:
    return [sys.executable, *program, "extract", *map(str, arguments)]


def earmark(*arguments, cwd=None):
    clean = {k: v for k, v in os.environ.items() if k not in ("FORCE_COLOR", "COLUMNS")}
    return subprocess.run(
        command(*arguments), check=False, capture_output=True, text=True, env=clean, timeout=60, cwd=cwd
    )


@pytest.fixture
def extract(capfd, monkeypatch, tmp_path):
    """Return the same in this process, where nothing is measured."""
    monkeypatch.chdir(tmp_path)
    return program("extract", capfd, monkeypatch)


def test_a_song_is_measured_then_unchanged(music, tmp_path):
    done = earmark(music / "a.wav", "--window", "whole", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    first, second = done.stdout.splitlines()
    assert re.fullmatch(r"1 song: 1 measured; \d+\.\d s", first)
    assert re.fullmatch(r"gtzan58: features/gtzan58@\d+/whole-[0-9a-f]{16}", second)
    (folder,) = (tmp_path / "features").glob("gtzan58@*/whole-*")
    assert str(folder.relative_to(tmp_path)) in second
    again = earmark(music / "a.wav", "--window", "whole", cwd=tmp_path)
    assert again.stdout.startswith("1 song: 1 unchanged; ")
    assert again.returncode == 0


def test_a_folder_with_a_bad_song(music, tmp_path):
    bad = tmp_path / "bad\n.mp3"
    bad.write_text("la la\n" * 100)
    table = tmp_path / "table.csv"
    done = earmark(music, bad, "-o", tmp_path / "f", "--window", "1s", "--workers", "1", "--table", table)
    assert (done.returncode, done.stderr) == (1, "")
    lines = done.stdout.splitlines()
    assert re.fullmatch(r"4 songs: 3 measured, 1 failed; \d+\.\d s, \d+\.\d songs/s", lines[0])
    assert lines[2:] == [
        f"failed: {tmp_path}/bad\\n.mp3",
        f"  '{tmp_path}/bad\\n.mp3' is text, no sound file (name a sound file)",
        f"table: {table}",
    ]
    rows = table.read_text().splitlines()
    assert rows[0].startswith('"path","track_id","segment","start_s","end_s","length"')
    assert [row.split(",")[0] for row in rows[1:]] == [f'"{music}/{name}.wav"' for name in "abc"]
    again = earmark(music, bad, "-o", tmp_path / "f", "--window", "1s")
    assert again.returncode == 1
    assert again.stdout.startswith("4 songs: 3 unchanged, 1 failed; ")


def test_names_are_the_same_in_every_locale(music, tmp_path):
    songs = tmp_path / "songs"
    songs.mkdir()
    (songs / "naïve.wav").write_bytes((music / "a.wav").read_bytes())
    Path(os.fsdecode(bytes(songs) + b"/caf\xe9.wav")).write_bytes((music / "b.wav").read_bytes())
    (songs / "ü.mp3").write_text("la la\n" * 100)
    tables = []
    for locale in ("C", "C.UTF-8"):
        table = tmp_path / f"{locale}.csv"
        done = subprocess.run(
            command(songs, "-o", tmp_path / "f", "--window", "1s", "--table", table),
            env={**os.environ, "LC_ALL": locale, "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
            check=False, capture_output=True, timeout=60,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (1, b"")
        tables.append(table.read_text())
        letter = "ü" if locale == "C.UTF-8" else r"\xfc"
        assert f"failed: {songs}/{letter}.mp3\n" in done.stdout.decode()
        assert "unchanged" in done.stdout.decode() or locale == "C"
    assert tables[0] == tables[1]
    assert [row.split(",")[0] for row in tables[0].splitlines()[1:]] == [
        f'"{songs}/caf\\xe9.wav"',
        f'"{songs}/naïve.wav"',
    ]


def test_many_failures_are_counted(tmp_path):
    for i in range(13):
        (tmp_path / f"{i:02d}.mp3").write_text("la la\n" * 100)
    done = earmark(tmp_path, "-o", tmp_path / "f")
    assert done.returncode == 1
    assert done.stdout.count("\nfailed: ") == 10
    assert re.search(r"\nand 3 more that failed: .*/gtzan58@\d+/3s-.*/failures\.parquet\n$", done.stdout)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--features", "gtzan85"), "unknown feature set 'gtzan85' (did you mean 'gtzan58'?"),
        (("--window", "3x"), "no window is called '3x' (give whole, 3s,"),
        (("--workers", "0"), "'--workers': Input should be greater than or equal to 1"),
        (("--table", "table.xls"), "a table named 'table.xls' (give a name that ends in .csv or .parquet)"),
        (("--table", ""), "an empty path; name a file"),
        (("--features", "gtzan58,musicnn", "--window", "whole", "--table", "t.csv"), "'musicnn' has several"),
        (("-o", ""), "an empty path; name a folder, '.' for the current one"),
        (("--workers", "2", "--address", "here:1"), "leave the address out, or choose the executor 'dask'"),
        (("--table", "no/table.csv"), "there is no folder 'no'"),
        (("--executor", "dusk", "--address", "here"), "unknown executor 'dusk'"),
    ],
)
def test_wrong_usage(music, tmp_path, extract, arguments, said):
    done = extract(music, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert not list(tmp_path.iterdir())


def test_the_help_names_every_feature_set(extract):
    done = extract("-h")
    words = " ".join(done.stdout.split())
    assert f"one or more of {', '.join(sorted(FEATURE_SETS))}." in words
    assert done.returncode == 0


def test_a_table_is_written_though_nobody_reads_the_summary(music, tmp_path):
    table = tmp_path / "table.csv"
    arguments = command(music, "-o", tmp_path / "f", "--window", "1s", "--table", table)
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 1
    assert len(table.read_text().splitlines()) == 4


def test_a_folder_that_cannot_be_written(music, tmp_path, extract):
    (tmp_path / "file").write_text("")
    done = extract(music / "a.wav", "-o", tmp_path / "file")
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        f"error: '{tmp_path / 'file'}' cannot be kept: Not a directory",
        "hint: make room on its disk, give yourself the right to write there, or name another folder; "
        "what was kept so far stays",
    ]


def test_a_disk_that_is_full(music, tmp_path):
    """What fits stays, and with room again the next run has the rest."""
    full = (
        "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (6000, 6000))\n"
        "from earmark.cli.main import run\nrun()"
    )
    arguments = (music, "-o", tmp_path / "f", "--window", "1s")
    done = subprocess.run(
        command(*arguments, program=("-c", full)),
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-2:] == [
        f"error: '{tmp_path / 'f'}' cannot be kept: File too large",
        "hint: make room on its disk, give yourself the right to write there, or name another folder; "
        "what was kept so far stays",
    ]
    assert not list((tmp_path / "f").rglob("*.new"))
    done = earmark(*arguments)
    assert done.returncode == 0
    assert done.stdout.startswith("3 songs: 3 unchanged; ")


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_and_gone_on_with(music, tmp_path, how):
    arguments = (music, "-o", tmp_path, "--window", "1s")
    with subprocess.Popen(
        command(*arguments, program=("-c", SLOW)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr.readline().startswith("1 of 3 songs, ")
        process.send_signal(how)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (130, "")
    assert err.splitlines()[-2:] == [
        "what was measured so far is kept: run the same command again to go on",
        "interrupted",
    ]
    assert Library(tmp_path).read("gtzan58", "1s").num_rows in (1, 2)
    done = earmark(*arguments)
    assert re.match(r"3 songs: [12] measured, [12] unchanged; ", done.stdout)


def test_interrupted_while_a_module_is_made(tmp_path):
    """Python passes Ctrl-C in a class's making on as a RuntimeError, nanobind as an ImportError."""
    (tmp_path / "made.py").write_text("""
class Field:
    def __set_name__(self, owner, name):
        raise KeyboardInterrupt
class Song:
    title = Field()
""")
    program = (
        f"import sys\nsys.path.insert(0, {str(tmp_path)!r})\nimport earmark.cli.app as module\n"
        "def app(**_):\n    import made\nmodule.app = app\nfrom earmark.cli.main import run\nrun()"
    )
    done = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (130, "interrupted\n")


def test_lines_where_there_is_no_terminal(music, tmp_path):
    program = command(music, "-o", tmp_path, "--window", "1s", program=("-c", SLOW))
    done = subprocess.run(program, check=True, capture_output=True, text=True, timeout=60)
    lines = done.stderr.splitlines()
    assert len(lines) == 3
    for number, line in enumerate(lines, 1):
        assert re.fullmatch(rf"{number} of 3 songs, \d+\.\d songs/s, \d+\.\d s left", line)


def test_a_bar_on_a_terminal(music, tmp_path):
    master, slave = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "80"}
    with subprocess.Popen(
        command(music, "-o", tmp_path, "--window", "1s", program=("-c", SLOW)),
        stdout=slave, stderr=slave, env=environment,
    ) as process:  # fmt: skip
        os.close(slave)
        got = b""
        while True:
            try:
                piece = os.read(master, 65536)
            except OSError:
                break
            if not piece:
                break
            got += piece
    os.close(master)
    shown = got.decode()
    assert process.returncode == 0
    assert "hearing" in shown
    assert "/3" in shown
    assert "songs/s" in shown
    assert "3 songs: 3 measured" in shown


def test_one_song_needs_no_workers_and_nothing_heavy(music, tmp_path):
    program = (
        "import sys\nfrom earmark.cli.main import run\ntry:\n    run()\nfinally:\n    print(*sys.modules)"
    )
    done = subprocess.run(
        command(music / "a.wav", "-o", tmp_path, program=("-c", program)),
        check=False, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    loaded = set(done.stdout.splitlines()[-1].split())
    assert {"numpy", "pyarrow", "av"} <= loaded
    heavy = {
        "pandas",
        "dask",
        "matplotlib",
        "scipy",
        "onnxruntime",
        "rich.console",
        "pyarrow.dataset",
        "fsspec",
    }
    assert not loaded & heavy
    assert "earmark.executors.processes" not in loaded
