"""The feature sets that select from a summary: one contract for all, known answers for each."""

import csv

import numpy as np
import pytest
from benchmarks import sounds
from benchmarks.librosa_recipe import librosa
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from earmark._dsp.summary import summarise
from earmark.features import FEATURE_SETS
from earmark.features.groover65 import COLUMNS as GROOVER

RATE_HZ = 22050
SELECTIONS = [name for name in FEATURE_SETS if FEATURE_SETS[name].row_of is not None]
SOUNDS = {
    **sounds.synthetic(),
    "silence": np.zeros(66149, np.float32),
    "one sample": np.float32([-1.0]),
    "two samples": np.float32([0.5, -0.5]),
    "two frames": sounds.noise()[:700],
    "impulse": np.eye(1, 5000, 2500, dtype=np.float32)[0],
    "constant": np.full(66149, -1.0, np.float32),
    "full-scale noise": np.sign(sounds.noise()),
    "denormal": np.full(5000, 1e-42, np.float32),
    "sound after silence": np.concatenate([np.zeros(30000, np.float32), sounds.noise(1.0)]),
}


def named(name, y):
    member = FEATURE_SETS[name]
    return dict(zip(member.columns, member.compute(np.float32(y)).values[0], strict=True))


def check_range(member, row):
    """Hold a row to what is declared of it; rounding may pass a bound by a millionth."""
    for column, value in zip(member.info, row, strict=True):
        slack = 1e-6 * max(abs(column.low), abs(column.high)) if np.isfinite(column.high) else 0.0
        assert column.low - slack <= value <= column.high + slack, column.name


# -- the contract


@pytest.fixture(params=list(FEATURE_SETS))
def member(request):
    return FEATURE_SETS[request.param]


def test_columns_are_declared_with_unit_range_and_source(member):
    assert len(member.info) == len(member.columns)
    for column in member.info:
        assert column.unit
        assert column.source
        assert column.low < column.high


@pytest.mark.parametrize("kind", SOUNDS)
def test_every_number_is_finite_and_in_its_range(kind):
    """All sets but musiCNN from one summary, as extraction takes them."""
    members = [FEATURE_SETS[name] for name in SELECTIONS]
    summary = summarise(SOUNDS[kind], RATE_HZ, frozenset().union(*(member.parts for member in members)))
    for member in members:
        row = member.row_of(summary)
        assert row.shape == (len(member.columns),)
        assert np.isfinite(row).all()
        check_range(member, row)


@pytest.mark.parametrize("kind", ["noise", "silence", "one sample", "impulse"])
def test_musicnn_is_finite_and_in_its_range(kind):
    member = FEATURE_SETS["musicnn"]
    rows = member.compute(SOUNDS[kind]).values
    assert np.isfinite(rows).all()
    for row in rows:
        check_range(member, row)


@pytest.mark.parametrize("kind", ["chords", "muffled"])
@pytest.mark.parametrize("name", SELECTIONS)
def test_a_shared_summary_gives_the_same_row(name, kind):
    y = sounds.chords(duration_s=3.0)
    if kind == "muffled":  # contrast is measured in double precision then, and nothing else
        spectrum = np.fft.rfft(sounds.noise(3.0))
        spectrum[len(spectrum) * 9 // 10 :] = 0.0
        y = np.fft.irfft(spectrum).astype(np.float32)
    member = FEATURE_SETS[name]
    together = frozenset().union(*(FEATURE_SETS[other].parts for other in SELECTIONS))
    alone = member.compute(y)
    assert np.array_equal(member.row_of(summarise(y, RATE_HZ, together)), alone.values[0])
    assert np.array_equal(member.compute(y).values, alone.values)
    assert (alone.starts_s, alone.ends_s) == ([0.0], [len(y) / RATE_HZ])


@settings(max_examples=25)
@given(hnp.arrays(np.float32, st.integers(1, 5000), elements=st.floats(-1, 1, width=32)))
def test_any_samples_stay_in_range(y):
    member = FEATURE_SETS["full"]
    row = member.compute(y).values[0]
    assert np.isfinite(row).all()
    check_range(member, row)


# -- segments311


def test_segments311_in_the_order_of_its_source():
    columns = FEATURE_SETS["segments311"].columns
    assert len(columns) == 311
    assert columns[:2] == ("chroma_stft_mean", "chroma_stft_std")
    assert columns[12:15] == ("harmonic_mean", "harmonic_std", "tempo")
    assert (columns[15], columns[34], columns[35], columns[54]) == (
        "mfcc1_mean",
        "mfcc20_mean",
        "mfcc1_std",
        "mfcc20_std",
    )
    assert (columns[55], columns[183], columns[310]) == ("mel1_mean", "mel1_std", "mel128_std")


def test_segments311_of_a_tone():
    found = named("segments311", sounds.sine(1000.0))
    mel = [found[f"mel{band}_mean"] for band in range(1, 129)]
    centres_hz = librosa.mel_frequencies(130, fmax=RATE_HZ / 2)[1:-1]
    assert centres_hz[np.argmax(mel)] == pytest.approx(1000.0, abs=20.0)
    assert found["harmonic_std"] == pytest.approx(0.5 / np.sqrt(2), rel=0.02)
    assert found["rms_mean"] == pytest.approx(0.5 / np.sqrt(2), rel=0.02)


def test_segments311_has_librosas_numbers():
    y = sounds.chords()[:66149]
    found = named("segments311", y)
    mel = librosa.feature.melspectrogram(y=y).astype(np.float64)
    assert [found[f"mel{band}_mean"] for band in range(1, 129)] == pytest.approx(mel.mean(axis=1), rel=1e-4)
    assert [found[f"mel{band}_std"] for band in range(1, 129)] == pytest.approx(mel.std(axis=1), rel=1e-4)
    assert found["tempo"] == np.ravel(librosa.beat.beat_track(y=y)[0])[0]
    harmonic = librosa.effects.harmonic(y).astype(np.float64)
    assert found["harmonic_std"] == pytest.approx(harmonic.std(), rel=1e-4)


# -- club


def test_club_hears_which_tone_sounds():
    found = named("club", sounds.sine(440.0))
    chroma = {name: value for name, value in found.items() if name.startswith("chroma_")}
    assert len(found) == 43
    assert len(chroma) == 12
    assert max(chroma, key=chroma.get) == "chroma_A"
    assert found["spectral_centroid"] == pytest.approx(440.0, rel=0.1)
    # A is three fifths above C: half a turn and a quarter on the circle of fifths.
    assert found["tonnetz_fifth_x"] == pytest.approx(np.sin(9 * np.pi * 7 / 6), abs=0.1)


def test_club_has_librosas_numbers():
    y = sounds.chords()
    found = named("club", y)
    chroma = librosa.feature.chroma_stft(y=y).mean(axis=1)
    tonnetz = librosa.feature.tonnetz(y=y).mean(axis=1)
    assert [v for k, v in found.items() if k.startswith("chroma_")] == pytest.approx(chroma, rel=2e-4)
    assert [v for k, v in found.items() if k.startswith("tonnetz_")] == pytest.approx(tonnetz, abs=1e-4)
    assert found["bpm"] == np.ravel(librosa.beat.beat_track(y=y)[0])[0]


# -- groover65


def test_groover65_of_a_crescendo():
    y = sounds.sine(duration_s=4.0) * np.repeat(np.float32([0.01, 1.0]), 2 * RATE_HZ)
    found = named("groover65", y)
    assert found["dynamic_range"] == pytest.approx(43.0, abs=0.2)  # a hundredth, and half of it at the start
    assert found["harmonic_rms"] > 10 * found["percussive_rms"]
    assert found["key_tonic"] == 9.0  # A


def test_groover65_has_no_tempo_where_nothing_begins():
    """librosa's estimator then gives the tempo that it holds likeliest beforehand."""
    assert named("groover65", np.zeros(66150, np.float32))["tempo"] == 0.0
    assert librosa.feature.tempo(y=np.zeros(66150, np.float32)) == pytest.approx(117.45, abs=0.01)


def test_groover65_is_its_table_but_for_the_ends(gtzan):
    """librosa before 0.10 mirrored the ends: with them our numbers are the published ones."""
    import soundfile

    folder = gtzan.parent / "groover"
    with (folder / "song_table.csv").open(newline="") as file:
        table = {line["filename"]: line for line in csv.DictReader(file)}
    header = list(next(iter(table.values())))
    assert [*header[3:], "key_tonic", "key_minor", "key_confidence"] == list(GROOVER.names)
    for path in sorted(folder.glob("audio/*.flac"))[:3]:
        y = soundfile.read(path, dtype="float32")[0]
        mirrored = dict(
            zip(GROOVER.names, GROOVER.row_of(summarise(y, RATE_HZ, GROOVER.parts, True)), strict=True)
        )
        for name in header[3:]:
            # The constant-Q transform has silent ends; the old separation lost the last samples.
            approximate = name.startswith(("chroma_cens", "harmonic", "percussive", "HPR"))
            far = 5e-3 if approximate else 2e-5
            assert mirrored[name] == pytest.approx(float(table[path.stem][name]), rel=far, abs=1e-5), name


# -- full


def test_full_holds_every_number_of_the_others():
    y = sounds.chords(duration_s=6.0)
    full = list(named("full", y).values())
    for name in set(SELECTIONS) - {"full"}:
        for column, value in named(name, y).items():
            wanted = np.sqrt(value) if column.endswith("_var") else value
            assert column == "length" or np.isclose(full, wanted, rtol=1e-12, atol=0.0).any(), (name, column)


def test_full_holds_no_number_twice():
    values = FEATURE_SETS["full"].compute(sounds.chords(duration_s=6.0)).values[0]
    distinct = values[np.abs(values) > 1e-9]
    assert len(set(distinct.tolist())) >= len(distinct) - 1  # both tempi may be the same


def test_full_of_clicks():
    found = named("full", sounds.clicks(120.0))
    assert found["tempo"] == pytest.approx(120.0, rel=0.03)
    assert found["tempo_half"] == pytest.approx(60.0, rel=0.03)
    assert found["tempo_confidence"] + found["tempo_half_share"] + found[
        "tempo_double_share"
    ] == pytest.approx(1)
    assert found["onset_rate"] == pytest.approx(2.0, abs=0.06)
    assert found["beat_strength"] > 10.0


# -- frozen: a change here is a new version of the feature set

FROZEN = {
    "segments311": {
        "chroma_stft_mean": 0.32982786,
        "mfcc17_mean": -3.4185401,
        "mel8_mean": 7.7413336,
        "mel70_mean": 0.057713854,
        "mel35_std": 1.4492308,
    },
    "club": {
        "mfcc5": -9.3493762,
        "spectral_bandwidth": 1855.8659,
        "chroma_D#": 0.16624132,
        "chroma_B": 0.42163286,
        "tonnetz_minor_third_y": 0.25224479,
    },
    "groover65": {
        "zero_crossing_rate": 0.061289214,
        "percussive_rms": 0.0047480644,
        "spectral_contrast_mean": 22.23915,
        "mfcc_19_mean": 9.0070848,
    },
    "full": {
        "tempo": 117.45384,
        "spectral_contrast1_std": 4.4892368,
        "chroma_cqt_mean": 0.29806675,
        "mfcc12_std": 12.557035,
        "mel51_mean": 0.48008324,
    },
}


def test_frozen_numbers():
    y = sounds.chords()
    for name, numbers in FROZEN.items():
        found = named(name, y)
        assert {column: found[column] for column in numbers} == pytest.approx(numbers, rel=1e-5), name
        assert FEATURE_SETS[name].version == 1
