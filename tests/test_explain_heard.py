"""`earmark explain` on songs that are heard: sums are exact, a planted tag is named."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import bundles
import sounds
from earmark.cli.app import app
from earmark.errors import ArgumentError
from earmark.evaluate.listening import EDGES_HZ, heard_answer
from earmark.features.listen import listen, log_mels
from earmark.features.musicnn import TAGS, centres_hz, hear
from earmark.models.head import statistics
from earmark.service.explaining_heard import explain_heard

SPANS = [(3.0 * at, 3.0 * at + 3) for at in range(4)]

SILENT = np.zeros((1, 187, 96), np.float32)


def heard(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).random((4, 50), np.float32)


@pytest.mark.parametrize("others", [0, 2])
def test_seconds_and_tags_sum_to_the_log_odds(others):
    bundle = bundles.random()
    found = heard_answer(bundle, heard(0), SPANS, [heard(1 + at) for at in range(others)], SILENT)
    p, _ = bundle.head.genres(statistics(heard(0)))
    assert found.log_odds == pytest.approx(
        np.log(p[bundle.genres.index(found.genre)] / found.p[found.second])
    )
    assert found.start + sum(value for _, value in found.tags) == pytest.approx(found.log_odds)
    assert np.mean([value for *_, value in found.seconds]) == pytest.approx(found.log_odds)
    assert [one[:2] for one in found.seconds] == SPANS
    assert (found.genre, found.second) == tuple(list(found.p)[:2])
    assert found.others == others


def test_a_planted_tag_is_named_and_nothing_else():
    bundle = bundles.random()
    weights, jazz = np.zeros_like(bundle.head.genre_weights), TAGS.index("jazz")
    weights[jazz, 0] = 1.0
    made = replace(
        bundle, head=replace(bundle.head, genre_weights=weights, genre_bias=np.zeros(len(bundle.genres)))
    )
    tags = np.full((4, 50), 0.2, np.float32)
    tags[:, jazz] = (0.9, 0.9, 0.99, 0.4)
    found = heard_answer(made, tags, SPANS, [np.full((2, 50), 0.2, np.float32)], SILENT)
    assert found.genre == bundle.genres[0]
    assert found.tags[0][0] == "jazz"
    assert [value for _, value in found.tags[1:]] == pytest.approx([0] * 49)
    assert max(found.seconds, key=lambda one: one[2])[:2] == SPANS[2]
    assert min(found.seconds, key=lambda one: one[2])[:2] == SPANS[3]


@pytest.mark.parametrize("band", [1, 4])
def test_the_octave_that_sounds_is_named_and_no_other(band):
    """Noise in one octave: without it all that was heard is gone, without any other nothing is."""
    low, high = EDGES_HZ[band : band + 2]
    sounding = (centres_hz() >= low) & (centres_hz() < high)
    noise = np.random.default_rng(0).uniform(1, 3, (2, 187, 96)).astype(np.float32)
    given = np.where(sounding, noise, np.float32(0))
    bundle = bundles.random()
    found = heard_answer(bundle, hear(given)[0], SPANS[:2], [], given)
    assert [value for at, (*_, value) in enumerate(found.bands) if at != band] == pytest.approx([0] * 6)
    silent = statistics(hear(np.zeros_like(given))[0]).mean(axis=0)
    first, second = (bundle.genres.index(one) for one in (found.genre, found.second))
    weights = (bundle.head.genre_weights[:, first] - bundle.head.genre_weights[:, second]) / 1.25
    mine = statistics(hear(given)[0]).mean(axis=0)
    assert found.bands[band] == pytest.approx((low, high, (mine - silent) @ weights))
    assert abs(found.bands[band][2]) > 0.01


@pytest.mark.parametrize("seconds", [4, 80])
def test_what_musicnn_was_given_is_had_again(tmp_path, seconds):
    rate = 16_000
    noise = 0.1 * np.random.default_rng(0).normal(size=(rate * seconds, 1)).astype(np.float32)
    song = sounds.write(tmp_path / "hiss.wav", noise, rate)
    once = listen(song)
    assert np.array_equal(hear(log_mels(song, once))[0], once.tags)


def test_the_command_on_a_demo_song(tmp_path):
    demo = Path(__file__).parents[1] / "demo"
    page = tmp_path / "p.html"
    run = ["explain", "gtzan10", str(demo / "hiphop.ogg"), str(demo / "blues.ogg"), "-o", str(page)]
    said = CliRunner().invoke(app, run)
    assert "hiphop, not " in said.stdout
    assert "the tag 'hip-hop' adds" in said.stdout
    assert "strongest octave " in said.stdout
    assert "Why hiphop.ogg is hiphop" in page.read_text(encoding="utf-8")
    alone = json.loads(CliRunner().invoke(app, [*run[:3], *run[4:], "--json"]).stdout)
    assert (alone["others"], alone["tags"][0][0]) == (0, "hip-hop")
    wrong = CliRunner().invoke(app, [*run, "--label", "genre"])
    assert wrong.exit_code == 2
    assert "--label for a model that hears songs" in wrong.output


def test_a_song_without_a_genre_is_refused(tmp_path):
    silent = sounds.write(tmp_path / "silent.wav", np.zeros((22050 * 4, 1), np.float32), 22050)
    with pytest.raises(ArgumentError, match=r"silent\.wav' is silent: there is no genre"):
        explain_heard("gtzan10", silent, [], tmp_path / "p.html")
    noise = 0.1 * np.random.default_rng(0).normal(size=(22050 * 4, 1)).astype(np.float32)
    hiss = sounds.write(tmp_path / "hiss.wav", noise, 22050)
    with pytest.raises(ArgumentError, match=r"hiss\.wav' is said to be no music"):
        explain_heard("gtzan10", hiss, [], tmp_path / "p.html")
    assert not (tmp_path / "p.html").exists()
