"""``make demo``: the song's name reaches the program as it was typed, and the picture of it is true."""

import html
import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from tools import demo

from earmark import Predictor
from earmark.cli.show import summary

ROOT = Path(__file__).resolve().parent.parent
# Stands where the environment's Python would, and prints what make gave it.
PYTHON = f"""#!{sys.executable}
import json, os, sys
print(json.dumps([os.environ.get("SONG"), sys.argv[1:]]))
"""


@pytest.fixture(scope="module")
def environment_made(tmp_path_factory):
    """Return the folder of an environment that make takes for finished."""
    folder = tmp_path_factory.mktemp("venv")
    (folder / "bin").mkdir()
    (folder / "bin" / "uv").touch()
    (folder / "bin" / "python").write_text(PYTHON)
    (folder / "bin" / "python").chmod(0o755)
    (folder / ".run").touch()
    return folder


def make_demo(environment_made, *arguments, **environment):
    """Return what ``make demo`` set SONG to, and with which arguments it started Python."""
    clean = {k: v for k, v in os.environ.items() if k not in {"SONG", "MAKEFLAGS", "MFLAGS", "MAKELEVEL"}}
    done = subprocess.run(
        ["make", "demo", f"VENV={environment_made}", *arguments],
        cwd=ROOT, env={**clean, **environment}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stderr == ""
    return json.loads(done.stdout)


NAMES = [
    "a song.mp3",
    "a$b.mp3",
    "$(HOME) ${HOME} $$.mp3",
    'say "hi".mp3',
    "it's.mp3",
    'x";echo INJECTED;".mp3',
    "`echo INJECTED`.mp3",
    "$(shell echo INJECTED).mp3",
    "a#b; c & d \\ e.mp3",
    "-h",
    "~/x.mp3",
    "été 🎷.mp3",
]


@pytest.mark.skipif(shutil.which("make") is None, reason="there is no make")
@pytest.mark.parametrize("name", NAMES)
def test_make_hands_over_the_song_as_it_was_typed(environment_made, name):
    assert make_demo(environment_made, f"SONG={name}") == [name, ["-m", "tools.demo"]]
    assert make_demo(environment_made, SONG=name) == [name, ["-m", "tools.demo"]]


@pytest.mark.skipif(shutil.which("make") is None, reason="there is no make")
def test_make_without_a_song(environment_made):
    assert make_demo(environment_made) == ["", ["-m", "tools.demo"]]


@pytest.mark.parametrize("name", ['say "hi" $b.ogg', "-h", "~/jazz.ogg"])
def test_the_song_of_the_environment_is_heard(name, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SONG", name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["demo"])
    shutil.copy(ROOT / "demo" / "jazz.ogg", os.path.expanduser(name))
    with pytest.raises(SystemExit) as stop:
        demo.main()
    assert stop.value.code == 0
    said = capsys.readouterr().out
    assert os.path.expanduser(name) in said
    assert "J  jazz" in said


def test_the_picture_says_what_the_model_says_now():
    """If not, ``python -m tools.demo --svg docs/images/demo.svg`` draws it anew."""
    drawn = (ROOT / "docs" / "images" / "demo.svg").read_text(encoding="utf-8")
    words = [html.unescape(text) for text in re.findall(r"<text [^>]*>([^<]*)</text>", drawn)]
    shown = " ".join("".join(words).split())
    predictor = Predictor()
    predictions = {song.name: predictor.predict(song) for song in sorted((ROOT / "demo").glob("*.ogg"))}
    assert f" {summary(Counter(said.verdict for said in predictions.values()))} " in shown
    for name, said in predictions.items():
        answer = f"[A-Z] {said.genre}" if said.genre else "-"
        assert re.search(rf"{name} *{said.verdict} +{answer}(?!\w)", shown), (
            f"{name} is {said.verdict}, {said.genre}"
        )
    assert f"heard by {predictor.name} {predictor.version}." in shown
