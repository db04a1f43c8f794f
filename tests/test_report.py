"""`earmark report`: one page on models, with what was measured and what was kept apart."""

import doctest
import shlex
import shutil
import subprocess
import sys

import pandas as pd
import pytest

from browser import Browser
from earmark.errors import ArgumentError, BundleError, StoreError, TrainingError
from earmark.models import contest
from earmark.service import reporting
from earmark.service.lab import Lab
from earmark.service.training import Table
from test_cluster_songs import planted


@pytest.fixture(scope="session")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lab")
    values, codes = planted(songs=90)
    frame = pd.DataFrame(values, columns=["low", "middle", "high", "noise"])
    frame.insert(0, "genre", [["jazz", "rock", "<i>pop</i>"][code] for code in codes])
    frame.insert(0, "artist", [f"artist {at // 3 % 15}" for at in range(len(frame))])
    frame.to_csv(folder / "songs.csv", index=False)
    lab = Lab(folder / "models")
    return [
        lab.train(folder / "songs.csv", "quick", naive=True).folder,
        lab.train(folder / "songs.csv", "quick", seed=1).folder,
    ]


def test_a_page_holds_what_was_measured(trained, tmp_path):
    found = reporting.report(trained[:1], tmp_path / "page.html")
    text = found.page.read_text(encoding="utf-8")
    for words in (
        "macro F1",
        "calibration error",
        "NAIVE, random rows",
        "Certificate",
        "disjoint in artist",
        "name = &quot;quick&quot;",
        "15 groups were shared out, the largest of 6 rows, drawn with seed 0",
        '<td class="text">artists</td><td data-value="15">15</td>',
        "Shares of each genre&#x27;s songs by answer",
    ):
        assert words in text, words
    assert "<i>pop" not in text
    assert found.models[0][1] == pytest.approx(1.0)
    assert reporting.report(trained[:1], tmp_path / "again.html").page.read_bytes() == found.page.read_bytes()


def test_its_card_tells_the_same(trained, tmp_path):
    """Every table of the model's card is on the page, cell by cell."""
    page = reporting.report(trained[:1], tmp_path / "page.html").page.read_text(encoding="utf-8")
    card = (trained[0] / "card.md").read_text(encoding="utf-8")
    lines = [line.strip("| ").split(" | ") for line in card.splitlines() if line.startswith("| ")]
    assert len(lines) > 30
    for cell in {cell.replace("\\", "") for line in lines for cell in line}:
        assert cell.replace("<", "&lt;").replace(">", "&gt;").strip() in page, cell


def test_a_split_that_was_changed_is_not_believed(trained, tmp_path):
    spoilt = tmp_path / "spoilt"
    shutil.copytree(trained[0], spoilt)
    whole = (spoilt / "split.json").read_text(encoding="utf-8")
    (spoilt / "split.json").write_text(whole.replace('"naive": false', '"naive": true'), encoding="utf-8")
    with pytest.raises(BundleError, match=r"split\.json' is damaged: its checksum differs"):
        reporting.report([spoilt], tmp_path / "page.html")


@pytest.mark.slow
def test_the_command_on_the_page_makes_the_model_again(trained, tmp_path):
    card = (trained[0] / "card.md").read_text(encoding="utf-8")
    *_, recipe, _ = card.split("```")
    (tmp_path / "recipe.toml").write_text(recipe.strip(), encoding="utf-8")
    (command,) = [line for line in card.splitlines() if line.startswith("earmark train ")]
    subprocess.run(
        [sys.executable, "-m", *shlex.split(command)], cwd=tmp_path, capture_output=True, check=True
    )
    (again,) = (tmp_path / "models").iterdir()
    assert again.name == trained[0].name
    assert (again / "evaluation.json").read_bytes() == (trained[0] / "evaluation.json").read_bytes()


def test_the_table_beside_tells_of_traps_and_of_learning(trained, tmp_path):
    table = Table(trained[0].parents[1] / "songs.csv")
    found = reporting.report(trained[:1], tmp_path / "page.html", table=table, curve=True, workers=1)
    text = found.page.read_text(encoding="utf-8")
    for words in ("label-guessed", "Would more songs help", " from 10 to 12 groups"):
        assert words in text, words
    other = tmp_path / "other.csv"
    pd.read_csv(table.paths).iloc[1:].to_csv(other, index=False)
    with pytest.raises(ArgumentError, match="'quick' learnt from another table than"):
        reporting.report(trained[:1], tmp_path / "page.html", table=Table(other))
    with pytest.raises(ArgumentError, match="a learning curve without a table"):
        reporting.report(trained[:1], tmp_path / "page.html", curve=True)


def test_the_built_in_model_is_told_by_its_card(trained, tmp_path):
    found = reporting.report(["gtzan10"], tmp_path / "page.html")
    assert "What it reaches on artists it has not heard" in found.page.read_text(encoding="utf-8")
    both = reporting.report([*trained[:1], "gtzan10"], tmp_path / "page.html")
    assert [name for name, _ in both.models] == ["quick", "gtzan10"]


def test_several_models_stand_side_by_side(trained, tmp_path):
    found = reporting.report(trained, tmp_path / "page.html")
    assert [accuracy for _, accuracy in found.models] == sorted(
        (one for _, one in found.models), reverse=True
    )
    browser = Browser(tmp_path / "profile")
    try:
        browser.open(found.page.as_uri())
        assert browser.complaints == []
        assert [one for one in browser.requests if not one.startswith("data:")] == [found.page.as_uri()]
        assert browser.value("document.querySelectorAll('#models table tbody tr').length") == 2
        assert browser.value("document.documentElement.scrollWidth <= innerWidth")
    finally:
        browser.close()


def test_what_cannot_be_told_is_said(trained, tmp_path):
    with pytest.raises(ArgumentError, match="a report of no model"):
        reporting.report([], tmp_path / "page.html")
    with pytest.raises(BundleError):
        reporting.report([tmp_path], tmp_path / "page.html")
    (tmp_path / "page.html").write_text("mine", encoding="utf-8")
    with pytest.raises(StoreError, match="is there already and no page of Earmark"):
        reporting.report(trained, tmp_path / "page.html")


def test_the_command_names_models_the_best_first(trained, tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "earmark", "report", *trained, "-o", "p.html"],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.count("accuracy") == 2
    assert "page: p.html" in done.stdout


def test_a_point_of_a_curve_that_cannot_be_had_is_said(trained, tmp_path):
    """Of one song a genre LDA learns nothing; of two it does."""
    table = Table(trained[0].parents[1] / "songs.csv")
    frame = pd.read_csv(table.paths).groupby("genre").head(10)
    frame["artist"] = [f"artist {at}" for at in range(len(frame))]
    frame.to_csv(tmp_path / "few.csv", index=False)
    made = Lab(tmp_path / "models").train(tmp_path / "few.csv", "quick")
    few = Table(tmp_path / "few.csv")
    page = reporting.report([made.folder], tmp_path / "page.html", table=few, curve=True, workers=1).page
    text = page.read_text(encoding="utf-8")
    assert "Not measured at 10 % of the groups: " in text
    assert "could not be measured" not in text
    assert "accuracy changes by" in text
    assert '<td data-value="0.2">20.0 %</td>' in text
    assert '<td data-value="0.1">' not in text


def test_examples_run():
    assert doctest.testmod(reporting) == (0, 1)


def test_a_page_without_a_curve_says_why(trained, tmp_path, monkeypatch):
    def learn(*_):
        raise TrainingError("too dull", "take another")

    monkeypatch.setattr(contest, "learn", learn)
    table = Table(trained[0].parents[1] / "songs.csv")
    model = shutil.copytree(trained[0], tmp_path / trained[0].name)  # no fit lies beside it
    page = reporting.report([model], tmp_path / "page.html", table=table, curve=True, workers=1).page
    text = page.read_text(encoding="utf-8")
    assert "That could not be measured: no classifier could learn: lda: too dull (take another)" in text
    assert "accuracy changes by" not in text
    assert "macro F1" in text
