"""``earmark check`` as a person meets it: what it says, its exit codes, its JSON."""

import json
import os
import re
import subprocess
import sys

import numpy as np
import pytest

from earmark.errors import EarmarkError
from earmark.service import checking
from tables import clean, program

FRAME = clean(0, 120, 3, 3)


@pytest.fixture
def earmark(capfd, monkeypatch):
    return program("check", capfd, monkeypatch)


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    path = tmp_path_factory.mktemp("tables") / "good.csv"
    FRAME.to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def bad(tmp_path_factory):
    path = tmp_path_factory.mktemp("tables") / "bad.csv"
    FRAME.assign(tempo=np.where(np.arange(120) < 5, 0, FRAME["tempo"]), dead=1).to_csv(path, index=False)
    return path


def test_a_clean_table(earmark, good):
    done = earmark(good, "--strict")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0] == f"{good}: 120 rows, 7 columns, label 'genre' (3 classes)"
    assert lines[-1] == "clean: 1 note"
    assert lines[2] == "note     label-guessed  'genre' was taken for the label"


def test_a_table_with_faults(earmark, bad):
    done = earmark(bad)
    assert (done.returncode, done.stderr) == (0, "")
    assert "warning  outliers  'tempo' is 0 in 5 rows: no beat was found" in done.stdout
    assert "         evidence: column tempo; value 0; rows 5; distinct rows 5" in done.stdout
    assert "         mend: leave it out: it tells no genre from another" in done.stdout
    assert done.stdout.splitlines()[-1] == "2 warnings, 1 note"
    assert max(map(len, done.stdout.splitlines())) < 200
    assert earmark(bad, "--strict").returncode == 1


def test_one_of_each(earmark, tmp_path):
    path = tmp_path / "one.csv"
    path.write_text("genre\nrock\n")
    assert earmark(path).stdout.splitlines()[0] == f"{path}: 1 row, 1 column, label 'genre' (1 class)"


def test_json(earmark, bad):
    done = earmark(bad, "--json", "--strict", "--label", "genre")
    assert (done.returncode, done.stderr) == (1, "")
    (line,) = done.stdout.splitlines()
    report = json.loads(line)
    assert (report["rows"], report["columns"], report["label"], report["classes"]) == (120, 8, "genre", 3)
    assert (report["clean"], report["counts"]) == (False, {"error": 0, "warning": 2, "note": 0})
    assert {f["code"] for f in report["findings"]} == {"constant-columns", "outliers"}
    assert all(f.keys() == {"code", "severity", "finding", "evidence", "mend"} for f in report["findings"])


def test_a_schema_is_shown_saved_and_enforced(earmark, good, bad, tmp_path):
    schema = tmp_path / "schema.toml"
    shown = earmark(good, "--show-schema", "--save-schema", schema)
    assert shown.returncode == 0
    assert shown.stdout == schema.read_text()
    assert '[[column]]\nname = "tempo"\ntype = "number"\nrole = "feature"\n' in shown.stdout
    schema.write_text(shown.stdout.replace('name = "tempo"\n', 'name = "tempo"\nlow = 70\nhigh = 120\n'))
    done = earmark(good, "--schema", schema, "--strict")
    assert done.returncode == 1
    assert re.search(r"error    out-of-range  'tempo' lies outside 70 to 120 in \d+ of 120 rows", done.stdout)
    assert "the schema wants 15 columns: 'danceability'" in earmark(bad, "--schema", "spotify15").stdout


def test_only_a_schema_is_replaced_by_one(earmark, good, tmp_path):
    table = tmp_path / "songs.csv"
    table.write_bytes(good.read_bytes())
    done = earmark(table, "--save-schema", table)
    assert (done.returncode, done.stderr) == (
        1,
        f"error: '{table}' is there and is no schema; it stays as it is\nhint: name another file\n",
    )
    assert table.read_bytes() == good.read_bytes()
    for _ in range(2):
        assert earmark(table, "--show-schema", "--save-schema", tmp_path / "new.toml").returncode == 0


def test_a_reference(earmark, good, tmp_path):
    moved = tmp_path / "moved.csv"
    FRAME.assign(tempo=FRAME["tempo"] + 60).to_csv(moved, index=False)
    assert earmark(good, "--reference", good, "--strict").returncode == 0
    done = earmark(moved, "--reference", good, "--strict")
    assert done.returncode == 1
    assert "warning  drift  'tempo' moved from the reference by 0." in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["nowhere.csv"], 1, "error: there is no table 'nowhere.csv'\nhint: check its path\n"),
        ([""], 2, "an empty path"),
        ([], 2, "Missing argument 'TABLE'"),
        (["good.csv", "--label", "gnere"], 2, "no column 'gnere' (did you mean 'genre'?"),
        (["good.csv", "--schema", "nothing.toml"], 1, "error: the schema 'nothing.toml' cannot be read"),
        (["good.csv", "--schema", "spotify"], 0, ""),
        (["good.csv", "--schema", "spotfy"], 2, "unknown known table 'spotfy' (did you mean 'spotify'?"),
        (["good.csv", "--labels", "nothing"], 1, "error: there is no table 'nothing'"),
        (["good.csv", "--catalog", "nothing"], 1, "error: there is no catalogue in 'nothing'"),
    ],
)
def test_what_cannot_be_done(earmark, good, arguments, code, said):
    done = earmark(*(good if one == "good.csv" else one for one in arguments))
    assert done.returncode == code
    assert said in " ".join(done.stderr.replace("│", "").split()) or said in done.stderr


def test_without_the_extra(good, monkeypatch):
    monkeypatch.setattr(checking, "find_spec", lambda name: None if name == "pandera" else object())
    with pytest.raises(EarmarkError) as caught:
        checking.read(good)
    assert str(caught.value) == "checking tables needs pandera (pip install 'earmark[lab]')"


def test_progress_names_each_check(good):
    heard = []
    report = checking.check(checking.read(good), progress=lambda *at: heard.append(at))
    assert report.clean
    assert heard[0][1:] == (0, len(heard))
    assert len({name for name, *_ in heard}) == len(heard)


@pytest.mark.slow
def test_the_program_of_its_own(good):
    plain = {k: v for k, v in os.environ.items() if k not in ("FORCE_COLOR", "COLUMNS")}
    done = subprocess.run(
        [sys.executable, "-m", "earmark", "check", str(good), "--strict"],
        check=False, capture_output=True, text=True, env=plain, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "clean: 1 note"
