"""What is measured on GTZAN for artists never heard: the bookkeeping, and what helps there."""

import numpy as np
import pytest
from benchmarks import gtzan_rows, gtzan_tags, gtzan_tried
from benchmarks.gtzan_tried import TRIED, Outcome, Try
from tools import calibration
from tools.gtzan import GENRES, Song, stored_songs

from earmark.models.classifiers import CLASSIFIERS
from earmark.models.classifiers.linear import BalancedLogistic


@pytest.fixture(scope="module")
def given():
    """Twelve clips of four artists and two genres, whole and in two pieces each."""
    clips = np.array([f"{genre}.{i:05}" for genre in ("blues", "classical") for i in range(6)])
    every = np.concatenate([clips, np.repeat(clips, 2)])
    y = np.array([int(clip.startswith("classical")) for clip in every])
    artists = np.array([f"{clip.split('.')[0]} {int(clip[-1]) % 2}" for clip in every])
    x = np.abs(np.random.default_rng(0).normal(size=(36, 3))) + 3 * y[:, None]
    return gtzan_rows.Rows(("tempo", "rms_mean", "harmony_mean"), x, every, artists, y, np.arange(36) < 12)


def test_all_rows_of_an_artist_are_in_one_fold(given, monkeypatch):
    monkeypatch.setattr(gtzan_tried, "FOLDS", 2)
    fold = gtzan_tried.fold_of(given, 0)
    assert set(fold) == {0, 1}
    assert all(len(set(fold[given.artists == one])) == 1 for one in set(given.artists))


def test_columns_are_left_out_and_spreads_joined(given):
    assert gtzan_tried.columns(given, Try("", ())).shape == (36, 2)
    x = gtzan_tried.columns(given, Try("", (), spreads=True, without=()))
    pieces = given.x[12:14]
    assert x[0, 3:] - x[1, 3:] == pytest.approx(pieces.std(axis=0) - given.x[14:16].std(axis=0))
    assert np.array_equal(x[0, 3:], x[12, 3:])


def test_a_clip_is_answered_by_the_mean_of_its_rows(given, monkeypatch):
    monkeypatch.setattr(gtzan_tried, "FOLDS", 2)
    p = gtzan_tried.answers(given, Try("", ("log", "whiten", "kernel-ridge")), seed=0)
    assert p.shape == (12, 2)
    assert (p.argmax(axis=1) == given.y[:12]).mean() > 0.8


def test_choosing_among_noise_flatters_and_the_other_half_tells():
    rng = np.random.default_rng(0)
    found = [Outcome(TRIED[0], (rng.random(400) < 0.5).astype(float), 0.5) for _ in range(20)]
    same, other = gtzan_tried.chosen_elsewhere(found, np.arange(400))
    assert same > other + 0.02
    alone = gtzan_tried.chosen_elsewhere(found[:1], np.arange(400))
    assert alone == pytest.approx((found[0].right.mean(),) * 2, abs=0.005)


def test_heads_on_tags_are_asked_about_other_artists_only():
    rng = np.random.default_rng(0)
    songs = [
        Song(f"{genre}.{i:05}", genre, f"{genre} {i % 2}", rng.uniform(0.1, 0.5, (3, 50)).astype(np.float32))
        for genre in GENRES
        for i in range(4)
    ]
    for song in songs:
        song.tags[:, GENRES.index(song.genre)] = 0.9
    artists = np.array([int(song.artist[-1]) for song in songs])
    folds = [(np.flatnonzero(artists != held), np.flatnonzero(artists == held)) for held in (0, 1)]
    found = gtzan_tags.judged(songs, gtzan_tags.by("scale", "logistic"), folds)
    assert found.tracks.rows == 40
    assert found.tracks.value("accuracy") > 0.6  # by chance 0.1


def test_on_real_clips_artists_counted_less_and_genres_alike_tell_new_artists_better(gtzan):
    assert gtzan.is_dir()
    songs = stored_songs()
    folds = calibration.artist_folds(songs, 100)
    found = [
        gtzan_tags.judged(songs, gtzan_tags.by("whiten", part), folds).tracks.value("accuracy")
        for part in (BalancedLogistic(C=0.01), CLASSIFIERS["logistic"].make(0, C=0.03))
    ]
    assert found[0] > found[1] + 0.02
    assert found[0] > 0.79


def test_on_real_clips_whitening_tells_new_artists_better_than_scaling(gtzan):
    assert gtzan.is_dir()
    rows = gtzan_rows.rows(["train", "valid"])
    assert rows.whole.sum() == 640
    assert len(rows.names) == 57
    right = {}
    for name, parts in (
        ("scaled", ("scale", "kernel-ridge")),
        ("whitened", ("log", "whiten", "kernel-ridge")),
    ):
        p = gtzan_tried.answers(rows, Try(name, parts, pieces=False), seed=0)
        right[name] = (p.argmax(axis=1) == rows.y[rows.whole]).mean()
    assert right["whitened"] > right["scaled"] > 0.5
