"""Runs a table of processes: in order of need, each ready before those that need it, restarted when it dies, ended together.

Every process has a process group of its own, so that Ctrl-C in a terminal reaches only the supervisor, which ends the
rest in order; and every process is tethered to the supervisor (see ``tether``), so none outlives it.
"""

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from deploy.local import state as states
from deploy.local.console import Console
from deploy.local.problem import CannotStart
from deploy.local.serving import tethered
from deploy.local.state import Running, State

POLL_S: Final = 0.1
STOP_WAVE_S: Final = 3.0
"""How long one wave of processes (those nobody running needs) may take to end before it is killed; three waves fit into ten seconds."""
TRIES: Final = 3
"""How often a process may die before it was ever ready, until the start is given up."""
SETTLED_S: Final = 30.0
"""A process that lived this long is restarted at once when it dies; the back-off begins anew."""
LONGEST_BACKOFF_S: Final = 10.0


async def always() -> bool:
    """The readiness of a process that is ready as soon as it runs."""
    return True


@dataclass(frozen=True)
class Process:
    """A row of the table: what runs, what must be ready before it, how to tell that it is ready itself."""

    name: str
    command: Sequence[str]
    needs: tuple[str, ...] = ()
    is_ready: Callable[[], Awaitable[bool]] = always
    probe: str = ""
    """Address of its ``/ready``, for whoever asks later."""
    before: Callable[[], None] | None = None
    """Done once before the first start, in a thread."""
    after: Callable[[], None] | None = None
    """Done once when it is first ready, before those that need it start; in a thread."""
    env: Mapping[str, str] = field(default_factory=dict)
    stop: signal.Signals = signal.SIGTERM
    user: str | None = None
    is_step: bool = False
    """Runs to its end; others may need that it ended well."""
    is_optional: bool = False
    """The platform is whole without it: its failures are told and it is started again, the others go on."""
    is_shown: bool = True
    patience_s: float = 90.0


def backoff_s(failures: int) -> float:
    """Seconds before the next start after that many deaths in a row: base, twice as long each time, at most ten.

    The base is ``DANNGUYEN_RESTART_BACKOFF`` (default half a second; 0, as in the fault campaign, restarts at once).
    """
    base = float(os.environ.get("DANNGUYEN_RESTART_BACKOFF", "0.5"))
    return min(base * 2 ** min(failures - 1, 10), LONGEST_BACKOFF_S) if failures else 0.0


class Supervisor:
    """One run of one table. ``run`` returns when told to stop, or raises CannotStart with everything ended."""

    def __init__(self, table: Sequence[Process], home: Path, state: State, console: Console) -> None:
        self.table = {row.name: row for row in table}
        self.home = home
        self.state = state
        self.console = console
        self.stopping = asyncio.Event()
        self.hurry = asyncio.Event()
        self._ready = {row.name: asyncio.Event() for row in table}
        self._lives: dict[str, asyncio.subprocess.Process] = {}
        self._followers: set[asyncio.Task[None]] = set()
        self.state.required = [row.name for row in table if not row.is_optional and not row.is_step]
        unknown = {need for row in table for need in row.needs} - set(self.table)
        if unknown:
            raise ValueError(f"needed but not in the table: {', '.join(sorted(unknown))}")

    # -- the whole

    def request_stop(self) -> None:
        """End everything; asked a second time, at once."""
        if self.stopping.is_set():
            self.hurry.set()
        self.stopping.set()

    async def run(self, when_ready: Callable[[], Awaitable[None]] | None = None) -> None:
        """Start the table, call ``when_ready`` once it is whole, keep it running until told to stop."""
        loop = asyncio.get_running_loop()
        for which in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(which, self.request_stop)
        self.state.supervisor = Running(os.getpid(), states.began(os.getpid()))
        self._record()
        progress = asyncio.create_task(self.console.tell_progress())
        keepers = [asyncio.create_task(self._keep(row), name=row.name) for row in self.table.values()]
        whole = asyncio.create_task(self._when_whole(when_ready))
        stop = asyncio.create_task(_of(self.stopping))
        try:
            await self._until_stopped_or_failed(stop, whole, *keepers)
        finally:
            self.stopping.set()
            for task in (*keepers, whole, stop, progress):
                task.cancel()
            await asyncio.gather(*keepers, whole, stop, progress, return_exceptions=True)
            await self._end_all()
            self.state.supervisor, self.state.ready, self.state.processes = None, False, {}
            self._record()

    async def _until_stopped_or_failed(self, stop: asyncio.Task[None], *tasks: asyncio.Task[None]) -> None:
        waiting = {stop, *tasks}
        while not stop.done():
            done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()  # a keeper that gave up raises CannotStart here
            waiting -= done

    async def _when_whole(self, when_ready: Callable[[], Awaitable[None]] | None) -> None:
        for row in self.table.values():
            if not row.is_optional:
                await self._ready[row.name].wait()
        self.state.ready = True
        self._record()
        if when_ready:
            await when_ready()

    # -- one process

    async def _keep(self, row: Process) -> None:
        """Start ``row`` when what it needs is ready, and again whenever it dies."""
        for need in row.needs:
            await self._ready[need].wait()
        if row.before:
            with self.console.doing("preparing", row.name):
                await asyncio.to_thread(row.before)
        deaths = 0
        while True:
            began = time.monotonic()
            life = await self._begin(row)
            code = await self._live(row, life)
            _signal_group(life, signal.SIGKILL)  # whatever it left in its group
            if row.is_step and code == 0:
                self._ready[row.name].set()
                return
            was_ready = self._ready[row.name].is_set()
            deaths = 1 if time.monotonic() - began > SETTLED_S else deaths + 1
            if not (was_ready or row.is_optional) and deaths >= TRIES:
                end = self.console.tail(row.name, 1 if row.is_shown else 15)
                raise CannotStart(f"{row.name} ended with {ending(code)} before it was ready; the end of its log:\n{end}")
            if row.is_optional and code == 0:
                return
            wait = backoff_s(deaths)
            self.console.say(self._told_of_death(row, code, wait), colour=31)
            await asyncio.sleep(wait)
            if row.name in self.state.processes:
                self.state.processes[row.name].restarts += 1

    def _told_of_death(self, row: Process, code: int, wait: float) -> str:
        where = "" if row.is_shown else f" (its log: {self.console.log_of(row.name)})"
        return f"! {row.name} ended with {ending(code)}{where}; starting it again{f' in {wait:.1f} s' if wait else ''}"

    async def _begin(self, row: Process) -> asyncio.subprocess.Process:
        life = await asyncio.create_subprocess_exec(
            *tethered(row.command, stop=row.stop, user=row.user),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env={**os.environ, **row.env, **self._one_life(row.name)},
            start_new_session=True,
        )
        self._lives[row.name] = life
        before = self.state.processes.get(row.name)
        if not row.is_step:
            self.state.processes[row.name] = Running(life.pid, states.began(life.pid), before.restarts if before else 0, probe=row.probe)
            self._record()
        if life.stdout:
            follower = asyncio.create_task(self.console.follow(row.name, life.stdout, shown=row.is_shown))
            self._followers.add(follower)
            follower.add_done_callback(self._followers.discard)
        return life

    def _one_life(self, name: str) -> dict[str, str]:
        """Fail points laid out for the next life of ``name`` in ``<home>/failpoints/<name>``; taken, so that the life after is whole."""
        file = self.home / "failpoints" / name
        try:
            spec = file.read_text().strip()
            file.unlink()
        except OSError:
            return {}
        return {"DANNGUYEN_FAILPOINT": spec}

    async def _live(self, row: Process, life: asyncio.subprocess.Process) -> int:
        """Wait for the end of a life, noting when it becomes ready; its exit code."""
        ended = asyncio.create_task(life.wait())
        becoming = asyncio.create_task(self._become_ready(row))
        try:
            if row.is_step:
                becoming.cancel()
                with self.console.doing("running", row.name):
                    return await ended
            await asyncio.wait({ended, becoming}, return_when=asyncio.FIRST_COMPLETED)
            if becoming.done():
                becoming.result()
            return await ended
        finally:
            becoming.cancel()
            ended.cancel()

    async def _become_ready(self, row: Process) -> None:
        began = time.monotonic()
        is_first = not self._ready[row.name].is_set()
        if is_first and not row.is_optional:
            with self.console.doing("starting", row.name):
                await self._become_ready_first(row)
            self.console.say(f"✓ {row.name} ready after {time.monotonic() - began:.1f} s", colour=32)
        else:
            await _poll(row)
        self._ready[row.name].set()
        self.state.processes[row.name].ready = True
        self._record()

    async def _become_ready_first(self, row: Process) -> None:
        try:
            await asyncio.wait_for(_poll(row), row.patience_s)
        except TimeoutError:
            end = self.console.tail(row.name)
            raise CannotStart(f"{row.name} is not ready after {row.patience_s:.0f} s; the end of its log:\n{end}") from None
        if row.after:
            await asyncio.to_thread(row.after)

    # -- the end

    async def _end_all(self) -> None:
        """End what runs in waves: first what nobody running needs. A wave that lingers is killed."""
        alive = {name: life for name, life in self._lives.items() if life.returncode is None}
        while alive:
            needed = {need for name in alive for need in self.table[name].needs}
            wave = {name: life for name, life in alive.items() if name not in needed} or dict(alive)
            for name, life in wave.items():
                _signal_group(life, self.table[name].stop)
                _signal_group(life, signal.SIGCONT)
            await self._patience(list(wave.values()))
            for life in wave.values():
                _signal_group(life, signal.SIGKILL)  # also whatever a process left in its group
                await life.wait()
            alive = {name: life for name, life in alive.items() if name not in wave}
        if self._followers:
            await asyncio.wait(self._followers, timeout=1)

    async def _patience(self, lives: Sequence[asyncio.subprocess.Process]) -> None:
        """Wait until all have ended, the wave's time is up, or the operator is in a hurry."""

        async def ended() -> None:
            await asyncio.gather(*(life.wait() for life in lives))

        waits = [asyncio.create_task(ended()), asyncio.create_task(_of(self.hurry))]
        await asyncio.wait(waits, timeout=STOP_WAVE_S, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()

    def _record(self) -> None:
        try:
            states.write(self.home, self.state)
        except OSError as error:
            self.console.say(f"! {states.path(self.home)} cannot be written: {error.strerror}", colour=31)


async def _of(event: asyncio.Event) -> None:
    await event.wait()


async def _poll(row: Process) -> None:
    while not await row.is_ready():  # noqa: ASYNC110 - another process's state has no event
        await asyncio.sleep(POLL_S)


def _signal_group(life: asyncio.subprocess.Process, which: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(life.pid, which)


def ending(code: int) -> str:
    """How a process ended, in words: ``code 1`` or ``signal SIGKILL``."""
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"code {code}"
