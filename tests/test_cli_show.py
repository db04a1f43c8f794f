"""Rows and timelines drawn from predictions that are known."""

from collections import Counter
from io import StringIO

import pytest
from rich.console import Console

from earmark.cli.palette import _COLOURS, colour_of, letters, style_of
from earmark.cli.show import bar, clock, lay_out, print_header, print_row, printable, shorten, summary
from earmark.cli.strip import axis, heard_by_cell, print_timeline
from earmark.records import Prediction, Segment

GENRES = ("blues", "classical", "country", "disco", "hiphop", "jazz", "metal", "pop", "reggae", "rock")
JAZZ = Prediction(
    "jazz.ogg",
    "unsure",
    "jazz",
    0.58,
    {"jazz": 0.58, "rock": 0.3, **dict.fromkeys([g for g in GENRES if g not in ("jazz", "rock")], 0.015)},
    ("jazz", "rock"),
    segments=(Segment(0, 3, "jazz", 0.9), Segment(3, 6, "rock", 0.4), Segment(9, 12, "jazz", 0.6)),
    duration_s=12.0,
)
FAILED = Prediction("cover.mp3", "failed", error="'cover.mp3' is a picture (give a sound file)")
SILENT = Prediction("rest.wav", "silent", duration_s=3.0, notes=("the file is damaged after 0:03",))


def rows(*predictions, width=80, top=1, encoding="utf-8", pipe=False):
    console = Console(file=StringIO(), width=width, highlight=False)
    if encoding != "utf-8":
        console.file = type("Ascii", (StringIO,), {"encoding": encoding})()
    layout = lay_out([p.path for p in predictions], GENRES, top=top, width_cells=None if pipe else width)
    print_header(console, layout)
    for prediction in predictions:
        print_row(console, layout, prediction)
    return console.file.getvalue().splitlines()


def timeline(prediction, width=40):
    console = Console(file=StringIO(), width=width, highlight=False)
    print_timeline(console, prediction)
    return console.file.getvalue().splitlines()


def test_a_row_says_it_all():
    assert rows(JAZZ, width=100) == [
        "song       length  verdict    genre          confidence      90 % set",
        "─" * 83,
        "jazz.ogg     0:12  unsure      J  jazz       ━━━━╸───  58 %  jazz or rock",
    ]


def test_runners_up_stand_below_the_first():
    lines = rows(JAZZ, width=100, top=3)
    assert lines[2].split() == [
        "jazz.ogg",
        "0:12",
        "unsure",
        "J",
        "jazz",
        "━━━━╸───",
        "58",
        "%",
        "jazz",
        "or",
        "rock",
    ]
    assert lines[3].split() == ["K", "rock", "━━╸─────", "30", "%"]
    assert lines[4].split()[1:] == ["blues", "────────", "2", "%"]


def test_a_failed_song_has_its_error_and_hint_below():
    lines = rows(FAILED)
    assert lines[2].split() == ["cover.mp3", "failed", "-", "-"]
    assert lines[3] == "  'cover.mp3' is a picture (give a sound file)"


def test_notes_stand_below():
    assert rows(SILENT)[3] == "  the file is damaged after 0:03"


@pytest.mark.parametrize("width", [60, 80, 100, 200])
@pytest.mark.parametrize("top", [1, 3, 10])
def test_nothing_is_wider_than_the_terminal(width, top):
    long = Prediction(**{**vars(JAZZ), "path": "a folder/" * 12 + "歌.mp3", "genre_set": GENRES})
    console = Console(width=width)
    for line in rows(long, FAILED, SILENT, width=width, top=top):
        assert console.measure(line).maximum <= width
    for line in timeline(long, width):
        assert console.measure(line).maximum <= width


def test_a_pipe_gets_whole_names_without_trailing_blanks():
    long = Prediction(**{**vars(JAZZ), "path": "a folder/" * 12 + "song.mp3"})
    lines = rows(long, JAZZ, width=300, pipe=True)
    assert lines[2].startswith(long.path)
    assert all(line == line.rstrip() for line in lines)


def test_ascii_terminals_get_ascii():
    lines = rows(JAZZ, encoding="ascii")
    assert all(line.isascii() for line in lines)
    assert "#####..." in lines[2]


def test_file_names_cannot_move_the_cursor():
    name = "two\nlines\x1b[2J\u202e \udcff[red].mp3"
    assert printable(name) == r"two\nlines\x1b[2J\u202e \udcff[red].mp3"
    assert r"two\nlines\x1b[2J\u202e \udcff[red].mp3" in rows(Prediction(name, "silent"), width=120)[2]


def test_long_names_keep_their_end():
    assert shorten("song.mp3", 8) == "song.mp3"
    assert shorten("a very long folder/song.mp3", 12) == "…er/song.mp3"
    assert shorten("歌歌歌.mp3", 8) == "…歌.mp3"


def test_summary_counts_verdicts():
    assert summary(Counter({"failed": 1, "sure": 2})) == "3 songs: 2 sure, 1 failed"
    assert summary(Counter({"silent": 1})) == "1 song: 1 silent"


def test_bars_and_clocks():
    assert bar(0, 4, unicode=True) == ("", "────")
    assert bar(1, 4, unicode=True) == ("━━━━", "")
    assert bar(0.625, 4, unicode=True) == ("━━╸", "─")
    assert [clock(s) for s in (0, 59.4, 59.6, 3599.7, 7322)] == ["0:00", "0:59", "1:00", "1:00:00", "2:02:02"]


def test_timeline_reads_without_colour():
    levels, strip, time_axis, *legend = timeline(JAZZ, 43)
    assert strip == "  " + "J" * 10 + "k" * 10 + "." * 10 + "J" * 10
    assert levels == "  " + "█" * 10 + "▄" * 10 + " " * 10 + "▅" * 10
    assert time_axis == "  0:00            0:05             0:10"
    assert legend == [
        "   J  jazz 67 %    K  rock 33 %",
        "  dots: not heard, --thorough hears all",
    ]


def test_a_song_without_segments_has_no_timeline():
    assert timeline(SILENT) == []


def test_overlapping_segments_share_by_nearest_middle():
    segments = (Segment(0, 6, "jazz", 0.9), Segment(4, 10, "rock", 0.9))
    heard = heard_by_cell(Prediction("", "sure", "jazz", segments=segments, duration_s=10.0), 10)
    assert [s.genre for s in heard] == ["jazz"] * 5 + ["rock"] * 5


def test_short_stretches_of_a_long_song_are_seen():
    segments = tuple(Segment(i * 180.0, i * 180.0 + 3, "jazz", 0.9) for i in range(20))
    heard = heard_by_cell(Prediction("", "sure", "jazz", segments=segments, duration_s=3600.0), 60)
    assert sum(s is not None for s in heard) == 20


@pytest.mark.parametrize("length_s", [0.05, 3, 12, 30, 240, 3600, 36_000, 400_000])
def test_the_axis_fits_and_begins_at_zero(length_s):
    line = axis(length_s, 60)
    assert len(line) == 60
    assert line.startswith("0:00")
    assert "  " not in line.split("0:00", 1)[0]


def test_every_genre_has_its_own_letter_and_colour():
    assert letters(GENRES) == {
        "blues": "B",
        "classical": "C",
        "country": "O",
        "disco": "D",
        "hiphop": "H",
        "jazz": "J",
        "metal": "M",
        "pop": "P",
        "reggae": "R",
        "rock": "K",
    }
    assert len({colour_of(genre) for genre in GENRES}) == len(GENRES)
    assert len(set(letters([f"genre {i}" for i in range(36)]).values())) == 36


def test_a_foreign_genre_borrows_a_colour():
    assert colour_of("schlager") in _COLOURS.values()
    assert colour_of("schlager") == colour_of("schlager")


@pytest.mark.parametrize("genre", GENRES)
def test_letters_stand_out_from_their_colour(genre):
    def luminance(colour):
        channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    letter, background = style_of(genre).split(" on ")
    light, dark = sorted((luminance(letter), luminance(background)), reverse=True)
    # WCAG 2, level AA.
    assert (light + 0.05) / (dark + 0.05) >= 4.5
