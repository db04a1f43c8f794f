"""What the doctor says of a healthy house and of broken ones."""

import json
import os
import subprocess
import sys

import pytest

from earmark import audio
from earmark._dsp import native
from earmark.audio import formats
from earmark.cli import doctor as face
from earmark.errors import BundleError, NotAudioError
from earmark.features import musicnn
from earmark.service import doctor, predictor


class Whole:
    name, version, genres = "gtzan10", "1", ("jazz", "rock")


@pytest.fixture
def whole_model(monkeypatch):
    monkeypatch.setattr(predictor, "Predictor", Whole)


def found(part):
    return {finding.name: finding for finding in doctor.examine() if finding.part == part}


def test_every_format_is_written_and_read_back(whole_model):
    findings = found("formats")
    assert list(findings) == [
        *("wav", "flac", "mp3", "ogg vorbis", "ogg opus", "m4a (aac)", "aiff", "wma"),
    ]
    assert {name: finding.detail for name, finding in findings.items() if not finding.ok} == {}


@pytest.mark.parametrize("kind", formats.FORMATS, ids=lambda kind: kind.name)
def test_tiny_files_are_what_they_claim(kind, tmp_path):
    path = tmp_path / f"tiny{kind.suffix}"
    path.write_bytes(formats.tiny_file(kind))
    info = audio.probe(path)
    assert info.channels == 2
    assert info.rate_hz == 48_000


def test_a_missing_encoder_is_a_finding(whole_model, monkeypatch):
    monkeypatch.setattr(formats, "FORMATS", (formats.Format("odd", ".odd", "wav", "no_such_encoder"),))
    finding = found("formats")["odd"]
    assert not finding.ok
    assert finding.detail.startswith("could not be tried: ")


def test_a_format_that_does_not_decode_is_a_finding(whole_model, monkeypatch):
    def refuse(path):
        raise NotAudioError("no sound in it", "reinstall PyAV")

    monkeypatch.setattr(formats, "load", refuse)
    assert {finding.detail for finding in found("formats").values()} == {"no sound in it (reinstall PyAV)"}


def test_absent_extras_are_no_illness(whole_model, monkeypatch, capsys):
    monkeypatch.setattr(doctor, "_OPTIONAL", {"no-such-distribution": "dreaming"})
    assert face.report(as_json=False)
    said = capsys.readouterr().out
    assert "  -      no-such-distribution absent (optional: dreaming)" in said
    assert said.endswith("Earmark can work here.\n")


def test_what_it_says(whole_model, capsys):
    assert face.report(as_json=False)
    said = capsys.readouterr().out
    assert "  ok     PyAV             " in said
    assert " with FFmpeg " in said
    assert "  ok     mp3              decodes\n" in said
    assert "  ok     gtzan10          version 1, checksums hold; jazz, rock\n" in said


@pytest.fixture
def path(monkeypatch):
    """What the doctor says of the signal path, with these kernels and this wish."""

    def say(kernels, wish=None):
        monkeypatch.setattr(native, "isas", lambda: kernels)
        native.chosen.cache_clear()
        if wish is None:
            monkeypatch.delenv("EARMARK_DSP", raising=False)
        else:
            monkeypatch.setenv("EARMARK_DSP", wish)
        (finding,) = [finding for finding in doctor.examine() if finding.part == "paths"]
        return finding

    yield say
    monkeypatch.undo()
    native.chosen.cache_clear()


def test_the_kernel_in_use_is_named(whole_model, path):
    finding = path(("avx2", "baseline"))
    assert finding.ok
    assert (
        finding.detail == "compiled kernel avx2, the fastest that runs here; possible: avx2, baseline, numpy"
    )


@pytest.mark.parametrize(("wish", "said"), [("baseline", "baseline"), ("numpy", "NumPy")])
def test_a_kernel_that_was_asked_for_is_named(whole_model, path, wish, said):
    finding = path(("avx2", "baseline"), wish)
    assert finding.ok
    assert finding.detail == f"{said}, as EARMARK_DSP says; possible here: avx2, baseline, numpy"


def test_without_a_compiled_kernel_it_says_how_to_get_one(whole_model, path):
    finding = path(())
    assert finding.ok
    assert finding.detail == (
        "NumPy, several times slower: this installation has no compiled kernel; "
        "install a wheel, or a C compiler and then Earmark anew"
    )


def test_a_kernel_that_cannot_run_is_an_illness(whole_model, path):
    finding = path(("baseline",), "avx512")
    assert not finding.ok
    assert finding.detail == (
        "EARMARK_DSP=avx512, which cannot run here (this machine can run: numpy, baseline)"
    )


def test_a_broken_model_is_an_illness(monkeypatch, capsys):
    class Broken:
        def __init__(self):
            raise BundleError("weights.npz differs from its checksum", "reinstall Earmark")

    monkeypatch.setattr(predictor, "Predictor", Broken)
    assert not face.report(as_json=False)
    said = capsys.readouterr().out
    assert "  FAILS  built-in model   weights.npz differs from its checksum (reinstall Earmark)\n" in said
    assert said.endswith("Earmark cannot work here: built-in model\n")


def test_damaged_weights_are_an_illness(whole_model, monkeypatch, tmp_path, capsys):
    damaged = tmp_path / "musicnn.onnx"
    damaged.write_bytes(b"not these")
    damaged.with_suffix(".onnx.sha256").write_text("0" * 64 + "  musicnn.onnx\n")
    monkeypatch.setattr(musicnn, "WEIGHTS", damaged)
    musicnn.session.cache_clear()
    try:
        assert not face.report(as_json=False)
    finally:
        musicnn.session.cache_clear()
    assert "  FAILS  musiCNN          the musiCNN weights are damaged" in capsys.readouterr().out


def test_json_holds_the_same(whole_model, capsys):
    assert face.report(as_json=True)
    record = json.loads(capsys.readouterr().out)
    assert record["healthy"] is True
    assert record["findings"][0] == {
        "part": "installed",
        "name": "Earmark",
        "ok": True,
        "detail": "0.1.0",
        "essential": True,
    }
    assert {finding["part"] for finding in record["findings"]} == {"installed", "formats", "paths", "model"}


def test_the_shipped_house_is_healthy():
    command = [sys.executable, "-m", "earmark", "doctor"]
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, timeout=60, env={**os.environ}
    )
    assert done.stdout.endswith("Earmark can work here.\n"), done.stdout
    assert (done.returncode, done.stderr) == (0, "")
