"""What our checks say of the tables that people pass around."""

import time

import pytest

from earmark.dataset import read
from earmark.dataset.checks import CHECKS, Options
from earmark.dataset.describe import described
from earmark.service.labelling import label
from tables import OURS, alarms, findings, only


@pytest.fixture(scope="module")
def fifteen(gtzan):
    return read(gtzan.parent / "spotify15" / "genres_mod.parquet")


@pytest.fixture(scope="module")
def twelve(gtzan):
    return read(gtzan.parent / "spotify12")


def test_fifteen_genres_are_read_and_known(fifteen):
    assert len(fifteen.frame) == 42_896
    assert (fifteen.schema.source, fifteen.label, fifteen.text) == (
        "spotify15",
        "genre",
        ["song_name", "title"],
    )
    assert len(fifteen.features) == 14


def test_fifteen_genres(fifteen):
    found = alarms(fifteen)
    assert sorted(one.code for one in found) == ["constant-columns", "missing-values"]
    assert only(found, "constant-columns").finding == "'type' is 'audio_features' in every row"
    assert only(found, "missing-values").evidence["columns"] == {"loudness": 9_170}
    notes = [one for one in findings(fifteen) if one.code == "missing-values" and one.severity == "note"]
    assert [one.evidence["columns"] for one in notes] == [{"song_name": 21_085}, {"title": 21_817}]


def test_csv_and_parquet_are_the_same_table(gtzan, fifteen):
    csv = read(gtzan.parent / "spotify15" / "genres_v2.csv")
    assert len(csv.frame) == 42_305
    assert [(c.name, c.dtype, c.role) for c in csv.schema] == [
        (c.name, c.dtype, c.role) for c in fifteen.schema
    ]
    assert only(alarms(csv), "missing-values").evidence["columns"] == {"loudness": 6_784}


def test_twelve_genres_are_read_as_one_table(twelve):
    assert len(twelve.frame) == 46_291
    assert (twelve.schema.source, twelve.label) == ("spotify12", None)
    assert twelve.groups == ["artist_name", "artist_uri"]
    assert "Unnamed: 0" not in twelve.features
    assert only(list(twelve.remarks), "empty-file").evidence["file"].endswith("info_36.csv")


def test_tempo_and_time_signature_0(twelve):
    found = [one for one in alarms(twelve) if one.code == "outliers"]
    assert [one.finding for one in found] == [
        "'tempo' is 0 in 76 rows (71 without repeated rows): no beat was found",
        "'time_signature' is 0 in 79 rows (74 without repeated rows): no bar was found",
    ]
    assert alarms(twelve) == found


@pytest.mark.slow
def test_the_same_among_songs_of_the_twelve_genres(gtzan, tmp_path):
    folder = gtzan.parent / "spotify12"
    labels = label(folder, "broad12", output=tmp_path, distinct=True).folder
    dataset = read(folder, labels=labels)
    assert dataset.frame[dataset.label].nunique() == 12
    found = [one.evidence for one in alarms(dataset) if one.code == "outliers"]
    assert [(one["column"], one["distinct_rows"]) for one in found] == [("tempo", 68), ("time_signature", 70)]


def test_the_gtzan_table_has_nothing_wrong_with_its_columns(gtzan):
    for name in ("features_30_sec", "features_10_sec", "features_3_sec_three_genres"):
        dataset = read(gtzan / f"{name}.csv")
        assert (dataset.schema.source, dataset.label) == ("gtzan58", "label")
        found = alarms(dataset)  # but for the tables of segments, in which all are equally long
        assert [one.evidence["column"] for one in found] == ["length"] * (name != "features_30_sec")


def test_sixteen_bit_units_in_the_table_of_bars(gtzan):
    found = alarms(read(gtzan.parent / "groover" / "bar_table.csv"))
    bars = [one for one in found if one.code == "out-of-range"]
    assert [one.evidence["column"] for one in bars] == [
        "rms_mean", "rms_std", "harmonic_rms", "percussive_rms", "mfcc_0_mean",
    ]  # fmt: skip
    assert "another unit" in bars[0].mend
    assert not alarms(read(gtzan.parent / "groover" / "song_table.csv"))


def test_half_of_a_table_is_like_the_other_half(fifteen):
    frame = fifteen.frame.sample(frac=1, random_state=0)
    here, there = (
        described(part.reset_index(drop=True), "half") for part in (frame.iloc[::2], frame.iloc[1::2])
    )
    assert not [one for one in findings(here, there) if "drift" in one.code]
    rap = described(frame[frame["genre"].isin(["Rap", "Hiphop", "RnB"])].reset_index(drop=True), "rap")
    moved = {one.evidence["column"] for one in findings(rap, here) if one.code == "drift"}
    assert {"genre", "instrumentalness", "energy", "tempo"} <= moved
    assert "key" not in moved


def test_it_is_quick(fifteen):
    began_s = time.process_time()
    for name in OURS:
        if name in CHECKS:
            list(CHECKS[name](fifteen, Options()))
    assert time.process_time() - began_s < 5.0
