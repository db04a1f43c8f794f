"""The program end to end: real files, the built-in model."""

import json
import os
import re
import shutil
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from tools import demo

ROOT = Path(__file__).resolve().parent.parent
DEMO = ROOT / "demo"


def start(*arguments, cwd=ROOT):
    command = [sys.executable, "-m", *arguments]
    environment = {**os.environ, "PYTHONUTF8": "1"}
    return subprocess.run(
        command, check=False, capture_output=True, text=True, cwd=cwd, env=environment, timeout=60
    )


def test_a_folder_with_everything_in_it(tmp_path):
    names = ["a b.ogg", "café 🎷.ogg", "two\nlines.ogg"]
    for name, style in zip(names, ("jazz", "metal", "classical"), strict=True):
        shutil.copy(DEMO / f"{style}.ogg", tmp_path / name)
    (tmp_path / "empty.mp3").touch()
    (tmp_path / "notes.mp3").write_text("no music here, only words\n" * 100)
    (tmp_path / "cover.png").write_bytes(b"not looked at: not a sound file's name")
    done = start("earmark", "classify", "--json", str(tmp_path), str(tmp_path / "gone.mp3"))
    assert done.stderr == ""
    assert done.returncode == 1
    said = [json.loads(line) for line in done.stdout.splitlines()]
    assert [Path(one["path"]).name for one in said] == [
        *("a b.ogg", "café 🎷.ogg", "empty.mp3", "notes.mp3", "two\nlines.ogg", "gone.mp3"),
    ]
    failed = {Path(one["path"]).name: one["error"] for one in said if one["verdict"] == "failed"}
    assert list(failed) == ["empty.mp3", "notes.mp3", "gone.mp3"]
    assert all(re.search(r"\(.+\)$", error, re.DOTALL) for error in failed.values()), failed
    assert said[0]["genre"] == "jazz"
    assert said[0]["segments"][0]["start_s"] == 0


def test_a_table_with_timelines(tmp_path):
    shutil.copy(DEMO / "classical.ogg", tmp_path / "a prelude.ogg")
    done = start("earmark", "classify", "--timeline", "--top", "3", "a prelude.ogg", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["song", "length", "verdict", "genre", "confidence", "90", "%", "set"]
    assert lines[2].startswith("a prelude.ogg")
    assert "C  classical" in lines[2]
    assert any(re.fullmatch(r"  [A-Za-z.]{70,}", line) for line in lines), done.stdout


def test_another_model_that_is_none(tmp_path):
    done = start("earmark", "classify", "--model", str(tmp_path), str(DEMO / "jazz.ogg"))
    assert (done.returncode, done.stdout) == (1, "")
    assert [line.split(":")[0] for line in done.stderr.splitlines()] == ["error", "hint"]


def test_the_demo():
    done = start("tools.demo")
    assert (done.returncode, done.stderr) == (0, "")
    for style in ("blues", "classical", "country", "disco", "hiphop", "jazz", "metal", "reggae"):
        assert f"{style}.ogg" in done.stdout
    assert "a demonstration, no measurement" in done.stdout
    assert "A medley" in done.stdout
    assert "make demo SONG=" in done.stdout


def test_the_demo_of_ones_own_song(tmp_path):
    song = tmp_path / "my own song.ogg"
    shutil.copy(DEMO / "blues.ogg", song)
    done = start("tools.demo", str(song))
    assert (done.returncode, done.stderr) == (0, "")
    assert "my own song.ogg" in done.stdout
    assert "0:00" in done.stdout


def test_the_demo_of_a_song_that_is_not_there():
    done = start("tools.demo", "no such song.mp3")
    assert done.returncode == 1
    assert "no such song.mp3" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


@pytest.fixture
def drawn():
    console = Console(
        record=True, width=81, force_terminal=True, color_system="truecolor", file=StringIO(), highlight=False
    )
    demo.show_demo(console, [DEMO / "jazz.ogg", DEMO / "metal.ogg"])
    return demo.picture(console)


def test_the_picture_stands_alone(drawn):
    assert drawn.startswith("<svg")
    links = set(re.findall(r"https?://[^\"' )<]+", drawn))
    assert links <= {"http://www.w3.org/2000/svg", "https://www.textualize.io"}
    assert "jazz.ogg" in drawn
