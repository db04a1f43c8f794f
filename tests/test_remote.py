"""Songs elsewhere: the same sound and the same stamps as here, whatever fails is said, and no key with it."""

import doctest
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import fsspec
import numpy as np
import pytest
import s3fs

import sounds
import stores
from earmark import audio
from earmark.audio import _remote
from earmark.audio._remote import RemoteBytes, is_address, without_secrets
from earmark.errors import AudioError, EarmarkError, MissingFileError, NotAudioError, UnreadableError
from earmark.service.library import Library


@pytest.fixture
def memory():
    system = fsspec.filesystem("memory")
    system.store.clear()
    yield system
    system.store.clear()


def told(what, *arguments) -> EarmarkError:
    with pytest.raises(AudioError) as caught:
        what(*arguments)
    assert "IN-NO-MESSAGE" not in str(caught.value)
    return caught.value


# --- what is an address


@pytest.mark.parametrize("path", ["s3://bucket/a.mp3", "memory://a", "HTTP://host/a", "a+b.c-d://x"])
def test_addresses(path):
    assert is_address(path)
    assert not is_address(Path(path))
    assert not is_address(path.encode())


@pytest.mark.parametrize("path", ["http:", "c://song.mp3", "concat:a|b", "./s3://x", "://x", "", "a b://x"])
def test_names_that_are_no_addresses(path):
    assert not is_address(path)


@pytest.mark.parametrize(
    ("address", "safe"),
    [
        ("s3://bucket/me@home?.mp3", "s3://bucket/me@home?.mp3"),
        ("s3://key:secret@bucket/a.mp3", "s3://…@bucket/a.mp3"),
        ("ftp://me:p@ss@host/a.mp3", "ftp://…@host/a.mp3"),
        ("https://host/a.mp3?X-Amz-Signature=1&x=2", "https://host/a.mp3?…"),
    ],
)
def test_no_secret_is_shown(address, safe):
    assert without_secrets(address) == safe
    assert audio.shown(address) == safe


def test_an_absolute_address(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert audio.address("s3://bucket/a/../b.mp3") == "s3://bucket/a/../b.mp3"
    assert audio.address("a.mp3") == audio.address(b"a.mp3") == str(tmp_path / "a.mp3")
    assert audio.address(f"file://{tmp_path}/a.mp3") == str(tmp_path / "a.mp3")


# --- the same sound


@pytest.mark.parametrize("ending", ["flac", "mp3", "m4a", "ogg"])
def test_the_same_samples_as_here(store, bucket, tmp_path, ending):
    here = sounds.write(tmp_path / f"a.{ending}", sounds.music(4.0), 44100)
    store.put(str(here), f"{bucket}/a song é.{ending}")
    there = f"s3://{bucket}/a song é.{ending}"
    assert audio.probe(there) == audio.probe(here)
    assert np.array_equal(audio.load(there).samples, audio.load(here).samples)
    assert audio.sound_hash(there) == audio.sound_hash(here)
    with audio.AudioFile(there) as far, audio.AudioFile(here) as near:
        for offset_s in (3.0, 0.5, 2.0):
            assert np.array_equal(far.read(offset_s, 0.5).samples, near.read(offset_s, 0.5).samples)


def test_a_file_longer_than_a_block(store, bucket, tmp_path):
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, (60 * 44100, 2))
    here = sounds.write(tmp_path / "a.wav", noise, 44100)
    assert here.stat().st_size > 2 * 4 * 2**20
    store.put(str(here), f"{bucket}/a.wav")
    assert np.array_equal(audio.load(f"s3://{bucket}/a.wav").samples, audio.load(here).samples)


def test_a_store_in_memory_read_by_two_at_once(memory, song):
    memory.pipe_file("/song.wav", song.read_bytes())
    whole = audio.load(song).samples
    with audio.AudioFile("memory://song.wav") as one, audio.AudioFile("memory://song.wav") as two:
        pieces = [
            (first.samples, second.samples) for first, second in zip(one.stream(), two.stream(), strict=True)
        ]
    for number in (0, 1):
        assert np.array_equal(np.concatenate([pair[number] for pair in pieces]), whole)


def test_an_address_of_a_file_here(song):
    assert np.array_equal(audio.load(f"file://{song}").samples, audio.load(song).samples)
    assert audio.stamp(f"file://{song}") == audio.stamp(song)
    assert audio.find_audio([f"file://{song.parent}"]).files == (song,)


def test_a_playlist_elsewhere_reaches_nothing(memory, song):
    for text in (f"#EXTM3U\n#EXTINF:10,\nfile://{song}\n", f"ffconcat version 1.0\nfile '{song}'\n"):
        memory.pipe_file("/list.mp3", text.encode())
        assert told(audio.load, "memory://list.mp3").message == (
            "'memory://list.mp3' is a playlist, no sound file"
        )


def test_a_name_with_colons_is_no_chain(store, bucket, song):
    error = told(audio.load, f"s3://{bucket}/a.mp3::file://{song}")
    assert isinstance(error, MissingFileError)


# --- stamps


def test_the_stamp_changes_with_the_file(store, bucket):
    address = f"s3://{bucket}/a.mp3"
    store.pipe_file(address, b"one")
    size, version = audio.stamp(address)
    assert (size, audio.stamp(address)) == (3, (3, version))
    audio.find_audio([f"s3://{bucket}"])
    assert audio.stamp(address) == (3, version)  # the same from a listing
    store.pipe_file(address, b"two")
    assert audio.find_audio([f"s3://{bucket}"]).files == (address,)
    assert audio.stamp(address)[0] == 3
    assert audio.stamp(address)[1] != version


def test_the_stamp_of_a_file_here(tmp_path):
    (tmp_path / "a").write_bytes(b"one")
    os.utime(tmp_path / "a", ns=(5, 7))
    assert audio.stamp(tmp_path / "a") == (3, "7")
    assert told(audio.stamp, tmp_path / "b").message == f"there is no file '{tmp_path}/b'"
    assert told(audio.stamp, tmp_path).message == f"'{tmp_path}' is a folder"


def test_the_stamp_of_a_store_that_has_but_a_time(memory):
    memory.pipe_file("/a.mp3", b"one")
    first = audio.stamp("memory://a.mp3")
    memory.pipe_file("/a.mp3", b"two")
    assert first[0] == 3
    assert audio.stamp("memory://a.mp3")[1] != first[1] != ""


# --- folders


def test_a_folder_is_walked_in_the_order_of_one_here(store, bucket, tmp_path):
    names = ["b.mp3", "a/2.FLAC", "a/10.ogg", "a/deep/er/x.m4a", "a.wav", "A.opus", "a-b/1.mp3"]
    for name in (*names, "cover.jpg", ".hidden.mp3", ".git/x.mp3"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
        store.pipe_file(f"{bucket}/top/{name}", b"")
    for top in (f"s3://{bucket}/top", f"s3://{bucket}/top/"):
        found = audio.find_audio([top])
        here = [str(path.relative_to(tmp_path)) for path in audio.find_audio([tmp_path]).files]
        assert [str(file).removeprefix(f"s3://{bucket}/top/") for file in found.files] == here
        assert found.errors == ()


def test_each_file_is_found_once(store, bucket, song):
    store.put(str(song), f"{bucket}/a.wav")
    found = audio.find_audio([f"s3://{bucket}/a.wav", song, f"s3://{bucket}", song.parent])
    assert found.files == (f"s3://{bucket}/a.wav", song)


def test_folders_without_music(store, bucket):
    store.pipe_file(f"{bucket}/cover.jpg", b"x")
    places = [f"s3://{bucket}", f"s3://{bucket}/nothing", "s3://no-such-bucket/x"]
    found = audio.find_audio(places)
    assert found.files == ()
    assert [place for place, _ in found.errors] == places
    assert [(type(error), error.message) for _, error in found.errors] == [
        (NotAudioError, f"there is no music in the folder 's3://{bucket}'"),
        (MissingFileError, f"there is nothing at 's3://{bucket}/nothing'"),
        (MissingFileError, "there is no bucket 'no-such-bucket' for 's3://no-such-bucket/x'"),
    ]


# --- what fails


def test_nothing_there(store, bucket):
    for what in (audio.load, audio.probe, audio.stamp, audio.sound_hash):
        error = told(what, f"s3://{bucket}/a.mp3")
        assert isinstance(error, MissingFileError)
        assert error.message == f"there is nothing at 's3://{bucket}/a.mp3'"
        assert error.hint == "check the address and the spelling"
        error = told(what, "s3://no-such-bucket/a.mp3")
        assert isinstance(error, MissingFileError)
        assert error.message == "there is no bucket 'no-such-bucket' for 's3://no-such-bucket/a.mp3'"
        assert error.hint == "check its name, and the endpoint"


def test_a_folder_is_no_file(store, bucket):
    store.pipe_file(f"{bucket}/folder/a.mp3", b"x")
    for what in (audio.load, audio.stamp):
        assert told(what, f"s3://{bucket}/folder").message == f"'s3://{bucket}/folder' is a folder"


def test_an_empty_file(store, bucket):
    store.pipe_file(f"{bucket}/a.mp3", b"")
    assert told(audio.load, f"s3://{bucket}/a.mp3").message == f"'s3://{bucket}/a.mp3' is empty: 0 bytes"


def test_no_credentials(store, bucket, monkeypatch, tmp_path):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    s3fs.S3FileSystem.clear_instance_cache()
    error = told(audio.load, f"s3://{bucket}/a.mp3")
    assert isinstance(error, UnreadableError)
    assert error.message == f"'s3://{bucket}/a.mp3' cannot be read: no credentials were found"
    assert error.hint == "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE"
    s3fs.S3FileSystem.clear_instance_cache()


def test_access_denied(store, bucket, monkeypatch):
    def forbidden(*arguments, **named):
        raise PermissionError("the key KEY-ID-IN-NO-MESSAGE may not")

    monkeypatch.setattr(s3fs.S3FileSystem, "info", forbidden)
    error = told(audio.stamp, f"s3://{bucket}/a.mp3")
    assert error.message == f"'s3://{bucket}/a.mp3' cannot be read: access denied"
    assert error.hint == "check the credentials, and that they may read it"


@pytest.mark.slow
def test_a_store_out_of_reach(store, bucket, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    s3fs.S3FileSystem.clear_instance_cache()
    error = told(audio.load, f"s3://{bucket}/a.mp3")
    assert isinstance(error, UnreadableError)
    assert error.message == f"'s3://{bucket}/a.mp3' cannot be read: the store cannot be reached"
    assert error.hint == "check the network, and the endpoint, e.g. AWS_ENDPOINT_URL"
    s3fs.S3FileSystem.clear_instance_cache()


def test_pages(store):
    endpoint = os.environ["AWS_ENDPOINT_URL"]
    error = told(audio.load, "http://127.0.0.1:9/a.mp3?signature=SECRET-IN-NO-MESSAGE")
    assert error.message == "'http://127.0.0.1:9/a.mp3?…' cannot be read: the store cannot be reached"
    store.mkdir("pages")
    store.pipe_file("pages/a.mp3", b"x")
    error = told(audio.load, f"{endpoint}/pages/a.mp3")
    assert error.message == f"'{endpoint}/pages/a.mp3' cannot be read: the server answers 403"
    assert isinstance(told(audio.load, f"{endpoint}/no-bucket-at-all/a.mp3"), MissingFileError)


@pytest.fixture
def site(song):
    """Return the address of a plain web server that serves the song's folder; it tells no ETag."""
    with stores.web_server(song.parent) as address:
        yield address


def test_a_plain_web_server(site, song):
    address = f"{site}/{song.name}"
    assert np.array_equal(audio.load(address).samples, audio.load(song).samples)
    assert audio.sound_hash(address) == audio.sound_hash(song)
    assert audio.stamp(address) == (song.stat().st_size, "")  # nothing tells whether it is still the same
    assert isinstance(told(audio.stamp, f"{site}/nothing.mp3"), MissingFileError)


def test_songs_of_a_plain_web_server_are_measured_once_but_fetched_each_time(site, song, tmp_path):
    kept = Library(tmp_path / "features")
    for measured in (1, 0):
        done = kept.extract(f"{site}/{song.name}")
        assert (done.measured, done.recognised, done.unchanged, done.failed) == (measured, 1 - measured, 0, 0)
    done = kept.extract(f"{site}/{song.name}", window="whole")
    assert (done.measured, done.failed) == (1, 0)


def test_a_store_that_fails_half_way(memory, song):
    class Failing:
        def __init__(self):
            self.reads = 0

        def seek(self, offset):
            pass

        def read(self, size):
            raise RuntimeError("SECRET-IN-NO-MESSAGE")

    with pytest.raises(OSError, match=r"^the store failed \(RuntimeError\)$"):
        RemoteBytes(Failing(), 10).read(4)


@pytest.mark.parametrize("change", ["goes", "changes"])
def test_a_file_that_changes_while_it_is_read(store, bucket, tmp_path, change):
    """Half a song must not pass for the song: what the network did not bring may come the next time."""
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, (60 * 44100, 2))
    here = sounds.write(tmp_path / "a.wav", noise, 44100)
    address = f"s3://{bucket}/a.wav"
    store.put(str(here), address)
    with audio.AudioFile(address) as file:
        if change == "goes":
            store.rm(address)
        else:
            store.pipe_file(address, here.read_bytes() + b"more")
        error = told(file.read)
    assert isinstance(error, UnreadableError)
    assert error.message == f"'{address}' cannot be read: it changed or went while it was read"
    assert error.hint == "try again"


def test_no_hash_of_half_a_song(memory, song, monkeypatch):
    memory.pipe_file("/song.wav", song.read_bytes())
    read = RemoteBytes.read

    def failing(self, size=-1):
        if self.tell() > 100_000:
            raise OSError("the store cannot be reached")
        return read(self, size)

    monkeypatch.setattr(RemoteBytes, "read", failing)
    error = told(audio.sound_hash, "memory://song.wav")
    assert str(error) == "'memory://song.wav' cannot be read: the store cannot be reached (try again)"


def test_kinds_of_store_that_nobody_knows():
    error = told(audio.load, "foo://bucket/a.mp3")
    assert error.message == "addresses that begin with 'foo://' are unknown"
    assert error.hint == "name a file or a folder here, or an address such as s3://bucket/song.mp3"


def test_kinds_of_store_that_need_a_package():
    if importlib.util.find_spec("gcsfs"):
        pytest.skip("gcsfs is installed")
    error = told(audio.load, "gs://bucket/a.mp3")
    assert error.message == "addresses that begin with 'gs://' need a package that is not installed"
    assert "gcsfs" in error.hint


WITHOUT = """
import sys
sys.modules[{missing!r}] = None
from earmark import audio, errors
try:
    audio.load("s3://bucket/a.mp3")
except errors.UnreadableError as error:
    print(error.message, error.hint, sep="|")
"""


@pytest.mark.parametrize("missing", ["fsspec", "s3fs"])
def test_the_extra_is_named_where_it_is_missing(missing):
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT.format(missing=missing)], capture_output=True, text=True, check=True
    )
    assert done.stdout == (
        "addresses that begin with 's3://' need a package that is not installed"
        "|pip install 'earmark[remote]'\n"
    )


def test_the_examples():
    assert doctest.testmod(_remote) == (0, 2)
