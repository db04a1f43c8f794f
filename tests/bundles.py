"""Made-up models for tests: random ones, ones that always answer the same, and forged ones."""

import hashlib
import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from earmark.errors import BundleError
from earmark.features import musicnn
from earmark.models import bundle as store
from earmark.models.bundle import Bundle
from earmark.models.head import Head, Thresholds, input_names

FILES = ("bundle.json", "weights.npz", "card.md")
AGAIN = "get the bundle again, or leave out --model to use the built-in one"
GENRES = ("blues", "jazz", "metal", "pop")
INPUTS = input_names(musicnn.TAGS)
# Music from even odds on, sure from 70 %, in the set from 20 %.
THRESHOLDS = Thresholds(set_p=0.2, sure_p=0.7, music_p=0.5, sure_music_p=0.9, silence_db=-60.0, sure_s=2.9)


def random(seed: int = 0) -> Bundle:
    """Return a model with small random weights."""
    rng = np.random.default_rng(seed)
    head = Head(
        rng.normal(0, 0.05, (len(INPUTS), len(GENRES))),
        rng.normal(0, 0.5, len(GENRES)),
        rng.normal(0, 0.01, len(INPUTS)),
        float(rng.normal(3, 0.1)),
        1.25,
        2.5,
    )
    features = {"name": "musicnn", "version": "1", "sha256": musicnn.checksum()}
    made_from = {"songs": "none", "seed": seed, "share": 0.1}
    return Bundle("made-up", "7", GENRES, INPUTS, head, THRESHOLDS, features, made_from)


def constant(genre_p: tuple[float, ...], music_p: float = 0.99, **thresholds: float) -> Bundle:
    """Return a model that gives every sound, loud enough, the same probabilities."""
    head = Head(
        np.zeros((len(INPUTS), len(GENRES))),
        np.log(genre_p),
        np.zeros(len(INPUTS)),
        math.log(music_p / (1 - music_p)),
        1.0,
        1.0,
    )
    return replace(random(), head=head, thresholds=replace(THRESHOLDS, **thresholds))


def forge(folder: Path, change: Callable[[dict[str, Any]], Any] = lambda facts: None) -> None:
    """Change what bundle.json says and make every checksum right again, as somebody clever would."""
    path = folder / "bundle.json"
    facts = json.loads(path.read_bytes())
    if isinstance(facts.get("files"), dict):
        for name in facts["files"]:
            facts["files"][name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    change(facts)
    facts.pop("digest", None)
    digest = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
    text = json.dumps({**facts, "digest": digest}, indent=1, ensure_ascii=False) + "\n"
    path.write_bytes(text.encode(errors="surrogatepass"))


def refused(folder: Path | str) -> tuple[str, str]:
    """Return message and hint of the error that loading must raise, the folder's name left out."""
    with pytest.raises(BundleError) as caught:
        store.load(folder)
    return caught.value.message.replace(f"{folder}", "MODEL"), caught.value.hint


def facts_of(folder: Path) -> dict:
    """Return what bundle.json says."""
    return json.loads((folder / "bundle.json").read_bytes())
