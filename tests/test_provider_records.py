"""One recorded answer of each service, in the shape that its documentation shows, and the record it makes."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from earmark.catalog._provider import Record
from services.running import SERVICES, Service

RECORDED = Path(__file__).parent / "services" / "recorded"

MBID = "1c19fbb9-0000-4000-8000-de6071dd0001"
TIN_ROOF = Record(
    key="",
    raw={},
    title="Tin Roof",
    artists=("Marta Quill", "The Kettles"),
    album="Eleven Storeys",
    duration_s=223.96,
    year=2024,
)
WANTED = {
    "deezer": replace(
        TIN_ROOF,
        key="3135001",
        title="Tin Roof (Live in Brno)",
        artists=("Marta Quill",),
        duration_s=224.0,
        isrc="ZZA012600001",
        tags=("Jazz", "R&B"),
        preview_url="https://cdnt-preview.dzcdn.net/api/1/1/0/0/0/0/00.mp3?hdnea=exp=1795000000~hmac=00",
    ),
    "itunes": replace(
        TIN_ROOF,
        key="1440002",
        artists=("Marta Quill & The Kettles",),
        album="Eleven Storeys (Deluxe)",
        tags=("Vocal Jazz",),
        preview_url="https://audio-ssl.itunes.apple.com/itunes-assets/mzaf_0.plus.aac.p.m4a",
    ),
    "musicbrainz": replace(
        TIN_ROOF,
        key=MBID,
        isrc="ZZA012600001; ZZA012600009",
        musicbrainz_id=MBID,
        tags=("vocal jazz", "jazz", "czech"),
    ),
    "lastfm": replace(
        TIN_ROOF,
        key="https://www.last.fm/music/Marta+Quill/_/Tin+Roof",
        artists=("Marta Quill",),
        album=None,
        duration_s=None,
        musicbrainz_id=MBID,
        tags=("vocal jazz", "czech"),
        year=None,
    ),
    "spotify": replace(TIN_ROOF, key="11d000000000000000000A"),
    "yandex": replace(TIN_ROOF, key="45001", tags=("vocaljazz", "jazz")),
}
SONGS = {
    "deezer": lambda said: said["search/track"]["data"][0],
    "itunes": lambda said: said["search"]["results"][0],
    "musicbrainz": lambda said: said[f"recording/{MBID}"],
    "lastfm": lambda said: said["track.search"]["results"]["trackmatches"]["track"][0],
    "spotify": lambda said: said["v1/search"]["tracks"]["items"][0],
    "yandex": lambda said: said["search"]["result"]["tracks"]["results"][0],
}
"""The song's part of each answer."""


def replaying(service: Service, said: dict) -> Service:
    def answer(request, most):
        page = said[request.query.get("method") or request.path]
        if request.query.get("offset", "0") != "0" and "results" in page:
            page = {"resultCount": 0, "results": []}  # past the end of an answer of iTunes
        return 200, page

    return replace(service, answer=answer)


@pytest.mark.parametrize("name", SERVICES)
def test_a_recorded_answer_makes_that_record(name):
    said = json.loads((RECORDED / f"{name}.json").read_text())
    service = replaying(SERVICES[name], said)
    with service.running() as server:
        pages = service.pages(server, "search", "tin roof")
    assert [record for page in pages for record in page.records] == [
        replace(WANTED[name], raw=SONGS[name](said))
    ]
    assert not [miss for page in pages for miss in page.misses]


def test_each_has_a_recorded_answer():
    assert {path.stem for path in RECORDED.iterdir()} == set(SERVICES) == set(WANTED)
