"""How songs were cut, told from where the pieces begin and end."""

import numpy as np
import pandas as pd
import pytest

from earmark.audio.windows import parse_window
from earmark.dataset.cutting import UNKNOWN, window_in
from earmark.errors import BundleError
from earmark.features.export import export
from earmark.service.lab import Lab
from earmark.service.library import Library
from pipelines import songs
from sounds import write

RATE_HZ = 22_050


@pytest.fixture(scope="session")
def two_songs(tmp_path_factory):
    """Return songs of 10.3 and 7.2 seconds."""
    folder = tmp_path_factory.mktemp("songs")
    rng = np.random.default_rng(0)
    for name, seconds in (("a", 10.3), ("b", 7.2)):
        write(folder / f"{name}.wav", 0.1 * rng.normal(size=(int(seconds * RATE_HZ), 1)), RATE_HZ)
    return folder


@pytest.mark.parametrize("window", ["whole", "3s", "3s/1.5s", "2s keep", "1s+4s"])
def test_what_extract_writes_tells_its_window(two_songs, tmp_path, window):
    library = Library(tmp_path / "features")
    library.extract(two_songs, "gtzan58", window, workers=1)
    export(library.read("gtzan58", window), tmp_path / "table.csv")
    assert window_in(pd.read_csv(tmp_path / "table.csv")) == str(parse_window(window))


def test_beats_are_no_such_window():
    frame = pd.DataFrame(
        {"track_id": ["a"] * 4, "start_s": [0, 1.9, 4.1, 6.0], "end_s": [1.9, 4.1, 6.0, 8.2]}
    )
    assert window_in(frame) == UNKNOWN


def test_tables_that_do_not_tell():
    assert window_in(pd.DataFrame({"genre": ["jazz"]})) == ""
    assert window_in(pd.DataFrame({"track_id": ["a", "b"]})) == ""
    assert window_in(pd.DataFrame({"track_id": ["a", "a"]})) == UNKNOWN
    assert window_in(pd.DataFrame({"track_id": ["a", "a"], "start_s": [0, None], "end_s": [1, 2]})) == UNKNOWN


def test_a_model_of_pieces_of_which_nobody_knows_measures_no_songs(two_songs, tmp_path):
    frame = songs().rename(columns={"low": "tempo", "middle": "rms_mean"})[
        ["genre", "artist", "tempo", "rms_mean"]
    ]
    frame.insert(0, "track_id", [f"track {at // 2}" for at in range(len(frame))])
    frame.to_csv(tmp_path / "songs.csv", index=False)
    made = Lab(tmp_path / "models").train(tmp_path / "songs.csv")
    with pytest.raises(BundleError, match="its table does not tell how they were cut"):
        Lab(tmp_path / "models").predict(made.folder, two_songs)
