"""The hash of a sound: the same under other tags and names, another for other sound."""

import doctest
import re
import shutil

import av
import numpy as np
import pytest

import sounds
from earmark import audio
from earmark.audio import _hash, sound_hash
from earmark.errors import EmptyAudioError, MissingFileError, NotAudioError, UnreadableError

SECONDS = 2.0


def made(path, seed=0, **how):
    rate_hz = sounds.FORMATS[path.suffix[1:]].rate_hz
    return sounds.write(path, sounds.music(SECONDS, rate_hz, seed=seed), rate_hz, **how)


def retagged(path, to, **tags):
    """Copy the packets of a file to another one with other tags."""
    container_format = sounds.FORMATS[to.suffix[1:]].container
    with av.open(str(path)) as source, av.open(str(to), "w", format=container_format) as container:
        stream = source.streams.audio[0]
        copy = container.add_stream_from_template(stream)
        container.metadata.update(tags)
        copy.metadata.update(tags)
        for packet in source.demux(stream):
            if packet.size:
                packet.stream = copy
                container.mux(packet)
    return to


BARE = ("mp3", "aac", "w64", "au", "tta", "mp2", "ac3")  # formats that FFmpeg writes no tags into
TAGS = {"title": "A name" * 500, "artist": "Somebody", "comment": "x" * 5000}


@pytest.mark.parametrize("kind", list(sounds.FORMATS))
def test_every_format_has_one_and_other_sound_another(tmp_path, kind):
    hashes = [sound_hash(made(tmp_path / f"{seed}.{kind}", seed)) for seed in (0, 1)]
    assert all(re.fullmatch("[0-9a-f]{40}", found) for found in hashes)
    assert hashes[0] != hashes[1]
    copy = shutil.copy(tmp_path / f"0.{kind}", tmp_path / "another name.bin")
    assert sound_hash(copy) == sound_hash(str(copy)) == hashes[0]


@pytest.mark.parametrize(
    "kind", ["wav", "flac", "aiff", "m4a", "ogg", "opus", "wma", "mka", "webm", "caf", "wv"]
)
def test_other_tags_are_the_same_sound(tmp_path, kind):
    path = made(tmp_path / f"a.{kind}")
    plain, tagged = retagged(path, tmp_path / f"b.{kind}"), retagged(path, tmp_path / f"c.{kind}", **TAGS)
    assert tagged.read_bytes() != plain.read_bytes()
    assert sound_hash(tagged) == sound_hash(plain)


def id3v1():
    return b"TAG" + b"a title".ljust(125, b"\0")


def ape(header=True):
    item = (5).to_bytes(4, "little") + bytes(4) + b"Artist\0" + b"Nobod"
    size = (len(item) + 32).to_bytes(4, "little")
    flags = (0x80000000 if header else 0).to_bytes(4, "little")
    edge = b"APETAGEX" + (2000).to_bytes(4, "little") + size + (1).to_bytes(4, "little") + flags + bytes(8)
    return (edge if header else b"") + item + edge


def lyrics():
    body = b"LYRICSBEGIN" + b"LYR00005hello"
    return body + b"%06d" % len(body) + b"LYRICS200"


@pytest.mark.parametrize("xing", ["1", "0"])
@pytest.mark.parametrize(
    ("before", "behind"),
    [
        (sounds.id3(100), b""),
        (sounds.id3(2_000_000), b""),
        (b"", id3v1()),
        (b"", ape()),
        (b"", ape(header=False)),
        (b"", lyrics() + id3v1()),
        (sounds.id3(3000), ape() + lyrics() + id3v1()),
    ],
)
def test_tags_around_an_mp3(tmp_path, before, behind, xing):
    bare = {"write_xing": xing, "id3v2_version": "0"}
    path = made(tmp_path / "a.mp3", container_options=bare)
    tagged = sounds.put(tmp_path / "b.mp3", before, path.read_bytes(), behind)
    assert sound_hash(tagged) == sound_hash(path)
    heard = audio.load(tagged)
    assert np.array_equal(heard.samples, audio.load(path).samples)
    assert heard.notes == ()


@pytest.mark.parametrize("claim", [b"\xff\xff\xff\x7f", b"\0\0\0\0"])
def test_a_tag_behind_that_claims_nonsense(tmp_path, claim):
    path = made(tmp_path / "a.mp3")
    tag = bytearray(ape(header=False))
    tag[-20:-16] = claim
    broken = sounds.put(tmp_path / "b.mp3", path.read_bytes(), bytes(tag))
    assert re.fullmatch("[0-9a-f]{40}", sound_hash(broken))
    heard, whole = audio.load(broken).samples, audio.load(path).samples
    assert np.array_equal(heard[: len(whole)], whole)


@pytest.mark.parametrize("kind", ["wav", "flac", "aiff"])
def test_one_sample_makes_another_sound(tmp_path, kind):
    rate_hz = 44100
    samples = sounds.music(SECONDS, rate_hz)
    before = sound_hash(sounds.write(tmp_path / f"a.{kind}", samples, rate_hz))
    samples[-1, 0] += 0.01
    assert sound_hash(sounds.write(tmp_path / f"b.{kind}", samples, rate_hz)) != before


def test_the_same_bytes_at_another_rate_are_another_sound(tmp_path):
    samples = sounds.music(SECONDS, 44100)
    hashes = {sound_hash(sounds.write(tmp_path / f"{hz}.wav", samples, hz)) for hz in (44100, 48000)}
    flat = samples.reshape(-1, 1)
    hashes.add(sound_hash(sounds.write(tmp_path / "mono.wav", flat, 44100)))
    assert len(hashes) == 3


def test_the_container_of_plain_samples_does_not_matter(tmp_path):
    samples = sounds.music(SECONDS, 44100)
    wav = sounds.write(tmp_path / "a.wav", samples, 44100)
    w64 = sounds.write(tmp_path / "a.w64", samples, 44100, codec="pcm_s16le")
    assert sound_hash(wav) == sound_hash(w64)


def test_joined_streams_are_all_part_of_it(tmp_path):
    one, two, three = (made(tmp_path / f"{n}.opus", n).read_bytes() for n in range(3))
    a = sounds.put(tmp_path / "a.opus", one, two)
    b = sounds.put(tmp_path / "b.opus", one, three)
    assert len({sound_hash(path) for path in (a, b, tmp_path / "0.opus")}) == 3


@pytest.mark.parametrize("kind", list(sounds.FORMATS))
def test_a_damaged_file_has_a_hash_of_its_own(tmp_path, kind):
    path = made(tmp_path / f"a.{kind}")
    data = bytearray(path.read_bytes())
    whole = sound_hash(path)
    cut = sounds.put(tmp_path / f"cut.{kind}", bytes(data[: len(data) * 3 // 4]))
    middle = len(data) // 2
    data[middle : middle + 64] = np.random.default_rng(1).bytes(64)
    spoilt = sounds.put(tmp_path / f"spoilt.{kind}", bytes(data))
    for broken in (cut, spoilt):
        try:
            found = sound_hash(broken)
        except NotAudioError:
            assert kind == "m4a"  # its table of contents was cut off
            continue
        assert found == sound_hash(broken) != whole


def test_nothing_is_decoded(tmp_path, monkeypatch):
    path = made(tmp_path / "a.mp3")
    monkeypatch.setattr("earmark.audio._decode.Decoder.__init__", None)
    sound_hash(path)


def test_what_has_no_hash(tmp_path):
    with pytest.raises(MissingFileError):
        sound_hash(tmp_path / "none.wav")
    with pytest.raises(UnreadableError):
        sound_hash(tmp_path)
    with pytest.raises(NotAudioError) as caught:
        sound_hash(sounds.put(tmp_path / "a.txt", b"no sound at all"))
    assert caught.value.message.endswith("is text, no sound file")
    silent = sounds.write(tmp_path / "empty.wav", np.zeros((0, 2), np.float32), 44100)
    with pytest.raises(EmptyAudioError) as caught:
        sound_hash(silent)
    assert str(caught.value) == f"'{silent}' holds no sound (it is empty or damaged: copy it again)"


def test_it_belongs_to_the_public_names():
    assert "sound_hash" in audio.__all__


def test_the_examples_in_the_docstrings_run(song):
    assert doctest.testmod(_hash, extraglobs={"song": song}) == (0, 1)
