"""One contract for every feature set, and the door to them."""

import dataclasses
import sys
import wave

import numpy as np
import pytest

from earmark import audio
from earmark._dsp import native
from earmark.errors import ArgumentError, EarmarkError, EmptyAudioError, MissingFileError, UnknownNameError
from earmark.features import FEATURE_SETS, FeatureTable, extract


def tone(rate_hz, duration_s=4.0):
    rng = np.random.default_rng(0)
    t = np.arange(round(rate_hz * duration_s)) / rate_hz
    return (0.3 * np.sin(2 * np.pi * 330 * t) + rng.normal(0, 0.01, len(t))).astype(np.float32)


@pytest.fixture(params=list(FEATURE_SETS))
def member(request):
    return FEATURE_SETS[request.param]


# -- the contract


def test_member_says_what_it_is(member):
    assert member.name in FEATURE_SETS
    assert member.version >= 1
    assert member.rate_hz >= 8000
    assert member.description.endswith(".")
    assert len(set(member.columns)) == len(member.columns) > 0


@pytest.mark.parametrize("kind", ["tone", "silence"])
def test_member_delivers_what_it_declares(member, kind):
    samples = tone(member.rate_hz)
    rows = member.compute(np.zeros_like(samples) if kind == "silence" else samples)
    assert rows.values.shape == (len(rows.starts_s), len(member.columns))
    assert len(rows.starts_s) == len(rows.ends_s) >= 1
    assert np.isfinite(rows.values).all()
    assert all(0 <= start < end for start, end in zip(rows.starts_s, rows.ends_s, strict=True))


def test_member_repeats_itself(member):
    samples = tone(member.rate_hz)
    before = samples.copy()
    first, second = member.compute(samples), member.compute(samples)
    assert np.array_equal(first.values, second.values)
    assert np.array_equal(samples, before)


def test_member_takes_one_sample(member):
    rows = member.compute(np.float32([0.25]))
    assert rows.values.shape[1] == len(member.columns)
    assert np.isfinite(rows.values).all()


def test_member_says_the_same_of_a_song_in_pieces(member):
    if member.compute_pieces is None:
        assert member.longest_s is not None  # all of it in memory: there must be an end
        return
    for n in (1, 47_000, 47_616, 47_872, 95_487, 95_488, 100_000):
        samples = np.resize(tone(member.rate_hz), n)
        whole = member.compute(samples)
        for size in (777, 47_872, 200_000):
            rows = member.compute_pieces(samples[at : at + size] for at in range(0, n, size))
            assert np.array_equal(rows.values, whole.values)
            assert (rows.starts_s, rows.ends_s) == (whole.starts_s, whole.ends_s)


# -- extract


@pytest.fixture
def song(tmp_path):
    path = tmp_path / "tone.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(22050)
        file.writeframes((tone(22050) * 32768).astype("<i2").tobytes())
    return path


def test_a_path_and_its_samples_give_the_same_row(song):
    samples = (tone(22050) * 32768).astype(np.int16)
    table = extract(song)
    assert table.name == "gtzan58"
    assert table.starts_s == (0.0,)
    assert table.ends_s == (4.0,)
    assert np.array_equal(table.values, extract(str(song)).values)
    assert np.array_equal(table.values, extract(samples, rate=22050).values)


def test_channels_may_lie_either_way():
    stereo = np.stack([tone(22050), 0.5 * tone(22050)])
    assert np.array_equal(extract(stereo, rate=22050).values, extract(stereo.T, rate=22050).values)


def test_other_rates_are_resampled():
    table = extract(tone(44100), rate=44100)
    assert table.to_dict()["length"] == [88200.0]


def test_samples_need_a_rate():
    with pytest.raises(ArgumentError) as caught:
        extract(tone(22050))
    assert str(caught.value) == (
        "samples without a sampling rate (give rate, e.g. extract(samples, rate=44100))"
    )


def test_a_file_knows_its_own_rate(song):
    with pytest.raises(ArgumentError) as caught:
        extract(song, rate=44100)
    assert str(caught.value) == "a rate of 44100 Hz for a file (leave out rate: a file knows its own)"


def test_unknown_feature_set():
    with pytest.raises(UnknownNameError, match="did you mean 'gtzan58'"):
        extract(tone(22050), features="gtzan57", rate=22050)


@pytest.mark.parametrize("features", [None, 58, ["gtzan58"], b"gtzan58"])
def test_features_that_are_no_name(song, features):
    with pytest.raises(ArgumentError) as caught:
        extract(song, features)
    kind = type(features).__name__
    assert str(caught.value) == f"features of type {kind} (give one of {', '.join(FEATURE_SETS)})"


@pytest.mark.parametrize(("rate", "said"), [("16000", "type str"), (1, "1 Hz"), ([], "type list")])
def test_a_rate_that_is_none(rate, said):
    with pytest.raises(ArgumentError) as caught:
        extract(np.zeros(80_000, np.float32), rate=rate)
    assert str(caught.value) == (
        f"a sampling rate of {said} (give a whole number from 1000 to 6144000, e.g. 22050)"
    )


@pytest.fixture
def at_most(monkeypatch):
    """Return a function that makes a feature set take songs of so many seconds."""

    def limit(name, longest_s):
        member = dataclasses.replace(FEATURE_SETS[name], longest_s=longest_s)
        monkeypatch.setitem(FEATURE_SETS._members, name, member)

    return limit


def test_how_long_a_song_fits_into_memory():
    assert FEATURE_SETS["gtzan58"].longest_s == (14400.0 if native.isas() else 1800.0)
    assert FEATURE_SETS["groover65"].longest_s == 1800.0
    assert FEATURE_SETS["musicnn"].longest_s is None


def test_a_file_that_is_too_long(song, at_most):
    at_most("gtzan58", 2.5)
    with pytest.raises(ArgumentError) as caught:
        extract(song)
    assert caught.value.message == (
        f"'{song}' lasts 4 s, and 'gtzan58' needs a whole song in memory: at most 2.5 s"
    )
    assert caught.value.hint == (
        "take a part of it, e.g. window='0s+60s', or windows of fixed length, e.g. window='3s'"
    )
    assert extract(song, window="0s+2.5s").ends_s == (2.5,)


def test_a_file_too_long_that_states_no_length(song, at_most, monkeypatch):
    at_most("gtzan58", 2.5)
    monkeypatch.setattr("earmark.audio._decode.Decoder._described", without_length)
    with pytest.raises(ArgumentError) as caught:
        extract(song)
    assert caught.value.message == (
        f"'{song}' lasts more than 2.5 s, and 'gtzan58' needs a whole song in memory: at most 2.5 s"
    )


def without_length(decoder, first):
    decoder.estimated = False
    return audio.AudioInfo(None, first.sample_rate, 1, "pcm_s16le", "wav")


def test_samples_that_are_too_long(at_most):
    at_most("gtzan58", 2.5)
    with pytest.raises(ArgumentError) as caught:
        extract(tone(8000), rate=8000)
    assert str(caught.value) == (
        "samples that last 4 s, and 'gtzan58' needs a whole song in memory: at most 2.5 s "
        "(give a part of them, up to 2.5 s long)"
    )
    assert extract(tone(8000)[:20_000], rate=8000).ends_s == (2.5,)


def test_notes_of_a_damaged_file_reach_every_table(song):
    song.write_bytes(song.read_bytes()[:-44100])
    for name in FEATURE_SETS:
        assert extract(song, name).notes == ("3.0 s of 4.0 s could be decoded",)


def test_what_cannot_be_had(tmp_path):
    with pytest.raises(MissingFileError):
        extract(tmp_path / "none.wav")
    with pytest.raises(EmptyAudioError):
        extract(np.zeros(0, np.float32), rate=22050)


# -- FeatureTable


def small():
    values = np.array([[1.0, 2.0], [3.0, 4.0]])
    return FeatureTable("pair", 1, ("a", "b"), values, (0.0, 3.0), (3.0, 6.0))


def test_table_as_dict_and_frame():
    assert small().to_dict() == {"a": [1.0, 3.0], "b": [2.0, 4.0]}
    frame = small().to_frame()
    assert list(frame.columns) == ["start_s", "end_s", "a", "b"]
    assert frame["end_s"].tolist() == [3.0, 6.0]


def test_frame_without_pandas_says_what_to_do(monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(EarmarkError) as caught:
        small().to_frame()
    assert str(caught.value) == "pandas is not installed (pip install 'earmark[frame]')"


def test_table_cannot_be_changed():
    table = extract(tone(22050), rate=22050)
    with pytest.raises(ValueError, match="read-only"):
        table.values[0, 0] = 1.0
    with pytest.raises(dataclasses.FrozenInstanceError):
        table.name = "other"


def test_tables_are_equal_when_all_of_them_is():
    table = FeatureTable("pair", 1, ("a", "b"), np.array([[1.0, 2.0]]), (0.0,), (3.0,))
    assert table == dataclasses.replace(table, values=np.array([[1.0, 2.0]]))
    assert table != dataclasses.replace(table, values=np.array([[1.0, 3.0]]))
    assert table != dataclasses.replace(table, notes=("damaged",))
    assert table != "pair"
