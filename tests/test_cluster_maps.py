"""Maps of `earmark cluster`: how far they can be trusted, UMAP the same again, all views of a song linked."""

import doctest
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from accessible import structure, words
from browser import Browser
from earmark.errors import EarmarkError
from earmark.explore import neighbours
from earmark.explore.clusters import scaled
from earmark.explore.components import components
from earmark.explore.maps import maps
from earmark.service import checking, clustering
from test_cluster_songs import planted

SONGS = 18

TWICE = """
import sys
import numpy as np
from earmark.explore.by_umap import places
from earmark.service import checking, clustering
table, folder = sys.argv[1:]
for name in ("one", "other"):
    page = f"{folder}/{name}.html"
    found = clustering.cluster(checking.read(table), page, number=3, map_by="umap")
    print(*found.maps[1][1:])
same = np.repeat(np.arange(8.0)[:, None], 2, axis=1)
print(np.isfinite(places(same, same * [1, 0], 4)).all())
"""


@pytest.fixture(scope="module")
def laid(tmp_path_factory) -> tuple[list[Path], list[str]]:
    """Return two pages of the same songs with a map by UMAP, and its figures on each.

    Compiled, UMAP takes half a minute to begin; for so few songs it is quicker as plain Python.
    """
    folder = tmp_path_factory.mktemp("maps")
    values, codes = planted(songs=SONGS)
    frame = pd.DataFrame(values, columns=["low", "middle", "high", "noise"])
    frame.insert(0, "genre", np.array(["jazz", "rock", "pop"])[codes])
    frame.to_csv(folder / "songs.csv", index=False)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", TWICE, folder / "songs.csv", folder],
        capture_output=True, text=True, check=False, env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return [folder / "one.html", folder / "other.html"], done.stdout.splitlines()


def test_the_example_in_the_docstring():
    assert doctest.testmod(neighbours).failed == 0


def test_nearest_songs_are_those_of_all_distances():
    """Sixty songs in pairs that are equal: neighbours at distance 0, and ties."""
    x = np.repeat(np.random.default_rng(0).normal(size=(30, 4)), 2, axis=0)
    far = np.linalg.norm(x[:, None] - x[None], axis=2)
    for itself in (True, False):
        near, found = neighbours.nearest(x, 7, itself=itself)
        wanted = np.sort(far + (0 if itself else np.diag(np.full(60, np.inf))), axis=1)[:, :7]
        assert found == pytest.approx(wanted)
        assert np.take_along_axis(far, near, axis=1) == pytest.approx(found)


def test_a_plane_that_shows_all_there_is_can_be_trusted_wholly():
    x = scaled(np.random.default_rng(0).normal(size=(40, 2)))
    found = maps(x, components(x))
    assert [one.kind for one in found.each] == ["pca"]
    assert (found.each[0].trustworthiness, found.each[0].kept) == (1.0, 1.0)
    assert (found.neighbours, found.measured) == (15, 40)
    assert found.kept_by_chance == pytest.approx(15 / 39)


def test_a_plane_on_which_hardly_anything_can_be_seen_is_near_chance(monkeypatch):
    """Its components are hardly wider than the hundred others; some songs are drawn, some measured."""
    monkeypatch.setattr("earmark.explore.maps.MOST_SONGS", 500)
    monkeypatch.setattr("earmark.explore.maps.MOST_MEASURED", 400)
    x = scaled(np.random.default_rng(0).normal(size=(600, 100)))
    found = maps(x, components(x))
    assert (len(found.shown), found.measured) == (500, 400)
    assert len(found.each[0].places) == 500
    assert list(found.shown) == sorted(set(found.shown))
    assert found.each[0].trustworthiness == pytest.approx(0.55, abs=0.06)
    assert found.each[0].kept == pytest.approx(found.kept_by_chance, abs=0.04)


def test_the_fewest_songs_have_a_map():
    x = scaled(np.random.default_rng(0).normal(size=(4, 3)))
    found = maps(x, components(x))
    assert (found.neighbours, found.measured) == (1, 4)


@pytest.mark.slow
def test_umap_keeps_planted_clusters_and_is_the_same_again(laid):
    (one, other), said = laid
    assert one.read_bytes() == other.read_bytes()
    trustworthiness, kept = map(float, said[0].split())
    assert trustworthiness > 0.8
    assert kept > 0.6
    assert said[2] == "True"  # of columns that all say the same there is a map too
    text = one.read_text(encoding="utf-8")
    assert "15 neighbours, a least distance of 0.1, begun at the principal components, seed 0" in text
    assert "a clump is no evidence of a cluster" in text


@pytest.mark.slow
def test_a_song_shows_in_all_views_of_both_maps(laid, tmp_path):
    browser = Browser(tmp_path / "profile")
    try:
        browser.open(laid[0][0].as_uri())
        views = "[...document.querySelectorAll('.map canvas')]"
        before = browser.value(f"{views}.map((one) => one.toDataURL())")
        assert len(before) == 4
        browser.value(f"{views}[2].focus()")
        browser.press("ArrowLeft")
        after = browser.value(f"{views}.map((one) => one.toDataURL())")
        assert all(one != was for one, was in zip(after, before, strict=True))
        assert "cluster" in browser.value("document.querySelector('.map output').textContent")
        assert browser.complaints == []
        assert structure(browser) == []
        assert [one for one in words(browser) if not one.contrast >= one.least] == []
    finally:
        browser.close()


def test_the_extra_is_named_where_it_is_missing_before_any_work(monkeypatch, tmp_path):
    pd.DataFrame(planted(songs=SONGS)[0]).to_csv(tmp_path / "songs.csv", index=False)
    monkeypatch.setitem(sys.modules, "umap", None)
    monkeypatch.delitem(sys.modules, "earmark.explore.by_umap", raising=False)
    with pytest.raises(EarmarkError) as caught:
        clustering.cluster(checking.read(tmp_path / "songs.csv"), tmp_path / "c.html", map_by="umap")
    assert caught.value.message == "a map by UMAP needs the library umap-learn, which is not installed"
    assert caught.value.hint == "pip install 'earmark[maps]', or leave out --map umap"
    assert not (tmp_path / "c.html").exists()
