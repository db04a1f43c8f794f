"""Every kind of page, light and dark: read by those who see little, used by those who have no mouse."""

import numpy as np
import pandas as pd
import pytest

from accessible import by_keyboard, contrast, structure, words
from browser import Browser
from earmark.report.page import Head, Page, Rows, Section, Words, html
from earmark.service import checking, clustering, explaining, exploring, reporting
from earmark.service.lab import Lab
from earmark.service.training import Table
from test_cluster_songs import planted

KINDS = ("explore", "cluster", "explain", "report", "card")


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """Return a page of each kind by name: twelve genres, one of them long, columns that hang together."""
    folder = tmp_path_factory.mktemp("pages")
    values, codes = planted(songs=120)
    names = [f"genre {at}" for at in range(11)] + ["progressive instrumental stoner metal and more"]
    frame = pd.DataFrame(values, columns=["low", "middle", "high", "noise"])
    frame["opposite"] = -frame["low"]
    frame.insert(0, "genre", [names[4 * code + at % 4] for at, code in enumerate(codes)])
    number = frame.groupby("genre").cumcount() // 2
    frame.insert(0, "artist", frame["genre"] + number.map(" {}".format))
    table = folder / "songs.csv"
    frame.to_csv(table, index=False)
    made = {kind: folder / f"{kind}.html" for kind in KINDS}
    dataset = checking.read(table)
    exploring.explore(dataset, made["explore"], made_by=f"earmark explore {'/a/long/way' * 8}")
    clustering.cluster(dataset, made["cluster"])
    trained = Lab(folder / "models").train(table, "quick", naive=True)
    reporting.report([trained.folder, "gtzan10"], made["report"], table=Table(table), curve=True, workers=1)
    reporting.report(["gtzan10"], made["card"])
    explaining.explain(trained.folder, Table(table), made["explain"], heard=True, repeats=1)
    return made


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    opened = Browser(tmp_path_factory.mktemp("profile"))
    yield opened
    opened.close()


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_is_built_as_it_should_be(browser, pages, kind):
    browser.open(pages[kind].as_uri())
    assert browser.complaints == []
    assert structure(browser) == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_word_has_contrast(browser, pages, kind, dark):
    browser.open(pages[kind].as_uri(), dark=dark)
    found = words(browser)
    assert len(found) > 50
    assert [one for one in found if not one.contrast >= one.least] == []


_DOTS = """
[...document.querySelectorAll(".map canvas")].map((canvas) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const found = new Set();
  for (let at = 0; at < data.length; at += 4)
    if (data[at + 3] === 255) found.add([...data.slice(at, at + 3)].join());
  return [...found].map((one) => one.split(",").map(Number));
})
"""


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_dot_of_a_map_stands_out(browser, pages, dark):
    """What is drawn has a contrast of 3 at least with what lies behind: WCAG 1.4.11."""
    browser.open(pages["cluster"].as_uri(), dark=dark)
    paper = browser.value("getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)")
    assert (np.mean(paper) < 128) == dark
    by_genre, by_cluster = browser.value(_DOTS)
    assert len(by_genre) == 12
    assert len(by_cluster) == 3
    for colour in by_genre + by_cluster:
        assert contrast(np.array(colour) / 255, np.array(paper) / 255) >= 3.0, colour


@pytest.mark.parametrize("kind", KINDS)
def test_everything_is_reached_and_seen_by_keyboard(browser, pages, kind):
    browser.open(pages[kind].as_uri())
    assert by_keyboard(browser) == []


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_sticks_out_of_a_narrow_page(browser, pages, kind):
    """As wide as a page magnified four times on a screen of 1280 pixels: WCAG 1.4.10."""
    narrow = {"width": 320, "height": 700, "deviceScaleFactor": 1, "mobile": False}
    browser.tell("Emulation.setDeviceMetricsOverride", **narrow)
    browser.open(pages[kind].as_uri())
    assert browser.value("document.documentElement.scrollWidth") <= 320
    browser.tell("Emulation.clearDeviceMetricsOverride")


def test_what_is_folded_opens_and_tables_sort_by_keyboard(browser, pages):
    browser.open(pages["report"].as_uri())
    browser.value("document.querySelector('summary').focus()")
    browser.press("Enter")
    assert browser.value("document.querySelector('details').open")
    browser.value("document.querySelector('th button').focus()")
    browser.press("Enter")
    assert browser.value("document.querySelector('th').ariaSort") == "ascending"


def test_faults_are_found(browser, tmp_path):
    """The test itself, on a page that is spoilt in every way it looks for."""
    table = Rows("A table", [Head("name", "text")], [["one"]])
    text = html(Page("Spoilt", "lead", [], [Section("One", [Words("faint words"), table, table])]))
    for whole, spoilt in (
        ('lang="en"', ""),
        ("<h2>", "<h5>"),
        ("<p>faint", '<p style="color:#bbb">faint'),
        ('<section id="one">', '<section id="main"><a href="#nowhere">to</a><svg></svg>'),
        ('<th scope="col"', "<th"),
        ("</footer>", "</footer><b>astray</b>"),
        ("</style>", "a:focus-visible{outline:none!important}#later{position:absolute;left:-9rem}</style>"),
        ("</main>", '<a id="later" href="#main" tabindex="2">later</a></main>'),
    ):
        assert whole in text
        text = text.replace(whole, spoilt)
    page = tmp_path / "spoilt.html"
    page.write_text(text, encoding="utf-8")
    browser.open(page.as_uri())
    found = {fault.partition(":")[0] for fault in structure(browser)}
    assert found == {
        "the page says no language", "a heading of level 5 after one of 1", "two of #main", "leads nowhere",
        "a picture unnamed", "no head", "outside of all landmarks", "jumps the queue of Tab",
    }  # fmt: skip
    faults = {fault.partition(":")[0] for fault in by_keyboard(browser)}
    assert faults == {"no focus to be seen", "focused out of sight"}
    (faint,) = [one for one in words(browser) if one.contrast < one.least]
    assert faint.text == "faint words"
    assert faint.contrast == pytest.approx(1.92, abs=0.01)


def test_contrast_of_known_colours():
    """By the examples of WCAG 2.1: black on white is 21, and #777777 on white just misses 4.5."""
    white, grey = np.ones(3), np.full(3, 0x77 / 255)
    assert contrast(np.zeros(3), white) == pytest.approx(21.0)
    assert contrast(grey, white) == pytest.approx(4.48, abs=0.005)
    assert contrast(white, grey) == contrast(grey, white)
