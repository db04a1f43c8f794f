"""The kernel's constant-Q transform and tuning against NumPy's, and against librosa."""

import warnings
from functools import cache, lru_cache

import numpy as np
import pytest
from benchmarks import sounds
from benchmarks.librosa_recipe import librosa
from hypothesis import example, given, settings
from hypothesis import strategies as st

from earmark._dsp import native, native_core, numpy_core
from earmark._dsp.cqt import kernel_filters, tuning_bins
from earmark._dsp.numpy_core import mean_and_variance
from earmark._dsp.summary import summarise
from earmark._dsp.tonal import pitch_class_energy, tonal, tonal_moments

RATE_HZ = 22050
ISAS = native.isas()
TUNING = frozenset({"tuning"})
CLIPS = sounds.lossless_clips()
# Above 4.2 kHz the chirp leaves no more than rounding in the bands that are looked at.
HEARD = [name for name in sounds.synthetic() if name != "chirp"]
# About the edges of hops, frames, groups, and of the chunks that octaves go by.
EDGES = (
    1, 2, 511, 512, 513, 7_679, 7_680, 8_192, 65_535, 65_536, 66_150, 114_687, 114_688, 122_880, 126_976,
    196_608, 229_376, 253_952,
)  # fmt: skip

pytestmark = pytest.mark.skipif(not ISAS, reason="no kernel was compiled: there is no compiler")


def on(path, function, *arguments):
    """Return what a function returns on one path: a kernel, or ``numpy``."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(native.VARIABLE, path)
        return function(*arguments)


@lru_cache(maxsize=4)
def numpys(function, samples, *arguments):
    """Return what NumPy says of the bytes of a sound: once, for all the kernels that are held to it."""
    return on("numpy", function, np.frombuffer(samples, dtype=np.float32), *arguments)


def compare(isa, y, deviation_bins=None):
    """Hold energy to NumPy's, and its moments to NumPy's of the same energy: a cut of CENS is a cliff."""
    found = on(isa, pitch_class_energy, y, RATE_HZ, deviation_bins)
    expected = numpys(pitch_class_energy, y.tobytes(), RATE_HZ, deviation_bins)
    assert found.dtype == np.float32
    assert found.shape == expected.shape == (1 + len(y) // 512, 12)
    assert np.allclose(found, expected, rtol=1e-5, atol=2e-6 * expected.max())
    moments = on(isa, tonal_moments, y, RATE_HZ, deviation_bins)
    heard = on(isa, tonal, y, RATE_HZ, deviation_bins)
    assert moments.keys() == set(heard._fields)
    for name, rows in heard._asdict().items():
        assert moments[name] == pytest.approx(mean_and_variance(rows), rel=1e-6, abs=1e-8), name


def music(length, seed, level=0.1):
    """Return a few tones and hiss, silent for a while."""
    rng = np.random.default_rng(seed)
    t = np.arange(length) / RATE_HZ
    y = rng.normal(0.0, 0.1, length)
    for _ in range(rng.integers(0, 6)):
        y += rng.uniform(0, 0.5) * np.sin(2 * np.pi * rng.uniform(30, 4500) * t + rng.uniform(0, 6))
    first, last = np.sort(rng.integers(0, length + 1, 2))
    y[first : min(last, first + length // 4)] = 0
    return (level * y).astype(np.float32)


# -- the same numbers


@pytest.mark.parametrize("isa", ISAS)
@pytest.mark.parametrize("name", sounds.synthetic())
def test_sounds(isa, name):
    compare(isa, sounds.synthetic()[name])


@pytest.mark.parametrize("isa", ISAS)
@pytest.mark.parametrize("name", HEARD)
def test_moments_are_numpys(isa, name):
    y = sounds.synthetic()[name]
    found = on(isa, tonal_moments, y, RATE_HZ)
    for part, moments in numpys(tonal_moments, y.tobytes(), RATE_HZ).items():
        assert found[part] == pytest.approx(moments, rel=1e-5, abs=1e-7), part


@pytest.mark.parametrize("isa", ISAS)
@pytest.mark.parametrize("length", EDGES)
def test_lengths_at_the_edges(isa, length):
    compare(isa, music(length, seed=length), 0.0)


@pytest.mark.parametrize("isa", ISAS)
@pytest.mark.parametrize("bins", np.arange(-50, 50, 9) / 100)
def test_every_tuning(isa, bins):
    compare(isa, sounds.chords(2.0), bins)


@settings(max_examples=25)
@given(
    length=st.integers(1, 200_000), seed=st.integers(0, 2**32 - 1), level=st.sampled_from([1e-3, 0.1, 100])
)
def test_any_length_and_level(length, seed, level):
    y = music(length, seed, level)
    for isa in ISAS:
        compare(isa, y, 0.0)


@pytest.mark.parametrize("isa", ISAS)
@pytest.mark.parametrize("rate_hz", [8500, 16000, 24000, 32000, 44100])
def test_other_rates(isa, rate_hz):
    """Where frames have 1024 samples the kernel does it, elsewhere NumPy."""
    y = sounds.chords(2.0)
    found = on(isa, pitch_class_energy, y, rate_hz)
    expected = numpys(pitch_class_energy, y.tobytes(), rate_hz)
    assert np.allclose(found, expected, rtol=1e-5, atol=2e-6 * expected.max())


# -- tuning


@pytest.mark.parametrize("isa", ISAS)
@pytest.mark.parametrize("name", sounds.synthetic())
def test_tuning(isa, name):
    y = sounds.synthetic()[name]
    expected = tuning_bins(y, RATE_HZ)
    assert numpy_core.core(y, RATE_HZ, TUNING).tuning_bins == expected
    assert native_core.core(isa, y, RATE_HZ, TUNING).tuning_bins == expected


@pytest.mark.parametrize("isa", ISAS)
@pytest.mark.parametrize("cents", range(-15, 16, 5))
def test_tuning_of_detuned_chords(isa, cents):
    y = sounds.chords(4.0, cents)
    assert native_core.core(isa, y, RATE_HZ, TUNING).tuning_bins == tuning_bins(y, RATE_HZ)


@pytest.mark.parametrize("isa", ISAS)
@settings(max_examples=25)
@given(length=st.integers(1, 60_000), seed=st.integers(0, 2**32 - 1))
def test_the_summary_takes_the_tuning_of_the_core(isa, length, seed):
    y = music(length, seed)
    y[: length // 2] = 0
    parts = frozenset({"chroma_cqt", "tonnetz"})
    summary = on(isa, summarise, y, RATE_HZ, parts)
    tuning = native_core.core(isa, y, RATE_HZ, TUNING).tuning_bins
    moments = on(isa, tonal_moments, y, RATE_HZ, tuning)
    assert summary.moments.keys() == parts
    for part in parts:
        assert np.array_equal(summary.moments[part], moments[part])


# -- hostile samples


@pytest.mark.parametrize("isa", ISAS)
@pytest.mark.parametrize("length", [1, 5000, 66_150])
def test_silence(isa, length):
    y = np.zeros(length, dtype=np.float32)
    assert native_core.core(isa, y, RATE_HZ, TUNING).tuning_bins == 0
    for moments in on(isa, tonal_moments, y, RATE_HZ).values():
        assert not moments.any()


HOSTILE = ("denormal", "tiny", "huge", "clipped", "one sample", "direct current", "fades away")


def hostile(kind, length, seed):
    noise = np.random.default_rng(seed).normal(0.0, 1.0, length)
    made = {
        "denormal": noise * 1e-41,
        "tiny": noise * 1e-25,
        "huge": np.clip(noise, -1, 1) * 1e12,
        "clipped": np.sign(noise),
        "one sample": np.where(np.arange(length) == seed % length, 1.0, 0.0),
        "direct current": np.ones(length),
        "fades away": noise * np.logspace(0, -30, length),
    }
    return made[kind].astype(np.float32)


@settings(max_examples=40)
@given(kind=st.sampled_from(HOSTILE), length=st.integers(1, 40_000), seed=st.integers(0, 2**32 - 1))
@example("denormal", 20_000, 0)
@example("huge", 20_000, 0)
@example("fades away", 20_000, 0)
def test_hostile_samples_give_finite_numbers(kind, length, seed):
    y = hostile(kind, length, seed)
    for isa in ISAS:
        if kind != "denormal":  # these have no digits to agree in
            compare(isa, y, 0.0)
        assert -0.5 <= native_core.core(isa, y, RATE_HZ, TUNING).tuning_bins < 0.5
        for moments in on(isa, tonal_moments, y, RATE_HZ, 0.0).values():
            assert np.isfinite(moments).all()
            assert (moments[:, 1] >= 0).all()


@pytest.mark.parametrize("isa", ISAS)
@pytest.mark.parametrize("bad", [np.nan, np.inf, 3e38])
def test_what_is_no_number_does_no_harm(isa, bad):
    """Nobody gets so far: `core` refuses such samples. But no crash, and nothing left of them."""
    y = music(20_000, seed=2)
    y[5_000] = bad
    with np.errstate(all="ignore"):
        on(isa, tonal_moments, y, RATE_HZ, 0.0)
        native_core.core(isa, y, RATE_HZ, TUNING)
    compare(isa, music(20_000, seed=2), 0.0)


# -- librosa


@cache
def librosas(path, first, end):
    """Return what librosa says of a part of a clip: once, for all the kernels."""
    import soundfile

    y = soundfile.read(path, dtype="float32")[0][first:end]
    feature = librosa.feature
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "n_fft=.*too large")
        return y, {
            "chroma_cqt": mean_and_variance(feature.chroma_cqt(y=y, sr=RATE_HZ).T),
            "chroma_cens": mean_and_variance(feature.chroma_cens(y=y, sr=RATE_HZ).T),
            "tonnetz": mean_and_variance(feature.tonnetz(y=y, sr=RATE_HZ).T),
        }


@pytest.mark.skipif(not CLIPS, reason="the lossless clips are not here: set EARMARK_DATA")
@pytest.mark.parametrize("isa", ISAS)
@pytest.mark.parametrize("path", CLIPS[::7], ids=lambda path: path.stem)
def test_real_clips_equal_librosa(isa, path):
    parts = frozenset({"chroma_cqt", "cens", "tonnetz"})
    for first, end in ((0, None), (200_000, 266_150)):
        y, theirs = librosas(path, first, end)
        found = on(isa, summarise, y, RATE_HZ, parts).moments
        for name, moments in theirs.items():
            assert found[name] == pytest.approx(moments, rel=1e-4, abs=1e-9), name


# -- the module checks what it is given


def octave():
    filters = kernel_filters(RATE_HZ, 0.0)
    assert filters is not None
    return [native.EARS[ISAS[0]], music(5000, 1), 512, *filters, np.zeros((12, 16), dtype=np.float32)]


def runs(first, end, where=slice(None)):
    """Return where the filters begin and end, some of them changed."""
    changed = octave()[4].copy()
    changed[where] = first, end
    return changed


@pytest.mark.parametrize(
    ("place", "wrong", "said"),
    [
        (0, object(), "PyCapsule"),
        (1, np.zeros(0, dtype=np.float32), "bytes where"),
        (2, 4, "a hop, frames or filters"),
        (2, 1024, "a hop, frames or filters"),
        (2, 96, "a hop, frames or filters"),
        (3, np.zeros((35, 513), dtype=np.float32), "bytes where"),
        (4, runs(31, 70), "a hop, frames or filters"),
        (4, runs(33, 34, 0), "a hop, frames or filters"),
        (4, runs(220, 225), "a hop, frames or filters"),
        (4, runs(9, 9), "a hop, frames or filters"),
        (4, runs(70, 64), "a hop, frames or filters"),
        (4, np.zeros((35, 2), dtype=np.int32), "bytes where"),
        (5, np.zeros((12, 15), dtype=np.float32), "bytes where"),
        (5, np.zeros((12, 17), dtype=np.float32), "a hop, frames or filters"),
    ],
)
def test_a_wrong_octave_is_refused(place, wrong, said):
    given_ = octave()
    given_[place] = wrong
    with pytest.raises((ValueError, TypeError), match=said):
        native.kernels().constant_q(*given_)
    native.kernels().constant_q(*octave())  # and the ear still hears


@pytest.mark.parametrize(
    ("place", "wrong", "said"),
    [
        (1, np.zeros((12, 8), dtype=np.float32), "bytes where"),
        (1, np.zeros((12, 24), dtype=np.float32), "more frames"),
        (2, 0, "more frames"),
        (2, 17, "more frames"),
        (3, np.zeros(3, dtype=np.float32), "bytes where"),
        (4, np.zeros(42, dtype=np.float32), "bytes where"),
        (5, np.zeros((6, 11)), "bytes where"),
        (6, np.zeros((29, 2)), "bytes where"),
    ],
)
def test_wrong_tonality_is_refused(place, wrong, said):
    right = (np.zeros((12, 16), np.float32), 16, np.zeros(4, np.float32), np.zeros(43, np.float32))
    given_ = [native.EARS[ISAS[0]], *right, np.zeros((6, 12)), np.zeros((30, 2))]
    native.kernels().tonality(*given_)
    given_[place] = wrong
    with pytest.raises(ValueError, match=said):
        native.kernels().tonality(*given_)
