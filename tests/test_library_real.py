"""Features of a library with real workers and real numbers."""

import doctest
import json
import os
import subprocess
import sys
import time

import numpy as np
import pyarrow as pa
import pytest

import earmark
import sounds
from earmark import Library, workspace
from earmark.audio.windows import parse_window
from earmark.cli import extract as command
from earmark.features import FEATURE_SETS, shelf, store
from earmark.service import extraction, hearing, library


def serialized(table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table.combine_chunks())
    return sink.getvalue().to_pybytes()


def test_the_number_of_workers_does_not_matter(music, tmp_path):
    for seed in range(3):
        sounds.write(music / f"more{seed}.wav", sounds.music(2.0, 22050, 1, seed + 5), 22050)
    (music / "text.mp3").write_text("la la\n" * 100)
    tables = []
    for workers in (1, 2):
        kept = Library(tmp_path / f"features{workers}")
        done = kept.extract(music, window="1s", workers=workers)
        assert (done.measured, done.failed) == (6, 1)
        tables.append(kept.read(window="1s"))
    one, two = (serialized(table) for table in tables)
    assert one == two
    assert tables[0].num_rows == 9


def test_the_numbers_are_those_of_extract(music, tmp_path):
    kept = Library(tmp_path / "features")
    kept.extract(music / "a.wav", window="whole")
    table = kept.read(window="whole")
    expected = earmark.extract(music / "a.wav")
    row = [table.column(column)[0].as_py() for column in expected.columns]
    np.testing.assert_array_equal(row, expected.values[0])
    (manifest,) = (tmp_path / "features").glob("gtzan58@*/*/manifest.json")
    told = json.loads(manifest.read_text())["columns"]
    assert set(told) == {*table.column_names} - {"path"}
    assert told["tempo"].startswith("beats per minute; ")


@pytest.mark.slow
def test_a_rerun_over_ten_thousand_files_takes_seconds(music, tmp_path):
    """The files are links to one song; as for the store, each is another song of four minutes."""
    shelf_ = shelf.shelf_of(FEATURE_SETS["gtzan58"], parse_window("3s"))
    rows = np.random.default_rng(0).standard_normal((80, 2 + len(shelf_.columns)))
    links = [tmp_path / "links" / f"{i // 100:02d}" / f"{i:04d}.wav" for i in range(10_000)]
    with store.StoreWriter(store.FeatureStore(tmp_path / "features"), [shelf_]) as writer:
        for i, link in enumerate(links):
            link.parent.mkdir(parents=True, exist_ok=True)
            os.link(music / "a.wav", link)
            cuts = {shelf_.folder: shelf.Cuts(rows, "")}
            writer.add(shelf.SongRecord(str(link), hearing.signature_of(str(link)), f"{i:040x}", cuts))
    began_s = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "earmark", "extract", tmp_path / "links", "-o", tmp_path / "features"],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert time.monotonic() - began_s < 10.0
    assert done.stdout.startswith("10000 songs: 10000 unchanged; ")


def test_the_examples_in_the_docstrings_run(music, tmp_path):
    attempted = 0
    for module in (workspace, shelf, store, library, extraction, hearing, command):
        given = {"song": music / "a.wav", "folder": tmp_path / module.__name__}
        sounds.write(given["song"], sounds.music(7.0, 22050, 1), 22050)
        result = doctest.testmod(module, extraglobs=given)
        assert result.failed == 0
        attempted += result.attempted
    assert attempted >= 12
