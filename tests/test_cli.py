"""The program as a person meets it: arguments, exit codes, streams. The predictor here is a stand-in."""

import io
import json
import math
import os
import pty
import re
import signal
import subprocess
import sys
import time

import pytest

from earmark.cli.classify import json_line
from earmark.errors import BundleError
from earmark.records import Prediction, Segment

# Runs the program with a predictor that answers at once, or as slowly as the song's name says.
PROGRAM = """
import sys, time, types
from earmark.errors import BundleError
from earmark.records import Prediction, Segment

class Song:
    def __init__(self, path):
        self.path = path

class Predictor:
    genres = ("jazz", "rock")
    def __init__(self, bundle=None):
        if bundle:
            raise BundleError(f"no model folder {bundle!r}", "name a folder that holds a bundle.json")
    def find(self, paths):
        return [Song(path) for path in paths]
    def predict_many(self, songs, *, thorough=False):
        for song in songs:
            if "slow" in song.path:
                time.sleep(60)
            if "bad" in song.path:
                yield Prediction(song.path, "failed", error="no sound in it (give a sound file)")
            else:
                yield Prediction(
                    song.path, "sure", "jazz", 0.9, {"jazz": 0.9, "rock": 0.1}, ("jazz",),
                    segments=(Segment(0.0, 3.0, "jazz", 0.9),), duration_s=3.0,
                )

sys.modules["earmark.service.predictor"] = types.ModuleType("earmark.service.predictor")
sys.modules["earmark.service.predictor"].Predictor = Predictor
from earmark.cli.main import run
run()
"""
JAZZ = Prediction(
    "a.mp3",
    "sure",
    "jazz",
    0.9,
    {"jazz": 0.9, "rock": 0.1},
    ("jazz",),
    segments=(Segment(0.0, 3.0, "jazz", 0.9),),
    duration_s=3.0,
)


def environment(**extra):
    clean = {
        k: v
        for k, v in os.environ.items()
        if k not in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "PYTHONIOENCODING")
    }
    return {**clean, "PYTHONUTF8": "1", **extra}


def start(*arguments, **extra):
    command = [sys.executable, *arguments]
    return subprocess.run(command, check=False, capture_output=True, env=environment(**extra), timeout=30)


def earmark(*arguments, **extra):
    return start("-c", PROGRAM, *arguments, **extra)


def on_a_terminal(*arguments, **extra):
    """Run with stdout and stderr on one terminal and return the exit code and all that came."""
    master, slave = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *arguments],
        stdout=slave,
        stderr=slave,
        env=environment(TERM="xterm-256color", COLUMNS="80", **extra),
    ) as process:
        os.close(slave)
        got = b""
        while True:
            try:
                piece = os.read(master, 65536)
            except OSError:  # Linux says so when the other side has closed.
                break
            if not piece:
                break
            got += piece
    os.close(master)
    return process.returncode, got.decode()


def test_version():
    done = start("-m", "earmark", "--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"earmark 0.1.0\n", b"")


def test_help_is_light():
    program = (
        "import sys\nfrom earmark.cli.main import run\ntry:\n    run()\nfinally:\n    print(*sys.modules)"
    )
    done = start("-c", program, "--help")
    assert done.returncode == 0
    assert b"classify" in done.stdout
    loaded = set(done.stdout.decode().splitlines()[-1].split())
    assert not loaded & {"numpy", "rich.console", "av", "onnxruntime", "scipy"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], ""),
        (["classify"], "Missing argument 'PATH"),
        (["classify", "--tpo", "3", "a.mp3"], "No such option: --tpo"),
        (["classify", "--top", "0", "a.mp3"], "Invalid value for '--top'"),
        (["clasify", "a.mp3"], "No such command 'clasify'"),
    ],
)
def test_wrong_usage_is_2(arguments, said):
    done = earmark(*arguments)
    assert done.returncode == 2
    assert said in done.stderr.decode()
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["classify", ""],
            "Invalid value for 'PATH': an empty path; name a song or a folder, '.' for the current one",
        ),
        (
            ["classify", "--json", "a.mp3", ""],
            "Invalid value for 'PATH': an empty path; name a song or a folder, '.' for the current one",
        ),
        (
            ["classify", "--model", "", "a.mp3"],
            "Invalid value for '--model': an empty path; name a model's folder, or leave out --model",
        ),
        (
            ["classify", "--json", "--top", "1", "a.mp3"],
            "Invalid value for '--top': --json tells every genre and the whole timeline; leave out --top",
        ),
        (
            ["classify", "--timeline", "a.mp3", "--json"],
            "Invalid value for '--timeline': --json tells every genre and the whole timeline;"
            " leave out --timeline",
        ),
    ],
)
def test_wrong_usage_says_what_would_do(arguments, said):
    done = earmark(*arguments)
    assert (done.returncode, done.stdout) == (2, b"")
    assert re.sub(r"\s+", " ", done.stderr.decode().replace("│", "")).strip().endswith(f"Error: {said}")


def test_the_help_says_what_does_not_go_with_json():
    said = " ".join(earmark("classify", "--help").stdout.decode().split())
    assert said.count("not with --json.") == 2


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_what_is_no_number_is_no_json(encoding):
    for odd in (math.nan, math.inf):
        with pytest.raises(ValueError, match="not JSON compliant"):
            json_line({"path": "é", "confidence": odd}, encoding)


def test_json_is_one_object_per_line_in_the_order_given():
    names = ["z.mp3", "a song.mp3", "été 🎷.mp3", "two\nlines.mp3", "bad.mp3"]
    done = earmark("classify", "--json", *names)
    assert done.returncode == 1
    assert done.stderr == b""
    lines = done.stdout.decode("utf-8").splitlines()
    assert [json.loads(line)["path"] for line in lines] == names
    assert json.loads(lines[0]) == {**JAZZ.to_dict(), "path": "z.mp3"}
    assert json.loads(lines[4])["error"] == "no sound in it (give a sound file)"
    assert "été 🎷.mp3" in lines[2]


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_json_survives_any_stdout_and_any_file_name(encoding):
    names = ["🎷.mp3", os.fsdecode(b"caf\xe9.mp3")]
    done = earmark("classify", "--json", *names, PYTHONIOENCODING=encoding)
    assert done.returncode == 0, done.stderr
    assert [json.loads(line)["path"] for line in done.stdout.decode(encoding).splitlines()] == names


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_the_table_survives_any_stdout_and_any_file_name(encoding):
    done = earmark("classify", "--timeline", "🎷.mp3", os.fsdecode(b"caf\xe9.mp3"), PYTHONIOENCODING=encoding)
    assert done.returncode == 0, done.stderr
    assert done.stdout.decode(encoding).count("jazz") >= 4


def test_all_well_is_0():
    done = earmark("classify", "a.mp3", "b.mp3")
    assert done.returncode == 0
    assert done.stdout.decode().splitlines()[-1] == "2 songs: 2 sure"
    assert done.stderr == b""


def test_a_failed_song_is_a_row_and_1():
    done = earmark("classify", "bad.mp3", "a.mp3")
    assert done.returncode == 1
    lines = done.stdout.decode().splitlines()
    assert lines[2].split() == ["bad.mp3", "failed", "-", "-"]
    assert lines[3] == "  no sound in it (give a sound file)"
    assert lines[-1] == "2 songs: 1 sure, 1 failed"


def test_an_error_is_two_lines_and_1():
    done = earmark("classify", "--model", "nowhere", "a.mp3")
    assert done.returncode == 1
    assert done.stdout == b""
    assert done.stderr.decode().splitlines() == [
        "error: no model folder 'nowhere'",
        "hint: name a folder that holds a bundle.json",
    ]


@pytest.mark.parametrize("options", [["--json"], []])
def test_ctrl_c_is_one_line_and_130(options):
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "classify", *options, "a.mp3", "slow.mp3"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(PYTHONUNBUFFERED="1"),
    ) as process:
        # Once the first song is out, the second is under way.
        first = b""
        while b"a.mp3" not in first:
            first += process.stdout.readline()
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=10)
    assert process.returncode == 130
    assert errors == b"interrupted\n"


def test_a_reader_that_leaves_is_no_error():
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "classify", "--json", *["a.mp3"] * 5_000],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    ) as process:
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 1


def test_a_terminal_gets_colours_and_a_bar():
    code, got = on_a_terminal("classify", "--timeline", "a.mp3", "b.mp3")
    assert code == 0
    assert "\x1b[" in got
    assert "48;5;" in got
    assert "hearing" in got
    assert "2/2" in got


def test_no_color_is_respected():
    code, got = on_a_terminal("classify", "--timeline", "a.mp3", NO_COLOR="1")
    assert code == 0
    codes = {number for found in re.findall(r"\x1b\[([\d;]*)m", got) for number in found.split(";")}
    # Bold and dim may stay: they are no colours.
    assert codes <= {"", "0", "1", "2"}


def test_json_on_a_terminal_is_not_mixed_with_a_bar():
    code, got = on_a_terminal("classify", "--json", "a.mp3", "b.mp3")
    assert code == 0
    assert [json.loads(line)["path"] for line in got.splitlines()] == ["a.mp3", "b.mp3"]


def test_a_pipe_gets_no_escapes():
    assert b"\x1b" not in earmark("classify", "--timeline", "a.mp3", TERM="xterm-256color").stdout


def test_errors_with_odd_names_do_not_crash(monkeypatch, capsys):
    from earmark.cli import app, main

    def fail(**_):
        raise BundleError("no model in '\udcff'", "")

    monkeypatch.setattr(app, "app", fail)
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(raw := io.BytesIO(), "ascii"))
    with pytest.raises(SystemExit) as stop:
        main.run()
    sys.stderr.flush()
    assert stop.value.code == 1
    assert raw.getvalue() == b"error: no model in '\\udcff'\n"


NO_ROOM = [
    "error: the output cannot be written: No space left on device",
    "hint: make room on its disk, or send it elsewhere",
]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="only Linux has a disk that is always full")
@pytest.mark.parametrize(
    "arguments",
    [
        ["classify", "--json", "a.mp3", "b.mp3"],
        ["classify", "--timeline", "a.mp3"],
        ["classify", "--help"],
        ["doctor"],
        ["doctor", "--json"],
        ["--version"],
    ],
    ids=" ".join,
)
def test_a_full_disk_is_two_lines_and_1(arguments):
    program = ["-m", "earmark"] if "doctor" in arguments else ["-c", PROGRAM]
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, *program, *arguments],
            check=False, stdout=full, stderr=subprocess.PIPE, env=environment(), timeout=60,
        )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.decode().splitlines() == NO_ROOM


@pytest.mark.parametrize(("stream", "said"), [(">&-", "it is closed"), (">&- 2>&-", ""), ("2>&-", "")])
def test_a_stream_that_is_closed(stream, said):
    command = f'"$0" "$@" {stream}'
    done = subprocess.run(
        ["sh", "-c", command, sys.executable, "-c", PROGRAM, "classify", "--json", "a.mp3"],
        check=False, capture_output=True, env=environment(), timeout=30,
    )  # fmt: skip
    assert done.returncode == int(">&-" in stream.split())
    lines = done.stderr.decode().splitlines()
    assert lines[:1] == ([f"error: the output cannot be written: {said}"] if said else [])


def test_another_fault_of_the_system_is_no_full_disk():
    """A file of our own that is gone is a fault to be reported with its traceback."""
    broken = PROGRAM.replace("return [Song(path) for path in paths]", 'open("no such part of Earmark")')
    done = start("-c", broken, "classify", "a.mp3")
    assert done.returncode == 1
    assert b"the output" not in done.stderr
    assert b"FileNotFoundError" in done.stderr
