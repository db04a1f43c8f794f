"""The built-in model: what it says, what it must never say, and its honest figures."""

import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from tools import calibration, foreign_sounds, music_head, train_gtzan10
from tools import gtzan as data

from earmark import Predictor, audio
from earmark.features import musicnn
from earmark.models import bundle as store

RATE_HZ = 16_000
GENRES = ("blues", "classical", "country", "disco", "hiphop", "jazz", "metal", "pop", "reggae", "rock")


@pytest.fixture(scope="module")
def predictor() -> Predictor:
    return Predictor()


@pytest.fixture(scope="module")
def card() -> str:
    return (store.BUILT_IN / "card.md").read_text(encoding="utf-8")


def test_what_it_is(predictor):
    bundle = store.load(store.BUILT_IN)
    assert (predictor.name, predictor.version, predictor.genres) == ("gtzan10", "1", GENRES)
    assert bundle.genres == data.GENRES
    assert bundle.features == {"name": "musicnn", "version": "1", "sha256": musicnn.checksum()}
    assert bundle.made_from["songs"] == "published GTZAN train and valid lists"
    assert bundle.made_from["n_songs"] == 443 + 118
    limits = bundle.thresholds
    assert 0 < limits.set_p < limits.sure_p < 1
    assert 0 < limits.music_p <= limits.sure_music_p < 1
    assert (limits.silence_db, limits.sure_s) == (-60.0, 2.9)


def test_the_folder_is_small_and_holds_no_pickle():
    assert sorted(path.name for path in store.BUILT_IN.iterdir()) == ["bundle.json", "card.md", "weights.npz"]
    assert sum(path.stat().st_size for path in store.BUILT_IN.iterdir()) < 100_000


def test_the_card_says_what_it_must(card):
    limits = store.load(store.BUILT_IN).thresholds
    for phrase in (
        *("GTZAN", "Million Song Dataset", "290 clips", "were not used", "espeak-ng"),
        "561 clips of 30 s, 529 of them by 135 artists, the others by unknown ones",
        *("**silent**", "**not music**", "**sure**", "**unsure**", "cross-conformal", "ECE", "## Limits"),
        *("## Licences", "Apache-2.0", "ISC", "No audio is contained"),
        *(f"{limits.music_p:.3f}", f"{limits.sure_p:.3f}", f"{limits.sure_music_p:.3f}", "-60 dB", "2.9 s"),
    ):
        assert phrase in card, phrase


def test_the_cards_figures_keep_the_promises(card):
    lines = [line for line in card.splitlines() if "end to end from" in line or "10-fold over both" in line]
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines]
    assert len(rows) == 2
    for _, songs, accuracy, ece, coverage, size, _, right in rows:
        assert int(songs) in {118, 561}
        assert float(accuracy.split()[0]) >= 0.78
        assert float(ece) <= 0.08
        assert 87 <= float(coverage.rstrip("%")) <= 93
        assert float(size) <= 2
        assert float(right.rstrip("%")) >= 88
    (correlation,) = re.findall(r"activations correlate (\S+) with the stored ones", card)
    assert float(correlation) >= 0.98


# Frozen answers.


def test_frozen_chords(predictor, chords):
    said = predictor.predict(chords, RATE_HZ)
    assert (said.verdict, said.genre, said.genre_set) == ("unsure", "classical", ("classical", "blues"))
    assert {genre: said.genres[genre] for genre in CHORDS} == pytest.approx(CHORDS, abs=2e-3)


def test_frozen_tune(predictor, tune):
    said = predictor.predict(tune, RATE_HZ)
    assert (said.verdict, said.genre, said.genre_set) == ("sure", "jazz", ("jazz",))
    assert {genre: said.genres[genre] for genre in TUNE} == pytest.approx(TUNE, abs=2e-3)


CHORDS = {"classical": 0.4742, "blues": 0.2605, "reggae": 0.1059, "rock": 0.075, "metal": 0.0001}
TUNE = {"jazz": 0.8985, "classical": 0.041, "country": 0.0308, "rock": 0.0129, "metal": 0.0}


# What is no music.


def times() -> np.ndarray:
    return np.arange(10 * RATE_HZ) / RATE_HZ


NO_MUSIC = {
    "white noise": lambda: 0.1 * np.random.default_rng(1).standard_normal(10 * RATE_HZ),
    "quiet noise": lambda: 0.003 * np.random.default_rng(2).standard_normal(10 * RATE_HZ),
    "brown noise": lambda: 0.01 * np.cumsum(np.random.default_rng(3).standard_normal(10 * RATE_HZ) / 10),
    "hum 50 Hz": lambda: 0.5 * np.sin(2 * np.pi * 50 * times()),
    "hum 60 Hz, harmonics": lambda: sum(0.3 / k * np.sin(2 * np.pi * 60 * k * times()) for k in range(1, 9)),
    "sine 440 Hz": lambda: 0.5 * np.sin(2 * np.pi * 440 * times()),
    "sine 3 kHz": lambda: 0.1 * np.sin(2 * np.pi * 3000 * times()),
    "square": lambda: 0.2 * np.sign(np.sin(2 * np.pi * 100 * times())),
    "clicks": lambda: (np.arange(10 * RATE_HZ) % 8000 == 0) * 0.9,
    "DC": lambda: np.full(10 * RATE_HZ, 0.5),
}


@pytest.mark.parametrize("name", NO_MUSIC)
def test_noise_hum_and_tones_are_never_sure(predictor, name):
    said = predictor.predict(NO_MUSIC[name]().astype(np.float32), RATE_HZ)
    assert said.verdict in {"not music", "unsure"}, said


@pytest.mark.parametrize("name", ["white noise", "hum 50 Hz", "sine 440 Hz"])
def test_the_plainest_are_no_music(predictor, name):
    assert predictor.predict(NO_MUSIC[name]().astype(np.float32), RATE_HZ).verdict == "not music"


@pytest.mark.parametrize("seconds", [0.1, 3.0, 40.0])
def test_silence(predictor, seconds):
    said = predictor.predict(np.zeros(round(seconds * RATE_HZ), np.float32), RATE_HZ)
    assert (said.verdict, said.genre, said.genres, said.tags) == ("silent", None, {}, {})


EFFECTS = [name for name in foreign_sounds.MAKERS if not name.startswith("speech/")]


@pytest.mark.parametrize("name", EFFECTS)
def test_sounds_that_are_made_are_never_sure(predictor, name):
    """Draws that the model was neither made from nor measured on."""
    rng = np.random.default_rng([7, *name.encode()])
    sound = foreign_sounds.level(foreign_sounds.MAKERS[name](rng), rng)
    assert predictor.predict(sound, foreign_sounds.RATE_HZ).verdict != "sure"


# Words that the model has not heard.
TEXT = "A small boat left the harbour at dawn. Nobody on the shore knew where it was going, nor why. " * 2


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")
@pytest.mark.parametrize("voice", ["en", "en-us+f3", "de+m3", "fr+f2", "es", "ru+m5", "cmn+f1", "en+whisper"])
def test_speech_is_never_sure(predictor, tmp_path, voice):
    path = tmp_path / "speech.wav"
    subprocess.run(["espeak-ng", "-v", voice, "-w", str(path), TEXT], check=True)
    said = predictor.predict(path)
    assert said.duration_s > 5
    assert said.verdict in {"not music", "unsure"}, said


# Where the data is.


@pytest.fixture(scope="module")
def valid_figures(gtzan):
    """Return the figures of the valid clips, end to end, by a model of the train list only."""
    assert gtzan.is_dir()
    return train_gtzan10.measure_valid(data.stored_songs(), music_head.hear_foreign(2, seed=0))


@pytest.mark.slow
def test_the_valid_clips_by_a_model_of_the_train_list(valid_figures):
    measured, (low, high), verdicts, _ = valid_figures
    assert measured.n == 118 == sum(verdicts.values())
    assert measured.accuracy >= 0.78
    assert measured.ece <= 0.08
    assert 0.87 <= measured.coverage <= 0.93
    assert measured.set_size <= 2
    assert low < measured.accuracy < high
    assert measured.sure_accuracy >= 0.85
    assert verdicts.get("not music", 0) <= 3
    assert "silent" not in verdicts


@pytest.mark.slow
def test_the_shipped_model_knows_what_it_was_made_from(predictor, gtzan):
    """End to end from audio, the songs of the train list come out at least as well as cross-validated."""
    files = data.audio_files("train")
    names = sorted(files)[::8]
    assert len(names) > 20
    answers = predictor.predict_many(predictor.find(files[name] for name in names))
    right = [said.genre == name.split(".")[0] for said, name in zip(answers, names, strict=True)]
    assert np.mean(right) >= 0.82


# The test list is never heard.


@pytest.fixture
def small_data(tmp_path, monkeypatch, song) -> Path:
    """Return a data folder with one clip per list, in which the test list itself is missing."""
    folder = tmp_path / "gtzan"
    (folder / "splits").mkdir(parents=True)
    for name, clip in {"train": "jazz/jazz.00000.wav", "valid": "rock/rock.00000.wav"}.items():
        (folder / "splits" / f"{name}_filtered.txt").write_text(clip + "\n")
    (folder / "splits" / "artists.txt").write_text(
        "jazz.00000.wav ::: Coleman  HAWKINS ::: Body\nrock.00000.wav :::  ::: Nobody knows\nrubbish\n"
    )
    ids = ["jazz.00000.wav", "jazz.00000.wav", "pop.00000.wav", "rock.00000.wav"]
    tags = np.random.default_rng(0).random((4, 50), np.float32)
    np.savez(folder / "musicnn_taggram_train.npz", X=tags, IDS=ids)
    for clip in ("rock.00000", "pop.00000"):
        path = folder / "audio" / clip.split(".")[0] / f"{clip}.ogg"
        path.parent.mkdir(parents=True)
        path.write_bytes(song.read_bytes())
    monkeypatch.setenv("EARMARK_DATA", str(tmp_path))
    return folder


def test_only_the_train_list_is_taken_from_the_stored_taggrams(small_data):
    (one,) = data.stored_songs()
    assert (one.clip, one.genre, one.artist) == ("jazz.00000", "jazz", "coleman hawkins")
    assert one.tags.shape == (2, 50)
    assert one.patches.shape == (2, 100)
    assert small_data.is_dir()


def test_only_the_list_asked_for_is_heard(small_data, song):
    (one,) = data.heard_songs("valid")
    assert (one.clip, one.artist) == ("rock.00000", "unknown artist of rock.00000")
    assert len(one.tags) == 2
    assert data.audio_files("train") == {}  # no audio of the one clip
    assert small_data.is_dir()
    assert audio.probe(song).duration_s == 7.0


@pytest.mark.parametrize("hear", [data.audio_files, data.heard_songs])
def test_the_test_list_is_refused(small_data, hear):
    (small_data / "splits" / "test_filtered.txt").write_text("pop/pop.00000.wav\n")
    with pytest.raises(SystemExit) as caught:
        hear("test")
    assert caught.value.code == "the published test list is never heard by these tools"


def test_no_data(tmp_path, monkeypatch):
    monkeypatch.setenv("EARMARK_DATA", str(tmp_path))
    with pytest.raises(SystemExit) as caught:
        data.data()
    assert caught.value.code.startswith(f"there is no GTZAN data at '{tmp_path}/gtzan'; set EARMARK_DATA")


def test_the_lists_share_no_clip_and_no_artist(gtzan):
    lists = {name: set(data.listed(name)) for name in ("train", "valid", "test")}
    assert [len(clips) for clips in lists.values()] == [443, 197, 290]
    used = {song.clip for song in data.stored_songs()} | set(data.audio_files("valid"))
    assert not used & lists["test"]
    artist_of = data.artists()
    named = [{artist_of[clip] for clip in clips if clip in artist_of} for clips in (used, lists["test"])]
    assert not named[0] & named[1]
    assert not {path.stem for path in (gtzan / "audio").glob("*/*.ogg")} & lists["test"]


# The arithmetic of the figures.


def test_figures_by_hand():
    p = np.array([[0.9, 0.1], [0.6, 0.4], [0.3, 0.7], [0.2, 0.8]])
    labels = np.array([0, 1, 1, 0])
    sets = np.array([[True, False], [True, True], [False, True], [False, True]])
    sure = np.array([True, False, False, True])
    measured = calibration.measure(p, labels, sets, sure)
    assert (measured.n, measured.accuracy, measured.coverage, measured.set_size) == (4, 0.5, 0.75, 1.25)
    assert (measured.sure_share, measured.sure_accuracy) == (0.5, 0.5)
    # each confidence alone in its bin: off by 0.1, 0.6, 0.3 and 0.8
    assert measured.ece == pytest.approx((0.1 + 0.6 + 0.3 + 0.8) / 4)


def test_the_conformal_threshold_by_hand():
    """Nineteen songs, 90 % coverage: the second lowest score, wrong ones scored by their own probability."""
    p = np.array([[0.9, 0.1]] * 16 + [[0.8, 0.2], [0.7, 0.3], [0.6, 0.4]])
    labels = np.array([0] * 16 + [1, 1, 1])
    threshold = calibration.conformal_threshold(p, labels)
    assert threshold == pytest.approx(0.3)
    assert (p >= threshold)[np.arange(19), labels].sum() == 18


def test_the_conformal_threshold_of_too_few_songs_lets_every_genre_in():
    """Of eight songs even the lowest score promises only 8 of 9."""
    p, labels = np.array([[0.9, 0.1]] * 8), np.zeros(8, int)
    assert calibration.conformal_threshold(p, labels) == 0.0


def test_the_sure_threshold_by_hand():
    p = np.array([[c, 1 - c] for c in (0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6, 0.58, 0.55, 0.52)])
    labels = np.zeros(11, int)
    labels[[8, 10]] = 1  # wrong: eight right, then one of ten, then two of eleven
    assert calibration.sure_threshold(p, labels) == pytest.approx(0.55)


def test_the_made_sounds_are_the_same_every_time():
    one, again = next(foreign_sounds.draws(1, 5)), next(foreign_sounds.draws(1, 5))
    assert (one.family, one.kind) == ("noise", "steady_noise")
    assert (one.samples == again.samples).all()
    assert 0.099 < np.abs(one.samples).max() < 0.9
