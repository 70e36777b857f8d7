"""Faults, aimed and at random: SIGKILL, SIGSTOP past the session time-out, the broker killed, fail points between two named steps."""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random

from deploy.local import state as states
from runtime.failpoints import NAMES

SESSION_SECONDS = 6.0
"""The consumers' session time-out: a pause beyond it makes a zombie."""
BROKER = "kafka"
SPEAKERS = {"intake", "routing"}
"""Services that take commands and state facts all the time."""
READERS = {"routing", "supervision", "reporting", "gateway"}
NOT_OURS = {"kafka", "zipkin", "postgres", "demo"}


class Injector:
    """Does one fault after the other to the processes of one platform, by their recorded pids."""

    def __init__(self, home: Path, seed: int, aims: tuple[str, ...] = NAMES) -> None:
        self.home = home
        self.dice = Random(f"faults/{seed}")
        self.aims = aims
        self.done: Counter[str] = Counter()
        self._paused: set[int] = set()
        self._next_aim = 0

    async def run(self, is_over: Callable[[], bool], every_s: float, broker_kills: int) -> None:
        """A fault every ``every_s`` seconds until it is over; the broker dies ``broker_kills`` times, evenly spread."""
        pauses: list[asyncio.Task[None]] = []
        count = 0
        while not is_over():
            await asyncio.sleep(every_s * self.dice.uniform(0.6, 1.4))
            count += 1
            if self.done["broker killed"] < broker_kills and count % 12 == 6:
                self._kill(BROKER, "broker killed")
                continue
            match self.dice.choices(("aim", "kill", "pause"), (45, 10, 45))[0]:
                case "aim":
                    self._aim()
                case "kill":
                    self._kill(self.dice.choice(self._services()), "killed")
                case _:
                    pauses.append(asyncio.create_task(self._pause(self.dice.choice(self._services()))))
        for pid in list(self._paused):
            _send(pid, signal.SIGCONT)
        await asyncio.gather(*pauses)

    def _services(self) -> list[str]:
        return sorted(name for name in states.read(self.home).required if name not in NOT_OURS)

    def _pid(self, name: str) -> int | None:
        running = states.read(self.home).processes.get(name)
        process = running.process() if running else None
        return process.pid if process else None

    def _kill(self, name: str, what: str) -> bool:
        pid = self._pid(name)
        if pid is None or pid in self._paused or not _send(pid, signal.SIGKILL):
            return False
        self.done[what] += 1
        return True

    def _aim(self) -> None:
        """Kill a process that passes the next fail point in turn; its next life dies there."""
        point = self.aims[self._next_aim % len(self.aims)]
        self._next_aim += 1
        passing = SPEAKERS if point.startswith(("relay", "command")) else READERS
        name = self.dice.choice([name for name in self._services() if name.partition("-")[0] in passing])
        file = self.home / "failpoints" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"{point}:{self.dice.randint(1, 3)}")
        if self._kill(name, "killed"):
            self.done[f"aimed {point}"] += 1
        else:
            file.unlink(missing_ok=True)

    async def _pause(self, name: str) -> None:
        pid = self._pid(name)
        if pid is None or pid in self._paused or not _send(pid, signal.SIGSTOP):
            return
        self._paused.add(pid)
        self.done["paused"] += 1
        await asyncio.sleep(SESSION_SECONDS + self.dice.uniform(0.5, 3.0))
        _send(pid, signal.SIGCONT)
        self._paused.discard(pid)

    @property
    def count(self) -> int:
        """Faults done. An aimed fault is two deaths: the kill, and the death at the point; it counts once more."""
        return sum(self.done.values())


def _send(pid: int, which: signal.Signals) -> bool:
    try:
        os.kill(pid, which)
    except ProcessLookupError:
        return False
    return True
