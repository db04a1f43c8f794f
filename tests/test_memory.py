"""Memory: a song of any length is heard in a bounded amount of it."""

import json
import subprocess
import sys

import pytest

import sounds

MB = 1024  # of the kB in which Linux counts
PROGRAM = """
import sys
sys.argv = ["earmark", "classify", "--json", *sys.argv[1:]]
from earmark.cli.main import run
try:
    run()
finally:
    # Not ru_maxrss, which a program inherits from the one that starts it.
    (line,) = [line for line in open("/proc/self/status") if line.startswith("VmHWM:")]
    print(line.split()[1], file=sys.stderr)
"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux has /proc/self/status"),
]


def classified(*arguments: str) -> tuple[dict, int]:
    """Return what a fresh ``earmark classify --json`` said, and its peak memory in kB."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout), int(done.stderr.split()[-1])


@pytest.fixture(scope="module")
def half_a_minute(tmp_path_factory):
    """Return an mp3 of 30 s in stereo at 44.1 kHz."""
    path = tmp_path_factory.mktemp("memory") / "half.mp3"
    return sounds.write(path, sounds.music(30.0, 44100, 2), 44100)


def test_a_four_minute_mp3(tmp_path, half_a_minute, model):
    path = sounds.repeat(half_a_minute, tmp_path / "song.mp3", 240)
    said, peak_kb = classified("--model", str(model), str(path))
    assert 240 <= said["duration_s"] < 272
    assert len(said["segments"]) == 20
    assert peak_kb < 300 * MB


def test_a_three_hour_mp3(tmp_path, half_a_minute):
    said, peak_kb = classified(str(sounds.repeat(half_a_minute, tmp_path / "mix.mp3", 3 * 3600)))
    assert 3 * 3600 <= said["duration_s"] < 3 * 3600 + 32
    assert said["verdict"] in {"sure", "unsure", "not music"}
    assert peak_kb < 400 * MB


def test_ten_minutes_heard_thoroughly(tmp_path, half_a_minute, model):
    path = sounds.repeat(half_a_minute, tmp_path / "side.mp3", 10 * 60)
    said, peak_kb = classified("--thorough", "--model", str(model), str(path))
    assert len(said["segments"]) == pytest.approx(said["duration_s"] / 2.992, abs=1)
    assert peak_kb < 300 * MB


def test_the_longest_wav_that_is_heard_whole_and_loud(tmp_path, model):
    """74 s of six channels at 96 kHz: 170 MB if it were held as it is decoded."""
    path = tmp_path / "six.wav"
    sounds.write(path, sounds.tone(seconds=2.0, rate_hz=96_000, channels=6), 96_000)
    long = sounds.repeat(path, tmp_path / "long.wav", 74)
    said, peak_kb = classified("--model", str(model), str(long))
    assert said["duration_s"] == pytest.approx(74, abs=1)
    assert peak_kb < 300 * MB
