"""A server run for its own sake: started, waited for, ended. The supervisor does the same for many at once."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from deploy.local.problem import CannotStart

TETHER: Final = Path(__file__).with_name("tether.py")


def tethered(command: Sequence[str], *, stop: signal.Signals = signal.SIGTERM, user: str | None = None) -> list[str]:
    """``command``, bound to end with this process (see ``tether``) and, given ``user``, run as that user."""
    program = shutil.which(command[0])
    if program is None:
        raise CannotStart(f"There is no program {command[0]} on this machine.")
    return [sys.executable, "-I", "-S", str(TETHER), str(os.getpid()), str(int(stop)), user or "-", program, *command[1:]]


@dataclass
class Server:
    """A running server: where it answers, and its process."""

    address: str
    process: subprocess.Popen[bytes]
    log: Path
    stop_signal: signal.Signals = signal.SIGTERM

    def wait(self, is_ready: Callable[[], bool], seconds: float = 60) -> None:
        """Return when ``is_ready``; raise CannotStart with the end of its log when it ends or stays silent."""
        end = time.monotonic() + seconds
        while not is_ready():
            if self.process.poll() is not None or time.monotonic() > end:
                self.stop()
                raise CannotStart(f"{self.process.args[-1]!s} did not start; its log {self.log} ends with:\n{tail(self.log)}")  # type: ignore[index]
            time.sleep(0.05)

    def stop(self, seconds: float = 10) -> None:
        """End it, gently first."""
        if self.process.poll() is None:
            self._signal(self.stop_signal)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(seconds)
        self.kill()

    def kill(self) -> None:
        """End it and its children at once, as ``kill -9`` does."""
        self._signal(signal.SIGKILL)
        self.process.wait()

    def _signal(self, which: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, which)


def launch(
    command: Sequence[str],
    address: str,
    log: Path,
    *,
    env: dict[str, str] | None = None,
    stop: signal.Signals = signal.SIGTERM,
    user: str | None = None,
) -> Server:
    """Start ``command`` in a process group of its own, its output in ``log``."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        process = subprocess.Popen(
            tethered(command, stop=stop, user=user),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(env or {})},
            start_new_session=True,
        )
    return Server(address, process, log, stop)


def tail(log: Path, lines: int = 20) -> str:
    """The last lines of a log."""
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return "(no log)"
