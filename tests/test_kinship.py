"""Which rows are kin: what columns tell of artists, albums and songs."""

import numpy as np
import pandas as pd
import pytest

from earmark.dataset.infer import inferred
from earmark.dataset.kinship import joined, kin, song_names
from earmark.dataset.table import Dataset


def related_in(columns):
    frame = pd.DataFrame(columns)
    return kin(Dataset(frame, inferred(frame)))


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ("track_id artists album_name track_name", {"artist": "artists", "album": "album_name"}),
        ("track_id track_artist track_album_id", {"artist": "track_artist", "album": "track_album_id"}),
        ("Artist URI(s)|Artist Name(s)|Album URI", {"artist": "Artist URI(s)", "album": "Album URI"}),
        ("song_id release artist_name artist_id", {"artist": "artist_id", "album": "release"}),
        ("album_artist path", {"artist": "album_artist"}),
        ("artist.id album.id", {"artist": "artist.id", "album": "album.id"}),
    ],
)  # fmt: skip
def test_published_tables_tell_their_artists_and_albums(columns, told):
    names = columns.split("|" if "|" in columns else " ")
    related = related_in({name: [f"{name} {i}" for i in range(30)] for name in names})
    assert {kind: one.column for kind, one in related.items() if kind in ("artist", "album")} == told


def test_songs_of_one_first_artist_are_kin():
    several = [
        "A;B",
        "['A', 'C']",
        '["A"]',
        "A, B",
        "A",
        "B;A",
        "Guns N' Roses",
        '["Guns N\' Roses", "A"]',
        None,
    ]
    codes = related_in({"artists": several})["artist"].codes
    assert codes.tolist() == [0, 0, 0, 0, 0, 1, 2, 2, -1]


def test_whole_songs_are_not_taken_for_pieces():
    assert song_names(pd.Series(["jazz.00012.wav", "jazz.00013.wav"])) is None


def test_joining_is_transitive_and_minus_one_joins_nothing():
    one, other = np.array([0, 0, 1, -1, -1]), np.array([0, 1, 1, 2, 3])
    assert joined([one, other]).tolist() == [0, 0, 0, 1, 2]
