"""Single values that tell a label: rows of one value against rows of the values next to it."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2_contingency

from earmark.dataset import giveaways as rules
from earmark.dataset import published
from earmark.dataset.checks import Options
from earmark.dataset.dependence import dependence
from earmark.dataset.giveaways import giveaways, labelled
from earmark.dataset.infer import inferred
from earmark.dataset.lookup import contrasts, folds, look_up
from earmark.dataset.reading import read
from earmark.dataset.table import Dataset


def test_dependence_is_cramers_v_and_a_g_test():
    has = np.repeat([True, False, True, False], [30, 10, 10, 30])
    labels = np.repeat([0, 0, 1, 1], [30, 10, 10, 30])
    found = dependence(has, labels, np.arange(80))
    assert found.v == pytest.approx(0.5)
    # Single rows vary as single rows do; 80/78 for the two rates that were estimated.
    assert found.beyond_chance == pytest.approx(np.sqrt(0.25 - 80 / 78 / 80))
    g_test = chi2_contingency([[30, 10], [10, 30]], correction=False, lambda_="log-likelihood")
    assert found.p == pytest.approx(g_test.pvalue, rel=0.4)
    assert found.p > g_test.pvalue


def test_what_comes_artist_by_artist_is_less_evidence():
    has = np.repeat([True, False, True, False], [30, 10, 10, 30])
    labels = np.repeat([0, 0, 1, 1], [30, 10, 10, 30])
    rows, artists = (dependence(has, labels, groups) for groups in (np.arange(80), np.arange(80) // 10))
    assert artists.v == rows.v
    assert rows.p < 1e-4
    assert artists.p > 0.1
    assert artists.beyond_chance < rows.beyond_chance


def test_many_labels_of_few_rows_show_a_v_by_chance_which_is_taken_off():
    rng = np.random.default_rng(0)
    rows = np.arange(120)
    found = [dependence(rng.random(120) < 0.3, rows % 12, rows) for _ in range(40)]
    assert np.mean([one.v for one in found]) > 0.25
    assert np.median([one.beyond_chance for one in found]) < 0.05
    assert sum(one.p < 0.01 for one in found) <= 1


def test_a_value_is_held_against_its_neighbours_and_not_the_whole_table():
    # A number of steps that rises with the label: far values differ, near ones do not.
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 4, 2000)
    steps = np.round(rng.normal(3 * labels, 3))
    assert look_up(steps, labels, folds(np.arange(2000))).told > 0.1
    assert max(one.beyond_chance for one in contrasts(steps, labels, np.arange(2000), 60)) < 0.15


def test_an_end_of_a_measured_quantity_is_no_value_of_its_own():
    rng = np.random.default_rng(0)
    labels = np.arange(600) % 2
    cut_off = np.maximum(rng.normal(4 * labels - 2, 1, 600), 0)
    assert contrasts(cut_off, labels, np.arange(600), 18) == []
    (inside,) = contrasts(np.where(labels == 0, 1.5, cut_off), labels, np.arange(600), 200)
    assert inside.beyond_chance > 0.9


def two_sources(share, rows=720):
    """Return twelve genres of ten artists; all files of one and a share of another's have 320 kbit/s."""
    rng = np.random.default_rng(0)
    genre = np.arange(rows) % 12
    frame = pd.DataFrame({f"sound_{i}": genre * (i == 0) + rng.normal(size=rows) for i in range(6)})
    other = (genre == 0) | ((genre == 1) & (rng.random(rows) < share))
    frame["artist"] = [f"artist {i % 120}" for i in range(rows)]
    return frame.assign(kbit=np.where(other, 320.0, 306.4), genre=[f"genre {g}" for g in genre])


@pytest.mark.parametrize("share", [0.0, 0.5])
def test_a_value_of_few_genres_is_named_however_few_they_are(share):
    frame = two_sources(share)
    labels = pd.factorize(frame["genre"])[0]
    assert look_up(frame["kbit"].to_numpy(), labels, folds(np.arange(720))).told < 0.15
    (found,) = giveaways(Dataset(frame, inferred(frame, "genre")), Options())
    assert (found.code, found.severity, found.evidence["column"]) == ("giveaway-values", "error", "kbit")
    assert found.evidence["cramers_v"] > 0.8
    assert found.evidence["values"][1]["value"] == 320.0
    assert found.evidence["values"][1]["always_in"] == ["genre 0"]
    assert found.finding.startswith("single values of 'kbit' tell the label: a forest names ")


def test_where_a_forest_gains_nothing_the_contrast_is_said():
    # The genres of the other source are heard anyway, so the label is named as well without it.
    frame = two_sources(0.0)
    frame["sound_0"] += 100 * (frame["genre"] == "genre 0")
    (found,) = giveaways(Dataset(frame, inferred(frame, "genre")), Options())
    assert found.finding == (
        "single values of 'kbit' tell the label: rows of one value stand in other labels than those of "
        "values next to it (Cramér's V 0.99)"
    )


def test_a_code_that_genres_have_more_or_less_often_is_no_giveaway():
    frame = two_sources(0.0).drop(columns="kbit")
    rng = np.random.default_rng(1)
    seldom = pd.factorize(frame["genre"])[0] % 2 == 0
    frame["mode"] = (rng.random(len(frame)) < np.where(seldom, 0.3, 0.8)).astype(int)
    assert list(giveaways(Dataset(frame, inferred(frame, "genre")), Options())) == []


def test_a_disguised_label_of_small_genres_is_named_beside_others_that_nearly_tell_it():
    # Ten neighbours reach beyond a genre of eleven songs; a forest is right all the same.
    rng = np.random.default_rng(0)
    genre = np.arange(176) % 16
    bits = {f"sound_{i}": (genre >> i) % 2 + rng.normal(0, 0.23, 176) for i in range(4)}
    frame = pd.DataFrame({**bits, "genre": [f"genre {g:02}" for g in genre]})
    assert list(giveaways(Dataset(frame, inferred(frame, "genre")), Options())) == []
    frame["level"] = rng.permutation(16)[genre] + rng.normal(0, 0.1, 176)
    (found,) = giveaways(Dataset(frame, inferred(frame, "genre")), Options())
    assert found.evidence["column"] == "level"
    assert found.evidence["kappa_alone"] < 0.97
    assert found.evidence["kappa_alone"] < found.evidence["kappa_of_all_others_together"] + 0.1


def sharp_in_pairs(table, most):
    """Return the columns of which single values tell a pair of genres sharply, and in how many pairs."""
    found = []
    for pair in combinations(sorted(table.frame[table.label].unique()), 2):
        frame = table.frame[table.frame[table.label].isin(pair)]
        frame = frame.sample(most, random_state=0) if len(frame) > most else frame
        rows = labelled(Dataset(frame.reset_index(drop=True), table.schema))
        tried = [one for column in rows.columns if (one := rules._try(rows, column)) is not None]
        found += [one.column.name for one in tried if one.sharp and one.odd]
    return {name: found.count(name) for name in found}


@pytest.mark.slow
def test_of_pairs_of_real_genres_only_the_length_of_files_tells_by_single_values(gtzan):
    whole = read(gtzan / "features_30_sec.csv")
    listed = published.gtzan().parts["train"] | published.gtzan().parts["valid"]
    clips = whole.frame[whole.frame["filename"].map(published.clip_name).isin(listed)]
    assert sharp_in_pairs(Dataset(clips, whole.schema), 2000) == {"length": 18}
    assert sharp_in_pairs(read(gtzan.parent / "spotify15" / "genres_mod.parquet"), 300) == {}
