"""Tables of any kind and fault: what is read, what is said of it, what cannot be read and why."""

import gzip
import json
import os

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from earmark.dataset import read
from earmark.errors import TableError, UnknownNameError
from tables import only

ROWS = "genre,tempo,title\nrock,120.5,One\njazz,90,Two\n" + "фолк,80,Три\n"


def written(tmp_path, data, name="table.csv"):
    path = tmp_path / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def remark(dataset, code):
    return only(list(dataset.remarks), code)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_every_delimiter_encoding_and_line_end(tmp_path, encoding, delimiter, newline):
    text = ROWS.replace(",", delimiter).replace("\n", newline)
    dataset = read(written(tmp_path, text.encode(encoding)), label="genre")
    assert dataset.frame["genre"].tolist() == ["rock", "jazz", "фолк"]
    assert dataset.frame["tempo"].tolist() == [120.5, 90.0, 80.0]
    assert dataset.frame["title"].tolist() == ["One", "Two", "Три"]
    assert (encoding == "cp1251") == any(one.code == "encoding" for one in dataset.remarks)


def test_western_letters(tmp_path):
    dataset = read(written(tmp_path, "artist,tempo\nBjörk,1.5\nCafé Tacvba,2\n".encode("cp1252")))
    assert dataset.frame["artist"].tolist() == ["Björk", "Café Tacvba"]
    said = remark(dataset, "encoding")
    assert "no UTF-8; it was read as cp1252" in said.finding
    assert said.mend == "if letters look wrong, save the table as UTF-8"


def test_titles_that_look_like_missing_values_are_titles(tmp_path):
    dataset = read(written(tmp_path, "title,x\nNone,1\nNA,2\nnan,3\n,4\n"))
    assert dataset.frame["title"].tolist()[:3] == ["None", "NA", "nan"]
    assert dataset.frame["title"].isna().tolist() == [False, False, False, True]


def test_missing_numbers_in_words(tmp_path):
    rows = "".join(f"{i}.5,a\n" for i in range(18))
    dataset = read(written(tmp_path, f"x,title\nNA,a\n-,b\n{rows}"))
    assert dataset.frame["x"].isna().sum() == 2
    assert dataset.frame["x"].dtype == float
    said = remark(dataset, "null-words")
    assert said.finding == "'x' writes missing numbers as 'NA', '-' in 2 rows"
    assert said.severity == "note"


def test_decimal_commas(tmp_path):
    dataset = read(written(tmp_path, "x;title\n1,5;a\n-0,25;b\n3;c, d\n"))
    assert dataset.frame["x"].tolist() == [1.5, -0.25, 3.0]
    assert remark(dataset, "decimal-comma").evidence == {"column": "x", "rows": 2}


def test_mixed_types(tmp_path):
    rows = "".join(f"{i},a\n" for i in range(20))
    dataset = read(written(tmp_path, f"x,title\n{rows}loud,b\n1.2.3,c\n"))
    assert dataset.frame["x"].isna().sum() == 2
    said = remark(dataset, "mixed-types")
    assert said.severity == "error"
    assert said.finding == "'x' holds numbers, but 2 of 22 values are none: 'loud', '1.2.3'"
    assert said.evidence["at_rows"] == [21, 22]
    assert said.mend == "correct these values or leave them empty; until then they count as missing"


def test_names_and_ids_are_never_numbers(tmp_path):
    rows = "".join(f"{i},{i}\n" for i in range(20))
    dataset = read(written(tmp_path, f"artist,track_id\n{rows}blink,a7\n"))
    assert dataset.frame["artist"].tolist()[-1] == "blink"
    assert dataset.frame["track_id"].tolist()[-1] == "a7"


def test_ragged_rows_are_left_out_and_told(tmp_path):
    dataset = read(written(tmp_path, 'a,b\n1,2\n3\n"4\n5",6\n7,8,9\n10,11\n12,13\n'))
    assert dataset.frame["b"].tolist() == [2, 6, 11, 13]
    said = remark(dataset, "ragged-rows")
    assert said.severity == "error"
    assert said.evidence == {"rows": 2, "columns": 2, "lines": [3, 6]}
    assert "put cells that hold commas in quotation marks" in said.mend


def test_a_delimiter_at_the_end_of_each_row(tmp_path):
    assert list(read(written(tmp_path, "a,b\n1,2,\n3,4,\n")).frame) == ["a", "b"]
    assert list(read(written(tmp_path, "a,b,\n1,2,\n3,4,\n")).frame) == ["a", "b"]


def test_names_of_rows_as_r_writes_them(tmp_path):
    assert read(written(tmp_path, "a,b\nr1,1,2\nr2,3,4\n")).frame.columns.tolist() == ["row", "a", "b"]


def test_duplicate_names(tmp_path):
    dataset = read(written(tmp_path, "a,b,a,a\n1,2,3,4\n"))
    assert list(dataset.frame) == ["a", "b", "a.1", "a.2"]
    said = remark(dataset, "duplicate-names")
    assert said.severity == "error"
    assert said.evidence == {"names": {"a": 3}}


def test_row_numbers_are_no_feature(tmp_path):
    dataset = read(written(tmp_path, ",x,genre\n0,1.5,a\n1,2.5,b\n"))
    assert list(dataset.frame) == ["Unnamed: 0", "x", "genre"]
    assert dataset.features == ["x"]


@pytest.mark.parametrize(
    ("data", "name", "message", "hint"),
    [
        (b"", "t.csv", "is empty", "a line of column names"),
        (b"\n \n", "t.csv", "is empty", "a line of column names"),
        (b"a,b\n", "t.csv", "has column names and no rows", "and rows below"),
        (bytes(range(256)) * 10, "t.csv", "holds binary data, no table", "CSV, Parquet or JSON"),
        (b"PK\x03\x04rest", "t.xlsx", "is a workbook or an archive", "save the sheet as CSV"),
        (gzip.compress(b"a,b\n1,2\n", mtime=0), "t.csv.gz", "is packed by gzip", "unpack it first"),
        (b"RIFF\0\0\0\0WAVEfmt ", "t.wav", "is sound", "earmark extract"),
        (b'a,b\n1,"2\n3,4\n5,6\n', "t.csv", "a quotation mark after line 1 is never closed", "close it"),
        (b"My songs\n\na,b,c\n1,2,3\n4,5,6\n", "t.csv", "most rows have 3", "take away what stands above"),
        (b"PAR1 and no more", "t.parquet", "is a damaged Parquet file", "copy it again"),
        (b"a,b\n1,2\n", "t.parquet", "is named like a Parquet file and is none", "copy it again"),
        (b'[{"a": 1}, {"a": ', "t.json", "is damaged JSON (line 1)", "save the table as CSV"),
        (b'{"a": 1, "b": [2]}', "t.json", "is JSON, but no table", "a list of rows"),
        (b"[{}]", "t.json", "has no columns", "a line of column names"),
        ('[{"a": "é"}]'.encode("latin-1"), "t.json", "is JSON and no UTF-8", "save it as UTF-8"),
        (b"\xff\xfea", "t.csv", "begins as utf-16", "save it as UTF-8 again"),
    ],
)
def test_what_is_no_table(tmp_path, data, name, message, hint):
    with pytest.raises(TableError) as caught:
        read(written(tmp_path, data, name))
    assert message in caught.value.message
    assert f"{tmp_path / name}" in caught.value.message
    assert hint in caught.value.hint


@pytest.mark.slow
def test_a_million_columns(tmp_path):
    wide = ",".join(map(str, range(10**6)))
    with pytest.raises(TableError, match="has 1000000 columns; a table of songs has 20000 at most") as caught:
        read(written(tmp_path, f"{wide}\n{wide}\n"))
    assert "rows and columns may be swapped" in caught.value.hint
    frame = pd.DataFrame(np.zeros((1, 20_001)), columns=[f"x{i}" for i in range(20_001)])
    frame.to_parquet(tmp_path / "wide.parquet")
    with pytest.raises(TableError, match="has 20001 columns"):
        read(tmp_path / "wide.parquet")


def test_a_missing_file_says_what_is_near(tmp_path):
    written(tmp_path, ROWS, "songs.csv")
    with pytest.raises(TableError, match=r"there is no table '.*song.csv'") as caught:
        read(tmp_path / "song.csv")
    assert caught.value.hint == f"did you mean '{tmp_path / 'songs.csv'}'?"
    with pytest.raises(TableError, match="check its path"):
        read(tmp_path / "nowhere" / "at" / "all.csv")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(tmp_path):
    path = written(tmp_path, ROWS)
    path.chmod(0)
    with pytest.raises(TableError, match="cannot be read: Permission denied"):
        read(path)


def test_an_unknown_label(tmp_path):
    with pytest.raises(UnknownNameError) as caught:
        read(written(tmp_path, ROWS), label="gnre")
    assert str(caught.value) == (
        "the table has no column 'gnre' (did you mean 'genre'? its columns: genre, tempo, title)"
    )


@pytest.mark.parametrize(
    "data",
    [
        [{"genre": "a", "x": 1}, {"genre": "b", "x": 2}],
        {"genre": ["a", "b"], "x": [1, 2]},
        {"genre": {"0": "a", "1": "b"}, "x": {"0": 1, "1": 2}},
        {"songs": [{"genre": "a", "x": 1}, {"genre": "b", "x": 2}]},
    ],
)
def test_json_of_every_shape(tmp_path, data):
    frame = read(written(tmp_path, json.dumps(data), "t.json")).frame
    assert frame.to_dict("list") == {"genre": ["a", "b"], "x": [1, 2]}


def test_json_lines(tmp_path):
    lines = '{"genre": "a", "tags": ["x", "y"]}\n{"genre": "b", "tags": null}\n'
    frame = read(written(tmp_path, lines, "t.jsonl")).frame
    assert frame["tags"].tolist()[0] == '["x", "y"]'
    assert frame["tags"].isna().tolist() == [False, True]


def test_parquet_of_every_type(tmp_path):
    frame = pd.DataFrame(
        {
            "i": pd.array([1, None], dtype="Int64"), "b": [True, False], "f": np.float32([1.5, 2]),
            "c": pd.Categorical(["x", "y"]), "t": pd.to_datetime(["2020-01-01", None]),
            "l": [["a"], None], "u": np.array([1, 2**63], dtype="uint64"),
        },
        index=pd.Index([5, 6], name="kept out"),
    )  # fmt: skip
    frame.to_parquet(tmp_path / "t.parquet")
    got = read(tmp_path / "t.parquet").frame
    assert got["i"].tolist()[0] == 1.0
    assert [str(got[name].dtype) for name in "ibfu"] == ["float64", "bool", "float64", "float64"]
    assert got["t"].tolist()[0] == "2020-01-01T00:00:00"
    assert got["l"].tolist()[0] == '["a"]'
    assert got["c"].tolist() == ["x", "y"]
    assert got.index.tolist() == [0, 1]


def test_several_files_are_one_table(tmp_path):
    for number in (1, 2, 10):
        written(tmp_path, f"x,genre\n{number},a\n", f"part_{number}.csv")
    written(tmp_path, '""\n', "part_11.csv")
    dataset = read(tmp_path)
    assert dataset.frame["x"].tolist() == [1, 2, 10]  # 10 after 2
    assert "part_11.csv has no rows" in remark(dataset, "empty-file").finding
    named = read([tmp_path / "part_10.csv", tmp_path / "part_1.csv"])
    assert named.frame["x"].tolist() == [10, 1]
    assert named.name.endswith("part_10.csv and 1 more")


def test_files_of_two_tables(tmp_path):
    first, second = written(tmp_path, "x,y\n1,2\n", "1.csv"), written(tmp_path, "x,z\n3,4\n", "2.csv")
    said = remark(read([first, second]), "unlike-files")
    assert said.severity == "error"
    assert (said.evidence["more"], said.evidence["fewer"]) == (["z"], ["y"])


def test_folders_without_a_table(tmp_path):
    with pytest.raises(TableError, match="holds no table") as caught:
        read(tmp_path)
    assert caught.value.hint == "name one that ends in .csv"
    (tmp_path / "labels@1f").mkdir()
    with pytest.raises(TableError, match="holds no table") as caught:
        read(tmp_path)
    assert caught.value.hint == f"did you mean '{tmp_path / 'labels@1f'}'?"
    written(tmp_path, ROWS, "a.csv")
    written(tmp_path, "[]", "b.json")
    with pytest.raises(TableError, match=r"holds \.csv and \.json files") as caught:
        read(tmp_path)
    assert caught.value.hint == "name the files of one table"


CELLS = st.sampled_from(
    ["1", "2.5", "", "NA", "rock", "1,5", '"', "'", "a b", "\ufeff", "привет", "inf", "1e400", "True", "0x1"]
)  # fmt: skip
ANYTHING = st.one_of(
    st.binary(max_size=80),
    st.lists(st.one_of(CELLS, st.sampled_from(list(",;\t|\n\r"))), max_size=60).map(
        lambda parts: "".join(parts).encode()
    ),
)


@given(data=ANYTHING)
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_file_is_a_table_or_an_error_that_helps(tmp_path, data):
    try:
        dataset = read(written(tmp_path, data))
    except TableError:
        return
    assert len(dataset.frame)
    assert [column.name for column in dataset.schema] == dataset.frame.columns.tolist()
    for said in dataset.remarks:
        json.dumps(said.to_dict(), allow_nan=False)


def test_a_recipe_among_the_tables_is_told(tmp_path):
    table, recipe = tmp_path / "songs.csv", tmp_path / "recipe.toml"
    table.write_text("genre,tempo\njazz,100\n")
    recipe.write_text("folds = 2\n")
    with pytest.raises(
        TableError, match=r"recipe\.toml' is a text of settings, no table \(name a recipe by --re"
    ):
        read([table, recipe])
