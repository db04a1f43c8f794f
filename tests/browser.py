"""A real browser for pages: Debian's Chromium, told what to do by its DevTools protocol."""

import asyncio
import json
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tornado.websocket import websocket_connect

_FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--remote-debugging-port=0",
    "--remote-allow-origins=*",
)  # fmt: skip
_PATIENCE_S = 60.0


class Browser:
    """A page open in Chromium; `events` holds what the browser told of it.

    Parameters
    ----------
    folder : Path
        An empty folder for its profile.
    """

    def __init__(self, folder: Path) -> None:
        program = shutil.which("chromium") or shutil.which("chromium-browser")
        if program is None:
            pytest.skip("no Chromium: apt-get install chromium")
        self.events: list[dict[str, Any]] = []
        self._loop = asyncio.new_event_loop()
        self._last = 0
        self._process = subprocess.Popen(
            [program, *_FLAGS, f"--user-data-dir={folder}", "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            address = self._address(folder)
            self._socket = self._do(lambda: websocket_connect(address, max_message_size=1 << 28))
            for domain in ("Page", "Runtime", "Log", "Network"):
                self.tell(f"{domain}.enable")
        except BaseException:
            self._process.kill()  # nobody else could end it
            raise

    def _address(self, folder: Path) -> str:
        port, until = folder / "DevToolsActivePort", time.monotonic() + _PATIENCE_S
        while time.monotonic() < until:
            if port.exists() and (lines := port.read_text().splitlines()):
                with urllib.request.urlopen(f"http://127.0.0.1:{lines[0]}/json/list", timeout=10) as answer:
                    pages = [one for one in json.load(answer) if one["type"] == "page"]
                if pages:
                    return str(pages[0]["webSocketDebuggerUrl"])
            time.sleep(0.05)
        raise AssertionError("Chromium did not start")

    def _do(self, what: Callable[[], Any]) -> Any:
        async def bounded() -> Any:
            return await asyncio.wait_for(what(), _PATIENCE_S)

        return self._loop.run_until_complete(bounded())

    def tell(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command; return its result."""
        self._last += 1
        order = json.dumps({"id": self._last, "method": method, "params": parameters})
        self._do(lambda: self._socket.write_message(order))
        while True:
            said = json.loads(self._do(self._socket.read_message))
            if said.get("id") == self._last:
                assert "error" not in said, said
                return dict(said["result"])
            self.events.append(said)

    def open(self, address: str, *, dark: bool = False) -> None:
        """Open a page and wait until it is loaded."""
        self.events.clear()
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.tell("Emulation.setEmulatedMedia", features=[scheme])
        self.tell("Page.navigate", url=address)
        until = time.monotonic() + _PATIENCE_S
        while self.value("document.readyState") != "complete" or self.value("location.href") != address:
            assert time.monotonic() < until, f"{address} did not load"

    def value(self, expression: str) -> Any:
        """Return what an expression is on the page, as plain JSON."""
        said = self.tell("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in said, said
        return said["result"].get("value")

    def press(self, key: str) -> None:
        """Press a key."""
        text = {"Enter": "\r", " ": " "}.get(key)
        more = {"text": text} if text else {}
        code = {"Tab": 9, "Enter": 13, " ": 32, "ArrowLeft": 37}[key]
        for kind in ("keyDown", "keyUp"):
            self.tell("Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=code, **more)

    @property
    def complaints(self) -> list[str]:
        """What the page's console complained of."""
        found = []
        for event in self.events:
            if event["method"] == "Runtime.exceptionThrown":
                found.append(event["params"]["exceptionDetails"]["text"])
            if event["method"] == "Runtime.consoleAPICalled" and event["params"]["type"] in (
                "error",
                "warning",
            ):
                found.append(str(event["params"]["args"]))
            if event["method"] == "Log.entryAdded":
                found.append(event["params"]["entry"]["text"])
        return found

    @property
    def requests(self) -> list[str]:
        """The addresses that were asked for."""
        sent = [event for event in self.events if event["method"] == "Network.requestWillBeSent"]
        return [event["params"]["request"]["url"] for event in sent]

    def close(self) -> None:
        """End it."""
        self._socket.close()
        self._process.terminate()
        self._process.wait(_PATIENCE_S)
        self._loop.close()
