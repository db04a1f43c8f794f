"""Steps: known answers."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from imblearn.pipeline import make_pipeline
from scipy.stats import kruskal as scipy_kruskal
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.naive_bayes import GaussianNB

from earmark.errors import ArgumentError, EarmarkError, UnknownNameError
from earmark.models.space import Choices, Range, axis
from earmark.models.steps import STEPS
from earmark.models.steps.clusters import ClusterCode
from earmark.models.steps.fractions import Fractions
from earmark.models.steps.generate import Polynomials
from earmark.models.steps.guard import Guard
from earmark.models.steps.oversample import Oversample, oversampled
from earmark.models.steps.power import Power, SignedLog
from earmark.models.steps.ranks import Ranks
from earmark.models.steps.routing import fitted
from earmark.models.steps.selection import SelectByImportance, SelectByTest
from earmark.models.steps.text import Text
from earmark.stats.kruskal import effect, kruskal, p_values
from earmark.stats.units import Units


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(-3, 3)), min_size=6, max_size=30))
def test_h_is_scipys_with_ties(rows):
    genres = np.unique([genre for genre, _ in rows], return_inverse=True)[1]
    values = np.array([value for _, value in rows], float)
    samples = [values[genres == code] for code in range(genres.max() + 1)]
    if len(samples) < 2 or np.ptp(values) == 0:
        assert kruskal(values[:, None], genres)[0] == pytest.approx(0, abs=1e-9)
        return
    wanted = scipy_kruskal(*samples)
    found = kruskal(values[:, None], genres)
    assert found[0] == pytest.approx(wanted.statistic, abs=1e-9)
    assert p_values(found, len(samples))[0] == pytest.approx(wanted.pvalue, abs=1e-9)


def test_effect_is_one_at_most_and_none_by_chance():
    assert effect(np.array([1.0, 1e9]), 30, 3).tolist() == [0.0, 1.0]


def test_a_null_column_is_rejected_as_often_as_promised_on_track_means_only(rng):
    """Twenty segments of each of 60 tracks: a column that is a trait of the track says nothing of genres."""
    track, genre = np.repeat(np.arange(60), 20), np.repeat(np.arange(60) % 3, 20)
    columns = rng.normal(size=(60, 400))[track] + rng.normal(size=(1200, 400))
    on_tracks = SelectByTest(top=None).fit(columns, genre, track=track)
    on_segments = SelectByTest(top=None).fit(columns, genre)
    assert (on_tracks.tracks_, on_segments.tracks_) == (60, 1200)
    assert 0.03 < (on_tracks.p_ < 0.05).mean() < 0.08
    assert (on_segments.p_ < 0.05).mean() > 0.6


def test_means_of_tracks_and_a_track_of_two_genres():
    tracks = Units.of(np.array([0, 0, 1, 1]), np.array([5, 5, 5, 9]))
    assert tracks.genres.tolist() == [0, 1, 1]
    assert tracks.means(np.array([[1.0], [3.0], [7.0], [8.0]])).ravel().tolist() == [2.0, 7.0, 8.0]


def test_the_sources_terms_of_two_columns():
    x = np.array([[4.0, -32.0], [1.0, 243.0]])
    step = Polynomials().fit(pd.DataFrame(x, columns=["a", "b"]))
    names = step.get_feature_names_out().tolist()
    a, b = "sqrt(a)", "root5(b)"
    products = [a, f"{a}^2", f"{a}^3", f"{a} {b}", f"{a}^2 {b}", f"{a} {b}^2", b, f"{b}^2", f"{b}^3"]
    assert names == [f.format(p) for p in products for f in ("{}", "sin({})", "exp({})")]
    first = step.transform(pd.DataFrame(x, columns=["a", "b"]))[0]
    values = [2, 4, 8, -4, -8, 8, -2, 4, -8]
    assert first[::3] == pytest.approx(values)
    assert first[1::3] == pytest.approx(np.sin(values))
    assert first[2::3] == pytest.approx(np.exp(values))


def test_the_best_made_columns_are_those_of_all_by_h(rng):
    x = rng.normal(size=(60, 5))
    y = np.repeat(["a", "b", "c"], 20)
    x[:, 1] += np.repeat([0, 1, 2], 20)
    track = np.repeat(np.arange(20), 3)
    everything = Polynomials().fit_transform(x)
    genres = np.unique(y, return_inverse=True)[1]
    tracks = Units.of(genres, track)
    h = kruskal(tracks.means(everything), tracks.genres)
    step = Polynomials(keep=12).fit(x, y, track=track)
    assert sorted(step.h_) == pytest.approx(sorted(h)[-12:])
    assert step.transform(x).shape == (60, 12)


def test_huge_numbers_stay_finite():
    made = Polynomials(root="as-is").fit_transform(np.array([[1e6, -1e6], [0.0, 1.0]]))
    assert np.isfinite(made).all()
    assert made.max() <= 1e18


def test_selection_keeps_the_best_and_never_nothing(rng):
    y = np.repeat(["a", "b"], 20)
    x = rng.normal(size=(40, 6))
    x[:, 4] += np.repeat([0, 3], 20)
    assert SelectByTest(top=1).fit(x, y).get_support(indices=True).tolist() == [4]
    assert SelectByTest(least_effect=1.0).fit(x, y).get_support(indices=True).tolist() == [4]
    assert SelectByTest(least_effect=0.3).fit(x, y).get_support(indices=True).tolist() == [4]
    assert SelectByImportance(LogisticRegression(), top=1).fit(x, y).get_support(indices=True).tolist() == [4]
    with pytest.raises(ArgumentError, match="GaussianNB tells no importances"):
        SelectByImportance(GaussianNB()).fit(x, y)


def test_clusters_are_scaled_and_numbered_from_left_to_right():
    x = np.array([[0, 1e6], [0, 1.1e6], [1, 1e6], [1, 1.1e6]] * 5, float)
    x[:, 0] *= 1000  # the first column tells the clusters once both are scaled alike
    code = ClusterCode(clusters=4, code="ordinal", beside=False).fit_transform(x)
    assert code.ravel()[:4].tolist() == [0, 1, 2, 3]
    one_hot = ClusterCode(clusters=9).fit(x)
    assert one_hot.transform(x).shape == (20, 2 + 4)  # four different rows: four clusters
    assert one_hot.get_feature_names_out().tolist()[2:] == ["cluster0", "cluster1", "cluster2", "cluster3"]
    assert ClusterCode(clusters=3, code="distances").fit_transform(x).shape == (20, 5)


def test_a_rare_genre_has_a_cluster_when_balanced(rng):
    x = np.concatenate([rng.normal(0, 1, (200, 1)), rng.normal(4, 0.1, (3, 1))])
    y = np.repeat(["much", "rare"], [200, 3])
    balanced = ClusterCode(clusters=2, code="ordinal", beside=False, balanced=True).fit(x, y)
    assert set(balanced.transform(x[-3:]).ravel()) == {1.0}
    assert balanced.transform(x[:200]).mean() < 0.05


def test_made_rows_lie_between_their_own_and_only_while_fitting(rng):
    x = np.concatenate([rng.uniform(0, 1, (20, 2)), rng.uniform(5, 6, (4, 2)), [[9.0, 9.0]]])
    y = np.repeat(["ö", "rare", "单"], [20, 4, 1])
    more, labels = oversampled(x, y)
    assert np.unique(labels, return_counts=True)[1].tolist() == [20, 20, 20]
    assert np.array_equal(more[:25], x)
    rare = more[labels == "rare"]
    assert rare.min() >= 5
    assert rare.max() <= 6
    assert (more[labels == "单"] == 9).all()
    pipeline = make_pipeline(Oversample(), GaussianNB()).fit(x, y)
    assert pipeline[-1].class_count_.tolist() == [20, 20, 20]
    assert len(pipeline.predict(x)) == 25
    half = Oversample(share=0.5).fit_resample(x, y)[1]
    assert np.unique(half, return_counts=True)[1].tolist() == [10, 20, 10]
    with pytest.raises(ArgumentError, match="a share of 2 and 5 neighbours"):
        Oversample(share=2).fit_resample(x, y)


def test_powers_make_even(rng):
    x = np.stack([np.exp(rng.normal(size=300)), rng.normal(size=300) ** 3, np.ones(300)], axis=1)
    power = Power("box-cox").fit(x)
    assert power.positive_.tolist() == [True, False, False]
    assert np.median(power.transform(x)[:, 0]) == pytest.approx(0, abs=0.1)
    assert np.isfinite(power.transform(-x)).all()  # what is positive in training need not be so later


def test_signed_log_bends_at_the_median():
    step = SignedLog().fit([[2.0], [-2.0], [2.0]])
    assert step.transform([[2.0], [-2.0], [0.0]]).ravel() == pytest.approx([np.log(2), -np.log(2), 0])
    with pytest.raises(ArgumentError, match="a scale of -1"):
        SignedLog(scale=-1).fit([[1.0]])


def test_words_of_any_script_and_none_at_all():
    titles = [["Тёмный рок", None], ["日本 rock", "rock"], [None, np.nan], [pd.NA, ""]]
    words = Text().fit(titles)
    assert words.get_feature_names_out().tolist() == ["rock", "рок", "тёмный", "日本"]
    assert words.transform(titles)[2:].tolist() == [[0.0] * 4] * 2
    assert words.transform([["новое", None]]).tolist() == [[0.0] * 4]
    assert "тё" in Text(unit="letters", shortest=2, longest=2).fit(titles).get_feature_names_out()
    nothing = Text().fit([[None], [""]])
    assert nothing.transform([["nothing"]]).tolist() == [[0.0]]


def test_a_giveaway_is_refused_unless_named_on_purpose():
    table = pd.DataFrame({"tempo": [1.0, 2.0], "title": ["a", "b"], "length": [3, 4]})
    with pytest.raises(ArgumentError) as caught:
        Guard(giveaways=["title", "length", "artist"]).fit(table)
    assert str(caught.value) == (
        "'title', 'length' give the genre away (leave them out, or allow them on purpose: "
        'allowed = ["title", "length"])'
    )
    assert Guard(["title"], allowed=["title"]).fit_transform(table) is table
    with pytest.raises(ArgumentError, match="the columns have no names"):
        Guard(["title"]).fit([[1.0]])


def test_a_planted_giveaway_stops_a_pipeline_from_learning():
    table = pd.DataFrame({"tempo": [1.0, 2.0], "playlist": [0, 1]})
    with pytest.raises(ArgumentError, match="'playlist' gives the genre away"):
        fitted(make_pipeline(Guard(["playlist"]), GaussianNB()), table, ["a", "b"])


def test_tracks_reach_the_steps_that_ask_and_no_others(rng):
    x, y = rng.normal(size=(12, 3)), np.repeat(["a", "b"], 6)
    steps = [STEPS[name].make() for name in ("scale", "select-by-test")]
    pipeline = fitted(make_pipeline(*steps, GaussianNB()), x, y, track=np.arange(12) // 2, groups=y)
    assert pipeline[1].tracks_ == 6
    fitted(LinearRegression(), x, np.arange(12), track=y)
    with pytest.raises(ArgumentError, match="'track' has 3 values for 12 rows"):
        fitted(pipeline, x, y, track=[1, 2, 3])
    with pytest.raises(ArgumentError, match="row 1 has no track"):
        fitted(pipeline, x, y, track=["a", None, *"abcdefghij"])


def test_ranges_and_choices():
    assert Range(1, 1000, log=True, whole=True).grid(4) == [1, 10, 100, 1000]
    drawn = [Range(0.01, 1, log=True).draw(np.random.default_rng(i)) for i in range(50)]
    assert 0.01 <= min(drawn) < 0.05
    assert 0.3 < max(drawn) <= 1
    assert Choices((None, 3)).draw(np.random.default_rng(0)) in (None, 3)
    for one in (Range(1, 4, whole=True), Choices((1, (2, 3), "a", None))):
        assert axis(one.to_dict()) == one
    for wrong in (
        lambda: Range(2, 1),
        lambda: Range(0, 1, log=True),
        lambda: Choices(()),
        lambda: axis({"low": 1}),
    ):
        with pytest.raises(ArgumentError):
            wrong()


def test_only_fractions_that_are_not_even_become_columns(rng):
    set_by_machines = np.round(rng.uniform(80, 180, 400)) + rng.normal(0, 0.03, 400)
    played, key = rng.uniform(80, 180, 400), rng.integers(0, 12, 400)
    imputed = np.where(rng.random(400) < 0.3, 120.0, played)
    score = rng.uniform(0, 1, 400) ** 4
    step = Fractions().fit(np.stack([played, key, set_by_machines, imputed, score], axis=1))
    assert step.taken_.tolist() == [2]
    assert step.transform([[90.5, 3, 127.75, 120.0, 0.1]])[0].tolist() == [90.5, 3, 127.75, 120.0, 0.1, 0.25]
    assert step.get_feature_names_out(list("abcde"))[-1] == "fraction(c)"


def test_ranks_are_normal_scores_and_equal_numbers_have_the_mean_of_theirs(rng):
    x = np.stack([rng.lognormal(sigma=4, size=2000), np.maximum(rng.normal(size=2000), 0)], axis=1)
    step = Ranks().fit(x)
    found = step.transform(x)
    assert found[:, 0].mean() == pytest.approx(0, abs=0.02)
    assert found[:, 0].std() == pytest.approx(1, abs=0.03)
    # Half of a normal distribution lies below 0, and on average 0.8 below.
    assert found[x[:, 1] == 0, 1] == pytest.approx(-np.sqrt(2 / np.pi), abs=0.03)
    assert step.transform([[1e300, -5]])[0].tolist() == [step.scores_[0][-1], step.scores_[1][0]]


def test_wrong_names_are_told_with_the_right_one():
    with pytest.raises(UnknownNameError, match="did you mean 'select-by-test'"):
        STEPS["select-by-tests"]
    with pytest.raises(ArgumentError) as caught:
        STEPS["select-by-test"].make(tops=3)
    assert str(caught.value) == (
        "select-by-test has no parameter 'tops' (did you mean 'top'? known: top, least_effect)"
    )


def test_what_is_not_installed_is_named(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "sklearn.impute", None)
    with pytest.raises(EarmarkError) as caught:
        STEPS["impute"].make()
    assert str(caught.value) == (
        "impute needs the library scikit-learn, which is not installed (pip install 'earmark[lab]')"
    )


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (Polynomials(root="cube"), "root is 'cube'"),
        (Polynomials(degree=4), "degree is 4"),
        (Polynomials(functions=("cos",)), "a function is 'cos'"),
        (Polynomials(keep=0), "0 columns to keep"),
        (SelectByTest(top=0), "the top 0 columns"),
        (SelectByTest(least_effect=2), "an effect of at least 2"),
        (ClusterCode(clusters=0), "0 clusters"),
        (ClusterCode(code="colour"), "code is 'colour'"),
        (Power("log"), "method is 'log'"),
        (SignedLog("mean"), "scale is 'mean'"),
        (Ranks(1), "1 knots"),
        (Text(unit="lines"), "unit is 'lines'"),
        (Text(shortest=3), "runs of 3 to 1"),
    ],
)
def test_wrong_parameters_are_named(step, message):
    with pytest.raises(ArgumentError, match=message):
        step.fit([[1.0, 2.0], [2.0, 1.0]], ["a", "b"])
