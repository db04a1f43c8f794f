"""From what was heard to an answer: the verdicts' rules, batches, and what --json prints."""

import itertools
import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bundles
import earmark
from earmark import Predictor
from earmark.errors import ArgumentError, BundleError, EmptyAudioError
from earmark.features import musicnn
from earmark.models import bundle as store
from earmark.records import Prediction
from earmark.service.predictor import classify

RATE_HZ = 16_000


@pytest.fixture
def made(tmp_path):
    """Return a function that makes a predictor of a bundle."""
    numbers = itertools.count()

    def make(bundle) -> Predictor:
        folder = tmp_path / f"model-{next(numbers)}"
        store.save(bundle, "", folder)
        return Predictor(folder)

    return make


def noise(seconds: float, deviation: float = 0.1) -> np.ndarray:
    return np.random.default_rng(0).normal(0, deviation, round(seconds * RATE_HZ)).astype(np.float32)


# The verdicts' rules, each at its edge, by a model that always gives the same probabilities.


@pytest.mark.parametrize(
    ("samples", "why"),
    [
        (np.zeros(96_000, np.float32), "zeros"),
        (np.zeros(1, np.float32), "one sample"),
        (noise(6, 10 ** (-70 / 20)), "noise at -70 dB"),
        (noise(6, 10 ** (-60.1 / 20)), "just below the threshold"),
    ],
)
def test_silent(made, samples, why):
    said = made(bundles.constant((0.97, 0.01, 0.01, 0.01))).predict(samples, RATE_HZ)
    assert said == Prediction(
        "",
        "silent",
        model={"name": "made-up", "version": "7"},
        duration_s=len(samples) / RATE_HZ,
        notes=said.notes,
    ), why


def test_just_above_silence(made):
    said = made(bundles.constant((0.97, 0.01, 0.01, 0.01))).predict(noise(6, 10 ** (-59.9 / 20)), RATE_HZ)
    assert said.verdict == "sure"


def test_silent_stretches_count_for_nothing(made):
    predictor = made(bundles.random())
    song = np.concatenate([noise(187 * 256 / RATE_HZ), np.zeros(187 * 256 + 512, np.float32)])
    with_pause = predictor.predict(song, RATE_HZ)
    assert len(with_pause.segments) == 1
    heard = earmark.extract(song, "musicnn", rate=RATE_HZ).to_dict()
    strongest = next(iter(with_pause.tags))
    column = musicnn.COLUMNS[musicnn.TAGS.index(strongest)]
    assert with_pause.tags[strongest] == pytest.approx(heard[column][0], abs=1e-6)


@pytest.mark.parametrize(
    ("genre_p", "music_p", "verdict"),
    [
        ((0.8, 0.1, 0.05, 0.05), 0.95, "sure"),
        ((0.701, 0.1, 0.1, 0.099), 0.901, "sure"),
        ((0.699, 0.1, 0.1, 0.101), 0.95, "unsure"),  # not enough of one genre
        ((0.8, 0.1, 0.05, 0.05), 0.899, "unsure"),  # not enough of music
        ((0.8, 0.1, 0.05, 0.05), 0.501, "unsure"),
        ((0.8, 0.1, 0.05, 0.05), 0.499, "not music"),
        ((0.4, 0.3, 0.2, 0.1), 0.499, "not music"),
    ],
)
def test_verdicts(made, genre_p, music_p, verdict):
    said = made(bundles.constant(genre_p, music_p)).predict(noise(6), RATE_HZ)
    assert said.verdict == verdict


def test_a_doubt_that_shows_nowhere_else_is_noted(made):
    doubted = made(bundles.constant((0.8, 0.1, 0.05, 0.05), 0.899)).predict(noise(6), RATE_HZ)
    assert doubted.notes == ("unsure because it may be no music",)
    assert made(bundles.constant((0.4, 0.3, 0.2, 0.1), 0.95)).predict(noise(6), RATE_HZ).notes == ()


@pytest.mark.parametrize(
    ("seconds", "verdict"), [(0.05, "unsure"), (2.89, "unsure"), (2.91, "sure"), (3.0, "sure")]
)
def test_a_sound_too_short_is_never_sure(made, seconds, verdict):
    said = made(bundles.constant((0.97, 0.01, 0.01, 0.01))).predict(noise(seconds), RATE_HZ)
    assert said.verdict == verdict
    assert said.genre == "blues"
    assert said.duration_s == pytest.approx(seconds)


def test_a_song_with_too_little_sound_in_it_is_never_sure(made):
    """Only what is not silent counts as heard."""
    limits = {"sure_s": 5.9}
    predictor = made(bundles.constant((0.97, 0.01, 0.01, 0.01), **limits))
    pause = np.zeros(187 * 256 + 512, np.float32)
    assert predictor.predict(np.concatenate([noise(3), pause, pause]), RATE_HZ).verdict == "unsure"
    assert predictor.predict(noise(6), RATE_HZ).verdict == "sure"


# What else it says.


def test_probabilities_set_and_segments(made):
    said = made(bundles.constant((0.1, 0.5, 0.15, 0.25))).predict(noise(7), RATE_HZ)
    assert (said.verdict, said.genre, said.confidence) == ("unsure", "jazz", pytest.approx(0.5))
    assert list(said.genres) == ["jazz", "pop", "metal", "blues"]
    assert list(said.genres.values()) == pytest.approx([0.5, 0.25, 0.15, 0.1])
    assert said.genre_set == ("jazz", "pop")
    assert [(s.genre, s.p) for s in said.segments] == [("jazz", pytest.approx(0.5))] * 2
    assert [s.start_s for s in said.segments] == pytest.approx([0.0, 251 * 0.016])
    assert said.model == {"name": "made-up", "version": "7"}
    assert said.error is None
    assert said.notes == ()


def test_the_best_genre_is_in_the_set_even_below_the_threshold(made):
    predictor = made(bundles.constant((0.28, 0.26, 0.24, 0.22), set_p=0.9))
    assert predictor.predict(noise(3), RATE_HZ).genre_set == ("blues",)


def test_a_set_threshold_of_zero_lets_all_in(made):
    predictor = made(bundles.constant((0.1, 0.5, 0.15, 0.25), set_p=0.0))
    assert predictor.predict(noise(3), RATE_HZ).genre_set == ("jazz", "pop", "metal", "blues")


def test_what_is_no_music_has_tags_but_no_genre(made):
    said = made(bundles.constant((0.8, 0.1, 0.05, 0.05), 0.1)).predict(noise(6), RATE_HZ)
    assert (said.genre, said.confidence, said.genres, said.genre_set, said.segments) == (
        None,
        0.0,
        {},
        (),
        (),
    )
    assert len(said.tags) == 8


def test_tags_are_the_strongest(predictor, chords):
    said = predictor.predict(chords, RATE_HZ, thorough=True)
    table = earmark.extract(chords, "musicnn", rate=RATE_HZ)
    mean = dict(zip(musicnn.TAGS, table.values[:, :50].mean(axis=0).tolist(), strict=True))
    strongest = sorted(mean, key=mean.get, reverse=True)[:8]
    assert list(said.tags) == strongest
    assert list(said.tags.values()) == pytest.approx([mean[tag] for tag in strongest], abs=1e-6)


def test_temperatures_scale_song_and_segments_apart(made, chords):
    cold = bundles.random()
    warm = replace(cold, head=replace(cold.head, temperature=100.0))
    a, b = made(cold).predict(chords, RATE_HZ), made(warm).predict(chords, RATE_HZ)
    assert a.genre == b.genre
    assert a.confidence > b.confidence
    assert [s.p for s in a.segments] == [s.p for s in b.segments]


def test_frozen(predictor, chords):
    """With the random weights of tests/bundles.py."""
    said = predictor.predict(chords, RATE_HZ)
    assert said.genres == pytest.approx(FROZEN, abs=2e-3)


FROZEN = {"metal": 0.6493, "pop": 0.1928, "blues": 0.1100, "jazz": 0.0479}


@settings(max_examples=30, deadline=None)
@given(
    st.integers(3, 70_000),
    st.integers(0, 2**32 - 1),
    st.sampled_from([1e-12, 1e-4, 0.1, 1.0, 1e6]),
    st.tuples(st.sampled_from([1000, 8000, 44_100]), st.booleans()),
)
def test_any_sound_gets_a_sound_answer(predictor, n, seed, gain, how):
    rate_hz, thorough = how
    samples = np.random.default_rng(seed).standard_normal(n) * gain
    said = predictor.predict(samples, rate_hz, thorough=thorough)
    assert json.loads(json.dumps(said.to_dict(), allow_nan=False)) == said.to_dict()
    assert said.verdict in {"sure", "unsure", "not music", "silent"}
    assert said.duration_s == pytest.approx(n / rate_hz, abs=1e-3)
    if said.verdict in {"not music", "silent"}:
        assert said.genre is None
        return
    assert sum(said.genres.values()) == pytest.approx(1.0)
    assert list(said.genres.values()) == sorted(said.genres.values(), reverse=True)
    assert set(said.genres) == set(predictor.genres)
    assert said.genre == next(iter(said.genres)) == said.genre_set[0]
    assert said.confidence == said.genres[said.genre]
    assert said.segments
    for segment in said.segments:
        assert 0 <= segment.start_s < segment.end_s <= said.duration_s + 1e-9
        assert segment.genre in said.genres
        assert 1 / len(said.genres) <= segment.p <= 1
    if said.duration_s < 2.9:
        assert said.verdict == "unsure"


def test_less_than_one_sample_at_our_rate(predictor):
    with pytest.raises(EmptyAudioError) as caught:
        predictor.predict(np.ones(1), 44_100)
    assert caught.value.message == "1 samples are too few for one at 16000 Hz"
    assert caught.value.hint == "give more samples"


def test_to_dict_is_what_the_json_says(made, song):
    said = made(bundles.constant((0.1, 0.5, 0.15, 0.25))).predict(song)
    told = said.to_dict()
    assert list(told) == [
        *("path", "verdict", "genre", "confidence", "genres", "set", "tags", "segments"),
        *("model", "duration_s", "notes", "error"),
    ]
    tags = told.pop("tags")
    assert told == {
        "path": str(song),
        "verdict": "unsure",
        "genre": "jazz",
        "confidence": 0.5,
        "genres": {"jazz": 0.5, "pop": 0.25, "metal": 0.15, "blues": 0.1},
        "set": ["jazz", "pop"],
        "segments": [
            {"start_s": 0.0, "end_s": 2.992, "genre": "jazz", "p": 0.5},
            {"start_s": 4.016, "end_s": 7.0, "genre": "jazz", "p": 0.5},
        ],
        "model": {"name": "made-up", "version": "7"},
        "duration_s": 7.0,
        "notes": [],
        "error": None,
    }
    assert list(told["genres"]) == ["jazz", "pop", "metal", "blues"]
    assert len(tags) == 8
    assert all(value == round(value, 4) for value in tags.values())


# Models.


def test_what_the_predictor_knows_of_its_model(predictor):
    assert (predictor.name, predictor.version, predictor.genres) == ("made-up", "7", bundles.GENRES)


def test_a_model_for_other_weights(made):
    features = {"name": "musicnn", "version": "1", "sha256": "0" * 64}
    with pytest.raises(BundleError) as caught:
        made(replace(bundles.random(), features=features))
    assert caught.value.message == "the model 'made-up' was made for other musiCNN weights"
    assert caught.value.hint == "make it again with this version of Earmark"


@pytest.mark.parametrize("columns", [bundles.INPUTS[:-1], bundles.INPUTS[::-1]], ids=["fewer", "reversed"])
def test_a_model_for_other_inputs(made, columns):
    head = bundles.random().head
    short = {
        "genre_weights": head.genre_weights[: len(columns)],
        "music_weights": head.music_weights[: len(columns)],
    }
    with pytest.raises(BundleError) as caught:
        made(replace(bundles.random(), columns=columns, head=replace(head, **short)))
    assert caught.value.message == "the model 'made-up' was made for other inputs"
    assert caught.value.hint == "make it again with this version of Earmark"


def test_classify_with_a_model(model, song, predictor):
    assert classify(song, model=model) == predictor.predict(song)
    assert classify(str(song), model=str(model), thorough=True) == predictor.predict(song, thorough=True)
    assert classify(noise(4), RATE_HZ, model=model).path == ""


@pytest.mark.parametrize(
    ("rate", "shown"),
    [("x", "'x'"), ("44100", "'44100'"), ([1], "[1]"), (44100, "44100 Hz"), (np.float32(8000), "8000 Hz")],
)
def test_a_rate_for_a_file(song, model, rate, shown):
    with pytest.raises(ArgumentError) as caught:
        classify(song, rate=rate, model=model)
    assert caught.value.message == f"a rate of {shown} for a file"
    assert caught.value.hint == "leave out rate: a file knows its own"


@pytest.mark.parametrize("rate", ["x", "44100", [1], {}])
def test_a_rate_that_is_no_number(model, rate):
    with pytest.raises(ArgumentError, match="rate"):
        classify(noise(4), rate, model=model)


def test_classify_without_the_model(song, tmp_path):
    with pytest.raises(BundleError) as caught:
        classify(song, model=tmp_path / "none")
    assert caught.value.message == f"there is no model folder '{tmp_path / 'none'}'"


def test_a_file_is_what_its_samples_are(predictor, song):
    samples = earmark.extract(song).values  # proves that the file can be read for both
    assert samples.shape == (1, 58)
    from earmark import audio

    clip = audio.load(song, rate_hz=22050)
    of_file, of_samples = predictor.predict(song), predictor.predict(clip.samples, 22050)
    assert of_file.genres == pytest.approx(of_samples.genres, abs=1e-6)
    assert (of_file.path, of_samples.path) == (str(song), "")
