"""`earmark explore`: known answers of the numbers, the page in a browser, pictures of what was found."""

import doctest
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from browser import Browser
from earmark.cli.app import app
from earmark.errors import ArgumentError, StoreError, UnknownNameError
from earmark.explore import songs as songs_module
from earmark.explore.lengths import Lengths, lengths
from earmark.explore.overview import overview, spearman, tables
from earmark.explore.pictures import Pictures
from earmark.figures import colours, rows
from earmark.report import page as page_module
from earmark.report.exploration import exploration
from earmark.report.page import Head, Page, Rows, Section, Words, html
from earmark.service import checking, exploring

NASTY = '<b>rock & "roll"</b> $x$'


def made(songs: int = 60, pieces: int = 2) -> pd.DataFrame:
    """Return songs in pieces: `high` differs between genres, `noise` does not, `gappy` has gaps."""
    rng = np.random.default_rng(4)
    song = np.repeat(np.arange(songs), pieces)
    genre = np.array(["jazz", NASTY, "поп"])[song % 3]
    of_song = rng.normal(size=songs)
    table = pd.DataFrame(
        {
            "track_id": [f"song-{one}" for one in song],
            "segment": np.tile(np.arange(pieces), songs),
            "artist": [f"artist-{one // 3 // 2 * 3 + one % 3}" for one in song],
            "genre": genre,
            "high": 100 + 30 * (song % 3) + 10 * of_song[song] + rng.normal(size=len(song)),
            "noise": rng.normal(size=songs)[song] + 0.1 * rng.normal(size=len(song)),
            "gappy": np.where(song % 6 == 0, np.nan, rng.gamma(2, 5, len(song))),
        }
    )
    table.loc[10, "high"] = table.loc[11, "high"] = 4000.0
    return table


@pytest.fixture(scope="session")
def table(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("tables") / "songs.csv"
    made().to_csv(path, index=False)
    return path


@pytest.fixture(scope="session")
def found(table):
    return overview(checking.read(table))


@pytest.fixture(scope="session")
def written(table, tmp_path_factory):
    folder = tmp_path_factory.mktemp("explored")
    return exploring.explore(
        checking.read(table), folder / "page.html", tables=folder / "t", figures=folder / "f"
    )


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    opened = Browser(tmp_path_factory.mktemp("profile"))
    yield opened
    opened.close()


@pytest.mark.parametrize("module", [colours, rows, page_module, songs_module, exploring])
def test_examples_in_docstrings(module):
    assert doctest.testmod(module).failed == 0


def test_songs_are_counted_once_and_artists_are_the_unit(found):
    assert found.songs.unit == "artist"
    assert found.songs.values.shape == (60, 3)
    assert [(one.songs, one.rows, one.units) for one in found.genres] == [(20, 40, 10)] * 3
    piece = made()
    assert found.songs.values[found.songs.names.index("song-7"), 0] == pytest.approx(
        piece[piece.track_id == "song-7"].high.mean()
    )


def test_a_planted_difference_is_the_first_and_noise_is_none(found):
    high, noise, gappy = found.columns
    assert found.telling[0] == 0
    assert high.difference.p_adjusted < 1e-4
    assert high.difference.units == 30
    assert noise.difference.p_adjusted > 0.05
    assert noise.difference.correlation > 0.3
    assert gappy.known == 50
    assert all(pair.p < 0.05 for pair in high.pairs)
    assert not noise.pairs


def test_outliers_and_gaps_are_listed_by_song_and_genre(found):
    assert (found.outliers[0].song, found.outliers[0].column) == ("song-5", "high")
    assert found.outliers[0].value == 4000.0
    (gaps,) = found.missing
    assert (gaps.column, gaps.rows) == ("gappy", 20)
    assert gaps.worst_share == 0.5


def test_units_can_be_chosen_and_must_be_there(table):
    dataset = checking.read(table)
    assert overview(dataset, "row").columns[0].difference.units == 120
    assert overview(dataset, "track").columns[0].difference.units == 60
    with pytest.raises(ArgumentError, match="does not tell of each row's album") as raised:
        overview(dataset, "album")
    assert raised.value.hint == "take one of artist, track, row"


def test_a_table_without_genres_or_numbers(tmp_path):
    plain = tmp_path / "plain.csv"
    pd.DataFrame({"tempo": [1.0, 2.0, 3.5], "energy": [3.0, 1.0, 2.0]}).to_csv(plain, index=False)
    found = overview(checking.read(plain))
    assert [one.genre for one in found.genres] == ["all songs"]
    assert html(exploration(found)).count("<figure") >= 3
    words = tmp_path / "words.csv"
    pd.DataFrame({"title": ["one song", "another song"], "genre": ["a", "b"]}).to_csv(words, index=False)
    with pytest.raises(ArgumentError, match="has no feature that is a number"):
        overview(checking.read(words))


def test_more_than_thirty_genres_are_the_most_frequent(tmp_path):
    path = tmp_path / "many.csv"
    genre = np.repeat([f"g{one:02}" for one in range(40)], np.r_[np.full(30, 4), np.full(10, 2)])
    pd.DataFrame({"genre": genre, "tempo": np.arange(len(genre)) * 1.5}).to_csv(path, index=False)
    found = overview(checking.read(path))
    assert len(found.genres) == 30
    assert "the 30 most frequent of 40 genres; 20 rows of others left out" in found.notes


def test_spearman_agrees_with_pandas(found):
    values = pd.DataFrame(found.songs.values)
    assert spearman(found.songs.values) == pytest.approx(values.corr("spearman").to_numpy())


def test_density_is_one_in_all_and_agrees_with_scipy():
    from scipy.stats import gaussian_kde

    sample = np.random.default_rng(0).normal(size=500)
    grid = np.linspace(-4, 4, 81)
    ours = rows.density(sample, grid)
    width = 0.9 * min(sample.std(), np.subtract(*np.percentile(sample, [75, 25])) / 1.349) * 500**-0.2
    assert ours == pytest.approx(gaussian_kde(sample, width / sample.std(ddof=1))(grid), abs=0.004)


def test_a_genre_keeps_its_colour_on_every_picture(found):
    chosen = colours.genre_colours(found.songs.classes)
    for picture in Pictures(found):
        shown = getattr(picture.chart, "genres", None)
        if isinstance(shown, list):
            assert {one.name: one.colour for one in shown} == chosen


def test_pictures_are_equal_for_equal_tables_and_inside_their_page(found):
    for picture in Pictures(found):
        once = picture.draw().inline()
        assert once == picture.draw().inline()
        assert "DejaVu" not in once
        assert "#1b1d22" not in once  # the page's own ink, light or dark


def test_everything_is_written_beside(written):
    names = {path.name for path in written.files}
    assert {
        "genres.csv",
        "columns.csv",
        "pairs.csv",
        "missing.csv",
        "outliers.csv",
        "correlations.csv",
    } <= names
    assert {"genres.png", "genres.dark.png", "column-high.png", "correlations.dark.png"} <= names
    columns = pd.read_csv(next(path for path in written.files if path.name == "columns.csv"))
    assert columns.name.tolist() == ["high", "noise", "gappy"]
    assert columns["mean_поп"].notna().all()


def test_the_same_table_makes_the_same_page(table, written, tmp_path):
    again = exploring.explore(checking.read(table), tmp_path / "again.html")
    assert again.page.read_bytes() == written.page.read_bytes()


def test_no_table_is_written_over(table, tmp_path):
    before = table.read_bytes()
    with pytest.raises(StoreError, match="is there already and no page of Earmark"):
        exploring.explore(checking.read(table), table)
    assert table.read_bytes() == before


def test_the_page_in_a_browser(browser, written):
    """No complaint, no request but for the page, nothing of the table taken for a tag; keys sort."""
    address = written.page.as_uri()
    browser.open(address)
    assert browser.complaints == []
    assert [one for one in browser.requests if not one.startswith("data:")] == [address]
    assert browser.value("document.querySelectorAll('main b').length") == 0
    places = browser.value("[...document.querySelectorAll('[id]')].map((one) => one.id)")
    assert len(set(places)) == len(places)
    assert NASTY in browser.value("document.querySelector('#genres').textContent")
    assert browser.value("document.documentElement.scrollWidth <= innerWidth")
    first = "document.querySelector('#columns tbody tr').cells[0].textContent"
    known = "document.querySelectorAll('#columns th button')[2]"
    browser.value(f"{known}.focus()")
    browser.press("Enter")
    browser.press("Enter")
    assert browser.value(f"{known}.closest('th').getAttribute('aria-sort')") == "ascending"
    assert browser.value(first) == "gappy"


def test_the_page_is_dark_where_the_reader_is(browser, written):
    paper = "getComputedStyle(document.body).backgroundColor"
    browser.open(written.page.as_uri(), dark=True)
    assert browser.value(paper) == "rgb(18, 20, 24)"
    browser.value("document.querySelector('button.theme').click()")
    assert browser.value(paper) == "rgb(255, 255, 255)"


def test_a_hostile_table_makes_no_program(tmp_path):
    evil = "</script><script>alert(1)</script>"
    text = html(
        Page(
            evil,
            evil,
            [(evil, evil)],
            [Section(evil, [Words(evil), Rows(evil, [Head(evil, "text")], [[evil]])])],
        )
    )
    assert text.count("<script>") == 1
    assert "alert(1)" in text


def test_the_command_says_where_the_page_lies(table, tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "earmark", "explore", table, "-o", "p.html", "--unit", "track"],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "60 songs, 3 genres, 3 columns; independent: each track" in done.stdout
    assert "page: p.html" in done.stdout
    assert "earmark explore" in (tmp_path / "p.html").read_text(encoding="utf-8")


def test_the_published_table_of_gtzan(gtzan):
    found = overview(checking.read(gtzan / "features_30_sec.csv"))
    first = found.columns[found.telling[0]]
    assert first.name == "chroma_stft_mean"
    assert first.difference.effect == pytest.approx(0.618, abs=0.001)
    assert (len(found.songs.genres), len(found.genres), len(found.columns)) == (1000, 10, 58)
    column, of_genres = lengths(found.songs)
    pop = next(one for one in of_genres if one.genre == "pop")
    assert (column, pop) == ("length", Lengths("pop", 100, 661504, 661504, 661504, 661504, 1.0))


def test_lengths_by_genre(found, tmp_path):
    assert lengths(found.songs) is None
    assert "lengths" not in tables(found)
    seconds = [30.0, 30.0, 31.5, np.nan, 10.0, 20.0]
    frame = pd.DataFrame({"genre": list("aaaabb"), "duration_s": seconds, "tempo": [1, 2, 3, 4, 5, 6]})
    frame.to_csv(tmp_path / "songs.csv", index=False)
    dataset = checking.read(tmp_path / "songs.csv")
    assert lengths(overview(dataset).songs) == (
        "duration_s",
        (Lengths("a", 3, 30.0, 30.0, 31.5, 30.0, 2 / 3), Lengths("b", 2, 10.0, 15.0, 20.0, 10.0, 0.5)),
    )
    page = exploring.explore(dataset, tmp_path / "page.html", tables=tmp_path / "t").page
    assert "60.0 % of the songs have the commonest length of their genre" in page.read_text(encoding="utf-8")
    assert pd.read_csv(tmp_path / "t" / "lengths.csv")["longest"].tolist() == [31.5, 20.0]


def test_pairs_of_columns_can_be_chosen_and_must_be_numbers(table, tmp_path):
    dataset = checking.read(table)
    pairs = [exploring.pair("noise, high"), ("gappy", "noise"), ("noise", "high")]
    found = overview(dataset, pairs=pairs)
    first, second = Pictures(found).scatters()
    assert [first.name, second.name] == ["pair-noise-high", "pair-gappy-noise"]
    assert (first.chart.x, first.chart.y) == ("noise", "high")
    assert first.chart.points.tolist() == found.songs.values[:, [1, 0]].tolist()
    assert len(second.chart.points) == 50
    for wrong, kind, message, hint in (
        (("nois", "high"), UnknownNameError, "no column 'nois'", "did you mean 'noise'? "),
        (("artist", "high"), ArgumentError, "'artist' is no feature that is a number: its type is ", ""),
        (("high", "high"), ArgumentError, "('high', 'high') where two columns belong", "name two"),
        ("high", ArgumentError, "'high' where two columns belong", "name two"),
    ):  # fmt: skip
        with pytest.raises(kind, match=re.escape(message)) as raised:
            overview(dataset, pairs=[wrong])
        assert hint in raised.value.hint
        assert ("drawn: high, noise, gappy" in raised.value.hint) == (hint != "name two")
    assert exploring.pair('tempo,"energy, raw"') == ("tempo", "energy, raw")
    for text in ("", "high", "high,", "a,b,c", "a\nb,c"):
        with pytest.raises(ArgumentError, match="where two columns belong"):
            exploring.pair(text)
    done = CliRunner().invoke(app, ["explore", str(table), "--pair", "high"])
    assert done.exit_code == 2
    assert "put a comma between their names" in " ".join(done.stderr.replace("│", " ").split())


def test_what_is_no_page_of_ours_is_never_written_over(table, tmp_path):
    dataset = checking.read(table)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "columns.csv").write_text("mine", encoding="utf-8")
    for how in ({"tables": tmp_path / "full"}, {"figures": tmp_path / "full"}, {"tables": table}):
        with pytest.raises(StoreError, match="is there already") as raised:
            exploring.explore(dataset, tmp_path / "page.html", **how)
        assert raised.value.hint == "name a new one, or delete it"
    assert not (tmp_path / "page.html").exists()


def test_odd_columns_are_told_as_they_are(tmp_path):
    """A genre that never varies, a column of nothing, columns never known together, names that look alike."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "genre": np.repeat(["a", "b"], 20),
            "flat": np.where(np.arange(40) < 20, 0.0, rng.normal(5, 1, 40)),
            "nothing": np.nan,
            "early": np.where(np.arange(40) % 2 == 0, rng.normal(size=40), np.nan),
            "late": np.where(np.arange(40) % 2 == 1, rng.normal(size=40), np.nan),
            "energy (x)": rng.normal(size=40),
            "energy [x]": rng.normal(size=40),
            "column": rng.normal(size=40),
        }
    )
    frame.to_csv(tmp_path / "odd.csv", index=False)
    dataset = checking.read(tmp_path / "odd.csv")
    found = overview(dataset)
    flat = next(one for one in found.columns if one.name == "flat")
    assert (flat.difference.test, flat.difference.why) == ("kruskal", "some genre does not vary")
    assert found.telling[0] == found.songs.columns.index("flat")
    early, late, x = (found.songs.columns.index(name) for name in ("early", "late", "energy (x)"))
    assert np.isnan(found.correlations[early, late])
    with pytest.raises(ArgumentError, match="no song has both 'early' and 'late'"):
        overview(dataset, pairs=[("early", "late")])
    assert np.isfinite(found.correlations[early, x])
    assert tables(found)["correlations"].shape == (len(found.columns), len(found.columns) + 1)
    names = exploring._file_names([picture.name for picture in Pictures(found)])
    assert len({name.casefold() for name in names}) == len(names)


def test_a_table_whose_genres_are_empty_says_so(tmp_path):
    pd.DataFrame({"genre": [" ", " "], "tempo": [1.0, 2.5]}).to_csv(tmp_path / "empty.csv", index=False)
    with pytest.raises(ArgumentError, match="has a genre: 'genre' is empty"):
        overview(checking.read(tmp_path / "empty.csv", label="genre"))
