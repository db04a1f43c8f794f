"""Songs in files, and which of them are one recording: the door, its folder, the table for splits."""

import doctest
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

import recorded
from earmark import audio
from earmark.dataset import read
from earmark.dataset.audit import audit
from earmark.dataset.kinship import kin
from earmark.dataset.recordings import with_recordings
from earmark.errors import ArgumentError, EarmarkError, StoreError, UnknownNameError
from earmark.features import fingerprint_kinds, fingerprint_match, fingerprint_store
from earmark.features.fingerprint_kinds import KINDS, fingerprint_of
from earmark.features.fingerprint_match import compare, matches
from earmark.service import recordings, recordings_index
from earmark.service.recordings import duplicates
from earmark.service.recordings_index import Named, namesakes, read_index

RATE_HZ = recorded.RATE_HZ
needs_chromaprint = pytest.mark.skipif(
    not KINDS["chromaprint"].version(), reason="fpcalc is not installed: apt install libchromaprint-tools"
)


@pytest.fixture(scope="module")
def music(tmp_path_factory) -> Path:
    """Return a folder: two songs, of the first a quieter, shorter copy and an equal one; a text."""
    folder = tmp_path_factory.mktemp("music")
    first = recorded.song(11, 16.0)
    recorded.write(folder / "first.flac", first)
    recorded.write(folder / "cut.mp3", 0.5 * first[4 * RATE_HZ :], b="96000")
    recorded.write(folder / "second.wav", recorded.song(12, 16.0))
    (folder / "zz-equal.flac").write_bytes((folder / "first.flac").read_bytes())
    (folder / "broken.mp3").write_text("la la la\n" * 99)
    return folder


@pytest.fixture(scope="module")
def index(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("index") / "artists.txt"
    lines = [
        "## who plays what",
        "first.wav ::: Bach ::: Air",
        "cut.wav ::: bach :::  air",
        "second.wav ::: Bach ::: Air",
    ]
    path.write_text("\n".join([*lines, "zz-equal.wav ::: Bach ::: "]), encoding="utf-8")
    return path


def find(music, folder, **how):
    return duplicates(music, folder=folder, **{"kind": "earmark", "executor": "inline", **how})


@pytest.fixture(scope="module")
def found(music, index, tmp_path_factory):
    return find(music, tmp_path_factory.mktemp("kept"), index=index)


def names(match) -> tuple[str, str]:
    return Path(match.a).name, Path(match.b).name


def test_pairs_groups_and_failures(found):
    assert (found.songs, found.new, found.kind) == (4, 3, "earmark")  # two are one sound
    assert [names(pair) for pair in found.pairs] == [
        ("cut.mp3", "first.flac"),
        ("first.flac", "zz-equal.flac"),
    ]
    cut, equal = found.pairs
    assert cut.offset_s == pytest.approx(-4.0, abs=0.1)
    assert cut.overlap_s == pytest.approx(12.0, abs=0.3)
    assert (equal.overlap_s, equal.offset_s, equal.unlike) == (16.0, 0.0, 0.0)
    [group] = found.groups
    assert [Path(path).name for path in group] == ["cut.mp3", "first.flac", "zz-equal.flac"]
    [(path, why)] = found.failures.items()
    assert Path(path).name == "broken.mp3"
    assert why.error == "NotAudioError"


def test_namesakes_are_listed_with_what_they_share(found):
    assert [(names(same), bool(same.match)) for same in found.namesakes] == [
        (("cut.mp3", "first.flac"), True),
        (("cut.mp3", "second.wav"), False),
        (("first.flac", "second.wav"), False),
    ]


def test_json_is_plain(found):
    told = json.loads(json.dumps(found.to_dict()))
    assert told["namesakes"][1]["match"] is None
    assert told["namesakes"][0]["match"]["overlap_s"] == found.pairs[0].overlap_s
    assert told["failures"][0]["hint"] == "name a sound file"
    assert told["pairs"][0]["offset_s"] == pytest.approx(-4.0, abs=0.1)


def test_the_tables(found, music):
    table = pq.read_table(found.table).to_pandas()
    assert list(table) == ["track_id", "recording_id", "songs", "paths"]
    first = audio.sound_hash(music / "first.flac")
    rows = table.set_index("track_id")
    assert len(rows) == 3
    assert rows.loc[first, "songs"] == 3
    assert [Path(path).name for path in rows.loc[first, "paths"]] == ["first.flac", "zz-equal.flac"]
    assert rows["recording_id"].nunique() == 2
    failures = pq.read_table(found.table.with_name("failures.parquet")).to_pylist()
    assert [Path(row["path"]).name for row in failures] == ["broken.mp3"]


def test_what_was_heard_is_not_heard_again(music, tmp_path, monkeypatch):
    once = find(music, tmp_path)
    monkeypatch.setattr(recordings, "fingerprint", lambda *_: pytest.fail("heard again"))
    again = find(music, tmp_path)
    assert again.new == 0
    assert again.pairs == once.pairs


def test_a_damaged_fingerprint_is_made_again(music, tmp_path):
    once = find(music, tmp_path)
    spoilt = next(iter(tmp_path.rglob("*.codes")))
    spoilt.write_bytes(spoilt.read_bytes()[:-1] + b"\0\0")
    again = find(music, tmp_path)
    assert (again.new, again.pairs) == (1, once.pairs)


def test_processes_find_the_same(music, found, tmp_path):
    told = []
    theirs = find(
        music, tmp_path, executor="processes", workers=2, progress=lambda *numbers: told.append(numbers)
    )
    assert theirs.pairs == found.pairs
    assert told == [(done, 5) for done in range(6)]


@pytest.mark.slow
def test_a_kill_costs_the_songs_under_way(music, tmp_path):
    program = (
        "import sys, time\n"
        "from earmark.service import recordings\n"
        "real = recordings.fingerprint\n"
        "recordings.fingerprint = lambda *a: (time.sleep(0.5), real(*a))[1]\n"
        "how = {'kind': 'earmark', 'executor': 'inline'}\n"
        f"recordings.duplicates({str(music)!r}, folder={str(tmp_path)!r}, **how)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program]) as running:
        deadline = time.monotonic() + 30
        while not list(tmp_path.rglob("*.codes")) and time.monotonic() < deadline:
            time.sleep(0.02)
        running.send_signal(signal.SIGKILL)
    kept = len(list(tmp_path.rglob("*.codes")))
    assert kept >= 1
    (next(tmp_path.glob("earmark-*")) / ".0123456789ab.new").write_bytes(b"half")
    done = find(music, tmp_path)
    assert done.new <= 4 - kept  # two of the four are one sound
    assert len(done.pairs) == 2
    assert not list(tmp_path.rglob(".*.new"))


def test_wrong_arguments(music, tmp_path):
    with pytest.raises(UnknownNameError):
        find(music, tmp_path, kind="shazam")
    with pytest.raises(ArgumentError, match="0 workers"):
        find(music, tmp_path, workers=0)
    with pytest.raises(ArgumentError) as caught:
        find(music, tmp_path, index=tmp_path / "none.txt")
    assert (
        caught.value.message == f"the index '{tmp_path}/none.txt' cannot be read: No such file or directory"
    )


def test_a_folder_that_cannot_be_written(music, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError):
        find(music, tmp_path / "file")


@pytest.mark.parametrize(
    "text",
    [
        "a.wav ::: Björk ::: Jóga\nb.wav ::: ::: none\nc.wav ::: Can\n",
        "title;Artist;filename\nJóga;Björk;music/a.mp3\n;;b.mp3\n",
        "path\tartist\ttitle\na.ogg\tBjörk\tJóga\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_indexes_of_all_kinds(tmp_path, text, encoding):
    path = tmp_path / "index.txt"
    path.write_bytes(text.encode(encoding))
    assert read_index(path) == {"a": Named("Björk", "Jóga")}


@pytest.mark.parametrize("text", ["", "song,by\na,b\n", "path,artist\na,b\n"])
def test_an_index_that_says_nothing(tmp_path, text):
    path = tmp_path / "index.csv"
    path.write_text(text)
    with pytest.raises(ArgumentError) as caught:
        read_index(path)
    assert caught.value.message == f"the index '{path}' has no columns of file, artist and title"
    assert caught.value.hint.startswith("give lines such as 'song.wav ::: artist ::: title', or a CSV file")


@pytest.mark.parametrize("key", ["track_id", "filename"])
def test_a_table_learns_which_rows_are_one_recording(found, music, tmp_path, key):
    files = ["first.flac", "cut.mp3", "second.wav", "unknown.wav"]
    ids = [audio.sound_hash(music / file) for file in files[:3]] + ["f" * 40]
    table = pd.DataFrame({"filename": files, "x": [1.0, 2.0, 3.0, 4.0], "genre": ["a", "b", "a", "b"]})
    if key == "track_id":
        table = table.assign(track_id=ids).drop(columns="filename")
    table.to_csv(tmp_path / "table.csv", index=False)
    dataset = with_recordings(read(tmp_path / "table.csv"), found.table.parent)
    column = dataset.frame["recording_id"]
    assert column[0] == column[1]
    assert column.nunique() == 3
    assert kin(dataset)["track"].column == "recording_id"  # what a split goes by
    codes = {finding.code: finding for finding in audit(dataset)}
    assert codes["same-recording"].evidence["recordings"] == 1
    assert codes["same-recording"].evidence["rows"] == 2
    assert "track-under-several-labels" in codes
    with pytest.raises(ArgumentError, match="has a column 'recording_id' already"):
        with_recordings(dataset, found.table)


def test_a_table_without_songs_or_recordings(found, tmp_path):
    pd.DataFrame({"x": [1.0, 2.0], "genre": ["a", "b"]}).to_csv(tmp_path / "table.csv", index=False)
    dataset = read(tmp_path / "table.csv")
    with pytest.raises(ArgumentError, match="has no column that names songs"):
        with_recordings(dataset, found.table)
    assert not [finding for finding in audit(dataset) if finding.code == "same-recording"]
    pd.DataFrame({"path": ["a.wav", "b.wav"], "x": [1.0, 2.0]}).to_csv(tmp_path / "table.csv", index=False)
    with pytest.raises(StoreError) as caught:
        with_recordings(read(tmp_path / "table.csv"), tmp_path / "none")
    assert caught.value.hint == "make it: earmark duplicates SONGS"


def command(*arguments) -> subprocess.CompletedProcess:
    clean = {k: v for k, v in os.environ.items() if k not in ("FORCE_COLOR", "COLUMNS")}
    return subprocess.run(
        [sys.executable, "-m", "earmark", "duplicates", *map(str, arguments)],
        check=False, capture_output=True, text=True, env=clean, timeout=60,
    )  # fmt: skip


def test_the_command(music, index, tmp_path):
    done = command(music, "--kind", "earmark", "-o", tmp_path / "f", "--index", index, "--executor", "inline")
    assert (done.returncode, done.stderr) == (1, "")
    lines = done.stdout.splitlines()
    assert lines[0] == "4 songs, 3 heard now; fingerprints: earmark; 1 recording there more than once"
    assert lines[1].endswith(f" into the second: {music}/cut.mp3 = {music}/first.flac")
    assert lines[2] == f"16.0 s: {music}/first.flac = {music}/zz-equal.flac"
    assert lines[3] == "of equal artist and title in the index: 3 pairs"
    assert lines[5] == f"no overlap: {music}/cut.mp3, {music}/second.wav: bach, air"
    assert lines[7:9] == [f"table: {tmp_path}/f/duplicates.parquet", f"failed: {music}/broken.mp3"]
    told = json.loads(
        command(music / "first.flac", "--kind", "earmark", "-o", tmp_path / "f", "--json").stdout
    )
    assert (told["songs"], told["new"], told["pairs"]) == (1, 0, [])


def test_the_command_is_used_wrongly(music, tmp_path):
    done = command(music, "--kind", "shazam", "-o", tmp_path)
    assert done.returncode == 2
    assert "unknown kind of fingerprint 'shazam'" in " ".join(done.stderr.split())


@needs_chromaprint
def test_chromaprint_finds_the_same(music, found, tmp_path):
    theirs = find(music, tmp_path, kind="auto")
    assert theirs.kind == "chromaprint"
    assert [names(pair) for pair in theirs.pairs] == [names(pair) for pair in found.pairs]
    assert theirs.pairs[0].offset_s == pytest.approx(-4.0, abs=0.1)


@needs_chromaprint
def test_chromaprint_on_what_is_no_music():
    t = np.arange(20 * RATE_HZ) / RATE_HZ
    rng = np.random.default_rng(0)
    sounds = {f"noise {i}": 0.1 * rng.standard_normal(len(t)) for i in range(3)}
    sounds |= {f"tone {i}": 0.3 * np.sin(2 * np.pi * 440 * t + i) for i in range(2)}
    sounds |= {f"silence {i}": 0 * t for i in range(2)}
    prints = {
        name: fingerprint_of(y.astype(np.float32), RATE_HZ, "chromaprint") for name, y in sounds.items()
    }
    assert matches(prints, "chromaprint") == ()
    for a, b in (("noise 0", "noise 1"), ("tone 0", "tone 1"), ("silence 0", "silence 1")):
        assert compare((a, prints[a]), (b, prints[b]), "chromaprint") is None
    short = fingerprint_of(recorded.song(1, 1.0), RATE_HZ, "chromaprint")
    assert (len(short.codes), short.duration_s) == (0, 1.0)


def pretend(tmp_path, monkeypatch, script: str) -> None:
    """Put a program named fpcalc first on the path."""
    program = tmp_path / "fpcalc"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    fingerprint_kinds._fpcalc.cache_clear()


@pytest.fixture
def other_fpcalc(tmp_path, monkeypatch):
    yield lambda script: pretend(tmp_path, monkeypatch, script)
    monkeypatch.undo()
    fingerprint_kinds._fpcalc.cache_clear()


VERSION = 'if [ "$1" = -version ]; then echo fpcalc version 9; exit 0; fi; cat > /dev/null\n'


def test_exit_code_3_with_codes_is_fine(other_fpcalc):
    other_fpcalc(VERSION + 'echo \'{"duration": 0.00, "fingerprint": [1, 2, 4294967295]}\'; exit 3')
    made = fingerprint_of(recorded.song(1, 4.0), RATE_HZ, "chromaprint")
    assert made.codes.tolist() == [1, 2, 0xFFFFFFFF]
    assert KINDS["chromaprint"].version() == "fpcalc version 9"


def test_a_program_that_gives_nothing_is_no_silence(other_fpcalc):
    other_fpcalc(VERSION + "exit 3")
    with pytest.raises(EarmarkError) as caught:
        fingerprint_of(recorded.song(1, 4.0), RATE_HZ, "chromaprint")
    assert caught.value.message == "'fpcalc' heard 4 s and gave no fingerprint: it ended with exit code 3"


def test_without_the_program_it_is_ours(other_fpcalc, music, tmp_path):
    other_fpcalc("exit 1")
    assert fingerprint_kinds.kind_named().name == "earmark"
    with pytest.raises(EarmarkError) as caught:
        find(music, tmp_path, kind="chromaprint")
    assert caught.value.message == "the program 'fpcalc' of Chromaprint is not installed"


def test_the_examples_run(music, tmp_path):
    modules = (fingerprint_kinds, fingerprint_match, fingerprint_store, recordings, recordings_index)
    for module in modules:
        given = {"song": recorded.write(tmp_path / "a.wav", recorded.song(3, 7.0)), "folder": tmp_path / "f"}
        result = doctest.testmod(module, extraglobs={**given, "np": np})
        assert (result.failed, result.attempted > 0) == (0, True), module.__name__
    assert namesakes({}, ["a.mp3"]) == []
