"""Faults, aimed and at random: SIGKILL, SIGSTOP past the session time-out, the broker killed, fail points between two named steps."""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import Callable, Coroutine
from pathlib import Path
from random import Random
from typing import Any

from deploy.local import state as states
from deploy.local.state import Running
from runtime.failpoints import NAMES

SESSION_SECONDS = 6.0
"""The consumers' session time-out: a pause beyond it makes a zombie."""
PASSING_SECONDS = 25.0
"""How long an armed process is given to pass its fail point."""
BROKER = "kafka"
SPEAKERS = {"intake", "routing"}
"""Services that take commands and state facts all the time."""
READERS = {"routing", "supervision", "reporting", "gateway"}
NOT_OURS = {"kafka", "zipkin", "postgres", "demo"}


class Injector:
    """Does one fault after the other to the processes of one platform, by their recorded pids.

    A process that is paused, or armed and not yet dead at its point, is left to that fault.
    """

    def __init__(self, home: Path, seed: int, aims: tuple[str, ...] = NAMES) -> None:
        self.home = home
        self.dice = Random(f"faults/{seed}")
        self.aims = aims
        self.done: Counter[str] = Counter()
        self.unpassed = 0
        """Armed processes that did not come by their fail point in time."""
        self._taken: set[str] = set()
        self._lasting: set[asyncio.Task[None]] = set()
        self._next_aim = 0

    async def run(self, is_over: Callable[[], bool], every_s: float, broker_kills: int) -> None:
        """A fault every ``every_s`` seconds until it is over; the broker dies ``broker_kills`` times, evenly spread."""
        count = 0
        while not is_over():
            await asyncio.sleep(every_s * self.dice.uniform(0.6, 1.4))
            count += 1
            if self.done["broker killed"] < broker_kills and count % 12 == 6:
                self._kill(BROKER, "broker killed")
                continue
            match self.dice.choices(("aim", "kill", "pause"), (45, 10, 45))[0]:
                case "aim":
                    self._last(self._aim())
                case "kill":
                    self._kill(self._one_of(self._services()), "killed")
                case _:
                    self._last(self._pause(self._one_of(self._services())))
        await asyncio.gather(*self._lasting)

    @property
    def count(self) -> int:
        """Faults done: an armed process that died counts twice, for the kill that armed it and for its death at the point."""
        return sum(self.done.values())

    def _last(self, fault: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(fault)
        self._lasting.add(task)
        task.add_done_callback(self._lasting.discard)

    def _services(self) -> list[str]:
        required = states.read(self.home).required
        return sorted(name for name in required if name not in NOT_OURS and name not in self._taken)

    def _one_of(self, names: list[str]) -> str:
        return self.dice.choice(names) if names else ""

    def _life(self, name: str) -> Running | None:
        running = states.read(self.home).processes.get(name)
        return running if running and running.process() else None

    def _kill(self, name: str, what: str) -> bool:
        life = self._life(name)
        if life is None or not _send(life.pid, signal.SIGKILL):
            return False
        self.done[what] += 1
        return True

    async def _aim(self) -> None:
        """Kill a process that passes the next fail point in turn; its next life is armed and dies there."""
        point = self.aims[self._next_aim % len(self.aims)]
        self._next_aim += 1
        passing = SPEAKERS if point.startswith(("relay", "command")) else READERS
        name = self._one_of([name for name in self._services() if name.partition("-")[0] in passing])
        before = self._life(name)
        if before is None:
            return
        file = self.home / "failpoints" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"{point}:{self.dice.randint(1, 3)}")
        self._taken.add(name)
        try:
            if self._kill(name, "killed"):
                await self._death(name, point, before.restarts + 1)
        finally:
            file.unlink(missing_ok=True)
            self._taken.discard(name)

    async def _death(self, name: str, point: str, armed: int) -> None:
        """Wait until the life that began with restart number ``armed`` has ended; nobody but the fail point kills it."""
        handed_over = False
        for _ in range(int(PASSING_SECONDS * 10)):
            await asyncio.sleep(0.1)
            life = self._life(name)
            if life is not None and life.restarts > armed:
                self.done[f"died at {point}"] += 1
                return
            if life is not None and life.restarts == armed and life.ready and point.startswith("relay") and not handed_over:
                handed_over = True
                self._hand_turn_to(name)
        self.unpassed += 1

    def _hand_turn_to(self, name: str) -> None:
        """Kill the other processes of a service, so that this one gets the relay's turn."""
        for other in self._services():
            if other != name and other.partition("-")[0] == name.partition("-")[0]:
                self._kill(other, "killed")

    async def _pause(self, name: str) -> None:
        life = self._life(name)
        if life is None or not _send(life.pid, signal.SIGSTOP):
            return
        self._taken.add(name)
        self.done["paused"] += 1
        try:
            await asyncio.sleep(SESSION_SECONDS + self.dice.uniform(0.5, 3.0))
        finally:
            _send(life.pid, signal.SIGCONT)
            self._taken.discard(name)


def _send(pid: int, which: signal.Signals) -> bool:
    try:
        os.kill(pid, which)
    except ProcessLookupError:
        return False
    return True
