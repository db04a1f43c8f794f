"""Music folders and tables: any shape, any encoding, and what is said of what cannot be read."""

import json
import sys
from pathlib import Path

import mutagen
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import sounds
from earmark import catalog
from earmark.catalog import _rows
from earmark.catalog._provider import Query
from earmark.catalog.folder import Folder
from earmark.catalog.table import Table
from earmark.errors import ArgumentError, MissingFileError, NotAudioError, TableError, UnknownNameError
from earmark.service.collection import collect

SONGS = [
    {
        "Song": "Группа крови",
        "Band": "Кино",
        "genres": "rock; new wave",
        "duration_ms": 285000,
        "Jahr": "1988",
    },
    {"Song": "Help!", "Band": "The Beatles", "genres": "", "duration_ms": 140000, "Jahr": ""},
]
MAP = (("artist", "Band"), ("title", "Song"), ("year", "Jahr"))


def rows(path: Path, *options: tuple[str, str]) -> list:
    pages = list(Table().pages(None, Query("path", str(path), tuple(sorted(options))), ""))
    assert [page.next is None for page in pages] == [False] * (len(pages) - 1) + [True]
    return [record for page in pages for record in page.records]


def csv(delimiter: str = ",") -> str:
    lines = [list(SONGS[0]), *([str(cell) for cell in song.values()] for song in SONGS)]
    return "\r\n".join(delimiter.join(f'"{cell}"' for cell in line) for line in lines)


def written(path: Path, data: str | bytes) -> Path:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


SHAPES = {
    "comma.csv": csv().encode(),
    "semicolon.csv": csv(";").encode(),
    "tab.tsv": csv("\t").encode(),
    "bar.txt": csv("|").encode(),
    "bom.csv": b"\xef\xbb\xbf" + csv().encode(),
    "utf16.csv": csv(";").encode("utf-16"),
    "list.json": json.dumps(SONGS).encode(),
    "bom.json": b"\xef\xbb\xbf" + json.dumps(SONGS, ensure_ascii=False).encode(),
    "lines.jsonl": "\n".join(map(json.dumps, SONGS)).encode(),
    "lines.json": "\n".join(map(json.dumps, SONGS)).encode(),
    "within.json": json.dumps({"total": 2, "items": SONGS}).encode(),
    "columns.json": json.dumps({name: [song[name] for song in SONGS] for name in SONGS[0]}).encode(),
    "pandas.json": json.dumps(
        {name: {str(i): song[name] for i, song in enumerate(SONGS)} for name in SONGS[0]}
    ).encode(),
}


@pytest.mark.parametrize("name", [*SHAPES, "table.parquet"])
def test_tables_of_any_shape_tell_the_same(tmp_path, name):
    path = tmp_path / name
    if name in SHAPES:
        path.write_bytes(SHAPES[name])
    else:
        pq.write_table(pa.Table.from_pylist(SONGS), path)
    kino, beatles = rows(path, *MAP)
    assert (kino.title, kino.artists, kino.duration_s, kino.year) == ("Группа крови", ("Кино",), 285.0, 1988)
    assert (kino.tags, beatles.tags, beatles.year) == (("rock", "new wave"), (), None)
    assert kino.raw["Band"] == "Кино"


def test_what_is_no_number_is_null_at_any_depth(tmp_path):
    pq.write_table(pa.table({"title": ["x"], "v": [[float("nan"), 1.0]]}), tmp_path / "t.parquet")
    written(tmp_path / "t.json", '[{"title": "x", "v": [NaN, 1.0]}]')
    for name in ("t.parquet", "t.json"):
        assert [one.raw["v"] for one in rows(tmp_path / name)] == [[None, 1.0]]


def test_windows_1251_is_refused_with_a_remedy_that_works(tmp_path):
    path = written(tmp_path / "old.csv", csv(";").encode("cp1251"))
    with pytest.raises(TableError, match="is no UTF-8 text") as raised:
        rows(path)
    assert raised.value.hint.startswith(
        "name its encoding; with --map encoding=cp1251 (Russian) it would read '"
    )
    assert "Группа крови" in raised.value.hint
    assert rows(path, ("encoding", "cp1251"), *MAP)[0].artists == ("Кино",)


def test_columns_are_known_by_their_usual_names(tmp_path):
    text = "track_name,Artist Name(s),artist_name,mbid,ISRC,Album,genre,trackId\nA,,B,i,j,c,\"['x', 'y']\",7"
    (one,) = rows(written(tmp_path / "t.csv", text))
    assert (one.title, one.artists, one.album, one.isrc, one.musicbrainz_id) == ("A", ("B",), "c", "j", "i")
    assert (one.tags, one.key) == (("x", "y"), f"{tmp_path / 't.csv'}#7")


@pytest.mark.parametrize(
    ("cell", "separator", "tags"),
    [
        ("pop; rock|pop", None, ("pop", "rock")),
        ("folk, world, & country", None, ("folk, world, & country",)),
        ("pop, rock", ",", ("pop", "rock")),
        ('["a", "b"]', None, ("a", "b")),
        ("['a', \"b's\", None]", None, ("a", "b's")),
        ("[broken", None, ("[broken",)),
        ("[" * 5000 + "]", None, ("[" * 5000 + "]",)),
        ("nan", None, ()),
    ],
)
def test_tags_in_one_cell(tmp_path, cell, separator, tags):
    path = written(tmp_path / "t.json", json.dumps([{"tags": cell}]))
    assert rows(path, *([("separator", separator)] if separator else []))[0].tags == tags


def test_files_are_named_from_the_tables_folder_and_must_be_there(tmp_path):
    (tmp_path / "a.mp3").touch()
    here, gone = rows(written(tmp_path / "t.csv", "path,title\na.mp3,x\nb.mp3,y"))
    assert (here.path, gone.path) == (str(tmp_path / "a.mp3"), None)


@pytest.mark.parametrize(
    ("name", "data", "message", "hint"),
    [
        ("a.csv", b"", "is empty", "row of names"),
        ("a.csv", b"title,artist\n", "has no rows", "a row per song"),
        ("a.csv", b"a,b\n1,2", "no column of '.*' is known to tell of a song: a, b", "--map title=COLUMN"),
        ("a.csv", b"title;x\nA;b;c", "row 2 of '.*' has 3 cells, its first row 2", "--map delimiter=tab"),
        ("a.csv", b"title,title\n1,2", "two columns called 'title'", "another name"),
        ("a.csv", b"title\n\0", "has zero bytes in it", "Parquet"),
        ("a.csv", ",".join(map(str, range(30_000))).encode(), "has 30000 columns", "swap its rows"),
        ("a.csv", b'title,x\n"' + b"y" * (17 << 20), "is no table: field larger than", "quotes are closed"),
        ("a.json", b"7", "holds no list of songs", "a list of objects"),
        ("a.json", b"[" * 100_000, "is no JSON|nested too deeply", "object"),
        ("a.json", b'[{"title": ' + b"[" * 60 + b"]" * 60 + b"}]", "a row is nested too deeply", "a list of"),
        (
            "a.json",
            b'[{"title": ' + b'{"a": ' * 60 + b"1" + b"}" * 61 + b"]",
            "nested too deeply",
            "a list of",
        ),
        ("a.json", b'{"title": "x"', "line 1 of '.*' is no JSON", "one object a line"),
        ("a.jsonl", b'{"title": "x"}\n7', "line 2 of '.*' is no object", "one object a line"),
        ("a.parquet", b"PAR1", "is no Parquet file", "write it anew"),
    ],
)
def test_tables_that_cannot_be_read_say_how_to_mend_them(tmp_path, name, data, message, hint):
    with pytest.raises(TableError, match=message) as raised:
        rows(written(tmp_path / name, data))
    assert hint in raised.value.hint


def test_options_that_are_none(tmp_path):
    path = written(tmp_path / "t.csv", csv())
    for option, message in (
        (("tilte", "Song"), "unknown field of a song 'tilte' \\(did you mean 'title'"),
        (("title", "Sogn"), "unknown column of 't.csv' 'Sogn' \\(did you mean 'Song'"),
    ):
        with pytest.raises(UnknownNameError, match=message):
            rows(path, option)
    for option, message in (
        (("encoding", "utf-99"), "there is no encoding 'utf-99'"),
        (("delimiter", "ab"), "'ab' is no delimiter"),
        (("encoding", "ascii"), "is not encoded as ascii"),
    ):
        with pytest.raises(TableError, match=message):
            rows(path, option)
    with pytest.raises(TableError, match="cannot be read: No such file"):
        rows(tmp_path / "nowhere.csv")


def test_long_tables_come_in_pages_that_can_be_taken_up(tmp_path):
    path = written(tmp_path / "t.csv", "title\n" + "\n".join(map(str, range(2500))))
    pages = list(Table().pages(None, Query("path", str(path)), ""))
    assert [len(page.records) for page in pages] == [1000, 1000, 500]
    rest = list(Table().pages(None, Query("path", str(path)), pages[0].next))
    assert rest == pages[1:]


def test_the_delimiter_is_found_though_others_stand_in_cells():
    assert _rows._delimiter_of("a;b\n1,5;x\n2,5;y,z") == ";"
    assert _rows._delimiter_of('a,b\n"x;y;z",1') == ","


@pytest.fixture
def music(tmp_path) -> Path:
    """Return a folder rock/kino/a.flac, rock/b.mp3, c.wav, d.ape (no sound) and e.wav (damaged)."""
    folder = tmp_path / "music"
    (folder / "rock" / "kino").mkdir(parents=True)
    for name in ("rock/kino/a.flac", "rock/b.mp3", "c.wav"):
        sounds.write(folder / name, sounds.music(1.0, 22050, 1), 22050)
    tags = mutagen.File(folder / "rock/kino/a.flac")
    tags.update(
        title="Группа крови", artist=["Кино", "Цой"], date="1988-01-05", genre=["Rock", "New Wave; Rock"]
    )
    tags.update(isrc="GBAYE6900535", musicbrainz_trackid="0d2b4c2e-1111-4222-8333-abcdefabcdef", album="x")
    tags.save()
    tags = mutagen.File(folder / "rock/b.mp3", easy=True)
    tags.update(title="Êðîâü", artist="Êèíî", genre="17")
    tags.save()
    (folder / "d.ape").write_bytes(b"MAC \x00")
    return folder


def heard(folder: Path, *options: tuple[str, str]) -> tuple[dict, list]:
    pages = list(Folder().pages(None, Query("path", str(folder), options), ""))
    records = {Path(one.path).name: one for page in pages for one in page.records}
    return records, [miss for page in pages for miss in page.misses]


def test_tags_of_files(music):
    found, misses = heard(music)
    one = found["a.flac"]
    assert (one.title, one.artists, one.year, one.album) == ("Группа крови", ("Кино", "Цой"), 1988, "x")
    assert (one.tags, one.isrc) == (("Rock", "New Wave"), "GBAYE6900535")
    assert one.musicbrainz_id == "0d2b4c2e-1111-4222-8333-abcdefabcdef"
    assert one.duration_s == 1.0
    assert (found["b.mp3"].title, found["b.mp3"].artists) == ("Кровь", ("Кино",))
    assert found["b.mp3"].raw["title"] == ["Êðîâü"]
    assert found["c.wav"].title is None
    assert found["d.ape"].artists == ()
    (miss,) = misses
    assert (miss.what, miss.error) == (str(music / "d.ape"), "NotAudioError")


def test_names_of_folders_as_genres(music):
    found, _ = heard(music, ("genres", "nearest"))
    assert found["a.flac"].tags == ("kino", "Rock", "New Wave")
    assert found["b.mp3"].tags == ("rock", "Rock")
    assert found["c.wav"].tags == ()
    assert heard(music, ("genres", "top"))[0]["a.flac"].tags == ("rock", "Rock", "New Wave")
    for option, kind in ((("genres", "some"), ArgumentError), (("genre", "top"), UnknownNameError)):
        with pytest.raises(kind):
            heard(music, option)


def test_without_mutagen_other_formats_are_named(music, monkeypatch):
    monkeypatch.setitem(sys.modules, "mutagen", None)
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    (miss,) = heard(music)[1]
    assert miss.message == "its tags cannot be read: tinytag knows no .ape files"
    assert miss.hint == "pip install 'earmark[mutagen]'"


def test_folders_that_are_none(tmp_path):
    with pytest.raises(MissingFileError):
        heard(tmp_path / "nowhere")
    with pytest.raises(NotAudioError):
        heard(tmp_path)


def test_what_is_here_is_always_read_anew(music, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    assert collect("folder", ["music"], "catalog").tracks == 4
    (music / "c.wav").unlink()
    sounds.write(music / "rock" / "f.wav", sounds.music(1.0, 22050, 1), 22050)
    done = collect("folder", [str(music)], "catalog")
    assert (done.tracks, done.known) == (4, 0)
    names = {Path(track.path).name for track in catalog.read("catalog")}
    assert names == {"a.flac", "b.mp3", "d.ape", "f.wav"}
    with pytest.raises(ArgumentError, match="'s3://' is not on this machine"):
        collect("folder", ["s3://bucket/music"], "catalog")
