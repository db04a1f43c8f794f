"""Tables of songs with tags, labels on disk, and the commands."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from earmark.cli.app import app
from earmark.errors import StoreError, TableError
from earmark.labels import store, tables
from earmark.labels.tables import read_songs, tags_of
from earmark.service.labelling import label

TAGS = (("rock", "new wave"), (), ("trap",))
run = CliRunner().invoke


def words(text: str) -> str:
    return " ".join(text.replace("│", " ").split())


@pytest.fixture
def table(tmp_path) -> Path:
    path = tmp_path / "songs.csv"
    path.write_text(
        """,track_id,genres,title\n0,a,"['rock', 'new wave']",x\n1,b,[],y\n"""
        """2,c,"[""trap""]",z\n3,c,"[""trap""]",z\n""",
        encoding="utf-8-sig",
    )
    return path


def test_shapes_of_tables_that_hold_the_same(tmp_path, table):
    rows = [{"track_id": i, "genres": list(tags)} for i, tags in zip("abc", TAGS, strict=True)]
    (tmp_path / "t.json").write_text(json.dumps(rows))
    (tmp_path / "t.jsonl").write_text("\n".join(map(json.dumps, rows)))
    (tmp_path / "t.tsv").write_text("track_id\tgenres\na\trock;new wave\nb\t\nc\ttrap\n")
    (tmp_path / "semi.csv").write_text('track_id;genres\na;"rock, new wave"\nb;\nc;trap\n')
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "t.parquet")
    catalog = tmp_path / "catalog"
    catalog.mkdir()
    named = [{"track_id": row["track_id"], "tags": row["genres"] or None} for row in rows]
    pq.write_table(pa.Table.from_pylist(named), catalog / tables.CATALOGUE)
    for source in ("t.json", "t.jsonl", "t.tsv", "semi.csv", "t.parquet", "catalog"):
        songs = read_songs(tmp_path / source)
        assert (songs.tags, songs.track_ids) == (TAGS, ("a", "b", "c")), source
    songs = read_songs(table, distinct=True)
    assert (songs.tags, songs.read, len(songs)) == (TAGS, 4, 3)
    assert songs.columns == {"tags": "genres", "track_id": "track_id"}
    assert len(read_songs(table)) == 4


def test_a_folder_of_tables_is_one_table(tmp_path, table):
    folder = tmp_path / "pulls"
    folder.mkdir()
    for name in ("1.csv", "2.csv"):
        (folder / name).write_bytes(table.read_bytes())
    (folder / "3.csv").write_text('""\n')  # a pull that gave nothing
    songs = read_songs(folder, distinct=True)
    assert (songs.read, songs.tags) == (8, TAGS)


def test_cells():
    assert tags_of(["a", None, " b "]) == ("a", "b")
    assert tags_of('["a"]') == tags_of("['a']") == tags_of(" a ") == ("a",)
    assert tags_of("Rap/Hip Hop|R&B") == ("Rap/Hip Hop", "R&B")
    assert tags_of("a/b, c", "/") == ("a", "b, c")
    assert tags_of(r"['a\d']") == (r"a\d",)
    assert tags_of("[broken") == ("[broken",)
    assert tags_of("[" * 9999 + "]" * 9999) is not None
    assert tags_of(float("nan")) == tags_of(None) == tags_of("") == tags_of("[]") == ()


@pytest.mark.parametrize(
    ("name", "data", "message", "hint"),
    [
        ("t.csv", b"a,b\n1,2\n", "has no column tags, genres, genre or tag", "--tags-column: a, b"),
        ("t.csv", b"", "has no rows", "at least one song"),
        ("t.csv", b"tags\n", "has no rows", "at least one song"),
        ("t.csv", b"a,tags\n1,x,y\n", "line 2: 3 values for 2 columns", "in quotes"),
        ("t.csv", b'tags\n"x\n', "line 2: unexpected end of data", "double quotes"),
        ("t.csv", b"tags,tags\n1,2\n", "two columns of one name: tags", "rename one of them"),
        ("t.csv", "tags\nрок\n".encode("cp1251"), "not UTF-8: byte 0xf0 in line 2", "iconv -f cp1251"),  # noqa: RUF001 - Russian
        ("t.json", b"{", "is no JSON: expecting property name", "a list of objects"),
        ("t.json", b'{"tags": []}', "is no list of objects", "one per song"),
        ("t.parquet", b"PAR1", "is no Parquet file, or a damaged one", "write it again"),
        ("t.txt", b"", "no table that is known by its name", "ends in .csv, .tsv, .json, .jsonl or .parquet"),
    ],
)
def test_tables_that_cannot_be_read(tmp_path, name, data, message, hint):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(TableError) as caught:
        read_songs(tmp_path / name)
    assert message in caught.value.message
    assert hint in caught.value.hint


def test_columns_and_places_that_there_are_not(tmp_path, table):
    with pytest.raises(
        TableError, match=r"no column 'genre' \(did you mean 'genres'\? give --tags-column one of"
    ):
        read_songs(table, tags_column="genre")
    with pytest.raises(
        TableError, match=r"no column 'song' \(give --id-column one of: track_id, genres, title"
    ):
        read_songs(table, id_column="song")
    with pytest.raises(TableError, match="there is no"):
        read_songs(tmp_path / "nothing.csv")
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(TableError, match="holds neither a catalogue nor a table"):
        read_songs(empty)
    (empty / "a.csv").write_text("tags\nx\n")
    (empty / "a.json").write_text("[]")
    with pytest.raises(TableError, match=r"tables of several kinds: \.csv, \.json \(name one of the files"):
        read_songs(empty)


def test_labels_are_kept_whole_and_once(tmp_path, table):
    done = label(table, "broad12-fixed", output=tmp_path / "labels")
    assert done.folder.name.startswith("broad12-fixed@")
    assert {path.name for path in done.folder.iterdir()} == {
        *("labels.parquet", "tags.parquet", "rules.parquet", "conflicts.parquet"),
        *("manifest.json", "taxonomy.json"),
    }
    rows = store.read(done.folder).to_pylist()
    assert [row["genre"] for row in rows] == ["rock", None, "rap/hip hop", "rap/hip hop"]
    assert rows[0] == {
        "row": 0,
        "track_id": "a",
        "genre": "rock",
        "narrow": "rock",
        "lineage": ["rock"],
        "genres": ["rock"],
        "rule": rows[0]["rule"],
        "tag": "rock",
        "tags": ["rock", "new wave"],
        "why": None,
    }
    assert rows[1]["why"] == "no tags"
    manifest = json.loads((done.folder / "manifest.json").read_text())
    assert manifest["genres"] == {"rap/hip hop": 2, "rock": 1}
    assert (manifest["songs"], manifest["labelled"]) == (4, 3)
    before = {path: path.stat().st_mtime_ns for path in done.folder.iterdir()}
    assert label(table, "broad12-fixed", output=tmp_path / "labels").folder == done.folder
    assert {path: path.stat().st_mtime_ns for path in done.folder.iterdir()} == before
    others = [
        label(table, "broad12", output=tmp_path / "labels"),
        label(table, "broad12-fixed", output=tmp_path / "labels", vote="majority"),
        label(table, "broad12-fixed", output=tmp_path / "labels", min_count=2),
        label(table, "broad12-fixed", output=tmp_path / "labels", distinct=True),
    ]
    assert len({done.folder, *(other.folder for other in others)}) == 5


def test_a_kill_leaves_no_half_labels(tmp_path, table):
    half = tmp_path / "labels" / ".0123456789ab.new"
    half.mkdir(parents=True)
    (half / "labels.parquet").write_bytes(b"PAR1")
    done = label(table, "broad12", output=tmp_path / "labels")
    assert {path.name for path in (tmp_path / "labels").iterdir()} == {done.folder.name, ".lock"}


def test_labels_that_cannot_be_read(tmp_path, table):
    with pytest.raises(StoreError, match=r"holds no labels \(name a folder that earmark label made"):
        store.read(tmp_path)
    folder = label(table, "broad12", output=tmp_path / "labels").folder
    pq.write_table(pa.table({"genre": ["x"]}), folder / "labels.parquet")
    with pytest.raises(StoreError, match="has columns of another version"):
        store.read(folder)
    (folder / "labels.parquet").write_bytes(b"PAR1")
    with pytest.raises(StoreError, match=r"is damaged: .*delete its folder, and label again"):
        store.read(folder)
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be kept"):
        label(table, "broad12", output=tmp_path / "file")


def test_the_command(tmp_path, table):
    out = str(tmp_path / "labels")
    done = run(app, ["label", str(table), "--distinct", "--compare", "broad12", "-o", out])
    assert done.exit_code == 0, done.output
    assert "4 rows, 3 songs, 2 with a genre of 'broad12-fixed', vote: first" in done.output
    assert "no genre: 1 song: no tags" in done.output
    assert "tags: 3 distinct, 3 taken, 0 left out on purpose, 0 that no rule takes" in done.output
    assert "against 'broad12': 0 songs of 3 change (0.0%)" in done.output
    assert f"kept: {out}" in done.output
    told = json.loads(run(app, ["label", str(table), "-o", out, "--min-count", "2", "--json"]).stdout)
    assert told["genres"] == {"rap/hip hop": 2}
    assert told["folded"] == {"rock": None}
    assert Path(told["folder"]).is_dir()


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--taxonomy", "broad-12"], "unknown taxonomy 'broad-12' (did you mean 'broad12'?"),
        (["--vote", "most"], "the vote 'most' (use one of first, majority, weighted)"),
        (["--min-count", "0"], "--min-count"),
        (["--compare", ""], "an empty path"),
    ],
)
def test_wrong_usage(table, tmp_path, options, says):
    done = run(app, ["label", str(table), "-o", str(tmp_path / "labels"), *options])
    assert done.exit_code == 2
    assert says in words(done.output)


def test_taxonomy_commands(tmp_path, table):
    listed = run(app, ["taxonomy", "list"])
    assert listed.exit_code == 0
    assert [line.split()[0] for line in listed.output.splitlines()] == [
        *("broad12-fixed", "broad12", "club9", "gtzan10", "spotify15")
    ]
    shown = run(app, ["taxonomy", "show", "spotify15"])
    assert "electronic > trance > psytrance: psytrance, psy trance" in shown.output
    assert run(app, ["taxonomy", "lint", "broad12"]).exit_code == 0
    assert run(app, ["taxonomy", "lint", "broad12", "--strict"]).exit_code == 1
    mine = tmp_path / "mine.toml"
    mine.write_text(
        'name = "mine"\n[[rule]]\ngenre = "pop"\nwords = ["pop"]\n'
        '[[rule]]\ngenre = "punk"\nwords = ["pop punk"]\n'
    )
    bad = run(app, ["taxonomy", "lint", str(mine)])
    assert bad.exit_code == 1
    assert "error: rule 2 (punk): can take no tag: 'pop punk' goes to rule 1 (pop) by 'pop'" in bad.output
    assert "mine: 2 rules, 1 error, 0 warnings" in bad.output
    proposed = run(app, ["taxonomy", "suggest", str(table), "--taxonomy", str(mine)])
    assert proposed.exit_code == 0
    assert "trap (2): neither name nor company tells" in proposed.output
    assert run(app, ["taxonomy", "suggest", str(table), "--taxonomy", str(mine), "--toml"]).output == ""
    full = run(app, ["taxonomy", "suggest", str(table)])
    assert full.output == "every tag is taken, or left out on purpose\n"
    assert run(app, ["taxonomy", "show", "nope"]).exit_code == 2


def test_a_broken_taxonomy_ends_the_program_with_a_hint(tmp_path):
    bad = tmp_path / "bad.toml"
    bad.write_text('name = "x"\n[[rule]]\ngenre = "x"\nregexes = ["(a+)+"]\n')
    done = subprocess.run(
        [sys.executable, "-m", "earmark", "taxonomy", "lint", str(bad)],
        capture_output=True, text=True, check=False, env={**os.environ, "PYTHONUTF8": "1"},
    )  # fmt: skip
    assert done.returncode == 1
    assert "error: " in done.stderr
    assert "'(a+)+' among its regexes: a repeat of a group, at character 5" in done.stderr
    assert "hint: use letters, classes" in done.stderr
