"""Fixtures that several test files share."""

import os
import shutil
import signal
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings
from xdist.scheduler import LoadFileScheduling

import bundles
import errands
import libraries
import readers
import sounds
import tracked
from earmark.executors import executor
from earmark.models import bundle
from earmark.service import hearing, library
from earmark.service.library import Library
from earmark.service.predictor import Predictor

ROOT = Path(__file__).parents[1]

# Machines are shared: how long one example takes says nothing. Other Pythons than the first try fewer.
settings.register_profile("earmark", deadline=None)
settings.register_profile("few", deadline=None, max_examples=20)
settings.load_profile(os.environ.get("EARMARK_PROFILE", "earmark"))

# A shell that starts tests in the background has Ctrl-C ignored, and what they start would inherit that.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


# Each process compiles librosa for half a minute, imports MLflow for seconds, and has a store of its own.
TOGETHER = {
    "from benchmarks.librosa_recipe": "librosa",
    "import tracked": "trackers",
    "import s3fs": "stores",
}
# Few tests that take long: begun last, one process would wait for the other.
FIRST = (
    *dict.fromkeys(TOGETHER.values()),
    *(f"tests/test_{name}.py" for name in ("report", "reproduce_studies", "memory", "lab", "lab_compare")),
    *(f"tests/test_{name}.py" for name in ("running_real", "kill", "single_values", "build")),
)


@cache
def group(file: str) -> str:
    """Return the file, or one word for all that need the same that takes long to load."""
    source = (ROOT / file).read_text(encoding="utf-8")
    return next((word for told, word in TOGETHER.items() if told in source), file)


class OneProcessAGroup(LoadFileScheduling):
    """``--dist loadfile``, but for a group of files."""

    def _split_scope(self, nodeid):
        return group(super()._split_scope(nodeid))

    def _assign_work_unit(self, node):
        for name in reversed(FIRST):
            if name in self.workqueue:
                self.workqueue.move_to_end(name, last=False)
        super()._assign_work_unit(node)


def pytest_xdist_make_scheduler(config, log):
    """Hand out by groups what is to be handed out by files."""
    return OneProcessAGroup(config, log) if config.getvalue("dist") == "loadfile" else None


@pytest.fixture(scope="session", autouse=True)
def reader(tmp_path_factory) -> Path:
    """Return the folder of a tiny network that reads, which the step `sentences` finds."""
    folder = readers.write(tmp_path_factory.mktemp("readers") / "tiny")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EARMARK_SENTENCES", str(folder))
        yield folder


@pytest.fixture(scope="session")
def model(tmp_path_factory) -> Path:
    """Return the folder of a model with random weights; only to be read."""
    folder = tmp_path_factory.mktemp("models") / "made-up"
    bundle.save(bundles.random(), "# made up\n", folder)
    return folder


@pytest.fixture
def folder(model, tmp_path) -> Path:
    """Return a copy of the made-up model that a test may spoil."""
    return Path(shutil.copytree(model, tmp_path / "model"))


@pytest.fixture(scope="session")
def scratch(model, tmp_path_factory) -> Path:
    """Return the one copy of it that hypothesis spoils and mends, example after example."""
    return Path(shutil.copytree(model, tmp_path_factory.mktemp("models") / "scratch"))


@pytest.fixture(scope="session")
def predictor(model) -> Predictor:
    """Return a predictor with that model."""
    return Predictor(model)


@pytest.fixture(scope="session")
def song(tmp_path_factory) -> Path:
    """Return a wav file of 7 s; only to be read."""
    path = tmp_path_factory.mktemp("songs") / "song.wav"
    return sounds.write(path, sounds.music(7.0, 22050, 1), 22050)


@pytest.fixture(scope="session")
def gtzan() -> Path:
    """Return the folder of the GTZAN data, or skip; tools find it as well."""
    found = Path(os.environ.get("EARMARK_DATA", ROOT.parent / "shared" / "data")).resolve()
    if not (found / "gtzan").is_dir():
        pytest.skip("no GTZAN data: set EARMARK_DATA to the folder that holds gtzan/")
    patch = pytest.MonkeyPatch()
    patch.setenv("EARMARK_DATA", str(found))
    yield found / "gtzan"
    patch.undo()


@pytest.fixture(scope="session")
def told(tmp_path_factory) -> tracked.Told:
    """Return what trackers are told of a small run."""
    return tracked.run(tmp_path_factory.mktemp("tracked"))


@pytest.fixture(scope="session")
def in_mlflow(told, tmp_path_factory) -> Path:
    """Return a workspace whose database of MLflow holds that run; only to be read."""
    return tracked.keep_in_mlflow(told, tmp_path_factory.mktemp("in-mlflow"))


@pytest.fixture(scope="session")
def store():
    """Return a store that speaks S3, of this machine, which every part of this process now finds."""
    import s3fs

    import stores

    with stores.object_store() as address, pytest.MonkeyPatch.context() as patch:
        for name, value in {**stores.KEYS, "AWS_ENDPOINT_URL": address}.items():
            patch.setenv(name, value)
        s3fs.S3FileSystem.clear_instance_cache()
        yield s3fs.S3FileSystem()
    s3fs.S3FileSystem.clear_instance_cache()


@pytest.fixture
def bucket(store, request) -> str:
    """Return the name of a bucket there."""
    name = f"bucket-{abs(hash(request.node.nodeid)) % 10**9}"
    store.mkdir(name)
    return name


@pytest.fixture(scope="session")
def chords() -> np.ndarray:
    """Return 7 s of plucked triads at 16 kHz: made of numbers, the same everywhere."""
    t = np.arange(7 * 16_000) / 16_000
    since = t % 0.5
    triads = np.array([[220.0, 277.18, 329.63], [146.83, 185.0, 220.0], [164.81, 207.65, 246.94]])
    roots = triads[(t // 2).astype(int) % len(triads)]
    harmonics = sum(np.sin(2 * np.pi * k * roots * t[:, None]).sum(axis=1) / k**1.5 for k in range(1, 7))
    return (0.1 * harmonics * np.exp(-4 * since)).astype(np.float32)


@pytest.fixture(scope="session")
def tune() -> np.ndarray:
    """Return 7 s of a plucked melody with chords and drums at 16 kHz, likewise."""
    t = np.arange(7 * 16_000) / 16_000
    beat, off_beat = t % 0.5, (t + 0.25) % 0.5
    notes = [440, 494, 523, 587, 659, 523, 494, 440, 392, 440, 523, 659, 587, 523]
    melody = np.array(notes)[(t // 0.5).astype(int)]
    root = np.array([110.0, 110.0, 146.8, 98.0])[(t // 2).astype(int)]
    voices = [(1.0, melody), (0.6, root), (0.6, 1.26 * root), (0.6, 1.5 * root)]
    strings = sum(gain / k * np.sin(2 * np.pi * k * hz * t) for gain, hz in voices for k in range(1, 6))
    kick = np.sin(2 * np.pi * (50 * beat + 2 * (1 - np.exp(-30 * beat)))) * np.exp(-8 * beat)
    snare = np.random.default_rng(0).standard_normal(len(t)) * np.exp(-15 * off_beat)
    song = strings * np.exp(-5 * beat) + kick + 0.6 * snare
    return (0.5 * song / np.abs(song).max()).astype(np.float32)


@pytest.fixture(scope="session")
def installed(tmp_path_factory) -> Path:
    """Return a folder for ``sys.path`` with a distribution that declares tasks: those of errands.py."""
    return errands.install(tmp_path_factory.mktemp("site"))


@pytest.fixture
def errands_found(installed, monkeypatch) -> None:
    """Let that distribution be found, by workers that are started here as well."""
    monkeypatch.syspath_prepend(str(installed))


@pytest.fixture
def two(errands_found):
    """Return an executor with two worker processes."""
    with executor("processes", 2) as made:
        yield made


@pytest.fixture
def measured(monkeypatch) -> list[tuple[str, tuple[str, ...]]]:
    """Measure cheaply, in this process, and list what is measured: (file name, feature sets)."""
    calls = []

    def measure(address, sets, window):
        calls.append((Path(address).name, sets))
        return libraries.cheap(address, sets, window)

    monkeypatch.setattr(hearing, "measure", measure)
    real = library.executor_named
    monkeypatch.setattr(library, "executor_named", lambda *_: real("inline"))
    return calls


@pytest.fixture
def music(tmp_path) -> Path:
    """Return a folder with three songs: a.wav, b.mp3, c.flac."""
    folder = tmp_path / "music"
    folder.mkdir()
    for seed, name in enumerate(("a.wav", "b.mp3", "c.flac")):
        sounds.write(folder / name, sounds.music(1.0, 22050, 1, seed), 22050)
    return folder


@pytest.fixture
def kept(tmp_path) -> Library:
    """Return an empty library."""
    return Library(tmp_path / "features")
