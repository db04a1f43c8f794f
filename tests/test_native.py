"""The compiled kernel against its twin in NumPy: every instruction set, any length, hostile samples."""

import threading
from functools import lru_cache

import numpy as np
import pytest
from benchmarks import sounds
from hypothesis import example, given, settings
from hypothesis import strategies as st

from earmark._dsp import native, native_core, numpy_core, tempo
from earmark._dsp.core import PARTS, core
from earmark._dsp.loudness import dynamic_range_db
from earmark._dsp.spectrum import hann
from earmark.errors import ArgumentError

RATE_HZ = 22050
EVERYTHING = frozenset(PARTS)
ISAS = native.isas()
EDGES = (1, 2, 3, 511, 512, 513, 1023, 1025, 7167, 7168, 8191, 8192, 8193, 15872, 16383, 16384, 66_150)
# Small against what each measure is worth in music: near zero a relative difference says nothing.
SIZE = {
    "rms": 0.1, "zero_crossing_rate": 0.1, "centroid_hz": 1e3, "bandwidth_hz": 1e3, "rolloff_hz": 1e3,
    "chroma": 0.3, "mel": 1.0, "mfcc": 20.0, "harmonic": 0.1, "percussive": 0.1, "harmonic_rms": 0.1,
    "percussive_rms": 0.1, "contrast": 10.0, "flatness": 0.01, "flux": 0.1,
}  # fmt: skip
# The sum up to a bin may equal 85 % but for a rounding: then one frame's edge lies a bin, 11 Hz, further on.
TIES = 0.02
# The power of the samples' level that a measure grows with.
LOUDER = {
    "rms": 1,
    "mel": 2,
    "harmonic": 1,
    "percussive": 1,
    "harmonic_rms": 1,
    "percussive_rms": 1,
    "flux": 1,
}

pytestmark = pytest.mark.skipif(not ISAS, reason="no kernel was compiled: there is no compiler")


@lru_cache(maxsize=4)
def numpys(samples, parts):
    """Return what NumPy says of the bytes of a sound: once, for all the kernels that are held to it."""
    return numpy_core.core(np.frombuffer(samples, dtype=np.float32), RATE_HZ, parts)


def compare(isa, y, parts=EVERYTHING, rel=2e-4):
    """Hold a kernel to NumPy: so many parts of the number itself, and of a thousandth of its usual size."""
    expected = numpys(y.tobytes(), parts)
    found = native_core.core(isa, y, RATE_HZ, parts)
    assert set(found.moments) == set(expected.moments)
    for name, moments in expected.moments.items():
        size = SIZE[name] * max(1.0, float(np.abs(y).max())) ** LOUDER.get(name, 0)
        scale = np.array([size, size**2])
        off = np.abs(found.moments[name] - moments) / (np.abs(moments) + 1e-2 * scale)
        assert off.max() <= (TIES if name == "rolloff_hz" else rel), (isa, len(y), name, off.max(axis=0))
    assert found.onsets == pytest.approx(expected.onsets, abs=1e-3)
    assert found.onsets_mean == pytest.approx(expected.onsets_mean, abs=1e-3)
    assert found.loud == pytest.approx(expected.loud, abs=2 + len(y) / 5000)


def music(length, seed, level=0.1):
    """Return chords, clicks and hiss in random shares: nothing that hangs on the last digit."""
    rng = np.random.default_rng(seed)
    t = np.arange(length) / RATE_HZ
    y = rng.normal(0.0, rng.uniform(0.01, 0.2), length)
    for _ in range(rng.integers(0, 6)):
        y += rng.uniform(0, 0.3) * np.sin(2 * np.pi * rng.uniform(60, 6000) * t + rng.uniform(0, 6))
    y *= 1.0 + (t * rng.uniform(1, 4) % 1 < 0.1)
    return (level * y).astype(np.float32)


# -- the same numbers


@pytest.mark.parametrize("isa", ISAS)
@pytest.mark.parametrize("length", EDGES)
def test_lengths_at_the_edges_of_hops_frames_and_groups(isa, length):
    compare(isa, music(length, seed=length), rel=1e-3)


@pytest.mark.parametrize("isa", ISAS)
@pytest.mark.parametrize("name", ["clicks", "noise", "chords", "chords 30 cents sharp", "square"])
def test_sounds(isa, name):
    compare(isa, sounds.synthetic()[name], rel=1e-3)


@pytest.mark.parametrize("isa", ISAS)
@pytest.mark.parametrize("name", ["sine", "chirp", "tone and clicks"])
def test_pure_tones_are_measured_in_double_precision(isa, name):
    """In single precision rounding noise would be up to a fifth of the bandwidth of a sine."""
    compare(isa, sounds.synthetic()[name], frozenset({"frames", "mel", "mfcc", "onsets"}))


@settings(max_examples=25)
@given(
    length=st.integers(1, 60_000), seed=st.integers(0, 2**32 - 1), level=st.sampled_from([1e-3, 0.1, 1, 100])
)
def test_any_length_and_level(length, seed, level):
    y = music(length, seed, level)
    for isa in ISAS:
        compare(isa, y, frozenset({"frames", "mel", "onsets", "flatness", "flux"}), rel=1e-3)
        compare(isa, y, frozenset({"hpss"}), rel=2e-3)


@pytest.mark.parametrize("isa", ISAS)
def test_spectra_that_are_not_kept_are_made_again(isa):
    """The spectra of three minutes are kept for the second pass; later ones are transformed twice."""
    y = np.tile(music(12 * RATE_HZ, seed=5), 17)
    compare(isa, y)


@pytest.mark.slow
@pytest.mark.parametrize("isa", ISAS)
def test_a_million_samples(isa):
    compare(isa, music(1_000_000, seed=1))


@pytest.mark.parametrize("isa", ISAS)
def test_a_part_alone_is_the_part_among_all(isa):
    y = music(40_000, seed=3)
    whole = native_core.core(isa, y, RATE_HZ, EVERYTHING)
    for part, names in PARTS.items():
        alone = native_core.core(isa, y, RATE_HZ, frozenset({part}))
        for name in names:
            if part in ("onsets", "tuning"):
                assert np.array_equal(getattr(alone, name), getattr(whole, name))
            elif part == "contrast":  # asked for, it makes more frames double precision
                assert alone.moments[name] == pytest.approx(whole.moments[name], rel=1e-3)
            else:
                assert alone.moments[name] == pytest.approx(whole.moments[name], rel=1e-4, abs=1e-9)


@pytest.mark.parametrize("isa", ISAS)
def test_nothing_is_left_from_the_sound_before(isa):
    y = music(30_000, seed=4)
    first = native_core.core(isa, y, RATE_HZ, EVERYTHING)
    native_core.core(isa, 1e3 * music(90_000, seed=9), RATE_HZ, EVERYTHING)
    again = native_core.core(isa, y, RATE_HZ, EVERYTHING)
    assert all(np.array_equal(first.moments[name], again.moments[name]) for name in first.moments)
    assert np.array_equal(first.onsets, again.onsets)
    assert first.loud == again.loud


@pytest.mark.parametrize("isa", ISAS)
def test_threads_do_not_disturb_each_other(isa):
    songs = [music(50_000 + 700 * i, seed=i) for i in range(4)]
    expected = [native_core.core(isa, y, RATE_HZ, EVERYTHING).moments["harmonic"] for y in songs]
    found = [None] * 4

    def work(i):
        for _ in range(3):
            found[i] = native_core.core(isa, songs[i], RATE_HZ, EVERYTHING).moments["harmonic"]

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(np.array_equal(a, b) for a, b in zip(expected, found, strict=True))


# -- hostile samples


@pytest.mark.parametrize("isa", ISAS)
def test_silence(isa):
    y = np.zeros(50_000, dtype=np.float32)
    found = native_core.core(isa, y, RATE_HZ, EVERYTHING)
    expected = numpys(y.tobytes(), EVERYTHING)
    for name, moments in expected.moments.items():
        assert found.moments[name] == pytest.approx(moments, rel=1e-5, abs=1e-3), name
    assert not found.onsets.any()
    assert found.loud == (0, 0)


HOSTILE = ("denormal", "tiny", "huge", "clipped", "one sample", "direct current", "steps")


def hostile(kind, length, seed):
    rng = np.random.default_rng(seed)
    y = rng.normal(0.0, 1.0, length)
    made = {
        "denormal": y * 1e-41,
        "tiny": y * 1e-25,
        "huge": np.clip(y, -1, 1) * 1e12,
        "clipped": np.sign(y),
        "one sample": np.where(np.arange(length) == seed % length, 1.0, 0.0),
        "direct current": np.ones(length),
        "steps": np.repeat(y, 1 + seed % 700)[:length],
    }
    return made[kind].astype(np.float32)


@settings(max_examples=40)
@given(kind=st.sampled_from(HOSTILE), length=st.integers(1, 20_000), seed=st.integers(0, 2**32 - 1))
@example("denormal", 20_000, 0)
@example("huge", 20_000, 0)
def test_hostile_samples_give_finite_numbers(kind, length, seed):
    y = hostile(kind, length, seed)
    found = core(y, RATE_HZ, EVERYTHING)
    kernels = {isa: native_core.core(isa, y, RATE_HZ, EVERYTHING).moments for isa in ISAS}
    for said in (found.moments, *kernels.values()):
        for moments in said.values():
            assert np.isfinite(moments).all()
            assert (moments[:, 1] >= 0).all()
    expected = numpy_core.core(y, RATE_HZ, frozenset({"frames"})).moments
    for isa, moments in kernels.items():
        for name in ("rms", "zero_crossing_rate"):
            assert moments[name] == pytest.approx(expected[name], rel=1e-3, abs=1e-7), isa


@pytest.mark.parametrize("isa", ISAS)
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 3e38])
@pytest.mark.parametrize("where", [0, 5_000, 19_999])
def test_what_is_no_number_is_refused_and_does_no_harm(isa, bad, where):
    y = music(20_000, seed=2)
    y[where] = bad
    with pytest.raises(ArgumentError, match="samples up to"):
        core(y, RATE_HZ, EVERYTHING)
    native_core.core(isa, y, RATE_HZ, EVERYTHING)  # past the check: no crash, whatever the numbers
    clean = music(20_000, seed=2)
    compare(isa, clean, rel=1e-3)


def test_no_samples_are_refused():
    with pytest.raises(ArgumentError, match="no samples"):
        core(np.zeros(0, dtype=np.float32), RATE_HZ, EVERYTHING)


# -- tempo


@settings(max_examples=25)
@given(
    frames=st.integers(1, 1500),
    seed=st.integers(0, 2**32 - 1),
    quiet=st.floats(0, 1),
    lags=st.integers(2, 512),
)
def test_correlation_is_that_of_every_stretch(frames, seed, quiet, lags):
    rng = np.random.default_rng(seed)
    onsets = np.maximum(rng.normal(0, 1, frames), 0).astype(np.float32)
    onsets[: int(quiet * frames)] *= np.float32(rng.choice([0.0, 1e-6, 1.0]))
    padded = np.pad(onsets.astype(np.float64), lags // 2, mode="linear_ramp")
    expected = np.zeros(lags)
    for t in range(frames):
        stretch = padded[t : t + lags]
        stretch = stretch * hann(lags)[: len(stretch)]
        energy = stretch @ stretch
        if energy > 1e-300:
            whole = np.correlate(stretch, stretch, "full")[len(stretch) - 1 :]
            expected[: len(whole)] += whole / energy
    for isa in ISAS:
        found = native.mean_correlation(isa, onsets, lags)
        assert found == pytest.approx(expected / frames, abs=1e-6), isa


@pytest.mark.parametrize("tempo_bpm", [60, 90, 120, 150])
def test_tempo_of_clicks_is_numpys(tempo_bpm, monkeypatch):
    y = sounds.clicks(tempo_bpm)
    found = tempo.tempo(core(y, RATE_HZ, frozenset({"onsets"})).onsets, RATE_HZ, 512)
    monkeypatch.setenv(native.VARIABLE, "numpy")
    assert found == tempo.tempo(core(y, RATE_HZ, frozenset({"onsets"})).onsets, RATE_HZ, 512)


@pytest.mark.parametrize("isa", ISAS)
@settings(max_examples=25)
@given(length=st.integers(1, 30_000), seed=st.integers(0, 2**32 - 1), quiet=st.floats(0, 1))
@example(length=1, seed=0, quiet=0.0)
@example(length=4410, seed=0, quiet=0.0)
@example(length=8821, seed=0, quiet=0.9)
def test_dynamic_range_is_numpys(isa, length, seed, quiet):
    y = music(length, seed)
    y[: int(quiet * length)] = 0.0
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(native.VARIABLE, isa)
        found = dynamic_range_db(y, RATE_HZ)
        patch.setenv(native.VARIABLE, "numpy")
        assert found == pytest.approx(dynamic_range_db(y, RATE_HZ), abs=1e-9)


@pytest.mark.parametrize("wrong", [(0, 0, 1), (2**24 + 1, 0, 1), (10, -1, 1), (10, 5, 5)])
def test_boxes_that_cannot_be_are_refused(wrong):
    with pytest.raises(ValueError, match="no such boxes"):
        native.kernels().extremes(native.EARS[ISAS[0]], music(100, 1), *wrong)


# -- the module checks what it is given


def arguments(isa):
    rate = native_core._rate(RATE_HZ)
    return [
        native.EARS[isa], music(5000, 1), 1 << 1, rate, lambda t: native_core._chroma(RATE_HZ, t),
        np.zeros((178, 2)), np.zeros(0, dtype=np.float32), np.zeros(0, dtype=np.float32),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("place", "wrong", "said"),
    [
        (0, object(), "PyCapsule"),
        (1, np.zeros(0, dtype=np.float32), "bytes where"),
        (5, np.zeros((10, 2)), "bytes where"),
        (
            4,
            lambda _: (np.zeros((12, 1025), dtype=np.float32), np.array([[0, 0, 1026]], dtype=np.int32)),
            "runs",
        ),
        (
            4,
            lambda _: (np.zeros((12, 1025), dtype=np.float32), np.array([[12, 0, 1]], dtype=np.int32)),
            "runs",
        ),
        (
            4,
            lambda _: (np.zeros((12, 1024), dtype=np.float32), np.array([[0, 0, 1]], dtype=np.int32)),
            "bytes where",
        ),
    ],
)
def test_wrong_arguments_are_refused(place, wrong, said):
    given_ = arguments(ISAS[0])
    given_[place] = wrong
    with pytest.raises((ValueError, TypeError), match=said):
        native.kernels().measure(*given_)
    native.kernels().measure(*arguments(ISAS[0]))  # and the ear still hears


OUTSIDE = [
    (2, [[0, 1026]] * 128),
    (5, [[0, 1026, 1]] * 7),
    (5, [[0, 9, 33]] * 7),
    (5, [[0, 9, 10]] * 7),
    (6, 0),
    (7, 1025),
]


@pytest.mark.parametrize(("place", "wrong"), OUTSIDE)
def test_a_rate_outside_the_spectrum_is_refused(place, wrong):
    given_ = arguments(ISAS[0])
    rate = list(given_[3])
    rate[place] = wrong if isinstance(wrong, int) else np.array(wrong, dtype=np.int32)
    given_[3] = tuple(rate)
    with pytest.raises(ValueError, match="outside the spectrum"):
        native.kernels().measure(*given_)


def test_an_unknown_kernel_is_refused(monkeypatch):
    with pytest.raises(ValueError, match="no kernel 'sse9' here"):
        native.kernels().open("sse9")
    monkeypatch.setenv(native.VARIABLE, "sse9")
    with pytest.raises(
        ArgumentError, match=r"EARMARK_DSP=sse9, which cannot run here \(this machine can run: numpy,"
    ):
        core(music(1000, 1), RATE_HZ, EVERYTHING)
    monkeypatch.setenv(native.VARIABLE, "numpy")
    assert native.kernel() is None


def test_the_network_is_what_its_program_writes():
    from tools.median_network import TARGET, text

    assert TARGET.read_text(encoding="utf-8") == text()
