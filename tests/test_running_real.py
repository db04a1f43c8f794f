"""The pipeline of fifteen Spotify genres end to end on its real table, from a server and a file address."""

import os
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from earmark.service.ordering import order
from earmark.service.running import run

STEPS = ["raw", "clean", "check", "split", "train", "evaluate"]
# A small forest: the steps are what is tried here.
SMALL = {"train.recipe.classifier.n_estimators": "10", "train.recipe.classifier.max_depth": "8"}


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def served():
    """Yield the address of the table on a server of this machine."""
    folder = Path(os.environ.get("EARMARK_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
    table = folder / "spotify15" / "genres_mod.parquet"
    if not table.exists():
        pytest.skip(f"no table at {table}: set EARMARK_DATA")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=table.parent))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/{table.name}", table
    server.shutdown()
    server.server_close()


@pytest.mark.slow
def test_from_download_to_evaluation_and_nothing_twice(served, tmp_path):
    address, table = served

    def made(**settings):
        what = order("spotify15", tmp_path, only=STEPS, settings={"raw.url": address, **SMALL, **settings})
        done = run(what, workers=1).steps
        return [one.step for one in done if one.state == "made"], done

    assert made()[0] == STEPS
    again, done = made()
    assert again == []
    by_step = {one.step: one.artifact.manifest for one in done}
    assert by_step["clean"]["tables"]["table.parquet"]["rows"] == 41_975
    assert by_step["check"]["metrics"]["errors"]["value"] == 5
    assert by_step["evaluate"]["metrics"]["accuracy"]["value"] > 0.5
    assert made(**{"evaluate.subsets": '["key"]'})[0] == ["evaluate"]
    (raw,) = run(order("spotify15", tmp_path, only=["raw"], settings={"raw.url": f"file://{table}"})).steps
    assert raw.artifact.manifest["files"] == by_step["raw"]["files"]
