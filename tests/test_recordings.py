"""Which songs are the same recording: copies of all kinds, chance, what must never match, many songs."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import recorded
from earmark.errors import ArgumentError
from earmark.features.fingerprint_kinds import KINDS, Fingerprint, fingerprint, fingerprint_of
from earmark.features.fingerprint_match import FEWEST_CODES, Match, compare, matches, recordings

RATE_HZ = recorded.RATE_HZ
OWN = KINDS["earmark"]


@pytest.fixture(scope="module")
def songs() -> dict[str, np.ndarray]:
    return {f"song {seed}": recorded.song(seed) for seed in range(8)}


@pytest.fixture(scope="module")
def prints(songs) -> dict[str, Fingerprint]:
    return {name: of(y) for name, y in songs.items()}


def of(y: np.ndarray) -> Fingerprint:
    return fingerprint_of(y.astype(np.float32), RATE_HZ)


def made_up(codes: np.ndarray) -> Fingerprint:
    return Fingerprint(codes.astype(np.uint32), np.ones(len(codes), np.bool_), len(codes) * OWN.code_s)


def random_codes(seed: int, count: int = 205) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 1 << 32, count, np.uint32)


def test_different_songs_do_not_match(prints):
    assert matches(prints) == ()


def test_an_equal_song_matches_from_end_to_end(prints):
    [match] = matches({**prints, "twin": prints["song 3"]})
    assert (match.a, match.b, match.unlike, match.offset_s) == ("song 3", "twin", 0.0, 0.0)
    assert match.overlap_s == pytest.approx(30.0, abs=0.2)
    assert match.to_dict()["offset_s"] == 0.0


@pytest.mark.parametrize("cut_s", [0.05, 3.33, 10.0])
@pytest.mark.parametrize("ending", ["mp3", "opus"])
def test_a_copy_is_found_and_where_it_begins(songs, prints, tmp_path, cut_s, ending):
    part = np.clip(songs["song 5"][round(cut_s * RATE_HZ) :] * 2.0, -1, 1)
    rate_hz = 48000 if ending == "opus" else RATE_HZ
    part = np.interp(np.arange(0, len(part), RATE_HZ / rate_hz), np.arange(len(part)), part)
    path = recorded.write(tmp_path / f"copy.{ending}", part, rate_hz, b="64000")
    [match] = matches({**prints, "copy": fingerprint(path)})
    assert (match.a, match.b) == ("song 5", "copy")
    assert match.offset_s == pytest.approx(cut_s, abs=0.1)
    assert match.overlap_s == pytest.approx(30 - cut_s, abs=1.0)


def test_which_of_them_begins_first_is_told(songs, prints):
    late = of(songs["song 2"][8 * RATE_HZ :])
    [match] = matches({"late": late, **prints})
    assert (match.a, match.b) == ("late", "song 2")
    assert match.offset_s == pytest.approx(-8.0, abs=0.05)
    assert match.start_a_s == 0.0
    assert match.start_b_s == pytest.approx(8.0, abs=0.15)


def test_a_part_in_the_middle_of_other_sound(songs, prints):
    """Six seconds of one song within another: what is the same, and where it lies in both."""
    y = songs["song 0"].copy()
    y[10 * RATE_HZ : 16 * RATE_HZ] = songs["song 1"][20 * RATE_HZ : 26 * RATE_HZ]
    found = {match.a: match for match in matches({**prints, "mix": of(y)})}
    assert set(found) == {"song 0", "song 1"}
    assert found["song 1"].start_a_s == pytest.approx(20.0, abs=0.8)
    assert found["song 1"].start_b_s == pytest.approx(10.0, abs=0.8)
    assert found["song 1"].overlap_s == pytest.approx(6.0, abs=1.5)
    assert found["song 0"].offset_s == pytest.approx(0.0, abs=0.02)


@settings(max_examples=40)
@given(st.integers(0, 2**32), st.integers(30, 205), st.integers(-150, 150), st.floats(0.0, 0.12))
def test_codes_with_wrong_bits_are_found_at_their_offset(seed, count, lag, wrong):
    """Any two stretches of the same codes, a share of the bits flipped, inside codes of chance."""
    rng = np.random.default_rng(seed)
    same = random_codes(seed, count)
    flips = np.packbits(rng.random((count, 32)) < wrong, axis=1).view(np.uint32).ravel()
    before_a, before_b = max(lag, 0), max(-lag, 0)
    a = made_up(np.concatenate([rng.integers(0, 1 << 32, before_a), same]))
    b = made_up(np.concatenate([rng.integers(0, 1 << 32, before_b), same ^ flips]))
    expected = pytest.approx(lag * OWN.code_s, abs=0.6 * OWN.code_s)
    direct = compare(("a", a), ("b", b))
    assert direct is not None
    assert direct.offset_s == expected
    if wrong < 0.08:
        [match] = matches({"a": a, "b": b})
        assert match.offset_s == expected


@settings(max_examples=25)
@given(st.integers(0, 2**32))
def test_codes_of_chance_do_not_match(seed):
    assert compare(("a", made_up(random_codes(seed))), ("b", made_up(random_codes(seed + 1)))) is None


STEADY = {
    "silence": lambda t, rng: 0 * t,
    "a tone": lambda t, rng: 0.3 * np.sin(2 * np.pi * 440 * t + rng.uniform(0, 6)),
    "a chord": lambda t, rng: sum(
        0.2 * np.sin(2 * np.pi * hz * t + rng.uniform(0, 6)) for hz in (330, 440, 550)
    ),
    "hum": lambda t, rng: 0.1 * np.sign(np.sin(2 * np.pi * 50.3 * t + rng.uniform(0, 6))),
    "noise": lambda t, rng: 0.1 * rng.standard_normal(len(t)),
    "soft noise": lambda t, rng: 0.001 * rng.standard_normal(len(t)),
    "brown noise": lambda t, rng: 0.003 * np.cumsum(rng.standard_normal(len(t))) % 1.0,
}


@pytest.mark.parametrize("what", STEADY)
def test_what_is_no_music_does_not_match_by_accident(what, prints):
    t = np.arange(20 * RATE_HZ) / RATE_HZ
    rng = np.random.default_rng(0)
    steady = {f"{what} {i}": of(STEADY[what](t, rng)) for i in range(3)}
    assert matches({**prints, **steady}) == ()
    names = list(steady)
    assert compare((names[0], steady[names[0]]), (names[1], steady[names[1]])) is None


def test_silence_within_songs_is_nothing_shared(songs):
    """The same pause in two songs, ten seconds of it."""
    pause = np.zeros(10 * RATE_HZ, np.float32)
    two = {name: of(np.concatenate([songs[name][: 10 * RATE_HZ], pause])) for name in ("song 0", "song 1")}
    assert matches(two) == ()


@pytest.mark.parametrize(("seconds", "found"), [(1.0, 0), (2.9, 0), (4.5, 1)])
def test_less_than_three_seconds_never_match(songs, prints, seconds, found):
    clip = of(songs["song 4"][: round(seconds * RATE_HZ)])
    assert len(matches({**prints, "clip": clip})) == found
    if not found:
        assert len(clip.codes) < FEWEST_CODES
        assert compare(("clip", clip), ("twin", clip)) is None


def test_a_song_is_not_its_own_copy_for_repeating_itself(songs):
    y = songs["song 6"][: 8 * RATE_HZ]
    assert matches({"loop": of(np.concatenate([y, y, y]))}) == ()


def test_no_songs():
    assert matches({}) == ()
    assert matches({"one": made_up(random_codes(1))}) == ()
    assert matches({"none": made_up(random_codes(1)[:0]), "one": made_up(random_codes(1))}) == ()


def test_a_song_of_a_day_is_refused():
    long = Fingerprint(np.zeros(1 << 19, np.uint32), np.ones(1 << 19, np.bool_), 73_000.0)
    with pytest.raises(ArgumentError) as caught:
        matches({"a": long, "b": long})
    assert caught.value.message == "a song of more than 18 hours"


def test_recordings_are_what_hangs_together():
    linked = [Match(a, b, 9, 0, 0, 0, 9) for a, b in (("b", "d"), ("c", "d"), ("e", "f"))]
    assert recordings("abcdef", linked) == {"a": "a", "b": "b", "c": "b", "d": "b", "e": "e", "f": "e"}


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=20))
def test_recordings_are_an_equivalence(pairs):
    names = [str(i) for i in range(10)]
    found = [Match(str(a), str(b), 9, 0, 0, 0, 9) for a, b in pairs if a != b]
    of_ = recordings(names, found)
    assert all(of_[match.a] == of_[match.b] for match in found)
    assert all(of_[of_[name]] == of_[name] <= name for name in names)
    assert recordings(names, reversed(found)) == of_


def test_the_order_of_the_songs_does_not_matter(prints, songs):
    everything = {**prints, "copy": of(songs["song 1"][5 * RATE_HZ :]), "twin": prints["song 7"]}
    backwards = dict(reversed(everything.items()))
    there = {frozenset((match.a, match.b)): abs(match.offset_s) for match in matches(everything)}
    back = {frozenset((match.a, match.b)): abs(match.offset_s) for match in matches(backwards)}
    assert there.keys() == back.keys() == {frozenset({"song 1", "copy"}), frozenset({"song 7", "twin"})}
    assert all(there[pair] == pytest.approx(back[pair], abs=0.05) for pair in there)


def test_a_hundred_copies_are_one_recording():
    codes = random_codes(5)
    wrong = np.random.default_rng(6).random((100, len(codes), 32)) < 0.03
    flips = np.packbits(wrong, axis=2).view(np.uint32)[..., 0]
    many = {f"{i:03d}": made_up(codes ^ flips[i]) for i in range(100)}
    assert set(recordings(many, matches(many)).values()) == {"000"}


@pytest.mark.slow
def test_ten_thousand_songs_take_seconds():
    """One in ten is a copy with 5 % of the bits wrong, cut at the beginning."""
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 1 << 32, (9000, 205), np.uint32)
    many = {f"song {i}": made_up(row) for i, row in enumerate(codes)}
    flips = np.packbits(rng.random((1000, 205, 32)) < 0.05, axis=2).view(np.uint32)[..., 0]
    for i in range(1000):
        many[f"copy {i}"] = made_up((codes[i] ^ flips[i])[i % 60 :])
    began_s = time.process_time()
    found = matches(many)
    assert time.process_time() - began_s < 20
    assert {(match.a, match.b) for match in found} == {(f"song {i}", f"copy {i}") for i in range(1000)}


def test_progress_is_told(prints):
    told = []
    matches({**prints, "twin": prints["song 3"]}, progress=lambda done, total: told.append((done, total)))
    assert told
    assert told[-1][0] == told[-1][1]
