"""Our own fingerprint: known answers first, then what must not change it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import recorded
from earmark import audio
from earmark.errors import EmptyAudioError, StoreError, UnknownNameError
from earmark.features import fingerprint as own
from earmark.features.fingerprint_kinds import KINDS, Fingerprint, fingerprint, fingerprint_of, kind_named

T = np.arange(12 * own.RATE_HZ) / own.RATE_HZ


@pytest.fixture(scope="module")
def tune() -> np.ndarray:
    return audio.from_samples(recorded.song(1, 12.0), recorded.RATE_HZ, rate_hz=own.RATE_HZ).samples


def codes(samples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return own.codes_of([np.asarray(samples, np.float32)])


def unlike(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.bitwise_count(a ^ b).mean()) / 32


def as_16_bit(samples: np.ndarray) -> np.ndarray:
    return np.round(samples * 32767) / 32768


def test_one_code_every_seventh_of_a_second():
    found, heard = codes(np.random.default_rng(0).standard_normal(len(T)))
    assert len(found) == len(heard) == 1 + (len(T) - 8320) // 768 == 76
    assert pytest.approx(0.139, abs=0.001) == own.CODE_S
    assert own.CONTEXT_S * own.RATE_HZ == 8320
    assert found.dtype == np.uint32
    assert heard.all()


@pytest.mark.parametrize("samples", [0, 1, 1023, 1024, 8319])
def test_too_short_for_a_code(samples):
    assert len(codes(np.ones(samples))[0]) == 0


def test_a_sound_of_one_code_has_one():
    assert len(codes(np.ones(8320))[0]) == 1


def test_a_band_that_rises_against_its_neighbour_sets_its_bit():
    """A tone in each band; one grows against both its neighbours: its bit is set, the one below is not."""
    edges_hz = np.geomspace(300, 2500, 34)
    tones = [np.sin(2 * np.pi * hz * T) for hz in np.sqrt(edges_hz[1:] * edges_hz[:-1])]
    for band in (3, 16, 31):
        found, _ = codes(sum(tones) + tones[band] * np.expm1(0.2 * T))
        assert (found >> band & 1).all()
        assert not (found >> (band - 1) & 1).any()


QUIET = {
    "silence": np.zeros_like(T),
    "a tone": as_16_bit(0.5 * np.sin(2 * np.pi * 440 * T)),
    "a soft tone": as_16_bit(0.005 * np.sin(2 * np.pi * 1440 * T)),
    "two tones": as_16_bit(0.3 * np.sin(2 * np.pi * 440 * T) + 0.3 * np.sin(2 * np.pi * 660 * T)),
    "hum": as_16_bit(0.1 * np.sign(np.sin(2 * np.pi * 50.3 * T))),
    "a constant": np.full_like(T, 0.25),
    "16-bit dither": as_16_bit(np.random.default_rng(0).uniform(-0.5, 0.5, len(T)) / 32767),
}


@pytest.mark.parametrize("what", QUIET)
def test_what_does_not_change_says_nothing(what):
    assert not codes(QUIET[what])[1].any()


def test_music_says_something(tune):
    assert codes(tune)[1].mean() > 0.95


def test_pieces_of_any_length_give_the_same(tune):
    whole, heard = codes(tune)

    @given(st.lists(st.integers(0, len(tune)), max_size=12))
    def cut_anywhere(cuts):
        pieces = own.codes_of(np.split(tune, sorted(cuts)))
        assert unlike(pieces[0], whole) < 1e-3  # a sum may be rounded otherwise
        assert (pieces[1] == heard).all()

    cut_anywhere()


def test_loudness_does_not_matter(tune):
    for gain_db in (-20, -6, 6):
        assert unlike(codes(tune * 10 ** (gain_db / 20))[0], codes(tune)[0]) < 0.005


def test_a_cut_hardly_matters(tune):
    whole, _ = codes(tune)
    for cut in (768 * 5, 768 * 5 + 100, 768 * 5 + 384):
        found, _ = codes(tune[cut:])
        assert unlike(found, whole[5 : 5 + len(found)]) < 0.12


def test_two_songs_are_as_unlike_as_chance(tune):
    other = audio.from_samples(recorded.song(2, 12.0), recorded.RATE_HZ, rate_hz=own.RATE_HZ).samples
    assert unlike(codes(tune)[0], codes(other)[0]) > 0.4


def test_a_file_is_heard_as_its_samples_are(tmp_path):
    y = recorded.song(3, 8.0)
    heard = fingerprint(recorded.write(tmp_path / "a.flac", y))
    assert heard.duration_s == 8.0
    assert unlike(heard.codes, fingerprint_of(y, recorded.RATE_HZ).codes) < 0.005


def test_a_long_sound_takes_no_more_memory():
    import tracemalloc

    block = np.random.default_rng(0).standard_normal(30 * own.RATE_HZ).astype(np.float32)

    def most(blocks: int) -> int:
        tracemalloc.start()
        own.codes_of(block for _ in range(blocks))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    assert most(20) < 1.1 * most(4) + 50_000


def test_what_was_packed_comes_back(tune):
    made = Fingerprint(*codes(tune), 12.0)
    back = Fingerprint.unpack(made.pack())
    assert (back.codes == made.codes).all()
    assert (back.heard == made.heard).all()
    assert back.duration_s == 12.0


@given(st.data())
def test_spoilt_bytes_are_noticed(data):
    packed = Fingerprint(np.arange(20, dtype=np.uint32), np.arange(20) % 3 > 0, 3.0).pack()
    cut = data.draw(st.integers(0, len(packed) - 1))
    spoilt = bytearray(packed)
    if cut >= 32:  # what lies before the codes has no checksum
        spoilt[cut] ^= 1
    else:
        del spoilt[cut:]
    with pytest.raises(StoreError) as caught:
        Fingerprint.unpack(bytes(spoilt))
    assert caught.value.message == "what should be a fingerprint is damaged"


def test_unknown_kinds():
    with pytest.raises(UnknownNameError) as caught:
        kind_named("chromaprnt")
    assert "did you mean 'chromaprint'?" in caught.value.hint
    assert list(KINDS) == ["earmark", "chromaprint"]


def test_a_file_without_sound_is_refused(tmp_path):
    with pytest.raises(EmptyAudioError):
        fingerprint(recorded.write(tmp_path / "none.wav", np.zeros(0, np.float32)))
