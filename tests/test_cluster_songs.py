"""`earmark cluster`: planted clusters are found and counted, the page works, published figures come out."""

import doctest
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from benchmarks import cluster_examples as study
from sklearn import metrics

import sounds
from browser import Browser
from earmark.errors import ArgumentError, StoreError, UnknownNameError
from earmark.explore import against, clusters, components
from earmark.explore.against import agreement
from earmark.explore.clusters import METHODS, cluster, scaled
from earmark.explore.grouping import grouping
from earmark.explore.number import choice
from earmark.explore.profiles import profiles, telling
from earmark.service import checking, clustering


def planted(number: int = 3, songs: int = 150, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return songs around so many centres in four columns, of which the last is noise, and their clusters."""
    rng = np.random.default_rng(seed)
    codes = np.arange(songs) % number
    centres = np.pad(8.0 * np.eye(3)[:number], ((0, 0), (0, 1)))
    return centres[codes] + rng.normal(size=(songs, 4)), codes


@pytest.fixture(scope="module")
def table(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("music")
    values, codes = planted()
    frame = pd.DataFrame(values, columns=["low", "middle", "high", "noise"])
    frame.insert(0, "genre", np.array(["jazz", "rock", "<i>pop</i>"])[codes])
    frame.insert(0, "filename", [f"song{at}.wav" for at in range(len(frame))])
    frame.to_csv(folder / "songs.csv", index=False)
    sounds.write(folder / "song0.wav", sounds.music(0.5, 22050, 1), 22050)
    return folder / "songs.csv"


@pytest.mark.parametrize("module", [against, clusters, components])
def test_examples_in_docstrings(module):
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize("method", METHODS)
def test_every_method_finds_planted_clusters(method):
    values, codes = planted()
    found = cluster(scaled(values), method, 3)
    assert found.number == 3
    inside = found.codes >= 0
    assert inside.mean() > 0.8
    assert metrics.adjusted_rand_score(codes[inside], found.codes[inside]) == 1.0
    assert list(found.sizes) == sorted(found.sizes, reverse=True)
    again = cluster(scaled(values), method, 3)
    np.testing.assert_array_equal(again.codes, found.codes)


def test_every_curve_points_at_the_planted_number():
    found = choice(scaled(planted()[0]), range(1, 8))
    assert (found.by_silhouette, found.by_stability) == (3, 3)
    assert int(np.argmax(np.diff([one.gap for one in found.points]))) + 2 == 3  # it rises most to there
    inertia = [one.inertia for one in found.points]
    assert inertia[0] == pytest.approx(1.0)
    assert inertia == sorted(inertia, reverse=True)


def test_one_cloud_has_one_cluster_by_the_gap():
    cloud = np.random.default_rng(1).normal(size=(200, 3))
    found = choice(cloud, range(1, 5))
    assert found.by_gap == 1
    assert np.isnan(found.points[0].silhouette)


def test_agreement_is_chance_where_genres_are_drawn():
    rng = np.random.default_rng(2)
    found = agreement(rng.integers(0, 4, 400), rng.integers(0, 5, 400))
    assert abs(found.ari) < 0.03
    assert abs(found.ami) < 0.03
    assert found.purity <= found.purity_by_chance_high + 0.03
    assert found.counts.sum() == 400


def test_songs_in_no_cluster_are_left_out_of_the_agreement():
    found = agreement(np.array([0, 0, -1, 1]), np.array([0, 0, 0, 1]))
    assert found.counts.tolist() == [[2, 0], [0, 1]]


def test_what_makes_a_cluster_is_what_was_planted():
    values, codes = planted()
    x, names = scaled(values), ("low", "middle", "high", "noise")
    for code, profile in enumerate(profiles(x, codes, names)):
        assert profile.traits[0].column == names[code]
        assert profile.traits[0].deviations > 1
    found = telling(x, codes, names)
    assert found[-1].column == "noise"
    assert sum(one.importance for one in found) == pytest.approx(1.0)
    assert telling(x, np.zeros(150, np.int64), names) == ()


def test_components_rebuild_the_columns():
    x = scaled(planted()[0])
    found = components.components(x)
    assert found.places @ found.loadings == pytest.approx(x - x.mean(axis=0))
    assert found.explained.sum() == pytest.approx(1.0)
    assert found.loadings @ found.loadings.T == pytest.approx(np.eye(4))


def test_gaps_are_filled_and_told(tmp_path):
    frame = pd.DataFrame(planted()[0], columns=list("abcd"))
    frame.loc[3, "a"] = np.nan
    frame.to_csv(tmp_path / "gaps.csv", index=False)
    found = grouping(checking.read(tmp_path / "gaps.csv"), number=3)
    assert "gaps of 1 songs filled by the median of their column" in found.notes
    assert found.choice is None
    assert found.songs.classes == ("all songs",)


def test_a_column_that_songs_in_no_cluster_alone_have_is_not_drawn(tmp_path):
    frame = pd.DataFrame([*planted()[0], *([40.0 * n] * 4 for n in (3, 5, 8))], columns=list("abcd"))[
        ["a", "b"]
    ]
    frame["alone"] = [np.nan] * 150 + [1.0, 2.0, 3.0]
    frame.to_csv(tmp_path / "alone.csv", index=False)
    found = clustering.cluster(checking.read(tmp_path / "alone.csv"), tmp_path / "c.html", method="hdbscan")
    page = found.page.read_text(encoding="utf-8")
    assert "a: highest in cluster" in page
    assert "alone: highest in" not in page


def test_what_cannot_be_done_is_told(table):
    dataset = checking.read(table)
    with pytest.raises(ArgumentError, match="has no feature 'lenght'"):
        grouping(dataset, without=["lenght"])
    with pytest.raises(ArgumentError, match="151 clusters of 150 songs"):
        grouping(dataset, number=151)
    with pytest.raises(UnknownNameError, match="unknown method of clustering"):
        grouping(dataset, "kmeans", 3)


def test_the_page_in_a_browser_plays_the_song_under_the_cursor(table, tmp_path):
    """Both views show what arrow keys reach; a genre's name is no tag; nothing is asked for but the sound."""
    found = clustering.cluster(
        checking.read(table), tmp_path / "c.html", number=3, sounds=table.parent, table=tmp_path / "c.csv"
    )
    assert (found.clusters, found.ari) == (3, 1.0)
    assert pd.read_csv(tmp_path / "c.csv").cluster.value_counts().tolist() == [50, 50, 50]
    number_of = pd.read_csv(tmp_path / "c.csv").groupby("genre")["cluster"].first()
    for column, genre in (("low", "jazz"), ("middle", "rock"), ("high", "<i>pop</i>")):
        words = f"{column}: highest in cluster {number_of[genre]}, lowest in cluster"
        assert words in found.page.read_text(encoding="utf-8")
    browser = Browser(tmp_path / "profile")
    try:
        browser.open(found.page.as_uri())
        assert browser.value("document.querySelectorAll('main i:not(.legend i)').length") == 0
        assert browser.value("document.querySelectorAll('.map canvas').length") == 2
        browser.value("document.querySelector('.map canvas').focus()")
        browser.press("ArrowLeft")
        said = browser.value("document.querySelector('.map output').textContent")
        assert said.startswith("song")
        assert "cluster" in said
        browser.value("document.querySelector('.legend button').click()")
        assert browser.value("document.querySelector('.legend button').ariaPressed") == "false"
        assert browser.complaints == []
        asked = [one for one in browser.requests if not one.startswith("data:")]
        assert asked == [found.page.as_uri()]
    finally:
        browser.close()


@pytest.mark.slow
def test_the_clusters_that_a_published_study_tells_of_come_again(gtzan):
    """One of all its columns by its tempos, one of seven by its genres; both hardly agree with its bins."""
    frame = study.pulls()
    assert len(frame) == 35_049
    assert (frame["genre"] == "pop").sum() == 12_197
    (every,) = study.starts(frame, study.SETS["all eleven"], [116])
    assert study.tempo_misses(frame, every.codes) < study.SAME_BPM
    assert (every.ari, every.nmi) == (pytest.approx(0.028, abs=1e-3), pytest.approx(0.061, abs=1e-3))
    (seven,) = study.starts(frame, study.SETS["the seven from 0 to 1"], [33])
    found = study.nearest_to_told(frame, seven.codes)
    assert sum(abs(found[name] - count) for name, count in study.TOLD.items()) < 20
    assert (seven.ari, seven.nmi) == (pytest.approx(0.048, abs=2e-3), pytest.approx(0.116, abs=2e-3))


def test_too_little_to_put_in_clusters_is_told(tmp_path):
    rng = np.random.default_rng(0)
    noise = pd.DataFrame(rng.normal(size=(40, 18)), columns=[f"c{at}" for at in range(18)])
    noise.to_csv(tmp_path / "noise.csv", index=False)
    dataset = checking.read(tmp_path / "noise.csv")
    with pytest.raises(ArgumentError, match="hdbscan finds no cluster: the 40 songs are nowhere dense"):
        grouping(dataset, "hdbscan")
    with pytest.raises(ArgumentError, match="has no feature but those left out"):
        grouping(dataset, without=dataset.features)
    noise.iloc[:6].to_csv(tmp_path / "few.csv", index=False)
    with pytest.raises(ArgumentError, match="HDBSCAN of 6 songs"):
        grouping(checking.read(tmp_path / "few.csv"), "hdbscan")
    noise[["c0"]].to_csv(tmp_path / "narrow.csv", index=False)
    with pytest.raises(ArgumentError, match="has 40 songs and 1 columns that vary"):
        grouping(checking.read(tmp_path / "narrow.csv"))


def test_no_table_is_written_over(table, tmp_path):
    before = table.read_bytes()
    with pytest.raises(StoreError, match="is there already"):
        clustering.cluster(checking.read(table), tmp_path / "c.html", number=3, table=table)
    assert table.read_bytes() == before
