"""Classifiers: known answers."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier
from threadpoolctl import threadpool_limits

import learning
from earmark.errors import ArgumentError
from earmark.models.classifiers import CLASSIFIERS
from earmark.models.classifiers._base import groups_for, inner_folds, softmax, steepness
from earmark.models.classifiers.forest import ForestByPrediction
from earmark.models.classifiers.linear import BalancedLogistic
from earmark.models.classifiers.net import Net
from earmark.models.classifiers.process import GaussianProcess
from earmark.models.classifiers.ridge import KernelRidge
from earmark.models.classifiers.together import Stack, Vote
from earmark.models.classifiers.vectors import SupportVectors
from earmark.models.steps import STEPS
from earmark.models.steps.routing import fitted
from earmark.models.steps.whiten import counted


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    with threadpool_limits(1):
        yield


@pytest.fixture(scope="module")
def table():
    return learning.made(tracks=40)


# -- what is held back


def test_folds_keep_groups_and_leave_every_genre_something_to_learn_from():
    rng = np.random.default_rng(0)
    groups = rng.integers(0, 30, 200)
    labels = groups % 7 % 5
    labels[groups == 29] = 5  # a genre of one group
    folds = inner_folds(labels, groups, 4, 0)
    assert all(len(set(folds[groups == group])) == 1 for group in np.unique(groups))
    assert set(folds[labels == 5]) == {-1}
    for fold in range(4):
        assert set(labels[folds != fold]) == set(labels)
        assert (folds == fold).sum() > 20


def test_without_two_groups_nothing_is_held_back():
    assert set(inner_folds(np.array([0, 0, 1]), np.array([3, 3, 5]), 5, 0)) == {-1}
    two = inner_folds(np.array([0, 0, 1, 1]), np.array([0, 1, 2, 3]), 5, 0)
    assert sorted(two) in ([0, 0, 1, 1], [0, 1, 2, 3])


def test_rows_made_by_oversampling_belong_to_the_group_next_to_them():
    x = np.array([[0.0], [10.0], [0.4], [9.0]])
    assert groups_for(["a", "b"], x).tolist() == [0, 1, 0, 1]
    assert groups_for(None, x).tolist() == [0, 1, 2, 3]
    with pytest.raises(ArgumentError, match="5 groups for 4 rows"):
        groups_for("abcde", x)
    with pytest.raises(ArgumentError, match="row 1 has no group"):
        groups_for(["a", None, "b", "b"], x)


def test_groups_and_oversampling_go_together(table):
    from imblearn.pipeline import make_pipeline

    few = table.y == learning.GENRES[0]
    kept = ~few | (np.arange(len(few)) % 4 == 0)
    pipeline = make_pipeline(STEPS["scale"].make(), STEPS["oversample"].make(), Net((8,), epochs=5))
    fitted(pipeline, table.x[kept], table.y[kept], groups=table.artist[kept])
    assert len(pipeline[-1].losses_) == 5


def test_steepness_undoes_what_was_multiplied():
    rng = np.random.default_rng(0)
    scores = rng.normal(size=(4000, 3))
    codes = np.array([rng.choice(3, p=row) for row in softmax(2 * scores)])
    assert steepness(scores, codes) == pytest.approx(2, rel=0.1)
    assert steepness(scores / 8, codes) == pytest.approx(16, rel=0.1)


# -- kernel ridge


@pytest.mark.parametrize(("kernel", "balance"), [("gaussian", 0.0), ("matern", 0.5)])
def test_kernel_ridge_leaves_groups_out_without_fitting_again(table, kernel, balance):
    """Its answers for left-out groups are those of models fitted without them (but for the genres' means)."""
    x = (table.x - table.x.mean(axis=0)) / table.x.std(axis=0)
    codes = np.unique(table.y, return_inverse=True)[1]
    grouped = KernelRidge(kernel=kernel, balance=balance).fit(x, codes, groups=table.artist)
    targets = np.eye(3)[codes]
    square = grouped.gamma_ * ((x[:, None] - x[None]) ** 2).sum(axis=-1)
    like = np.exp(-square)
    if kernel == "matern":
        like = (1 + np.sqrt(3 * square)) * np.exp(-np.sqrt(3 * square))
    costs = grouped.alpha / counted(table.artist, codes, balance)
    wanted = np.empty_like(targets)
    for artist in np.unique(table.artist):
        out = table.artist == artist
        inner = like[np.ix_(~out, ~out)] + np.diag(costs[~out])
        weights = np.linalg.solve(inner, targets[~out] - grouped.mean_)
        wanted[out] = like[np.ix_(out, ~out)] @ weights + grouped.mean_
    assert grouped.steepness_ == pytest.approx(steepness(wanted, codes), rel=1e-3)


def test_kernel_ridge_is_less_sure_where_artists_are_known():
    """Rows of one artist are alike: told apart from each other they would promise too much."""
    table = learning.made(tracks=40, apart=1.0)
    traits = np.random.default_rng(1).normal(size=(20, 5))
    x = table.x + 2 * traits[table.artist]
    assert (
        KernelRidge().fit(x, table.y, groups=table.artist).steepness_
        < KernelRidge().fit(x, table.y).steepness_
    )


# -- balanced logistic regression


@pytest.mark.parametrize("genres", [2, 3])
def test_without_balance_it_is_scikit_learns_logistic_regression(table, genres):
    some = np.isin(table.y, learning.GENRES[:genres])
    x, y = table.x[some], table.y[some]
    ours = BalancedLogistic(C=0.3, balance=0).fit(x, y, groups=table.artist[some])
    theirs = LogisticRegression(C=0.3).fit(x, y)
    assert np.allclose(ours.predict_proba(x), theirs.predict_proba(x), atol=1e-4)
    assert np.allclose(ours.decision_function(x), theirs.decision_function(x), atol=1e-3)


def test_at_a_balance_of_one_a_song_twice_by_one_artist_says_nothing_more(table):
    again = np.concatenate([np.arange(len(table.x)), np.flatnonzero(table.artist == 3)])
    once = BalancedLogistic(C=0.1, balance=1).fit(table.x, table.y, groups=table.artist)
    # What rows weigh is 1 on average, so more rows are as if C were greater.
    cost = 0.1 * len(table.x) / len(again)
    twice = BalancedLogistic(cost, balance=1).fit(table.x[again], table.y[again], groups=table.artist[again])
    assert np.allclose(once.coef_, twice.coef_, atol=1e-4)
    assert np.allclose(once.intercept_, twice.intercept_, atol=1e-3)


def test_a_genre_of_few_songs_is_as_probable_as_others_where_columns_tell_nothing():
    x, y = np.zeros((12, 2)), np.repeat(["a", "b", "c"], [8, 3, 1])
    assert np.allclose(BalancedLogistic().fit(x, y).predict_proba(x[:1]), 1 / 3, atol=1e-4)
    assert BalancedLogistic(balance=0).fit(x, y).predict_proba(x[:1])[0, 0] == pytest.approx(8 / 12, abs=1e-3)


# -- support vectors


@pytest.mark.parametrize("kernel", ["linear", "rbf", "poly"])
def test_support_vectors_decide_as_scikit_learns(kernel, table):
    ours = SupportVectors(kernel, C=0.5).fit(table.x, table.y, groups=table.artist)
    theirs = SVC(kernel=kernel, C=0.5, break_ties=True).fit(table.x, table.y)
    assert (ours.predict(table.x) == theirs.predict(table.x)).mean() > 0.98


def test_support_vectors_know_a_genre_that_a_fold_does_not(table):
    y = np.where(np.arange(len(table.y)) == 0, "alone", table.y)
    p = SupportVectors().fit(table.x, y, groups=table.artist).predict_proba(table.x)
    assert p.shape == (len(y), 4)
    assert np.isfinite(p).all()


# -- nets


def test_a_net_stops_before_it_learns_rows_by_heart():
    table = learning.made(tracks=60, columns=20, apart=0.7)
    net = Net((50,), learning_rate=0.01, epochs=100, patience=5).fit(table.x, table.y, groups=table.artist)
    assert net.best_epoch_ < 40
    assert len(net.losses_) == net.best_epoch_ + 5
    assert min(net.losses_) == net.losses_[net.best_epoch_ - 1]


def test_a_net_with_nothing_to_hold_back_runs_to_the_end():
    net = Net((5,), epochs=7).fit([[0.0], [0.1], [1.0]], ["a", "a", "b"], groups=[1, 1, 2])
    assert net.best_epoch_ == 7
    assert net.losses_ == []


def test_a_net_that_holds_nothing_back_runs_to_the_end(table):
    net = Net((5,), epochs=4, folds=0).fit(table.x, table.y, groups=table.artist)
    assert (net.best_epoch_, net.losses_) == (4, [])


# -- forests


def test_a_genre_that_a_plain_forest_seldom_names_counts_more():
    rng = np.random.default_rng(0)
    y = np.repeat(["much", "rare"], [150, 30])
    x = rng.normal(size=(180, 4)) + (y == "rare")[:, None] * 0.7
    forest = ForestByPrediction(30).fit(x, y)
    plain = CLASSIFIERS["forest"].make(0, n_estimators=30).fit(x, y)
    assert forest.weights_[0] == 1
    assert forest.weights_[1] > 5  # the rare genre is named more seldom than it occurs
    fresh = rng.normal(size=(500, 4)) + 0.7
    assert forest.predict_proba(fresh)[:, 1].mean() > plain.predict_proba(fresh)[:, 1].mean()
    assert forest.feature_importances_.sum() == pytest.approx(1)


def test_weights_by_how_often_genres_occur_are_the_balanced_ones(table):
    """The other weighting of the source: so many times as often as the most frequent genre."""
    kept = np.arange(len(table.y)) % 3 != (table.y == learning.GENRES[1])
    x, y = table.x[kept], table.y[kept]
    genres, sizes = np.unique(y, return_counts=True)
    ratios = dict(zip(genres, sizes.max() / sizes, strict=True))
    few = {"n_estimators": 20}
    ours = CLASSIFIERS["forest-balanced"].make(3, **few).fit(x, y)
    theirs = CLASSIFIERS["forest"].make(3, class_weight=ratios, **few).fit(x, y)
    assert ours.predict_proba(x) == pytest.approx(theirs.predict_proba(x), abs=1e-9)


# -- together


def test_a_vote_is_the_mean(table):
    members = [("bayes", GaussianNB()), ("logistic", LogisticRegression())]
    each = [member.fit(table.x, table.y).predict_proba(table.x) for _, member in members]
    vote = Vote(members).fit(table.x, table.y)
    assert vote.predict_proba(table.x) == pytest.approx(np.mean(each, axis=0))
    weighted = Vote(members, [3, 1]).fit(table.x, table.y)
    assert weighted.predict_proba(table.x) == pytest.approx(0.75 * each[0] + 0.25 * each[1])


def test_a_tilted_vote_names_rare_genres_more_readily():
    x, y = [[0.0]] * 10, list("aaaaaaaabb")
    plain = [("prior", DummyClassifier())]
    assert Vote(plain).fit(x, y).predict_proba([[0.0]])[0] == pytest.approx([0.8, 0.2])
    assert Vote(plain, tilt=0.5).fit(x, y).predict_proba([[0.0]])[0] == pytest.approx([2 / 3, 1 / 3])
    assert Vote(plain, tilt=1.0).fit(x, y).predict_proba([[0.0]])[0] == pytest.approx([0.5, 0.5])


def test_evened_groups_count_alike_for_members_that_can_be_told():
    x = [[0.0], [0.0], [0.0], [1.0], [0.0], [0.9], [1.1]]
    y, artists = list("aaabbbb"), [1, 1, 1, 2, 3, 4, 4]
    tree = DecisionTreeClassifier(max_depth=1, random_state=0)
    members = [("tree", tree), ("knn", CLASSIFIERS["knn"].make(n_neighbors=4))]
    alike = Vote(members[:1]).fit(x, y, groups=artists).predict_proba([[0.0]])
    evened = Vote(members[:1], evened=1.0).fit(x, y, groups=artists).predict_proba([[0.0]])
    assert (alike[0, 0], evened[0, 0]) == pytest.approx((0.75, 0.5))
    Vote(members, evened=0.5).fit(x, y, groups=artists)  # neighbours cannot be told, and do not mind


def test_a_stack_does_not_listen_to_who_knows_nothing_or_learns_by_heart():
    table = learning.made(tracks=60)
    x = np.hstack([table.x, 3.0 * table.artist[:, None]])  # artists can be learnt by heart
    heart = CLASSIFIERS["knn"].make(n_neighbors=1)
    members = [("bayes", GaussianNB()), ("dummy", DummyClassifier()), ("heart", heart)]
    stack = Stack(members).fit(x, table.y, groups=table.artist)
    assert stack.weights_[0] > 0.3
    assert stack.weights_[2] < 0.05
    naive = Stack(members).fit(x, table.y)  # segments of one artist on both sides
    assert naive.weights_[2] > 0.2


def test_a_stack_answers_for_a_genre_of_one_artist():
    table = learning.made()
    y = np.where(table.artist == 0, "alone", table.y)
    stack = Stack([("bayes", GaussianNB()), ("ridge", KernelRidge())]).fit(table.x, y, groups=table.artist)
    assert stack.predict_proba(table.x).shape == (len(y), 4)
    none = Stack([("bayes", GaussianNB())]).fit(
        [[0.0], [0.1], [1.0], [1.2]], list("aabb"), groups=[1, 1, 2, 2]
    )
    assert none.weights_.tolist() == [1.0]


def test_the_default_for_small_tables_is_three_that_differ():
    members = CLASSIFIERS["small-table"].make(7, alpha=2.0, C=0.5).members
    assert [name for name, _ in members] == ["ridge", "boosting", "logistic"]
    assert members[0][1][-1].alpha == 2.0
    assert members[1][1].random_state == 7
    assert members[2][1][-1].C == 0.5
    assert next(iter(CLASSIFIERS)) == "small-table"


def test_in_large_tables_all_nets_say_as_much_as_the_boosting():
    made = CLASSIFIERS["large-table"].make(3, nets=2, evened=1.0)
    assert [name for name, _ in made.members] == ["boosting", "net 0", "net 1", "forest"]
    assert (made.weights, made.evened) == ([1.0, 0.5, 0.5, 0.5], 1.0)
    assert [net[-1].random_state for _, net in made.members[1:3]] == [3, 4]
    without = CLASSIFIERS["large-table"].make(nets=0, trees=0)
    assert (len(without.members), without.weights) == (1, [1.0])


def test_estimates_grow_with_the_table():
    ridge = CLASSIFIERS["kernel-ridge"]
    assert ridge.estimate_s(4000, 50) > 10 * ridge.estimate_s(1000, 50)
    assert CLASSIFIERS["dummy"].estimate_s(1000, 50) < 0.01


@pytest.mark.parametrize(
    ("classifier", "message"),
    [
        (KernelRidge(alpha=0), "alpha 0 and width 2.0"),
        (KernelRidge(kernel="linear"), "kernel is 'linear'"),
        (KernelRidge(balance=2), "a balance of 2"),
        (BalancedLogistic(C=0), "C 0"),
        (BalancedLogistic(balance=-1), "a balance of -1"),
        (GaussianProcess(width=-1), "width -1 and height 10.0"),
        (Net(epochs=0), "0 epochs, patience of 10"),
        (Net(folds=1), "patience of 10, 32 rows per step, 1 folds"),
        (Vote([]), r"the members \[\]"),
        (Stack([("a", GaussianNB()), ("a", GaussianNB())]), r"the members \['a', 'a'\]"),
        (Vote([("a", GaussianNB())], [-1]), r"the weights \[-1\] for 1 members"),
    ],
)
def test_wrong_parameters_are_named(classifier, message):
    with pytest.raises(ArgumentError, match=message):
        classifier.fit([[1.0, 2.0], [2.0, 1.0]], ["a", "b"])


@pytest.mark.parametrize(("page", "names"), [("classifiers", CLASSIFIERS), ("steps", STEPS)])
def test_the_page_names_them_all(page, names):
    text = (Path(__file__).parents[1] / "docs" / f"{page}.md").read_text(encoding="utf-8")
    assert [name for name in names if f"`{name}`" not in text] == []


def test_one_genre_is_refused():
    with pytest.raises(ValueError, match="one class only"):
        KernelRidge().fit([[1.0], [2.0]], ["a", "a"])
