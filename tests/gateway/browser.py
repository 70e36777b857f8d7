"""Chromium without a window, driven over its own debugging protocol; for tests that see what a person sees."""

import asyncio
import base64
import json
import re
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import websockets

_FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--remote-debugging-port=0")


def executable() -> str:
    """Chromium's path; the test is skipped with a reason where there is none."""
    found = next((path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("Chromium is not installed: the page was not looked at")
    return found


class Page:
    """One tab."""

    def __init__(self, socket: Any) -> None:
        self._socket = socket
        self._number = 0
        self.problems: list[str] = []

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        """A command of the protocol and its result; complaints of the page on the way are kept."""
        self._number += 1
        await self._socket.send(json.dumps({"id": self._number, "method": method, "params": params}))
        async with asyncio.timeout(30):
            while True:
                message: dict[str, Any] = json.loads(await self._socket.recv())
                if message.get("id") == self._number:
                    return dict(message.get("result", {}))
                self._note(message)

    def _note(self, message: dict[str, Any]) -> None:
        method, params = message.get("method"), message.get("params", {})
        if method == "Runtime.exceptionThrown":
            self.problems.append(str(params["exceptionDetails"].get("exception", {}).get("description")))
        elif method == "Log.entryAdded" and params["entry"]["level"] == "error":
            self.problems.append(params["entry"]["text"])

    async def open(self, url: str) -> None:
        """Go to an address."""
        await self.call("Runtime.enable")
        await self.call("Log.enable")
        await self.call("Page.enable")
        await self.call("Page.navigate", url=url)

    async def run(self, script: str) -> Any:
        """The value of an expression in the page."""
        found = await self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        return found.get("result", {}).get("value")

    async def until(self, script: str, seconds: float = 20) -> Any:
        """The value of an expression once it is true."""
        async with asyncio.timeout(seconds):
            while not (found := await self.run(script)):  # noqa: ASYNC110  # a browser sends no event of ours
                await asyncio.sleep(0.1)
        return found

    async def picture(self, path: Path) -> None:
        """A screenshot."""
        found = await self.call("Page.captureScreenshot", captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(found["data"]))


@asynccontextmanager
async def open_page() -> AsyncIterator[Page]:
    """A tab in a browser of its own."""
    profile = tempfile.mkdtemp(prefix="dannguyen-browser-")
    command = [executable(), *_FLAGS, f"--user-data-dir={profile}", "about:blank"]
    process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
    try:
        assert process.stderr is not None
        async with asyncio.timeout(60):
            line = ""
            while not (found := re.search(r"ws://127\.0\.0\.1:(\d+)/", line)):
                line = (await process.stderr.readline()).decode()
        async with websockets.connect(await _tab(found[1]), max_size=None) as socket:
            yield Page(socket)
    finally:
        process.kill()
        await process.wait()
        shutil.rmtree(profile, ignore_errors=True)


async def _tab(port: str) -> str:
    import httpx

    async with httpx.AsyncClient(trust_env=False) as client:
        tabs = (await client.get(f"http://127.0.0.1:{port}/json")).json()
    return str(next(tab["webSocketDebuggerUrl"] for tab in tabs if tab["type"] == "page"))
