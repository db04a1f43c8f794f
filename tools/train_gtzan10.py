"""Make the built-in model ``gtzan10`` from the train and valid rows, and measure it honestly.

    python -m tools.train_gtzan10 -o src/earmark/models/gtzan10
    python -m tools.train_gtzan10                        # measures only
    python -m tools.train_gtzan10 --valid                # measures a model of the train list alone

Needs the GTZAN data (see tools/gtzan.py), scikit-learn and espeak-ng. The published test list is never read
but to be refused.
"""

import argparse
import csv
import json
import platform
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from earmark import audio
from earmark.features import musicnn
from earmark.features.gtzan58 import SOUND_COLUMNS
from earmark.models import bundle as bundles
from earmark.models.head import Array, Head, Thresholds, input_names
from earmark.records import Prediction
from earmark.service.predictor import Predictor
from tools import calibration, music_head
from tools.card import card
from tools.cross_validation import cross_validate
from tools.foreign_sounds import can_speak
from tools.gtzan import GENRES, Song, artists, audio_files, data, heard_songs, stored_songs

VERSION = "1"
SILENCE_DB = -60.0
SHORTEST_SURE_S = 2.9
N_FOREIGN = 24
N_FRESH = 8
FRESH_SEED = 2  # the draws of 0 and 1 were looked at when the music head was made


@dataclass(frozen=True)
class Figures:
    """Every number of the card."""

    valid: calibration.Measured
    valid_interval: tuple[float, float]
    valid_verdicts: dict[str, int]
    cross_validated: calibration.Measured
    cross_interval: tuple[float, float]
    chance_ece: float
    inputs: dict[str, float]
    tag_correlation: float
    music_lost: float
    music_trusted: float
    foreign_sure: dict[str, float]
    foreign_not_music: dict[str, float]
    fresh_sure: dict[str, float]
    fresh_not_music: dict[str, float]


def make(songs: Sequence[Song], foreign: music_head.Foreign, source: str) -> bundles.Bundle:
    """Fit and calibrate a model on songs."""
    calibrated = calibration.calibrate(songs)
    weights, bias = calibration.fit(songs, calibrated)
    music_weights, music_bias = music_head.fit(calibration.means_of(songs), foreign.inputs)
    head = Head(
        weights, bias, music_weights, music_bias, calibrated.temperature, calibrated.patch_temperature
    )
    p_music, _ = music_head.unseen(songs, foreign)
    limits = Thresholds(
        set_p=calibrated.set_p,
        sure_p=calibrated.sure_p,
        music_p=music_head.least_music_p(p_music),
        sure_music_p=music_head.SURE_MUSIC_P,
        silence_db=SILENCE_DB,
        sure_s=SHORTEST_SURE_S,
    )
    return bundles.Bundle(
        "gtzan10",
        VERSION,
        GENRES,
        input_names(musicnn.TAGS),
        head,
        limits,
        {"name": "musicnn", "version": "1", "sha256": musicnn.checksum()},
        {
            "songs": source,
            "n_songs": len(songs),
            "n_artists": len({song.artist for song in songs if song.artist == song.side}),
            "n_unknown": sum(song.artist != song.side for song in songs),
            "n_foreign_sounds": len(foreign.kinds),
            "python": platform.python_version(),
            **{name: metadata.version(name) for name in ("numpy", "scikit-learn", "onnxruntime")},
        },
    )


def measure_valid(train: Sequence[Song], foreign: music_head.Foreign) -> tuple[Any, ...]:
    """Classify the valid clips end to end, from their files, with a model made from the train list only."""
    model = make(train, foreign, "train list")
    files = audio_files("valid")
    with tempfile.TemporaryDirectory() as folder:
        bundles.save(model, "only to be measured", Path(folder) / "model")
        predictor = Predictor(Path(folder) / "model")
        answers = predictor.predict_many(predictor.find(files.values()))
        said = dict(zip(files, answers, strict=True))
    labels = np.array([GENRES.index(clip.split(".", maxsplit=1)[0]) for clip in said])
    measured = calibration.measure(*_arrays(list(said.values()), labels))
    verdicts = [prediction.verdict for prediction in said.values()]
    right = np.array([one.genre == clip.split(".", maxsplit=1)[0] for clip, one in said.items()], float)
    artist_of = artists()
    interval = calibration.interval_over_artists(right, [artist_of[clip] for clip in said])
    confidence = np.array([one.confidence for one in said.values()])
    counts = {verdict: verdicts.count(verdict) for verdict in sorted(set(verdicts))}
    return measured, interval, counts, calibration.chance_error(confidence)


def inputs_compared(train: Sequence[Song]) -> dict[str, Array]:
    """Return the inputs that were compared, one row per clip of the train list."""
    with (data() / "features_30_sec.csv").open(newline="") as file:
        rows = {Path(row["filename"]).stem: row for row in csv.DictReader(file)}
    raw = np.array([[float(rows[song.clip][name]) for name in SOUND_COLUMNS] for song in train])
    columns = np.sign(raw) * np.log1p(1000 * np.abs(raw))
    tags = calibration.means_of(train)[:, calibration.BLOCKS[0]]
    return {"tags": tags, "columns": columns, "tags and columns": np.hstack([tags, columns])}


def _arrays(said: Sequence[Prediction], labels: calibration.Labels) -> tuple[Any, ...]:
    """Return what `calibration.measure` takes; a song that was refused has no genre and counts as wrong."""
    p = np.array([[one.genres.get(genre, 0.0) for genre in GENRES] for one in said])
    sets = np.array([[genre in one.genre_set for genre in GENRES] for one in said])
    refused = p.sum(axis=1) == 0
    p[refused] = calibration.refusal(labels[refused])
    return p, labels, sets, np.array([one.verdict == "sure" for one in said])


def tag_correlation(train: Sequence[Song]) -> float:
    """Return how our tag activations correlate with the stored ones, on the train clips with audio.

    The stored patches lie 61 frames apart; every third of them is compared.
    """
    stored = {song.clip: song.tags[::3] for song in train}
    ours, theirs = [], []
    for clip, path in audio_files("train").items():
        samples = audio.load(path, rate_hz=musicnn.RATE_HZ).samples
        frames = musicnn.patch_starts(len(samples), 3 * 61)[: len(stored[clip])]
        tags, _ = musicnn.hear([musicnn.log_mel(stretch) for stretch in musicnn.cut(samples, frames)])
        ours.append(tags)
        theirs.append(stored[clip][: len(tags)])
    return float(np.corrcoef(np.concatenate(ours).ravel(), np.concatenate(theirs).ravel())[0, 1])


def confidences(head: Head, foreign: music_head.Foreign) -> Array:
    """Return the probability of each sound's best genre."""
    return np.array([head.genres(row[None])[0].max() for row in foreign.inputs])


def foreign_verdicts(model: bundles.Bundle, foreign: music_head.Foreign) -> tuple[dict[str, float], ...]:
    """Return per family of sounds the share with a ``sure`` genre and the share found to be no music."""
    head, limits = model.head, model.thresholds
    p = music_head.probability(foreign.inputs, (head.music_weights, head.music_bias))
    sure = (p >= limits.sure_music_p) & (confidences(head, foreign) >= limits.sure_p)
    return music_head.by_family(foreign.kinds, sure), music_head.by_family(foreign.kinds, p < limits.music_p)


def unseen_verdicts(
    model: bundles.Bundle, songs: Sequence[Song], foreign: music_head.Foreign
) -> tuple[Any, ...]:
    """Return the music lost and trusted, and those shares, by heads that knew no artist or kind of it."""
    p_music, p = music_head.unseen(songs, foreign)
    limits = model.thresholds
    sure = (p >= limits.sure_music_p) & (confidences(model.head, foreign) >= limits.sure_p)
    return (
        float((p_music < limits.music_p).mean()),
        float((p_music >= limits.sure_music_p).mean()),
        music_head.by_family(foreign.kinds, sure),
        music_head.by_family(foreign.kinds, p < limits.music_p),
    )


def main() -> None:
    """Measure, print, and write the bundle."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-o", "--output", type=Path, help="folder of the new bundle")
    parser.add_argument("--valid", action="store_true", help="only measure a model of the train list")
    arguments = parser.parse_args()
    if not can_speak():
        sys.exit("espeak-ng is not installed: the model would not know speech; install it and try again")
    train, foreign = stored_songs(), music_head.hear_foreign(N_FOREIGN, seed=0)
    valid_measured, valid_interval, verdicts, chance_ece = measure_valid(train, foreign)
    if arguments.valid:
        print(
            json.dumps({**asdict(valid_measured), "interval": valid_interval, "verdicts": verdicts}, indent=1)
        )
        return
    songs = [*train, *heard_songs("valid")]
    fresh = music_head.hear_foreign(N_FRESH, seed=FRESH_SEED)
    crossed, cross_interval = cross_validate(songs, foreign)
    model = make(songs, foreign, "published GTZAN train and valid lists")
    music_lost, music_trusted, foreign_sure, foreign_not_music = unseen_verdicts(model, songs, foreign)
    fresh_sure, fresh_not_music = foreign_verdicts(model, fresh)
    figures = Figures(
        valid_measured,
        valid_interval,
        verdicts,
        crossed,
        cross_interval,
        chance_ece,
        {name: calibration.unseen_accuracy(rows, train) for name, rows in inputs_compared(train).items()},
        tag_correlation(train),
        music_lost,
        music_trusted,
        foreign_sure,
        foreign_not_music,
        fresh_sure,
        fresh_not_music,
    )
    model.made_from["measured"] = asdict(figures)
    print(json.dumps(asdict(figures), indent=1))
    text = card(model, asdict(figures))
    if arguments.output:
        bundles.save(model, text, arguments.output)
        print(f"written: {arguments.output}")


if __name__ == "__main__":
    main()
