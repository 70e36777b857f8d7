"""What the operator sees and what is kept: every line under its process's name, in colour on a terminal, whole in ``logs/``."""

import asyncio
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

COLOURS: Final = (36, 32, 33, 35, 34, 96, 92, 93, 95, 94)
KEPT_BYTES: Final = 20 << 20
"""A log longer than this moves to ``<name>.log.1``, so a process keeps at most twice as much."""
QUIET_S: Final = 2.0
"""How long something may take before the operator hears that it is still going on."""
AGAIN_S: Final = 5.0


class Console:
    """The supervisor's own voice and its processes' lines."""

    def __init__(self, logs: Path, width: int = 12) -> None:
        self.logs = logs
        self.width = width
        self.coloured = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        self._colours: dict[str, int] = {}
        self._doing: dict[tuple[str, str], float] = {}
        self._is_heard = True

    def _paint(self, text: str, colour: int) -> str:
        return f"\033[{colour}m{text}\033[0m" if self.coloured else text

    def _write(self, text: str) -> None:
        if not self._is_heard:
            return
        try:
            print(text, flush=True)
        except OSError:  # nobody reads any more: the platform goes on, its logs are kept
            self._is_heard = False

    def say(self, text: str, *, colour: int = 1) -> None:
        """A sentence of the supervisor."""
        self._write(self._paint(text, colour))

    def show(self, name: str, line: str) -> None:
        """A line of the process ``name``."""
        colour = self._colours.setdefault(name, COLOURS[len(self._colours) % len(COLOURS)])
        self._write(f"{self._paint(f'{name:<{self.width}} |', colour)} {line}")

    @contextmanager
    def doing(self, what: str, name: str) -> Iterator[None]:
        """While this lasts, ``tell_progress`` says it of ``name``: ``starting``, ``preparing`` …"""
        self._doing[what, name] = time.monotonic()
        try:
            yield
        finally:
            self._doing.pop((what, name), None)

    async def tell_progress(self) -> None:
        """For ever: say what has lasted longer than two seconds, again every five."""
        told = 0.0
        while True:
            await asyncio.sleep(0.5)
            now = time.monotonic()
            slow = {act: now - began for act, began in self._doing.items() if now - began > QUIET_S}
            if slow and now - told > AGAIN_S:
                for what in sorted({what for what, _ in slow}):
                    names = [name for one, name in slow if one == what]
                    self.say(f"… {what} {', '.join(names)} ({max(slow.values()):.0f} s)", colour=2)
                told = now

    def log_of(self, name: str) -> Path:
        """Where the lines of ``name`` are kept."""
        return self.logs / f"{name}.log"

    def tail(self, name: str, lines: int = 15) -> str:
        """The last lines of ``name``, indented."""
        try:
            kept = self.log_of(name).read_text(errors="replace").splitlines()[-lines:]
        except OSError:
            kept = []
        return "\n".join(f"    {line}" for line in kept)

    async def follow(self, name: str, stream: asyncio.StreamReader, *, shown: bool) -> None:
        """Keep everything ``stream`` says in the log of ``name``, and show it too if ``shown``, until the stream ends."""
        rest = b""
        while chunk := await stream.read(1 << 16):
            self._keep(name, chunk)
            *lines, rest = (rest + chunk).split(b"\n")
            rest = rest[-(1 << 16) :]
            if shown:
                for line in lines:
                    self.show(name, line.decode(errors="replace").rstrip())

    def _keep(self, name: str, chunk: bytes) -> None:
        file = self.log_of(name)
        try:
            if file.exists() and file.stat().st_size > KEPT_BYTES:
                file.replace(file.with_suffix(".log.1"))
            with file.open("ab") as log:
                log.write(chunk)
        except OSError as error:
            with suppress(OSError):
                self.show(name, f"(its log cannot be kept: {error.strerror})")
