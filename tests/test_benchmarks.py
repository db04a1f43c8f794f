"""The programs that measure: what they would say of numbers that are known."""

import doctest

import numpy as np
import pytest
from benchmarks import calibration, causes, chart, race, report, sounds, truth, ways
from benchmarks.footprint import Cold, FromFile
from benchmarks.full_recipe import tunings
from benchmarks.librosa_recipe import gtzan57, gtzan57_shared, librosa
from benchmarks.parity import Parity
from benchmarks.parity_report import Found, exceptions, tables
from hypothesis import given
from hypothesis import strategies as st

from earmark.features.gtzan58 import SOUND_COLUMNS

NAMES = (report.FIRST, "librosa, one spectrum for all", "Earmark, NumPy", "Earmark, C, avx2")
EQUAL = Parity(0.0, 0.0, "rms_mean", [], 8, 8)


def figures(times=150.0, of_the_floor=1.5, parity=EQUAL):
    """Return made-up figures in which avx2 is that many times faster than librosa."""
    ms = dict(zip(NAMES, (1500.0, 1200.0, 80.0, 1500.0 / times), strict=True))
    lean = dict(zip(NAMES, (200.0, 100.0, 30.0, 5.0), strict=True))
    least = {"avx2": ms[NAMES[-1]] / of_the_floor}
    return report.Figures(
        what="made up",
        full=dict.fromkeys(report.LOADS, ms),
        lean=dict.fromkeys(report.LOADS, lean),
        floor=dict.fromkeys(report.LOADS, least),
        parity={"numpy": EQUAL, "avx2": parity},
        functions=[("rms", 2.0, 1.0)],
        cold={"Earmark, NumPy": Cold(0.3, 80.0)},
        files=[FromFile("30 s, one row", 0.03, 0.055)],
    )


def test_examples_in_docstrings():
    assert doctest.testmod(calibration).failed == 0


# -- librosa's recipe


@pytest.mark.parametrize("hpss", [True, False])
def test_one_spectrum_gives_the_numbers_of_function_by_function(hpss):
    y = sounds.chords(2.0)
    assert gtzan57_shared(y, hpss) == gtzan57(y, hpss)
    assert tuple(gtzan57(y)) == SOUND_COLUMNS


# -- ways


def test_every_path_can_be_forced_and_the_choice_comes_back(monkeypatch):
    monkeypatch.setenv("EARMARK_DSP", "numpy")
    y = sounds.chords(1.0)
    for path in ways.paths():
        with ways.forced(path):
            assert ways.native.kernel() == (None if path == "numpy" else path)
            assert np.isfinite(ways.ours(y)).all()
    assert ways.native.kernel() is None


def test_every_way_gives_57_columns_or_says_it_has_none():
    y = sounds.chords(1.0)
    known = ways.ways()
    assert known[0].name == report.FIRST
    for way in known:
        assert way.full is None or way.full(y).shape == (57,)


def test_on_each_sound_the_programs_take_turns():
    order = []
    works = {"a": lambda y: order.append("a" + y), "b": lambda y: order.append("b" + y)}
    spent = race.race(works, ["1", "2"])
    assert order == ["a1"] * 7 + ["b1"] * 7 + ["a2"] * 7 + ["b2"] * 7
    assert {name: len(seconds) for name, seconds in spent.items()} == {"a": 2, "b": 2}


# -- verdicts


def test_what_is_fast_and_equal_passes():
    assert all(good for good, _ in report.verdicts(figures()))
    said = report.text(figures())
    assert "pass: avx2, 30-s clip: 150 times librosa, 100 required" in said
    assert "FAIL" not in said


@pytest.mark.parametrize(
    ("worse", "said"),
    [
        ({"times": 99.0}, "avx2, 30-s clip: 99 times librosa, 100 required"),
        ({"of_the_floor": 1.7}, "avx2, 3-s segment: 1.70 of the floor, 1.6 allowed"),
        ({"parity": Parity(0.1, 2e-4, "rms_mean", [], 8, 8)}, "parity of avx2"),
        ({"parity": Parity(0.1, 0.0, "tempo", [], 7, 8)}, "parity of avx2"),
        ({"parity": Parity(0.1, 0.0, "rms_mean", ["rms_mean"], 8, 8)}, "parity of avx2"),
    ],
)
def test_what_falls_short_fails(worse, said):
    assert said in [text for good, text in report.verdicts(figures(**worse)) if not good]


def test_bars_of_different_length_have_different_words():
    assert chart._label(1348.0, 1.0) == "1.35 s"
    assert chart._label(1250.0, 1.078) == "1.25 s  ·  1.1 times faster"
    assert chart._label(8.55, 157.7) == "8.6 ms  ·  158 times faster"


def test_charts_are_written_for_light_and_dark_pages(tmp_path):
    chart.write(figures(), tmp_path)
    light, dark = ((tmp_path / name).read_text() for name in ("speed.svg", "speed-dark.svg"))
    assert "#ffffff" in light
    assert "#ffffff" not in dark
    chart.write(figures(), tmp_path)
    assert light == (tmp_path / "speed.svg").read_text()


# -- causes


@given(st.integers(0, 2**32 - 1))
def test_a_nudge_is_one_rounding_step(seed):
    y = np.float32([0.0, 1.5, -1e-3, 0.75])
    moved = causes.nudged(y, seed)
    assert moved.dtype == np.float32
    assert moved[0] == 0.0
    assert (moved[1:] != y[1:]).all()
    assert np.allclose(moved, y, rtol=2.5e-7, atol=0)


def test_a_mean_near_zero_is_explained_and_a_wrong_number_is_not():
    y = sounds.chords(2.0)
    mine = gtzan57(y)["harmony_mean"]
    near = causes.cause("harmony_mean", y, mine, mine + 1e-11)
    assert near.proven
    assert near.text.startswith("a mean near zero of numbers that spread by ")
    rms = gtzan57(y)["rms_mean"]
    assert not causes.cause("rms_mean", y, rms, 1.001 * rms).proven


def test_a_rolloff_is_explained_only_by_frames_that_are_a_close_call():
    y = sounds.noise(2.0)
    mine = gtzan57(y)["rolloff_mean"]
    found = causes.cause("rolloff_mean", y, mine, 1.001 * mine)
    assert not found.proven
    assert "do not explain it" in found.text


def test_another_tempo_is_explained_only_if_librosa_says_it_too():
    y = sounds.clicks(120.0, duration_s=5.0)
    mine = gtzan57(y)["tempo"]
    found = causes.cause("tempo", y, mine, mine / 2)
    assert not found.proven
    assert found.text == "two tempi score alike: librosa itself says ours in 0 of 32 nudges"
    assert causes.cause("tempo", y, mine, mine).proven


# -- the parity report


def test_only_what_differs_is_an_exception():
    y = sounds.chords(1.0)
    piece = truth.Piece("chords", "synthetic", y)
    own = np.array(list(gtzan57(y).values()))
    off = own.copy()
    off[SOUND_COLUMNS.index("rms_mean")] *= 1.001
    found = exceptions(piece, own, {"numpy": own, "avx2": off})
    assert [(one.piece, one.column, list(one.relative)) for one in found] == [
        ("chords", "rms_mean", ["avx2"])
    ]
    text, good = tables(Found({"synthetic": [own]}, {("synthetic", "avx2"): [off]}, found))
    assert "| 1 synthetic sounds | avx2 | 1 of 1 | 1.0e-03 (rms_mean) |" in text
    assert not good


def test_what_librosa_said_is_remembered(tmp_path, monkeypatch):
    monkeypatch.setattr(truth.tempfile, "gettempdir", lambda: str(tmp_path))
    asked = []

    def recipe(y):
        asked.append(len(y))
        return {"a": 0.1, "b": float(y[0])}

    piece = truth.Piece("chords", "synthetic", np.float32([1, 2]))
    for _ in range(2):
        assert truth.Truth(recipe).row(piece).tolist() == [0.1, 1.0]
    assert asked == [2]
    assert truth.Truth(recipe).row(piece._replace(samples=np.float32([3, 4]))).tolist() == [0.1, 3.0]


def test_the_tuning_of_the_histogram_is_librosas():
    y = sounds.chords(3.0, cents=30.0)
    (best, most), (_, fewer) = tunings(y)
    assert best == librosa.estimate_tuning(y=y, sr=22050, bins_per_octave=36)
    assert most >= fewer
