"""Songs that a model keeps: the nearest of a copy is the copy, none is of the test, forgeries are refused."""

import io
import json
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import lessons
from earmark.dataset import split_file
from earmark.errors import BundleError, EarmarkError
from earmark.evaluate.nearest import nearest
from earmark.models import lab_bundle, training_songs
from earmark.models.training_songs import drawn, loads
from earmark.report.nearest_songs import nearest_section
from earmark.report.page import Words
from earmark.service.explaining_song import explain_song
from earmark.service.lab import Lab
from earmark.service.splitting import split_table
from earmark.service.training import Table

RECIPE = 'folds = 2\n[[step]]\nname = "scale"\n[classifier]\nname = "lda"\n'
GENRES = ("a", "b")


def kept(songs: int = 30, columns: int = 5):
    rng = np.random.default_rng(0)
    values = rng.normal(size=(songs, columns)) * 10.0 ** np.arange(columns)
    values[:, -1] = 7.0  # constant, as a word that all songs have
    return training_songs.training_songs([f"song {at}" for at in range(songs)], [0, 1] * (songs // 2), values,
                                         songs + 1), values  # fmt: skip


@pytest.mark.parametrize("columns", [5, 60])
def test_the_nearest_of_a_copy_is_the_copy_and_all_else_by_hand(columns):
    songs, values = kept(columns=columns)
    found = songs.nearest(values[3], 30)
    assert found[0].name == "song 3"
    assert found[0].distance < 1e-5
    scaled = (values[:, :-1] - values[:, :-1].mean(axis=0)) / values[:, :-1].std(axis=0)
    by_hand = np.sqrt(np.square(scaled - scaled[3]).sum(axis=1))
    if columns == 5:  # all components are kept, and turning changes no distance
        assert [one.distance for one in found] == pytest.approx(np.sort(by_hand), abs=1e-5)
        between = np.sqrt(np.square(scaled[:, None] - scaled[None]).sum(axis=2))
        np.fill_diagonal(between, np.inf)
        assert songs.usual_distance() == pytest.approx(np.median(between.min(axis=1)), abs=1e-5)
    else:
        assert songs.points.shape == (30, 30)


def test_what_is_nearest_is_counted_without_the_song_itself():
    songs, values = kept()
    found = nearest(songs, values[3], GENRES)
    assert found.same == (("song 3", "b"),)
    assert len(found.songs) == 10
    assert found.of("a") + found.of("b") == 10
    assert found.of("a") == sum(one.genre == 0 for one in songs.nearest(values[3], 11)[1:])
    said, drawing, told, _ = nearest_section(found, "b", GENRES).blocks
    assert said.text.endswith("from what is the same to it: song 3 (b).")
    assert f"{found.of('b')} of the 10 nearest training songs are b" in drawing.svg
    assert "30, drawn by chance from the 31" in told.text
    assert nearest(None, values[3], GENRES) is None
    (words,) = nearest_section(None, "b", GENRES).blocks
    assert isinstance(words, Words)
    assert "One that is trained anew keeps them" in words.text


def test_what_is_saved_comes_back_and_is_the_same_bytes():
    songs, values = kept()
    data = songs.dumps()
    again = loads(data, 2, 5)
    assert again.dumps() == data == kept()[0].dumps()
    assert again.nearest(values[0]) == songs.nearest(values[0])
    with pytest.raises(BundleError, match=r"songs\.npz is of 5 columns, not 4"):
        songs.nearest(values[0][:4])


def test_no_more_are_kept_than_can_be_carried(monkeypatch):
    assert drawn(3, 0).tolist() == [0, 1, 2]
    monkeypatch.setattr(training_songs, "MOST_SONGS", 5)
    assert len(set(drawn(100, 0).tolist())) == 5
    assert drawn(100, 0).tolist() == sorted(drawn(100, 0).tolist()) != drawn(100, 1).tolist()


def forged(data: bytes, **facts) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            told = old.read(name)
            if name == "songs.json":
                told = json.dumps(json.loads(told) | facts).encode()
            new.writestr(zipfile.ZipInfo(name), told)
    return made.getvalue()


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"version": 2}, "has version 2; this Earmark reads 1"),
        ({"version": 0}, "does not say what it holds"),
        ({"more": 1}, "does not say what it holds"),
        ({"names": []}, "holds no songs of the model's 2 genres"),
        ({"names": [1] * 30}, "holds no songs of the model's 2 genres"),
        ({"genres": [2] * 30}, "holds no songs of the model's 2 genres"),
        ({"genres": [0] * 29}, "holds no songs of the model's 2 genres"),
        ({"learnt_from": 29}, "holds no songs of the model's 2 genres"),
        ({"components": 33}, "holds 33 components of 5 columns"),
        ({"columns": 6}, "holds 5 components of 6 columns"),
        ({"components": 4}, "points are no float32 of shape"),
    ],
)
def test_forged_facts(facts, message):
    with pytest.raises(BundleError, match=message) as caught:
        loads(forged(kept()[0].dumps(), **facts), 2, 5)
    assert caught.value.hint


@given(st.data())
@settings(max_examples=40)
def test_any_bytes_are_songs_or_an_error(data):
    whole = bytearray(kept()[0].dumps())
    for _ in range(data.draw(st.integers(1, 3))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        loads(bytes(whole), 2, 5)
    except EarmarkError as error:
        assert isinstance(error, BundleError)  # noqa: PT017 - either is fine


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder with songs, a split of them, and a model of its part ``train``."""
    folder = tmp_path_factory.mktemp("kept")
    made = lessons.frame(90, artists=8)
    lessons.table(folder, made)
    (folder / "r.toml").write_text(RECIPE, encoding="utf-8")
    split_table(folder / "songs.csv", folder / "split.json", parts={"train": 0.6, "test": 0.4})
    lab = Lab(folder / "models")
    lab.train(folder / "songs.csv", folder / "r.toml", split=folder / "split.json").folder.rename(
        folder / "model"
    )
    return folder


def test_songs_of_the_test_are_not_kept(folder):
    train = split_file.read(folder / "split.json").parts["train"].tolist()
    songs = lab_bundle.load(folder / "model").songs
    names = lessons.frame(90, artists=8)["track_id"]
    assert sorted(songs.names) == sorted(names[row] for row in train)
    assert songs.learnt_from == len(train)


def test_the_page_names_the_song_itself_and_says_of_what_genre_its_like_are(folder):
    songs = lab_bundle.load(folder / "model").songs
    found = explain_song(folder / "model", Table(folder / "songs.csv"), songs.names[0], folder / "p.html")
    assert found.plain["nearest"]["same"] == ((songs.names[0], found.plain["genre"]),)
    page = found.page.read_text(encoding="utf-8")
    assert (
        f"The model has learnt from this very song, or from what is the same to it: {songs.names[0]}" in page
    )
    assert f"nearest training songs are {found.plain['genre']}" in page


def test_a_bundle_whose_songs_are_damaged_is_refused_and_one_without_is_not(folder, tmp_path):
    model = folder / "model"
    data = (model / "songs.npz").read_bytes()
    (model / "songs.npz").write_bytes(data[:-1])
    with pytest.raises(BundleError, match=r"songs\.npz' is damaged: its checksum differs"):
        lab_bundle.load(model)
    (model / "songs.npz").write_bytes(data)
