"""Artifacts that are kept at another address as well: in a bucket of a real S3 server, and in memory."""

import fsspec
import pytest
import s3fs

import stores
from earmark.errors import PipelineError
from earmark.service.ordering import order
from earmark.service.running import run
from pipelines import lay_out


def states(folder, mirror, **how):
    """Run the first steps of the small pipeline in a folder, and return what became of them."""
    folder.mkdir()
    lay_out(folder)
    done = run(order(folder / "pipeline.toml", folder, only=["raw", "clean"], mirror=mirror, **how)).steps
    assert [one.artifact.damage() for one in done] == ["", ""]
    return [(one.state, one.why) for one in done]


FETCHED = ("kept", "it lay at the mirror")


@pytest.mark.parametrize("kind", ["s3", "memory"])
def test_what_lies_there_is_fetched_once_its_hashes_agree(kind, bucket, tmp_path):
    mirror = f"{kind}://{bucket}/artifacts"
    assert [state for state, _ in states(tmp_path / "first", mirror)] == ["made", "made"]
    assert states(tmp_path / "second", mirror) == [FETCHED, FETCHED]
    there = fsspec.filesystem(kind)
    (spoilt,) = there.glob(f"{bucket}/artifacts/clean@*/table.parquet")
    there.pipe_file(spoilt, b"")
    raw, clean = states(tmp_path / "third", mirror)
    assert (raw, clean[0]) == (FETCHED, "made")


def test_one_that_does_not_answer_tells_no_key(bucket, tmp_path, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.setattr(s3fs.S3FileSystem, "retries", 1)
    s3fs.S3FileSystem.clear_instance_cache()
    with pytest.raises(PipelineError) as caught:
        states(tmp_path / "first", f"s3://{bucket}/artifacts")
    s3fs.S3FileSystem.clear_instance_cache()
    assert caught.value.message == f"'s3://{bucket}/artifacts' cannot be read: EndpointConnectionError"
    assert not [secret for secret in stores.KEYS.values() if secret in str(caught.value)]
