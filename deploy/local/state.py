"""``<home>/platform.json``: what runs under which pid and where it answers; and what a crashed supervisor left behind.

A pid alone may have passed to another program, so each is recorded with the instant its process began. The file holds
database passwords and is readable by its owner only.
"""

import fcntl
import json
import os
import signal
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any, Final

import psutil

from deploy.local.problem import CannotStart

SLACK_S: Final = 2.0
"""How far two readings of a process's beginning may lie apart (the kernel derives it from the wall clock)."""


@dataclass
class Running:
    """A process of the platform as last recorded. ``ready`` is as the supervisor saw it, ``probe`` where to ask now."""

    pid: int
    began: float
    restarts: int = 0
    ready: bool = False
    probe: str = ""

    def process(self) -> psutil.Process | None:
        """The process itself if it still lives under this pid."""
        with suppress(psutil.Error):
            process = psutil.Process(self.pid)
            if abs(process.create_time() - self.began) < SLACK_S and process.status() != psutil.STATUS_ZOMBIE:
                return process
        return None


@dataclass
class State:
    """One platform: its supervisor, processes, addresses and databases (service → address with password)."""

    supervisor: Running | None = None
    ready: bool = False
    processes: dict[str, Running] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)
    databases: dict[str, str] = field(default_factory=dict)
    database: str = ""
    """``sqlite`` or ``postgres``; known also while nothing runs, so that the next start finds its data."""
    required: list[str] = field(default_factory=list)

    @property
    def is_alive(self) -> bool:
        """Whether the recorded supervisor runs."""
        return self.supervisor is not None and self.supervisor.process() is not None


def path(home: Path) -> Path:
    """Where the state of the platform in ``home`` stands."""
    return home / "platform.json"


def write(home: Path, state: State) -> None:
    """Replace the recorded state in one step."""
    part = path(home).with_suffix(".part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(asdict(state), file, indent=2)
    part.replace(path(home))


def read(home: Path) -> State:
    """The recorded state; an empty one when none was recorded."""
    try:
        raw: dict[str, Any] = json.loads(path(home).read_text())
    except (OSError, ValueError):
        return State()
    supervisor = raw.pop("supervisor", None)
    processes = {name: Running(**entry) for name, entry in raw.pop("processes", {}).items()}
    return State(supervisor=Running(**supervisor) if supervisor else None, processes=processes, **raw)


def began(pid: int) -> float:
    """When the process ``pid`` began, seconds since the epoch; 0 if it is gone already."""
    try:
        return psutil.Process(pid).create_time()
    except psutil.Error:
        return 0.0


def leftovers(home: Path) -> dict[str, psutil.Process]:
    """Processes of a platform in ``home`` that outlived their supervisor."""
    state = read(home)
    if state.is_alive:
        return {}
    return {name: process for name, running in state.processes.items() if (process := running.process())}


def end(processes: Iterable[psutil.Process], seconds: float = 5) -> None:
    """End processes with everything in their groups: gently, then at once."""
    left = list(processes)
    for which, patience in ((signal.SIGTERM, seconds), (signal.SIGKILL, 2.0)):
        for process in left:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, which)
                os.killpg(process.pid, signal.SIGCONT)
        _, left = psutil.wait_procs(left, timeout=patience)


def take(home: Path) -> IO[str]:
    """Hold ``home`` for this supervisor until the file returned is closed. Raises CannotStart when another holds it."""
    file = (home / "lock").open("w")
    deadline = time.monotonic() + 1
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return file
        except OSError:
            if time.monotonic() > deadline:
                running = read(home).supervisor
                who = f" (process {running.pid})" if running else ""
                raise CannotStart(f"A platform already runs in {home}{who}: `make status` shows it, `make stop` ends it.") from None
            time.sleep(0.1)
