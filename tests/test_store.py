"""Features of songs on disk: what is put in comes out, once, whatever happened meanwhile."""

import json
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.errors import StoreError
from earmark.features import parts, store
from earmark.features.shelf import Cuts, Failure, Shelf, SongRecord
from earmark.features.store import FeatureStore, Known, StoreWriter
from earmark.workspace import Journal

SHELF = Shelf("pair", 3, "3s", 22050, ("a", "b"), {"av": "16"})
NUMBERS = st.floats(width=64)
TEXT = st.text(max_size=20)


def cuts(*rows: tuple[float, float], notes: str = "") -> Cuts:
    """Return rows of SHELF, three seconds each."""
    return Cuts(np.array([[3.0 * i, 3.0 * i + 3.0, *row] for i, row in enumerate(rows)]), notes)


def song(name: str, *rows: tuple[float, float], **more) -> SongRecord:
    return SongRecord(f"/music/{name}.mp3", "1000:1", f"hash of {name}", {SHELF.folder: cuts(*rows)}, **more)


def put(folder, *records, shelf=SHELF) -> FeatureStore:
    kept = FeatureStore(folder)
    with StoreWriter(kept, [shelf]) as writer:
        for record in records:
            writer.add(record)
    return kept


# Records.


@given(
    path=TEXT,
    notes=TEXT,
    numbers=st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=4),
    failure=st.builds(Failure, TEXT, TEXT, TEXT),
    gone=st.lists(TEXT, max_size=2).map(tuple),
)
def test_a_record_comes_back_as_it_was(path, notes, numbers, failure, gone):
    made = SongRecord(
        path, "5:6", "ab", {"x": cuts(*numbers, notes=notes), "y": cuts((1.0, 2.0))}, {"z": failure}, gone
    )
    back = SongRecord.unpack(made.pack())
    assert (back.path, back.signature, back.track_id, back.gone) == (path, "5:6", "ab", gone)
    assert back.failures == {"z": failure}
    assert [c.notes for c in back.cuts.values()] == [notes, ""]
    assert back.cuts["x"].values.tobytes() == made.cuts["x"].values.tobytes()


def test_the_folder_tells_everything_that_numbers_depend_on():
    assert SHELF.folder == f"pair@3/3s-{SHELF.hash}"
    assert Shelf.from_dict(json.loads(json.dumps(SHELF.to_dict()))) == SHELF
    others = [
        Shelf("twin", 3, "3s", 22050, ("a", "b"), {"av": "16"}),
        Shelf("pair", 4, "3s", 22050, ("a", "b"), {"av": "16"}),
        Shelf("pair", 3, "3s keep", 22050, ("a", "b"), {"av": "16"}),
        Shelf("pair", 3, "3s", 16000, ("a", "b"), {"av": "16"}),
        Shelf("pair", 3, "3s", 22050, ("b", "a"), {"av": "16"}),
        Shelf("pair", 3, "3s", 22050, ("a", "b"), {"av": "17"}),
    ]
    assert len({SHELF.hash, *(other.hash for other in others)}) == 7
    assert others[2].folder.startswith("pair@3/3s-keep-")


# The store.


def test_what_is_put_in_comes_out_sorted(tmp_path):
    kept = put(tmp_path, song("b", (3.0, 4.0), (np.nan, np.inf)), song("a", (1.0, 2.0)))
    table = kept.read(SHELF)
    assert table.to_pydict() == {
        "path": ["/music/a.mp3", "/music/b.mp3", "/music/b.mp3"],
        "track_id": ["hash of a", "hash of b", "hash of b"],
        "segment": [0, 0, 1],
        "start_s": [0.0, 0.0, 3.0],
        "end_s": [3.0, 3.0, 6.0],
        "a": [1.0, 3.0, pytest.approx(np.nan, nan_ok=True)],
        "b": [2.0, 4.0, np.inf],
        "notes": ["", "", ""],
    }
    assert table.schema.field("a").type == pa.float64()
    assert kept.measured(SHELF) == {"hash of a", "hash of b"}
    assert kept.index()["/music/a.mp3"] == Known("1000:1", "hash of a")
    assert kept.read(SHELF, {"hash of b": "other"}).column("path").to_pylist() == ["other", "other"]


def test_a_store_of_nothing(tmp_path):
    kept = FeatureStore(tmp_path / "nowhere")
    kept.adopt()
    assert kept.read(SHELF).num_rows == 0
    assert kept.read(SHELF).column_names[-3:] == ["a", "b", "notes"]
    assert (kept.index(), kept.measured(SHELF), kept.failures(SHELF)) == ({}, set(), {})
    with StoreWriter(kept, [SHELF]):
        pass
    assert not kept.folder.exists()


def test_the_folder_explains_itself(tmp_path):
    why = Failure("NotAudioError", "'c' is text", "name a sound file")
    bad = SongRecord("/music/c.mp3", "7:8", failures={SHELF.folder: why})
    kept = put(tmp_path, song("a", (1.0, 2.0), (3.0, 4.0)), bad)
    manifest = json.loads((tmp_path / SHELF.folder / "manifest.json").read_text())
    (part,) = (tmp_path / SHELF.folder).glob("part-*.parquet")
    assert manifest["what"] == "pair, version 3, of songs cut as '3s'"
    assert manifest["made_from"] == SHELF.to_dict()
    assert (manifest["songs"], manifest["rows"], manifest["parts"]) == (1, 2, {part.name: 2})
    assert manifest["hash"] == SHELF.hash
    assert set(manifest["columns"]) == {"track_id", "segment", "start_s", "end_s", "notes"}
    assert kept.failures(SHELF) == {"/music/c.mp3": ("7:8", why)}
    assert pq.read_table(tmp_path / SHELF.folder / "failures.parquet").to_pylist() == [
        {"path": "/music/c.mp3", "signature": "7:8", **why._asdict()}
    ]
    assert "/music/c.mp3" not in kept.index()
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {".lock", "journals", "pair@3", "songs.parquet"}
    assert not list((tmp_path / "journals").iterdir())


def test_two_paths_of_one_sound_are_listed_and_read_once(tmp_path):
    kept = put(
        tmp_path, song("b", (1.0, 2.0)), SongRecord("/music/a copy.mp3", "1000:2", track_id="hash of b")
    )
    assert kept.songs().to_pydict() == {
        "path": ["/music/a copy.mp3", "/music/b.mp3"],
        "track_id": ["hash of b", "hash of b"],
        "signature": ["1000:2", "1000:1"],
    }
    assert kept.read(SHELF).column("path").to_pylist() == ["/music/a copy.mp3"]


def test_a_renamed_song_has_its_new_name_only(tmp_path):
    put(tmp_path, song("old", (1.0, 2.0)))
    gone = ("/music/old.mp3",)
    kept = put(tmp_path, SongRecord("/music/new.mp3", "1000:1", track_id="hash of old", gone=gone))
    assert kept.read(SHELF).column("path").to_pylist() == ["/music/new.mp3"]
    assert list(kept.index()) == ["/music/new.mp3"]


def test_a_sound_without_a_path_is_not_read(tmp_path):
    put(tmp_path, song("a", (1.0, 2.0)))
    changed = SongRecord("/music/a.mp3", "1000:9", "hash of a, changed", {SHELF.folder: cuts((5.0, 6.0))})
    kept = put(tmp_path, changed)
    assert kept.read(SHELF).column("a").to_pylist() == [5.0]
    assert kept.measured(SHELF) == {"hash of a", "hash of a, changed"}


def test_a_failure_goes_when_the_song_does_or_is_mended(tmp_path):
    why = Failure("NotAudioError", "no sound", "")
    bad = [
        SongRecord(f"/music/{name}.mp3", "1:1", failures={SHELF.folder: why}) for name in ("a", "b", "c", "d")
    ]
    put(tmp_path, *bad)
    mended = SongRecord("/music/a.mp3", "1:1", "hash of a", {SHELF.folder: cuts((1.0, 2.0))})
    moved = SongRecord("/music/bb.mp3", "1:1", "hash of b", gone=("/music/b.mp3",))
    elsewhere = SongRecord("/music/c.mp3", "1:1", "hash of c", {"other shelf": cuts((1.0, 2.0))})
    changed = SongRecord("/music/d.mp3", "2:2", "hash of d")
    kept = put(tmp_path, mended, moved, elsewhere, changed)
    assert list(kept.failures(SHELF)) == ["/music/c.mp3"]


def test_the_same_rows_twice_are_kept_once(tmp_path):
    put(tmp_path, song("a", (1.0, 2.0)), song("b", (3.0, 4.0)))
    kept = put(tmp_path, song("b", (3.0, 4.0)), song("c", (5.0, 6.0)))
    assert len(list((tmp_path / SHELF.folder).glob("part-*"))) == 2
    assert json.loads((tmp_path / SHELF.folder / "manifest.json").read_text())["rows"] == 3
    assert kept.read(SHELF).column("a").to_pylist() == [1.0, 3.0, 5.0]


def test_many_small_parts_become_one(tmp_path):
    songs = [song(f"{i:02d}", (float(i), -1.0), (float(i), -2.0)) for i in range(70)]
    for one in songs:
        kept = put(tmp_path, one)
    assert len(list((tmp_path / SHELF.folder).glob("part-*"))) < 35
    assert kept.read(SHELF).column("a").to_pylist() == [float(i) for i in range(70) for _ in range(2)]
    assert kept.read(SHELF).equals(put(tmp_path / "at once", *songs).read(SHELF))


def test_a_run_killed_between_joining_parts_and_deleting_them(tmp_path, monkeypatch):
    """Its rows are there twice, which is seen by nobody, and by the next run put right."""
    with monkeypatch.context() as patch:
        patch.setattr(parts, "_delete", lambda part: None)
        for i in range(32):
            kept = put(tmp_path, song(f"{i:02d}", (float(i), 0.0)))
    folder = tmp_path / SHELF.folder
    assert len(parts.parts_of(folder)) == 33
    assert kept.read(SHELF).column("a").to_pylist() == [float(i) for i in range(32)]
    put(tmp_path, song("32", (32.0, 0.0)))
    assert sorted(parts.rows_in(part) for part in parts.parts_of(folder)) == [1, 32]
    assert kept.read(SHELF).column("a").to_pylist() == [float(i) for i in range(33)]


def test_what_a_killed_run_left_is_swept(tmp_path):
    put(tmp_path, song("a", (1.0, 2.0)))
    for left in (tmp_path / ".0123.new", tmp_path / SHELF.folder / ".4567.new"):
        left.write_text("half")
    put(tmp_path, song("b", (1.0, 2.0)))
    assert not list(tmp_path.rglob("*.new"))


@given(
    rows=st.lists(
        st.tuples(st.none() | st.sampled_from("abc"), st.integers(min_value=0, max_value=3)), max_size=12
    )
)
def test_rows_once_and_sorted(rows):
    keys, segments = zip(*rows, strict=True) if rows else ((), ())
    table = pa.table({"path": pa.array(keys, pa.string()), "segment": pa.array(segments, pa.int32())})
    found = parts.once(pa.concat_tables([table[:5], table[5:]]), "path")
    assert found.schema == table.schema
    assert list(zip(*found.to_pydict().values(), strict=True)) == sorted(
        {r for r in rows if r[0] is not None}
    )


def test_text_that_is_no_unicode(tmp_path):
    why = Failure("ValueError", "half a pair: \ud800", "")
    kept = put(tmp_path, SongRecord("/music/c.mp3", "7:8", failures={SHELF.folder: why}))
    assert kept.failures(SHELF)["/music/c.mp3"][1].message == r"half a pair: \ud800"


def test_a_long_run_keeps_parts_meanwhile(tmp_path, monkeypatch):
    monkeypatch.setattr(store, "SONGS", 3)
    kept = FeatureStore(tmp_path)
    with StoreWriter(kept, [SHELF]) as writer:
        for i in range(7):
            writer.add(song(f"{i}", (float(i), 0.0)))
        assert kept.read(SHELF).num_rows == 6
    assert kept.read(SHELF).column("a").to_pylist() == [float(i) for i in range(7)]


@pytest.mark.parametrize("step", ["add_part", "join_small_parts", "write", "write_text"])
def test_what_dies_while_it_makes_parts_is_gone_on_with(tmp_path, monkeypatch, step):
    """Whatever the step at which a run is cut off, the next one has all of its songs, once."""

    def cut_off(*_):
        raise OSError(28, "No space left on device")

    kept = FeatureStore(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(store, step, cut_off)
        with pytest.raises(StoreError, match="No space left on device"):
            put(tmp_path, song("a", (1.0, 2.0)))
    assert len(list((tmp_path / "journals").iterdir())) == 1
    kept.adopt()
    assert kept.read(SHELF).column("a").to_pylist() == [1.0]
    assert json.loads((tmp_path / SHELF.folder / "manifest.json").read_text())["rows"] == 1
    assert list((tmp_path / "journals").iterdir()) == []
    assert not list(tmp_path.rglob("*.new"))


def test_a_killed_run_is_taken_over_with_all_that_it_was_made_from(tmp_path):
    journal = Journal(tmp_path / "journals")
    journal.append(json.dumps([SHELF.to_dict()]).encode())
    journal.append(song("a", (1.0, 2.0)).pack())
    journal.close()
    Journal(tmp_path / "journals").close()  # killed before it had a song
    kept = FeatureStore(tmp_path)
    kept.adopt()
    assert kept.read(SHELF).column("path").to_pylist() == ["/music/a.mp3"]
    assert list((tmp_path / "journals").iterdir()) == []


def test_a_damaged_part_is_named(tmp_path):
    kept = put(tmp_path, song("a", (1.0, 2.0)))
    (part,) = (tmp_path / SHELF.folder).glob("part-*")
    part.write_bytes(part.read_bytes()[:-20])
    with pytest.raises(StoreError) as caught:
        kept.read(SHELF)
    assert caught.value.message.startswith(f"'{part}' is damaged: ")
    assert caught.value.hint == "delete it: the next run makes it again"


def test_no_flipped_bit_passes_for_a_number(tmp_path):
    kept = put(tmp_path, song("a", (1.0, 2.0), (3.0, 4.0)), song("b", (5.0, 6.0)))
    (part,) = (tmp_path / SHELF.folder).glob("part-*")
    whole, expected, told = part.read_bytes(), kept.read(SHELF), []
    for at in range(len(whole)):
        part.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << at % 8]) + whole[at + 1 :])
        try:
            assert kept.read(SHELF).equals(expected)  # what is flipped is not used
        except StoreError as error:
            told.append(error.message)
    assert all(message.startswith(f"'{part}' is damaged: ") for message in told)
    assert len(told) > len(whole) / 4


@pytest.mark.parametrize("name", ["songs.parquet", "failures.parquet", "part-0.parquet"])
def test_a_table_with_other_columns_is_refused(tmp_path, name):
    kept = put(tmp_path, song("a", (1.0, 2.0)))
    path = (tmp_path if name == "songs.parquet" else tmp_path / SHELF.folder) / name
    pq.write_table(pa.table({"path": ["a"], "answer": [42]}), path)
    with pytest.raises(StoreError) as caught:
        kept.failures(SHELF) if name == "failures.parquet" else kept.read(SHELF)
    assert caught.value.message == f"'{path}' is damaged: its columns are not those that belong there"
    assert caught.value.hint == "delete it: the next run makes it again"


def test_what_the_system_refuses_is_not_called_damaged(tmp_path):
    kept = put(tmp_path, song("a", (1.0, 2.0)))
    (tmp_path / "songs.parquet").unlink()
    (tmp_path / "songs.parquet").mkdir()
    with pytest.raises(StoreError) as caught:
        kept.songs()
    assert caught.value.message == f"'{tmp_path / 'songs.parquet'}' cannot be read: Is a directory"
    assert caught.value.hint == "give yourself the right to read it, or check the disk"


def test_a_part_that_was_joined_away_meanwhile_is_looked_for_again(tmp_path, monkeypatch):
    kept = put(tmp_path, song("a", (1.0, 2.0)))
    whole, first = parts.parts_of, [tmp_path / "part-gone.parquet"]
    monkeypatch.setattr(
        parts, "parts_of", lambda folder: first.pop() and [folder / "x"] if first else whole(folder)
    )
    assert kept.read(SHELF).num_rows == 1
    monkeypatch.setattr(parts, "parts_of", lambda folder: [folder / "part-never.parquet"])
    with pytest.raises(StoreError, match="changes all the time"):
        kept.read(SHELF)


# Puts 60 songs, a few at a time, into one store.
ADDER = """
import sys
sys.path.insert(0, "tests")
from test_store import SHELF, put, song
start, folder = int(sys.argv[1]), sys.argv[2]
for i in range(start, start + 60, 4):
    put(folder, *(song(f"{k:03d}", (float(k), 0.0)) for k in range(i, i + 4)))
"""


def test_several_writers_at_once(tmp_path):
    """Three processes write and join parts of the same songs and of others; a fourth, this one, reads."""
    running = [
        subprocess.Popen([sys.executable, "-c", ADDER, start, str(tmp_path)]) for start in ("0", "30", "60")
    ]
    kept = FeatureStore(tmp_path)
    while any(process.poll() is None for process in running):
        seen = kept.read(SHELF).column("a").to_pylist()
        assert seen == sorted(set(seen))
    assert [process.returncode for process in running] == [0, 0, 0]
    assert kept.read(SHELF).column("a").to_pylist() == [float(i) for i in range(120)]
    assert kept.measured(SHELF) == {f"hash of {i:03d}" for i in range(120)}
