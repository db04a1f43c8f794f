"""A song is decoded once for all feature sets, and each of its pieces measured as if it were alone."""

import csv
import dataclasses
import doctest
import subprocess
import sys

import numpy as np
import pytest
from benchmarks.librosa_recipe import librosa

import sounds
from earmark import audio
from earmark.audio._decode import Decoder
from earmark.audio.windows import Window, parse_window
from earmark.errors import ArgumentError, EmptyAudioError, UnknownNameError
from earmark.features import FEATURE_SETS, Rows, extract, musicnn, songs
from earmark.features.columns import ColumnInfo
from earmark.features.table import FeatureSet

ALL = tuple(FEATURE_SETS)
WINDOWS = ["whole", "3s", "3s/1.5s", "2s keep", "10s", "1s+2.5s", "6s+3s", "30s+3s", "bars", "beats keep"]


def clicks(seconds, rate_hz=22050, bpm=120.0, first_s=0.25):
    """Return a drummer who never errs, in some noise."""
    rng = np.random.default_rng(0)
    samples = rng.normal(0, 1e-3, round(seconds * rate_hz))
    hit = np.exp(-np.arange(rate_hz // 20) / (rate_hz / 200)) * rng.normal(0, 0.3, rate_hz // 20)
    for start in np.arange(first_s, seconds - 0.1, 60 / bpm):
        samples[round(start * rate_hz) :][: len(hit)] += hit
    return samples.astype(np.float32)


@pytest.fixture(scope="module")
def stereo(tmp_path_factory):
    """Return a flac of 7.5 s at 44.1 kHz in stereo."""
    path = tmp_path_factory.mktemp("songs") / "stereo.flac"
    return sounds.write(path, sounds.music(7.5), 44100)


@pytest.fixture
def levels(monkeypatch):
    """Register two feature sets that cost nothing: the number of samples, at two rates."""

    def compute(rate_hz):
        return lambda samples: Rows(np.array([[len(samples)]]), [0.0], [len(samples) / rate_hz])

    for rate_hz in (8000, 22050):
        info = (ColumnInfo("n", "samples", 1.0, float("inf"), "the sound itself"),)
        member = FeatureSet(f"n{rate_hz}", 1, rate_hz, info, "Counts samples.", compute(rate_hz))
        monkeypatch.setitem(FEATURE_SETS._members, member.name, member)
    return ("n8000", "n22050")


@pytest.fixture
def decoded(monkeypatch):
    """How often files were opened for decoding, and how many frames came out."""
    count = {"files": 0, "samples": 0}
    real, real_frames = Decoder.__init__, Decoder._decoded

    def opening(self, path):
        count["files"] += 1
        real(self, path)

    def counting(self):
        for frame in real_frames(self):
            count["samples"] += frame.samples
            yield frame

    monkeypatch.setattr(Decoder, "__init__", opening)
    monkeypatch.setattr(Decoder, "_decoded", counting)
    return count


# -- every piece as if it were alone


@pytest.mark.parametrize("name", ALL)
def test_a_segment_is_measured_as_if_it_were_the_song(stereo, name):
    table = extract(stereo, name, window="3s")
    rate_hz = FEATURE_SETS[name].rate_hz
    samples = audio.load(stereo, rate_hz=rate_hz).samples
    assert table.starts_s == (0.0, 3.0)
    assert table.ends_s == (3.0, 6.0)
    for i, row in enumerate(table.values):
        piece = samples[i * 3 * rate_hz : (i + 1) * 3 * rate_hz]
        alone = extract(piece, name, rate=rate_hz).values
        assert np.array_equal(row, alone.mean(axis=0))


def test_a_segment_has_the_numbers_of_librosa(stereo):
    table = extract(stereo, "gtzan58", window="3s/1.5s").to_dict()
    samples = audio.load(stereo).samples
    assert len(table["length"]) == 4
    for i in range(4):
        piece = samples[round(i * 1.5 * 22050) :][: 3 * 22050]
        centroid = librosa.feature.spectral_centroid(y=piece, sr=22050)
        mfcc = librosa.feature.mfcc(y=piece, sr=22050)
        rms = librosa.feature.rms(y=piece)
        assert table["length"][i] == 66150
        assert table["spectral_centroid_mean"][i] == pytest.approx(centroid.mean(), rel=1e-4)
        assert table["spectral_centroid_var"][i] == pytest.approx(centroid.var(), rel=1e-3)
        assert table["rms_mean"][i] == pytest.approx(rms.mean(), rel=1e-4)
        assert table["mfcc1_mean"][i] == pytest.approx(mfcc[0].mean(), rel=1e-4)
        assert table["tempo"][i] == pytest.approx(librosa.beat.beat_track(y=piece, sr=22050)[0], rel=1e-6)


@pytest.mark.parametrize("window", WINDOWS)
def test_all_sets_at_once_are_each_of_them_alone(stereo, window, decoded):
    tables = songs.measure(str(stereo), ALL, parse_window(window))
    once = decoded["files"]
    assert [table.name for table in tables] == list(ALL)
    assert decoded["samples"] <= (2 if "+" in window else 1) * 7.5 * 44100 + 10_000
    for name, table in zip(ALL, tables, strict=True):
        alone = extract(stereo, name, window=window)
        assert np.array_equal(table.values, alone.values)
        assert table == dataclasses.replace(alone, values=table.values)
    assert once == (2 if window == "30s+3s" else 1)  # sought beyond the end, then heard from the start


@pytest.mark.parametrize("window", WINDOWS)
def test_samples_in_memory_are_cut_like_a_file(tmp_path, window, levels):
    samples = (sounds.music(7.5, 22050, 1) * 32768).astype(np.int16)
    path = sounds.write(tmp_path / "a.wav", samples.astype(np.float32) / 32768, 22050)
    for name in (*levels, "gtzan58"):
        of_file = extract(path, name, window=window)
        in_memory = extract(samples, name, rate=22050, window=window)
        assert np.array_equal(of_file.values, in_memory.values)
        assert of_file == dataclasses.replace(in_memory, values=of_file.values)


def test_one_summary_serves_all_sets_of_a_rate(stereo, monkeypatch):
    asked = []
    real = songs.summarise
    monkeypatch.setattr(songs, "summarise", lambda y, hz, parts: asked.append(parts) or real(y, hz, parts))
    songs.measure(str(stereo), ("gtzan58", "segments311", "club"), parse_window("3s"))
    parts = [FEATURE_SETS[name].parts for name in ("gtzan58", "segments311", "club")]
    assert asked == [frozenset().union(*parts)] * 2


@pytest.mark.parametrize("length_s", [8.9995, 9.0, 9.0005, 8.998, 9.002])
def test_sets_of_different_rates_have_the_same_pieces(tmp_path, levels, length_s):
    path = sounds.write(tmp_path / "a.wav", sounds.tone(seconds=length_s), 44100)
    for window in ("3s", "3s keep", "1.1s/0.7s"):
        slow, fast = songs.measure(str(path), levels, parse_window(window))
        assert slow.starts_s == pytest.approx(fast.starts_s, abs=1e-4)
        assert slow.ends_s == pytest.approx(fast.ends_s, abs=2e-4)


# -- windows


@pytest.mark.parametrize(
    ("window", "lie_s", "note"),
    [
        ("1s+2.5s", ((1.0,), 3.5), None),
        ("6s+3s", ((6.0,), 7.5), "the song ends at 7.5 s: heard from 6 s on, in place of 6s+3s"),
        ("7s+3s", ((4.5,), 7.5), "the song ends at 7.5 s: heard from 4.5 s on, in place of 7s+3s"),
        ("9s+40s", ((0.0,), 7.5), "the song ends at 7.5 s: heard from 0 s on, in place of 9s+40s"),
        ("7s+0.5s", ((7.0,), 7.5), None),
        ("3s", ((0.0, 3.0), 6.0), "the last 1.5 s, less than a window of 3 s, dropped"),
        ("3s keep", ((0.0, 3.0, 6.0), 7.5), None),
        ("8s", ((0.0,), 7.5), "7.5 s of sound, less than a window of 8 s: kept as one piece"),
        ("3s/10s", ((0.0,), 3.0), None),
    ],
)
def test_where_the_pieces_lie(stereo, levels, window, lie_s, note):
    starts_s, end_s = lie_s
    for table in songs.measure(str(stereo), levels, parse_window(window)):
        assert table.starts_s == starts_s
        assert table.ends_s[-1] == pytest.approx(end_s, abs=1e-9)
        assert table.notes == ((note,) if note else ())
        spans_s = np.subtract(table.ends_s, table.starts_s)
        assert table.values[:, 0] == pytest.approx(spans_s * int(table.name[1:]))


def test_an_excerpt_is_the_slice_of_the_song_found_by_seeking(tmp_path, levels, decoded):
    path = sounds.write(tmp_path / "a.mp3", sounds.music(60.0), 44100)
    [table] = songs.measure(str(path), ("gtzan58",), parse_window("45s+3s"))
    assert decoded["files"] == 1
    assert 3 * 44100 <= decoded["samples"] < 10 * 44100
    whole = audio.load(path).samples
    alone = extract(whole[45 * 22050 : 48 * 22050], rate=22050)
    assert table.values == pytest.approx(alone.values, rel=1e-3, abs=1e-6)


def test_bars_of_a_drummer(tmp_path):
    samples = clicks(20.0)
    table = extract(samples, "gtzan58", rate=22050, window="bars")
    [tempo_bpm] = extract(samples, "gtzan58", rate=22050).to_dict()["tempo"]
    assert tempo_bpm == pytest.approx(120, rel=0.03)
    bar_s = 240 / tempo_bpm
    assert table.starts_s == pytest.approx([n * bar_s for n in range(int(20 / bar_s))], abs=1e-4)
    assert table.ends_s[:-1] == pytest.approx(table.starts_s[1:])
    assert table.notes[0].endswith("s, without 4 whole beats, dropped")


def test_bars_are_those_of_the_published_table(gtzan):
    """Of this song the beat tracker finds 95.7 bpm, the estimator that the bars were cut by 99.4."""
    folder = gtzan.parent / "groover"
    with (folder / "song_table.csv").open(newline="") as file:
        [song] = [line for line in csv.DictReader(file) if line["filename"] == "music16"]
    with (folder / "bar_table.csv").open(newline="") as file:
        theirs = [
            float(line["duration"]) for line in csv.DictReader(file) if song["uuid"] == line["filename"]
        ]
    table = extract(folder / "audio" / "music16.flac", "gtzan58", window="bars keep")
    ours = np.subtract(table.ends_s, table.starts_s)
    assert len(ours) == 13
    assert ours[:-1] == pytest.approx(theirs[:-1], abs=2e-3)  # theirs are of whole milliseconds
    assert ours[-1] == pytest.approx(theirs[-1], abs=0.02)


def test_beats_of_a_drummer():
    table = extract(clicks(20.0), "gtzan58", rate=22050, window="beats")
    from_hit_s = (np.array(table.starts_s) - 0.25) % 0.5
    assert np.minimum(from_hit_s, 0.5 - from_hit_s).max() < 0.06
    assert np.subtract(table.ends_s, table.starts_s) == pytest.approx(2.0, abs=0.06)
    assert len(table.values) >= 8


@pytest.mark.parametrize(
    ("window", "note"),
    [
        ("bars", "no tempo was found: kept as one piece"),
        ("beats", "beats found: 0, fewer than 5: kept as one piece"),
    ],
)
def test_silence_has_neither(window, note):
    table = extract(np.zeros(66150, np.float32), rate=22050, window=window)
    assert (table.starts_s, table.ends_s, table.notes) == ((0.0,), (3.0,), (note,))


def test_musicnn_gives_the_mean_of_its_patches_but_of_a_whole_song_all(stereo):
    patches = extract(stereo, "musicnn")
    assert patches.values.shape == (2, 250)
    [table] = songs.measure(str(stereo), ("musicnn",), parse_window("7s"))
    samples = audio.load(stereo, rate_hz=16000).samples[: 7 * 16000]
    assert table.values == pytest.approx(musicnn.musicnn(samples).values.mean(axis=0, keepdims=True))
    assert (table.starts_s, table.ends_s) == ((0.0,), (7.0,))


def test_what_is_wrong_with_a_file_is_said_first(tmp_path, levels):
    path = sounds.write(tmp_path / "a.wav", sounds.tone(seconds=4.0), 44100)
    path.write_bytes(path.read_bytes()[: -2 * 2 * 44100 // 2])
    assert extract(path, "n8000", window="3s").notes == (
        "3.5 s of 4.0 s could be decoded",
        "the last 0.5 s, less than a window of 3 s, dropped",
    )


# -- what cannot be had


def test_what_is_no_window(stereo):
    with pytest.raises(ArgumentError, match=r"no window is called '3 sec' \(give whole, 3s, 3s/1.5s, "):
        extract(stereo, window="3 sec")
    with pytest.raises(ArgumentError, match=r"'no' for a short last piece \(give drop or keep\)"):
        extract(stereo, window="3s", last="no")
    with pytest.raises(UnknownNameError):
        songs.measure(str(stereo), ("gtzan58", "gtzan59"), Window())


def test_no_feature_sets(stereo):
    with pytest.raises(ArgumentError) as caught:
        songs.measure(str(stereo), (), Window())
    assert str(caught.value) == "no feature set was named (give at least one)"


def test_too_much_at_once(stereo, levels, monkeypatch):
    member = dataclasses.replace(FEATURE_SETS["n8000"], longest_s=2.0)
    monkeypatch.setitem(FEATURE_SETS._members, "n8000", member)
    with pytest.raises(ArgumentError) as caught:
        extract(stereo, "n8000", window="3s")
    assert str(caught.value) == (
        "a window of 3s, and 'n8000' needs a whole piece in memory: at most 2 s (give a shorter one)"
    )
    assert len(extract(stereo, "n8000", window="1s").values) == 7
    monkeypatch.setattr(songs, "LONGEST_CUT_S", 5.0)
    with pytest.raises(ArgumentError) as caught:
        extract(stereo, "n22050", window="bars")
    assert str(caught.value) == (
        f"'{stereo}' lasts 8 s, and bars need a whole song in memory: at most 5 s "
        "(take a part of it, e.g. window='0s+60s', or windows of fixed length, e.g. window='3s')"
    )
    with pytest.raises(ArgumentError) as caught:
        extract(np.zeros(8 * 8000), "n22050", rate=8000, window="beats")
    assert str(caught.value) == (
        "samples that last 8 s, and beats need a whole song in memory: at most 5 s "
        "(give a part of them, up to 5 s long)"
    )


def test_a_song_without_beats_is_one_piece_and_may_be_too_long(levels, monkeypatch):
    member = dataclasses.replace(FEATURE_SETS["n22050"], longest_s=4.0)
    monkeypatch.setitem(FEATURE_SETS._members, "n22050", member)
    silence = np.zeros(5 * 22050, np.float32)
    for window in ("bars", "beats"):
        with pytest.raises(ArgumentError) as caught:
            extract(silence, "n22050", rate=22050, window=window)
        assert str(caught.value) == (
            "a piece of 5 s without bars or beats, and 'n22050' needs a whole piece in memory: at most 4 s "
            "(take windows of fixed length, e.g. window='3s')"
        )
    assert len(extract(clicks(12.0), "n22050", rate=22050, window="bars").values) == 5


def test_a_song_that_is_too_long_is_not_read_to_its_end(tmp_path, levels, decoded, monkeypatch):
    monkeypatch.setattr(songs, "LONGEST_CUT_S", 5.0)
    path = sounds.write(tmp_path / "a.flac", sounds.tone(seconds=60.0, channels=1), 44100)
    with pytest.raises(ArgumentError, match="lasts 60 s"):
        extract(path, "n8000", window="beats")
    assert decoded["samples"] < 9 * 44100


def test_too_little_sound(tmp_path, levels):
    one = extract(np.float32([0.5]), "n22050", rate=22050, window="3s")
    assert one.values.tolist() == [[1.0]]
    assert one.notes == ("4.54e-05 s of sound, less than a window of 3 s: kept as one piece",)
    empty = sounds.write(tmp_path / "a.wav", np.zeros((0, 1), np.float32), 22050)
    for window in WINDOWS:
        with pytest.raises(EmptyAudioError):
            extract(empty, "n22050", window=window)


def test_the_examples_in_the_docstrings_run(song):
    assert doctest.testmod(songs, extraglobs={"song": song}) == (0, 5)


# -- memory

PROGRAM = """
import sys
import numpy as np
from earmark.audio.windows import parse_window
from earmark.features import FEATURE_SETS, Rows, measure
from earmark.features.columns import ColumnInfo
from earmark.features.table import FeatureSet
info = (ColumnInfo("n", "samples", 1.0, float("inf"), "the sound itself"),)
for hz in (16000, 22050):
    member = FeatureSet(f"n{hz}", 1, hz, info, "", lambda y: Rows(np.array([[len(y)]]), [0.0], [0.0]))
    FEATURE_SETS.add(member.name, member)
tables = measure(sys.argv[1], ("n16000", "n22050"), parse_window(sys.argv[2]))
status = open("/proc/self/status").read()
print(len(tables[0].values), status.partition("VmHWM:")[2].split()[0])
"""


@pytest.fixture(scope="module")
def long_and_short(tmp_path_factory):
    """Return an mp3 of half a minute, and of three hours."""
    folder = tmp_path_factory.mktemp("long")
    short = sounds.write(folder / "short.mp3", sounds.music(30.0), 44100)
    return short, sounds.repeat(short, folder / "long.mp3", 3 * 3600)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has /proc/self/status")
@pytest.mark.parametrize(("window", "every_s"), [("10s/5s", 5), ("9000s+40s", None)])
@pytest.mark.slow
def test_three_hours_are_cut_in_the_memory_of_one_window(long_and_short, window, every_s):
    peaks_kb = []
    for path, seconds in zip(long_and_short, (30, 3 * 3600), strict=True):
        command = [sys.executable, "-c", PROGRAM, str(path), window]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        pieces, peak_kb = map(int, done.stdout.split())
        assert pieces == pytest.approx(seconds / every_s if every_s else 1, abs=12 if every_s else 0)
        peaks_kb.append(peak_kb)
    assert peaks_kb[1] - peaks_kb[0] < 16 * 1024
    assert peaks_kb[1] < 150_000
