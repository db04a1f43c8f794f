"""Prediction sets, sure answers and foreign sounds: what is promised is measured."""

import doctest
import json

import numpy as np
import pytest
from sklearn.covariance import oas
from sklearn.metrics import roc_auc_score

import answered
from earmark.errors import ArgumentError, BundleError
from earmark.evaluate.coverage import coverage
from earmark.models import abstain, conformal
from earmark.models import foreign as module
from earmark.models.abstain import sureness
from earmark.models.conformal import Conformal, cross_conformal, split_conformal
from earmark.models.foreign import Foreign, foreign, shrunk
from earmark.models.head import softmax

GENRES = answered.GENRES


@pytest.mark.parametrize("examples", [abstain, conformal, module])
def test_examples_in_docstrings(examples):
    assert doctest.testmod(examples).failed == 0


def songs(seed, artists=150):
    y, p, _, groups = answered.made(artists, seed=seed)
    return y, p, GENRES, groups


def rates(seeds, measure):
    return float(np.mean([measure(seed) for seed in seeds]))


@pytest.mark.parametrize("level", [0.8, 0.9])
def test_sets_hold_the_right_genre_as_often_as_promised(level):
    def covered(seed):
        made = split_conformal(*songs(seed), level=level)
        y, p, classes, _ = songs(seed + 1000, 400)
        return coverage(y, made.sets(p), classes, resamples=2).covered.value

    assert rates(range(30), covered) == pytest.approx(level, abs=0.02)


def test_few_artists_with_many_songs_keep_the_promise():
    """Twelve artists: taken for single songs they would promise too much, so their number counts."""

    def covered(seed, counted=True):
        y, p, classes, groups = songs(seed, 12)
        made = split_conformal(y, p, classes, groups if counted else None)
        y, p, classes, _ = songs(seed + 1000, 300)
        return coverage(y, made.sets(p), classes, resamples=2).covered.value

    with_artists, without = rates(range(60), covered), rates(range(60), lambda seed: covered(seed, False))
    assert with_artists > without
    assert with_artists >= 0.89


def test_every_genre_by_itself():
    """One genre is hard: pooled sets miss it, class-conditional ones do not."""

    def hard(seed, artists):
        y, p, classes, groups = songs(seed, artists)
        p = p.copy()
        mine = np.array([name == "pop" for name in y])
        p[mine] = softmax(np.log(p[mine]) - 1.5 * (np.arange(5) == 3))
        return y, p, classes, groups

    def covered(by_genre):
        found = []
        for seed in range(15):
            made = split_conformal(*hard(seed, 300), by_genre=by_genre)
            y, p, classes, _ = hard(seed + 1000, 400)
            found.append(coverage(y, made.sets(p), classes, resamples=2).genres["pop"])
        return float(np.mean(found))

    assert covered(False) < 0.8
    assert covered(True) == pytest.approx(0.9, abs=0.03)


def test_a_genre_of_few_artists_is_in_every_set():
    y, p, classes, groups = songs(0)
    mine = [i for i, name in enumerate(y) if name == "rock"]
    groups = ["one band" if i in mine else group for i, group in enumerate(groups)]
    made = split_conformal(y, p, classes, groups, by_genre=True)
    assert made.always == (4,)
    assert made.sets(p)[:, 4].all()


def test_five_songs_promise_everything():
    made = split_conformal([0, 1, 0, 1, 0], np.eye(2)[[0, 1, 0, 1, 0]], ["a", "b"])
    assert made.sets([[0.999, 0.001]]).all()
    assert split_conformal(["b"], [[0.1, 0.9]], ["a", "b"]).always == (0, 1)


def test_equal_shares_of_votes_are_not_parted_by_rounding():
    """All songs have .3 for their genre; 1 - (1 - .3) would be more than that."""
    made = split_conformal([1] * 40, [[0.7, 0.3]] * 40, ["a", "b"])
    assert made.sets([[0.7, 0.3], [0.3 + 0.4, 1 - 0.7]]).all()


def test_no_set_is_empty():
    assert Conformal(0.9, (0.9, 0.9)).sets([[0.6, 0.4]]).tolist() == [[True, False]]


def test_sets_from_all_folds():
    def covered(seed):
        y, p, classes, groups = songs(seed)
        parts = [int(group.split()[1]) % 5 for group in groups]
        made = cross_conformal(y, p, classes, parts, groups)
        new_y, new_p, _, _ = songs(seed + 1000, 300)
        return coverage(new_y, made.sets([new_p] * 5), classes, resamples=2).covered.value

    assert rates(range(20), covered) == pytest.approx(0.9, abs=0.02)


def test_with_one_fold_it_is_split_conformal():
    """But for the count of artists, which the two put into other places."""
    y, p, classes, groups = songs(0, 400)
    _, new, _, _ = songs(1, 100)
    one = split_conformal(y, p, classes, groups).sets(new)
    other = cross_conformal(y, p, classes, [0] * len(y), groups).sets([new])
    assert (one == other).mean() > 0.99


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: split_conformal([0], [[1.0]], "a", level=90),
            "a coverage of 90 (give a share between 0 and 1, 0.9 is usual)",
        ),
        (
            lambda: split_conformal([0], [[1.0]], "a", ["x", "y"]),
            "2 groups for 1 rows of probabilities (give one for each row)",
        ),
        (
            lambda: cross_conformal([0, 0], [[1.0]] * 2, "a", [0, 1], ["x", "x"]),
            "some artists are in two folds (make folds by artist)",
        ),
        (
            lambda: cross_conformal([0, 0], [[1.0]] * 2, "a", [0]),
            "1 folds for 2 songs (give one for each song)",
        ),
        (
            lambda: cross_conformal([0, 0], [[1.0]] * 2, "a", [0, 1]).sets([[1.0]]),
            "probabilities of shape (1, 1) for 2 folds "
            "(give those of every fold's model, shape (folds, songs, genres))",
        ),
        (
            lambda: sureness([0], [[1.0]], "a", wanted=90),
            "90 of the sure answers right (give a share above 0 and up to 1)",
        ),
        (
            lambda: sureness([0, 0], [[1.0]], "a"),
            "2 labels for 1 rows of probabilities (give one for each row)",
        ),
        (
            lambda: foreign([[1.0]], [0], "a"),
            "1 artists to tell what is foreign (give songs of two artists at least)",
        ),
        (
            lambda: foreign([[1.0], [np.nan]], [0, 0], "a"),
            "1 of 2 rows have features that are not numbers, the first is row 1 (impute them first)",
        ),
        (
            lambda: foreign([[1.0], [2.0]], [0], "a"),
            "1 labels for 2 rows of features (give one for each row)",
        ),
        (
            lambda: foreign([[1.0], [2.0]], [0, 0], "a", refused=5),
            "5 of one's own songs refused (give a share between 0 and 1)",
        ),
        (
            lambda: foreign([[1.0], [2.0]], [0, 0], "a").distance([1.0]),
            "features of shape (1,) (give shape (rows, 1))",
        ),
    ],
)
def test_what_is_refused(make, message):
    with pytest.raises(ArgumentError) as caught:
        make()
    assert str(caught.value) == message


def test_sure_answers_known_answers():
    p = [[0.9, 0.1]] * 40 + [[0.7, 0.3]] * 40 + [[0.55, 0.45]] * 20
    y = [0] * 38 + [1] * 2 + [0] * 30 + [1] * 10 + [0] * 10 + [1] * 10
    found = sureness(y, p, "ab", wanted=0.85)
    assert (found.threshold, found.accuracy, found.coverage) == (0.7, 0.85, 0.8)
    assert sureness(y, p, "ab", wanted=0.5).coverage == 1
    none = sureness(y, p, "ab", wanted=0.99)
    assert (none.reached, none.accuracy, none.coverage) == (False, None, 0)
    assert none.threshold == abstain.NEVER


def test_a_lucky_few_make_no_threshold():
    p = [[0.99, 0.01]] * 5 + [[0.6, 0.4]] * 95
    assert not sureness([0] * 5 + [0, 1] * 47 + [1], p, "ab").reached


def test_sure_answers_of_new_artists_are_right_as_often_as_wanted():
    def right(seed):
        y, p, classes, _ = songs(seed, 300)
        found = sureness(y, p, classes, wanted=0.8)
        new_y, new_p, _, _ = songs(seed + 1000, 300)
        sure = new_p.max(axis=1) >= found.threshold
        said = [classes[k] for k in new_p[sure].argmax(axis=1)]
        return np.mean([a == b for a, b in zip(said, np.array(new_y)[sure], strict=True)])

    assert rates(range(20), right) == pytest.approx(0.8, abs=0.03)


def cloud(seed, songs_of=4, artists=60, columns=12):
    rng = np.random.default_rng(seed)
    groups = np.repeat(np.arange(artists), songs_of)
    y = np.arange(artists)[groups] % 3
    mixing = np.random.default_rng(7).normal(size=(columns, columns))
    x = 3 * np.eye(3, columns)[y] + (rng.normal(size=(artists, columns))[groups] + rng.normal(
        size=(len(y), columns))) @ mixing  # fmt: skip
    return x, y, groups, mixing


def test_own_songs_of_new_artists_are_refused_as_often_as_said():
    def share(seed):
        x, y, groups, _ = cloud(seed)
        return foreign(x, y, "abc", groups, refused=0.1).is_foreign(cloud(seed + 500)[0]).mean()

    assert rates(range(20), share) == pytest.approx(0.1, abs=0.03)


def test_what_is_unlike_all_genres_is_refused():
    """The same spread of every column, but not the ways in which they go together."""
    x, y, groups, _ = cloud(0)
    made = foreign(x, y, "abc", groups)
    rng = np.random.default_rng(1)
    scattered = np.stack([rng.permutation(column) for column in x.T], axis=1)
    both = np.r_[made.distance(cloud(1)[0]), made.distance(scattered)]
    assert roc_auc_score(np.repeat([0, 1], len(x)), both) > 0.9
    assert made.is_foreign(x + 100).all()


def test_distances_do_not_depend_on_units():
    x, y, groups, _ = cloud(0)
    scale = np.geomspace(1e-3, 1e3, x.shape[1])
    ours = foreign(x, y, "abc", groups).distance(x)
    assert foreign(x * scale + 5, y, "abc", groups).distance(x * scale + 5) == pytest.approx(ours, rel=1e-5)
    assert np.sqrt((ours**2).mean()) == pytest.approx(1, abs=0.15)


def test_columns_that_never_change_and_more_columns_than_songs():
    x, y, groups, _ = cloud(0)
    constant = np.c_[x, np.full(len(x), 3.0)]
    made = foreign(constant, y, "abc", groups)
    assert made.is_foreign(constant).mean() < 0.1
    assert made.is_foreign(np.c_[x, np.full(len(x), 4.0)]).all()
    wide = np.random.default_rng(0).normal(size=(10, 50))
    assert np.isfinite(foreign(wide, [0, 1] * 5, "ab").distance(wide)).all()


def test_the_covariance_agrees_with_scikit_learn():
    off = np.random.default_rng(0).normal(size=(30, 8)) @ np.random.default_rng(1).normal(size=(8, 8))
    off -= off.mean(axis=0)
    theirs, _ = oas(off, assume_centered=True)
    assert shrunk(off) == pytest.approx(theirs, rel=1e-6)


def test_plain_data_keep_all():
    x, y, groups, _ = cloud(0)
    made = foreign(x, y, "abc", groups)
    again = Foreign.from_plain(json.loads(json.dumps(made.plain())))
    assert np.array_equal(again.distance(x), made.distance(x))
    assert again.threshold == made.threshold
    sets = split_conformal(*songs(0))
    assert Conformal.from_plain(json.loads(json.dumps(sets.plain()))) == sets


@pytest.mark.parametrize(
    "plain",
    [
        {},
        {"level": 2, "least": [0.1]},
        {"level": 0.9, "least": []},
        {"level": 0.9, "least": [1.5]},
        {"level": 0.9, "least": ["x"]},
    ],
)
def test_damaged_sets(plain):
    with pytest.raises(BundleError) as caught:
        Conformal.from_plain(plain)
    assert str(caught.value) == "the thresholds of the prediction sets are damaged (make the model again)"


@pytest.mark.parametrize("changed", [{"means": [1.0]}, {"whitening": [[1.0]]}, {"threshold": float("nan")},
                                     {"means": [[float("nan")] * 2]}, {"refused": None}])  # fmt: skip
def test_damaged_knowledge_of_what_is_foreign(changed):
    plain = {"means": [[0.0, 0.0]], "whitening": [[1.0, 0.0], [0.0, 1.0]], "threshold": 2.0, "refused": 0.05}
    assert Foreign.from_plain(plain).distance([[3.0, 0.0]]) == pytest.approx(3 / np.sqrt(2))
    with pytest.raises(BundleError) as caught:
        Foreign.from_plain(plain | changed)
    assert str(caught.value) == "what tells foreign sounds is damaged (make the model again)"
