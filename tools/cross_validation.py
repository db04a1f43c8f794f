"""The whole procedure, calibration and verdicts included, measured on artists that it has not heard."""

from collections.abc import Sequence

import numpy as np

from earmark.models.head import softmax
from tools import calibration, music_head
from tools.calibration import Measured, artist_folds, labels_of, means_of
from tools.gtzan import GENRES, Song


def cross_validate(
    songs: Sequence[Song], foreign: music_head.Foreign, n_repeats: int = 5
) -> tuple[Measured, tuple[float, float]]:
    """Measure by artist-disjoint folds, in each of which everything is learnt anew.

    A song that is taken for no music has no genre: it counts as wrong, with an empty set.

    Returns
    -------
    Measured
        Over all repeats.
    tuple of float
        95 % interval of the accuracy by bootstrap over artists.
    """
    labels, inputs = labels_of(songs), means_of(songs)
    shape = (n_repeats, len(songs), len(GENRES))
    p, sets, sure = np.zeros(shape), np.zeros(shape, bool), np.zeros(shape[:2], bool)
    for repeat in range(n_repeats):
        for train, held_out in artist_folds(songs, 100 + repeat):
            own = [songs[i] for i in train]
            learnt = calibration.calibrate(own, n_repeats=3)
            weights, bias = calibration.fit(own, learnt)
            own_p = softmax((inputs[held_out] @ weights + bias) / learnt.temperature)
            unseen_p, _ = music_head.unseen(own, foreign)
            music = music_head.fit(inputs[train], foreign.inputs)
            music_p = music_head.probability(inputs[held_out], music)
            refused = music_p < music_head.least_music_p(unseen_p)
            best = own_p == own_p.max(axis=1, keepdims=True)
            sets[repeat, held_out] = ((own_p >= learnt.set_p) | best) & ~refused[:, None]
            sure[repeat, held_out] = (own_p.max(axis=1) >= learnt.sure_p) & (
                music_p >= music_head.SURE_MUSIC_P
            )
            own_p[refused] = calibration.refusal(labels[held_out][refused])
            p[repeat, held_out] = own_p
    measured = calibration.measure(
        p.reshape(-1, len(GENRES)), np.tile(labels, n_repeats), sets.reshape(-1, len(GENRES)), sure.ravel()
    )
    right = (p.argmax(axis=2) == labels).mean(axis=0)
    return measured, calibration.interval_over_artists(right, [song.side for song in songs])
