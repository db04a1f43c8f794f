"""One song of many records: known answers, and that the order in which they come does not matter."""

import doctest
import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.catalog import _answers, _hosts, _identity, _secrets, _tags
from earmark.catalog._answers import _seconds
from earmark.catalog._identity import Source, songs
from earmark.catalog._pages import Line, Question, current, failures
from earmark.catalog._provider import Miss, Page, Query, Record
from earmark.catalog.tracks import made_of

ISRC, OTHER_ISRC = "GBAYE6900535", "USRC17607839"
ID = "0d2b4c2e-1111-4222-8333-abcdefabcdef"


def record(key: str, **told) -> Record:
    told = {"title": "Help!", "artists": ("The Beatles",), "duration_s": 140.0, **told}
    return Record(key=key, raw={}, **told)


def merged(*records: Record, providers: str = "") -> list[tuple[set[str], str]]:
    names = providers.split(",") if providers else [f"p{i}" for i in range(len(records))]
    found = songs([Source(name, one, "t") for name, one in zip(names, records, strict=True)])
    return [({source.record.key for source in song.sources}, song.reason) for song in found]


def test_one_isrc_is_one_song_whatever_it_is_called():
    a, b = record("a", isrc=ISRC), record("b", isrc="gb-aye-69-00535", title="Aide", duration_s=90.0)
    assert merged(a, b) == [({"a", "b"}, "isrc")]


def test_one_of_several_isrcs_is_enough():
    a, b = record("a", isrc=f"{OTHER_ISRC}; {ISRC}"), record("b", isrc=ISRC, title="Aide")
    assert merged(a, b) == [({"a", "b"}, "isrc")]


def test_one_musicbrainz_id_too():
    assert merged(record("a", musicbrainz_id=ID), record("b", musicbrainz_id=ID.upper(), title="x")) == [
        ({"a", "b"}, "musicbrainz")
    ]


@pytest.mark.parametrize(
    "other",
    [
        {"duration_s": 141.9},
        {"title": "HELP"},
        {"title": "Help! - Remastered 2009"},
        {"title": "Help! (feat. Somebody)"},
        {"artists": ("Beatles", "Others")},
        {"isrc": ISRC},
        {"isrc": "no code"},
    ],
)
def test_else_artist_title_and_duration_decide(other):
    assert merged(record("a"), record("b", **other)) == [({"a", "b"}, "artist+title+duration")]


@pytest.mark.parametrize(
    "other",
    [
        {"duration_s": 142.1},
        {"title": "Help! (live)"},
        {"title": "Help! feat. Somebody (live)"},
        {"title": "Help! - Remix"},
        {"title": "Help! ft. Somebody - Remix"},
        {"artists": ("Bananarama",)},
        {"artists": ()},
        {"title": None},
        {"title": "!!!"},
    ],
)
def test_other_songs_stay_apart(other):
    assert merged(record("a"), record("b", **other)) == [({"a"}, ""), ({"b"}, "")]


@pytest.mark.parametrize("pair", ["दिल दाल", "ไม่ ไม้", "が か"])
def test_marks_that_are_no_accents_tell_words_apart(pair):
    one, other = pair.split()
    assert len(merged(record("a", title=one), record("b", title=other))) == 2


@pytest.mark.parametrize("title", [" " * 300_000 + "x", "(feat" * 60_000, "x" + " -" * 100_000], ids=len)
def test_no_title_takes_long_to_compare(title):
    began_s = time.process_time()
    assert len(merged(record("a", title=title), record("b", title=title))) == 1
    assert time.process_time() - began_s < 2


def test_two_isrcs_are_two_songs_and_the_nearest_takes_the_nameless():
    a, b = record("a", isrc=ISRC), record("b", isrc=OTHER_ISRC, duration_s=141.5)
    assert merged(record("c", duration_s=142.0), a, b) == [
        ({"a"}, ""),
        ({"b", "c"}, "artist+title+duration"),
    ]


def test_a_song_of_unknown_duration_joins_the_only_one_of_its_name():
    assert merged(record("a"), record("b", duration_s=None)) == [({"a", "b"}, "artist+title")]
    assert len(merged(record("a"), record("b", duration_s=300.0), record("c", duration_s=None))) == 3


def test_reasons_chain_and_the_weakest_is_told():
    a, b = record("a", isrc=ISRC, musicbrainz_id=ID), record("b", isrc=ISRC, title="x")
    assert merged(a, b, record("c", musicbrainz_id=ID, title="y")) == [({"a", "b", "c"}, "musicbrainz")]
    assert merged(a, b, record("d")) == [({"a", "b", "d"}, "artist+title+duration")]


def test_one_key_of_one_provider_is_one_record():
    a = record("a", tags=("pop",))
    assert merged(a, replace(a, tags=("rock",)), providers="p,p") == [({"a"}, "")]
    assert len(merged(record("a"), record("a", title="x"), providers="p,q")) == 2


codes = st.sampled_from([None, ISRC, OTHER_ISRC])
records = st.builds(
    record,
    key=st.sampled_from("abcdef"),
    title=st.sampled_from(["Help!", "help", "Yesterday", None]),
    artists=st.sampled_from([("The Beatles",), ("Bananarama",), ()]),
    duration_s=st.sampled_from([None, 100.0, 101.5, 103.0, 104.4]),
    isrc=codes,
    musicbrainz_id=st.sampled_from([None, ID]),
    tags=st.lists(st.sampled_from(["pop", "rock", "beat"]), max_size=2, unique=True).map(tuple),
)
pages = st.builds(
    lambda provider, text, number, found: Line(
        Question(provider, Query("search", text)), 0, number, "2026-01-01T00:00:00+00:00",
        Page(tuple(found), None),
    ),
    st.sampled_from(["deezer", "itunes"]), st.sampled_from("xy"), st.integers(0, 2),
    st.lists(records, max_size=4),
)  # fmt: skip


@given(st.lists(pages, max_size=6, unique_by=lambda line: (line.question, line.number)), st.randoms())
def test_the_order_of_arrival_does_not_matter(lines, random):
    tracks = made_of(current(lines))
    shuffled = list(lines)
    random.shuffle(shuffled)
    assert made_of(current(shuffled)) == tracks
    assert len({track.track_id for track in tracks}) == len(tracks)
    told = {(line.question.provider, one.key) for line in lines for one in line.page.records}
    assert bool(tracks) == bool(told)
    for track in tracks:  # nothing is invented
        assert {track.isrc} <= {None, *(one.isrc for line in lines for one in line.page.records)}
        assert set(track.tags) <= {"pop", "rock", "beat"}


def test_fields_come_from_the_first_who_tells():
    lines = [
        Line(
            Question(provider, Query("search", "x")),
            0,
            0,
            f"2026-01-0{day}T00:00:00+00:00",
            Page((one,), None),
        )
        for day, provider, one in (
            (2, "itunes", record("1", album="Help!", tags=("Rock", "Pop"), year=1965, title="help")),
            (1, "deezer", record("2", isrc=ISRC, tags=("pop", "Rock"), preview_url="http://x/y.mp3")),
        )
    ]
    (track,) = made_of(current(lines))
    assert (track.title, track.album, track.year, track.isrc) == ("Help!", "Help!", 1965, ISRC)
    assert track.tags == ("pop", "Rock", "Pop")
    assert track.providers == ("deezer", "itunes")
    assert track.merged_by == "artist+title+duration"
    assert track.fetched_at.day == 2
    alone, *_ = made_of(current(lines[1:]))
    assert alone.track_id == track.track_id  # a weaker source changes no id


def test_the_last_failure_counts_until_the_answer_is_whole():
    question = Question("deezer", Query("search", "x"))
    miss = Miss("search:x", "NetworkError", "no answer", "wait")
    old = Line(question, 0, 0, "2026-01-01", None, miss)
    new = Line(question, 0, 1, "2026-01-03", None, replace(miss, message="cut off"))
    half = Line(question, 0, 0, "2026-01-02", Page((record("a"),), "1", (replace(miss, what="a preview"),)))
    rest = Line(question, 0, 1, "2026-01-04", Page((record("b"),), None))
    assert [why.message for _, why in failures([old])] == ["no answer"]
    assert [why.message for _, why in failures([old, half, new])] == ["no answer", "cut off"]
    assert [why.what for _, why in failures([new, old, rest, half])] == ["a preview"]


@pytest.mark.parametrize("module", [_answers, _hosts, _identity, _secrets, _tags])
def test_examples(module):
    assert doctest.testmod(module).failed == 0


def test_dates_that_are_none():
    assert [_seconds(text) for text in ("", "-1", "1e9", "Wed, 99 Oct 2015")] == [None] * 4
