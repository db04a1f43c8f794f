"""Classifiers compared: on the same folds, resumable, whoever does the work."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from earmark.errors import TrainingError, UnknownNameError
from earmark.models import contest
from earmark.service.lab import Lab
from lessons import frame, table

QUICK = ("lda", "naive-bayes", "dummy")


@pytest.fixture
def trials(monkeypatch):
    """Count the fits that are made in this process."""
    made = []
    real = contest.trial

    def trial(name, fold, *rest):
        made.append((name, fold))
        return real(name, fold, *rest)

    trial.__module__ = real.__module__  # a task must be Earmark's own
    monkeypatch.setattr(contest, "trial", trial)
    return made


def compare(folder, *names, workers=1, **how):
    return Lab(folder / "models").compare(folder / "songs.csv", names, workers=workers, **how)


def figures(found) -> list:
    return [(one.name, one.evaluation.to_json()) for one in found.standings]


def test_the_best_comes_first(tmp_path, trials):
    table(tmp_path, frame(120, artists=10, noise=0.3))
    found = compare(tmp_path, "dummy", "lda", "naive-bayes")
    assert [one.name for one in found.standings][-1] == "dummy"
    assert found.standings[0].evaluation.tracks.value("accuracy") > 0.95
    dummy = found.standings[-1]
    assert dummy.evaluation.tracks.value("accuracy") == pytest.approx(1 / 3, abs=0.05)
    assert dummy.against_best.better == found.standings[0].name
    assert not dummy.ties
    assert found.standings[1].ties
    assert found.standings[0].against_best is None
    assert found.stamp.startswith("made by artist")
    assert all(one.learning_s > 0 and one.latency_ms > 0 and one.model_bytes > 100 for one in found.standings)
    kept = json.loads((found.folder / "leaderboard.json").read_text(encoding="utf-8"))
    assert [one["name"] for one in kept["standings"]] == [one.name for one in found.standings]
    assert len(trials) == 15


def test_what_is_done_is_not_done_again(tmp_path, trials):
    table(tmp_path)
    first = compare(tmp_path, *QUICK[:2])
    assert len(trials) == 10
    assert figures(compare(tmp_path, *QUICK[:2])) == figures(first)
    assert len(trials) == 10
    compare(tmp_path, *QUICK)
    assert trials[10:] == [("dummy", fold) for fold in range(5)]
    assert len(list((first.folder / "journal").glob("*.journal"))) == 1


def test_what_was_done_for_other_labels_is_none_of_it(tmp_path, trials):
    """The same table with another column of genres, or other groups, is learnt from anew."""
    songs = frame(60, artists=10)
    names = sorted(set(songs["genre"]))
    songs["kind"] = songs["genre"].map(dict(zip(names, [*names[1:], names[0]], strict=True)))
    songs["session"] = [f"session {row // 3}" for row in range(len(songs))]
    table(tmp_path, songs)
    compare(tmp_path, "lda", label="genre", without=["kind", "session"])
    compare(tmp_path, "lda", label="kind", without=["genre", "session"])
    assert len(trials) == 10
    compare(tmp_path, "lda", label="kind", groups=["session"], without=["genre", "session"])
    assert len(trials) == 15


def test_an_interruption_costs_what_was_under_way(tmp_path, trials):
    table(tmp_path)

    def stop(_name, done, _all):
        if done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        compare(tmp_path, *QUICK, progress=stop)
    resumed = compare(tmp_path, *QUICK)
    assert len(trials) == len(set(trials)) == 15
    other = Lab(tmp_path / "other").compare(tmp_path / "songs.csv", QUICK, workers=1)
    assert figures(other) == figures(resumed)


@pytest.mark.slow
def test_killed_and_resumed_on_other_workers(tmp_path):
    table(tmp_path)
    done = subprocess.Popen(
        [sys.executable, "-m", "earmark", "compare", "songs.csv", "--workers", "1",
         *(part for name in (*QUICK, "gaussian-process", "stack") for part in ("--classifier", name))],
        cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and done.poll() is None:
        if any(path.stat().st_size > 5000 for path in tmp_path.glob("models/compare@*/journal/*.journal")):
            break
        time.sleep(0.05)
    os.kill(done.pid, signal.SIGKILL)
    done.wait()
    found = compare(tmp_path, *QUICK, workers=2)
    other = Lab(tmp_path / "other").compare(tmp_path / "songs.csv", QUICK, workers=1)
    assert figures(found) == figures(other)


def test_a_classifier_that_fails_is_a_line(tmp_path, monkeypatch):
    table(tmp_path)
    real = contest.learn

    def learn(recipe, *rest):
        if recipe.classifier.name == "dummy":
            raise TrainingError("too dull", "take another")
        return real(recipe, *rest)

    monkeypatch.setattr(contest, "learn", learn)
    found = compare(tmp_path, "dummy", "lda")
    assert [(one.name, one.error) for one in found.standings] == [
        ("lda", ""),
        ("dummy", "too dull (take another)"),
    ]
    with pytest.raises(TrainingError, match="no classifier could learn: dummy: too dull"):
        compare(tmp_path, "dummy")


def test_names_that_are_none(tmp_path):
    table(tmp_path)
    with pytest.raises(UnknownNameError, match="did you mean 'lda'"):
        compare(tmp_path, "ldaa")


def test_the_naive_score_beside(tmp_path):
    table(tmp_path)
    found = compare(tmp_path, "lda", naive=True)
    (one,) = found.standings
    assert one.evaluation.naive.tracks.rows == 60
    assert compare(tmp_path, "lda").standings[0].evaluation.naive is None


def test_a_search_that_is_left_out_is_told(tmp_path):
    table(tmp_path)
    (tmp_path / "searched.toml").write_text('[search]\ntrials = 2\n[classifier]\nname = "lda"\n')
    found = Lab(tmp_path / "models").compare(
        tmp_path / "songs.csv", ["lda"], tmp_path / "searched.toml", workers=1
    )
    assert "the search of 'recipe' is left out: earmark tune" in found.notes
