"""A stand-in for the service of Weights & Biases: it takes what ``wandb sync`` sends it."""

import json
import re
from collections.abc import Mapping
from typing import Any

from webserver import Request, WebServer

_KEY = "a" * 40


class Service:
    """Answers as the service does to a client that sends a run, and keeps what came.

    Attributes
    ----------
    runs : list of mapping
        What the client said of the run, message by message.
    artifacts : dict of str to mapping
        By its name, what it said of each artifact: ``metadata``, ``digest`` ...
    committed : set of str
        Artifacts whose files are all here.
    server : WebServer
        Where it listens, and its log of requests; files come by PUT to ``up/ARTIFACT/PATH``.
    """

    def __init__(self) -> None:
        self.runs: list[Mapping[str, Any]] = []
        self.artifacts: dict[str, Mapping[str, Any]] = {}
        self.committed: set[str] = set()
        self.server = WebServer(self._answer)

    @property
    def environment(self) -> dict[str, str]:
        """Return by what the client finds it."""
        return {"WANDB_API_KEY": _KEY, "WANDB_BASE_URL": self.server.url.rstrip("/")}

    def file(self, artifact: str, path: str) -> bytes:
        """Return a file of an artifact."""
        (one,) = self.server.asked(f"up/{artifact}/{path}")
        return one.body

    def _answer(self, request: Request) -> Any:
        if not request.path.endswith("graphql"):
            return {}
        asked = json.loads(request.body)
        said = asked.get("variables") or {}
        name = re.search(r"(?:query|mutation)\s+(\w+)", asked["query"])[1]
        return {"data": getattr(self, f"_{name}", lambda _: {})(said)}

    def _UpsertBucket(self, said: Mapping[str, Any]) -> Any:  # noqa: N802 - as the service calls it
        self.runs.append(said)
        project = {"id": "1", "name": said["project"], "entity": {"id": "1", "name": "me"}}
        bucket = {"id": "1", "name": said["name"], "displayName": said["name"], "historyLineCount": 0}
        return {"upsertBucket": {"bucket": {**bucket, "config": "{}", "project": project}, "inserted": True}}

    def _CreateArtifact(self, said: Mapping[str, Any]) -> Any:  # noqa: N802 - as above
        one = said["input"]
        name = one["artifactCollectionName"]
        self.artifacts[name] = one
        made = {"id": name, "state": "PENDING", "artifactSequence": {"id": "1", "latestArtifact": None}}
        return {"createArtifact": {"artifact": made}}

    def _CreateArtifactManifest(self, said: Mapping[str, Any]) -> Any:  # noqa: N802 - as above
        file = self._taken(said["artifactID"], "wandb_manifest.json")
        return {"createArtifactManifest": {"artifactManifest": {"id": said["artifactID"], "file": file}}}

    def _CreateArtifactFiles(self, said: Mapping[str, Any]) -> Any:  # noqa: N802 - as above
        edges = [
            {"node": {**self._taken(one["artifactID"], one["name"]), "artifact": {"id": one["artifactID"]}}}
            for one in said["input"]["artifactFiles"]
        ]
        return {"createArtifactFiles": {"files": {"edges": edges}}}

    def _CommitArtifact(self, said: Mapping[str, Any]) -> Any:  # noqa: N802 - as above
        self.committed.add(said["artifactID"])
        return {"commitArtifact": {"artifact": {"id": said["artifactID"], "digest": ""}}}

    def _CreateRunFiles(self, said: Mapping[str, Any]) -> Any:  # noqa: N802 - as above
        files = [self._taken("run", name) for name in said["files"]]
        return {"createRunFiles": {"runID": "1", "uploadHeaders": [], "files": files}}

    def _taken(self, artifact: str, path: str) -> dict[str, Any]:
        """Return where a file is to be sent."""
        told = {"id": path, "name": path, "displayName": path, "uploadHeaders": [], "storagePath": None}
        return {**told, "uploadUrl": f"{self.server.url}up/{artifact}/{path}", "uploadMultipartUrls": None}
