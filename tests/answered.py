"""Made-up answers of models, with artists that are easy or hard throughout."""

import numpy as np

from earmark.models.head import softmax

GENRES = ("blues", "jazz", "metal", "pop", "rock")


def made(artists=60, seed=0, *, songs=(1, 9), genres=GENRES, skill=1.5, hardness=1.0, segments=1):
    """Return (y, p, track_ids, groups): an artist plays one genre, and is as hard for all songs of theirs."""
    rng = np.random.default_rng(seed)
    number = rng.integers(*songs, artists)
    groups = np.repeat(np.arange(artists), number)
    y = rng.integers(0, len(genres), artists)[groups]
    scores = rng.normal(size=(len(groups), len(genres)))
    scores[np.arange(len(y)), y] += skill + hardness * rng.normal(size=artists)[groups]
    tracks = np.repeat(np.arange(len(y)), segments)
    noise = rng.normal(scale=0.7, size=(len(tracks), len(genres))) if segments > 1 else 0.0
    p = softmax(scores[tracks] + noise)
    return (
        [genres[k] for k in y[tracks]], p, [f"t{i}" for i in tracks], [f"artist {g}" for g in groups[tracks]]
    )  # fmt: skip
