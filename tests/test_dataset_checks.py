"""The checks of columns and classes: a fault planted, a fault found; nothing planted, nothing said."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earmark.dataset.audit import audit
from earmark.dataset.checks import CHECKS, Options
from earmark.dataset.describe import described
from earmark.dataset.infer import guessed_label
from tables import OURS, alarms, clean, clean_frames, findings, only, table

RNG = np.random.default_rng(0)
FRAME = clean(0, 200, 4, 3)


def with_column(**columns):
    return described(FRAME.assign(**columns), "table")


@given(frame=clean_frames)
@settings(max_examples=60)
def test_a_clean_table_raises_no_alarm(frame):
    assert alarms(described(frame, "clean")) == []


def test_every_check_of_ours_is_tried():
    assert set(OURS) <= set(CHECKS)


@pytest.mark.parametrize("name", [name for name in CHECKS if name in OURS])
@pytest.mark.parametrize(
    "columns",
    [
        {"x": [1.0]},
        {"x": [np.nan]},
        {"genre": ["a"]},
        {"genre": [None, None], "x": [1, 2]},
        {"x": [True, False], "genre": ["a", "b"]},
        {"track_id": ["a", "a"], "segment": [0, 1], "x": [0.0, np.inf], "genre": ["a", "a"]},
    ],
)
def test_every_check_takes_the_smallest_tables(name, columns):
    tiny = table(**columns)
    for finding in CHECKS[name](tiny, Options(reference=tiny)):
        assert finding.finding
        assert finding.mend


def test_the_audit_tells_what_was_noticed_and_what_is_found():
    heard = []
    found = list(audit(with_column(dead=1.0), progress=lambda *at: heard.append(at)))
    assert [finding.code for finding in found][:2] == ["label-guessed", "constant-columns"]
    assert [(done, total) for _, done, total in heard] == [(i, len(CHECKS)) for i in range(len(CHECKS))]
    assert [name for name, *_ in heard] == list(CHECKS)


def test_missing_values():
    holes = FRAME["x0"].astype(float).mask(RNG.random(200) < 0.25)
    found = only(alarms(with_column(x0=holes)), "missing-values")
    count = int(holes.isna().sum())
    assert found.severity == "warning"
    assert found.finding == f"'x0' has no value in {count} of 200 rows ({count / 2:.1f} %)"
    assert found.mend == "fill them from the training rows only, or drop the rows or the column"


def test_missing_titles_are_a_note():
    titles = pd.Series([f"song {i}" for i in range(200)]).mask(RNG.random(200) < 0.5)
    assert only(findings(with_column(title=titles)), "missing-values").severity == "note"


def test_many_columns_with_holes_are_one_finding():
    holes = {f"y{i}": FRAME["tempo"].mask(FRAME.index == 3) + i * RNG.random(200) for i in range(30)}
    found = only(alarms(with_column(**holes)), "missing-values")
    assert found.finding == "30 columns lack values, 'y0' most: 1 of 200 rows (0.5 %)"


def test_missing_labels():
    found = only(alarms(with_column(genre=FRAME["genre"].mask(FRAME.index < 7))), "missing-labels")
    assert found.finding == "7 rows of 200 have no 'genre'"
    assert found.severity == "error"


def test_infinite_values():
    found = only(alarms(with_column(x9=FRAME["tempo"].where(FRAME.index != 5, np.inf))), "infinite-values")
    assert found.finding == "'x9' is infinite in 1 row"


@pytest.mark.parametrize("name", ["tempo", "gtzan58.tempo", "time_signature", "duration_ms", "length", "BPM"])
def test_a_zero_that_stands_for_nothing(name):
    values = np.where(np.arange(200) < 12, 0, RNG.uniform(60, 180, 200))
    frame = FRAME.drop(columns="tempo").assign(**{name: values})
    found = only(alarms(described(frame, "table")), "outliers")
    assert found.evidence["rows"] == 12
    assert found.evidence["distinct_rows"] == 12
    assert found.finding.startswith(f"'{name}' is 0 in 12 rows: ")


def test_zeros_of_repeated_rows_are_told_apart():
    frame = FRAME.assign(tempo=FRAME["tempo"].where(FRAME.index > 3, 0)).drop(columns="track_id")
    twice = pd.concat([frame, frame.iloc[:2]], ignore_index=True)
    found = only(alarms(described(twice, "table")), "outliers")
    assert found.finding == "'tempo' is 0 in 6 rows (4 without repeated rows): no beat was found"


def test_zeros_elsewhere_are_values():
    assert alarms(with_column(loudness=np.where(np.arange(200) < 12, 0, FRAME["x_of_genre"]))) == []


def test_constant_columns():
    found = only(alarms(with_column(kind="audio")), "constant-columns")
    assert found.finding == "'kind' is 'audio' in every row"
    assert only(alarms(with_column(zero=0)), "constant-columns").evidence == {"column": "zero", "value": 0}
    empty = with_column(nothing=np.nan)
    assert only(alarms(empty), "constant-columns").finding == "'nothing' has no value at all"


@pytest.mark.parametrize(
    ("copy", "words"),
    [
        (lambda x: x, "'tempo_2' is a copy of 'tempo'"),
        (lambda x: 1000 * x, "'tempo_2' is a copy of 'tempo' in another unit"),
        (lambda x: 32 - 1.8 * x, "'tempo_2' is a copy of 'tempo' in another unit"),
    ],
)
def test_duplicate_columns(copy, words):
    assert only(alarms(with_column(tempo_2=copy(FRAME["tempo"]))), "duplicate-columns").finding == words


@pytest.mark.parametrize(
    "near", [lambda x: x + 1e-6 * RNG.random(200), lambda x: x**2, np.sort, lambda x: x[::-1]]
)
def test_what_is_no_copy(near):
    assert alarms(with_column(other=near(FRAME["tempo"].to_numpy()))) == []


def test_segments_that_stand_in_several_rows():
    frame = clean(3, 60, 2, 2, segments=3)
    twice = pd.concat([frame, frame.iloc[4:6].assign(tempo=99.0)], ignore_index=True)
    found = only(alarms(described(twice, "table")), "duplicate-keys")
    assert found.evidence == {"rows": 2, "first": [frame["track_id"][4], "1"]}
    assert found.severity == "error"


def test_duplicate_words():
    words = RNG.choice(["minor", "major"], 200)
    assert only(alarms(with_column(mode=words, scale=words)), "duplicate-columns").evidence["equal"] is True


def test_one_column():
    found = only(alarms(table(**{"a b c": ["1 2 3", "4 5 6"]})), "one-column")
    assert found.severity == "error"
    assert "'a b c', in 2 rows" in found.finding


def test_no_names():
    found = only(alarms(table(**{"0.5": [1, 2, 3], "1.5": [2, 3, 4], "rock": ["a", "b", "c"]})), "no-names")
    assert found.mend == "the first line must hold names: write one above the values"


def test_rare_classes():
    genre = np.where(np.arange(200) < 3, "polka", FRAME["genre"])
    genre = np.where(np.arange(200) == 9, "ska", genre)
    found = only(alarms(with_column(genre=genre)), "rare-classes")
    assert found.finding == "2 of 5 classes of 'genre' have fewer than 10 songs: 'ska' (1), 'polka' (3)"
    assert found.evidence["classes"] == {"polka": 3, "ska": 1}


def test_songs_are_counted_and_not_their_segments():
    frame = clean(1, 60, 2, 2, segments=20)
    few = frame[(frame["genre"] == "jazz") | (frame["track_id"].isin(frame["track_id"].unique()[:8]))]
    names = only(alarms(described(few.reset_index(drop=True), "table")), "rare-classes").evidence["classes"]
    assert set(names) == {"blues"}
    assert names["blues"] < 10


def test_one_class():
    assert (
        only(alarms(with_column(genre="rock")), "one-class").finding
        == "the label 'genre' is 'rock' in every row"
    )


def test_spellings():
    genre = FRAME["genre"].where(FRAME.index % 2 == 0, FRAME["genre"].str.upper().str.replace(" ", "-"))
    found = [one for one in alarms(with_column(genre=genre)) if one.code == "class-spellings"]
    assert len(found) == 3
    assert found[0].mend == "write them alike"


def test_imbalance_is_a_note():
    genre = np.where(np.arange(400) < 10, "jazz", "rock")
    found = only(findings(described(clean(2, 400, 2, 2).assign(genre=genre), "table")), "imbalance")
    assert found.severity == "note"
    assert found.evidence["majority_share"] == 0.975


@pytest.mark.parametrize(
    ("columns", "label"),
    [
        ({"genre": list("abab"), "label": list("aabb")}, "genre"),
        ({"Label": list("abab"), "x": [1, 2, 3, 4]}, "Label"),
        ({"class": [1, 2, 1, 2]}, "class"),
        ({"genre_top": list("abab")}, "genre_top"),
        ({"genre": ["['pop', 'rock']"] * 30, "x": range(30)}, None),
        ({"genre": [f"unique {i}" for i in range(30)]}, None),
        ({"y": np.linspace(0, 1, 30)}, None),
        ({"x": [1, 2]}, None),
    ],
)
def test_the_label_is_guessed(columns, label):
    assert guessed_label(pd.DataFrame(columns)) == label


def test_the_guess_is_said():
    assert only(findings(table(genre=list("ab") * 20)), "label-guessed").mend == "name another with --label"
    assert "earmark label" in only(findings(table(x=[1, 2])), "no-label").mend


PLANTS = {
    "missing-values": lambda frame, at: frame.assign(x0=frame["x0"].astype(float).mask(at)),
    "infinite-values": lambda frame, at: frame.assign(x0=frame["x0"].astype(float).mask(at, -np.inf)),
    "outliers": lambda frame, at: frame.assign(tempo=frame["tempo"].mask(at, 0)),
    "constant-columns": lambda frame, at: frame.assign(flat=7),
    "duplicate-columns": lambda frame, at: frame.assign(again=frame["tempo"] / 60),
    "rare-classes": lambda frame, at: frame.assign(
        genre=frame["genre"].mask(frame["track_id"].isin(frame["track_id"].unique()[:2]), "polka")
    ),
    "missing-labels": lambda frame, at: frame.assign(genre=frame["genre"].mask(at)),
    "class-spellings": lambda frame, at: frame.assign(genre=frame["genre"].mask(at, frame["genre"] + " ")),
}


@pytest.mark.parametrize("code", PLANTS)
@given(frame=clean_frames, share=st.floats(0.02, 0.4), seed=st.integers(0, 99))
@settings(max_examples=15)
def test_what_is_planted_is_found(code, frame, share, seed):
    at = np.random.default_rng(seed).random(len(frame)) < share
    at[0] = True
    found = alarms(described(PLANTS[code](frame, at), "planted"))
    assert code in [finding.code for finding in found]
    assert {finding.code for finding in found} <= {code, "rare-classes"}
