"""A folder of genre folders becomes a model that ``earmark classify`` opens."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from sklearn.pipeline import make_pipeline

import bundles
import sounds
from earmark.errors import ArgumentError, BundleError, TrainingError
from earmark.evaluate.nearest import nearest
from earmark.models import genre_folders
from earmark.models.bundle import load, save
from earmark.models.classifiers.linear import BalancedLogistic
from earmark.models.genre_folders import head_of, songs_in
from earmark.models.head import softmax
from earmark.models.steps.whiten import Whiten
from earmark.service import reporting
from earmark.service.lab import Lab
from earmark.service.own_genres import is_genre_folders
from earmark.service.predictor import Predictor
from earmark.service.training import Table

RATE = 16_000
SECONDS = 3.2


def tones(seed: int) -> np.ndarray:
    """Return a few steady tones."""
    t = np.arange(int(SECONDS * RATE)) / RATE
    pitches = np.random.default_rng(seed).uniform(100, 900, 4)
    return 0.2 * np.sin(2 * np.pi * pitches[:, None] * t).sum(axis=0)[:, None]


def beats(seed: int) -> np.ndarray:
    """Return noise in bursts."""
    rng = np.random.default_rng(seed)
    t = np.arange(int(SECONDS * RATE)) / RATE
    return (0.4 * rng.standard_normal(len(t)) * np.exp(-20 * (t % rng.uniform(0.2, 0.4))))[:, None]


def fill(root, songs: int = 4) -> None:
    """Write two genres of so many songs."""
    for genre, kind in (("тихое", tones), ("beats & noise", beats)):
        (root / genre / "album").mkdir(parents=True)
        for seed in range(songs):
            place = root / genre / ("album" if seed % 2 else ".")
            sounds.write(place / f"{seed}.wav", kind(seed), RATE)


@pytest.fixture(scope="module")
def music(tmp_path_factory):
    """Return a folder of two genres; only to be read."""
    root = tmp_path_factory.mktemp("own") / "mine"
    fill(root)
    return root


@pytest.fixture(scope="module")
def made(music):
    return Lab(music.parent / "models").train(music, workers=1)


def test_classify_opens_it(made, music):
    found = Predictor(made.folder)
    assert found.genres == ("beats & noise", "тихое")
    assert found.name == made.folder.name
    answers = [found.predict(music / genre / "0.wav") for genre in found.genres]
    said = [one.genre for one in answers if one.genre]
    assert said == [genre for genre, one in zip(found.genres, answers, strict=True) if one.genre]
    for song in songs_in(music)[0]:
        p = found._bundle.head.genres(genre_folders.statistics(genre_folders.hear(song.path).astype("f4")))[0]
        assert found.genres[p.argmax()] == song.genre


def test_it_keeps_the_songs_that_it_learnt_from(made, music):
    bundle = load(made.folder)
    heard = genre_folders.hear(str(music / "тихое" / "album" / "1.wav")).astype("f4")
    found = nearest(bundle.songs, genre_folders.statistics(heard).mean(axis=0), bundle.genres)
    assert found.same == (("тихое/album/1.wav", "тихое"),)
    assert [genre for _, genre, _ in found.songs[:3]] == ["тихое"] * 3
    assert len(found.songs) == 7


def test_it_is_measured_and_says_so(made):
    assert made.evaluation.tracks.value("accuracy") == 1.0
    assert made.stamp.startswith("made by track; disjoint in track")
    assert made.notes == (
        "8 of 8 songs have no artist in their tags: each counts as an artist of its own, and the score may "
        "flatter",
    )
    card = (made.folder / "card.md").read_text(encoding="utf-8")
    assert f"| accuracy | {made.evaluation.tracks.metrics['accuracy']} |" in card
    assert "| тихое | 4 | 50.0 % |" in card
    facts = json.loads((made.folder / "bundle.json").read_text(encoding="utf-8"))
    assert facts["made_from"]["rows"] == 8
    assert (made.folder / "evaluation.json").read_text(encoding="utf-8") == made.evaluation.to_json()


def test_what_lies_beside_it_has_a_checksum_too(made, tmp_path):
    spoilt = Path(shutil.copytree(made.folder, tmp_path / "spoilt"))
    for name in ("evaluation.json", "split.json"):
        whole = (spoilt / name).read_text(encoding="utf-8")
        (spoilt / name).write_text(whole.replace("0.5", "0.9").replace("1.0", "0.9") + " ", encoding="utf-8")
        with pytest.raises(BundleError, match=f"{name}' is damaged: its checksum differs"):
            reporting.report([spoilt], tmp_path / "page.html")
        assert load(spoilt).genres == load(made.folder).genres  # answering needs neither
        (spoilt / name).write_text(whole, encoding="utf-8")


def test_answers_are_for_people_and_have_no_checksum(made, tmp_path):
    assert (made.folder / "answers.csv").stat().st_size > 0
    facts = json.loads((made.folder / "bundle.json").read_text(encoding="utf-8"))
    assert sorted(facts["files"]) == [
        "card.md", "evaluation.json", "songs.npz", "split.json", "weights.npz",
    ]  # fmt: skip
    earlier = Path(shutil.copytree(made.folder, tmp_path / "earlier"))  # had one
    bundles.forge(earlier, lambda facts: facts["files"].update({"answers.csv": ""}))
    assert load(earlier).genres == load(made.folder).genres


def test_a_bundle_of_before_has_none_and_is_reported(made, tmp_path):
    before = tmp_path / "before"
    save(load(made.folder), (made.folder / "card.md").read_text(encoding="utf-8"), before)
    assert sorted(json.loads((before / "bundle.json").read_text(encoding="utf-8"))["files"]) == [
        "card.md", "songs.npz", "weights.npz",
    ]  # fmt: skip
    for name in ("evaluation.json", "split.json"):
        shutil.copy(made.folder / name, before / name)
    assert reporting.report([before], tmp_path / "page.html").models[0][1] == 1.0


def test_it_is_reported_like_any_other(made, music, tmp_path):
    found = reporting.report([made.folder], tmp_path / "page.html")
    assert [accuracy for _, accuracy in found.models] == [1.0]
    text = found.page.read_text(encoding="utf-8")
    for words in ("made by track; disjoint in track", "тихое", f"earmark train {music} --seed 0", "Versions"):
        assert words in text, words
    songs = tmp_path / "songs.csv"
    songs.write_text("genre,tempo\na,1\nb,2\n", encoding="utf-8")
    with pytest.raises(ArgumentError, match="learnt from songs, and a table of features is none"):
        reporting.report([made.folder], tmp_path / "page.html", table=Table(songs))


def test_no_song_is_heard_twice(made, music, monkeypatch):
    def hear(path):
        raise AssertionError(path)

    monkeypatch.setattr(genre_folders, "listen", hear)
    again = Lab(music.parent / "models").train(music, workers=1)
    assert again.unchanged
    assert again.folder == made.folder
    assert again.evaluation == made.evaluation


def test_artists_in_the_tags_are_kept_apart(music, monkeypatch, made):
    named = {"0.wav": "A", "1.wav": "A", "2.wav": "B", "3.wav": "C"}
    monkeypatch.setattr(genre_folders, "_artist", lambda path: f"{named[path.name]} {path.parts[-2:]}"[:1])
    found = Lab(music.parent / "models").train(music, workers=1)
    assert found.stamp.startswith("made by artist; disjoint in artist")
    assert found.notes == ("3 folds, not 5: there are too few groups for more",)
    assert found.evaluation.tracks.groups == 3


def test_what_cannot_be_heard_is_left_out(music, tmp_path):
    root = tmp_path / "music"
    shutil.copytree(music, root)
    (root / "тихое" / "broken.mp3").write_bytes(b"no music")
    sounds.write(root / "тихое" / "silence.wav", np.zeros((RATE, 1)), RATE)
    (root / "empty").mkdir()
    shutil.copy(root / "тихое" / "0.wav", root / "тихое" / "copy.wav")
    found = Lab(tmp_path / "models").train(root, workers=1)
    said = "\n".join(found.notes)
    assert "no music in the folder 'empty'" in said
    assert "broken.mp3: " in said
    assert "1 silent songs left out" in said
    assert found.evaluation.tracks.rows == 9
    assert found.evaluation.tracks.groups == 8  # the copy goes with its original


def test_too_few_songs(tmp_path):
    root = tmp_path / "music"
    fill(root, 1)
    with pytest.raises(TrainingError, match="the songs of each genre are of one group by track"):
        Lab(tmp_path / "models").train(root, workers=1)
    shutil.rmtree(root / "тихое")
    with pytest.raises(TrainingError, match="are of one genre, 'beats & noise'"):
        Lab(tmp_path / "models").train(root, workers=1)


def test_two_songs_a_genre_will_do(tmp_path):
    root = tmp_path / "music"
    fill(root, 2)
    assert Lab(tmp_path / "models").train(root, workers=1).evaluation.tracks.rows == 4


def test_options_of_tables_are_refused(music):
    for how in ({"label": "genre"}, {"recipe": "forest"}, {"naive": True}):
        with pytest.raises(ArgumentError, match="for a folder of genre folders"):
            Lab(music.parent / "models").train(music, **how)


def test_what_is_a_folder_of_genre_folders(music, tmp_path):
    assert is_genre_folders(music)
    assert not is_genre_folders(music / "тихое" / "album")
    assert not is_genre_folders(tmp_path)
    assert not is_genre_folders(tmp_path / "nothing.csv")


@pytest.mark.parametrize("genres", [2, 3, 5])
def test_the_head_is_the_pipeline(genres):
    rng = np.random.default_rng(genres)
    x, y = rng.normal(3, 2, (60, 4)), np.arange(60) % genres
    made = make_pipeline(Whiten(shrink=0.3), BalancedLogistic()).fit(x, y)
    weights, bias = head_of(made, genres)
    assert np.allclose(softmax(x @ weights + bias), made.predict_proba(x))
