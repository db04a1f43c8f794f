"""`earmark card`: what there is in a table, by known answers; Markdown that comes back as it went."""

import doctest
import json
import subprocess
import sys

import pandas as pd
import pytest

from earmark.dataset.facts import Facts, facts
from earmark.errors import StoreError
from earmark.models.bundle import BUILT_IN
from earmark.report import markdown as markdown_module
from earmark.report import told as told_module
from earmark.report.markdown import markdown, sections
from earmark.report.page import Code, Drawn, Folded, Head, Items, Page, Rows, Section, Words
from earmark.service import carding, checking
from earmark.service.training import Table

EVIL = "<b>|rock|</b> [x](http://y) *`"


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    path = tmp_path_factory.mktemp("cards") / "songs.csv"
    frame = pd.DataFrame(
        {
            "track_id": ["a", "a", "b", "c", "d", "e"],
            "segment": [0, 1, 0, 0, 0, 0],
            "artist": ["Ann", "Ann", "Bob", "Bob", None, "Cid"],
            "sources": ["deezer", "deezer", "spotify; deezer", "own", "own", "own"],
            "tempo": [100.0, 101.5, 90.0, None, 120.0, 88.0],
            "genre": ["jazz", "jazz", EVIL, EVIL, "jazz", None],
        }
    )
    frame.to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def found(table):
    return facts(checking.read(table))


@pytest.mark.parametrize("module", [markdown_module, told_module])
def test_examples_in_docstrings(module):
    assert doctest.testmod(module).failed == 0


def test_a_table_is_counted(found):
    assert found.rows == 6
    assert {one.kind: (one.number, one.rows_unknown) for one in found.counted} == {
        "artist": (3, 1), "track": (5, 0),
    }  # fmt: skip
    assert [(one.genre, one.rows, one.tracks, one.artists) for one in found.genres] == [
        ("jazz", 3, 2, 1), (EVIL, 2, 2, 1), ("", 1, 1, 1),
    ]  # fmt: skip
    tempo = next(one for one in found.columns if one.name == "tempo")
    assert (tempo.low, tempo.high, tempo.missing, tempo.role) == (88.0, 120.0, 1, "feature")


def test_sources_bring_their_terms(found):
    assert [(one.title, one.training) for one in found.sources] == [("Deezer", True), ("Spotify", False)]
    assert "forbids training models" in found.sources[1].terms


def test_facts_come_back_from_json(found):
    assert Facts.from_dict(json.loads(json.dumps(found.to_dict()))) == found


def test_a_card_holds_all_of_it_and_its_names_are_no_markup(table, tmp_path):
    made = carding.card(Table(table), tmp_path / "card.md", "earmark card songs.csv")
    assert (made.rows, made.genres) == (6, 2)
    text = made.card.read_text(encoding="utf-8")
    for words in (
        "| artists | 3 | artist | 1 |",
        "| jazz | 3 | 50.0 % | 2 | 1 |",
        "| Spotify | no | https://developer.spotify.com/policy |",
        "missing-values",
        "| tempo | number | feature |  | 88 | 120 | 1 |",
        "`earmark card songs.csv`",
    ):
        assert words in text, words
    assert r"\<b>\|rock\|\</b> [x]\(http://y) \*\`" in text
    assert carding.card(Table(table), made.card, "earmark card songs.csv").card.read_text("utf-8") == text
    (tmp_path / "mine.md").write_text("mine", encoding="utf-8")
    with pytest.raises(StoreError, match="is there already and no card of Earmark"):
        carding.card(Table(table), tmp_path / "mine.md")


def test_a_page_is_the_same_from_its_card():
    rows = Rows("Figures", [Head("name", "text"), Head("a|b", "text")], [[EVIL, "1"], ["", "2"]])
    blocks = [Words(EVIL), Items(["one", EVIL]), rows, Code("a = `1`\n\n# no heading")]
    pictured = [*blocks, Drawn("<svg></svg>", 1.0)]
    page = Page("Title", "lead", [("rows", "3")], [Section("All", [Folded("open", pictured)])])
    back = {one.title: one for one in sections(markdown(page))}
    assert back["What it is"].blocks == [Words("lead"), Items(["rows: 3"])]
    shown = [one for one in back["All"].blocks if one != Words("Figures:")]
    assert shown[: len(blocks)] == blocks


def test_the_built_in_models_card_reads_whole():
    text = (BUILT_IN / "card.md").read_text(encoding="utf-8")
    found = sections(text)
    assert [one.title for one in found] == [
        "What it is", "Made from", "What it reaches on artists it has not heard", "Verdicts",
        "Sounds that are not music", "Limits", "Licences",
    ]  # fmt: skip
    tables = [block for one in found for block in one.blocks if isinstance(block, Rows)]
    assert [(len(one.heads), len(one.rows)) for one in tables] == [(8, 2), (5, 5)]


def test_the_command_says_where_the_card_lies(table, tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "earmark", "card", table, "-o", "c.md"],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "6 rows, 2 genres" in done.stdout
    assert "card: c.md" in done.stdout
