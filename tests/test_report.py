"""`earmark report`: one page on models, with what was measured and what was kept apart."""

import subprocess
import sys

import pandas as pd
import pytest

from browser import Browser
from earmark.errors import ArgumentError, BundleError, StoreError
from earmark.service import reporting
from earmark.service.lab import Lab
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
    ):
        assert words in text, words
    assert "<i>pop" not in text
    assert found.models[0][1] == pytest.approx(1.0)
    assert reporting.report(trained[:1], tmp_path / "again.html").page.read_bytes() == found.page.read_bytes()


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
        assert browser.value("document.querySelectorAll('#models tbody tr').length") == 2
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
