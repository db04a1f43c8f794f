"""Splits: groups never straddle, whatever the table; certificates say what holds."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earmark.dataset import published, split_file
from earmark.dataset.certificate import NAIVE, Certificate, table_hash
from earmark.dataset.infer import inferred
from earmark.dataset.kinship import kin
from earmark.dataset.sharing import share_out
from earmark.dataset.split import folds, split
from earmark.dataset.table import Dataset
from earmark.errors import ArgumentError, SplitError


def dataset(frame: pd.DataFrame, name: str = "songs.csv") -> Dataset:
    return Dataset(frame, inferred(frame, "genre" if "genre" in frame else None), name)


def songs(rows=60, artists=20, seed=0, **columns) -> Dataset:
    """Return songs of artists with three numbers each, all different."""
    rng = np.random.default_rng(seed)
    artist = rng.integers(0, artists, rows)
    frame = pd.DataFrame(
        {
            "track_id": [f"t{i}" for i in range(rows)],
            "artist": [f"artist {a}" for a in artist],
            "a": rng.normal(size=rows), "b": rng.normal(size=rows), "c": rng.normal(size=rows),
            "genre": np.array(["blues", "jazz", "rock"])[artist % 3],
            **columns,
        }
    )  # fmt: skip
    return dataset(frame)


def parts_of(made, rows):
    found = np.full(rows, -1)
    for i, part in enumerate(made.parts.values()):
        found[part] = i
    return found


def apart(made, kind):
    return next(one for one in made.certificate.apart if one.kind == kind)


# -- what always holds


@st.composite
def tables(draw):
    rows = draw(st.integers(12, 60))
    number = st.integers(0, draw(st.integers(4, 30)))
    artist = draw(st.lists(number, min_size=rows, max_size=rows))
    track = draw(st.lists(st.integers(0, 3 * rows), min_size=rows, max_size=rows))
    genre = draw(st.lists(st.sampled_from(["blues", "jazz", "rock", None]), min_size=rows, max_size=rows))
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    copies = rng.integers(0, rows, rows // 10)
    values = rng.normal(size=(rows, 3))
    values[: len(copies)] = values[copies]
    frame = pd.DataFrame(values, columns=["a", "b", "c"])
    return dataset(
        frame.assign(
            artist=[f"a{one}" if one else None for one in artist],
            track_id=[f"t{one}" for one in track],
            genre=genre,
        )
    )


@settings(max_examples=25)
@given(tables(), st.integers(0, 3), st.sampled_from([None, "artist", "track", "duplicates"]))
def test_groups_never_straddle_and_every_row_is_in_one_part(table, seed, by):
    try:
        made = split(table, {"train": 0.6, "test": 0.4}, by=by, seed=seed)
    except SplitError:
        return  # all rows hang together, or the artists are not known
    rows = len(table.frame)
    assert sorted(np.concatenate(list(made.parts.values()))) == list(range(rows))
    part = parts_of(made, rows)
    values = table.frame[["a", "b", "c"]].round(12).astype(str).agg(" ".join, axis=1)
    keys = ["track_id"] if by in ("track", "duplicates") else ["artist", "track_id"]
    for key in [*([] if by == "duplicates" else keys)]:
        assert (pd.Series(part).groupby(table.frame[key].to_numpy()).nunique() == 1).all()
    assert (pd.Series(part).groupby(values.to_numpy()).nunique() == 1).all()
    assert np.array_equal(part, parts_of(split(table, {"train": 0.6, "test": 0.4}, by=by, seed=seed), rows))


@settings(max_examples=12)
@given(tables(), st.integers(2, 4), st.integers(1, 2))
def test_folds_test_each_row_once_per_repeat_and_never_beside_its_kin(table, number, repeats):
    try:
        made = folds(table, number, repeats, seed=3)
    except SplitError:
        return
    assert len(made.folds) == number * repeats
    for repeat in range(repeats):
        tested = np.concatenate([test for _, test in made.folds[repeat * number : (repeat + 1) * number]])
        assert len(np.unique(tested)) == len(tested)
    for train, test in made.folds:
        assert not set(train) & set(test)
        assert len(train) + len(test) == len(table.frame)
        known = table.frame["artist"].notna()
        assert not set(table.frame["artist"][train][known[train]]) & set(
            table.frame["artist"][test][known[test]]
        )
        assert not set(table.frame["track_id"][train]) & set(table.frame["track_id"][test])


@settings(max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 15), st.integers(0, 3)), min_size=8), st.integers(0, 5))
def test_sharing_out_divides_no_group(rows, seed):
    groups, labels = (np.unique(one, return_inverse=True)[1] for one in zip(*rows, strict=True))
    parts = share_out(groups, labels, [0.5, 0.3, 0.2], seed)
    assert set(parts) <= {0, 1, 2}
    assert (pd.Series(parts).groupby(groups).nunique() == 1).all()


# -- known answers


def test_labels_are_spread_as_evenly_as_single_songs_allow():
    table = songs(300, 300)
    made = split(table)
    for label, total in table.frame["genre"].value_counts().items():
        for name, share in (("train", 0.7), ("valid", 0.15), ("test", 0.15)):
            assert abs(made.certificate.labels[name][label] - share * total) <= 1


def test_another_seed_is_another_split():
    table = songs(100, 40)
    assert not np.array_equal(split(table, seed=1).parts["test"], split(table, seed=2).parts["test"])


def test_artists_that_share_a_track_are_one_group():
    table = songs(60, 20)
    table.frame.loc[[0, 1], "track_id"] = "shared"
    table.frame.loc[[0, 1], "artist"] = ["one", "other"]
    for seed in range(5):
        part = parts_of(split(table, seed=seed), 60)
        both = part[np.isin(table.frame["artist"], ["one", "other"])]
        assert len(set(both)) == 1


def test_copies_merge_their_artists_too():
    table = songs(60, 20)
    table.frame.loc[1, ["a", "b", "c"]] = table.frame.loc[0, ["a", "b", "c"]].to_numpy()
    made = split(table)
    part = parts_of(made, 60)
    assert part[0] == part[1]
    assert apart(made, "duplicates").disjoint


def test_a_genre_of_one_artist_is_trained_on_and_never_tested():
    table = songs(60, 20)
    table.frame.loc[table.frame["artist"] == "artist 3", "genre"] = "polka"
    made = split(table)
    assert made.certificate.never_tested == ["polka"]
    assert set(table.frame.loc[made.parts["train"], "genre"]) >= {"polka"}
    assert "polka" not in set(table.frame.loc[made.parts["test"], "genre"])
    crossed = folds(table, 4)
    assert crossed.certificate.never_tested == ["polka"]
    for train, test in crossed.folds:
        assert "polka" in set(table.frame.loc[train, "genre"])
        assert "polka" not in set(table.frame.loc[test, "genre"])


def test_a_genre_of_two_artists_is_trained_on_and_tested():
    table = songs(60, 20)
    two = table.frame["artist"].unique()[:2]
    table.frame.loc[table.frame["artist"].isin(two), "genre"] = "polka"
    made = split(table)
    assert made.certificate.labels["train"]["polka"] > 0
    assert made.certificate.labels["test"]["polka"] > 0
    assert made.certificate.sometimes_untested == ["polka"]


def test_pieces_of_a_song_stay_together():
    names = [f"jazz.{song:05d}.{piece}.wav" for song in range(20) for piece in range(5)]
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"filename": names, "a": rng.normal(size=100), "genre": ["jazz", "rock"] * 50})
    table = dataset(frame)
    assert kin(table)["track"].codes.tolist() == np.repeat(range(20), 5).tolist()
    part = parts_of(split(table), 100)
    assert (pd.Series(part).groupby(np.repeat(range(20), 5)).nunique() == 1).all()


# -- the certificate


def test_the_certificate_says_what_holds_and_what_could_not_be_known():
    made = split(songs())
    assert [str(one) for one in made.certificate.apart] == [
        "artist (artist): disjoint",
        "album: could not be known, no column tells",
        "track (track_id): disjoint",
        "playlist: could not be known, no column tells",
        "duplicates: disjoint",
    ]
    assert made.certificate.stamp == (
        "made by artist; disjoint in artist, track, duplicates; not known of album, playlist"
    )


def test_by_tracks_artists_are_shared_and_the_certificate_tells():
    made = split(songs(60, 5), by="track")
    assert str(apart(made, "artist")) == "artist (artist): 5 in more than one part"
    assert "shares artist" in made.certificate.stamp


def test_rows_without_an_artist_are_counted():
    table = songs()
    table.frame.loc[[3, 4], "artist"] = None
    assert str(apart(split(table), "artist")) == "artist (artist): disjoint; 2 rows tell none"


def test_a_naive_split_is_stamped_everywhere(tmp_path):
    made = split(songs(60, 5), naive=True)
    assert made.naive
    assert made.certificate.stamp == NAIVE
    split_file.write(made, tmp_path / "split.json")
    plain = json.loads((tmp_path / "split.json").read_text())
    assert plain["stamp"] == plain["certificate"]["stamp"] == NAIVE
    assert split_file.read(tmp_path / "split.json").naive


def test_labels_that_are_numbers_are_named_as_elsewhere():
    table = songs(genre=np.where(np.arange(60) % 3, np.arange(60) % 2, np.nan))
    assert sorted(split(table).certificate.labels["train"]) == ["", "0", "1"]


def test_the_hash_is_that_of_the_values_not_of_the_file(tmp_path):
    table = songs()
    table.frame.to_csv(tmp_path / "t.csv", index=False)
    again = dataset(pd.read_csv(tmp_path / "t.csv"))
    assert table_hash(again) == table_hash(table)
    again.frame.loc[0, "a"] += 1e-12
    assert table_hash(again) != table_hash(table)


# -- files


@pytest.mark.parametrize("made", [split(songs()), folds(songs(), 3, 2)], ids=["parts", "folds"])
def test_a_split_comes_back_as_it_was(made, tmp_path):
    split_file.write(made, tmp_path / "deep" / "split.json")
    back = split_file.read(tmp_path / "deep" / "split.json")
    assert back.certificate == made.certificate
    assert isinstance(back.certificate, Certificate)
    assert (back.kind, back.names) == (made.kind, made.names)
    for one, other in zip(back.assignments, made.assignments, strict=True):
        assert np.array_equal(one, other)


def test_a_split_is_of_one_table_only():
    made, other = split(songs()), songs(seed=1)
    made.see_that_it_is_of(songs())
    with pytest.raises(SplitError, match=r"the split is of 'songs.csv' as it was .*60 rows") as raised:
        made.see_that_it_is_of(other)
    assert raised.value.hint.startswith("split this table anew (earmark split)")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is no split, or a damaged one"),
        ("[]", "is no split, or a damaged one"),
        ('{"earmark_split": 1}', "is no split, or a damaged one"),
        ('{"earmark_split": 2}', "was made by a newer Earmark"),
    ],
)
def test_what_is_no_split_is_told(text, said, tmp_path):
    (tmp_path / "split.json").write_text(text)
    with pytest.raises(SplitError, match=said):
        split_file.read(tmp_path / "split.json")


def test_a_part_that_there_is_not_is_told(tmp_path):
    split_file.write(split(songs()), tmp_path / "split.json")
    text = (tmp_path / "split.json").read_text()
    plain = json.loads(text)
    plain["part_of_each_row"][0][7] = 3
    (tmp_path / "split.json").write_text(json.dumps(plain))
    with pytest.raises(SplitError, match="is no split, or a damaged one"):
        split_file.read(tmp_path / "split.json")


# -- what cannot be


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"train": 1.0}, "the parts train"),
        ({"a": 0.5, "b": 0.5}, "the parts a, b"),
        ({"train": 0.5, "test": 0.6}, "parts of train 0.5, test 0.6"),
        ({"train": 1.2, "test": -0.2}, "parts of train 1.2, test -0.2"),
    ],
)
def test_parts_that_are_none_are_told(parts, said):
    with pytest.raises(ArgumentError, match=said):
        split(songs(), parts)


def test_groups_that_the_table_does_not_tell_are_told():
    with pytest.raises(SplitError, match=r"'songs\.csv' has no column that tells the album") as raised:
        split(songs(), by="album")
    assert raised.value.hint == "split by artist or track or duplicates"
    with pytest.raises(ArgumentError, match="groups by 'label'"):
        split(songs(), by="label")


def test_too_few_groups_are_told():
    with pytest.raises(SplitError, match="2 groups by artist for 3 parts") as raised:
        split(songs(20, 2))
    assert raised.value.hint == "make fewer parts, or split by album or track or duplicates"
    with pytest.raises(SplitError, match="1 group by duplicates for 3 parts") as raised:
        split(dataset(pd.DataFrame({"a": [1.5]})), by="duplicates")
    assert raised.value.hint == "make fewer parts"
    with pytest.raises(SplitError, match="2 groups by artist for 5 folds"):
        folds(songs(20, 2))
    with pytest.raises(ArgumentError, match="1 folds, 1 times"):
        folds(songs(), 1)


# -- published lists


def test_the_published_list_of_gtzan_is_known():
    parts = published.gtzan().parts
    assert {name: len(clips) for name, clips in parts.items()} == {"train": 443, "valid": 197, "test": 290}
    assert not parts["train"] & parts["valid"]
    assert not (parts["train"] | parts["valid"]) & parts["test"]


def test_a_table_is_split_as_the_published_list_says():
    genres = ("blues", "classical", "country", "disco", "hiphop", "jazz", "metal", "pop", "reggae", "rock")
    names = [f"{genre}.{i:05d}.wav" for genre in genres for i in range(100)]
    frame = pd.DataFrame({"filename": names, "genre": np.repeat(genres, 100), "a": np.arange(1000.0)})
    made = published.split_by_list(dataset(frame), published.PUBLISHED["gtzan-fault-filtered"]())
    assert {name: len(rows) for name, rows in made.parts.items()} == {"train": 443, "valid": 197, "test": 290}
    assert made.certificate.rows_outside == 70
    assert "Kereliuk" in made.certificate.source
    assert "blues.00029.wav" in set(frame["filename"][made.parts["train"]])


def test_a_list_finds_its_clips_in_whichever_column_names_them():
    frame = pd.DataFrame(
        {
            "path": [f"/songs/blues.000{i}.wav" for i in range(29, 33)] * 2,
            "track_id": [f"hash {i}" for i in range(29, 33)] * 2,
            "segment": [0] * 4 + [1] * 4,
            "a": np.arange(8.0),
        }
    )
    clips = published.ClipList(
        {"train": frozenset({"blues.00029", "blues.00031"}), "test": frozenset({"blues.00032"})}, "me"
    )
    made = published.split_by_list(dataset(frame), clips)
    assert made.parts["train"].tolist() == [0, 2, 4, 6]
    assert made.parts["test"].tolist() == [3, 7]
    assert (made.certificate.groups, made.certificate.largest_group) == (4, 2)
    with pytest.raises(SplitError, match=r"'songs\.csv' has no column that names its clips"):
        published.split_by_list(dataset(frame[["a"]]), clips)


def test_lists_are_read_from_files(tmp_path):
    (tmp_path / "train.txt").write_text("x/t1.wav\n# not this\n\nt2\n")
    (tmp_path / "test.txt").write_text("t3\n")
    files = {"train": tmp_path / "train.txt", "test": tmp_path / "test.txt"}
    made = published.split_by_list(songs(), published.clip_list(files))
    assert made.parts["train"].tolist() == [1, 2]
    assert made.parts["test"].tolist() == [3]
    assert made.certificate.source == "train: train.txt, test: test.txt"
    (tmp_path / "test.txt").write_text("t2\n")
    with pytest.raises(SplitError, match="'t2' and 0 more clips are listed in two parts"):
        published.clip_list(files)
    with pytest.raises(SplitError, match=r"the part 'train' of the list names no clip of 'songs.csv'"):
        published.split_by_list(songs(), published.gtzan())
