"""Collecting from a made-up service: whole, interrupted, through faults; what is kept and what is told."""

import itertools
import json
import logging
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

import shops
from earmark import catalog
from earmark.catalog._provider import Page
from earmark.catalog.http import Manners
from earmark.errors import (
    ArgumentError,
    CredentialsError,
    EarmarkError,
    LimitError,
    StoreError,
    UnknownNameError,
)
from earmark.service.collection import collect, providers
from shops import buy, shop
from webserver import FAULTS, PASSING, Faults, Response, WebServer

SECRET = "hush/hush+1234"  # noqa: S105 - planted


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch):
    """Keep notes of requests to this test."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "cache"))


@pytest.fixture(autouse=True)
def _open():
    with shops.open_shop():
        yield


@pytest.fixture
def server():
    with WebServer(shop(250)) as running:
        yield running


@pytest.fixture
def place(tmp_path) -> Path:
    return tmp_path / "catalog"


def told(place: Path):
    """Return a catalogue without the times at which it was made, and the server's address."""
    return catalog.read(place).tracks.drop_columns(["fetched_at", "preview_url"])


def kept(place: Path) -> list[dict]:
    """Return the pages that lie on disk."""
    parts = place.glob("records/*.jsonl")
    return [json.loads(line) for part in parts for line in part.read_text(encoding="utf-8").splitlines()]


def test_songs_come_with_all_that_is_told(server, place):
    done = buy(server.url, place, ["genre:rock"])
    assert (done.asked, done.known, done.failed, done.records, done.stopped) == (1, 0, 0, 250, None)
    found = catalog.read(place)
    assert len(found) == done.tracks == found.tracks.num_rows
    (track,) = (track for track in found if track.title == "Song 42 of rock")
    assert track.track_id[0] == "t"
    assert len(track.track_id) == 17
    assert (track.artist, track.artists, track.duration_s) == (
        "Artist 5 of rock",
        ("Artist 5 of rock",),
        142.0,
    )
    assert (track.isrc, track.tags, track.providers) == ("GBSHP3100042", ("rock",), ("shop",))
    assert (track.album, track.year, track.path, track.merged_by) == (None, None, None, "")
    assert found.failures.num_rows == 0
    assert found.manifest["providers"]["shop"]["terms"]["text"] == "Take what you like."
    (question,) = found.manifest["questions"]
    assert question == {
        "provider": "shop", "query": "genre:rock", "options": {}, "records": 250, "finished": True,
    }  # fmt: skip


def test_every_record_is_kept_as_it_came(server, place):
    buy(server.url, place, ["genre:rock"])
    lines = kept(place)
    assert [(line["provider"], line["query"]["text"], line["page"]) for line in lines] == [
        ("shop", "rock", 0), ("shop", "rock", 1), ("shop", "rock", 2),
    ]  # fmt: skip
    records = [record for line in lines for record in line["records"]]
    assert all(line["fetched_at"].endswith("+00:00") for line in lines)
    told = [{k: v for k, v in record["raw"].items() if k != "preview"} for record in records]
    assert told == [shops.song("rock", number) for number in range(250)]


def test_what_was_answered_is_not_asked_again(server, place):
    buy(server.url, place, ["genre:rock"])
    asked = len(server.log)
    done = buy(server.url, place, ["genre:rock", "genre:jazz", "jazz"])
    assert (done.asked, done.known) == (2, 1)
    assert all(request.query["q"] == "jazz" for request in server.asked()[asked:])


def test_again_means_anew(server, place):
    buy(server.url, place, ["genre:rock"])
    before = told(place)
    server._answer = shop(120)
    server.faults = Faults([None, "404"])
    done = buy(server.url, place, ["genre:rock"], again=True)
    assert done.failed == 1
    assert told(place).equals(before)  # half an answer takes no other's place
    done = buy(server.url, place, ["genre:rock"], again=True)
    assert done.records == 20  # the rest
    assert len(catalog.read(place)) == 120
    lines = kept(place)
    assert {line["round"] for line in lines} == {1}


def test_a_failed_question_is_a_row_and_nobody_elses_values(server, place):
    done = buy(server.url, place, ["artist:Simone", "artist:Nobody", "artist:Davis"])
    assert (done.asked, done.failed, done.records) == (2, 1, 500)
    (row,) = done.failures
    assert row[:5] == (
        "shop", "artist:Nobody", "NotFoundError", "The Shop has no such thing (404)",
        "see how its name is spelled",
    )  # fmt: skip
    assert catalog.read(place).failures.to_pylist()[0]["query"] == "artist:Nobody"
    assert buy(server.url, place, ["artist:Simone"]).failures == ()  # what another command asked for
    assert not [track for track in catalog.read(place) if "Nobody" in str(track)]
    server._answer = lambda request: shop(10)(request) if request.query["q"] != "Nobody" else {
        "songs": [{**shops.song("Nobody", 1), "preview": None}], "next": None,
    }  # fmt: skip
    done = buy(server.url, place, ["artist:Nobody"])
    assert (done.asked, done.failed, done.failures) == (1, 0, ())
    assert catalog.read(place).failures.num_rows == 0


@pytest.mark.parametrize("fault", PASSING)
def test_faults_that_pass_leave_no_trace(place, fault, tmp_path):
    with WebServer(shop(250)) as server:
        buy(server.url, tmp_path / "whole", ["genre:rock", "genre:jazz"])
        server.faults = Faults([None, fault, fault, None, None, None, fault], slow_s=0.6)
        done = buy(server.url, place, ["genre:rock", "genre:jazz"])
    assert (done.failed, done.failures) == (0, ())
    assert told(place).equals(told(tmp_path / "whole"))


def test_a_page_that_comes_twice_is_asked_for_again(server, place, tmp_path, monkeypatch):
    """Also where the provider counts the pages by itself, and no answer says where it belongs."""

    def pages(self, client, query, cursor):
        for start in range(int(cursor or 0), 300, 100):
            answer = client.json("songs", {"q": query.text, "start": start})
            following = start + 100 if start < 200 else None
            yield replace(self._page(answer), next=following and str(following))

    monkeypatch.setattr(shops.Shop, "pages", pages)
    buy(server.url, tmp_path / "whole", ["genre:rock"])
    server.faults = Faults([None, "twice", "twice", None, "twice"])
    assert buy(server.url, place, ["genre:rock"]).records == 250
    assert told(place).equals(told(tmp_path / "whole"))


def test_pages_in_a_circle_are_a_failure(server, place, monkeypatch):
    def pages(self, client, query, cursor):
        page = self._page(client.json("songs", {"q": "x", "start": 0}))
        yield replace(page, next={"": "a", "a": "b"}.get(cursor, "a"))

    monkeypatch.setattr(shops.Shop, "pages", pages)
    (row,) = buy(server.url, place, ["genre:rock"]).failures
    assert row.message == "the pages of The Shop go in a circle"


def test_pages_without_end_are_a_failure(place, monkeypatch):
    def pages(_self, _client, _query, cursor):
        yield from (Page((), str(n)) for n in itertools.count(int(cursor or 0) + 1))

    monkeypatch.setattr(shops.Shop, "pages", pages)
    (row,) = buy("http://127.0.0.1/", place, ["genre:rock"]).failures
    assert row.message.endswith(" pages of The Shop in a row are empty")


@pytest.mark.parametrize("fault", ["changed", "malformed", "500", "cut"])
def test_faults_that_stay_end_the_run(server, place, fault):
    server.faults = Faults(share=1.0, kinds=(fault,))
    queries = [f"artist:{name}" for name in range(9)]
    done = collect(
        "shop", queries, place, environment=shops.environment(server.url), manners=Manners(2, 0.001)
    )
    assert (done.asked, done.failed, done.records) == (0, 5, 0)
    assert done.stopped.message.startswith("5 questions in a row failed; the last: ")
    assert catalog.read(place).failures.num_rows == 5


def test_a_wrong_key_ends_the_run_at_once(server, place):
    server.faults = Faults(["401"])
    done = buy(server.url, place, ["genre:rock", "genre:jazz"])
    assert isinstance(done.stopped, CredentialsError)
    assert done.stopped.hint == "set SHOP_KEY anew"
    assert len(server.log) == 1


def test_an_hour_is_not_sat_out_and_the_rest_comes_later(server, place):
    server.faults = Faults([None, "429"], retry_after="3600")
    done = buy(server.url, place, ["genre:rock"])
    assert isinstance(done.stopped, LimitError)
    assert (done.records, len(catalog.read(place))) == (100, 100)
    done = buy(server.url, place, ["genre:rock"])
    assert (done.records, done.asked) == (150, 1)


def test_no_secret_is_kept_or_told(server, place, caplog, capsys):
    def answer(request):
        return (
            {**shop(250)(request), "echo": request.query["key"]}
            if request.query["q"] == "rock"
            else Response({"you said": request.query["key"]}, 403)
        )

    server._answer = answer
    server.faults = Faults([None, "malformed"])
    caplog.set_level(logging.DEBUG, logger="urllib3")  # which yandex-music quiets once it is imported
    with caplog.at_level(logging.DEBUG):
        done = buy(server.url, place, ["genre:rock", f"search:{SECRET}"], key=SECRET)
    assert done.failed == 1
    everything = [path.read_bytes() for path in place.rglob("*") if path.is_file()]
    shown = f"{done}{caplog.text}{''.join(capsys.readouterr())}"
    assert "GET /songs" in shown
    for spelling in ("hush/hush", "hush%2Fhush", "aHVzaC9odXNo"):
        assert spelling not in shown
        assert not [data for data in everything if spelling.encode() in data]
    assert server.log[0].request.query["key"] == SECRET


def test_previews_are_fetched_when_asked_for(server, place):
    server._answer = lambda request: (
        Response(b"", 404) if request.path == "preview/rock-3" else shop(20)(request)
    )
    done = buy(server.url, place, ["genre:rock"])
    assert not (place / "previews").exists()
    done = buy(server.url, place, ["genre:rock"], previews=True, again=True)
    (row,) = done.failures
    assert row.message == "preview of Artist 3 of rock: Song 3 of rock: The Shop has no such thing (404)"
    files = {track.title: track.path for track in catalog.read(place)}
    assert Path(files["Song 4 of rock"]).read_bytes() == b"sound of preview/rock-4"
    assert files["Song 4 of rock"].endswith(".mp3")
    assert files["Song 3 of rock"] is None
    asked = len(server.log)
    buy(server.url, place, ["genre:rock"], previews=True, again=True)
    assert len(server.log) == asked + 2  # the songs, and the one that is missing


def test_what_is_asked_wrongly(server, place, tmp_path):
    env = shops.environment(server.url)
    with pytest.raises(UnknownNameError, match="did you mean 'shop'"):
        collect("shopp", ["x"], place)
    for queries, words in (
        ([], "nothing to ask The Shop for"),
        (["genre:"], "an empty query for The Shop"),
        (["playlist:7"], "The Shop cannot be asked for 'playlist:'"),
        (["gener:rock"], "did you mean 'genre:'"),
        (["@nowhere.txt"], "the list 'nowhere.txt' cannot be read: No such file or directory"),
    ):
        with pytest.raises(ArgumentError, match=words):
            collect("shop", queries, place, environment=env)
    with pytest.raises(CredentialsError) as raised:
        collect("shop", ["rock"], place, environment={})
    assert str(raised.value) == (
        "The Shop wants SHOP_KEY, not found in the environment (set it (SHOP_KEY: https://shop.example/keys))"
    )
    names = tmp_path / "names.txt"
    names.write_bytes("Кино".encode("cp1251"))
    with pytest.raises(ArgumentError, match="is no UTF-8 text"):
        collect("shop", [f"artist:@{names}"], place, environment=env)
    assert not place.exists()


def test_lists_of_names(server, place, tmp_path):
    (tmp_path / "names.txt").write_text("\ufeffA: Z\n\n# none\nB\n", encoding="utf-8")
    (tmp_path / "queries.txt").write_text("genre:rock\nC\n", encoding="utf-8")
    buy(server.url, place, [f"artist:@{tmp_path / 'names.txt'}", f"@{tmp_path / 'queries.txt'}"])
    asked = [question["query"] for question in catalog.read(place).manifest["questions"]]
    assert asked == ["artist:A: Z", "artist:B", "genre:rock", "search:C"]


def test_no_catalogue_and_damaged_ones(server, place):
    with pytest.raises(StoreError, match="there is no catalogue in"):
        catalog.read(place)
    buy(server.url, place, ["genre:rock"])
    (place / "tracks.parquet").write_bytes(b"PAR1")
    with pytest.raises(StoreError, match="is damaged"):
        catalog.read(place)
    (part,) = place.glob("records/*.jsonl")
    buy(server.url, place, ["genre:rock"])
    assert len(catalog.read(place)) > 200
    (place / ".left-by-a-kill.new").touch()
    buy(server.url, place, ["genre:rock"])
    assert not list(place.glob(".*.new"))
    part.write_bytes(part.read_bytes()[:-9])
    with pytest.raises(StoreError, match=r"line 3 of '.*' is damaged"):
        buy(server.url, place, ["genre:rock"])


def test_providers_say_what_they_can():
    told = providers()["shop"]
    assert told["rate"] == "15 requests in 0.25 s"
    assert told["needs"] == {"SHOP_KEY": "https://shop.example/keys"}


def test_what_it_needs_is_named_and_loaded_late(place, monkeypatch):
    program = (
        "import sys, earmark.service.collection; sys.exit(str({'requests', 'tinytag'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stderr == "set()\n"
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(EarmarkError, match="collecting needs requests, tenacity, tinytag") as raised:
        buy("http://127.0.0.1/", place, ["rock"])
    assert raised.value.hint == "pip install 'earmark[catalog]'"


def process(url: str, place: Path, queries: list[str]) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, shops.__file__, url, str(place), *queries],
        stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent)},
    )  # fmt: skip


def kill_after(server: WebServer, running: subprocess.Popen, requests: int, how: int) -> int:
    """Kill a process after so many more requests, wherever it is then; return how it ended."""
    wanted = len(server.log) + requests
    while len(server.log) < wanted and running.poll() is None:
        time.sleep(0.001)
    running.send_signal(how)
    running.communicate()
    return running.returncode


@pytest.mark.slow
def test_ten_thousand_records_through_faults_and_kills(tmp_path):
    """5 % of the answers spoilt in every way, three kills: the same catalogue, never too many requests."""
    queries = [f"genre:{name}" for name in ("rock", "jazz", "pop", "folk", "ska")]
    with WebServer(shop(2000)) as server:
        whole = buy(server.url, tmp_path / "whole", queries)
        assert whole.records == 10_000
    place = tmp_path / "killed"
    with WebServer(shop(2000, 50), Faults(share=0.05, kinds=FAULTS, seed=4, slow_s=0.7)) as server:
        killed = 0
        for requests in (23, 41, 17, 30, 11, 5):  # a run may have ended by a 401 before
            ended = kill_after(server, process(server.url, place, queries), requests, signal.SIGKILL)
            killed += ended == -signal.SIGKILL
            if killed == 3:
                break
        assert killed == 3
        for _ in range(9):  # what a 401 stops and a 404 refuses is asked again by the same command
            last = process(server.url, place, queries)
            last.communicate()
            if not catalog.read(place).failures.num_rows:
                break
        spoilt = [line.fault for line in server.log if line.fault]
        assert server.most_in(shops.LIMIT.per_s) <= shops.LIMIT.requests
    assert len(server.log) >= 200
    assert len(spoilt) >= 0.04 * len(server.log)
    assert set(spoilt) == set(FAULTS)
    assert told(place).equals(told(tmp_path / "whole"))
    assert sum(question["records"] for question in catalog.read(place).manifest["questions"]) == 10_000


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal")
def test_ctrl_c_costs_one_page(server, tmp_path, place):
    server._answer = shop(2000)
    buy(server.url, tmp_path / "whole", ["genre:rock"])
    before = len(server.log)
    assert kill_after(server, process(server.url, place, ["genre:rock"]), 5, signal.SIGINT) == -signal.SIGINT
    buy(server.url, place, ["genre:rock"])
    assert len(server.log) - before <= 20 + 1
    assert told(place).equals(told(tmp_path / "whole"))
