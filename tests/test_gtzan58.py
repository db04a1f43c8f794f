"""The 57 sound columns: known answers, librosa's numbers, properties, and frozen numbers of one sound."""

import csv
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from benchmarks import sounds
from benchmarks.librosa_recipe import gtzan57
from benchmarks.parity import COLUMN_SPREAD, compare
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from tools import gtzan as data

from earmark.features import FEATURE_SETS
from earmark.features.gtzan58 import COLUMNS, SOUND_COLUMNS, row

RATE_HZ = 22050
CLIPS = sounds.lossless_clips()
needs_clips = pytest.mark.skipif(not CLIPS, reason="the lossless clips are not here: set EARMARK_DATA")


def ours(y):
    return FEATURE_SETS["gtzan58"].compute(y).values[0]


def named(y):
    return dict(zip(COLUMNS, ours(y), strict=True))


@pytest.fixture(scope="module")
def clip_rows():
    """Librosa's row and ours of every lossless clip: half a minute, hence once."""
    import soundfile

    samples = [soundfile.read(path, dtype="float32")[0] for path in CLIPS]
    theirs = np.array([list(gtzan57(y).values()) for y in samples])
    return theirs, np.array([ours(y)[1:] for y in samples])


# -- known answers


def test_columns_are_the_published_ones():
    assert len(COLUMNS) == 58
    assert COLUMNS[0] == "length"
    assert COLUMNS[17] == "tempo"
    assert COLUMNS[-1] == "mfcc20_var"


def test_sine():
    found = named(sounds.sine(440.0, duration_s=10.0))
    assert found["length"] == 220500
    assert found["spectral_centroid_mean"] == pytest.approx(440.0, rel=0.05)
    assert found["rms_mean"] == pytest.approx(0.5 / np.sqrt(2), rel=0.01)
    assert found["zero_crossing_rate_mean"] == pytest.approx(2 * 440 / RATE_HZ, rel=0.01)
    assert found["harmony_var"] == pytest.approx(0.125, rel=0.02)
    assert found["perceptr_var"] < 1e-3


def test_silence():
    found = named(np.zeros(5 * RATE_HZ, np.float32))
    zero = set(SOUND_COLUMNS) - {"mfcc1_mean"}
    assert {name: found[name] for name in zero} == pytest.approx(dict.fromkeys(zero, 0.0), abs=1e-4)
    assert found["mfcc1_mean"] == pytest.approx(-100.0 * np.sqrt(128), rel=1e-5)  # -100 dB in 128 bands


def test_constant_does_not_cross_zero():
    found = named(np.full(RATE_HZ, 0.25, np.float32))
    assert found["zero_crossing_rate_mean"] == 0.0
    assert found["harmony_mean"] + found["perceptr_mean"] == pytest.approx(0.25, rel=1e-4)


def test_click_track_of_120_bpm():
    assert named(sounds.clicks(120.0))["tempo"] == gtzan57(sounds.clicks(120.0))["tempo"]
    assert named(sounds.clicks(120.0))["tempo"] == pytest.approx(120.0, rel=0.03)


# -- parity


@pytest.mark.slow
@needs_clips
def test_clips_have_librosas_tempo(clip_rows):
    theirs, found = clip_rows
    tempo = SOUND_COLUMNS.index("tempo")
    assert np.array_equal(found[:, tempo], theirs[:, tempo])


@pytest.mark.slow
@needs_clips
def test_clips_have_librosas_numbers(clip_rows):
    parity = compare(*clip_rows)
    assert parity.outside == []
    assert parity.p999_relative <= 1.5e-4


@pytest.mark.parametrize("name", sounds.synthetic())
def test_synthetic_sounds_have_librosas_numbers(name):
    y = sounds.synthetic()[name]
    theirs = np.array([list(gtzan57(y).values())])
    parity = compare(theirs, ours(y)[None, 1:])
    assert parity.outside == []
    assert parity.tempo_equal == 1


# Below 1536 samples librosa itself is at the mercy of scipy: see test_dsp.py.
@pytest.mark.parametrize("n", [1536, 2048, 4410, 22050])
def test_short_sounds_have_librosas_numbers(n):
    y = sounds.chords()[7000 : 7000 + n]
    theirs = np.array([list(gtzan57(y).values())])
    assert compare(theirs, ours(y)[None, 1:]).outside == []


@pytest.mark.slow
@needs_clips
def test_with_mirrored_ends_the_published_numbers_come_out():
    """librosa before 0.10 mirrored the ends; it also cut the tail of the two parts, hence without those."""
    import csv

    import soundfile

    with (sounds.data_folder() / "gtzan" / "features_30_sec.csv").open(newline="") as file:
        table = {line["filename"].removesuffix(".au"): line for line in csv.DictReader(file)}
    names = [name for name in COLUMNS if not name.startswith(("harmony", "perceptr"))]
    at = [COLUMNS.index(name) for name in names]
    for path in CLIPS:
        found = row(soundfile.read(path, dtype="float32")[0], mirror_ends=True)[0, at]
        published = np.array([float(table[path.stem][name]) for name in names])
        assert found == pytest.approx(published, rel=1e-4, abs=1e-5), path.stem


def test_spread_is_known_for_every_column():
    assert tuple(COLUMN_SPREAD) == SOUND_COLUMNS


def test_spread_is_that_of_the_train_and_valid_rows(gtzan):
    used = {*data.listed("train"), *data.listed("valid")}
    with (gtzan / "features_30_sec.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if Path(row["filename"]).stem in used]
    assert len(rows) == 443 + 197
    for name, spread in COLUMN_SPREAD.items():
        assert np.std([float(row[name]) for row in rows]) == pytest.approx(spread, rel=1e-3)


def test_a_number_that_is_none_is_outside_tolerance():
    truth = np.ones((5, 57))
    found = truth.copy()
    found[2, SOUND_COLUMNS.index("rms_mean")] = np.nan
    parity = compare(truth, found)
    assert parity.outside == ["rms_mean"]
    assert not parity.p999_relative <= 1
    assert compare(truth, truth).outside == []


# -- properties


EDGE_CASES = {
    "one sample": np.float32([0.5]),
    "two samples": np.float32([0.5, -0.5]),
    "two frames": sounds.noise()[:700],
    "0.05 s": sounds.noise()[:1103],
    "impulse": np.eye(1, 5000, 2500, dtype=np.float32)[0],
    "constant": np.full(3000, -1.0, np.float32),
    "full-scale square": sounds.square(),
    "nearly nothing": np.full(5000, 1e-30, np.float32),
    "denormal": np.full(5000, 1e-42, np.float32),
    "sound after silence": np.concatenate([np.zeros(30000, np.float32), sounds.noise(1.0)]),
    "beyond full scale": 1000 * sounds.noise(1.0),
}


@pytest.mark.parametrize("name", EDGE_CASES)
def test_every_number_is_finite(name):
    found = ours(EDGE_CASES[name])
    assert found.shape == (58,)
    assert np.isfinite(found).all()


@settings(max_examples=40, deadline=None)
@given(hnp.arrays(np.float32, st.integers(1, 6000), elements=st.floats(-1, 1, width=32)))
def test_any_samples_give_finite_numbers_in_range(y):
    found = named(y)
    assert np.isfinite(list(found.values())).all()
    assert all(found[name] >= 0 for name in found if name.endswith("_var"))
    for name in ("spectral_centroid_mean", "spectral_bandwidth_mean", "rolloff_mean"):
        assert 0 <= found[name] <= RATE_HZ / 2 * (1 + 1e-6)
    assert 0 <= found["zero_crossing_rate_mean"] <= 1
    assert 0 <= found["chroma_stft_mean"] <= 1


def test_threads_do_not_share_their_working_memory():
    songs = [sounds.noise(duration_s=2.0, seed=seed) for seed in range(8)]
    alone = [ours(y) for y in songs]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(ours, songs))
    assert np.array_equal(alone, together)


@settings(max_examples=10, deadline=None)
@given(st.floats(0.25, 4.0), st.integers(0, 100))
def test_loudness_moves_only_what_measures_loudness(gain, seed):
    y = sounds.noise(duration_s=1.0, seed=seed)
    before, after = named(y), named(np.float32(gain) * y)
    assert after["rms_mean"] == pytest.approx(gain * before["rms_mean"], rel=1e-4)
    assert after["perceptr_var"] == pytest.approx(gain**2 * before["perceptr_var"], rel=1e-3)
    for name in ("spectral_centroid_mean", "rolloff_mean", "zero_crossing_rate_mean", "mfcc2_mean", "tempo"):
        assert after[name] == pytest.approx(before[name], rel=1e-3, abs=1e-3)


# -- frozen: a change here is a new version of the feature set

FROZEN = {
    "length": 264600,
    "chroma_stft_mean": 0.32982786,
    "rms_mean": 0.095011143,
    "spectral_centroid_mean": 1329.0596,
    "spectral_bandwidth_var": 38451.591,
    "rolloff_mean": 1865.6001,
    "zero_crossing_rate_mean": 0.061289214,
    "harmony_var": 0.0092437612,
    "perceptr_var": 7.4964403e-05,
    "tempo": 117.45384,
    "mfcc1_mean": -272.97068,
    "mfcc2_var": 708.986,
    "mfcc20_mean": 9.0070841,
}


def test_frozen_numbers():
    assert FEATURE_SETS["gtzan58"].version == 1
    found = named(sounds.chords())
    assert {name: found[name] for name in FROZEN} == pytest.approx(FROZEN, rel=1e-5)
