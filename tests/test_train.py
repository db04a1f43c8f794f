"""Training: what is left out, what is refused, and that no fit ever sees a test row."""

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin

from earmark.dataset.describe import described
from earmark.errors import RecipeError, SplitError, TableError, TrainingError, UnknownNameError
from earmark.executors import executor
from earmark.models import steps
from earmark.models.classifiers import CLASSIFIERS, Classifier
from earmark.models.learning import Rows, fit
from earmark.models.lesson import inner_folds, lesson
from earmark.models.pipeline import Columns, columns_of
from earmark.models.recipe import parse
from earmark.models.steps import STEPS, Step
from earmark.models.train import answers, plan, rows_of
from earmark.registry import Registry
from earmark.service.lab import Lab
from lessons import GENRES, frame, recipe, table

LDA = '[classifier]\nname = "lda"\n'


def learnt_from(made: pd.DataFrame, groups=()):
    return lesson(described(made, "songs"), groups)


def train(folder, made=None, text=LDA, **how):
    """Train on a made table by a recipe's text."""
    file = folder / "recipe.toml"
    file.write_text(text, encoding="utf-8")
    return Lab(folder / "models").train(table(folder, made), file, **how)


def refusal(folder, made, **how) -> TrainingError:
    with pytest.raises(TrainingError) as caught:
        train(folder, made, **how)
    return caught.value


# -- known answers


def test_songs_far_apart_are_told_apart(tmp_path):
    found = train(tmp_path, frame(noise=0.1))
    assert found.evaluation.tracks.value("accuracy") == 1.0
    assert found.stamp.startswith("made by artist; disjoint in artist, track")
    assert (found.notes, found.learnt_from, found.unchanged) == ((), 60, False)
    assert found.evaluation.classes == tuple(sorted(GENRES))
    assert found.evaluation.tracks.groups == 15


def test_shuffled_labels_score_like_chance(tmp_path):
    made = frame(300, artists=20)
    made["genre"] = np.random.default_rng(0).permutation(made["genre"])
    found = train(tmp_path, made.drop(columns="artist"))
    low, high = (getattr(found.evaluation.tracks.metrics["accuracy"], end) for end in ("low", "high"))
    assert low < 1 / 3 < high


def test_the_folder_says_all(tmp_path):
    found = train(tmp_path)
    assert found.folder.parent == tmp_path / "models"
    assert sorted(path.name for path in found.folder.iterdir()) == [
        "answers.csv", "bundle.json", "card.md", "evaluation.json", "model.skops", "songs.npz", "split.json",
    ]  # fmt: skip
    assert (found.folder / "evaluation.json").read_text(encoding="utf-8") == found.evaluation.to_json()
    answered = pd.read_csv(found.folder / "answers.csv")
    assert answered["row"].tolist() == list(range(60))
    right = (answered["genre"] == answered["said"]).mean()
    assert right == pytest.approx(found.evaluation.tracks.value("accuracy"))
    card = (found.folder / "card.md").read_text(encoding="utf-8")
    assert f"| accuracy | {found.evaluation.tracks.metrics['accuracy']} |" in card
    assert "The test was made by artist" in card
    assert "| джаз | 20 | 33.3 % |" in card
    certificate = json.loads((found.folder / "split.json").read_text(encoding="utf-8"))["certificate"]
    assert certificate["made_by"] == "artist"


# -- the same again


@pytest.mark.slow
def test_workers_change_nothing(tmp_path):
    calibrated = LDA + '[calibration]\nmethod = "isotonic"\n'
    one = train(tmp_path, text=calibrated)
    two = Lab(tmp_path / "two").train(tmp_path / "songs.csv", tmp_path / "recipe.toml", workers=2)
    assert one.folder.name == two.folder.name
    for name in ("evaluation.json", "answers.csv", "split.json", "card.md"):
        assert (one.folder / name).read_bytes() == (two.folder / name).read_bytes()


def test_the_very_same_is_not_made_twice(tmp_path):
    first = train(tmp_path)
    before = (first.folder / "model.skops").stat().st_mtime_ns
    again = train(tmp_path)
    assert again == dataclasses.replace(first, unchanged=True)
    assert (first.folder / "model.skops").stat().st_mtime_ns == before
    assert train(tmp_path, seed=1).folder != first.folder
    assert train(tmp_path, without=["x3"]).folder != first.folder
    assert train(tmp_path, frame(seed=1)).folder != first.folder


# -- no fit sees a test row


class Spy(TransformerMixin, BaseEstimator):
    """Takes down which rows it is fitted on; ``x0`` numbers them."""

    seen: list = []  # noqa: RUF012 - what all of them saw

    def fit(self, x, y=None):
        Spy.seen.append(frozenset(np.asarray(x)[:, 0].round().astype(int).tolist()))
        return self

    def transform(self, x):
        return x


class SpyClassifier(ClassifierMixin, Spy):
    def fit(self, x, y=None):
        self.classes_ = np.unique(y)
        return super().fit(x, y)

    def predict_proba(self, x):
        return np.full((len(x), len(self.classes_)), 1 / len(self.classes_))


@pytest.fixture
def spies(monkeypatch):
    """Put a spy among the steps and one among the classifiers."""
    for registry, member in (
        (STEPS, Step(f"{__name__}:Spy", "spies", name="spy")),
        (CLASSIFIERS, Classifier(f"{__name__}:SpyClassifier", "spies", name="spy")),
    ):
        monkeypatch.setattr(registry, "_members", {**registry._members, "spy": member})
    Spy.seen = []


def test_no_fit_sees_a_row_of_the_test(spies):
    text = (
        '[[step]]\nname = "spy"\n[classifier]\nname = "spy"\n[calibration]\nmethod = "temperature"\nfolds = 2'
    )
    made = frame().assign(x0=np.arange(60.0))
    given = learnt_from(made)
    spied = parse(text)
    columns = columns_of(given.dataset.schema, spied)
    rows, planned = rows_of(given, columns), plan(given, spied)
    with executor("inline") as work:
        answers(spied, columns, rows, planned.folds, work=work)
    # In each fold: the model, then two for calibration, each with a step and a classifier.
    assert len(Spy.seen) == 5 * 3 * 2
    artist = made["artist"].to_numpy()
    for fold, (_, tested) in enumerate(planned.folds):
        for seen in Spy.seen[6 * fold : 6 * fold + 6]:
            assert not set(tested.tolist()) & seen
            assert not set(artist[tested]) & set(artist[list(seen)])


# -- what is told of columns


def test_a_giveaway_is_refused_unless_it_is_named(tmp_path):
    made = frame(120, artists=40)
    made["clip_ms"] = np.where(made["genre"] == GENRES[0], 30013, 30000 + np.arange(120) % 7)
    error = refusal(tmp_path, made)
    assert error.message.startswith("'clip_ms' gives the genre away: single values of 'clip_ms'")
    assert error.hint == "leave it out (--without clip_ms), or take it on purpose (--allow clip_ms)"
    assert train(tmp_path, made, without=["clip_*"]).notes == ()
    named = train(tmp_path, made, allow=["clip_ms"])
    assert named.notes == ("'clip_ms' gives the genre away and was taken on purpose",)


def test_nan_columns_and_infinite_numbers_are_imputed(tmp_path):
    made = frame(noise=0.1).assign(nothing=np.nan, same=1.0)
    made.loc[::7, "x0"] = np.nan
    made.loc[3, "x1"] = np.inf
    assert (
        train(tmp_path, made, 'columns = ["x*", "same", "nothing"]\n' + LDA).evaluation.tracks.value(
            "accuracy"
        )
        > 0.8
    )


# -- bad input


def test_one_genre(tmp_path):
    error = refusal(tmp_path, frame().assign(genre="jazz"))
    assert (
        error.message
        == "all 60 rows of '{}' are of one genre, 'jazz': there is nothing to tell apart".format(
            tmp_path / "songs.csv"
        )
    )
    assert error.hint == "give songs of at least two genres"


def test_no_genre(tmp_path):
    error = refusal(tmp_path, frame().drop(columns="genre"))
    assert "has no column that is known as the genre" in error.message
    with pytest.raises((TrainingError, TableError)):
        train(tmp_path, frame().assign(genre=None), label="genre")
    with pytest.raises(UnknownNameError, match="did you mean 'genre'"):
        train(tmp_path, label="genr")


def test_two_songs(tmp_path):
    error = refusal(tmp_path, frame(2))
    assert error.message.startswith("the songs of each genre are of one group by artist")
    assert "at least two artists" in error.hint


def test_a_genre_with_one_artist_is_learnt_and_not_tested(tmp_path):
    made = frame()
    made.loc[made["genre"] == GENRES[0], "artist"] = "джаз 0"
    found = train(tmp_path, made)
    assert found.notes == ("learnt and never tested, for all its songs are of one group: джаз",)
    assert found.evaluation.tracks.rows == 40
    assert any("no song is of джаз" in note for note in found.evaluation.notes)


def test_one_artist_in_all_genres_but_one(tmp_path):
    made = frame()
    made["artist"] = np.where(made["genre"] == GENRES[2], made["artist"], made["genre"])
    assert refusal(tmp_path, made).message.startswith("the songs of all genres but one are of one group")


def test_rows_without_a_genre_are_left_out(tmp_path):
    made = frame()
    made.loc[:9, "genre"] = [None, "", " "] + [None] * 7
    found = train(tmp_path, made)
    assert found.notes == ("10 rows without a genre left out",)
    assert found.evaluation.tracks.rows == 50
    assert pd.read_csv(found.folder / "answers.csv")["row"].tolist() == list(range(10, 60))


def test_few_groups_make_few_folds(tmp_path):
    made = frame(artists=1)
    made["artist"] = np.where(np.arange(60) < 30, "a ", "b ") + made["genre"]
    (note,) = train(tmp_path, made, "folds = 10\n" + LDA).notes
    assert note == "6 folds, not 10: there are too few groups for more"


def test_a_track_under_two_genres(tmp_path):
    made = frame()
    made.loc[1, ["track_id", "artist"]] = made.loc[0, ["track_id", "artist"]]
    (note,) = train(tmp_path, made).notes
    assert note == "1 track listed under several genres: counted as one track under each"


def test_ten_thousand_genres(tmp_path):
    many = pd.DataFrame({"x": np.arange(20_000.0), "genre": [f"g{i // 2}" for i in range(20_000)]})
    error = refusal(tmp_path, many, label="genre")
    assert "has 10000 different values, more than 1000 genres" in error.message
    assert "earmark label" in error.hint


# -- groups


def test_groups_that_are_named_are_kept_together(tmp_path):
    made = frame().rename(columns={"artist": "singer"})
    found = train(tmp_path, made, groups=["singer"])
    assert found.stamp.startswith("made by singer; disjoint in singer, track")
    assert found.evaluation.tracks.groups == 15
    with pytest.raises(UnknownNameError, match="did you mean 'singer'"):
        train(tmp_path, made, groups=["singr"])
    with pytest.raises(UnknownNameError, match="'genre' is the genre"):
        train(tmp_path, made, groups=["genre"])


def test_inner_folds_hold_every_group_together():
    rng = np.random.default_rng(0)
    groups = np.repeat(np.arange(30), 4)
    y = rng.integers(0, 3, 30)[groups]
    y[groups == 29] = 3  # a genre of one group
    folds = inner_folds(groups, y, 3, 0)
    assert len(folds) == 3
    for train_rows, held in folds:
        assert not set(groups[train_rows]) & set(groups[held])
        assert (y[held] < 3).all()
    assert sorted(np.concatenate([held for _, held in folds])) == np.flatnonzero(groups < 29).tolist()
    assert inner_folds(np.zeros(4, int), np.array([0, 0, 1, 1]), 3, 0) == []


# -- splits that are given


def test_a_split_is_tested_as_it_says(tmp_path):
    from earmark.service.splitting import split_table

    path = table(tmp_path)
    made = split_table(path, tmp_path / "split.json", parts={"train": 0.6, "valid": 0.2, "test": 0.2})
    found = train(tmp_path, split=tmp_path / "split.json")
    assert found.evaluation.tracks.rows == len(made.parts["test"])
    assert found.learnt_from == len(made.parts["train"])
    with pytest.raises(SplitError, match="not of"):
        train(tmp_path, frame(seed=1), split=tmp_path / "split.json")
    table(tmp_path)
    split_table(path, tmp_path / "no.json", parts={"train": 0.6, "valid": 0.4})
    with pytest.raises(SplitError, match="the parts train, valid and no test"):
        train(tmp_path, split=tmp_path / "no.json")


def test_the_naive_score_stands_beside_and_is_higher(tmp_path):
    made = frame(120, artists=8, noise=0.1)
    rng = np.random.default_rng(0)
    where = {artist: rng.normal(0, 1, 4) for artist in made["artist"].unique()}
    made[["x0", "x1", "x2", "x3"]] = [where[a] + rng.normal(0, 0.01, 4) for a in made["artist"]]
    text = '[classifier]\nname = "knn"\nn_neighbors = 1\n'
    found = train(tmp_path, made, text, naive=True)
    assert found.evaluation.naive.tracks.value("accuracy") == 1.0
    assert found.evaluation.tracks.value("accuracy") < 0.7
    assert "NAIVE figures are not to be believed" in (found.folder / "card.md").read_text(encoding="utf-8")
    assert train(tmp_path, made, text).evaluation.naive is None


# -- learning itself


def rows(y, x=None):
    y = np.asarray(y)
    x = np.arange(len(y), dtype=float) if x is None else x
    every = np.arange(len(y))
    return Rows(pd.DataFrame({"x": x}), y, every, every, int(y.max()) + 1)


def test_genres_that_were_not_seen_have_no_chance():
    found = fit(recipe(LDA), Columns(("x",)), rows([0, 0, 2, 2, 0, 2], [0, 1, 5, 6, 0, 7]))
    p = found.proba(pd.DataFrame({"x": [0.0, 6.0]}))
    assert p.shape == (2, 3)
    assert (p[:, 1] == 0).all()
    assert p.argmax(axis=1).tolist() == [0, 2]
    assert fit(recipe(LDA), Columns(("x",)), rows([1, 1])).proba(pd.DataFrame({"x": [0.0]})).tolist() == [
        [0, 1]
    ]


def test_what_a_classifier_cannot_learn_is_told():
    with pytest.raises(TrainingError) as caught:
        fit(parse('[classifier]\nname = "knn"\nn_neighbors = 50\n'), Columns(("x",)), rows([0, 1, 0, 1]))
    assert caught.value.message.startswith("'knn' cannot learn from 4 rows of 2 genres: Expected n_neighbors")


def test_registries_are_whole_again(spies):
    assert isinstance(steps.STEPS, Registry)
    with pytest.raises(RecipeError):
        parse('[[step]]\nname = "spyy"\n' + LDA)
