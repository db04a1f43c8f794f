"""What is shown while classifiers are compared, and learning curves."""

import io
import json
import re

import pytest

from earmark.cli.curve import curves_and_print
from earmark.cli.leaderboard import LiveBoard
from earmark.models import contest
from earmark.service.curving import learning_curve
from earmark.service.lab import Lab
from earmark.service.standing import Place, Standings
from earmark.service.training import Table
from lessons import frame, table

NAMES = ("dummy", "lda", "naive-bayes")


@pytest.fixture
def songs(tmp_path):
    return table(tmp_path, frame(90, artists=10, noise=0.8))


def compare(songs, **how):
    return Lab(songs.parent / "models").compare(songs, NAMES, workers=1, **how)


def test_standings_grow_to_the_leaderboard(songs):
    seen = []
    found = compare(songs, watch=seen.append)
    assert [one.done for one in seen] == list(range(1, 16))
    assert all(one.total == 15 and one.folds == 5 for one in seen)
    assert [(one.name, one.folds) for one in seen[0].places] == [("dummy", 1)]
    last = seen[-1].places
    assert [one.accuracy for one in last] == sorted((one.accuracy for one in last), reverse=True)
    assert {one.name: pytest.approx(one.accuracy, abs=1e-6) for one in last} == {
        one.name: one.evaluation.tracks.value("accuracy") for one in found.standings
    }
    assert {one.name: one.model_bytes for one in last} == {
        one.name: one.model_bytes for one in found.standings
    }
    again = []
    compare(songs, watch=again.append)
    assert [one.done for one in again] == [15]  # what is kept is shown at once


def places(*told) -> tuple[Place, ...]:
    return tuple(Place(name, folds, accuracy, 0.5, 0.1, 2048) for name, folds, accuracy in told)


def test_without_a_terminal_a_line_for_each(capsys):
    with LiveBoard() as board:
        board.watch(Standings(places(("lda", 1, 0.5)), 2, 1, 4))
        board("lda", 1, 4)
        for _ in range(2):
            board.watch(Standings(places(("lda", 2, 0.625), ("knn", 1, 0.5)), 2, 3, 4))
        board.watch(Standings(places(("knn", 2, 0.75), ("lda", 2, 0.625)), 2, 4, 4))
    assert capsys.readouterr().err.splitlines() == [
        "lda: accuracy 0.625, 0.50 s a fit; 3 of 4 fits done",
        "knn: accuracy 0.750, 0.50 s a fit; 4 of 4 fits done",
    ]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_on_a_terminal_rows_change_places(monkeypatch):
    written = Terminal()
    monkeypatch.setattr("sys.stderr", written)
    monkeypatch.setenv("TERM", "xterm")
    with LiveBoard() as board:
        board.watch(Standings(places(("lda", 1, 0.5)), 2, 1, 4))
        board.watch(Standings(places(("knn", 1, 0.75), ("lda", 1, 0.5)), 2, 2, 4))
        board("knn", 2, 4)
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", written.getvalue())
    assert text.index("lda") < text.index("knn") < text.rindex("lda")
    assert re.search(r"1 +knn +0\.750", text)
    assert "1/2" in text
    assert "2 of 4 fits" in text
    assert "fits/s" in text
    assert "left" in text


@pytest.fixture
def fits(monkeypatch):
    """Count the fits that are made in this process."""
    made = []
    real = contest.trial

    def trial(name, fold, *rest):
        made.append((name, fold))
        return real(name, fold, *rest)

    trial.__module__ = real.__module__  # a task must be Earmark's own
    monkeypatch.setattr(contest, "trial", trial)
    return made


def test_a_learning_curve(songs, fits):
    asked, folder = Table(songs), songs.parent / "models"

    def stop(_name, done, _all):
        if done == 7:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        learning_curve(asked, ["lda"], folder=folder, workers=1, progress=stop)
    found = learning_curve(asked, ["lda"], folder=folder, workers=1)
    assert len(fits) == len(set(fits)) == 30
    points = found.points["lda"]
    assert [one.share for one in points] == [0.1, 0.2, 0.4, 0.6, 0.8, 1.0]
    assert [one.groups for one in points] == sorted(one.groups for one in points)
    assert (points[-1].groups, points[-1].rows) == (24, 72)
    assert points[-1].test.value == pytest.approx(
        Lab(folder).compare(songs, ["lda"], workers=1).standings[0].evaluation.tracks.value("accuracy"),
        abs=1e-6,
    )
    assert points[0].test.value < points[-1].test.value
    assert points[0].train > points[0].test.value
    kept = json.loads((found.folder / "curve.json").read_text(encoding="utf-8"))
    assert kept == json.loads(json.dumps(found.to_dict()))
    assert kept["curves"]["lda"][0]["test"]["value"] == points[0].test.value


def test_a_learning_curve_is_printed(songs, capsys):
    curves_and_print(
        [str(songs)],
        str(songs.parent / "models"),
        as_json=False,
        recipe="forest",
        classifiers=["dummy"],
        workers=1,
    )
    lines = capsys.readouterr().out.splitlines()
    assert lines[2].split() == ["dummy", "groups", "songs", "accuracy", "on", "what", "it", "learnt"]
    assert [line.split()[0] for line in lines[3:9]] == ["10%", "20%", "40%", "60%", "80%", "100%"]
    assert lines[-1].startswith("kept: ")
