"""Schemas: what is inferred, what is known, how they are written, read, and held to."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earmark.dataset import read
from earmark.dataset.describe import described
from earmark.dataset.enforce import to_pandera
from earmark.dataset.infer import inferred
from earmark.dataset.known import KNOWN, recognised
from earmark.dataset.schema import ColumnSpec, Schema
from earmark.dataset.schema_file import as_toml, load, save
from earmark.errors import SchemaError, UnknownNameError
from earmark.features import FEATURE_SETS
from tables import alarms, clean, clean_frames, findings, only

SCHEMA = Schema(
    (
        ColumnSpec("tempo", "number", unit="beats per minute", low=50, high=250),
        ColumnSpec("key", "integer", low=0, high=11, nullable=True),
        ColumnSpec("genre", "category", "label", classes=("jazz", "rock")),
        ColumnSpec("title", "text", "text", nullable=True),
        ColumnSpec("live", "boolean"),
    ),
    "test",
)
GOOD = pd.DataFrame(
    {
        "tempo": np.linspace(50, 250, 40), "key": [*range(12)] * 3 + [np.nan] * 4,
        "genre": ["jazz", "rock"] * 20, "title": [None, *(f"song {i}" for i in range(39))],
        "live": [True, False] * 20,
    }
)  # fmt: skip


def declared(frame):
    return described(frame, "table", declared=SCHEMA)


def test_what_is_inferred():
    rows = 200
    frame = pd.DataFrame(
        {
            "Unnamed: 0": range(rows), "track_id": [f"t{i}" for i in range(rows)], "segment": 0,
            "artist_name": ["a", "b"] * 100, "album": ["c", "d"] * 100,
            "title": [f"song {i}" for i in range(rows)], "tempo": np.linspace(60, 90, rows),
            "key": [*range(10)] * 20, "live": [True, False] * 100,
            "language": ["en", "ru"] * 100, "genre": ["jazz", None] * 100,
        }
    )  # fmt: skip
    found = inferred(frame)
    assert {c.name: (c.dtype, c.role) for c in found} == {
        "Unnamed: 0": ("integer", "ignored"),
        "track_id": ("id", "id"),
        "segment": ("integer", "ignored"),
        "artist_name": ("category", "group"),
        "album": ("category", "group"),
        "title": ("text", "text"),
        "tempo": ("number", "feature"),
        "key": ("integer", "feature"),
        "live": ("boolean", "feature"),
        "language": ("category", "feature"),
        "genre": ("category", "label"),
    }
    assert found["genre"].classes == ("jazz",)
    assert [c.name for c in found if c.nullable] == ["genre"]


@given(frame=clean_frames)
@settings(max_examples=15)
def test_a_table_keeps_the_schema_that_is_inferred_from_it(frame):
    schema = inferred(frame)
    to_pandera(schema).validate(frame)
    assert alarms(described(frame, "table", declared=schema)) == []


NAMES = st.text(max_size=8).filter(lambda name: not any("\ud800" <= c <= "\udfff" for c in name))
NUMBERS = st.floats(allow_nan=False)
COLUMNS = st.builds(
    lambda name, dtype, role, unit, ends, classes, nullable: ColumnSpec(
        name, dtype, role, unit, min(ends), max(ends), tuple(classes), nullable
    ),
    NAMES,
    st.sampled_from(["number", "integer", "category", "text", "boolean", "id"]),
    st.sampled_from(["feature", "group", "id", "text", "ignored"]),
    NAMES,
    st.tuples(NUMBERS, NUMBERS),
    st.lists(NAMES, max_size=3),
    st.booleans(),
)


@given(columns=st.lists(COLUMNS, min_size=1, max_size=4, unique_by=lambda column: column.name))
def test_what_is_written_is_read(columns, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "schema.toml"
    save(Schema(tuple(columns)), path)
    read_back = load(path).columns
    bounded = [  # an infinite end is no end, wherever it stood
        (c.low if math.isfinite(c.low) else -math.inf, c.high if math.isfinite(c.high) else math.inf)
        for c in columns
    ]
    assert [(c.low, c.high) for c in read_back] == bounded
    assert [(c.name, c.dtype, c.role, c.unit, c.classes, c.nullable) for c in read_back] == [
        (c.name, c.dtype, c.role, c.unit, c.classes, c.nullable) for c in columns
    ]


def test_a_known_table_by_name():
    assert load("spotify15")["genre"].role == "label"
    with pytest.raises(UnknownNameError, match="unknown known table 'spotify16'"):
        load("spotify16")


X = "format = 1\n[[column]]\nname = 'x'\n"
TWO = "[[column]]\nname = '{}'\ntype = 'text'\nrole = 'label'\n"


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("format = 1\n[[column]\n", "is no TOML", "correct it there"),
        ("", "its format is None", "begin it with 'format = 1'"),
        ("format = 2\n", "its format is 2", "or update Earmark"),
        ("format = 1\n", "it names no columns", "write a [[column]]"),
        ("format = 1\ncolumn = 3\n", "it names no columns", "write a [[column]]"),
        ("format = 1\n[[column]]\ntype = 'text'\n", "column 1 has no name", "give it one"),
        ("format = 1\nfoo = 2\n[[column]]\nname = 'x'\n", "it says 'foo'", "take it out"),
        (X, "column 'x' has the type None", "one of number, integer"),
        (X + "type = 'float'\n", "has the type 'float'", "one of number"),
        (X + "type = 'text'\nrole = 'y'\n", "has the role 'y'", "one of feature"),
        (X + "type = 'number'\nlow = 'a'\n", "has low = 'a'", "give a number"),
        (X + "type = 'number'\nlow = 2\nhigh = 1\n", "from 2 to 1", "lower end"),
        (X + "type = 'text'\nnullable = 1\n", "nullable = 1", "true or false"),
        (X + "type = 'text'\nclases = []\n", "'clases'", "did you mean 'classes'?"),
        ("format = 1" + 2 * "\n[[column]]\nname = 'x'\ntype = 'id'", "'x' is there twice", "of its own"),
        ("format = 1\n" + TWO.format("x") + TWO.format("y"), "x, y are all the label", "keep one of them"),
    ],
)
def test_bad_schemas(tmp_path, text, message, hint):
    path = tmp_path / "schema.toml"
    path.write_text(text)
    with pytest.raises((SchemaError, UnknownNameError)) as caught:
        load(path)
    assert message in caught.value.message
    assert hint in caught.value.hint


def test_a_schema_that_is_not_there(tmp_path):
    with pytest.raises(SchemaError, match="cannot be read: No such file") as caught:
        load(tmp_path / "schema.toml")
    assert "spotify15" in caught.value.hint
    (tmp_path / "latin.toml").write_bytes(b"\xe9")
    with pytest.raises(SchemaError, match="it is no UTF-8"):
        load(tmp_path / "latin.toml")


def test_a_table_that_keeps_its_schema():
    assert alarms(declared(GOOD)) == []


@pytest.mark.parametrize(
    ("spoil", "code", "finding"),
    [
        (lambda f: f.drop(columns="key"), "missing-column", "the schema wants column 'key', which the"),
        (lambda f: f.assign(tempo="fast"), "wrong-type", "'tempo' should hold number values and holds"),
        (lambda f: f.assign(key=f["key"] + 0.5), "wrong-type", "'key' should hold integer values and holds"),
        (lambda f: f.assign(title=7), "wrong-type", "'title' should hold text values and holds '7'"),
        (lambda f: f.assign(live=[0, 2] * 20), "wrong-type", "'live' should hold boolean values and holds"),
        (
            lambda f: f.assign(tempo=f["tempo"] + 100),
            "out-of-range",
            "'tempo' lies outside 50 to 250 beats per minute in 20 of 40 rows: 252.564 to 350",
        ),
        (
            lambda f: f.assign(genre=f["genre"].where(f.index != 3, "polka")),
            "unknown-classes",
            "'genre' holds 1 value not among its 2 classes: 'polka'",
        ),
        (
            lambda f: f.assign(tempo=f["tempo"].mask(f.index < 3)),
            "missing-values",
            "'tempo' has no value in 3 of 40 rows; its schema wants one",
        ),
    ],
)  # fmt: skip
def test_a_table_that_does_not(spoil, code, finding):
    found = only([one for one in alarms(declared(spoil(GOOD))) if one.code != "rare-classes"], code)
    assert found.severity == "error"
    assert found.finding.startswith(finding)


def test_zeros_of_what_is_never_zero_are_told_once():
    found = alarms(declared(GOOD.assign(tempo=GOOD["tempo"].where(GOOD.index > 3, 0))))
    assert [one.code for one in found] == ["outliers"]


def test_a_scaled_column_is_told_as_such():
    found = only(alarms(declared(GOOD.assign(tempo=GOOD["tempo"] / 250 + 0.1))), "out-of-range")
    assert found.mend == "most rows are out: the column has another unit or was scaled; say so in a schema"


def test_missing_values_that_the_schema_allows_are_a_note():
    found = [one for one in findings(declared(GOOD)) if one.code == "missing-values"]
    assert {one.severity for one in found} == {"note"}
    assert len(found) == 2


def test_the_label_of_the_command_line_goes_before_the_declared_one(tmp_path):
    path = tmp_path / "t.csv"
    GOOD.assign(mood=["calm", "wild"] * 20).to_csv(path, index=False)
    dataset = read(path, label="mood", schema=SCHEMA)
    assert dataset.label == "mood"
    assert dataset.schema["genre"].role == "feature"


@pytest.mark.parametrize("name", FEATURE_SETS)
def test_our_own_feature_sets_are_known(name):
    columns = list(FEATURE_SETS[name].columns)
    assert recognised(["track_id", "genre", *columns]).source == name
    prefixed = recognised([f"{name}.{column}" for column in columns])
    assert [column.name for column in prefixed] == [f"{name}.{column}" for column in columns]


@pytest.mark.parametrize("name", KNOWN)
def test_a_known_table_is_known_by_its_columns(name):
    table = KNOWN[name]
    assert table.needs <= {column.name for column in table.schema}
    assert recognised([column.name for column in table.schema]).source == name
    assert load_back(table.schema).columns == table.schema.columns


def load_back(schema):
    import tomllib

    from earmark.dataset.schema_file import _schema

    return _schema(tomllib.loads(as_toml(schema)), schema.source)


def test_what_is_not_known():
    assert recognised(list(clean(0, 20, 4, 2))) is None
