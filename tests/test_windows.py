"""Windows: what they are called, and the exact samples that they cut."""

import doctest
import math
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.audio import windows
from earmark.audio.windows import (
    WHOLE,
    Count,
    Cutter,
    Slices,
    Window,
    by_beats,
    by_tempo,
    count,
    parse_window,
    sliced,
)
from earmark.errors import ArgumentError

KNOWN = "give whole, 3s, 3s/1.5s, 45s+40s, bars or beats; 'keep' behind it keeps a short last piece"

# -- names


@pytest.mark.parametrize(
    ("text", "window"),
    [
        ("whole", Window()),
        ("3s", Window("fixed", length_s=3.0, every_s=3.0)),
        ("3s/1.5s", Window("fixed", length_s=3.0, every_s=1.5)),
        ("3s/10s", Window("fixed", length_s=3.0, every_s=10.0)),
        ("45s+40s", Window("excerpt", length_s=40.0, skip_s=45.0)),
        ("0s+0.1s", Window("excerpt", length_s=0.1, skip_s=0.0)),
        ("bars", Window("bars")),
        ("beats keep", Window("beats", last="keep")),
        ("2.5s keep", Window("fixed", length_s=2.5, every_s=2.5, last="keep")),
    ],
)
def test_a_name_becomes_a_window_and_back(text, window):
    assert parse_window(text) == window
    assert str(window) == text
    assert parse_window(window) is window


@pytest.mark.parametrize(
    ("text", "plain"),
    [(" 3.0S/3.00s ", "3s"), ("WHOLE keep", "whole"), ("1s+2s keep", "1s+2s"), ("bars drop", "bars")],
)
def test_other_spellings(text, plain):
    assert str(parse_window(text)) == plain


def test_the_rule_for_the_last_piece_may_be_given_apart():
    assert parse_window("3s", last="keep") == parse_window("3s keep")
    assert parse_window("3s", last="drop") == parse_window("3s")
    assert parse_window(Window("bars"), last="keep") == parse_window("bars keep")
    assert parse_window(WHOLE, last="keep") == WHOLE
    assert parse_window("3s keep", last="keep") == parse_window("3s keep")
    with pytest.raises(ArgumentError) as caught:
        parse_window("3s keep", last="drop")
    assert str(caught.value) == "a window '3s keep', and 'drop' for a short last piece (say it once)"


@given(
    st.floats(0.1, 1e5).map(lambda value: round(value, 6)),
    st.floats(0.1, 1e5).map(lambda value: round(value, 6)),
    st.sampled_from(["drop", "keep"]),
)
def test_every_window_is_its_name(length_s, every_s, last):
    for window in (
        Window("fixed", length_s, every_s, last=last),
        Window("excerpt", length_s, skip_s=every_s),
    ):
        assert parse_window(str(window)) == window


@pytest.mark.parametrize(
    "text",
    ["", "3", "3 s", "s", "-3s", "nans", "1e3s", "3s/", "3s//1s", "3s+1s+1s", "a", "3s kept", "٣s"],
)
def test_what_no_window_is_called(text):
    with pytest.raises(ArgumentError) as caught:
        parse_window(text)
    assert caught.value.message == f"no window is called '{text}'"
    assert caught.value.hint == KNOWN


def test_what_is_no_window():
    with pytest.raises(ArgumentError) as caught:
        parse_window(3)
    assert str(caught.value) == f"a window of type int ({KNOWN})"
    with pytest.raises(ArgumentError) as caught:
        parse_window("3s", last="cut")
    assert str(caught.value) == "'cut' for a short last piece (give drop or keep)"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("0.05s", "windows of 0.05s"),
        ("0s", "windows of 0s"),
        ("3s/0s", "windows every 0s"),
        ("45s+0s", "an excerpt of 0s"),
    ],
)
def test_windows_that_are_too_short(text, message):
    with pytest.raises(ArgumentError) as caught:
        parse_window(text)
    assert str(caught.value) == f"{message} (give 0.1 s or more)"


@pytest.mark.parametrize(
    ("window", "message"),
    [
        ({"kind": "fixed", "length_s": 3.0}, "windows every 0s (give 0.1 s or more)"),
        ({"kind": "fixed", "length_s": math.nan, "every_s": 1.0}, "windows of nans (give 0.1 s or more)"),
        ({"kind": "excerpt"}, "an excerpt of 0s (give 0.1 s or more)"),
        ({"kind": "excerpt", "length_s": 1.0, "skip_s": -1.0}, "an excerpt after -1s (give 0 s or more)"),
        ({"kind": "bar"}, "a window of kind 'bar' (give one of whole, fixed, excerpt, bars, beats)"),
        ({"kind": "bars", "last": "cut"}, "'cut' for a short last piece (give drop or keep)"),
    ],
)
def test_windows_made_by_hand_are_held_to_the_same(window, message):
    """Without it, windows every 0 s would be cut for ever."""
    with pytest.raises(ArgumentError) as caught:
        Window(**window)
    assert str(caught.value) == message


# -- cutting


def cut(text, samples, rate_hz, size=1000):
    """Return the pieces, fed in blocks of some size, and the notes."""
    window = parse_window(text)
    cutter = Cutter(window, rate_hz)
    pieces = []
    for at in range(0, len(samples), size):
        pieces += cutter.push(samples[at : at + size])
    windows = count(window, len(samples) / rate_hz)
    pieces += cutter.finish(windows)
    return pieces, windows.notes


LAST_OF_IT = "the last 0.2 s, less than a window of 1 s, dropped"


def ramp(n):
    return np.arange(n, dtype=np.float32)


def test_three_seconds_are_66150_samples():
    pieces, notes = cut("3s", ramp(30 * 22050 + 5), 22050, 32768)
    assert [piece.start for piece in pieces] == [66150 * i for i in range(10)]
    for i, piece in enumerate(pieces):
        assert np.array_equal(piece.samples, ramp(30 * 22050)[66150 * i : 66150 * (i + 1)])
    assert notes == ()  # a fifth of a millisecond is not worth a word


@pytest.mark.parametrize(
    ("text", "n", "spans", "note"),
    [
        ("1s", 300, [(0, 100), (100, 200), (200, 300)], ""),
        ("1s", 350, [(0, 100), (100, 200), (200, 300)], "the last 0.5 s, less than a window of 1 s, dropped"),
        ("1s keep", 350, [(0, 100), (100, 200), (200, 300), (300, 350)], ""),
        ("1s/0.5s", 200, [(0, 100), (50, 150), (100, 200)], ""),
        (
            "1s/0.5s",
            220,
            [(0, 100), (50, 150), (100, 200)],
            "the last 0.2 s, less than a window of 1 s, dropped",
        ),
        ("1s/0.5s keep", 220, [(0, 100), (50, 150), (100, 200), (150, 220)], ""),
        ("1s/2s", 250, [(0, 100)], "the last 0.5 s, less than a window of 1 s, dropped"),
        ("1s/2s keep", 250, [(0, 100), (200, 250)], ""),
        ("1s/2s", 150, [(0, 100)], ""),
        ("1s", 40, [(0, 40)], "0.4 s of sound, less than a window of 1 s: kept as one piece"),
        ("whole", 40, [(0, 40)], ""),
    ],
)
def test_where_windows_lie(text, n, spans, note):
    for size in (7, 100, 1000):
        pieces, notes = cut(text, ramp(n), 100, size)
        assert [(p.start, p.start + len(p.samples)) for p in pieces] == spans
        assert all(np.array_equal(p.samples, ramp(n)[p.start :][: len(p.samples)]) for p in pieces)
        assert notes == ((note,) if note else ())


@given(
    n=st.integers(1, 5000),
    length=st.integers(1, 30).map(lambda tenths: tenths / 10),
    every=st.integers(1, 40).map(lambda tenths: tenths / 10),
    last=st.sampled_from(["drop", "keep"]),
    size=st.integers(1, 900),
)
def test_any_windows_of_any_song(n, length, every, last, size):
    rate_hz = 1500  # of which one sample is less than a millisecond, two are more
    pieces, notes = cut(str(Window("fixed", length, every, last=last)), ramp(n), rate_hz, size)
    starts, step = [round(i * every * rate_hz) for i in range(n)], round(length * rate_hz)
    whole = [start for start in starts if start + step <= n + 1]
    assert [p.start for p in pieces][: len(whole) or 1] == (whole or [0])
    assert all(np.array_equal(p.samples, ramp(n)[p.start :][: len(p.samples)]) for p in pieces)
    assert all(abs(len(p.samples) - step) <= 1 for p in pieces[: len(whole)])
    assert len(pieces) <= len(whole) + 1
    unheard = n - max(p.start + len(p.samples) for p in pieces)
    if whole and every <= length:
        assert bool(notes) == (unheard > 1)
        assert last == "drop" or unheard <= 1


@pytest.mark.parametrize("native", [1322999, 1323000, 1323001, 1322956, 1322955, 132301])
def test_every_rate_has_as_many_windows(native):
    """Rounded to one rate the last window is whole, to another it is not: the song's own length decides."""
    window = parse_window("3s")
    windows = count(window, native / 44100)
    found = []
    for rate_hz in (22050, 16000, 48000):
        for n in {math.floor(native * rate_hz / 44100), math.ceil(native * rate_hz / 44100)}:
            cutter = Cutter(window, rate_hz)
            found.append(len([*cutter.push(ramp(n)), *cutter.finish(windows)]))
    assert len(set(found)) == 1


def test_little_is_held():
    cutter = Cutter(parse_window("3s/1s"), 1000)
    tracemalloc.start()
    try:
        for _ in range(2000):
            for piece in cutter.push(np.zeros(777, np.float32)):
                assert len(piece.samples) == 3000
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert cutter.taken == 777 * 2000
    assert peak_bytes < 4 * 12_000


# -- bars and beats


def test_bars_are_four_beats_of_the_tempo():
    window = parse_window("bars")
    assert by_tempo(window, 120.0, 6.0) == Slices(((0.0, 2.0), (2.0, 4.0), (4.0, 6.0)), ())
    dropped = ("the last 1 s, without 4 whole beats, dropped",)
    assert by_tempo(window, 120.0, 5.0) == Slices(((0.0, 2.0), (2.0, 4.0)), dropped)
    kept = by_tempo(parse_window("bars keep"), 120.0, 5.0)
    assert kept == Slices(((0.0, 2.0), (2.0, 4.0), (4.0, 5.0)), ())


def test_a_song_without_a_tempo_or_a_bar_is_one_piece():
    window = parse_window("bars")
    assert by_tempo(window, 0.0, 5.0) == Slices(((0.0, 5.0),), ("no tempo was found: kept as one piece",))
    short = "1.5 s of sound, less than 4 beats: kept as one piece"
    assert by_tempo(window, 120.0, 1.5) == Slices(((0.0, 1.5),), (short,))


def test_beats_are_cut_at_every_fourth():
    beats_s = [0.5 + 0.5 * n for n in range(10)]
    found = by_beats(parse_window("beats"), beats_s, 5.25)
    assert found.spans_s == ((0.5, 2.5), (2.5, 4.5))
    assert found.notes == (
        "the first 0.5 s, before the first beat, left out",
        "the last 0.75 s, without 4 whole beats, dropped",
    )
    kept = by_beats(parse_window("beats keep"), beats_s, 5.25)
    assert kept.spans_s == ((0.5, 2.5), (2.5, 4.5), (4.5, 5.25))
    assert kept.notes == found.notes[:1]


def test_too_few_beats_are_one_piece():
    found = by_beats(parse_window("beats"), [1.0, 2.0, 3.0, 4.0], 5.0)
    assert found == Slices(((0.0, 5.0),), ("beats found: 4, fewer than 5: kept as one piece",))


def test_long_times_are_written_out():
    hours = count(parse_window("2000s"), 3605.0).notes + by_tempo(parse_window("bars"), 1e-3, 7200.0).notes
    assert hours == (
        "the last 1605 s, less than a window of 2000 s, dropped",
        "7200 s of sound, less than 4 beats: kept as one piece",
    )


def test_slices_join_to_the_song():
    samples = ramp(10_000)
    slices = by_tempo(parse_window("bars keep"), 117.45, 10_000 / 2205)
    pieces = list(sliced(samples, 2205, slices))
    assert np.array_equal(np.concatenate([piece.samples for piece in pieces]), samples)
    assert all(samples[piece.start] == piece.samples[0] for piece in pieces)


def test_what_is_not_cut():
    assert count(WHOLE, 10.0) == count(parse_window("beats"), 10.0) == Count(1, None, ())


def test_the_examples_in_the_docstrings_run():
    assert doctest.testmod(windows) == (0, 11)
