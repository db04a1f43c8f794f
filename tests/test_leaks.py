"""The leak audit: what is planted is found, what is music is left alone."""

import json
from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from benchmarks.made_tables import LEAKS, clean
from benchmarks.planted_leaks import CLEAN, Rate, Task, alarms, findings, is_found, measure, tasks, text
from hypothesis import given, settings
from hypothesis import strategies as st

from earmark.dataset import giveaways, published, split_file
from earmark.dataset.checks import CHECKS, Options
from earmark.dataset.giveaways import labelled
from earmark.dataset.infer import inferred
from earmark.dataset.lookup import folds, look_up
from earmark.dataset.reading import read
from earmark.dataset.split import split
from earmark.dataset.table import Dataset
from earmark.errors import SplitError


def said(dataset, *checks, options=None):
    names = checks or ("duplicates", "gaps", "giveaways", "tracks", "sides")
    return [one for name in names for one in CHECKS[name](dataset, options or Options())]


def by_code(found, code):
    return next(one for one in found if one.code == code)


# -- planted in made tables; benchmarks/planted_leaks.py does it by the hundred


@pytest.mark.parametrize("leak", list(LEAKS))
@settings(max_examples=3, derandomize=True)  # 1 in 100 may be missed: not one that comes by accident
@given(seed=st.integers(0, 2**32 - 1))
def test_a_planted_leak_is_found(leak, seed):
    rng = np.random.default_rng(seed)
    made = LEAKS[leak](rng, clean(rng, most=400))
    assert is_found(made)
    for one in findings(made):
        assert one.mend
        assert one.finding


@pytest.mark.parametrize("seed", range(6))
def test_a_clean_table_raises_no_alarm(seed):
    assert alarms(clean(np.random.default_rng(seed), most=500)) == set()


def test_the_interval_of_a_rate_is_that_of_clopper_and_pearson():
    assert Rate(0, 10).interval == pytest.approx((0.0, 0.3085), abs=1e-4)
    assert Rate(10, 10).interval == pytest.approx((0.6915, 1.0), abs=1e-4)
    assert Rate(5, 10).interval == pytest.approx((0.1871, 0.8129), abs=1e-4)


def test_the_measurement_goes_on_where_it_was_stopped(tmp_path):
    wanted = tasks(2, seed=1, rows=400)
    assert len(wanted) == len(set(wanted)) == 2 * (len(LEAKS) + 4)
    journal = tmp_path / "journal.jsonl"
    lines = [json.dumps([task, ["found"] * (task.kind != CLEAN)]) + "\n" for task in wanted]
    cut = next(i for i, task in enumerate(wanted) if task.kind == "rows that are there twice" and task.table)
    left_out = "".join(lines[:cut] + lines[cut + 1 :])
    journal.write_text(left_out + lines[cut][:20])  # killed while it wrote
    done = measure(wanted, journal, 1)
    assert done[wanted[cut]] == ["found"]
    assert journal.read_text() == left_out + lines[cut]
    assert "| **all** | 20 of 20 (100.0 %, 83.2 to 100.0) |" in text(done)
    assert "Clean tables with any alarm: 0 of 8 (0.0 %, 0.0 to 36.9)." in text(done)
    done[Task(CLEAN, 0, 1, 400)] = ["near-duplicates"]
    assert "Clean tables with any alarm: 1 of 8 (12.5 %, 0.3 to 52.7).\nAlarms: near-duplicates 1." in text(
        done
    )


# -- what a column tells


def test_a_measured_quantity_is_not_odd_and_a_technical_one_is():
    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(4), 500)
    fold = folds(np.arange(2000))
    measured = np.round(rng.normal(labels, 1.0), 1)
    technical = np.where(labels % 2 == 1, 29.9, 30.0)
    noisy = np.where(rng.random(2000) < 0.1, rng.normal(30, 0.2, 2000), technical)
    assert look_up(measured, labels, fold).told > 0.1
    assert look_up(measured, labels, fold).odd < 0.03
    assert look_up(noisy, labels, fold).odd > 0.3
    assert look_up(rng.permutation(measured), labels, fold).kappa < 0.1


def far_apart(rows=600):
    """Return two genres that each of six numbers of their music tells, and those numbers go together."""
    rng = np.random.default_rng(0)
    genre = rng.integers(0, 2, rows)
    loudness = rng.normal(size=rows)
    frame = pd.DataFrame({f"sound_{i}": 7 * genre + loudness + rng.normal(size=rows) for i in range(6)})
    noise = rng.normal(0, 0.1, rows)
    return frame.assign(genre=np.array(["jazz", "metal"])[genre]), genre + noise, loudness


def named(frame):
    found = said(Dataset(frame, inferred(frame, "genre")), "giveaways")
    return [(one.evidence["column"], one.finding) for one in found if one.severity == "error"]


def test_a_number_that_tells_nothing_but_the_label_is_named_where_music_tells_it_as_well():
    frame, disguised, _ = far_apart()
    assert named(frame) == []
    ((column, finding),) = named(frame.assign(level=disguised))
    assert column == "level"
    assert finding.startswith(
        "'level' alone decides the label (kappa 1.00); within a label it goes with no other"
    )


def test_a_number_that_goes_with_the_music_of_a_genre_is_music():
    frame, disguised, loudness = far_apart()
    assert named(frame.assign(level=disguised + 0.05 * loudness)) == []


def test_where_no_columns_go_together_a_lonely_one_says_nothing():
    frame, disguised, _ = far_apart()
    rng = np.random.default_rng(1)
    metal = frame["genre"] == "metal"
    alone = {name: 7 * metal + rng.normal(size=len(frame)) for name in frame if name != "genre"}
    assert named(frame.assign(**alone, level=disguised)) == []


def test_where_there_is_no_label_nothing_is_said_of_it():
    made = clean(np.random.default_rng(1), most=400)
    frame = made.frame.drop(columns="genre")
    assert said(Dataset(frame, inferred(frame)), "giveaways", "gaps") == []


def test_coarse_tables_are_not_accused_of_copies():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"key": rng.integers(0, 12, 500), "mode": rng.integers(0, 2, 500)})
    assert said(Dataset(frame, inferred(frame)), "duplicates") == []


def scattered(*far):
    """Return a table of 400 songs that lie evenly, and some that lie at the given places far from them."""
    values = np.random.default_rng(0).normal(size=(400, 12))
    frame = pd.DataFrame(np.concatenate([values, np.asarray(far)]), columns=[f"n{i}" for i in range(12)])
    return Dataset(frame, inferred(frame))


def test_enormous_numbers_are_compared_without_a_warning():
    table = scattered(np.full(12, 15.0), np.full(12, 15.01))
    table.frame.loc[3, "n0"] = 1e308
    assert by_code(said(table, "duplicates"), "near-duplicates").evidence["pairs"] == 1


def test_two_strange_songs_are_no_copies_of_each_other_for_being_far_from_the_rest():
    place = np.full(12, 15.0)
    copies = by_code(said(scattered(place, place + 0.01), "duplicates"), "near-duplicates")
    assert copies.evidence["examples"] == ["row 400 = row 401"]
    assert copies.finding == "1 pair of rows is nearly equal in its numbers"
    assert said(scattered(place, place + 1.5), "duplicates") == []


# -- sides of a split


def table_with_artists():
    frame = clean(np.random.default_rng(3), most=400).frame
    frame["artist"] = [f"artist {i % 50}" for i in range(len(frame))]
    return Dataset(frame, inferred(frame, "genre"), "songs.csv")


def test_a_naive_split_is_an_error_and_so_are_its_artists(tmp_path):
    table = table_with_artists()
    split_file.write(split(table, naive=True), tmp_path / "naive.json")
    found = said(table, "sides", options=Options(split=tmp_path / "naive.json"))
    assert {one.code: one.severity for one in found} == {
        "naive-split": "error",
        "artist-on-both-sides": "error",
        "side-unknown": "note",
    }
    artists = by_code(found, "artist-on-both-sides")
    assert artists.finding == "45 artists stand on both sides of the split"
    assert artists.mend == "split by groups: earmark split --by artist"


def test_playlists_on_both_sides_are_a_warning(tmp_path):
    table = table_with_artists()
    frame = table.frame.assign(playlist=np.arange(len(table.frame)) % 7)
    table = Dataset(frame, inferred(frame, "genre"))
    split_file.write(split(table), tmp_path / "split.json")
    shared = by_code(
        said(table, "sides", options=Options(split=tmp_path / "split.json")), "playlist-on-both-sides"
    )
    assert (shared.severity, shared.evidence["shared"]) == ("warning", 7)
    assert shared.mend.startswith("no split is made by playlists")


def test_a_split_by_groups_has_clean_sides(tmp_path):
    table = table_with_artists()
    split_file.write(split(table), tmp_path / "split.json")
    found = said(table, "sides", options=Options(split=tmp_path / "split.json"))
    assert [(one.code, one.finding) for one in found] == [
        (
            "side-unknown",
            "no column tells the album or the playlist, "
            "so whether the sides of the split share any could not be known",
        )
    ]


def test_copies_on_both_sides_are_counted_and_coarse_columns_said(tmp_path):
    table = table_with_artists()
    table.frame.iloc[1] = table.frame.iloc[0]
    naive = split(table, naive=True)
    apart = (np.arange(len(table.frame)) != 0).astype(np.int64)
    split_file.write(replace(naive, assignments=(apart,)), tmp_path / "split.json")
    found = said(table, "sides", options=Options(split=tmp_path / "split.json"))
    copies = by_code(found, "duplicates-on-both-sides")
    assert copies.finding == "1 group of copies stands on both sides of the split"
    assert copies.evidence == {"kind": "duplicates", "shared": 1}
    coarse = table.frame[["key", "artist"]]
    table = Dataset(coarse, inferred(coarse))
    split_file.write(split(table), tmp_path / "coarse.json")
    found = said(table, "sides", options=Options(split=tmp_path / "coarse.json"))
    assert "the columns are too coarse to tell whether copies stand on both sides of the split" in [
        one.finding for one in found
    ]


def test_the_split_of_another_table_is_told(tmp_path):
    split_file.write(split(table_with_artists()), tmp_path / "split.json")
    other = table_with_artists()
    other.frame.loc[0, "sound_0"] = 7.5
    with pytest.raises(SplitError, match="the split is of"):
        said(other, "sides", options=Options(split=tmp_path / "split.json"))


# -- the published tables


@pytest.fixture(scope="module")
def spotify15(gtzan):
    return said(read(gtzan.parent / "spotify15" / "genres_mod.parquet"))


@pytest.mark.slow
def test_the_fifteen_genres_are_given_away_by_title_and_gaps(spotify15):
    title = by_code(spotify15, "giveaway-words")
    assert (title.evidence["column"], title.severity) == ("title", "error")
    assert (title.evidence["values"], title.evidence["values_in_one_label"]) == (132, 132)
    gaps = {one.evidence["column"]: one for one in spotify15 if one.code == "giveaway-missing"}
    assert sorted(gaps) == ["song_name", "title"]
    assert len(gaps["song_name"].evidence["missing_in"]) == 7
    assert len(gaps["song_name"].evidence["never_missing_in"]) == 8
    assert not any(one.code == "giveaway-values" for one in spotify15)


@pytest.mark.slow
def test_the_fifteen_genres_share_songs(spotify15):
    equal = by_code(spotify15, "equal-sound").evidence
    assert (equal["groups"], equal["groups_under_several_labels"]) == (4027, 1624)
    assert by_code(spotify15, "duplicate-rows").evidence["repeated_rows"] == 921


def titles_of(gtzan):
    """Return artist and title of each clip as Sturm's index has them."""
    lines = (gtzan / "splits" / "artists.txt").read_text(encoding="utf-8", errors="replace").splitlines()
    parts = [line.partition(".wav ::: ") for line in lines]
    return {clip: artist_and_title for clip, _, artist_and_title in parts if artist_and_title}


@pytest.mark.slow
def test_no_two_clips_of_the_fault_filtered_list_are_near(gtzan):
    whole = read(gtzan / "features_30_sec.csv")
    listed = frozenset().union(*published.gtzan().parts.values())
    clips = whole.frame[whole.frame["filename"].map(published.clip_name).isin(listed)].reset_index(drop=True)
    assert len(clips) == 930
    assert not {"near-duplicates", "equal-sound"} & {
        one.code for one in said(Dataset(clips, whole.schema), "duplicates")
    }


@pytest.mark.slow
def test_gtzan_repeats_itself_and_its_length_gives_it_away(gtzan):
    found = said(read(gtzan / "features_30_sec.csv"))
    equal = by_code(found, "equal-sound")
    assert equal.evidence["groups"] == 14
    assert equal.evidence["examples"][0] == "metal.00058.au = rock.00016.au"
    near = by_code(found, "near-duplicates").evidence["examples"]
    assert len(near) == 11
    assert "jazz.00033.au = jazz.00051.au" in near
    titles = titles_of(gtzan)
    for pair in near:
        one, other = (clip.removesuffix(".au") for clip in pair.split(" = "))
        assert titles[one] == titles[other]
    (length,) = [one for one in found if one.code == "giveaway-values"]
    assert length.evidence["column"] == "length"
    assert length.evidence["right_with"] - length.evidence["right_without"] > 0.04


def lonely_in_pairs(table, most):
    """Return the pairs of genres in which a number tells nothing but the genre, and that number."""
    found = []
    for pair in combinations(sorted(table.frame[table.label].unique()), 2):
        frame = table.frame[table.frame[table.label].isin(pair)]
        frame = frame.sample(most, random_state=0) if len(frame) > most else frame
        rows = labelled(Dataset(frame.reset_index(drop=True), table.schema))
        tried = [one for column in rows.columns if (one := giveaways._try(rows, column)) is not None]
        for one in tried:
            others = [other for other in tried if other is not one]
            if giveaways._lonely(rows, one, others) is not None:
                found.append((*pair, one.column.name))
    return found


@pytest.mark.slow
def test_of_pairs_of_real_genres_few_columns_tell_nothing_but_the_genre(gtzan):
    whole = read(gtzan / "features_30_sec.csv")
    listed = published.gtzan().parts["train"] | published.gtzan().parts["valid"]
    clips = whole.frame[whole.frame["filename"].map(published.clip_name).isin(listed)]
    assert lonely_in_pairs(Dataset(clips, whole.schema), 2000) == [("classical", "pop", "length")]  # a leak
    fifteen = read(gtzan.parent / "spotify15" / "genres_mod.parquet")
    assert lonely_in_pairs(fifteen, 600) == []
    two = fifteen.frame[fifteen.frame["genre"].isin(["Hiphop", "techno"])]
    assert lonely_in_pairs(Dataset(two, fifteen.schema), 300) == [("Hiphop", "techno", "instrumentalness")]


@pytest.mark.slow
def test_the_tempo_of_electronic_music_is_named_though_it_is_heard(gtzan):
    fifteen = read(gtzan.parent / "spotify15" / "genres_mod.parquet")
    frame = fifteen.frame[fifteen.frame["genre"].isin(["dnb", "techhouse"])].sample(600, random_state=0)
    found = said(Dataset(frame.reset_index(drop=True), fifteen.schema), "giveaways")
    tempo = by_code(found, "giveaway-values")
    assert tempo.evidence["column"] == "tempo"
    assert tempo.mend.endswith("drop it unless it is heard in the music")


@pytest.mark.slow
def test_the_twelve_genres_pulls_repeat_rows_and_tracks(gtzan):
    found = said(read(gtzan.parent / "spotify12"), "duplicates", "tracks")
    assert by_code(found, "duplicate-rows").evidence["repeated_rows"] == 7756
    assert by_code(found, "track-under-several-artists").evidence["tracks"] == 24
