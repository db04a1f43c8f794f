"""Tuning: what is found, that no search sees a test row, and that nothing is lost by stops and kills."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import numpy as np
import pandas as pd
import pytest

from earmark.dataset import read
from earmark.errors import StoreError, TrainingError
from earmark.models import learning
from earmark.models.lab_bundle import load
from earmark.models.recipe import recipe as recipe_in
from earmark.service import choosing
from earmark.service.lab import Lab
from earmark.service.training import Table, prepared
from earmark.service.tuning import with_search
from lessons import frame, table

# Two folds, so that little is fitted; it answers at once.
HEAD = 'folds = 2\nname = "near"\n[[step]]\nname = "scale"\n[classifier]\nname = "knn"\n'
KNN = HEAD + '[search]\nmethod = "grid"\nfolds = 2\n[search.space]\n"classifier.n_neighbors" = [1, 5, 25]\n'
SPACE = '[search.space]\n"classifier.n_neighbors" = {low = 1, high = 15}\n'
DRAWN = HEAD + '[search]\nmethod = "random"\nfolds = 2\ntrials = 5\n' + SPACE  # of which two are the same


def tune(folder, text=KNN, workers=1, models="models", **how):
    (folder / "recipe.toml").write_text(text, encoding="utf-8")
    if not (folder / "songs.csv").exists():
        table(folder)
    return Lab(folder / models).tune(folder / "songs.csv", folder / "recipe.toml", workers=workers, **how)


def stripes() -> pd.DataFrame:
    """Return songs whose genre changes every few steps along one column: only near ones tell."""
    made = frame(180).drop(columns=["x1", "x2", "x3"])
    genres = np.array(sorted(set(made["genre"])))
    made["genre"] = genres[np.arange(180) // 8 % 3]
    made["artist"] = [f"{genre} {i % 7}" for i, genre in enumerate(made["genre"])]
    return made.assign(x0=np.arange(180.0))


@pytest.fixture
def fits(monkeypatch):
    """List what is learnt from and answered in this process: sets of values of ``x0``, which differ."""
    made = []
    real = learning.answer

    def answer(number, recipe, columns, train, *asked):
        made.append((frozenset(train.x["x0"]), frozenset(asked[0]["x0"])))
        return real(number, recipe, columns, train, *asked)

    answer.__module__ = real.__module__  # a task must be Earmark's own
    monkeypatch.setattr(learning, "answer", answer)
    return made


# -- what is found


def test_a_planted_optimum_is_found(tmp_path):
    table(tmp_path, stripes())
    found = tune(tmp_path)
    assert [one.trial.point["classifier.n_neighbors"] for one in found.choices] == [1, 1, 1]
    assert [one.search for one in found.choices] == ["fold 1", "fold 2", "all rows"]
    assert [one.point["classifier.n_neighbors"] for one in found.kept.trials] == [5, 1, 25]
    assert found.evaluation.tracks.value("accuracy") > 0.85
    far = found_recipe(tmp_path, HEAD + "n_neighbors = 25\n")
    plain = Lab(tmp_path / "plain").train(tmp_path / "songs.csv", far)
    assert plain.evaluation.tracks.value("accuracy") < 0.75
    kept = recipe_in(found.path)
    assert kept.classifier.parameters == {"n_neighbors": 1}
    assert (kept.name, kept.search, kept.chosen.score) == ("near-tuned", None, found.kept.trial.score)
    assert any("that is no score" in note for note in found.notes)
    told = json.loads((found.path.parent / "tuning.json").read_text(encoding="utf-8"))
    assert told == json.loads(json.dumps(found.to_dict()))


def found_recipe(folder, text):
    path = folder / "other.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_what_cannot_learn_is_a_failed_trial(tmp_path):
    text = KNN.replace("[1, 5, 25]", "[5, 1000]")
    found = tune(tmp_path, text)
    assert [one.state for one in found.kept.trials] == ["done", "failed"]
    assert found.kept.trials[1].error.startswith("'knn' cannot learn from")
    with pytest.raises(TrainingError, match="no trial could learn: 'knn' cannot learn"):
        tune(tmp_path, text.replace("[5, 1000]", "[1000]").replace('"knn"\n', '"knn"\nn_neighbors = 1000\n'))


def test_pruning_gives_up_what_begins_badly(tmp_path):
    table(tmp_path, stripes())
    grid = KNN.replace("[1, 5, 25]", "[1, 2, 3, 4, 40, 41, 42, 43]").replace("folds = 2\n[", "folds = 3\n[")
    found = tune(tmp_path, grid, prune=True)
    states = {one.point["classifier.n_neighbors"]: (one.state, len(one.scores)) for one in found.kept.trials}
    assert {states[k] for k in (1, 2, 3, 5)} == {("done", 3)}  # the first wave: 5 and 1 to 3
    assert {states[k] for k in (40, 41, 42, 43)} == {("pruned", 1)}
    assert found.kept.trial.point["classifier.n_neighbors"] <= 5


@pytest.mark.parametrize("metric", ["auc_ovr", "log_loss"])
def test_other_metrics(tmp_path, metric):
    found = tune(tmp_path, KNN, metric=metric)
    scores = [one.score for one in found.kept.trials]
    assert found.kept.trial.score == (min if metric == "log_loss" else max)(scores)


# -- no search sees a test row


def test_nested_searches_see_training_rows_only(tmp_path, fits):
    path = table(tmp_path)
    recipe = with_search(recipe_in(found_recipe(tmp_path, DRAWN)))
    _, task, _ = prepared(Table(path), recipe, tmp_path / "models", None)
    x, artists = task.rows.x["x0"].to_numpy(), task.lesson.dataset.frame["artist"].to_numpy()
    artist_of = dict(zip(x, artists, strict=True))
    from earmark.executors import executor
    from earmark.models.tuning.nested import nested

    inner, _ = nested(task.plan, task.rows, 2, 0)
    assert len(inner) == 3
    for one, (train, asked) in zip(inner, task.plan.folds, strict=False):
        fits.clear()
        with executor("inline") as work:
            choosing._chosen(task, [one], 1, work=work, progress=None)
        assert len(fits) == 8
        for learnt, held in fits:
            assert learnt | held == set(x[train])
            assert not (learnt | held) & set(x[asked])
            assert not {artist_of[row] for row in learnt} & {artist_of[row] for row in held}


def test_the_test_part_is_touched_once(tmp_path, fits):
    path = table(tmp_path)
    split = split_of(path, {"train": 0.6, "test": 0.4})
    _, task, _ = prepared(Table(path), recipe_in(found_recipe(tmp_path, KNN)), tmp_path, split)
    test = set(task.rows.x["x0"].to_numpy()[task.plan.folds[0][1]])
    found = tune(tmp_path, split=split)
    assert [bool((learnt | held) & test) for learnt, held in fits] == [False] * 6 + [True]
    assert fits[-1][1] == test
    assert [one.search for one in found.choices] == ["the part train"]
    assert found.evaluation.tracks.rows == len(test)


def test_a_valid_part_is_chosen_on_and_never_reported(tmp_path, fits):
    path = table(tmp_path)
    split = split_of(path, {"train": 0.5, "valid": 0.25, "test": 0.25})
    _, task, _ = prepared(Table(path), recipe_in(found_recipe(tmp_path, KNN)), tmp_path, split)
    x = task.rows.x["x0"].to_numpy()
    train, valid, test = (set(x[rows]) for rows in (task.plan.train, task.plan.valid, task.plan.folds[0][1]))
    found = tune(tmp_path, split=split)
    assert fits == [(train, valid)] * 3 + [(train, test)]
    assert found.evaluation.tracks.rows == len(test)


def split_of(path, parts):
    from earmark.dataset.split import split
    from earmark.dataset.split_file import text_of

    made = path.with_name("split.json")
    made.write_text(text_of(split(read(path), parts)), encoding="utf-8")
    return made


def test_too_few_artists_to_choose_on(tmp_path):
    table(tmp_path, frame(12, artists=2))
    with pytest.raises(TrainingError) as caught:
        tune(tmp_path)
    assert caught.value.message == "the training rows of fold 1 have too few groups to choose on"
    assert caught.value.hint == "give songs of more artists, or train without a search"


# -- training by a recipe with a search


def test_training_searches_in_each_fold_and_keeps_what_was_chosen(tmp_path):
    table(tmp_path, stripes())
    found = tune(tmp_path, naive=True)
    made = Lab(tmp_path / "models").train(tmp_path / "songs.csv", tmp_path / "recipe.toml", naive=True)
    assert made.evaluation.to_json() == found.evaluation.to_json()
    kept = load(made.folder)
    assert kept.model.recipe.classifier.parameters == {"n_neighbors": 1}
    assert (kept.model.recipe.search, kept.model.recipe.chosen) == (None, None)
    assert kept.made_from["search"]["choices"] == [one.to_dict() for one in found.choices]
    card = (made.folder / "card.md").read_text(encoding="utf-8")
    assert "parameters chosen by a grid search, 3 trials: classifier.n_neighbors = 1 |" in card
    assert "n_neighbors = 1\n" in card
    again = Lab(tmp_path / "models").train(tmp_path / "songs.csv", tmp_path / "recipe.toml", naive=True)
    assert (again.unchanged, again.notes) == (True, made.notes)


def test_a_score_by_parameters_chosen_on_the_same_rows_is_stamped(tmp_path):
    found = tune(tmp_path)
    lab = Lab(tmp_path / "models")
    assert "tested ones among them: the score flatters" in lab.train(
        tmp_path / "songs.csv", found.path
    ).notes[0]  # fmt: skip
    other = lab.train(table(tmp_path, frame(seed=9), "other.csv"), found.path)
    assert other.notes[0].startswith("parameters were chosen on 'songs.csv': if songs of it are tested here")
    split = split_of(tmp_path / "songs.csv", {"train": 0.6, "test": 0.4})
    parted = tune(tmp_path, split=split)
    held = lab.train(tmp_path / "songs.csv", parted.path, split=split)
    assert held.notes == ("parameters were chosen on the training rows of this very split",)


# -- nothing is lost


def test_ctrl_c_keeps_the_best_and_the_same_call_goes_on(tmp_path, fits):
    seen = []

    def stop(standing, path):
        seen.append((standing, path))
        if standing.done == 10:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tune(tmp_path, DRAWN, progress=stop)
    standing, path = seen[-1]
    assert (standing.done, standing.total, standing.made) == (10, 24, 10)
    kept = recipe_in(path)
    assert kept.chosen.score == standing.best.score
    assert len(fits) == 10
    resumed = tune(tmp_path, DRAWN)
    assert len(fits) == 24 + 2  # and the two tests
    whole = tune(tmp_path, DRAWN, models="other")
    assert without_path(resumed) == without_path(whole)
    # More trials begin with those that were made.
    fits.clear()
    more = tune(tmp_path, DRAWN, trials=7)
    assert len(more.kept.trials) > 4
    assert len(fits) == 3 * 2 * (len(more.kept.trials) - 4) + 2
    assert more.kept.trials[:4] == resumed.kept.trials
    # Fewer trials do not put a choice from fewer in the place of one from more.
    best, told = more.path.read_bytes(), (more.path.parent / "tuning.json").read_bytes()
    fewer = tune(tmp_path, DRAWN, trials=2)
    assert (fewer.path.name, recipe_in(fewer.path).chosen.trials) == ("recipe-2-trials.toml", 2)
    assert (more.path.read_bytes(), (more.path.parent / "tuning.json").read_bytes()) == (best, told)
    assert json.loads((more.path.parent / "tuning-2-trials.json").read_text(encoding="utf-8"))["trials"]
    trials = len(more.kept.trials)
    note = f"'recipe.toml' beside 'recipe-2-trials.toml' was chosen from {trials} trials, and stays"
    assert note in fewer.notes


def test_a_recipe_that_does_not_say_what_it_was_chosen_from_stays(tmp_path):
    first, theirs = tune(tmp_path), b"[classifier\nname = damaged \xff"
    first.path.write_text(HEAD, encoding="utf-8")
    assert choosing.trials_behind(first.path) is None
    first.path.write_bytes(theirs)
    again = tune(tmp_path)
    trials = len(again.kept.trials)
    assert (first.path.name, again.path.name) == ("recipe.toml", f"recipe-{trials}-trials.toml")
    assert first.path.read_bytes() == theirs
    assert recipe_in(again.path).chosen.trials == trials
    assert (
        f"'recipe.toml' beside '{again.path.name}' does not say what it was chosen from, and stays"
        in again.notes
    )


def without_path(found) -> str:
    return json.dumps({key: value for key, value in found.to_dict().items() if key != "recipe"})


@pytest.mark.slow
def test_killed_and_gone_on_with_by_two_workers(tmp_path):
    table(tmp_path)
    found_recipe(tmp_path, DRAWN.replace("trials = 5", "trials = 6").replace('"random"', '"tpe"'))
    started = subprocess.Popen(
        [sys.executable, "-m", "earmark", "tune", "songs.csv", "--recipe", "other.toml", "--workers", "1"],
        cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and started.poll() is None and made(tmp_path) < 10:
        time.sleep(0.02)
    os.kill(started.pid, signal.SIGKILL)
    started.wait()
    assert 10 <= made(tmp_path) < 36
    resumed = Lab(tmp_path / "models").tune(tmp_path / "songs.csv", tmp_path / "other.toml", workers=2)
    whole = Lab(tmp_path / "whole").tune(tmp_path / "songs.csv", tmp_path / "other.toml", workers=1)
    assert without_path(resumed) == without_path(whole)
    assert resumed.path.read_bytes() == whole.path.read_bytes()


def made(folder) -> int:
    """Return how many fits are kept."""
    for path in folder.glob("models/tune@*/study.sqlite"):
        with closing(sqlite3.connect(path)) as file:
            try:
                return file.execute("SELECT count(*) FROM fit").fetchone()[0]
            except sqlite3.OperationalError:  # its tables are not there yet
                return 0
    return 0


# -- time budgets


def test_a_time_budget(tmp_path, fits):
    with pytest.raises(TrainingError) as caught:
        tune(tmp_path, DRAWN, budget_s=1e-9)
    assert caught.value.message == "the search ended before one trial was done"
    assert caught.value.hint == "give it more time, or fewer folds"

    def stop(standing, _path):
        if standing.done == 13:  # two trials of each search, and one fit
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tune(tmp_path, DRAWN, budget_s=1000, progress=stop)
    spend(tmp_path, 2000)
    fits.clear()
    late = tune(tmp_path, DRAWN, budget_s=1000)
    assert late.late
    assert [one.state for one in late.kept.trials] == ["done", "done", "open", "open"]
    assert any("until the time was up" in note for note in late.notes)
    assert len(fits) == 2  # the tests only
    assert not tune(tmp_path, DRAWN, budget_s=9000).late


def spend(folder, seconds):
    (path,) = folder.glob("models/tune@*/study.sqlite")
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("UPDATE clock SET spent_s = spent_s + ?", (seconds,))


# -- the study


def test_a_damaged_or_newer_study_is_told(tmp_path):
    found = tune(tmp_path)
    path = found.path.parent / "study.sqlite"
    with closing(sqlite3.connect(path)) as file, file:
        assert file.execute("SELECT count(*) FROM trial").fetchone() == (9,)
        file.execute("PRAGMA user_version = 2")
    with pytest.raises(StoreError, match=r"has version 2; this Earmark reads up to 1 \(upgrade Earmark\)"):
        tune(tmp_path)
    path.write_bytes(b"no database at all, but long enough to be taken for one" * 100)
    with pytest.raises(StoreError, match=r"study\.sqlite' is damaged: .* \(delete the file"):
        tune(tmp_path)


# -- the command line


def test_the_command(tmp_path, monkeypatch, capsys):
    import typer

    from earmark.cli.options.tune import seconds
    from earmark.cli.options.tune import tune as command
    from earmark.cli.tune import tune_and_print

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    table(tmp_path, stripes())
    (tmp_path / "near.toml").write_text(KNN, encoding="utf-8")
    tune_and_print(["songs.csv"], "models", as_json=False, recipe="near.toml", workers=1)
    told = capsys.readouterr().out
    assert "near, tuned, on 180 songs of " in told
    assert "trial  chosen on  accuracy of folds of the training rows: no score" in told
    assert "classifier.n_neighbors = 5  (the recipe as it stands)" in told
    assert "fold 1: chosen on" in told
    assert f"use it: earmark train TABLE --recipe {os.path.join('models', 'tune@')}" in told
    assert [seconds(text) for text in ("90", "90s", "10m", "1.5 h", None)] == [90, 90, 600, 5400, None]
    for text in ("", "ten", "-1s", "0s", "1d", "nan"):
        with pytest.raises(typer.BadParameter, match=r"give it as 90s, 10m or 1\.5h"):
            seconds(text)
    with pytest.raises(typer.BadParameter, match="did you mean 'quick'"):
        command(paths=["songs.csv"], recipe="quik")


def test_ctrl_c_on_the_command_line_says_what_is_kept(tmp_path, monkeypatch, capsys):
    from earmark.cli import tune as face

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    table(tmp_path)
    (tmp_path / "near.toml").write_text(DRAWN, encoding="utf-8")
    real = face._Live.__call__

    def stop(self, standing, path):
        real(self, standing, path)
        if standing.done == 8:
            raise KeyboardInterrupt

    monkeypatch.setattr(face._Live, "__call__", stop)
    with pytest.raises(KeyboardInterrupt):
        face.tune_and_print(["songs.csv"], "models", as_json=False, recipe="near.toml", workers=1)
    assert f"the best recipe so far: {os.path.join('models', 'tune@')}" in capsys.readouterr().err
