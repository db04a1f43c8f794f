"""Studies run again: what is done is kept, what is missing is named, what is printed says what it is."""

import doctest
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from earmark.cli import reproduce as printing
from earmark.dataset.reading import read
from earmark.dataset.split import folds
from earmark.errors import TableError, UnknownNameError
from earmark.evaluate import Score
from earmark.executors import executor
from earmark.models import learning
from earmark.models.lesson import lesson
from earmark.models.pipeline import columns_of
from earmark.models.recipe import Choice, Recipe
from earmark.models.train import rows_of
from earmark.reproduce import REPRODUCTIONS, Figure, Reproduced, Sheet, bench, scoring
from earmark.reproduce.bench import Bench
from earmark.service import reproducing
from lessons import frame, table

PAGE = (Path(__file__).parents[1] / "docs" / "reproduce.md").read_text(encoding="utf-8")
RECIPES = {"lda": Recipe(Choice("lda")), "bayes": Recipe(Choice("naive-bayes"))}


@pytest.fixture
def fits(monkeypatch):
    """Count the fits that are made in this process."""
    made = []
    real = learning.answer

    def answer(number, recipe, *rest):
        made.append(recipe["classifier"]["name"])
        return real(number, recipe, *rest)

    answer.__module__ = real.__module__  # a task must be Earmark's own
    monkeypatch.setattr(learning, "answer", answer)
    return made


def answered(folder, recipes=RECIPES, seed=0, progress=None):
    """Answer two folds of a small table by each recipe, as a study does."""
    return at_a_bench(folder, recipes, seed, progress)[0]


def at_a_bench(folder, recipes=RECIPES, seed=0, progress=None):
    """Do so, and return the bench as well."""
    given = lesson(read(table(folder, frame(60, artists=10))))
    columns = columns_of(given.dataset.schema, RECIPES["lda"])
    drawn = folds(given.dataset, 2, seed=seed).folds
    with executor("inline") as work, Bench(folder, folder / "kept", work, progress) as place:
        return place.answers("learning", recipes, columns, rows_of(given, columns), drawn), place


def test_what_was_done_is_not_done_again(tmp_path, fits):
    told = []
    first = answered(tmp_path, progress=lambda *one: told.append(one))
    assert sorted(fits) == ["lda", "lda", "naive-bayes", "naive-bayes"]
    assert told == [("learning", done, 4) for done in range(5)]
    again = answered(tmp_path)
    assert len(fits) == 4
    for name in RECIPES:
        for one, other in zip(first[name], again[name], strict=True):
            np.testing.assert_array_equal(one, other)
            assert one.shape[1] == 3


def test_other_rows_or_recipes_are_learnt_anew(tmp_path, fits):
    answered(tmp_path)
    answered(tmp_path, seed=1)
    assert len(fits) == 8
    answered(tmp_path, {"other": Recipe(Choice("lda", {"shrinkage": 0.5}))})
    assert len(fits) == 10
    answered(tmp_path, {"another name": RECIPES["lda"]})
    assert len(fits) == 10


def test_what_other_code_did_is_told(tmp_path, fits, monkeypatch):
    monkeypatch.setattr(bench, "code_digest", lambda: "before")
    only = {"lda": RECIPES["lda"]}
    assert at_a_bench(tmp_path, only)[1].by_other_code == 0
    monkeypatch.setattr(bench, "code_digest", lambda: "now")
    assert at_a_bench(tmp_path)[1].by_other_code == 2
    assert len(fits) == 4
    # What was taken over stays known for what it is.
    assert at_a_bench(tmp_path)[1].by_other_code == 2
    assert at_a_bench(tmp_path, {"bayes": RECIPES["bayes"]})[1].by_other_code == 0
    assert printing.taken_over(2, tmp_path / "club") == (
        "2 pieces of work were done before by other code of Earmark; to do all anew, delete "
        f"'{tmp_path / 'club'}'"
    )


def test_an_interruption_costs_the_fit_under_way(tmp_path, fits):
    def stop(_stage, done, _total):
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        answered(tmp_path, progress=stop)
    answered(tmp_path)
    assert len(fits) == 4


def test_data_that_is_missing_is_named(tmp_path, monkeypatch):
    monkeypatch.delenv("EARMARK_DATA", raising=False)
    with pytest.raises(TableError) as caught:
        reproducing.reproduce("gtzan-table", folder=tmp_path)
    assert caught.value.message == "'gtzan-table' needs public data, and no folder of data is named"
    assert caught.value.hint.startswith(
        "name it with --data or in EARMARK_DATA; it holds gtzan/features_30_sec.csv (the published 58 columns"
    )
    with pytest.raises(TableError) as caught:
        reproducing.reproduce("gtzan-table", tmp_path, tmp_path)
    assert "needs 'gtzan/features_30_sec.csv', which is not in '" in caught.value.message
    assert "B. Sturm's index" in caught.value.hint
    with pytest.raises(TableError, match=r"there is no 'x\.csv'"):
        Bench(tmp_path, tmp_path, None).path("x.csv")


def test_an_unknown_study():
    with pytest.raises(UnknownNameError, match="did you mean 'gtzan-table'"):
        reproducing.reproduce("gtzan-tabel")


@pytest.mark.parametrize("name", list(REPRODUCTIONS))
def test_every_study_says_what_it_is(name):
    one = REPRODUCTIONS[name]
    assert one.source
    assert one.claim
    assert one.files
    assert all(file.what for file in one.files)
    assert one in reproducing.studies()
    assert f"`{name}`" in PAGE


def test_what_is_printed(capsys):
    found = Reproduced(
        (
            Figure("boosting, accuracy", 0.84, 0.79, 0.791, Score(0.576, 0.51, 0.64), "luck"),
            Figure("forest, accuracy", faithful=0.5),
        ),
        (Sheet("Genres", ("genre", "songs"), (("blues", "5"),), "few"),),
        "random rows",
        "by artist",
        ("a remark",),
    )
    printing._print(found)
    assert capsys.readouterr().out.splitlines() == [
        "                    claimed  re-run  FAITHFUL                honest",
        "boosting, accuracy    0.840   0.790     0.791  0.576 [0.510, 0.640]  luck",
        "forest, accuracy          -       -     0.500                     -",
        "FAITHFUL: random rows",
        "honest: by artist",
        "FAITHFUL repeats the study's own mistakes: not to be believed",
        "",
        "Genres",
        "  genre  songs",
        "  blues      5",
        "  few",
        "",
        "note: a remark",
    ]
    assert json.loads(json.dumps(found.to_dict()))["figures"][0]["honest"]["low"] == 0.51


def test_the_studies_are_listed(capsys):
    printing.list_studies(as_json=False)
    assert capsys.readouterr().out.startswith("gtzan-table  a data science notebook")
    printing.list_studies(as_json=True)
    assert json.loads(capsys.readouterr().out)["reproductions"][0]["name"] == "gtzan-table"


def test_the_page_names_every_file():
    for name in REPRODUCTIONS:
        for file in REPRODUCTIONS[name].files:
            assert f"`{file.path}`" in PAGE


def program(*arguments):
    """Run the program without a folder of data."""
    around = {name: value for name, value in os.environ.items() if name != "EARMARK_DATA"}
    command = [sys.executable, "-m", "earmark", "reproduce", *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True, env=around)


def test_the_program_says_what_is_missing(tmp_path):
    said = program("club", "-o", str(tmp_path))
    assert (said.returncode, said.stdout) == (1, "")
    assert said.stderr.startswith(
        "error: 'club' needs public data, and no folder of data is named\nhint: name it"
    )
    said = program("clap")
    assert said.returncode == 2
    assert "did you mean 'club'?" in said.stderr


def test_the_examples_run(tmp_path):
    names = {"folder": tmp_path, "executor": executor}
    for module in (printing, bench, scoring):
        assert doctest.testmod(module, extraglobs=names).failed == 0
