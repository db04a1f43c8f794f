"""Files made to reach for other files, or to grow without end."""

import av
import numpy as np
import pytest

import sounds
from earmark import audio
from earmark.errors import EmptyAudioError, NotAudioError
from sounds import put, refused

PLAYLISTS = {
    "hls": "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{song}\n#EXT-X-ENDLIST\n",
    "hls with address": "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile://{song}\n#EXT-X-ENDLIST\n",
    "concat": "ffconcat version 1.0\nfile {song}\n",
    "pls": "[playlist]\nFile1={song}\nNumberOfEntries=1\n",
    "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 5004 RTP/AVP 0\n",
    "dash": '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"><Period>'
    '<AdaptationSet mimeType="audio/mp4"><Representation><BaseURL>{song}</BaseURL></Representation>'
    "</AdaptationSet></Period></MPD>",
}


@pytest.mark.parametrize("kind", PLAYLISTS)
@pytest.mark.parametrize("ending", ["mp3", "m3u8", "ffconcat", "mpd", "sdp"])
def test_a_playlist_reaches_no_other_file(tmp_path, kind, ending, monkeypatch):
    song = sounds.write(tmp_path / "private.mp3", sounds.music(1.0), 44100)
    opened = []
    real = open
    monkeypatch.setattr(
        "earmark.audio._files.open",
        lambda path, *a, **k: opened.append(path) or real(path, *a, **k),
        raising=False,
    )
    path = put(tmp_path / f"list.{ending}", PLAYLISTS[kind].format(song=song).encode())
    message, hint = refused(path, NotAudioError)
    assert opened == [path]
    if kind in {"hls", "hls with address", "concat", "pls"}:
        assert message == "'FILE' is a playlist, no sound file"
        assert hint == "name the sound files that it lists"
    else:
        assert message == "'FILE' is text, no sound file"


def test_a_rate_of_one_hertz_is_not_blown_up(tmp_path):
    data = bytearray(sounds.write(tmp_path / "a.wav", sounds.music(1.0), 44100).read_bytes())
    data[24:28] = (1).to_bytes(4, "little")
    message, _ = refused(put(tmp_path / "b.wav", data), (EmptyAudioError, NotAudioError))
    assert message == "'FILE' holds no sound that could be decoded"


def test_a_header_that_no_decoder_takes(tmp_path):
    data = bytearray(sounds.write(tmp_path / "a.wav", sounds.music(1.0), 44100).read_bytes())
    data[22:24] = (49922).to_bytes(2, "little")  # channels
    message, _ = refused(put(tmp_path / "b.wav", data), (EmptyAudioError, NotAudioError))
    assert message in {  # PyAV 18 finds out when opening, PyAV 19 when decoding
        "'FILE' holds no sound, only pictures or data",
        "'FILE' holds no sound that could be decoded",
    }


def test_a_time_stamp_that_claims_years_is_ignored(tmp_path):
    path = tmp_path / "a.mka"
    with path.open("wb") as file, av.open(file, "w", format="matroska") as container:
        stream = container.add_stream("pcm_s16le", rate=8000, layout="mono")
        for second in (0, 1, 3 * 365 * 86400, 3 * 365 * 86400 + 1):
            frame = av.AudioFrame.from_ndarray(np.full((1, 8000), 1000, np.int16), layout="mono")
            frame.sample_rate, frame.pts = 8000, second * 8000
            container.mux(stream.encode(frame))
    clip = audio.load(path)
    assert clip.duration_s == pytest.approx(4.0, abs=0.1)
    assert "1 jump in the time stamps ignored" in clip.notes
