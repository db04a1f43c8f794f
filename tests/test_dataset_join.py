"""Features, labels and groups put together."""

import json
from datetime import UTC, datetime

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from earmark.catalog.tracks import SCHEMA, failures_table, write
from earmark.dataset import read
from earmark.dataset.join import joined
from earmark.errors import TableError
from earmark.records import Track
from tables import only

FEATURES = pd.DataFrame(
    {
        "path": ["a.mp3", "a.mp3", "b.mp3", "c.mp3"], "track_id": ["s1", "s1", "s2", "s3"],
        "segment": [0, 1, 0, 0], "tempo": [60.0, 61.0, 90.0, 120.0],
    }
)  # fmt: skip


def test_labels_by_track_id():
    labels = pd.DataFrame({"track_id": ["s2", "s1"], "genre": ["jazz", "rock"]})
    frame, remarks = joined(FEATURES, labels=labels)
    assert frame["genre"].tolist() == ["rock", "rock", "jazz"]
    assert only(remarks, "unlabelled").finding == "1 row of 4 have no genre and were left out"
    assert frame.index.tolist() == [0, 1, 2]


def test_labels_by_path():
    labels = pd.DataFrame({"path": ["./a.mp3", "b.mp3", "c.mp3"], "genre": ["rock", "jazz", "pop"]})
    assert joined(FEATURES, labels=labels)[0]["genre"].tolist() == ["rock", "rock", "jazz", "pop"]


def test_a_catalogue_tells_which_song_a_file_is():
    songs = pd.DataFrame(
        {
            "track_id": ["t1", "t2", "t3"], "path": ["a.mp3", None, "c.mp3"],
            "artist": ["A", "B", "C"], "album": ["one", None, None],
        }
    )  # fmt: skip
    labels = pd.DataFrame({"track_id": ["t1", "t3"], "genre": ["rock", "pop"]})
    frame, _ = joined(FEATURES, labels=labels, songs=songs)
    assert frame["track_id"].tolist() == ["t1", "t1", "t3"]
    assert frame["artist"].tolist() == ["A", "A", "C"]
    assert frame["album"].fillna("").tolist() == ["one", "one", ""]
    assert frame["tempo"].tolist() == [60.0, 61.0, 120.0]


def test_nothing_in_common():
    with pytest.raises(TableError, match="no song of the features is in the table of labels") as caught:
        joined(FEATURES, labels=pd.DataFrame({"track_id": ["t1"], "genre": ["rock"]}))
    assert "--catalog FOLDER" in caught.value.hint


def test_songs_with_several_genres():
    labels = pd.DataFrame({"track_id": ["s1", "s1", "s2", "s3"], "genre": ["rock", "pop", "jazz", "jazz"]})
    frame, remarks = joined(FEATURES, labels=labels)
    assert frame["genre"].tolist() == ["rock", "rock", "jazz", "jazz"]
    assert only(remarks, "several-labels").evidence == {"songs": 1, "examples": ["s1"]}


@pytest.fixture
def shelf(kept, music, measured):
    """Return a folder of features of three songs, two segments each, with its shelf."""
    kept.extract(music, "gtzan58", window="3s")
    (manifest,) = music.parent.glob("features/*/*/manifest.json")
    return manifest.parent


def test_a_folder_of_features(shelf, music):
    for folder in (shelf, shelf.parent.parent):
        dataset = read(folder)
        assert dataset.schema.source == "gtzan58"
        assert len(dataset.frame) == 6
        assert dataset.schema["path"].role == "id"
        assert dataset.schema["segment"].role == "ignored"
        assert dataset.schema["rms_mean"].high == 1.0
        assert len(dataset.features) == 58


def test_features_labels_and_catalogue(shelf, music, tmp_path):
    nothing = dict.fromkeys(SCHEMA.names)
    empty = dict.fromkeys(("artists", "tags", "playlists", "providers"), ())
    known = {**nothing, **empty, "merged_by": "", "fetched_at": datetime(2026, 1, 1, tzinfo=UTC)}
    tracks = [
        Track(**{**known, "track_id": f"t{i}", "artist": f"artist {i}", "path": str(music / name)})
        for i, name in enumerate(("a.wav", "b.mp3", "c.flac"))
    ]
    (tmp_path / "catalog").mkdir()
    write(tmp_path / "catalog", tracks, failures_table([]), {})
    labels = tmp_path / "labels" / "made@up"
    labels.mkdir(parents=True)
    table = pa.table({"track_id": ["t0", "t1"], "genre": ["jazz", "rock"], "genres": [["jazz"], ["rock"]]})
    pq.write_table(table, labels / "labels.parquet")
    pq.write_table(table, labels / "tags.parquet")
    dataset = read(shelf, labels=labels, catalog=tmp_path / "catalog")
    assert dataset.label == "genre"
    assert dataset.groups == ["artist", "album"]
    assert dataset.frame["genre"].tolist() == ["jazz", "jazz", "rock", "rock"]
    assert dataset.frame["artist"].tolist() == ["artist 0", "artist 0", "artist 1", "artist 1"]


def test_several_shelves(shelf, kept, music):
    kept.extract(music, "club", window="3s")
    with pytest.raises(TableError, match="holds 2 tables of features") as caught:
        read(shelf.parent.parent)
    assert str(shelf) in caught.value.hint


def test_a_damaged_manifest(shelf):
    (shelf / "manifest.json").write_text(json.dumps({"made_from": 3}))
    with pytest.raises(TableError, match="have a damaged manifest"):
        read(shelf)


def test_labels_without_genres(shelf, tmp_path):
    bad = tmp_path / "labels.csv"
    bad.write_text("song,mood\n1,2\n")
    with pytest.raises(TableError, match="the table of labels has the columns song, mood") as caught:
        read(shelf, labels=bad)
    assert caught.value.hint == "it needs 'genre', and 'track_id' or 'path'"
