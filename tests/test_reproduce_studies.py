"""The studies themselves: in miniature from end to end, and on real tables against known figures."""

import numpy as np
import pytest

from earmark.dataset.split import folds as shared_out
from earmark.executors import executor
from earmark.models.classifiers import CLASSIFIERS
from earmark.models.recipe import Choice, Recipe, from_dict
from earmark.reproduce import club, gtzan_grids, gtzan_table, scoring, segments
from earmark.reproduce import gtzan as tables
from earmark.reproduce.bench import Bench
from earmark.reproduce.tabled import PERCEPTRON, Tabled
from earmark.service.reproducing import reproduce
from studies import miniature

CHEAP = ("nearest neighbours (20)", "decision tree (5)", "naive Bayes", "logistic regression")
DEARER = ("linear SVM", "RBF SVM", "polynomial SVM")
SMALL = {
    "naive Bayes": gtzan_table.Model(Choice("naive-bayes"), 0.5, 0.5),
    "MLP": gtzan_table.Model(Choice(PERCEPTRON, {"hidden_layer_sizes": [4], "max_iter": 20}), 0.7, 0.7),
}
SMALL_GRIDS = {
    "random forest": ("forest", {"n_estimators": (3, 4), "max_depth": (2, 3)}, 2, 0.8),
    "gradient boosting": ("gradient-boosting", {"n_estimators": (2, 3)}, 2, 0.84),
    "MLP": (PERCEPTRON, {"hidden_layer_sizes": ([3], [4]), "max_iter": (20,)}, 2, 0.75),
}
SMALL_TRICKS = {
    "selection by Kruskal and Wallis, 30 columns",
    "generated columns",
    "k-means code",
    "SMOTE",
    "all of them",
}


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return miniature(tmp_path_factory.mktemp("data"))


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(scoring, "RESAMPLES", 50)
    monkeypatch.setattr(gtzan_table, "MODELS", SMALL)
    monkeypatch.setattr(gtzan_grids, "GRIDS", SMALL_GRIDS)
    monkeypatch.setattr(segments, "BOOSTERS", ("histogram-boosting",))
    plain = segments.booster()
    fewer = Choice(plain.name, {**plain.parameters, "max_iter": 3})
    monkeypatch.setattr(segments, "booster", lambda: fewer)
    monkeypatch.setattr(segments, "ROUNDS", (2, 3))
    monkeypatch.setattr(segments, "OTHERS", dict(list(segments.OTHERS.items())[1:2]))
    monkeypatch.setattr(club, "CLUSTERS", range(2, 5))
    monkeypatch.setattr(club, "FOREST", Recipe(Choice("forest", {"n_estimators": 10})))


def test_the_table_from_end_to_end(data, tmp_path, small):
    found = reproduce("gtzan-table", data, tmp_path, workers=1)
    names = [one.what for one in found.figures]
    assert names == [
        "naive Bayes, accuracy", "MLP, accuracy",
        "best random forest, accuracy", "best gradient boosting, accuracy", "best MLP, accuracy",
    ]  # fmt: skip
    assert all(
        one.claimed and one.faithful is not None and one.honest.low is not None for one in found.figures
    )
    assert found.figures[0].honest.value > 0.9
    kinds = [sheet.head[0] for sheet in found.sheets]
    assert kinds == ["model", "model", "model", *["genre"] * 4, "model"]
    quick = reproduce("gtzan-table", data, tmp_path, quick=True, workers=1)
    assert quick.figures == found.figures[:2]
    assert quick.sheets == found.sheets[:1]
    assert (tmp_path / "gtzan-table" / "result.json").exists()
    assert reproduce("gtzan-table", data, tmp_path, workers=1).to_dict() == found.to_dict()


def test_segments_from_end_to_end(data, tmp_path, small):
    found = reproduce("segments", data, tmp_path, workers=1)
    assert [one.claimed for one in found.figures] == [0.8339, None, None, None]
    assert found.figures[2].honest.value > 0.9
    tricks = {row[0] for row in found.sheets[3].rows}
    assert tricks == {"none", *SMALL_TRICKS, "NAIVE: none, pieces drawn one by one"}
    assert "histogram-boosting" in found.notes[0]
    assert "35 clips" in found.notes[1]


def test_the_club_from_end_to_end(data, tmp_path, small):
    found = reproduce("club", data, tmp_path, workers=1)
    assert found.figures[0].claimed == 0.53
    assert found.sheets[1].rows[0][:2] == ("classic", "12")
    assert found.sheets[1].rows[1][:2] == ("jazz", "23")


def test_no_test_row_decides_anything(data, tmp_path, small):
    """Whatever is compared never meets the test list; what meets it is one model, by one answer."""
    with executor("inline") as work, Bench(data, tmp_path, work) as bench:
        tabled = Tabled(bench, tables.table(bench, gtzan_table.TABLE), without=("length",))
        part = tables.listed(tabled.lesson.dataset.frame["filename"].str.removesuffix(".wav").tolist())
        test, asked = set(part("test").tolist()), []

        def spy(ask):
            def asks(stage, choices, folds):
                asked.append((stage, len(choices), folds))
                return ask(stage, choices, folds)

            return asks

        tabled.naive, tabled.honest = spy(tabled.naive), spy(tabled.honest)
        gtzan_grids.search(tabled, (part("train"), part("valid"), part("test")))
    looks = 0
    for _stage, choices, folds in asked:
        for train, rows in folds:
            assert not test & set(train.tolist())
            if test & set(rows.tolist()):
                looks += 1
                assert choices == 1
    assert looks == 3


def test_curves_take_whole_groups_and_every_genre():
    y = np.repeat([0, 1, 2], 20)
    groups = np.arange(60) // 4
    chosen = gtzan_grids.some(np.arange(60), y, groups, 0.5, 0)
    assert set(y[chosen].tolist()) == {0, 1, 2}
    assert np.unique(np.bincount(groups[chosen])[np.unique(groups[chosen])]).tolist() == [4]
    assert 28 <= len(chosen) <= 34
    assert len(gtzan_grids.some(np.arange(60), y, groups, 1.0, 0)) == 60


@pytest.mark.parametrize("name", list(gtzan_grids.GRIDS))
def test_points_of_grids_can_be_made(name):
    first, again = gtzan_grids.points(name), gtzan_grids.points(name)
    assert len(first) == gtzan_grids.GRIDS[name][2]
    assert first == again
    for choice in first.values():
        if choice.name != PERCEPTRON:
            assert CLASSIFIERS[choice.name].make(0, **choice.parameters)._validate_params() is None


def test_tricks_are_recipes():
    for recipe in segments.recipes(segments.booster(), 100).values():
        assert from_dict(recipe.to_dict()).classifier.name in segments.BOOSTERS


def test_the_club_map_gives_its_own_counts():
    for genre, claimed, found in club.counts_sheet().rows:
        assert claimed == found, genre
    assert sum(club.GENRES.values()) == sum(club.TAGS.values()) == 324


def test_artists_are_read_as_they_are(tmp_path):
    path = tmp_path / "artists.txt"
    path.write_text("## head\nblues.00000.wav ::: John  Lee Hooker ::: Song\njazz.00001.wav ::: ::: Song\n")
    assert tables.artists(path) == {"blues.00000": "john lee hooker"}


def test_real_faithful_figures_are_those_of_the_re_run(gtzan, tmp_path):
    """The cheap ones of the ten, SVMs on 5 of the 15 splits; the command prints all."""
    with executor("inline") as work, Bench(gtzan.parent, tmp_path, work) as bench:
        tabled = Tabled(bench, tables.table(bench, gtzan_table.TABLE), without=("length",))
        drawn = shared_out(tabled.lesson.dataset, 5, 3, naive=True).folds
        for names, folds in ((CHEAP, drawn), (DEARER, drawn[:5])):
            models = {name: gtzan_table.MODELS[name] for name in names}
            found = gtzan_table.faithful(tabled, models, folds)
            for name, (_, _, rerun) in models.items():
                assert found[name].mean() == pytest.approx(rerun, abs=0.02), name
        assert tabled.lesson.number < 300
