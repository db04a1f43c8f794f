"""musiCNN: where patches lie, what their log-mel is, and what the network says of them."""

import hashlib
import shutil
import tracemalloc

import numpy as np
import pytest
from benchmarks.librosa_recipe import librosa
from hypothesis import given
from hypothesis import strategies as st

import sounds
from earmark import extract
from earmark._dsp.mel import mel_to_hz
from earmark.errors import ArgumentError, BundleError
from earmark.features import musicnn
from earmark.features.musicnn import HOP, PATCH_FRAMES, PATCH_SAMPLES, RATE_HZ


@pytest.fixture
def own_weights(tmp_path, monkeypatch):
    """Return a copy of the weights that a test may spoil."""
    weights = tmp_path / musicnn.WEIGHTS.name
    for path in (musicnn.WEIGHTS, musicnn.WEIGHTS.with_suffix(".onnx.sha256")):
        shutil.copy(path, tmp_path)
    monkeypatch.setattr(musicnn, "WEIGHTS", weights)
    musicnn.session.cache_clear()
    yield weights
    musicnn.session.cache_clear()


def noise(n: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 0.1, n).astype(np.float32)


def patches_of(samples: np.ndarray) -> list[np.ndarray]:
    frames = musicnn.patch_starts(len(samples))
    return [musicnn.log_mel(stretch) for stretch in musicnn.cut(samples, frames)]


def test_the_shape_of_a_patch():
    assert (RATE_HZ, HOP, PATCH_FRAMES, PATCH_SAMPLES) == (16_000, 256, 187, 48_128)
    assert pytest.approx(2.992) == musicnn.PATCH_S
    assert len(musicnn.TAGS) == len(set(musicnn.TAGS)) == 50
    assert len(musicnn.COLUMNS) == len(set(musicnn.COLUMNS)) == 250


@pytest.mark.parametrize(
    ("n_samples", "hop", "starts"),
    [
        (0, 187, []),
        (1, 187, []),
        (186 * 256 - 1, 187, []),
        (186 * 256, 187, [0]),
        (187 * 256, 187, [0]),
        (373 * 256 - 1, 187, [0]),
        (373 * 256, 187, [0, 187]),
        (480_000, 187, [0, 187, 374, 561, 748, 935, 1122, 1309, 1496, 1683]),
        (190 * 256, 2, [0, 2, 4]),
    ],
)
def test_patch_starts(n_samples, hop, starts):
    assert musicnn.patch_starts(n_samples, hop) == starts


def test_patch_span():
    assert musicnn.patch_span(0) == (-256, 47_872)
    assert musicnn.patch_span(187) == (187 * 256 - 256, 187 * 256 - 256 + 48_128)


def test_cut_fills_up_with_zeros_at_both_ends():
    samples = np.arange(1, 50_001, dtype=np.float32)
    first, last = musicnn.cut(samples, [0, 100])
    assert first.shape == last.shape == (PATCH_SAMPLES,)
    assert (first[:256] == 0).all()
    assert (first[256:] == samples[: 48_128 - 256]).all()
    begin = 100 * 256 - 256
    assert (last[: 50_000 - begin] == samples[begin:]).all()
    assert (last[50_000 - begin :] == 0).all()


@given(st.integers(1, 200_000), st.integers(1, 400))
def test_every_patch_lies_in_the_song_and_none_is_left_out(n_samples, hop):
    starts = musicnn.patch_starts(n_samples, hop)
    frames = 1 + n_samples // HOP
    assert all(0 <= start <= frames - PATCH_FRAMES for start in starts)
    assert starts == sorted(set(starts))
    following = starts[-1] + hop if starts else 0
    assert following + PATCH_FRAMES > frames


def test_looped():
    assert musicnn.looped(np.array([1, 2, 3], np.float32))[:7].tolist() == [1, 2, 3, 1, 2, 3, 1]
    for n in (1, 3, 47_871):
        assert len(musicnn.looped(noise(n))) == 47_872
    long = noise(47_872)
    assert musicnn.looped(long) is long


def test_silence_is_zero():
    mel = musicnn.log_mel(np.zeros(PATCH_SAMPLES, np.float32))
    assert mel.shape == (187, 96)
    assert mel.dtype == np.float32
    assert (mel == 0).all()


@pytest.mark.parametrize("shape", [(48_127,), (0,), (48_128, 1)])
def test_a_patch_of_another_length_is_refused(shape):
    with pytest.raises(ArgumentError) as caught:
        musicnn.log_mel(np.zeros(shape, np.float32))
    assert caught.value.message == f"a patch of shape {shape}"
    assert caught.value.hint == "give 48128 samples at 16 kHz"


@pytest.mark.parametrize("hz", [110.0, 440.0, 1000.0, 3000.0, 7000.0])
def test_a_sine_lands_in_its_band(hz):
    sine = np.sin(2 * np.pi * hz * np.arange(PATCH_SAMPLES) / RATE_HZ).astype(np.float32)
    mel = musicnn.log_mel(sine)
    centres = mel_to_hz(np.linspace(0, librosa.hz_to_mel(8000.0), 98))[1:-1]
    nearest = int(np.abs(centres - hz).argmin())
    assert (np.abs(mel.argmax(axis=1) - nearest) <= 1).all()


def test_level_by_hand():
    """Ten times the power is one decade, where the power is large beside 10⁻⁴."""
    loud = musicnn.log_mel(noise(PATCH_SAMPLES) * np.float32(10))
    louder = musicnn.log_mel(noise(PATCH_SAMPLES) * np.float32(10 * 10**0.5))
    assert np.median(louder - loud) == pytest.approx(1.0, abs=1e-3)


def test_librosa_says_the_same_of_a_song():
    """Cut from the song, each patch is that stretch of librosa's spectrogram of the whole."""
    song = noise(187 * 256 * 3 + 100)
    power = librosa.feature.melspectrogram(
        y=song, sr=16_000, n_fft=512, hop_length=256, n_mels=96, pad_mode="constant"
    )
    theirs = np.log10(1 + 10_000 * power.T)
    ours = np.concatenate(patches_of(song))
    assert len(ours) == 3 * 187
    assert np.abs(ours - theirs[: len(ours)]).max() < 1e-4


def test_a_patch_alone_is_what_it_is_among_others(chords):
    patches = [*patches_of(chords), *patches_of(noise(187 * 256 * 3))]
    tags, embedding = musicnn.hear(patches)
    assert (tags.shape, embedding.shape) == ((5, 50), (5, 200))
    for i, patch in enumerate(patches):
        tag, own = musicnn.hear([patch])
        assert tag[0] == pytest.approx(tags[i], abs=1e-5)
        assert own[0] == pytest.approx(embedding[i], abs=1e-4)
    assert np.abs(tags[0] - tags[-1]).max() > 0.05  # else nothing was compared


def test_nothing_heard_is_no_rows():
    tags, embedding = musicnn.hear([])
    assert (tags.shape, embedding.shape) == ((0, 50), (0, 200))


def test_activations_are_probabilities(chords):
    tags, _ = musicnn.hear(patches_of(chords))
    assert ((tags >= 0) & (tags <= 1)).all()


FROZEN = {
    "electronic": 0.2122,
    "ambient": 0.1686,
    "instrumental": 0.1424,
    "indie": 0.1195,
    "chillout": 0.1107,
    "acoustic": 0.0701,
    "folk": 0.0698,
    "female vocalists": 0.0666,
}


def test_frozen_activations(chords):
    tags, embedding = musicnn.hear(patches_of(chords))
    mean = dict(zip(musicnn.TAGS, tags.mean(axis=0).tolist(), strict=True))
    assert sorted(mean, key=mean.get, reverse=True)[:8] == list(FROZEN)
    assert {tag: mean[tag] for tag in FROZEN} == pytest.approx(FROZEN, abs=1e-3)
    assert float(tags.mean()) == pytest.approx(0.03335, abs=1e-4)
    assert float(np.abs(embedding).mean()) == pytest.approx(0.46914, abs=1e-3)


def test_the_feature_set(chords):
    table = extract(chords, "musicnn", rate=16_000)
    assert (table.name, table.version, table.columns) == ("musicnn", 1, musicnn.COLUMNS)
    assert table.values.shape == (2, 250)
    assert table.starts_s == (0.0, 2.992)
    assert table.ends_s == pytest.approx((2.992, 5.984))
    tags, embedding = musicnn.hear(patches_of(chords))
    assert (table.values == np.hstack([tags, embedding])).all()
    assert table.to_dict()["tag_hip_hop"] == tags[:, musicnn.TAGS.index("hip-hop")].tolist()


class Deaf:
    """A network that hears nothing, at once."""

    def run(self, _, given):
        n = len(given["log_mel"])
        assert n <= musicnn.BATCH
        return np.zeros((n, 50), np.float32), np.zeros((n, 200), np.float32)


def test_a_long_file_is_never_in_memory_as_a_whole(tmp_path, monkeypatch):
    """Ten minutes are 38 MB of samples and 14 MB of log-mel."""
    monkeypatch.setattr(musicnn, "session", Deaf)
    source = sounds.write(tmp_path / "short.wav", sounds.tone(seconds=2.0, rate_hz=16_000), 16_000)
    song = sounds.repeat(source, tmp_path / "long.wav", 600)
    extract(source, "musicnn")  # what is made once
    tracemalloc.start()
    try:
        table = extract(song, "musicnn")
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert table.ends_s[-1] == pytest.approx(600, abs=4)
    assert peak_bytes < 12e6


def test_the_feature_set_of_less_than_a_patch():
    table = extract(noise(8_000), "musicnn", rate=16_000)
    assert table.values.shape == (1, 250)
    assert (table.starts_s, table.ends_s) == ((0.0,), (0.5,))


def test_the_checksum_is_that_of_the_weights():
    assert musicnn.checksum() == hashlib.sha256(musicnn.WEIGHTS.read_bytes()).hexdigest()


def test_damaged_weights(own_weights):
    data = bytearray(own_weights.read_bytes())
    data[len(data) // 2] ^= 1
    own_weights.write_bytes(data)
    with pytest.raises(BundleError) as caught:
        musicnn.session()
    assert caught.value.message == "the musiCNN weights are damaged: their checksum differs"
    assert caught.value.hint == "reinstall earmark"


def test_missing_weights(own_weights):
    own_weights.unlink()
    with pytest.raises(BundleError) as caught:
        musicnn.session()
    assert caught.value.message.startswith("the musiCNN weights cannot be read: ")
    assert caught.value.hint == "reinstall earmark"


@pytest.mark.parametrize(
    "text", [None, b"", b"  \n", b"\xff\xfe"], ids=["missing", "empty", "blank", "bytes"]
)
def test_no_checksum(own_weights, text):
    path = own_weights.with_suffix(".onnx.sha256")
    path.unlink() if text is None else path.write_bytes(text)
    with pytest.raises(BundleError) as caught:
        musicnn.checksum()
    assert caught.value.message.startswith("the checksum of the musiCNN weights cannot be read: ")
    assert caught.value.hint == "reinstall earmark"


@pytest.mark.slow
def test_the_stored_taggrams_are_ours(gtzan):
    """Tag activations of the original TensorFlow network, published for the train list."""
    from tools import gtzan as data

    from earmark import audio

    stored = {song.clip: song.tags for song in data.stored_songs()}
    files = data.audio_files("train")
    names = sorted(files)[:: max(1, len(files) // 20)][:20]
    assert len(names) == 20
    ours, theirs = [], []
    for name in names:
        samples = audio.load(files[name], rate_hz=RATE_HZ).samples
        frames = musicnn.patch_starts(len(samples), 61)[: len(stored[name])][::4]
        tags, _ = musicnn.hear([musicnn.log_mel(stretch) for stretch in musicnn.cut(samples, frames)])
        ours.append(tags)
        theirs.append(stored[name][::4][: len(tags)])
    ours, theirs = np.concatenate(ours), np.concatenate(theirs)
    assert np.corrcoef(ours.ravel(), theirs.ravel())[0, 1] >= 0.98
    # and each tag that is ever heard by itself
    heard = theirs.std(axis=0) > 0.05
    assert heard.sum() > 10
    each = [np.corrcoef(ours[:, i], theirs[:, i])[0, 1] for i in np.flatnonzero(heard)]
    assert min(each) > 0.9
